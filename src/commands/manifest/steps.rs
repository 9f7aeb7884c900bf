//! What a person does before it runs, and what can be asked of it once it does.

use crate::config::{DEFAULT_PROFILE, SecretKind};
use crate::domain::shell::word;
use crate::manifest::Plan;

/// Lines for a shell, or in words where a shell is not enough.
pub struct Steps {
    pub before: Vec<String>,
    pub after: Vec<String>,
}

/// Points the gateway at a relay, and makes the signing secret that others take from that file.
pub fn register(plan: &Plan) -> Option<String> {
    let profile = match plan.profile.as_str() {
        DEFAULT_PROFILE => String::new(),
        name => format!(" --profile {}", word(name)),
    };
    let file = source(SecretKind::SigningSecret);
    let line =
        format!("ddctl webhooks register --to https://HOST --signing-secret-file {file}{profile}");
    plan.mode.is_relay().then_some(line)
}

/// The file on this machine that holds a secret.
pub fn source(kind: SecretKind) -> &'static str {
    match kind {
        SecretKind::SigningSecret => kind.name(),
        _ => "FILE",
    }
}

/// Hands `install` a line for each hidden variable; the shell brings the values.
pub fn hidden_variables(plan: &Plan, install: &str) -> Option<String> {
    let lines = plan.hidden.iter();
    let lines = lines.map(|variable| format!(" \"{}='${}'\"", variable.name, variable.here));
    let lines: String = lines.collect();
    (!lines.is_empty()).then(|| format!("printf '%s\\n'{lines} | {install}"))
}
