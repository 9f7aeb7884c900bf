//! What an assertion shows: each broken rule as it is found, and at the end a line for each rule.

use std::io;

use jiff::Timestamp;
use serde::Serialize;

use super::outcome::{Judged, Outcome};
use crate::assert::{Answer, Evidence, Policy, Verdict};
use crate::commands::sessions::inputs::{Extent, Origin, heading, offset, replay_command};
use crate::context::Context;
use crate::search::Part;
use crate::ui::{Format, Progress, Table, Tone, Ui, escape, format};

/// A recording and what came out; the shape that `-o json` promises.
#[derive(Debug, Serialize)]
struct Row {
    session: Option<String>,
    file: Option<String>,
    user: Option<String>,
    connection: Option<String>,
    start_date: Option<Timestamp>,
    /// `holds`, `broken` or `cannot-tell`: the weightiest of its rules
    verdict: &'static str,
    rules: Vec<RuleRow>,
    url: Option<String>,
}

#[derive(Debug, Serialize)]
struct RuleRow {
    rule: String,
    verdict: &'static str,
    evidence: Vec<EvidenceRow>,
    /// Why nobody can tell.
    reasons: Vec<String>,
}

#[derive(Debug, Serialize)]
struct EvidenceRow {
    what: String,
    part: Option<&'static str>,
    text: Option<String>,
    time: Option<Timestamp>,
    offset_s: Option<f64>,
    replay: Option<String>,
}

impl Row {
    fn of(policy: &Policy, judged: &Judged) -> Self {
        let session = judged.origin.session();
        let rules = judged.verdicts.iter();
        let rules = rules.map(|verdict| RuleRow::of(policy, &judged.origin, verdict));
        Self {
            session: session.map(|session| session.id.clone()),
            file: session.is_none().then(|| judged.origin.name().to_owned()),
            user: session.map(|session| session.identity.email.clone()),
            connection: session.map(|session| session.connection.name.clone()),
            start_date: session.map(|session| session.start_date),
            verdict: judged.weightiest(),
            rules: rules.collect(),
            url: session.map(|_| judged.origin.place().to_owned()),
        }
    }
}

impl RuleRow {
    fn of(policy: &Policy, origin: &Origin, verdict: &Verdict) -> Self {
        let (evidence, reasons) = match &verdict.answer {
            Answer::Holds => (&[][..], &[][..]),
            Answer::CannotTell(reasons) => (&[][..], reasons.as_slice()),
            Answer::Broken(evidence) => (evidence.as_slice(), &[][..]),
        };
        Self {
            rule: policy.rules[verdict.rule].name.clone(),
            verdict: verdict.answer.as_str(),
            evidence: evidence
                .iter()
                .map(|one| EvidenceRow::of(origin, one))
                .collect(),
            reasons: reasons.to_vec(),
        }
    }
}

impl EvidenceRow {
    fn of(origin: &Origin, evidence: &Evidence) -> Self {
        let place = evidence.place.as_ref();
        Self {
            what: evidence.what.clone(),
            part: place.map(|place| place.part.as_str()),
            text: place.map(|place| place.text.clone()),
            time: place.and_then(|place| origin.time(place.start)),
            offset_s: place.map(|place| place.start.as_secs_f64()),
            replay: replay_of(origin, evidence),
        }
    }
}

/// What shows a piece of evidence in the terminal.
pub fn replay_of(origin: &Origin, evidence: &Evidence) -> Option<String> {
    replay_command(origin.name(), &evidence.place.as_ref()?.clip())
}

/// An assertion under way.
pub struct Report<'c> {
    ui: &'c Ui,
    progress: Progress,
    extent: Extent,
    outcome: Outcome<'c>,
    /// The formats that are one document, and the files, want every recording at the end.
    keeps_all: bool,
    /// Files are for others than whoever reads stdout, and get the rest when that one leaves.
    has_files: bool,
    /// Why nothing is shown any more.
    reader_left: Option<io::Error>,
    shown: u64,
}

impl<'c> Report<'c> {
    /// `has_files` says that the result is written to files as well.
    pub fn new(context: &'c Context, policy: &'c Policy, has_files: bool, extent: Extent) -> Self {
        let ui = &context.ui;
        Self {
            ui,
            progress: ui.progress("judging"),
            extent,
            outcome: Outcome::new(policy),
            has_files,
            reader_left: None,
            keeps_all: has_files || !matches!(ui.format(), Format::Table | Format::Ndjson),
            shown: 0,
        }
    }

    /// Shows what is broken or unknown of one recording, or keeps it for the end.
    pub fn judged(&mut self, judged: Judged) -> anyhow::Result<()> {
        if judged.is_asked_about() && self.reader_left.is_none() {
            self.show(&judged).or_else(|error| self.unshown(error))?;
        }
        let origin = judged.origin.clone();
        self.outcome.add(judged, self.keeps_all);
        let seen = self.outcome.seen();
        self.extent.tell(&self.progress, seen, &origin);
        Ok(())
    }

    fn unshown(&mut self, error: anyhow::Error) -> anyhow::Result<()> {
        let error = error.downcast::<io::Error>()?;
        if !self.has_files || error.kind() != io::ErrorKind::BrokenPipe {
            return Err(error.into());
        }
        self.reader_left = Some(error);
        Ok(())
    }

    /// What was judged so far.
    pub fn outcome(&self) -> &Outcome<'c> {
        &self.outcome
    }

    fn show(&mut self, judged: &Judged) -> anyhow::Result<()> {
        let bytes = match self.ui.format() {
            Format::Ndjson => format::one(Format::Ndjson, &Row::of(self.outcome.policy, judged))?,
            Format::Table if judged.weightiest() != Answer::Holds.as_str() => {
                self.shown += 1;
                let gap = if self.shown > 1 { "\n" } else { "" };
                let heading = heading(self.ui, &judged.origin);
                format!("{gap}{heading}{}", self.lines(judged)).into_bytes()
            }
            _ => return Ok(()),
        };
        Ok(self.ui.write(&bytes)?)
    }

    fn lines(&self, judged: &Judged) -> String {
        let mut text = String::new();
        for verdict in &judged.verdicts {
            if let Answer::Broken(evidence) = &verdict.answer {
                let name = &self.outcome.policy.rules[verdict.rule].name;
                for one in evidence {
                    text += &self.verdict("BROKEN", Tone::Bad, name, &one.what);
                    text += &self.place(&judged.origin, one);
                }
            }
        }
        for (reasons, rules) in self.unknown(judged) {
            let rules = rules.join(", ");
            text += &self.verdict("cannot tell", Tone::Warning, &rules, &reasons.join("; "));
        }
        text
    }

    /// The rules of which nobody can tell, by the reasons: most share them.
    fn unknown<'j>(&self, judged: &'j Judged) -> Vec<(&'j [String], Vec<&str>)> {
        let mut groups: Vec<(&[String], Vec<&str>)> = Vec::new();
        for verdict in &judged.verdicts {
            let Answer::CannotTell(reasons) = &verdict.answer else {
                continue;
            };
            let name = self.outcome.policy.rules[verdict.rule].name.as_str();
            match groups.iter_mut().find(|(known, _)| known == reasons) {
                Some((_, rules)) => rules.push(name),
                None => groups.push((reasons, vec![name])),
            }
        }
        groups
    }

    fn verdict(&self, word: &str, tone: Tone, rule: &str, said: &str) -> String {
        let (rule, said) = (escape::line(rule), escape::line(said));
        let plain = format!("{word} {rule}: {said}");
        // The word is painted after the lines are broken, so that no width is counted wrong.
        let wrapped = match self.ui.table_width() {
            Some(_) => self.ui.wrap(&plain, "  "),
            None => format!("  {plain}\n"),
        };
        let painted = self.ui.palette().paint(tone, word);
        wrapped.replacen(word, &painted, 1)
    }

    fn place(&self, origin: &Origin, evidence: &Evidence) -> String {
        let Some(place) = &evidence.place else {
            return String::new();
        };
        let mark = match place.part {
            Part::Command | Part::Statement => ">",
            Part::Output => " ",
        };
        let indent = format!("  {:>7} {mark} ", offset(place.start));
        let text = match self.ui.table_width() {
            Some(width) => escape::cut(&place.text, width.saturating_sub(indent.len()).max(20)),
            None => escape::line(&place.text).into_owned(),
        };
        let command = replay_of(origin, evidence).map(|command| {
            let command = escape::line(&command).into_owned();
            format!("  {}\n", self.ui.palette().paint(Tone::Dim, command))
        });
        format!("{indent}{text}\n{}", command.unwrap_or_default())
    }

    /// Shows the rules, and says how much was judged.
    pub fn conclude(mut self) -> anyhow::Result<Outcome<'c>> {
        self.progress = Progress::hidden();
        if let Some(error) = self.reader_left {
            return Err(error.into());
        }
        match self.ui.format() {
            Format::Table => {
                let gap = if self.shown > 0 { "\n" } else { "" };
                let table = self.table();
                let table = table.render(self.ui.table_width(), self.ui.palette());
                self.ui.write(format!("{gap}{table}").as_bytes())?;
            }
            Format::Ndjson => {}
            Format::Json | Format::Yaml | Format::Csv => {
                let rows = self.outcome.judged.iter();
                let rows: Vec<Row> = rows.map(|one| Row::of(self.outcome.policy, one)).collect();
                self.ui.list(&rows, "", Table::new)?;
            }
        }
        self.outcome.say(self.ui);
        Ok(self.outcome)
    }

    fn table(&self) -> Table {
        let mut table = Table::new()
            .column("RULE")
            .column("HOLDS")
            .right()
            .column("BROKEN")
            .right()
            .column("CANNOT TELL")
            .right();
        let counted = self.outcome.of_rules.iter();
        for (rule, counts) in self.outcome.policy.rules.iter().zip(counted) {
            let toned = |count: u64, tone| match count {
                0 => Tone::Dim,
                _ => tone,
            };
            table.row([
                (rule.name.clone(), Tone::Strong),
                (counts.holds.to_string(), toned(counts.holds, Tone::Good)),
                (counts.broken.to_string(), toned(counts.broken, Tone::Bad)),
                (
                    counts.unknown.to_string(),
                    toned(counts.unknown, Tone::Warning),
                ),
            ]);
        }
        table
    }
}
