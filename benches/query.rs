//! How long a search takes beyond reading the events: every kind of query over events of about 1 KB.
//!
//! ```text
//! cargo bench --profile dist --bench query             # about a minute once it is built
//! cargo bench --profile dist --bench query -- 1000000  # that many evaluations of each query
//! ```
//!
//! An evaluation includes what is done once for each event (taking the message apart, folding it),
//! and leaves out reading the JSON. The aim is 2 s for 10^6 events, 2000 ns each. The events differ in
//! their numbers and identities, and each holds what the queries ask for or nearly so.

use std::hint::black_box;
use std::io::Write as _;
use std::time::{Duration, Instant};

use ddctl::query::monitor::{Watch, parse_monitor};
use ddctl::query::{Query, Record, evaluate, parse};
use serde_json::{Map, Value, json};

/// Different events; more of them say nothing new.
const EVENTS: usize = 2_000;

const SEARCHES: [(&str, &str); 24] = [
    ("everything", "*"),
    ("word that is there", "orders"),
    ("word of another case", "DROPPED"),
    ("word that is nowhere", "rollback"),
    ("short word", "a"),
    ("word inside longer ones", "e"),
    ("negated word", "-rollback"),
    ("five words", "ada prod DROPPED table users_old"),
    ("phrase that is there", "\"ran a script\""),
    ("phrase of another case", "\"RAN A SCRIPT\""),
    ("phrase across punctuation", "\"prod orders dropped\""),
    ("phrase that is nowhere", "\"script a ran\""),
    ("word with a run", "scr*"),
    ("word between runs", "*DROPPED*"),
    ("runs and a single character", "*d?op*us?rs*"),
    ("umlauts of another case", "MÜLLER"),
    ("full text that is there", "*:production"),
    ("full text of another case", "*:LOVELACE"),
    ("full text that is nowhere", "*:rollback"),
    ("full text with a run", "*:prod*"),
    ("attribute", "@connection.environment:production"),
    ("attribute with a run", "@usr.name:*Love*"),
    ("range", "@duration:[1000000000 TO 9000000000]"),
    (
        "ten terms",
        "source:hoop @evt.name:session.open @connection.environment:production @approval.expected:true -@approval.status:(approved OR processing OR executed) -@evt.test:true -late:true env:prod status:info",
    ),
];

const MONITORS: [(&str, &str); 2] = [
    (
        "monitor, counted by group",
        r#"logs("source:hoop @evt.name:session.open -@evt.test:true -late:true").index("*").rollup("count").by("@usr.id").last("15m") > 5"#,
    ),
    (
        "monitor, different values of a word",
        r#"logs("*DROPPED*").index("*").rollup("cardinality", "@usr.id").by("@connection.name").last("48h") > 5"#,
    ),
];

fn main() -> std::io::Result<()> {
    // Cargo hands its own flags down as well.
    let evaluations = std::env::args().find_map(|word| word.parse().ok());
    let rounds = evaluations.unwrap_or(200_000_usize).div_ceil(EVENTS);
    let events: Vec<Map<String, Value>> = (0..EVENTS).map(event).collect();
    let size: usize = events
        .iter()
        .map(|event| json!(event).to_string().len())
        .sum();
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{} events of {} bytes, {rounds} rounds\n",
        EVENTS,
        size / EVENTS
    )?;
    writeln!(out, "{:<38} {:>9} {:>7}", "query", "ns/event", "found")?;
    let everything = parse("*").expect("a search");
    let (floor, _) = search(&everything, &events, rounds);
    for (name, text) in SEARCHES {
        let query = parse(text).expect(text);
        let (took, found) = search(&query, &events, rounds);
        report(&mut out, name, took.saturating_sub(floor), rounds, found)?;
    }
    for (name, text) in MONITORS {
        let (took, found) = monitor(text, &events, rounds);
        report(&mut out, name, took.saturating_sub(floor), rounds, found)?;
    }
    Ok(())
}

fn report(
    out: &mut impl std::io::Write,
    name: &str,
    took: Duration,
    rounds: usize,
    found: usize,
) -> std::io::Result<()> {
    let each = took.as_nanos() / (rounds * EVENTS) as u128;
    writeln!(out, "{name:<38} {each:>9} {found:>7}")
}

/// The time of all rounds, and how many events of one were found or may be.
fn search(query: &Query, events: &[Map<String, Value>], rounds: usize) -> (Duration, usize) {
    let start = Instant::now();
    let mut found = 0;
    for _ in 0..rounds {
        for event in events {
            let verdict = evaluate(query, &Record::Log.indexed(black_box(event)));
            found += usize::from(!verdict.is_no());
        }
    }
    (start.elapsed(), found / rounds)
}

fn monitor(text: &str, events: &[Map<String, Value>], rounds: usize) -> (Duration, usize) {
    let alert = parse_monitor(text, &[]).expect(text);
    let at = "2026-11-21T09:00:00Z".parse().expect("an instant");
    let start = Instant::now();
    let mut found = 0;
    for _ in 0..rounds {
        let mut watch = Watch::new(&alert, at);
        for event in events {
            let verdict = watch.see(&Record::Log.indexed(black_box(event)));
            found += usize::from(!verdict.is_no());
        }
        black_box(watch.evaluation(&Default::default()));
    }
    (start.elapsed(), found / rounds)
}

/// A session event as ddctl ships it.
fn event(number: usize) -> Map<String, Value> {
    let person = ["Ada Lovelace", "Grete Müller", "Alan Turing"][number % 3];
    let event = json!({
        "ddsource": "hoop",
        "service": "agent-access",
        "hostname": "use.hoop.dev",
        "ddtags": "env:prod,team:platform,region:eu-central-1",
        "timestamp": 1_795_251_600_000_i64 - (number as i64 % 600) * 1_000,
        "status": "info",
        "message": format!(
            "{person} ran a script on prod-orders: Dropped table users_old, then counted {number} rows of the archive and left; recording https://use.hoop.dev/sessions/{number:08x}-8a1c-4c1e-9d55-0e6f0b7a2d11"
        ),
        "evt": {"name": "session.open", "outcome": "unknown", "id": format!("{number:032x}")},
        "usr": {"id": format!("u-{}", number % 50), "email": format!("user-{}@example.com", number % 50), "name": person},
        "identity": {"type": "machine", "machine_id": format!("agent-{}", number % 50)},
        "connection": {"name": "prod-orders", "type": "database", "subtype": "postgres", "resource": "orders", "environment": "production"},
        "session": {
            "id": format!("{number:08x}-8a1c-4c1e-9d55-0e6f0b7a2d11"),
            "url": format!("https://use.hoop.dev/sessions/{number:08x}-8a1c-4c1e-9d55-0e6f0b7a2d11"),
            "verb": "exec", "status": "open", "seq": 0,
            "command": "drop table users_old; select count(*) from archive;",
            "command_truncated": false,
        },
        "approval": {"expected": true, "expected_by": "profile", "required": false},
        "duration": 1_500_000_000_i64 + number as i64,
    });
    match event {
        Value::Object(event) => event,
        _ => Map::new(),
    }
}
