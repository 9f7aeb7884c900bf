//! What a verification came to, for people.

use super::view::VerifyAnswer;
use crate::commands::receipts::card::Card;
use crate::delivery::receipts::{Finding, Lack};
use crate::ui::{Table, Tone, Ui, counted};

/// Findings that are shown before the rest is only counted.
const SHOWN: usize = 50;

pub fn of(ui: &Ui, answer: &VerifyAnswer) -> String {
    let head = counted(answer.expected, "event");
    let mut card = Card::new(
        ui,
        &head,
        &format!("of {}", counted(answer.sessions, "session")),
    );
    let (since, until) = (ui.time(answer.since), ui.time(answer.until));
    card.line("sessions", &format!("{since} to {until} ({})", ui.zone()));
    if !answer.filter.is_empty() {
        card.line("filter", &answer.filter);
    }
    card.line("at", &format!("{} {}", answer.destination, answer.site));
    counts(&mut card, answer);
    card.line("requests", &answer.requests.to_string());
    if let count @ 1.. = answer.elsewhere.len() {
        let runs = counted(count as u64, "receipt");
        let text = format!("{runs} of files, stdout or other receivers: not looked up");
        card.line("elsewhere", &text);
    }
    chain(&mut card, answer);
    card.line("receipt", &answer.receipt);
    let mut text = card.into_text();
    if !answer.findings.is_empty() {
        text.push('\n');
        text.push_str(&findings(ui, &answer.findings).render(ui.table_width(), ui.palette()));
        if let Some(more @ 1..) = answer.findings.len().checked_sub(SHOWN) {
            text.push_str(&format!("and {more} more: -o json\n"));
        }
    }
    text
}

fn counts(card: &mut Card<'_>, answer: &VerifyAnswer) {
    let mut say = |name: &str, count: u64, tone: Tone| {
        let tone = if count > 0 { tone } else { Tone::Dim };
        card.toned(name, &count.to_string(), tone);
    };
    say("found now", answer.found, Tone::Good);
    say("proven before", answer.proven_earlier, Tone::Good);
    say("expired", answer.expired_unproven, Tone::Bad);
    say("missing", answer.missing, Tone::Bad);
    if answer.not_indexed_yet > 0 {
        say("not yet", answer.not_indexed_yet, Tone::Warning);
    }
}

fn chain(card: &mut Card<'_>, answer: &VerifyAnswer) {
    match answer.chain.problems.len() {
        0 => card.toned("chain", "each receipt as it was written", Tone::Good),
        count => {
            let count = counted(count as u64, "problem");
            let text = format!("{count}: `ddctl receipts list --check` names them");
            card.toned("chain", &text, Tone::Bad);
        }
    }
}

fn findings(ui: &Ui, findings: &[Finding]) -> Table {
    let mut table = Table::new()
        .column("FINDING")
        .column("KIND")
        .column(format!("AT ({})", ui.zone()))
        .unbroken()
        .column("SESSION")
        .unbroken()
        .expendable("EVENT", 2)
        .unbroken()
        .expendable("WHY", 1);
    for finding in findings.iter().take(SHOWN) {
        let tone = match finding.finding {
            Lack::NotIndexedYet => Tone::Warning,
            Lack::Missing | Lack::ExpiredUnproven => Tone::Bad,
        };
        table.row([
            (finding.finding.words().to_owned(), tone),
            (finding.kind.clone(), Tone::Plain),
            (ui.time(finding.at), Tone::Plain),
            (short(finding.origin()), Tone::Accent),
            (finding.id.clone(), Tone::Dim),
            (finding.why.clone(), Tone::Dim),
        ]);
    }
    table
}

/// The beginning of an id, long enough to be found by.
fn short(id: &str) -> String {
    id.get(..8).unwrap_or(id).to_owned()
}
