//! Secrets: where each is found, and who else can read its file.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::doctor::finding::{Finding, Repair};
use crate::doctor::subject::{SecretFacts, Subject};

/// Everybody may read.
const READABLE_BY_OTHERS: u32 = 0o004;

pub async fn look(subject: &Subject) -> Finding {
    let secrets = subject.local.secrets.iter();
    let is_there = |it: &&SecretFacts| it.place.is_some() || it.error.is_some();
    let (there, missing): (Vec<_>, Vec<_>) = secrets.partition(is_there);
    let judged = there.into_iter().map(|secret| {
        let mode = secret.file.as_deref().and_then(mode);
        judge(secret, mode)
    });
    let all = judged.reduce(Finding::and).unwrap_or_else(Finding::ok);
    let names: Vec<&str> = missing.iter().map(|it| it.name).collect();
    let all = match names.is_empty() {
        true => all,
        false => all.note(format!("not found: {}", names.join(", "))),
    };
    match missing.len() < subject.local.secrets.len() {
        true => all,
        false => all.warn("no key and no token is found").fix(
            "set DD_API_KEY and HOOP_TOKEN, or name files: --api-key-file, --gateway-token-file",
        ),
    }
}

/// The permission bits of what a path leads to.
fn mode(path: &Path) -> Option<u32> {
    let file = std::fs::metadata(path).ok()?;
    file.is_file().then(|| file.permissions().mode() & 0o777)
}

fn judge(secret: &SecretFacts, mode: Option<u32>) -> Finding {
    let name = secret.name;
    if let Some(error) = &secret.error {
        return Finding::problem(format!("{name}: {error}"));
    }
    let place = secret.place.as_deref().unwrap_or_default();
    let shown = secret.shown.as_deref().unwrap_or("****");
    let finding = Finding::ok().note(format!("{name}: {shown} from {place}"));
    match (mode, &secret.file) {
        (Some(mode), Some(file)) if mode & READABLE_BY_OTHERS != 0 => finding
            .warn(format!(
                "{} can be read by everybody here ({mode:04o})",
                file.display()
            ))
            .fix(format!("chmod 600 {}", file.display()))
            .repair(Repair::MakePrivate(file.clone())),
        _ => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    fn secret() -> SecretFacts {
        SecretFacts {
            name: "api-key",
            place: Some("/run/key".to_owned()),
            file: Some("/run/key".into()),
            shown: Some("****cdef".to_owned()),
            error: None,
        }
    }

    #[test]
    fn a_file_that_everybody_can_read_is_named_and_can_be_mended() {
        let finding = judge(&secret(), Some(0o644));
        assert_eq!(finding.state, State::Warning);
        assert_eq!(finding.repairs, [Repair::MakePrivate("/run/key".into())]);
        assert!(finding.evidence[1].contains("(0644)"), "{finding:?}");
    }

    #[test]
    fn a_file_of_its_owner_or_group_is_fine_and_only_a_mask_is_shown() {
        for mode in [Some(0o600), Some(0o440), None] {
            let finding = judge(&secret(), mode);
            assert_eq!(finding.state, State::Ok);
            assert_eq!(finding.evidence, ["api-key: ****cdef from /run/key"]);
        }
    }

    #[test]
    fn a_secret_that_cannot_be_had_is_a_problem() {
        let broken = SecretFacts {
            error: Some("/run/key holds no Datadog API key".to_owned()),
            ..secret()
        };
        assert_eq!(judge(&broken, None).state, State::Problem);
    }
}
