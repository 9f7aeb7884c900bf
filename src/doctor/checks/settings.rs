//! The settings file: can it be read, and what overrides it?

use crate::doctor::finding::Finding;
use crate::doctor::subject::{SettingsFacts, Subject};

pub async fn look(subject: &Subject) -> Finding {
    judge(&subject.local.settings)
}

fn judge(facts: &SettingsFacts) -> Finding {
    if let Some((why, hints)) = &facts.broken {
        let finding = Finding::problem(why.clone());
        return hints.iter().cloned().fold(finding, Finding::fix);
    }
    let finding = match &facts.path {
        Some(path) if facts.exists && facts.has_profile => {
            Finding::ok().note(format!("profile `{}` of {}", facts.profile, path.display()))
        }
        Some(path) if facts.exists => Finding::ok().note(format!(
            "{} has no profile `{}`: flags, environment and defaults decide",
            path.display(),
            facts.profile
        )),
        Some(path) => Finding::ok().note(format!(
            "no settings file ({}): flags, environment and defaults decide",
            path.display()
        )),
        None => Finding::ok().note("no settings file: flags, environment and defaults decide"),
    };
    let overriding = facts.overridden.iter();
    overriding.fold(finding, |finding, (key, origin)| {
        finding.note(format!("{key} comes from {origin}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    #[test]
    fn a_file_that_cannot_be_read_is_a_problem_with_its_hints() {
        let facts = SettingsFacts {
            broken: Some((
                "line 3: unknown setting `sit`".to_owned(),
                vec!["edit it".to_owned()],
            )),
            ..SettingsFacts::default()
        };
        let finding = judge(&facts);
        assert_eq!(finding.state, State::Problem);
        assert_eq!(finding.fixes, ["edit it"]);
    }

    #[test]
    fn what_overrides_the_file_is_named() {
        let facts = SettingsFacts {
            path: Some("/etc/ddctl.toml".into()),
            exists: true,
            has_profile: true,
            profile: "prod".to_owned(),
            overridden: vec![("site", "environment (DD_SITE)".to_owned())],
            ..SettingsFacts::default()
        };
        let finding = judge(&facts);
        assert_eq!(finding.state, State::Ok);
        assert_eq!(
            finding.evidence,
            [
                "profile `prod` of /etc/ddctl.toml",
                "site comes from environment (DD_SITE)"
            ]
        );
    }
}
