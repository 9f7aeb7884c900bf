//! The answer as GitHub Actions reads it: an annotation on stderr, a table in the summary of the
//! step, and outputs for the steps behind it (docs.github.com, workflow commands).

use std::fs::OpenOptions;
use std::io::Write as _;

use anyhow::Context as _;

use super::verdict::Verdict;
use super::{Ci, TestEvent};
use crate::context::Context;
use crate::error::Exit;
use crate::ui::escape;

/// The file that a step's summary is written to.
const SUMMARY: &str = "GITHUB_STEP_SUMMARY";
/// The file that its outputs are written to, `NAME=VALUE` a line.
const OUTPUT: &str = "GITHUB_OUTPUT";

pub fn publish(
    context: &Context,
    args: &TestEvent,
    system: Ci,
    verdict: &Verdict,
) -> anyhow::Result<()> {
    let Ci::Github = system;
    context.ui.annotation(&annotation(args, verdict));
    append(context, SUMMARY, &summary(args, verdict))?;
    append(context, OUTPUT, &outputs(verdict))
}

/// Adds to the file that the environment names; outside GitHub Actions there is none.
fn append(context: &Context, name: &'static str, text: &str) -> anyhow::Result<()> {
    let Some(path) = context.environment.get(name) else {
        return Ok(());
    };
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .with_context(|| format!("open the file of {name}"))?;
    file.write_all(text.as_bytes())
        .with_context(|| format!("write the file of {name}"))
}

fn outputs(verdict: &Verdict) -> String {
    format!(
        "verdict={}\nmonitor={}\ntest-run={}\n",
        verdict.word,
        escape::line(&verdict.name),
        verdict.run
    )
}

fn annotation(args: &TestEvent, verdict: &Verdict) -> String {
    let level = match verdict.exit {
        Exit::Done => "notice",
        Exit::AnswerIsNo => "error",
        _ => "warning",
    };
    let title = property(&format!("{} comes to {}", verdict.name, args.expect));
    let said = data(&format!("{}: {}", verdict.title, verdict.said));
    format!("::{level} title={title}::{said}")
}

fn summary(args: &TestEvent, verdict: &Verdict) -> String {
    let mark = match verdict.exit {
        Exit::Done => "as expected",
        Exit::AnswerIsNo => "**not as expected**",
        _ => "cannot tell",
    };
    let mut text = format!(
        "### ddctl test-event: {mark}\n\n| monitor | expected | came out |\n| --- | --- | --- |\n| {} | {} | {} |\n\n",
        cell(&verdict.title),
        args.expect,
        cell(&verdict.said)
    );
    for detail in &verdict.details {
        text += &format!("- {}\n", cell(detail));
    }
    text.push('\n');
    text
}

/// The message of a workflow command.
fn data(text: &str) -> String {
    let text = escape::line(text);
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text in a cell of a Markdown table: what would be markup is escaped.
fn cell(text: &str) -> String {
    let mut escaped = String::new();
    for c in escape::line(text).chars() {
        if "\\`*_{}[]<>()#|@!".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_inside_the_annotation_and_the_cell() {
        assert_eq!(data("a\n::error::b%"), "a␊::error::b%25");
        assert_eq!(property("a:b,c"), "a%3Ab%2Cc");
        assert_eq!(cell("a|b <img> @team"), "a\\|b \\<img\\> \\@team");
    }
}
