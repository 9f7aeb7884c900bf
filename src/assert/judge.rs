//! One recording held against a policy.

use std::collections::BTreeMap;
use std::io::Read;
use std::ops::ControlFlow;
use std::time::Duration;

use super::approval::approval;
use super::check::Check;
use super::policy::{Policy, Rule};
use super::statements::{CheckId, Collector};
use super::subject::{Applies, Subject};
use super::verdict::{Answer, Evidence, Gathered, Verdict};
use crate::domain::redaction::Redactor;
use crate::domain::session::NO_EXIT_CODE;
use crate::domain::time::human_duration;
use crate::recording::{Code, Event, Kind, Warning};
use crate::search::{Held, Hit, Opened, Part, Parts, Pattern, Searcher, Wanted, held};

/// Reads the recording to its end and gives the verdict of each rule that is about the subject,
/// in the order of the policy.
pub fn judge<R: Read>(
    policy: &Policy,
    subject: &Subject<'_>,
    recording: &mut Opened<R>,
    redactor: &Redactor,
) -> Vec<Verdict> {
    let kind = recording.kind();
    let (rules, mut verdicts) = applying(policy, subject, Some(kind));
    let mut seen = look(&rules, subject, recording, redactor);
    for (index, rule) in rules {
        let answers = rule.checks.iter().enumerate();
        let answers = answers.map(|(place, check)| seen.answer((index, place), check, subject));
        verdicts.push(verdict(index, answers));
    }
    verdicts.sort_by_key(|verdict| verdict.rule);
    verdicts
}

/// As [`judge`], of a session whose recording cannot be read; `why` says so.
pub fn without_recording(policy: &Policy, subject: &Subject<'_>, why: &str) -> Vec<Verdict> {
    let (rules, mut verdicts) = applying(policy, subject, None);
    for (index, rule) in rules {
        let answers = rule.checks.iter().map(|check| match check {
            Check::Match { .. } | Check::Statements(_) => Answer::cannot_tell(why),
            check => of_facts(check, subject, None),
        });
        verdicts.push(verdict(index, answers));
    }
    verdicts.sort_by_key(|verdict| verdict.rule);
    verdicts
}

fn verdict(rule: usize, answers: impl Iterator<Item = Answer>) -> Verdict {
    Verdict {
        rule,
        answer: answers.fold(Answer::Holds, Answer::and),
    }
}

/// The rules that are about the subject, and the verdicts of those of which that is not known.
fn applying<'p>(
    policy: &'p Policy,
    subject: &Subject<'_>,
    kind: Option<Kind>,
) -> (Vec<(usize, &'p Rule)>, Vec<Verdict>) {
    let mut rules = Vec::new();
    let mut verdicts = Vec::new();
    for (index, rule) in policy.rules.iter().enumerate() {
        match subject.is_in(&rule.scope, kind) {
            Applies::Yes => rules.push((index, rule)),
            Applies::No => {}
            Applies::CannotTell(why) => {
                verdicts.push(verdict(index, [Answer::cannot_tell(why)].into_iter()));
            }
        }
    }
    (rules, verdicts)
}

/// What a reading of the recording has shown.
struct Seen {
    kind: Kind,
    is_database: bool,
    has_input: bool,
    /// What matched.
    hits: BTreeMap<CheckId, Gathered>,
    statements: Vec<(CheckId, Answer)>,
    /// Why there may be more than was read.
    incomplete: Option<String>,
    end: End,
}

/// How the recording itself ends.
#[derive(Clone, Copy, Debug, Default)]
struct End {
    at: Duration,
    exit_code: Option<i64>,
}

fn look<R: Read>(
    rules: &[(usize, &Rule)],
    subject: &Subject<'_>,
    recording: &mut Opened<R>,
    redactor: &Redactor,
) -> Seen {
    let (places, patterns) = patterns(rules);
    let wanted = Wanted {
        patterns: &patterns,
        redactor: redactor.clone(),
        context: 0,
    };
    let (kind, is_database) = (recording.kind(), recording.is_database());
    let mut searcher = Searcher::new(kind, is_database, wanted);
    let session = match subject {
        Subject::Session(standing) => Some(standing.session),
        Subject::File => None,
    };
    let asked = checks(rules).filter_map(|(id, check)| match check {
        Check::Statements(asked) => Some((id, asked)),
        _ => None,
    });
    let mut collector = Collector::new(kind, session, redactor.clone(), asked);
    let mut hits: BTreeMap<CheckId, Gathered> = BTreeMap::new();
    let mut each = |hit: Hit| {
        let (check, text) = places[hit.pattern];
        let what = || format!("`{text}` must not be there");
        let gathered = hits.entry(check).or_default();
        gathered.add(|| Evidence::hit(what(), hit));
        ControlFlow::Continue(())
    };
    let (mut event, mut end) = (Event::empty(), End::default());
    let broken = loop {
        match recording.read(&mut event) {
            Ok(true) => {}
            Ok(false) => break None,
            Err(error) => break Some(error.to_string()),
        }
        end.push(&event);
        collector.push(&event);
        let _ = searcher.push(&event, &mut each);
    };
    let _ = searcher.finish(&mut each);
    let warned = recording
        .warnings()
        .iter()
        .find(|warning| !matches!(warning, Warning::NoTiming));
    Seen {
        kind,
        is_database,
        has_input: searcher.has_input(),
        hits,
        statements: collector.finish(),
        incomplete: broken
            .or_else(|| warned.map(ToString::to_string))
            .or_else(|| subject.incomplete().map(str::to_owned)),
        end,
    }
}

fn checks<'p>(rules: &[(usize, &'p Rule)]) -> impl Iterator<Item = (CheckId, &'p Check)> {
    let of_rule = |(index, rule): &(usize, &'p Rule)| {
        let index = *index;
        let checks = rule.checks.iter().enumerate();
        checks.map(move |(place, check)| ((index, place), check))
    };
    rules.iter().flat_map(of_rule)
}

/// The patterns of all rules, and the check that each belongs to with its text.
fn patterns<'p>(rules: &[(usize, &'p Rule)]) -> (Vec<(CheckId, &'p str)>, Vec<Pattern>) {
    let matching = checks(rules).filter_map(|(id, check)| match check {
        Check::Match { pattern, text, .. } => Some(((id, text.as_str()), pattern.clone())),
        _ => None,
    });
    matching.unzip()
}

impl End {
    fn push(&mut self, event: &Event) {
        self.at = event.time;
        if event.code == Code::Exit {
            let code = String::from_utf8_lossy(&event.data);
            self.exit_code = code.trim().parse().ok();
        }
    }
}

impl Seen {
    /// Takes what was found for the check.
    fn answer(&mut self, id: CheckId, check: &Check, subject: &Subject<'_>) -> Answer {
        match check {
            Check::Match {
                is_wanted,
                parts,
                text,
                ..
            } => {
                let found = self.hits.remove(&id).unwrap_or_default();
                self.of_match(*is_wanted, *parts, text, found)
            }
            Check::Statements(_) => {
                let place = self.statements.iter().position(|(of, _)| *of == id);
                let answer = place.map(|place| self.statements.swap_remove(place).1);
                self.unless_incomplete(answer.unwrap_or(Answer::Holds))
            }
            check => of_facts(check, subject, Some(self.end)),
        }
    }

    fn of_match(&self, is_wanted: bool, parts: Parts, text: &str, found: Gathered) -> Answer {
        let missing = || self.missing(parts);
        match (is_wanted, found.is_empty()) {
            (true, false) => Answer::Holds,
            (true, true) => match self.incomplete.clone().or_else(missing) {
                Some(why) => Answer::CannotTell(vec![why]),
                None => Answer::broken(Evidence::fact(format!("`{text}` is nowhere"))),
            },
            (false, false) => found.answer(),
            (false, true) => match missing() {
                Some(why) => self.unless_incomplete(Answer::CannotTell(vec![why])),
                None => self.unless_incomplete(Answer::Holds),
            },
        }
    }

    /// What is not there may be in what was not read.
    fn unless_incomplete(&self, answer: Answer) -> Answer {
        match &self.incomplete {
            Some(why) => answer.and(Answer::cannot_tell(why.clone())),
            None => answer,
        }
    }

    /// Why one of the parts is not in the recording, though it happened.
    fn missing(&self, parts: Parts) -> Option<String> {
        let wanted = Part::ALL.into_iter().filter(|part| parts.has(*part));
        let mut reasons = wanted.filter_map(|part| {
            match held(self.kind, self.is_database, self.has_input, part) {
                Held::NotRecorded(why) => Some(why.to_owned()),
                Held::Recorded | Held::Never => None,
            }
        });
        reasons.next()
    }
}

/// What the session says of itself; of a file, what its recording ends with.
fn of_facts(check: &Check, subject: &Subject<'_>, end: Option<End>) -> Answer {
    match (check, subject) {
        (Check::ExitCode(codes), Subject::Session(standing)) => {
            let session = standing.session;
            match (session.is_done(), session.exit_code) {
                (false, _) => Answer::cannot_tell("the session is not over"),
                (true, Some(code)) => exit_code(codes, code),
                (true, None) => Answer::cannot_tell("the gateway has no exit code"),
            }
        }
        (Check::ExitCode(codes), Subject::File) => match end.and_then(|end| end.exit_code) {
            Some(code) => exit_code(codes, code),
            None => Answer::cannot_tell("the file says no exit code"),
        },
        (Check::Longest(longest), Subject::Session(standing)) => match standing.ran() {
            Some(ran) if ran > *longest => too_long(ran, *longest),
            Some(_) if !standing.session.is_done() => {
                Answer::cannot_tell("the session is not over")
            }
            Some(_) => Answer::Holds,
            None => Answer::cannot_tell("the gateway does not say when it ended"),
        },
        (Check::Longest(longest), Subject::File) => match end {
            Some(end) if end.at > *longest => too_long(end.at, *longest),
            Some(_) => Answer::Holds,
            None => Answer::cannot_tell("the file cannot be read"),
        },
        (Check::Approval(asked), Subject::Session(standing)) => approval(asked, standing),
        (Check::Approval(_), Subject::File) => {
            Answer::cannot_tell("a file does not say whether it was approved")
        }
        // These are questions for the recording.
        (Check::Match { .. } | Check::Statements(_), _) => Answer::Holds,
    }
}

fn exit_code(codes: &[i64], code: i64) -> Answer {
    match (codes.contains(&code), code) {
        (true, _) => Answer::Holds,
        (false, NO_EXIT_CODE) => Answer::broken(Evidence::fact(
            "it has the exit code 254: it was killed, blocked or lost",
        )),
        (false, code) => Answer::broken(Evidence::fact(format!("it has the exit code {code}"))),
    }
}

fn too_long(ran: Duration, longest: Duration) -> Answer {
    Answer::broken(Evidence::fact(format!(
        "it ran for {}, longer than {}",
        human_duration(ran),
        human_duration(longest)
    )))
}

#[cfg(test)]
mod tests;
