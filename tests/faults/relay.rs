//! One run of `ddctl relay`, whoever posts webhooks to it, and the oracle over what it answered: a
//! webhook that was answered 2xx is delivered or among the dead letters.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;

use super::exporter::{Ended, Exporter};
use super::stage::Stage;
use super::support::{Attempt, SECRET};

/// How long anything may take before the scenario fails.
const PATIENCE: Duration = Duration::from_secs(120);

/// A relay under way.
pub struct Relay {
    process: Exporter,
    /// `HOST:PORT` of its door.
    pub address: String,
}

impl Relay {
    /// Starts one with the stage's home, and waits for its door.
    pub fn start(stage: &mut Stage, more: &[&str]) -> Self {
        let mut process = Self::launch(stage, more);
        let begun = Instant::now();
        let address = loop {
            let said = process.said();
            let rest = said.split("webhooks at http://").nth(1);
            if let Some((address, _)) = rest.and_then(|rest| rest.split_once('\n')) {
                break address.to_owned();
            }
            let is_over = process.is_over() || begun.elapsed() > PATIENCE;
            assert!(
                !is_over,
                "the relay does not open its door; it says: {said}"
            );
            std::thread::sleep(Duration::from_millis(5));
        };
        Self { process, address }
    }

    /// Starts one that may not come so far.
    pub fn launch(stage: &mut Stage, more: &[&str]) -> Exporter {
        let secrets = stage.home.folder.join("relay.secret");
        std::fs::write(&secrets, SECRET).expect("a file of the scenario");
        let secrets = secrets.display().to_string();
        let args = [
            "relay",
            "--listen",
            "0",
            "--signing-secret-file",
            &secrets,
            "--to",
            "logs",
            "-o",
            "json",
        ];
        let args: Vec<&str> = args.into_iter().chain(more.iter().copied()).collect();
        stage.tally.runs += 1;
        let command = stage.home.ddctl(&args);
        Exporter::start(command, stage.tally.runs, 0, &stage.home.folder)
    }

    pub fn kill(mut self, stage: &mut Stage) -> Ended {
        stage.tally.kills += 1;
        self.process.signal(Signal::KILL);
        self.ended()
    }

    /// Tells it to stop, and waits until it has.
    pub fn stop(mut self) -> Ended {
        self.process.signal(Signal::TERM);
        self.ended()
    }

    fn ended(self) -> Ended {
        let ended = self.process.finish(PATIENCE);
        assert!(
            !ended.stderr.contains("panicked at"),
            "it panicked: {}",
            ended.stderr
        );
        ended
    }
}

/// What was posted and what came back.
#[derive(Debug, Default)]
pub struct Posted {
    next: AtomicU64,
    /// By message, the status; `None` where no answer came.
    answers: Mutex<BTreeMap<String, Option<u16>>>,
}

impl Posted {
    /// Posts new webhooks to `address` from `threads` threads until `enough` says so or the door
    /// closes.
    pub fn flood(&self, address: &str, threads: usize, enough: impl Fn(usize) -> bool + Sync) {
        let (is_over, answered) = (AtomicBool::new(false), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    let mut connection = None;
                    while !is_over.load(Ordering::Relaxed) {
                        let id = format!("msg_{}", self.next.fetch_add(1, Ordering::Relaxed));
                        let status = self.post(&mut connection, address, &id);
                        let answered = answered.fetch_add(1, Ordering::Relaxed) + 1;
                        if status.is_none() || enough(answered as usize) {
                            is_over.store(true, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
    }

    /// Posts once more what was posted under `id`.
    pub fn again(&self, address: &str, id: &str) -> Option<u16> {
        self.post(&mut None, address, id)
    }

    fn post(
        &self,
        connection: &mut Option<BufReader<TcpStream>>,
        address: &str,
        id: &str,
    ) -> Option<u16> {
        let body = format!(
            r#"{{"event_type":"load.test","of":"{id}","pad":"{}"}}"#,
            "x".repeat(300)
        );
        let status = talk(connection, address, &Attempt::of(id, body.as_bytes()));
        if status.is_none() {
            *connection = None;
        }
        let mut answers = self.answers.lock().expect("no thread panics");
        // One that was accepted once is accepted.
        let known = answers.entry(id.to_owned()).or_default();
        if !matches!(known, Some(200..=299)) {
            *known = status;
        }
        status
    }

    /// Messages that were answered with this class of status.
    pub fn answered(&self, class: u16) -> Vec<String> {
        let answers = self.answers.lock().expect("no thread panics");
        let of_class = answers
            .iter()
            .filter(|(_, status)| status.is_some_and(|one| one / 100 == class));
        of_class.map(|(id, _)| id.clone()).collect()
    }

    /// Waits until what was accepted has arrived, and says what never does.
    pub fn settle(&self, stage: &mut Stage) {
        let accepted: BTreeSet<String> = self.answered(2).into_iter().collect();
        let begun = Instant::now();
        let (arrived, lost) = loop {
            let arrived = arrived(stage);
            let known: BTreeSet<&String> = arrived.keys().collect();
            let dead = stage.home.dead_messages();
            let lost: Vec<String> = accepted
                .iter()
                .filter(|id| !known.contains(id) && !dead.contains(*id))
                .cloned()
                .collect();
            if lost.is_empty() || begun.elapsed() > PATIENCE {
                break (arrived, lost);
            }
            std::thread::sleep(Duration::from_millis(100));
        };
        stage.tally.events += arrived.len();
        stage.tally.duplicates += arrived.values().map(|count| count - 1).sum::<usize>();
        let count = lost.len();
        let first: Vec<String> = lost.into_iter().take(3).collect();
        assert!(
            count == 0,
            "{count} of {} answered 2xx never arrive: {first:?}",
            accepted.len()
        );
    }
}

/// How often each message's event was stored.
fn arrived(stage: &Stage) -> BTreeMap<String, usize> {
    let rows = stage.sandbox.received("logs", "webhook.id,sandbox.state");
    let kept = rows.iter().filter(|row| row["sandbox.state"] != "dropped");
    let mut arrived = BTreeMap::new();
    for id in kept.filter_map(|row| row["webhook.id"].as_str()) {
        *arrived.entry(id.to_owned()).or_default() += 1;
    }
    arrived
}

/// One request on a connection that stays; `None` where no answer came.
fn talk(
    connection: &mut Option<BufReader<TcpStream>>,
    address: &str,
    attempt: &Attempt<'_>,
) -> Option<u16> {
    if connection.is_none() {
        let stream = TcpStream::connect(address).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        stream.set_nodelay(true).ok()?;
        *connection = Some(BufReader::new(stream));
    }
    let stream = connection.as_mut()?;
    let head = format!(
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\nsvix-id: {}\r\nsvix-timestamp: {}\r\n\
         svix-signature: {}\r\n\r\n",
        attempt.body.len(),
        attempt.id,
        attempt.at,
        attempt.signature()
    );
    let request = [head.as_bytes(), attempt.body].concat();
    stream.get_mut().write_all(&request).ok()?;
    let (mut status, mut length) = (None, 0);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if status.is_none() {
            status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
        } else if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    status
}

/// What `state show` says of the spool.
pub fn spool(stage: &Stage) -> Value {
    let output = stage
        .home
        .ddctl(&["state", "show", "-o", "json"])
        .output()
        .expect("it runs");
    let rows: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let rows = rows.as_array().cloned().unwrap_or_default();
    let spool = rows.into_iter().find(|row| row["kind"] == "spool");
    spool.expect("there is a spool")
}
