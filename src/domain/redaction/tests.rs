//! What is found and what is left alone, text by text, and what holds for any text.

use proptest::prelude::*;

use super::{RULES, Redactor};

/// In each text, what stands between `«` and `»` is the secret, and the rest must stay.
const SECRETS: &[(&str, &str)] = &[
    // Names and values: shell, environment, options.
    ("password", "PGPASSWORD=«hunter2» psql -h db"),
    ("password", "export DB_PASSWORD='«correct horse battery»'"),
    ("password", "MYSQL_PWD=«s3cret!» mysqldump app"),
    ("password", "DB_PASS=«abc» ./run"),
    ("password", "DATABASE_PASSWORD_PROD=«abc,def» next"),
    ("password", "login --password «hunter2» --user bob"),
    ("password", "login --password=«hunter2»"),
    ("password", "keytool -storepass «changeit» -alias x"),
    (
        "password",
        "PASSPHRASE=\"«it is \\\"quoted\\\" inside»\" gpg",
    ),
    ("password", "echo \"PASSWORD=«hunter2»\\nUSER=bob\" > .env"),
    ("secret", "CLIENT_SECRET=«abcdefgh» node app.js"),
    ("token", "VAULT_TOKEN=«abc-def-ghij» vault read"),
    (
        "token",
        "curl 'https://x.example/?access_token=«0a1b2c3d4e»&page=2'",
    ),
    ("token", "//registry.npmjs.org/:_authToken=«0a1b2c3d4e»"),
    (
        "api-key",
        "DD_API_KEY=«0123456789abcdef0123456789abcdef» ddctl validate",
    ),
    (
        "api-key",
        "DD_APP_KEY=«0123456789abcdef0123456789abcdef01234567»",
    ),
    (
        "api-key",
        "api/v2/logs?dd-api-key=«0123456789abcdef0123456789abcdef»&ddsource=x",
    ),
    (
        "aws-secret-key",
        "AWS_SECRET_ACCESS_KEY=«wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLE»",
    ),
    (
        "aws-secret-key",
        "\"SecretAccessKey\": \"«wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLE»\",",
    ),
    (
        "aws-secret-key",
        "aws configure set aws_secret_access_key «wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY»",
    ),
    ("token", "aws_session_token = «FwoGZXIvYXdzEBYaDH0123»"),
    // JSON, JSON in JSON, YAML, INI, XML, code, coloured output.
    (
        "password",
        r#"{"user":"bob","password":"«hunter2»","port":5432}"#,
    ),
    ("password", r#"{"password" : "«a\"b»"}"#),
    (
        "password",
        r#"{"msg":"{\"password\":\"«hunter2»\",\"a\":1}"}"#,
    ),
    ("password", r#"{"cut":"x","password":"«hunt»"#),
    ("password", "password: «hunter2»\nuser: bob"),
    ("password", "  password: \"«hunter2»\"  # prod"),
    ("password", "user: bob password: «hunter2» host: db"),
    ("password", "[client]\npassword = «hunter2»\n"),
    ("password", "$config['db_password'] = '«hunter2»';"),
    ("password", "  :password => '«hunter2»',"),
    (
        "password",
        "<server><password>«hunter2»</password></server>",
    ),
    ("password", "let password = \"«hunter2»\";"),
    ("token", r#""refresh_token": "«1//0gdf8a7sd6f»""#),
    ("secret", r#""client_secret": "«hunter-two»""#),
    ("api-key", "apiKey: «a1b2c3d4e5f6»"),
    (
        "password",
        "\x1b[34;1m\"password\"\x1b[0m:\x1b[0m \x1b[32m\"«hunter2»\"\x1b[0m",
    ),
    // Connection strings and addresses.
    (
        "password",
        "Server=db;User Id=sa;Password=«hunter2»;Encrypt=yes",
    ),
    ("password", "Driver=x;Uid=sa;Pwd=«hunter2»;"),
    ("password", "host=db user=app password=«hunter2» dbname=app"),
    (
        "password",
        "jdbc:postgresql://db/app?user=bob&password=«hunter2»&ssl=true",
    ),
    (
        "secret-key",
        "    client-key-data: «LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=»\n",
    ),
    (
        "secret-key",
        "AccountName=x;AccountKey=«Zk3vQe9LxT2mN8pR5wYb==»;Suffix=y",
    ),
    ("url-password", "postgres://app:«hunter2»@db.internal/app"),
    ("url-password", "redis://:«hunter2»@cache:6379/0"),
    ("url-password", "amqp://u:«p@ss»@mq/vhost"),
    (
        "url-password",
        "https://«ghp_16C7e42F292c6912E7710c838347Ae178B4a:x»@github.com/o/r",
    ),
    (
        "url-password",
        "https://«ghp_16C7e42F292c6912E7710c838347Ae178B4a»@github.com/o/r",
    ),
    (
        "url-password",
        "mongodb+srv://app:«hunter2»@a.example,b.example/app",
    ),
    // Headers.
    ("url-password", "https://«a=b:hunter2»@x.example/"),
    ("authorization", "Authorization: Bearer «abc»"),
    (
        "authorization",
        "curl -H 'Authorization: Bearer «hpk_0a1b2c»' x",
    ),
    (
        "authorization",
        r#""authorization": ["Basic «YWxhZGRpbjpvcGVuc2VzYW1l»"]"#,
    ),
    (
        "authorization",
        "Proxy-Authorization: Basic «YWxhZGRpbjpvcGVu»",
    ),
    ("authorization", "authorization: token «0a1b2c3d»"),
    ("authorization", "sent Bearer «0a1b2c3d4e5f6a7b8c9d» to it"),
    (
        "api-key",
        "Api-Key: «8a6f0e3c-1b2d-4c5e-9f80-7a6b5c4d3e2f|Zk3vQe9LxT2m»",
    ),
    ("gateway-key", "Api-Key: «xapi-Zk3vQe9LxT2mN8pR5wYbHc6u»"),
    (
        "api-key",
        "-H \"DD-API-KEY: «0123456789abcdef0123456789abcdef»\"",
    ),
    (
        "gitlab-token",
        "PRIVATE-TOKEN: «glpat-Zk3vQe9LxT2mN8pR5wYb»",
    ),
    // SQL.
    (
        "sql-password",
        "CREATE ROLE app LOGIN PASSWORD '«it''s»' VALID UNTIL 'x'",
    ),
    (
        "sql-password",
        "alter user app with encrypted password E'«hunter2»'",
    ),
    (
        "sql-password",
        "CREATE USER 'a'@'%' IDENTIFIED BY '«hunter2»';",
    ),
    (
        "sql-password",
        "CREATE USER a IDENTIFIED WITH caching_sha2_password BY '«hunter2»'",
    ),
    ("sql-password", "ALTER USER scott IDENTIFIED BY «tiger»;"),
    ("sql-password", "SET PASSWORD FOR 'bob'@'%' = '«hunter2»'"),
    ("sql-password", "SET PASSWORD = PASSWORD('«hunter2»')"),
    (
        "password",
        "SELECT * FROM users WHERE password = '«hunter2»'",
    ),
    // Short options.
    ("command-password", "mysql -h db -u root -p«hunter2» app"),
    (
        "command-password",
        "cd /x && /usr/bin/mysqldump -p'«hunter two»' app | gzip",
    ),
    ("command-password", "sshpass -p «hunter2» ssh -p 2222 host"),
    (
        "command-password",
        "curl -s -u bob:«hunter2» https://x.example",
    ),
    ("command-password", "redis-cli -h cache -a «hunter2» ping"),
    // Formats of their own.
    ("aws-access-key-id", "aws: «ASIAIOSFODNN7EXAMPLE»,"),
    (
        "github-token",
        "(«gho_16C7e42F292c6912E7710c838347Ae178B4a»)",
    ),
    (
        "github-token",
        "«ghs_16C7e42F292c6912E7710c838347Ae178B4a».",
    ),
    (
        "github-token",
        "«github_pat_11ABCDEFG0aBcDeFgHiJkL_16C7e42F292c6912E7710c838347Ae178B4a16C7e42F292c691»",
    ),
    ("gitlab-token", "«glrt-Zk3vQe9LxT2mN8pR5wYb.01.0a1b2c3d4»"),
    ("slack-token", "«xoxe.xoxp-1-Zk3vQe9LxT2mN8pR5wYb»"),
    ("slack-token", "«xapp-1-A0123456789-0123456789012-0a1b2c3d»"),
    ("stripe-key", "«rk_live_Zk3vQe9LxT2mN8pR»"),
    ("google-key", "«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»"),
    (
        "openai-key",
        "«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»",
    ),
    ("datadog-key", "«ddpat_ci_Zk3vQe9LxT2mN8pR5wYb»"),
    ("jwt", "«eyJhbGciOiJub25lIn0aaaa.eyJzdWIiOiIxMjM0In0.»"),
    (
        "private-key",
        "«-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----»\n",
    ),
    (
        "private-key",
        r#"{"k": "«-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----»\n"}"#,
    ),
    (
        "private-key",
        "«-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04fSeQ6tF1aY/PuoAoG»",
    ),
    ("payment-card", "paid with «5555-5555-5555-4444»."),
    ("payment-card", "pan=«4012888888881881»"),
];

/// Texts without a secret, which must stay as they are.
const HARMLESS: &[&str] = &[
    "8a6f0e3c-1b2d-4c5e-9f80-7a6b5c4d3e2f",
    "session 8a6f0e3c1b2d4c5e9f807a6b5c4d3e2f opened by bob@example.com",
    "commit 2efe92a5f4dcc3b5aa765d61d8327deb882cf990",
    "image@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
    "md5 5f4dcc3b5aa765d61d8327deb882cf99  file.txt",
    "the token is invalid or has expired",
    "token: expired, please sign in again",
    "unexpected token: 'else' at line 12",
    "\"usage\": {\"prompt_tokens\": 512, \"completion_tokens\": 128}",
    "tokens: 512",
    "max_tokens=4096 next_token=AAAA1111bbbb page_token=0a1b2c3d4e",
    "let token = self.lexer.next_token();",
    "fn parse(token: Token, secret: Secret) -> Result<Key, Error>",
    "password_reset_url: https://x.example/reset?id=17",
    "SELECT password FROM users WHERE password IS NULL",
    "UPDATE users SET password = $1, token = ? WHERE id = :id",
    "INSERT INTO t (password) VALUES ($1)",
    "ALTER ROLE app PASSWORD NULL",
    "password authentication failed for user \"bob\"",
    "Password: ",
    "Enter password for bob:\nwelcome",
    "password: must have at least eight characters",
    "PGPASSWORD=$PGPASSWORD psql",
    "password=${DB_PASSWORD}&x=1",
    "--password \"$(cat /run/secrets/db)\"",
    "--password-stdin < file",
    "--password PASSWORD  the password to use",
    "password_file=/run/secrets/db",
    "\"password\": null, \"token\": \"\", \"secret\": false",
    "password: ********",
    "password=<your password>",
    "password: {{ .Values.password }}",
    "password: string;",
    "password = getpass.getpass()",
    "password = os.environ[\"DB_PASSWORD\"]",
    "connect(user=user, password=self.password)",
    "passwd:         files systemd",
    "grep root /etc/passwd: No such file",
    "PWD=/home/bob OLDPWD=/tmp",
    "bypass=true; compass: north; 12 pass, 0 fail",
    "secretName: tls-certificate\nsecretKeyRef:\n  name: db",
    "kubectl get secret db-credentials -o yaml",
    "secret: db-credentials",
    "primary key: id, foreign key: user_id, public_key=ssh-ed25519",
    "\"key\": \"0123456789abcdef0123456789abcdef\"",
    "keyboard=us monkey: 5f4dcc3b5aa765d6",
    "https://example.com:8443/path@2x.png?email=bob@example.com",
    "ssh://git@github.com:22/org/repo",
    "http://user@host/ and postgres://app:$PGPASSWORD@db/app",
    "Authorization: Bearer $TOKEN",
    "authorization failed: basic checks did not pass",
    "Authorization: AWS4-HMAC-SHA256 SignedHeaders=host",
    "a bearer of bad news; Bearer authentication is used",
    "docker run -p 8080:80 -u 1000:1000 nginx",
    "mysql -u root -p app; ssh -p 2222 host; mkdir -p/tmp/x",
    "mysql app < dump.sql && tar -pxf x.tar",
    "sk-cube-grid-animation-delay-2 task-0123456789abcdef0123456789",
    "AKIA is a prefix; BAKIAIOSFODNN7EXAMPLE is longer",
    "ghp_short npm_config_registry=https://x.example pypi-server hpk_",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----",
    "the -----BEGIN PRIVATE KEY----- line was missing",
    "order 4111 1111 1111 1112, time 1755747127123456, id 4111111111111111a",
    "0.4111111111111111 12345678901234567890 4111-1111-1111-1111-1",
    "identified by their id; identified with care",
    "eyJ is how JSON starts; eyJhbGciOiJIUzI1NiJ9 alone is a header",
    "[redacted:password] and [redacted:token]: x",
    "password=[redacted:password] \"token\": \"[redacted:token]\"",
];

/// The text without the signs, and as it must come out.
fn marked(rule: &str, text: &str) -> (String, String) {
    let (before, rest) = text.split_once('«').expect("a secret begins");
    let (secret, after) = rest.split_once('»').expect("a secret ends");
    (
        format!("{before}{secret}{after}"),
        format!("{before}[redacted:{rule}]{after}"),
    )
}

#[test]
fn each_secret_is_replaced_and_the_text_around_it_stays() {
    let mut wrong = Vec::new();
    for (rule, text) in SECRETS {
        let (text, expected) = marked(rule, text);
        let redacted = Redactor::built_in().redact(&text);
        if redacted != expected {
            wrong.push(format!(
                "\n  {text:?}\n  became   {redacted:?}\n  expected {expected:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.concat());
}

#[test]
fn a_text_without_secrets_is_left_alone() {
    let changed: Vec<_> = HARMLESS
        .iter()
        .map(|text| (text, Redactor::built_in().redact(text)))
        .filter(|(text, redacted)| *redacted != **text)
        .collect();
    assert!(changed.is_empty(), "{changed:#?}");
}

#[test]
fn the_tables_are_large_enough_to_mean_something() {
    assert!(SECRETS.len() >= 60 && HARMLESS.len() >= 40);
}

#[test]
fn each_rule_finds_its_example_and_nothing_else_in_it() {
    for rule in RULES {
        let (redacted, findings) = Redactor::built_in().redact_with_report(rule.example);
        let names: Vec<_> = findings.iter().map(|finding| finding.rule).collect();
        assert_eq!(names, [rule.name], "{redacted}");
    }
}

#[test]
fn the_list_of_rules_is_sorted_and_complete() {
    assert!(RULES.is_sorted_by(|a, b| a.name < b.name));
    for (rule, _) in SECRETS {
        assert!(RULES.iter().any(|known| known.name == *rule), "{rule}");
    }
}

#[test]
fn a_finding_tells_where_the_mark_stands_in_the_redacted_text() {
    let text = "é DB_PASSWORD=hunter2 and AKIAIOSFODNN7EXAMPLE";
    let (redacted, findings) = Redactor::built_in().redact_with_report(text);
    let marks: Vec<_> = findings
        .iter()
        .map(|finding| (finding.rule, &redacted[finding.mark.clone()]))
        .collect();
    assert_eq!(
        marks,
        [
            ("password", "[redacted:password]"),
            ("aws-access-key-id", "[redacted:aws-access-key-id]"),
        ]
    );
}

#[test]
fn several_secrets_in_one_text_are_all_found() {
    let text =
        "token=0a1b2c3d4e; 4111111111111111 [redacted:jwt] postgres://a:b@c/ 5555555555554444";
    assert_eq!(
        Redactor::built_in().redact(text),
        "token=[redacted:token]; [redacted:payment-card] [redacted:jwt] \
         postgres://a:[redacted:url-password]@c/ [redacted:payment-card]"
    );
}

#[test]
fn a_long_value_is_found_whole_when_it_is_one_encoded_block() {
    let block = "Zk3vQe9L".repeat(600);
    let text = format!("client-key-data: {block}==\nx");
    let redacted = Redactor::built_in().redact(&text).into_owned();
    assert_eq!(redacted, "client-key-data: [redacted:secret-key]\nx");
}

#[test]
fn nothing_is_changed_when_redaction_is_off() {
    let text = "password=hunter2";
    assert_eq!(Redactor::off().redact(text), text);
}

#[test]
fn clean_text_is_not_copied() {
    let redacted = Redactor::built_in().redact("SELECT 1");
    assert!(matches!(redacted, std::borrow::Cow::Borrowed(_)));
}

/// Pieces that rules begin, end and stop at, so that random texts meet each other's edges.
fn fragment() -> impl Strategy<Value = String> {
    let pieces: Vec<String> = SECRETS
        .iter()
        .map(|(rule, text)| marked(rule, text).0)
        .chain(HARMLESS.iter().map(|text| (*text).to_owned()))
        .chain(RULES.iter().map(|rule| rule.example.to_owned()))
        .collect();
    let edges = prop::sample::select(vec![
        "password",
        "PASSWORD",
        "secret",
        "token",
        "api_key",
        "pwd",
        "=",
        ": ",
        " ",
        "\"",
        "'",
        "\\\"",
        "\\",
        "\n",
        ",",
        ";",
        "&",
        "|",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "<",
        ">",
        "://",
        "a:b@",
        "@",
        "$",
        "-",
        "--",
        ".",
        "eyJ",
        "sk-",
        "AIza",
        "ghp_",
        "Bearer ",
        "Authorization: ",
        "IDENTIFIED BY ",
        "-----BEGIN ",
        "PRIVATE KEY-----",
        "-----END ",
        "mysql",
        " -p",
        "curl",
        " -u",
        "4111",
        "1111",
        "[redacted:",
        "[redacted:token]",
        "é",
        "\x1b[0m",
        "0a1b2c3d",
        "for ",
    ]);
    let cut = prop::sample::select(pieces)
        .prop_flat_map(|piece| (0..=piece.len(), Just(piece)))
        .prop_map(|(cut, piece)| piece.chars().take(cut).collect::<String>());
    prop_oneof![
        4 => edges.prop_map(str::to_owned),
        3 => cut,
        1 => "[A-Za-z0-9_/+=.-]{1,48}",
        1 => any::<String>(),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(fragment(), 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn redacting_twice_is_redacting_once(text in text()) {
        let once = Redactor::built_in().redact(&text).into_owned();
        let twice = Redactor::built_in().redact(&once).into_owned();
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn marks_stand_in_order_where_the_report_says(text in text()) {
        let (redacted, findings) = Redactor::built_in().redact_with_report(&text);
        let mut last = 0;
        for finding in findings {
            prop_assert!(finding.mark.start >= last);
            last = finding.mark.end;
            prop_assert_eq!(&redacted[finding.mark], format!("[redacted:{}]", finding.rule));
        }
    }

    #[test]
    fn a_password_of_any_kind_in_json_never_comes_through(password in "[ -~é]{4,40}") {
        prop_assume!(Redactor::built_in().redact(&password) == password);
        let text = serde_json::json!({ "password": password, "after": 1 }).to_string();
        let redacted = Redactor::built_in().redact(&text).into_owned();
        let is_placeholder = password.starts_with(['$', '{', '<', ':', '%', '[']);
        let has_substance = password.chars().any(|c| c.is_alphanumeric() && !matches!(c, 'x' | 'X'));
        if !is_placeholder && has_substance {
            prop_assert_eq!(redacted, r#"{"password":"[redacted:password]","after":1}"#);
        }
    }
}
