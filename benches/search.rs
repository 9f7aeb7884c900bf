//! How fast a recording is searched, beside reading it and beside `grep`.
//!
//! ```text
//! cargo bench --profile dist --bench search         # a file of 500 MB in the temporary folder
//! cargo bench --profile dist --bench search -- 100  # of that many MB
//! ```
//!
//! The recording is asciicast 2 with a line of text an event, a seventh of them coloured prompts.
//! `events` is what every reader of the file has to do: take the lines apart and resolve the
//! escapes. The aim is that a search costs little beyond it. `grep` reads the file as it lies, and
//! so finds neither what two events carried nor what an escape hides.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use ddctl::domain::redaction::Redactor;
use ddctl::recording::{Event, Strictness, open};
use ddctl::search::{Opened, Parts, Pattern, Wanted};

const WORDS: [&str; 16] = [
    "select",
    "insert",
    "update",
    "where",
    "orders",
    "customers",
    "total",
    "kubectl",
    "pods",
    "running",
    "error",
    "warning",
    "request",
    "status",
    "compiling",
    "finished",
];
/// Events between two hits of a word that is rare.
const RARE: u64 = 500_000;

/// A name, an expression, and whether case matters.
const SEARCHES: [(&str, &str, bool); 6] = [
    ("text that is nowhere", "haystack", true),
    ("text that is rare", "needle", true),
    ("rare, any case", "NEEDLE", false),
    ("expression that is nowhere", r"rm -rf /(etc|var)", true),
    (
        "expression, every word tried",
        r"\b[a-z]+@[a-z]+\.[a-z]{2,}\b",
        true,
    ),
    ("text in a third of the lines", "kubectl", true),
];

fn main() -> anyhow::Result<()> {
    // Cargo hands its own flags down as well.
    let size = std::env::args().find_map(|word| word.parse().ok());
    let size = size.unwrap_or(500_u64) * 1_000_000;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("search.cast");
    write(&path, size)?;
    let mut out = io::stdout().lock();
    writeln!(out, "{:<34} {:>7} {:>9}", "a file of", "MB/s", "found")?;
    let mut report = |name: &str, work: &dyn Fn() -> anyhow::Result<u64>| -> anyhow::Result<()> {
        let start = Instant::now();
        let found = work()?;
        let speed = size as f64 / 1e6 / start.elapsed().as_secs_f64();
        Ok(writeln!(out, "{name:<34} {speed:>7.0} {found:>9}")?)
    };
    report("bytes", &|| bytes(&path))?;
    report("grep -c needle", &|| grep(&path))?;
    report("events", &|| events(&path))?;
    for (name, text, has_case) in SEARCHES {
        report(name, &|| search(&path, text, has_case))?;
    }
    Ok(())
}

/// Writes a recording of about `size` bytes; every run writes the same.
fn write(path: &Path, size: u64) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    writeln!(out, r#"{{"version":2,"width":120,"height":40}}"#)?;
    let (mut written, mut random) = (0, 1_u64);
    for number in 1_u64.. {
        let mut next = || {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (random >> 33) as usize
        };
        let count = 3 + next() % 11;
        let mut text: Vec<&str> = (0..count).map(|_| WORDS[next() % WORDS.len()]).collect();
        if number % RARE == 0 {
            text = vec!["a", "needle"];
        }
        let prompt = if number % 7 == 0 {
            r"\u001b[32m$ \u001b[0m"
        } else {
            ""
        };
        let seconds = number as f64 / 40.0;
        let line = format!(
            "[{seconds:.6}, \"o\", \"{prompt}{}\\r\\n\"]\n",
            text.join(" ")
        );
        out.write_all(line.as_bytes())?;
        written += line.len() as u64;
        if written >= size {
            break;
        }
    }
    out.flush()
}

fn bytes(path: &Path) -> anyhow::Result<u64> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 64 * 1024];
    let mut lines = 0;
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(lines),
            count => lines += memchr::memchr_iter(b'\n', &buffer[..count]).count() as u64,
        }
    }
}

/// Zero where there is no such program.
fn grep(path: &Path) -> anyhow::Result<u64> {
    let Ok(output) = Command::new("grep")
        .args(["-c", "needle"])
        .arg(path)
        .output()
    else {
        return Ok(0);
    };
    Ok(String::from_utf8_lossy(&output.stdout).trim().parse()?)
}

fn events(path: &Path) -> anyhow::Result<u64> {
    let mut reader = open(File::open(path)?, Strictness::Strict)?;
    let (mut event, mut count) = (Event::empty(), 0);
    while reader.read(&mut event)? {
        count += 1;
    }
    Ok(count)
}

fn search(path: &Path, text: &str, has_case: bool) -> anyhow::Result<u64> {
    let reader = open(File::open(path)?, Strictness::Strict)?;
    let patterns = [Pattern::regex(text, !has_case, Parts::ALL)?];
    let wanted = Wanted {
        patterns: &patterns,
        redactor: Redactor::built_in(),
        context: 0,
    };
    let mut found = 0;
    Opened::of_file(reader).search(wanted, &mut |_| {
        found += 1;
        ControlFlow::Continue(())
    })?;
    Ok(found)
}
