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

    /// Runs a command with everything that it can say.
    fn run(&mut self, environment: &TestEnvironment, line: &str) {
        for log in ["text", "json"] {
            let args = line.split(' ').chain(["-vv", "--log-format", log]);
            self.hear(line, &environment.run(args));
        }
    }
}

/// A secret, and as it may be spelled elsewhere.
fn spellings(secret: &str) -> Vec<String> {
    let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    // The head of the base64 is the same wherever the secret begins a text.
    let mut base64 = STANDARD.encode(secret);
    base64.truncate(secret.len() / 3 * 4);
    vec![secret.to_owned(), encoded, base64]
}

fn relay(sandbox: &SandboxProcess, environment: &TestEnvironment, heard: &mut Heard) {
    let args = "relay --listen 0 --disk-free 1kB --signing-secret-file relay.secret --to logs -vv";
    let mut running = environment.command(args.split(' ')).start();
    let said = running.wait_for_stderr("listening for webhooks at ");
    let url = said.split("webhooks at ").nth(1).expect("an address");
    let url = url.lines().next().expect("a line");
    let row = json!({"event_type": "plan.changed", "number": 1}).to_string();
    let attempt = Attempt::of("msg_1", row.as_bytes());
    assert!((200..300).contains(&attempt.post(url).status));
    until("the webhook is delivered", || {
        sandbox.has_received("logs", 1).then_some(())
    });
    running.signal(Signal::TERM);
    heard.hear("relay", &running.finish().exits(0));
}

/// Whether a file is where a secret was given from, or what unlocks the others.
fn is_source(path: &Path, given: &[PathBuf]) -> bool {
    given.iter().any(|source| source.ends_with(path))
}

#[test]
fn no_output_log_state_or_temporary_file_of_a_whole_run_holds_a_secret() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = without_secrets(&sandbox);
    environment.set("DDCTL_SVIX_URL", sandbox.var("DDCTL_SANDBOX_SVIX_URL"));
    let var = |name: &str| sandbox.var(name).to_owned();
    let redaction = "0123456789abcdef-the-key-of-redaction".to_owned();
    let kinds = [
        ("api-key", var("DD_API_KEY")),
        ("app-key", var("DD_APP_KEY")),
        ("gateway-token", var("HOOP_TOKEN")),
        ("redaction-key", redaction),
    ];
    let mut heard = Heard(Vec::new());
    for (kind, secret) in &kinds {
        let more = ["-vv", "-o", "json"];
        heard.hear(kind, &set(&environment, kind, secret, &more).exits(0));
    }
    let signing = environment.path("relay.secret");
    fs::write(&signing, format!("{SECRET}\n")).expect("written");
    for line in [
        "auth list",
        "auth list -o json",
        "auth rotate",
        "validate",
        "validate --all-sites -o json",
        "config list --origin",
        "config check",
        "sessions export --since 60d --to logs --new",
        "sessions export --since 60d --to logs --dry-run",
        "sessions export --since 60d --to otlp --to llmobs",
        "webhooks register --to https://relay.example.com/hoop --signing-secret-file relay.secret --yes",
        "webhooks list -o json",
        "monitors plan",
        "otel env --site datadoghq.eu --redact",
        "state show",
        "receipts list",
        "status",
    ] {
        heard.run(&environment, line);
    }
    relay(&sandbox, &environment, &mut heard);
    let identity = kept_files(&environment).join("default.key");
    let text = fs::read_to_string(&identity).expect("it was made");
    let identity_line = text.lines().last().expect("an identity").to_owned();
    let mut secrets: Vec<String> = kinds.into_iter().map(|(_, secret)| secret).collect();
    secrets.extend([SECRET.to_owned(), identity_line]);
    let given = [signing, identity];
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
