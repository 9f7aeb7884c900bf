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
    if answer.own_sessions_alone {
        card.toned("seen", "the token's own sessions alone", Tone::Warning);
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
        let shared = share(&answer.findings);
        let table = findings(ui, shared.iter().flat_map(|(shown, _)| *shown));
        text.push_str(&table.render(ui.table_width(), ui.palette()));
        let left_out = shared.iter().filter(|(_, left)| !left.is_empty());
        let left_out: Vec<String> = left_out
            .map(|(_, left)| format!("{} {}", left.len(), left[0].finding.words()))
            .collect();
        if !left_out.is_empty() {
            text.push_str(&format!("and {} more: -o json\n", left_out.join(", ")));
        }
    }
    text
}

/// The findings of each kind that are shown, and those that are not: every kind has its share of the
/// room, and what one does not need is for the others. Findings of a kind stand together.
fn share(findings: &[Finding]) -> Vec<(&[Finding], &[Finding])> {
    let mut kinds: Vec<&[Finding]> = findings.chunk_by(|a, b| a.finding == b.finding).collect();
    kinds.sort_by_key(|kind| kind.len());
    let (mut room, mut left) = (SHOWN, kinds.len());
    let mut shared: Vec<_> = kinds
        .into_iter()
        .map(|kind| {
            let shown = kind.len().min(room / left);
            (room, left) = (room - shown, left - 1);
            kind.split_at(shown)
        })
        .collect();
    shared.sort_by_key(|(shown, _)| shown.first().map(|one| one.finding));
    shared
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

fn findings<'a>(ui: &Ui, findings: impl Iterator<Item = &'a Finding>) -> Table {
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
    for finding in findings {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_finding_has_its_share_of_the_screen() {
        let of = |lack, count| {
            let finding = move |_| Finding {
                finding: lack,
                id: String::new(),
                kind: String::new(),
                session: None,
                change: None,
                at: Default::default(),
                under: Default::default(),
                why: String::new(),
            };
            (0..count).map(finding)
        };
        for (missing, expired, open, shown) in [
            (112, 175, 0, [25, 25, 0]),
            (112, 3, 0, [47, 3, 0]),
            (1, 900, 40, [1, 25, 24]),
            (20, 20, 10, [20, 20, 10]),
        ] {
            let findings: Vec<Finding> = of(Lack::Missing, missing)
                .chain(of(Lack::ExpiredUnproven, expired))
                .chain(of(Lack::NotIndexedYet, open))
                .collect();
            let shared = share(&findings);
            let lacks = [Lack::Missing, Lack::ExpiredUnproven, Lack::NotIndexedYet];
            let counts = lacks.map(|lack| {
                let all = shared.iter().flat_map(|(shown, _)| *shown);
                all.filter(|one| one.finding == lack).count()
            });
            assert_eq!(counts, shown);
            let all: usize = shared.iter().map(|(a, b)| a.len() + b.len()).sum();
            assert_eq!(all, findings.len());
        }
    }
}
