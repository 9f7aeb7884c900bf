//! Every output, log, state and temporary file of a whole run is searched for the secrets that were
//! used in it.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustix::process::Signal;
use serde_json::json;

use super::{kept_files, set, without_secrets};
use crate::support::{
    Attempt, CommandOutput, SECRET, SandboxOptions, SandboxProcess, TestEnvironment, until,
};

/// What was said, and by whom.
struct Heard(Vec<(String, String)>);

impl Heard {
    fn hear(&mut self, what: &str, output: &CommandOutput) {
        self.0.push((
            what.to_owned(),
            format!("{}{}", output.stdout, output.stderr),
        ));
    }

    /// Runs a command with everything that it can say, in one form or the other. One that ends otherwise
    /// than it should says nothing of what it would have shown.
    fn run(&mut self, environment: &TestEnvironment, line: &str, code: i32) {
        let log = ["text", "json"][self.0.len() % 2];
        let args = line.split(' ').chain(["-vv", "--log-format", log]);
        self.hear(line, &environment.run(args).exits(code));
    }
}

/// Commands, and how each must end. `SESSION` stands for the id of a session.
const COMMANDS: &[(&str, i32)] = &[
    ("auth list", 0),
    ("auth list -o json", 0),
    ("auth rotate", 0),
    ("validate", 0),
    ("validate --all-sites -o json", 0),
    ("config list --origin", 0),
    ("config check", 0),
    ("sessions list --since 60d -o json", 0),
    ("sessions show SESSION", 0),
    ("sessions replay SESSION --no-timing", 0),
    ("sessions search customers --since 60d --type database", 0),
    ("sessions assert --policy policy.yaml --since 60d", 3),
    ("sessions export --since 60d --to logs --dry-run", 0),
    ("sessions export --since 60d --to logs --new --yes", 0),
    ("sessions export --since 60d --to otlp --to llmobs --yes", 0),
    ("audit export --since 60d --to logs --yes", 0),
    ("traces export --file traces.ndjson --to logs", 0),
    ("receipts list", 0),
    ("receipts verify --since 60d", 0),
    ("deadletters list", 0),
    (
        "webhooks register --to https://relay.example.com/hoop --signing-secret-file relay.secret --yes",
        0,
    ),
    (
        "webhooks register --to logs --uid direct --allow-key-in-url --yes",
        0,
    ),
    ("webhooks list -o json", 0),
    ("webhooks show direct", 0),
    ("webhooks test direct", 0),
    ("webhooks update ddctl --description relay --yes", 0),
    ("monitors plan", 0),
    ("monitors apply --yes", 0),
    ("dashboards apply --yes", 0),
    ("test-event high-risk-command --dry-run", 0),
    ("manifest compose --image ddctl:1", 0),
    ("manifest relay", 0),
    ("otel env --site datadoghq.eu", 0),
    ("state show", 0),
    ("status", 1),
    (
        "setup --no-input --yes --delivery export --production prod-* --packs hoop",
        0,
    ),
    // What refuses and what cannot be reached.
    ("validate --api-key-file wrong.key", 3),
    (
        "sessions export --since 60d --to logs --api-key-file wrong.key --again --yes",
        4,
    ),
    ("sessions list --gateway-token-file wrong.token", 4),
    ("sessions list --gateway-url http://127.0.0.1:1", 5),
    ("webhooks list --svix-token-file wrong.token -o json", 4),
    // Another key for the file: what a program prints.
    ("auth rotate --identity-command cat passphrase", 0),
    ("monitors list --live", 0),
];

/// A secret, and as it may be spelled elsewhere.
fn spellings(secret: &str) -> Vec<String> {
    let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    // The head of the base64 is the same wherever the secret begins a text.
    let mut base64 = STANDARD.encode(secret);
    base64.truncate(secret.len() / 3 * 4);
    vec![secret.to_owned(), encoded, base64]
}

/// A relay that took a webhook, ended by `signal`.
fn relay(sandbox: &SandboxProcess, environment: &TestEnvironment, signal: Signal) -> CommandOutput {
    let args = "relay --listen 0 --disk-free 1kB --signing-secret-file relay.secret --to logs -vv";
    let mut running = environment.command(args.split(' ')).start();
    let said = running.wait_for_stderr("listening for webhooks at ");
    let url = said.split("webhooks at ").nth(1).expect("an address");
    let url = url.lines().next().expect("a line");
    let row = json!({"event_type": "plan.changed", "number": 1}).to_string();
    let id = format!("msg_{}", signal.as_raw());
    let attempt = Attempt::of(&id, row.as_bytes());
    let before = sandbox.received("logs", "").len();
    assert!((200..300).contains(&attempt.post(url).status));
    until("the webhook is delivered", || {
        sandbox.has_received("logs", before + 1).then_some(())
    });
    running.signal(signal);
    running.finish()
}

/// Whether a file is where a secret was given from, or what unlocks the others.
fn is_source(path: &Path, given: &[PathBuf]) -> bool {
    given.iter().any(|source| source.ends_with(path))
}

/// Every secret of the run, given to `auth set` where that keeps it.
fn keep_all(
    sandbox: &SandboxProcess,
    environment: &TestEnvironment,
    heard: &mut Heard,
) -> Vec<String> {
    let var = |name: &str| sandbox.var(name).to_owned();
    let kinds = [
        ("api-key", var("DD_API_KEY")),
        ("app-key", var("DD_APP_KEY")),
        ("gateway-token", var("HOOP_TOKEN")),
        ("gateway-admin-token", var("HOOP_TOKEN")),
        ("svix-token", var("DDCTL_SVIX_TOKEN")),
        (
            "redaction-key",
            "0123456789abcdef-the-key-of-redaction".to_owned(),
        ),
        ("queue-credential", "queue:correct-horse-9".to_owned()),
    ];
    for (kind, secret) in &kinds {
        let more = ["-vv", "-o", "json"];
        heard.hear(kind, &set(environment, kind, secret, &more).exits(0));
    }
    kinds.into_iter().map(|(_, secret)| secret).collect()
}

#[test]
fn no_output_log_state_or_temporary_file_of_a_whole_run_holds_a_secret() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = without_secrets(&sandbox);
    environment.unset("DDCTL_SVIX_TOKEN");
    environment.set("DDCTL_SVIX_URL", sandbox.var("DDCTL_SANDBOX_SVIX_URL"));
    let mut heard = Heard(Vec::new());
    let mut secrets = keep_all(&sandbox, &environment, &mut heard);
    let mut given = vec![kept_files(&environment).join("default.key")];
    for (name, secret) in [
        ("relay.secret", SECRET),
        ("wrong.key", "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"),
        ("wrong.token", "hpk_a-token-that-nobody-knows-0123456789"),
        ("passphrase", "a passphrase that opens the file"),
    ] {
        environment.write(&environment.path(name), format!("{secret}\n"));
        given.push(environment.path(name));
        secrets.push(secret.to_owned());
    }
    for name in ["policy.yaml", "traces.ndjson"] {
        let example = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("examples")
            .join(name);
        fs::copy(example, environment.path(name)).expect("an example");
    }
    let listed = environment.run(["sessions", "list", "--since", "60d", "-o", "json"]);
    let session = listed.exits(0).json()[0]["id"].clone();
    let session = session.as_str().expect("a session has an id");
    for (line, code) in COMMANDS {
        heard.run(&environment, &line.replace("SESSION", session), *code);
        if *line == "auth rotate" {
            let identity = fs::read_to_string(&given[0]).expect("it was made");
            secrets.push(identity.lines().last().expect("an identity").to_owned());
        }
    }
    assert!(
        sandbox.has_received("logs", 1),
        "what was exported was sent"
    );
    heard.hear(
        "relay",
        &relay(&sandbox, &environment, Signal::TERM).exits(0),
    );
    heard.hear(
        "killed",
        &relay(&sandbox, &environment, Signal::KILL).exits(137),
    );
    for spelling in secrets.iter().flat_map(|secret| spellings(secret)) {
        for (what, said) in &heard.0 {
            assert!(!said.contains(&spelling), "`{what}` said a secret");
        }
        for (path, content) in environment.files() {
            let holds = memchr::memmem::find(&content, spelling.as_bytes()).is_some();
            assert!(
                !holds || is_source(&path, &given),
                "{} holds one",
                path.display()
            );
        }
    }
    assert!(heard.0.iter().any(|(_, said)| said.contains("****")));
}
