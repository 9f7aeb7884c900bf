//! How many webhooks a second a relay accepts durably, how long each waits for its answer, and what
//! a million queued events take of memory. The program itself runs, in a process of its own, with a
//! gateway and a Datadog that nobody answers for: what is measured is the door and the spool.
//!
//! ```text
//! cargo bench --bench relay                            as much as it takes, 64 connections
//! cargo bench --bench relay -- --rate 2000             so many a second, for the answer's time
//! cargo bench --bench relay -- --seconds 30 --connections 16
//! cargo bench --bench relay -- --queued 1000000        memory, with so many events in the spool
//! ```
//!
//! On two cores whoever posts competes with the relay for them.

#[path = "../tests/it/support/webhook.rs"]
#[allow(dead_code, reason = "the tests of the binary use the rest")]
mod webhook;

#[path = "../tests/it/support/http.rs"]
#[allow(dead_code, reason = "only the signatures are used here")]
mod http;

#[path = "../tests/it/support/waiting.rs"]
#[allow(dead_code, reason = "only the deadline is used here")]
mod waiting;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ddctl::delivery::Record;
use ddctl::delivery::spool::{Destination, Limits, Offer, Spool};
use ddctl::delivery::state::Holder;
use jiff::Timestamp;
use serde_json::json;

use webhook::{Attempt, SECRET};

struct Arguments {
    seconds: u64,
    connections: usize,
    /// Webhooks a second over all connections; `None` for as many as there can be.
    rate: Option<u64>,
    /// Events in the spool before it begins.
    queued: usize,
}

fn main() {
    let arguments = Arguments::parse(std::env::args().skip(1));
    let folder = tempfile::tempdir().expect("a temporary folder");
    if arguments.queued > 0 {
        return queued(folder.path(), arguments.queued);
    }
    let mut relay = start(folder.path());
    let address = address(folder.path());
    let (mut times, refused) = flood(&address, &arguments);
    let peak = peak_kb(&relay);
    let _ = relay.kill();
    let _ = relay.wait();
    times.sort_unstable();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    println!(
        "{} accepted, {refused} not, {:.0} a second; answer p50 {:.1} ms, p99 {:.1} ms, max {:.1} ms; \
         {:.1} MB resident at most",
        times.len(),
        times.len() as f64 / arguments.seconds as f64,
        at(0.5),
        at(0.99),
        at(1.0),
        peak as f64 / 1e3,
    );
}

impl Arguments {
    fn parse(mut given: impl Iterator<Item = String>) -> Self {
        let mut arguments = Self {
            seconds: 10,
            connections: 64,
            rate: None,
            queued: 0,
        };
        while let Some(name) = given.next() {
            let mut number = || given.next().and_then(|text| text.parse().ok()).unwrap_or(1);
            match name.as_str() {
                "--seconds" => arguments.seconds = number(),
                "--connections" => arguments.connections = number() as usize,
                "--rate" => arguments.rate = Some(number()),
                "--queued" => arguments.queued = number() as usize,
                // Cargo's own.
                _ => {}
            }
        }
        arguments
    }
}

fn start(folder: &Path) -> Child {
    let secrets = folder.join("relay.secret");
    fs::write(&secrets, SECRET).expect("a file");
    Command::new(env!("CARGO_BIN_EXE_ddctl"))
        .args([
            "relay",
            "--listen",
            "0",
            "--to",
            "logs",
            "--disk-free",
            "1kB",
        ])
        .args([
            "--complete-within",
            "1h",
            "--reconcile-every",
            "1h",
            "--signing-secret-file",
        ])
        .arg(&secrets)
        .env_clear()
        .env("HOME", folder)
        .env("DD_API_KEY", "0".repeat(32))
        .env("HOOP_TOKEN", "hpk_nobody")
        // Nobody listens there.
        .env("DDCTL_DATADOG_URL", "http://127.0.0.1:9")
        .env("HOOP_APIURL", "http://127.0.0.1:9")
        .stderr(Stdio::from(
            fs::File::create(folder.join("stderr")).expect("a file"),
        ))
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts")
}

fn address(folder: &Path) -> String {
    let begun = Instant::now();
    loop {
        let said = fs::read_to_string(folder.join("stderr")).unwrap_or_default();
        let rest = said.split("webhooks at http://").nth(1);
        if let Some((address, _)) = rest.and_then(|rest| rest.split_once('\n')) {
            return address.to_owned();
        }
        assert!(
            begun.elapsed() < Duration::from_secs(120),
            "it does not open its door: {said}"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The time of every answer 202, and how many were others.
fn flood(address: &str, arguments: &Arguments) -> (Vec<Duration>, u64) {
    let (next, refused) = (AtomicU64::new(0), AtomicU64::new(0));
    let begun = Instant::now();
    let end = begun + Duration::from_secs(arguments.seconds);
    let times = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..arguments.connections)
            .map(|_| {
                scope.spawn(|| post_until(end, begun, address, arguments.rate, &next, &refused))
            })
            .collect();
        let times = threads
            .into_iter()
            .map(|one| one.join().expect("no thread panics"));
        times.flatten().collect()
    });
    (times, refused.into_inner())
}

fn post_until(
    end: Instant,
    begun: Instant,
    address: &str,
    rate: Option<u64>,
    next: &AtomicU64,
    refused: &AtomicU64,
) -> Vec<Duration> {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_nodelay(true).expect("a socket");
    let mut times = Vec::new();
    let mut answer = [0; 512];
    while Instant::now() < end {
        let number = next.fetch_add(1, Ordering::Relaxed);
        // Each has its time, so that a slow answer does not make the next ones fewer.
        let due = rate.map(|rate| begun + Duration::from_secs_f64(number as f64 / rate as f64));
        if let Some(wait) = due.and_then(|due| due.checked_duration_since(Instant::now())) {
            std::thread::sleep(wait);
        }
        let id = format!("msg_2KWPBgLlAfxdpx2A{number:012}");
        let body = closing(number);
        let request = request(&Attempt::of(&id, body.as_bytes()));
        let sent = due.unwrap_or_else(Instant::now);
        stream.write_all(&request).expect("open");
        let length = stream.read(&mut answer).expect("an answer");
        match answer[..length].starts_with(b"HTTP/1.1 202 ") {
            true => times.push(sent.elapsed()),
            false => drop(refused.fetch_add(1, Ordering::Relaxed)),
        }
    }
    times
}

/// As the gateway posts them.
fn closing(number: u64) -> String {
    format!(
        r#"{{"event_type":"session.close","id":"a0000000-0000-4000-8000-{number:012}","exit_code":0,"exit_err":null}}"#
    )
}

fn request(attempt: &Attempt<'_>) -> Vec<u8> {
    let head = format!(
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         svix-id: {}\r\nsvix-timestamp: {}\r\nsvix-signature: {}\r\n\r\n",
        attempt.body.len(),
        attempt.id,
        attempt.at,
        attempt.signature()
    );
    [head.as_bytes(), attempt.body].concat()
}

/// What a relay takes of memory that has so many events and nobody to give them to.
fn queued(folder: &Path, count: usize) {
    let state = folder.join(".local/state/ddctl/default");
    fill(&state, count);
    let size = fs::metadata(state.join("relay.db")).expect("a spool").len();
    let begun = Instant::now();
    let mut relay = start(folder);
    let address = address(folder);
    let opened = begun.elapsed();
    let arguments = Arguments {
        seconds: 10,
        connections: 16,
        rate: Some(500),
        queued: 0,
    };
    let (times, _) = flood(&address, &arguments);
    println!(
        "{count} events queued in {:.0} MB: open after {:.1} s, {:.1} MB resident at most while {} \
         more webhooks came",
        size as f64 / 1e6,
        opened.as_secs_f64(),
        peak_kb(&relay) as f64 / 1e3,
        times.len()
    );
    let _ = relay.kill();
    let _ = relay.wait();
}

fn fill(state: &Path, count: usize) {
    let destination = Destination {
        name: "logs datadoghq.com".to_owned(),
        is_required: true,
    };
    let limits = Limits {
        most: u64::MAX,
        free: 0,
    };
    let holder = Holder::this("bench", Timestamp::now());
    let spool = Spool::open(state, vec![destination], limits, &holder).expect("a spool");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    for page in (0..count).step_by(1_000) {
        let offers = (page..count.min(page + 1_000)).map(event).collect();
        runtime.block_on(spool.offer(offers, None)).expect("stored");
    }
    spool.close();
}

/// About as large as that of a session.
fn event(number: usize) -> Offer {
    let body = json!({
        "ddsource": "hoop", "message": "x".repeat(700),
        "evt": {"id": format!("{number:032x}"), "name": "session.close"},
    });
    let serde_json::Value::Object(body) = body else {
        unreachable!("an object was written");
    };
    Offer::Whole(Record {
        id: format!("{number:032x}"),
        order_by: format!("session-{number}"),
        timestamp: Timestamp::now(),
        body,
        number: None,
    })
}

fn peak_kb(relay: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", relay.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or(0)
}
