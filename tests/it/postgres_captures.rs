//! What real clients of PostgreSQL sent, and what the transcript makes of it: whole, and wherever
//! the bytes are cut.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use ddctl::recording::statements::{Said, read};
use ddctl::recording::{Code, Event, Kind};

const CLIENTS: [&str; 6] = [
    "asyncpg",
    "node-postgres",
    "pg8000",
    "psql",
    "psycopg",
    "tokio-postgres",
];

fn data(name: &str) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/postgres");
    PathBuf::from(folder).join(name)
}

fn sent(client: &str) -> Vec<u8> {
    fs::read(data(&format!("{client}.bin"))).expect("a capture")
}

/// A line for each statement, its parameters behind it, and for each remark.
fn told(pieces: &[&[u8]]) -> String {
    let event = |(index, data): (usize, &&[u8])| Event {
        time: Duration::ZERO,
        code: Code::Input,
        data: data.to_vec(),
        index,
    };
    let events: Vec<_> = pieces.iter().enumerate().map(event).collect();
    let lines = read(Kind::Postgres, &events)
        .into_iter()
        .map(|entry| match entry.said {
            Said::Statement { sql, parameters } if parameters.is_empty() => format!("{sql}\n"),
            Said::Statement { sql, parameters } => format!("{sql}  <- {}\n", parameters.join(", ")),
            Said::Remark(text) => format!("({text})\n"),
        });
    lines.collect()
}

#[test]
fn the_statements_of_every_client_are_told_with_their_parameters() {
    for client in CLIENTS {
        let (path, told) = (data(&format!("{client}.txt")), told(&[&sent(client)]));
        if std::env::var_os("DDCTL_BLESS").is_some() {
            fs::write(&path, &told).expect("a text");
        }
        let expected = fs::read_to_string(&path).expect("a text");
        assert_eq!(told, expected, "{client}");
    }
}

#[test]
fn the_same_is_told_wherever_the_bytes_are_cut() {
    for client in CLIENTS {
        let bytes = sent(client);
        let whole = told(&[&bytes]);
        for cut in 0..=bytes.len() {
            let (before, after) = bytes.split_at(cut);
            assert_eq!(told(&[before, after]), whole, "{client}, cut at {cut}");
        }
        for size in [1, 2, 3, 5, 7, 64] {
            let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
            assert_eq!(told(&pieces), whole, "{client}, in pieces of {size}");
        }
    }
}

#[test]
fn nothing_of_a_sign_in_and_no_password_is_told() {
    for client in CLIENTS {
        let bytes = sent(client);
        let told = told(&[&bytes]);
        for secret in ["SCRAM", "biws", "n,,n=", "c=biws", "hunter", "S3cr3t"] {
            assert!(!told.contains(secret), "{client}: {secret}");
        }
        assert!(memchr::memmem::find(&bytes, b"SCRAM-SHA-256").is_some());
    }
}

#[test]
fn a_recording_that_begins_in_the_middle_finds_its_way_at_the_next_event() {
    for client in CLIENTS {
        let bytes = sent(client);
        let half = &bytes[bytes.len() / 2 + 3..];
        let told = told(&[half, b"Q\0\0\0\x0dSELECT 1\0"]);
        assert!(told.contains("SELECT 1\n"), "{client}: {told}");
    }
}
