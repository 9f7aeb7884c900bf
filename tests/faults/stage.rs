//! What a scenario plays on: a sandbox, a home, and the notes that the oracle judges by.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;

use super::exporter::{Ended, Exporter};
use super::home::{EVERYTHING, Home, event_of};
use super::intake::{self, Seen, Watch};
use super::oracle::{Answered, Breach, Break, Count, Event, Facts, Look, judge};
use super::position::{Starts, claimed};
use super::random::Random;
use super::support::{SandboxOptions, SandboxProcess};

/// Requests that a delivery has under way at once, at most.
const IN_FLIGHT: usize = 4;
/// Over which times the sessions spread: a day has many close to the age that the intake drops.
const SPANS: &[&str] = &["24h", "30d"];
/// Between two looks at the intake.
const LOOK: Duration = Duration::from_millis(10);
/// How long a run may take, in the short form and in the long one. Only a failing scenario takes this
/// long.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(120), Duration::from_secs(900));
/// Runs without a fault that a scenario may need to come to its end: the first may report what the
/// one before left.
const RECOVERIES: usize = 3;

/// What a scenario did, over all of its rounds.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub kills: u64,
    pub runs: usize,
    pub events: usize,
    pub duplicates: usize,
    pub dead: usize,
}

#[derive(Debug)]
pub struct Stage {
    pub random: Random,
    pub is_long: bool,
    pub sandbox: SandboxProcess,
    pub home: Home,
    /// What an undisturbed export says there is.
    pub there_is: Vec<Event>,
    /// Dead letters that there have to be at the end.
    pub expected_dead: usize,
    /// What the oracle found, over all rounds.
    pub breaches: Vec<Breach>,
    pub tally: Tally,
    /// What is worth saying of it.
    pub notes: Vec<String>,
    starts: Starts,
    facts: Facts,
    /// Requests of any kind up to this one are among the facts.
    noted: u64,
}

impl Stage {
    /// A sandbox of `sessions` sessions, whose seed and span are drawn, and a home in `folder`.
    pub fn set(folder: &Path, mut random: Random, is_long: bool, sessions: u64) -> Self {
        let seed = random.within(1..=1_000_000);
        let span = *random.pick(SPANS);
        let sandbox = SandboxOptions::default()
            .sessions(sessions)
            .span(span)
            .seed(seed)
            .start();
        let home = Home::new(folder, &sandbox);
        let mut stage = Self {
            random,
            is_long,
            home,
            there_is: Vec::new(),
            expected_dead: 0,
            breaches: Vec::new(),
            tally: Tally::default(),
            notes: Vec::new(),
            starts: starts(&sandbox),
            facts: Facts::default(),
            noted: 0,
            sandbox,
        };
        stage.there_is = stage.undisturbed();
        stage
    }

    fn undisturbed(&self) -> Vec<Event> {
        let to_file = ["--since", EVERYTHING, "--to", "all.ndjson"];
        let command = self.home.export(&to_file);
        let _ = Exporter::start(command, 0, 0, &self.home.folder)
            .finish(self.patience())
            .exits(0);
        let text = fs::read_to_string(self.home.folder.join("all.ndjson")).expect("it was written");
        let lines = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("a JSON object"));
        lines
            .map(|log| event_of(&log).expect("an event of a session"))
            .collect()
    }

    pub fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    pub fn faults(&self, faults: &[&str]) {
        self.sandbox.put_faults(faults);
    }

    /// The requests to the logs intake, ascending.
    pub fn asked(&self) -> Vec<Answered> {
        let mut all = self.facts.requests.clone();
        all.extend(intake::answered(&intake::requests(
            &self.sandbox,
            self.noted,
        )));
        all
    }
}

/// Runs.
impl Stage {
    /// Starts an export of everything to the logs intake.
    pub fn start(&mut self, more: &[&str]) -> Exporter {
        let mut args = vec!["--new", "--since", EVERYTHING, "--to", "logs"];
        args.extend(more);
        self.start_with(&args)
    }

    /// Starts an export with these arguments alone.
    pub fn start_with(&mut self, args: &[&str]) -> Exporter {
        self.tally.runs += 1;
        let after = self.last_request();
        let command = self.home.export(args);
        Exporter::start(command, self.tally.runs, after, &self.home.folder)
    }

    /// Runs an export of everything to its end.
    pub fn run(&mut self, more: &[&str]) -> Ended {
        let exporter = self.start(more);
        self.ended(exporter)
    }

    /// Waits for its end, and notes it. One that was killed or ran out of time did not wait for what
    /// it had under way.
    pub fn ended(&mut self, exporter: Exporter) -> Ended {
        let ended = exporter.finish(self.patience());
        let is_broken_off = ended.code == 5 || (ended.code > 128 && ended.code != 130);
        self.noted(ended, if is_broken_off { IN_FLIGHT } else { 0 })
    }

    /// As [`Stage::ended`], of one that was told not to wait for what it had under way.
    pub fn broken_off(&mut self, exporter: Exporter) -> Ended {
        let ended = exporter.finish(self.patience());
        self.noted(ended, IN_FLIGHT)
    }

    pub fn kill(&mut self, mut exporter: Exporter) -> Ended {
        exporter.signal(Signal::KILL);
        self.tally.kills += 1;
        self.ended(exporter)
    }

    /// Looks at the intake until `enough` says so; false where the run ended before.
    pub fn wait(&self, exporter: &mut Exporter, enough: impl Fn(Seen) -> bool) -> bool {
        let watch = Watch::from(&self.sandbox, exporter.after);
        loop {
            if enough(watch.look()) {
                return true;
            }
            if exporter.is_over() {
                return enough(watch.look());
            }
            std::thread::sleep(LOOK);
        }
    }

    /// The requests since it was started.
    pub fn seen(&self, exporter: &Exporter) -> Seen {
        Watch::from(&self.sandbox, exporter.after).look()
    }

    fn patience(&self) -> Duration {
        if self.is_long { PATIENCE.1 } else { PATIENCE.0 }
    }

    fn noted(&mut self, ended: Ended, reach: usize) -> Ended {
        let is_panic = ended.code == 101 || ended.stderr.contains("panicked at");
        assert!(!is_panic, "run {} panicked: {}", ended.number, ended.stderr);
        let last = self.last_request();
        self.facts
            .counts
            .extend(ended.count("accepted").map(|accepted| Count {
                run: ended.number,
                requests: (ended.after, last),
                accepted,
            }));
        if reach > 0 {
            self.facts.breaks.push(Break { after: last, reach });
        }
        ended
    }

    /// Once no more come of a run that has ended.
    fn last_request(&self) -> u64 {
        let watch = Watch::from(&self.sandbox, self.noted);
        loop {
            let before = watch.look();
            std::thread::sleep(LOOK);
            if watch.look() == before {
                return before.last;
            }
        }
    }
}

/// Judging.
impl Stage {
    /// Notes where the position stands, and the requests, of which a sandbox keeps the latest only.
    /// For when no run is under way.
    pub fn look(&mut self) {
        let after = self.last_request();
        self.facts.requests = self.asked();
        self.noted = after;
        let scratch = self.home.folder.join("look");
        let claimed = claimed(&self.home, &self.starts, &self.there_is, &scratch);
        let dead = self.home.dead().into_iter().map(|event| event.id).collect();
        self.facts.looks.push(Look {
            after,
            claimed,
            dead,
        });
    }

    /// The ids that the position covered at the last look.
    pub fn covers(&self, event: &Event) -> bool {
        let last = self.facts.looks.last();
        last.is_some_and(|look| look.claimed.contains(&event.id))
    }

    /// The state was damaged or taken away: what it said counts no more, and everything may come
    /// again.
    pub fn forget_position(&mut self) {
        self.facts.looks.clear();
        self.facts.breaks.push(Break {
            after: self.last_request(),
            reach: usize::MAX,
        });
    }

    /// Takes the faults away and goes on from the position until a run is done.
    pub fn recover(&mut self) {
        self.faults(&[]);
        self.go_on();
    }

    /// Goes on from the position until a run is done; from the beginning where there is none yet.
    pub fn go_on(&mut self) {
        self.look();
        let mut told = String::new();
        for _ in 0..RECOVERIES {
            let exporter = self.start_with(&["--new", "--to", "logs"]);
            let mut ended = self.ended(exporter);
            if ended.code == 2 && ended.stderr.contains("no position") {
                ended = self.run(&[]);
            }
            self.look();
            if ended.code == 0 {
                return;
            }
            told = format!("{} ({})", ended.stderr, ended.code);
        }
        panic!("no run comes to its end without faults; the last says: {told}");
    }

    /// Brings the round to its end, and everything that was observed before the oracle.
    pub fn conclude(&mut self) {
        self.recover();
        let facts = Facts {
            there_is: self.there_is.clone(),
            arrivals: intake::arrivals(&self.sandbox),
            requests: self.asked(),
            dead: self.home.dead(),
            ..self.facts.clone()
        };
        let verdict = judge(&facts);
        self.tally.events += verdict.events;
        self.tally.duplicates += verdict.duplicates;
        self.tally.dead += verdict.dead;
        self.breaches.extend(verdict.breaches);
        let expected = self.expected_dead;
        assert_eq!(verdict.dead, expected, "events among the dead letters");
    }

    /// The same world once more, nothing sent and nothing remembered.
    pub fn begin_again(&mut self) {
        self.sandbox.reset();
        self.home.wipe();
        self.facts = Facts::default();
        self.noted = 0;
    }
}

/// When each of the gateway's sessions started.
fn starts(sandbox: &SandboxProcess) -> Starts {
    let rows = sandbox.sessions().into_iter();
    let start = |row: &serde_json::Value| {
        let started = row["start_date"].as_str()?.parse().ok()?;
        Some((row["id"].as_str()?.to_owned(), started))
    };
    rows.map(|row| start(&row).expect("every session has a start"))
        .collect()
}
