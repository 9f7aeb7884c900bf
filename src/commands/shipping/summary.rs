//! What was shipped: one summary over every destination, for people and for programs.

use std::collections::BTreeMap;

use serde::Serialize;

use super::outcome::Carried;
use crate::delivery::Summary;
use crate::domain::size::human_size;
use crate::ui::counted;

/// The part of `-o json` that every sender has: sums over the destinations, and each of them.
#[derive(Debug, Serialize)]
pub struct Shipped {
    /// Joined by commas where there are several.
    pub destination: String,
    #[serde(flatten)]
    pub total: Counts,
    pub destinations: Vec<Arrived>,
}

/// What came of one destination.
#[derive(Debug, Serialize)]
pub struct Arrived {
    pub destination: String,
    pub best_effort: bool,
    /// What it takes, for people.
    #[serde(skip)]
    noun: &'static str,
    #[serde(flatten)]
    pub counts: Counts,
    /// Id of the receipt that it left.
    pub receipt: Option<String>,
    /// Why it ended early.
    pub error: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Counts {
    pub events: u64,
    /// Events that an earlier run had sent.
    pub already_sent: u64,
    pub accepted: u64,
    /// Events that a best-effort destination had no room or no time for.
    pub missed: u64,
    pub requests: u64,
    /// Requests made again, by reason.
    pub retries: BTreeMap<String, u64>,
    pub splits: u64,
    /// Events of which a text was cut.
    pub cut: u64,
    /// Events sent under another time than their own.
    pub late: u64,
    pub skipped: u64,
    pub dead_letters: u64,
    /// Of those, how many a receiver of spans said it had left out; it does not say which.
    pub rejected: u64,
    /// The first of several.
    pub dead_letter_file: Option<String>,
    pub undelivered: u64,
    pub bytes_raw: u64,
    pub bytes_wire: u64,
    pub elapsed_s: f64,
    pub interrupted: bool,
}

impl Shipped {
    pub fn of(carried: &[Carried]) -> Self {
        let destinations: Vec<Arrived> = carried.iter().map(Arrived::of).collect();
        let names: Vec<&str> = destinations
            .iter()
            .map(|one| one.destination.as_str())
            .collect();
        Self {
            destination: names.join(", "),
            total: Counts::sum(destinations.iter().map(|one| &one.counts)),
            destinations,
        }
    }

    /// For people: a line for each destination and what is to be said of it. `of` is what was read:
    /// ` of 12 sessions`.
    pub fn lines(&self, of: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for one in &self.destinations {
            lines.push(one.line(of));
            lines.extend(one.counts.remarks(one.noun));
            let receipt = one.receipt.as_ref();
            lines.extend(receipt.map(|receipt| format!("  receipt {receipt}")));
            if let Some(error) = &one.error {
                lines.push(format!("  ended early: {error}"));
            }
        }
        lines
    }
}

impl Arrived {
    fn of(carried: &Carried) -> Self {
        Self {
            destination: carried.name.clone(),
            best_effort: carried.is_best_effort,
            noun: carried.noun,
            counts: Counts {
                already_sent: carried.known,
                missed: carried.missed(),
                ..Counts::of(&carried.summary())
            },
            receipt: carried.receipt.clone(),
            error: carried
                .result
                .as_ref()
                .err()
                .map(|error| format!("{error:#}")),
        }
    }

    fn line(&self, of: &str) -> String {
        let counts = &self.counts;
        let amount = match counts.bytes_raw {
            0 => String::new(),
            raw if raw == counts.bytes_wire => format!(", {}", human_size(raw)),
            raw => format!(", {} as {}", human_size(raw), human_size(counts.bytes_wire)),
        };
        let destination = match self.destination.as_str() {
            "-" => "stdout",
            other => other,
        };
        format!(
            "{}{of} to {destination} in {:.1} s{amount}",
            counted(counts.accepted, self.noun),
            counts.elapsed_s
        )
    }
}

impl Counts {
    fn of(summary: &Summary) -> Self {
        let retries = summary.retries.iter();
        let path = summary.dead_letter_file.as_ref();
        Self {
            events: summary.read,
            already_sent: 0,
            accepted: summary.accepted,
            missed: 0,
            requests: summary.requests,
            retries: retries
                .map(|(reason, count)| (reason.to_string(), *count))
                .collect(),
            splits: summary.splits,
            cut: summary.cut,
            late: summary.late,
            skipped: summary.skipped,
            dead_letters: summary.dead_letters,
            rejected: summary.rejected,
            dead_letter_file: path.map(|path| path.display().to_string()),
            undelivered: summary.undelivered,
            bytes_raw: summary.bytes_raw,
            bytes_wire: summary.bytes_wire,
            elapsed_s: summary.elapsed.as_secs_f64(),
            interrupted: summary.is_interrupted,
        }
    }

    /// They ran side by side: the time is that of the longest.
    fn sum<'a>(all: impl Iterator<Item = &'a Counts>) -> Self {
        all.fold(Self::default(), |mut sum, one| {
            sum.events += one.events;
            sum.already_sent += one.already_sent;
            sum.accepted += one.accepted;
            sum.missed += one.missed;
            sum.requests += one.requests;
            for (reason, count) in &one.retries {
                *sum.retries.entry(reason.clone()).or_default() += count;
            }
            sum.splits += one.splits;
            sum.cut += one.cut;
            sum.late += one.late;
            sum.skipped += one.skipped;
            sum.dead_letters += one.dead_letters;
            sum.rejected += one.rejected;
            let file = &one.dead_letter_file;
            sum.dead_letter_file = sum.dead_letter_file.or_else(|| file.clone());
            sum.undelivered += one.undelivered;
            sum.bytes_raw += one.bytes_raw;
            sum.bytes_wire += one.bytes_wire;
            sum.elapsed_s = sum.elapsed_s.max(one.elapsed_s);
            sum.interrupted |= one.interrupted;
            sum
        })
    }

    fn remarks(&self, noun: &str) -> Vec<String> {
        let file = self.dead_letter_file.as_deref().unwrap_or("no file");
        let set_aside = format!("set aside in {file}");
        let all = [
            (
                self.late,
                noun,
                "older than Datadog takes, or ahead of it: as of now, late:true",
            ),
            (
                self.already_sent,
                noun,
                "sent by an earlier run (--again sends them once more)",
            ),
            (
                self.skipped,
                noun,
                "older than Datadog takes: left out (--late skip)",
            ),
            (
                self.cut,
                noun,
                "longer than the destination takes: a text was cut",
            ),
            (self.retries.values().sum(), "request", "made again"),
            (
                self.missed,
                noun,
                "missed, since it was too slow: a later run sends them",
            ),
            (self.undelivered, noun, "not delivered"),
            (self.dead_letters, noun, &set_aside),
            (
                self.rejected,
                noun,
                "rejected for good among those; the receiver does not say which",
            ),
        ];
        let all = all.into_iter().filter(|(count, ..)| *count > 0);
        all.map(|(count, noun, text)| format!("  {} {text}", counted(count, noun)))
            .collect()
    }
}
