//! What an assertion shows: each broken rule as it is found, and at the end a line for each rule.

use jiff::Timestamp;
use serde::Serialize;

use super::files::Outcome;
use crate::assert::{Answer, Evidence, Policy, Verdict};
use crate::commands::sessions::inputs::{Origin, heading, offset, replay_command};
use crate::context::Context;
use crate::search::Part;
use crate::ui::{Format, Progress, Table, Tone, Ui, counted, escape, format};

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

impl Judged {
    /// `holds`, `broken` or `cannot-tell`.
    fn weightiest(&self) -> &'static str {
        let words = self.verdicts.iter().map(|verdict| verdict.answer.as_str());
        let weight = |word: &&str| {
            ["holds", "cannot-tell", "broken"]
                .iter()
                .position(|w| w == word)
        };
        words.max_by_key(weight).unwrap_or(Answer::Holds.as_str())
    }
}

/// An assertion under way.
pub struct Report<'c> {
    ui: &'c Ui,
    policy: &'c Policy,
    progress: Progress,
    judged: Vec<Judged>,
    not_run: u64,
    not_asked: u64,
    shown: u64,
}

impl<'c> Report<'c> {
    pub fn new(context: &'c Context, policy: &'c Policy) -> Self {
        Self {
            ui: &context.ui,
            policy,
            progress: context.ui.progress("judging"),
            judged: Vec::new(),
            not_run: 0,
            not_asked: 0,
            shown: 0,
        }
    }

    /// Shows what is broken or unknown of one recording, or keeps it for the end.
    pub fn judged(&mut self, judged: Judged) -> anyhow::Result<()> {
        match (judged.has_run, judged.verdicts.is_empty()) {
            (false, _) => self.not_run += 1,
            (true, true) => self.not_asked += 1,
            (true, false) => {
                self.show(&judged)?;
                self.judged.push(judged);
            }
        }
        let count = self.judged.len() as u64 + self.not_run + self.not_asked;
        self.progress.set(&counted(count, "recording"));
        Ok(())
    }

    fn show(&mut self, judged: &Judged) -> anyhow::Result<()> {
        let bytes = match self.ui.format() {
            Format::Ndjson => format::one(Format::Ndjson, &Row::of(self.policy, judged))?,
            Format::Table if judged.weightiest() != Answer::Holds.as_str() => {
                self.shown += 1;
                let gap = if self.shown > 1 { "\n" } else { "" };
                let heading = heading(self.ui, &judged.origin);
                format!("{gap}{heading}{}", self.lines(judged)).into_bytes()
            }
            _ => return Ok(()),
        };
        Ok(self.progress.beside(|| self.ui.write(&bytes))?)
    }

    fn lines(&self, judged: &Judged) -> String {
        let mut text = String::new();
        for verdict in &judged.verdicts {
            let name = &self.policy.rules[verdict.rule].name;
            match &verdict.answer {
                Answer::Holds => {}
                Answer::CannotTell(reasons) => {
                    text += &self.verdict("cannot tell", Tone::Warning, name, &reasons.join("; "));
                }
                Answer::Broken(evidence) => {
                    for one in evidence {
                        text += &self.verdict("BROKEN", Tone::Bad, name, &one.what);
                        text += &self.place(&judged.origin, one);
                    }
                }
            }
        }
        text
    }

    fn verdict(&self, word: &str, tone: Tone, rule: &str, said: &str) -> String {
        let (rule, said) = (escape::line(rule), escape::line(said));
        let plain = format!("{word} {rule}: {said}");
        // The word is painted after the lines are broken, so that no width is counted wrong.
        let wrapped = self.ui.wrap(&plain, "  ");
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
        match self.ui.format() {
            Format::Table => {
                let gap = if self.shown > 0 { "\n" } else { "" };
                let table = self.table();
                let table = table.render(self.ui.table_width(), self.ui.palette());
                self.ui.write(format!("{gap}{table}").as_bytes())?;
            }
            Format::Ndjson => {}
            Format::Json | Format::Yaml | Format::Csv => {
                let rows = self.judged.iter().map(|one| Row::of(self.policy, one));
                let rows: Vec<Row> = rows.collect();
                self.ui.list(&rows, "", Table::new)?;
            }
        }
        self.say_how_many();
        Ok(Outcome {
            policy: self.policy,
            judged: self.judged,
        })
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
        for (index, rule) in self.policy.rules.iter().enumerate() {
            let [holds, broken, unknown] = ["holds", "broken", "cannot-tell"].map(|word| {
                let verdicts = self.judged.iter().flat_map(|judged| &judged.verdicts);
                let is_it = |one: &&Verdict| one.rule == index && one.answer.as_str() == word;
                verdicts.filter(is_it).count()
            });
            let toned = |count: usize, tone| match count {
                0 => Tone::Dim,
                _ => tone,
            };
            table.row([
                (rule.name.clone(), Tone::Strong),
                (holds.to_string(), toned(holds, Tone::Good)),
                (broken.to_string(), toned(broken, Tone::Bad)),
                (unknown.to_string(), toned(unknown, Tone::Warning)),
            ]);
        }
        table
    }

    fn say_how_many(&self) {
        let count = |word: &str| {
            self.judged
                .iter()
                .filter(|one| one.weightiest() == word)
                .count()
        };
        let mut said = format!(
            "{} judged: {} broken, {} nobody can tell of",
            counted(self.judged.len() as u64, "recording"),
            count("broken"),
            count("cannot-tell")
        );
        if self.not_run > 0 {
            said += &format!("; {} never ran", counted(self.not_run, "session"));
        }
        if self.not_asked > 0 {
            said += &format!("; no rule is about {} more", self.not_asked);
        }
        self.ui.status(&said);
    }
}
