//! What came out: counted for people and for the exit code, kept where a file is written of it.

use crate::assert::{Answer, Policy, Verdict};
use crate::commands::sessions::inputs::Origin;
use crate::error::Exit;
use crate::ui::{Ui, counted};

/// One recording with its verdicts.
#[derive(Clone, Debug)]
pub struct Judged {
    pub origin: Origin,
    /// Of the rules that are about it.
    pub verdicts: Vec<Verdict>,
    /// The gateway kept failing on it; run again.
    pub is_failing: bool,
    /// False for a session that was turned down or waits.
    pub has_run: bool,
}

impl Judged {
    /// True where a rule is about what happened.
    pub fn is_asked_about(&self) -> bool {
        self.has_run && !self.verdicts.is_empty()
    }

    /// `holds`, `broken` or `cannot-tell`: of all its rules.
    pub fn weightiest(&self) -> &'static str {
        let answers = || self.verdicts.iter().map(|verdict| &verdict.answer);
        answers()
            .find(|answer| matches!(answer, Answer::Broken(_)))
            .or_else(|| answers().find(|answer| matches!(answer, Answer::CannotTell(_))))
            .unwrap_or(&Answer::Holds)
            .as_str()
    }
}

/// How often something came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub holds: u64,
    pub broken: u64,
    pub unknown: u64,
}

impl Counts {
    fn add(&mut self, word: &str) {
        match word {
            "broken" => self.broken += 1,
            "cannot-tell" => self.unknown += 1,
            _ => self.holds += 1,
        }
    }

    fn all(self) -> u64 {
        self.holds + self.broken + self.unknown
    }
}

/// Every recording that was looked at.
pub struct Outcome<'p> {
    pub policy: &'p Policy,
    /// In the order of the policy.
    pub of_rules: Vec<Counts>,
    /// Recordings by their weightiest verdict.
    recordings: Counts,
    not_run: u64,
    not_asked: u64,
    pub is_failing: bool,
    /// Those that were judged, where they are to be kept.
    pub judged: Vec<Judged>,
}

impl<'p> Outcome<'p> {
    pub fn new(policy: &'p Policy) -> Self {
        Self {
            policy,
            of_rules: vec![Counts::default(); policy.rules.len()],
            recordings: Counts::default(),
            not_run: 0,
            not_asked: 0,
            is_failing: false,
            judged: Vec::new(),
        }
    }

    pub fn add(&mut self, judged: Judged, keeps: bool) {
        self.is_failing |= judged.is_failing;
        if !judged.has_run {
            self.not_run += 1;
            return;
        }
        if !judged.is_asked_about() {
            self.not_asked += 1;
            return;
        }
        self.recordings.add(judged.weightiest());
        for verdict in &judged.verdicts {
            self.of_rules[verdict.rule].add(verdict.answer.as_str());
        }
        if keeps {
            self.judged.push(judged);
        }
    }

    /// Recordings that were looked at, judged or not.
    pub fn seen(&self) -> u64 {
        self.recordings.all() + self.not_run + self.not_asked
    }

    /// What is broken weighs more than what may be known the next time, and that more than what
    /// nobody can tell. A policy that was held against nothing says nothing, unless `may_be_none`.
    pub fn exit(&self, may_be_none: bool) -> Exit {
        let Counts {
            broken, unknown, ..
        } = self.recordings;
        match () {
            () if broken > 0 => Exit::AnswerIsNo,
            () if self.is_failing => Exit::Unreachable,
            () if unknown > 0 => Exit::Failed,
            () if self.recordings.all() == 0 && !may_be_none => Exit::Failed,
            () => Exit::Done,
        }
    }

    /// Says how much was judged, and where nothing was, why.
    pub fn say(&self, ui: &Ui) {
        let never_ran = || counted(self.not_run, "session") + " never ran";
        if self.recordings.all() == 0 {
            let why = match (self.not_asked, self.not_run) {
                (0, 0) => "no session matches".to_owned(),
                (0, _) => never_ran(),
                (others, _) => format!("no rule is about any of {}", counted(others, "recording")),
            };
            return ui.warning(&format!("nothing was judged: {why}"));
        }
        let found = match (self.recordings.broken, self.recordings.unknown) {
            (0, 0) => "every rule holds".to_owned(),
            (broken, 0) => format!("{broken} broken"),
            (0, unknown) => format!("nobody can tell of {unknown}"),
            (broken, unknown) => format!("{broken} broken, nobody can tell of {unknown}"),
        };
        let judged = counted(self.recordings.all(), "recording");
        let mut said = format!("{judged} judged: {found}");
        if self.not_run > 0 {
            said += &format!("; {}", never_ran());
        }
        if self.not_asked > 0 {
            said += &format!("; no rule is about {} more", self.not_asked);
        }
        ui.status(&said);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        let text =
            "version: 1\nrules:\n- { name: a, exit_code: [0] }\n- { name: b, exit_code: [0] }\n";
        Policy::parse(text).expect("a policy")
    }

    fn judged(answers: Vec<Answer>, is_failing: bool) -> Judged {
        let verdicts = answers.into_iter().enumerate();
        Judged {
            origin: Origin::File("a.cast".to_owned()),
            verdicts: verdicts
                .map(|(rule, answer)| Verdict { rule, answer })
                .collect(),
            is_failing,
            has_run: true,
        }
    }

    #[test]
    fn the_weightiest_verdict_decides_the_exit_code() {
        let broken = || Answer::Broken(Vec::new());
        let unknown = || Answer::CannotTell(Vec::new());
        for (recordings, exit) in [
            (
                vec![(vec![Answer::Holds, Answer::Holds], false)],
                Exit::Done,
            ),
            (vec![(vec![Answer::Holds, unknown()], false)], Exit::Failed),
            (vec![(vec![unknown()], true)], Exit::Unreachable),
            (
                vec![(vec![unknown(), broken()], true), (vec![unknown()], false)],
                Exit::AnswerIsNo,
            ),
            (Vec::new(), Exit::Failed),
        ] {
            let policy = policy();
            let mut outcome = Outcome::new(&policy);
            for (answers, is_failing) in recordings.clone() {
                outcome.add(judged(answers, is_failing), false);
            }
            assert_eq!(outcome.exit(false), exit, "{recordings:?}");
            assert!(outcome.judged.is_empty());
        }
        assert_eq!(Outcome::new(&policy()).exit(true), Exit::Done);
    }
}
