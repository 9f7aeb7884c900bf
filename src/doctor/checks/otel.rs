//! The OTEL_* variables of this environment, judged as `otel check` does, without sending.

use crate::doctor::finding::Finding;
use crate::doctor::subject::Subject;
use crate::otel::{self, Settings, Severity, Target};

pub async fn look(subject: &Subject) -> Finding {
    let local = &subject.local;
    let Some(variables) = &local.otel else {
        return Finding::skipped("no OTEL_* variable is set here");
    };
    let settings = Settings::read(variables);
    let target = match &settings.traces.url {
        Ok(url) => Target::of(url, local.connect_to.as_ref(), local.site),
        Err(_) => Target::Elsewhere,
    };
    judge(&otel::look(&settings, variables, target))
}

fn judge(findings: &[otel::Finding]) -> Finding {
    let told = findings.iter().fold(Finding::ok(), |all, one| {
        let text = format!("{}: {}", one.name, one.text);
        match one.severity {
            Severity::Note => all.note(text),
            // They are settings of other programs: nothing of ddctl's path is broken by them.
            Severity::Warning | Severity::Error => all.warn(text).fix(one.fix.clone()),
        }
    });
    match told.evidence.is_empty() {
        true => told.note("nothing is wrong with them"),
        false => {
            told.fix("`ddctl otel check` sends a span by them, `ddctl otel env` writes good ones")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    fn finding(severity: Severity) -> otel::Finding {
        otel::Finding {
            name: "disabled",
            severity,
            text: "OTEL_SDK_DISABLED is set".to_owned(),
            fix: "take it out".to_owned(),
        }
    }

    #[test]
    fn settings_of_other_programs_are_no_more_than_a_warning() {
        let judged = judge(&[finding(Severity::Error)]);
        assert_eq!(judged.state, State::Warning);
        assert_eq!(judged.evidence, ["disabled: OTEL_SDK_DISABLED is set"]);
        assert_eq!(judged.fixes[0], "take it out");
        assert_eq!(judge(&[finding(Severity::Note)]).state, State::Ok);
        assert_eq!(judge(&[]).state, State::Ok);
    }
}
