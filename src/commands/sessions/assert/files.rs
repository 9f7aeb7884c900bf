//! The result for other programs: JUnit and SARIF.

use super::outcome::{Judged, Outcome};
use super::report::replay_of;
use crate::assert::{Answer, Evidence, Finding, Level, Verdict, sarif, uri_of_path};
use crate::commands::sessions::inputs::Origin;
use crate::monitors::{TestCase, TestSuite, junit};

impl Outcome<'_> {
    fn verdicts(&self) -> impl Iterator<Item = (&Judged, &Verdict)> {
        self.judged
            .iter()
            .flat_map(|judged| judged.verdicts.iter().map(move |verdict| (judged, verdict)))
    }

    /// One suite for each rule, one case for each recording it is about.
    pub fn junit(&self) -> String {
        let suite = |(index, name): (usize, &String)| TestSuite {
            name: name.clone(),
            cases: self
                .verdicts()
                .filter(|(_, verdict)| verdict.rule == index)
                .map(|(judged, verdict)| case(&judged.origin, &verdict.answer))
                .collect(),
        };
        let rules = self.policy.rules.iter().map(|rule| &rule.name);
        junit(&rules.enumerate().map(suite).collect::<Vec<_>>())
    }

    /// The document with a line end.
    pub fn sarif(&self) -> anyhow::Result<Vec<u8>> {
        let findings: Vec<Finding<'_>> = self
            .verdicts()
            .flat_map(|(judged, verdict)| findings(&judged.origin, verdict))
            .collect();
        let version = env!("CARGO_PKG_VERSION");
        let document = sarif(self.policy, version, !self.is_failing, &findings);
        let mut bytes = serde_json::to_vec_pretty(&document)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

fn case(origin: &Origin, answer: &Answer) -> TestCase {
    let name = match origin {
        Origin::File(path) => path.clone(),
        Origin::Session(session, _) => format!(
            "{} ({} on {})",
            session.id,
            session.identity.label(),
            session.connection.name
        ),
    };
    let (failure, error) = match answer {
        Answer::Holds => (None, None),
        Answer::CannotTell(reasons) => (None, Some(reasons.join("\n"))),
        Answer::Broken(evidence) => {
            let told: Vec<String> = evidence.iter().map(|one| told(origin, one)).collect();
            (Some(told.join("\n")), None)
        }
    };
    TestCase {
        name,
        failure,
        error,
    }
}

fn told(origin: &Origin, evidence: &Evidence) -> String {
    let mut text = evidence.what.clone();
    if let Some(place) = &evidence.place {
        text += &format!("\n  {}", place.text);
    }
    if let Some(command) = replay_of(origin, evidence) {
        text += &format!("\n  {command}");
    }
    text
}

fn findings<'f>(origin: &'f Origin, verdict: &'f Verdict) -> Vec<Finding<'f>> {
    let finding = |level, replay| Finding {
        rule: verdict.rule,
        level,
        uri: match origin {
            Origin::File(path) => uri_of_path(path),
            Origin::Session(_, page) => page.clone(),
        },
        name: origin.name(),
        replay,
    };
    match &verdict.answer {
        Answer::Holds => Vec::new(),
        Answer::CannotTell(reasons) => {
            let open = |why: &'f String| finding(Level::CannotTell(why), None);
            reasons.iter().map(open).collect()
        }
        Answer::Broken(evidence) => {
            let fail = |one| finding(Level::Broken(one), replay_of(origin, one));
            evidence.iter().map(fail).collect()
        }
    }
}
