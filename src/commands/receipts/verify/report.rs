//! The auditor's page.

use std::path::Path;

use anyhow::Context as _;
use jiff::Timestamp;

use super::view::VerifyAnswer;
use crate::commands::receipts::view::{account, label, place};
use crate::delivery::{AtomicFile, sweep_beside};
use crate::page::{Column, Figure, Report, Section};
use crate::ui::counted;

/// Opens the file, before anybody is asked anything.
pub fn create(path: &Path, overwrite: bool) -> anyhow::Result<AtomicFile> {
    sweep_beside(path);
    Ok(AtomicFile::create(path, overwrite)?)
}

/// Writes the page of `answer` and puts it in its place.
pub fn write(mut file: AtomicFile, answer: &VerifyAnswer) -> anyhow::Result<()> {
    let written = report(answer).write(&mut file);
    written
        .map_err(|source| file.explain(source))
        .context("write the report")?;
    file.commit()?;
    Ok(())
}

fn report(answer: &VerifyAnswer) -> Report {
    Report {
        title: format!(
            "Session events at Datadog ({}, {})",
            answer.destination, answer.site
        ),
        verdict: verdict(answer),
        is_good: answer.is_proven(),
        figures: figures(answer),
        facts: facts(answer),
        sections: vec![
            findings(answer),
            hours(answer),
            receipts(answer),
            elsewhere(answer),
            chain(answer),
        ],
    }
}

fn verdict(answer: &VerifyAnswer) -> String {
    let proven = answer.found + answer.proven_earlier;
    let expected = counted(answer.expected, "event");
    match (answer.is_proven(), answer.chain.problems.len()) {
        _ if answer.sees_nothing() => {
            "The token sees no session of the range: nothing is proven.".to_owned()
        }
        (true, _) if answer.own_sessions_alone => {
            format!("All {expected} of the sessions that the token sees are proven.")
        }
        (true, _) => format!("All {expected} of the range are proven."),
        (false, 0) => {
            format!("{proven} of {expected} are proven; each of the others is named below.")
        }
        (false, problems) => {
            let problems = counted(problems as u64, "receipt");
            format!("{proven} of {expected} are proven, and {problems} not as it was written.")
        }
    }
}

fn figures(answer: &VerifyAnswer) -> Vec<Figure> {
    let figure = |name, count, is_lack| Figure {
        name,
        count,
        is_lack,
    };
    let mut figures = vec![
        figure("expected", answer.expected, false),
        figure("found now", answer.found, false),
        figure("proven earlier", answer.proven_earlier, false),
        figure("expired unproven", answer.expired_unproven, true),
        figure("missing", answer.missing, true),
    ];
    if answer.not_indexed_yet > 0 {
        figures.push(figure("not indexed yet", answer.not_indexed_yet, true));
    }
    figures
}

fn facts(answer: &VerifyAnswer) -> Vec<(&'static str, String)> {
    let filter = match (answer.filter.as_str(), answer.own_sessions_alone) {
        ("", _) => "none: every session".to_owned(),
        (filter, true) => format!("{filter}: the token sees its own sessions alone"),
        (filter, false) => filter.to_owned(),
    };
    let retention = answer
        .indexes
        .iter()
        .map(|index| match index.retention_days {
            Some(days) => format!("{} {}", index.name, counted(u64::from(days), "day")),
            None => format!("{} not known", index.name),
        });
    let retention: Vec<String> = retention.collect();
    let head = answer.chain.head.clone().unwrap_or_default();
    vec![
        (
            "Sessions",
            format!(
                "{} that started from {} to {}",
                answer.sessions,
                time(answer.since),
                time(answer.until)
            ),
        ),
        ("Filter", filter),
        ("Gateway", answer.gateway.clone()),
        (
            "Destination",
            format!("Datadog {}, site {}", answer.destination, answer.site),
        ),
        ("Index retention", retention.join(", ")),
        ("Checked", time(answer.checked_at)),
        (
            "Checked by",
            format!("{}; {}", label(&answer.operator), account(&answer.operator)),
        ),
        ("ddctl", answer.version.to_owned()),
        (
            "Requests",
            format!("{} to Datadog's search", answer.requests),
        ),
        ("Receipt", answer.receipt.clone()),
        ("Newest hash", head),
    ]
}

/// UTC, to the second.
fn time(at: Timestamp) -> String {
    format!("{at:.0}")
}

fn findings(answer: &VerifyAnswer) -> Section {
    let rows = answer.findings.iter().map(|one| {
        vec![
            one.finding.words().to_owned(),
            one.why.clone(),
            one.kind.clone(),
            time(one.at),
            one.origin().to_owned(),
            one.id.clone(),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    Section {
        title: "Findings",
        note: match rows.len() {
            0 => "There are none.".to_owned(),
            _ => "Events that ought to exist by the gateway's sessions, and are neither found nor \
                  proven earlier."
                .to_owned(),
        },
        columns: vec![
            ("Finding", Column::Time),
            ("Why", Column::Text),
            ("Kind", Column::Text),
            ("Happened (UTC)", Column::Time),
            ("Session", Column::Hash),
            ("Event", Column::Hash),
        ],
        rows,
    }
}

fn hours(answer: &VerifyAnswer) -> Section {
    let rows = answer.hours.iter().map(|row| {
        let counts = [row.expected, row.found, row.proven_earlier, row.lacking];
        let mut cells = vec![time(row.hour), row.kind.to_owned()];
        cells.extend(counts.map(|count| count.to_string()));
        cells
    });
    Section {
        title: "By hour and kind",
        note: "By the events' own time. What was older than Datadog takes went out under the time \
               of sending; receipts say which."
            .to_owned(),
        columns: vec![
            ("Hour (UTC)", Column::Time),
            ("Kind", Column::Text),
            ("Expected", Column::Number),
            ("Found", Column::Number),
            ("Proven earlier", Column::Number),
            ("Neither", Column::Number),
        ],
        rows: rows.collect(),
    }
}

fn receipts(answer: &VerifyAnswer) -> Section {
    let rows = answer.receipts.iter().map(|row| {
        vec![
            row.id.clone(),
            row.command.clone(),
            row.operator.clone(),
            row.events.to_string(),
            row.late.to_string(),
            (row.dead_letters + row.skipped + row.uncertain).to_string(),
            row.ending.to_owned(),
            row.sha256.clone().unwrap_or_else(|| "open".to_owned()),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    Section {
        title: "Receipts",
        note: match rows.len() {
            0 => "No run on this machine left a receipt for the range.".to_owned(),
            _ => "Runs that sent sessions of the range from this machine, the newest first. The \
                  hash is the SHA-256 of the receipt's file."
                .to_owned(),
        },
        columns: vec![
            ("Receipt", Column::Time),
            ("Command", Column::Text),
            ("Operator", Column::Text),
            ("Events", Column::Number),
            ("Late", Column::Number),
            ("Set aside", Column::Number),
            ("Ended", Column::Text),
            ("SHA-256", Column::Hash),
        ],
        rows,
    }
}

fn elsewhere(answer: &VerifyAnswer) -> Section {
    let rows = answer.elsewhere.iter().map(|row| {
        vec![
            row.id.clone(),
            row.command.clone(),
            row.operator.clone(),
            place(&row.destination, None),
            row.events.to_string(),
            row.ending.to_owned(),
            row.sha256.clone().unwrap_or_else(|| "open".to_owned()),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    Section {
        title: "Elsewhere",
        note: match rows.len() {
            0 => "No receipt for the range is of a file, standard output or another receiver."
                .to_owned(),
            _ => {
                "Runs that wrote events of the range to files or standard output, or sent them to \
                  a receiver that is not Datadog. Nothing of these is looked up, and none counts \
                  above. Each receipt has the SHA-256 of every file."
                    .to_owned()
            }
        },
        columns: vec![
            ("Receipt", Column::Time),
            ("Command", Column::Text),
            ("Operator", Column::Text),
            ("To", Column::Text),
            ("Events", Column::Number),
            ("Ended", Column::Text),
            ("SHA-256", Column::Hash),
        ],
        rows,
    }
}

fn chain(answer: &VerifyAnswer) -> Section {
    let check = &answer.chain;
    let receipts = counted(check.receipts, "receipt");
    let rows = check.problems.iter().map(|problem| {
        let receipt = problem.receipt.clone();
        vec![
            receipt.unwrap_or_else(|| "-".to_owned()),
            problem.what.clone(),
        ]
    });
    Section {
        title: "Chain",
        note: match check.problems.len() {
            0 => format!(
                "{receipts} in the chain, each as it was written. Keep the newest hash: with it, \
                 nobody can take away the newest receipts unnoticed."
            ),
            _ => format!("{receipts} in the chain. These are not as they were written:"),
        },
        columns: vec![("Receipt", Column::Time), ("What", Column::Text)],
        rows: rows.collect(),
    }
}
