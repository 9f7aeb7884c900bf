//! Secrets: where each is found, and who else can read its file.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::shell_word;
use crate::doctor::finding::{Finding, Repair};
use crate::doctor::subject::{SecretFacts, Subject};

/// Everybody may read or write.
const OPEN_TO_OTHERS: u32 = 0o006;
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
    if let Some((why, hints)) = &secret.error {
        let finding = Finding::problem(format!("{name}: {why}"));
        let finding = hints.iter().fold(finding, Finding::fix);
        let exposed = secret.exposed.iter().cloned().map(Repair::MakePrivate);
        return exposed.fold(finding, Finding::repair);
    }
    let place = secret.place.as_deref().unwrap_or_default();
    let shown = secret.shown.as_deref().unwrap_or("****");
    let finding = Finding::ok().note(format!("{name}: {shown} from {place}"));
    match (mode, &secret.file) {
        (Some(mode), Some(file)) if mode & OPEN_TO_OTHERS != 0 => finding
            .warn(format!(
                "{} can be {} by everybody here ({mode:04o})",
                file.display(),
                match mode & READABLE_BY_OTHERS {
                    0 => "changed",
                    _ => "read",
                }
            ))
            .fix(format!("chmod o-rwx {}", shell_word(file)))
            .repair(Repair::CloseToOthers(file.clone())),
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
            exposed: None,
        }
    }

    #[test]
    fn a_file_that_everybody_can_read_is_named_and_can_be_mended() {
        for (mode, told) in [
            (0o644, "read by everybody here (0644)"),
            (0o622, "changed by"),
        ] {
            let finding = judge(&secret(), Some(mode));
            assert_eq!(finding.state, State::Warning);
            assert_eq!(finding.repairs, [Repair::CloseToOthers("/run/key".into())]);
            assert!(finding.evidence[1].contains(told), "{finding:?}");
        }
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
    fn a_secret_that_cannot_be_had_is_a_problem_with_what_helps() {
        let hints = vec!["`chmod 600 /run/default.key`".to_owned()];
        let broken = SecretFacts {
            error: Some(("/run/default.key can be read by others".to_owned(), hints)),
            exposed: Some("/run/default.key".into()),
            ..secret()
        };
        let finding = judge(&broken, None);
        assert_eq!((finding.state, finding.fixes.len()), (State::Problem, 1));
        let private = Repair::MakePrivate("/run/default.key".into());
        assert_eq!(finding.repairs, [private]);
    }
}
