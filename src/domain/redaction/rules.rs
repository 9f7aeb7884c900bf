//! The built-in rules: what each finds, an example, and whose format it is.

/// What a built-in rule finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The name in the mark `[redacted:<name>]`.
    pub name: &'static str,
    /// What it finds, in words.
    pub finds: &'static str,
    /// A text with one secret that this rule finds. No example is a live secret.
    pub example: &'static str,
    /// Where the format is described.
    pub source: &'static str,
}

const fn rule(
    name: &'static str,
    finds: &'static str,
    example: &'static str,
    source: &'static str,
) -> Rule {
    Rule {
        name,
        finds,
        example,
        source,
    }
}

/// All built-in rules, sorted by name.
pub const RULES: &[Rule] = &[
    rule(
        "anthropic-key",
        "Anthropic API keys, `sk-ant-…`",
        "export K=sk-ant-api03-Zk3vQe9LxT2mN8pR5wYb",
        "docs.anthropic.com, API keys",
    ),
    rule(
        "api-key",
        "values named api, app or application key, Datadog's 32 and 40 hexadecimal digits among them",
        "DD-API-KEY: 5f4dcc3b5aa765d61d8327deb882cf99",
        "docs.datadoghq.com, API and application keys",
    ),
    rule(
        "authorization",
        "credentials of the Authorization header, and Bearer tokens outside of it",
        "Authorization: Basic YWxhZGRpbjpvcGVuc2VzYW1l",
        "RFC 9110, section 11; RFC 7617; RFC 6750",
    ),
    rule(
        "aws-access-key-id",
        "AWS access key ids, `AKIA…` and the temporary `ASIA…`",
        "using AKIAIOSFODNN7EXAMPLE now",
        "docs.aws.amazon.com/IAM, unique identifiers",
    ),
    rule(
        "aws-secret-key",
        "values named AWS secret access key",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "docs.aws.amazon.com/cli, configuration and credential files",
    ),
    rule(
        "command-password",
        "passwords behind short options: mysql -p, sshpass -p, curl -u, redis-cli -a, sqlcmd -P",
        "mysql -u root -phunter2 app",
        "dev.mysql.com, connecting using command options",
    ),
    rule(
        "datadog-key",
        "Datadog application keys and access tokens, `ddapp_…`, `ddpat_…`, `ddsat_…`",
        "key ddapp_0123456789ABCDEFGHIJabcdefghij0123",
        "docs.datadoghq.com, API and application keys; personal access tokens",
    ),
    rule(
        "gateway-key",
        "keys of the access gateway, `hpk_…` and `xapi-…`",
        "HOOP hpk_Zk3vQe9LxT2mN8pR5wYbHc6uJd1sFg4aKi7oXq0tVzM",
        "hoophq/hoop gateway/models/apikey.go; gateway/api/apiroutes/auth.go",
    ),
    rule(
        "github-token",
        "GitHub tokens, `ghp_…`, `gho_…`, `ghu_…`, `ghs_…`, `ghr_…`, `github_pat_…`",
        "push with ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "docs.github.com, token formats",
    ),
    rule(
        "gitlab-token",
        "GitLab tokens, `glpat-…` and their relatives",
        "clone with glpat-Zk3vQe9LxT2mN8pR5wYb",
        "docs.gitlab.com, token prefixes",
    ),
    rule(
        "google-key",
        "Google API keys, `AIza…`, and OAuth client secrets, `GOCSPX-…`",
        "maps AIzaSyZk3vQe9LxT2mN8pR5wYbHc6uJd1sFg4aK",
        "cloud.google.com/docs, API keys",
    ),
    rule(
        "jwt",
        "JSON Web Tokens",
        "got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
        "RFC 7519; RFC 7516",
    ),
    rule(
        "npm-token",
        "npm access tokens, `npm_…`",
        "publish npm_Zk3vQe9LxT2mN8pR5wYbHc6uJd1sFg4aKi7o",
        "docs.npmjs.com, about access tokens",
    ),
    rule(
        "openai-key",
        "OpenAI keys and those of services that copy their form, `sk-…`",
        "call sk-proj-Zk3vQe9LxT2mN8pR5wYbHc6uJd1s",
        "platform.openai.com, API keys",
    ),
    rule(
        "password",
        "values named password, passwd, passphrase, pass or pwd",
        "PGPASSWORD=hunter2 psql",
        "postgresql.org, libpq environment variables; learn.microsoft.com, connection strings",
    ),
    rule(
        "payment-card",
        "payment card numbers of 16 digits, in fours or whole, with a right check digit",
        "card 4111 1111 1111 1111 declined",
        "ISO/IEC 7812-1",
    ),
    rule(
        "private-key",
        "private keys in PEM, OpenSSH's and OpenPGP's among them",
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----",
        "RFC 7468",
    ),
    rule(
        "pypi-token",
        "PyPI tokens, `pypi-AgE…`",
        "twine pypi-AgEIcHlwaS5vcmcCJGZvbzEyMzQ1Njc4LTkwYWItY2RlZi0xMjM0NTY3ODkw",
        "pypi.org/help, API tokens",
    ),
    rule(
        "secret",
        "values named secret, client secret and the like",
        "CLIENT_SECRET=Zk3vQe9LxT2m",
        "RFC 6749, section 2.3.1",
    ),
    rule(
        "secret-key",
        "values named secret, private, access, account, signing, encryption or master key",
        "AccountName=logs;AccountKey=Zk3vQe9LxT2mN8pR5wYbHc6uJd1sFg==;",
        "learn.microsoft.com, Azure Storage connection strings",
    ),
    rule(
        "slack-token",
        "Slack tokens, `xoxb-…` and their relatives, `xapp-…`",
        "bot xoxb-123456789012-Zk3vQe9LxT2m",
        "docs.slack.dev, tokens",
    ),
    rule(
        "sql-password",
        "passwords in CREATE and ALTER ROLE or USER, IDENTIFIED BY, SET PASSWORD",
        "ALTER ROLE app WITH PASSWORD 'hunter2';",
        "postgresql.org, CREATE ROLE; dev.mysql.com, CREATE USER",
    ),
    rule(
        "stripe-key",
        "Stripe secret and restricted keys, `sk_live_…`, `rk_live_…` and their test twins",
        "charge with sk_live_Zk3vQe9LxT2mN8pR",
        "docs.stripe.com/keys",
    ),
    rule(
        "token",
        "values named token",
        "https://hooks.example.com/in?token=Zk3vQe9LxT2m",
        "RFC 6750, section 2.3",
    ),
    rule(
        "url-password",
        "passwords in addresses, and user names that are tokens",
        "postgres://app:hunter2@db.internal:5432/app",
        "RFC 3986, section 3.2.1",
    ),
    rule(
        "vault-token",
        "HashiCorp Vault tokens, `hvs.…`, `hvb.…`",
        "login hvs.Zk3vQe9LxT2mN8pR5wYbHc6u",
        "developer.hashicorp.com/vault, tokens",
    ),
    rule(
        "webhook-secret",
        "webhook signing secrets, `whsec_…`",
        "verify whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "github.com/standard-webhooks/standard-webhooks, specification",
    ),
];
