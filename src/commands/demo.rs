//! `ddctl demo`: the tour, on a private sandbox.
//!
//! Every step is a real command: its line is parsed like one that was typed, and runs against the
//! sandbox's sockets with the sandbox's keys. Nothing outside a temporary folder is touched.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Args;
use serde_json::Value;
use tempfile::TempDir;

use crate::commands::line;
use crate::config::{Environment, Flags, Settings};
use crate::context::Context;
use crate::domain::session::Verb;
use crate::domain::time::human_duration;
use crate::error::{Exit, TimedOut};
use crate::gateway::SessionQuery;
use crate::http;
use crate::sandbox::{self, Sandbox};
use crate::ui::{Format, Table, Tone, Ui};

/// The rule about production connections that the demo's profile holds.
const PROFILE: &str = r#"version = 1
default_profile = "demo"

[profiles.demo]
service = "agent-access"
tags = ["team:platform"]

[[profiles.demo.connections]]
match = "*-prod"
environment = "production"
approval = "expected"

[[profiles.demo.connections]]
match = "*"
environment = "staging"
"#;

/// A pause between two steps, to read what the last one said.
const READING_TIME: Duration = Duration::from_millis(900);

/// A new session begins this often, so that there is something to watch.
const ARRIVALS: Duration = Duration::from_millis(1_500);

/// Take the tour: the whole path on a private sandbox, in a few seconds
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl demo
  ddctl demo --fast
  ddctl demo --keep

Needs no account and no network: gateway and Datadog are stand-ins on free \
ports of this machine, and everything else happens in a temporary folder.")]
pub struct Demo {
    /// No pauses, and the recording at once instead of in its own time
    #[arg(long)]
    fast: bool,
    /// Leave the sandbox running afterwards, with a profile to try things on
    #[arg(long)]
    keep: bool,
}

/// One step: why, and the command that does it.
struct Step {
    why: &'static str,
    line: Vec<String>,
}

pub async fn run(context: &Context, args: &Demo) -> anyhow::Result<Exit> {
    let started = Instant::now();
    let folder = tempfile::Builder::new().prefix("ddctl-demo-").tempdir()?;
    let sandbox = Sandbox::start(sandbox_options(context))
        .await
        .context("start the sandbox")?;
    let tour = Tour {
        context,
        folder: &folder,
        sandbox: &sandbox,
        is_fast: args.fast,
    };
    tour.prepare()?;
    let outcome = within_deadline(context, tour.take(started, args.keep)).await;
    sandbox.stop().await;
    outcome
}

/// The steps are commands of their own, and know nothing of the tour's `--timeout`.
async fn within_deadline(
    context: &Context,
    tour: impl Future<Output = anyhow::Result<Exit>>,
) -> anyhow::Result<Exit> {
    let Some(deadline) = context.deadline() else {
        return tour.await;
    };
    let late = |_| Err(TimedOut(context.globals.timeout.unwrap_or_default()).into());
    tokio::time::timeout_at(deadline, tour)
        .await
        .unwrap_or_else(late)
}

fn sandbox_options(context: &Context) -> sandbox::Options {
    sandbox::Options {
        gateway: sandbox::gateway::Options {
            licence: sandbox::gateway::Licence::Enterprise,
            every: Some(ARRIVALS),
            ..sandbox::gateway::Options::new(context.now())
        },
        ..sandbox::Options::default()
    }
}

/// The world of one demo.
struct Tour<'a> {
    context: &'a Context,
    folder: &'a TempDir,
    sandbox: &'a Sandbox,
    is_fast: bool,
}

impl Tour<'_> {
    fn ui(&self) -> &Ui {
        &self.context.ui
    }

    fn config(&self) -> std::path::PathBuf {
        self.folder.path().join("config.toml")
    }

    fn prepare(&self) -> anyhow::Result<()> {
        fs::write(self.config(), PROFILE).context("write the demo's settings")?;
        Ok(())
    }

    /// The environment of the steps: the sandbox's, and a home of their own.
    fn environment(&self) -> Environment {
        let home = self.folder.path().display().to_string();
        let config = self.config().display().to_string();
        let own = [("HOME", home), ("DDCTL_CONFIG", config)];
        Environment::of_pairs(self.sandbox.environment().into_iter().chain(own))
    }

    fn steps(&self) -> Vec<Step> {
        let secret = self
            .folder
            .path()
            .join("relay.secret")
            .display()
            .to_string();
        let step = |why, line: &str| Step {
            why,
            line: line
                .split(' ')
                .map(|word| word.replace("{secret}", &secret))
                .collect(),
        };
        let replay = match self.is_fast {
            true => "sessions replay {session} --no-timing --clip 0..3s",
            false => "sessions replay {session} --speed 4 --idle-limit 0.6 --exit",
        };
        let tail = match self.is_fast {
            true => "sessions tail --once",
            false => "sessions tail --for 5s",
        };
        vec![
            step("Is the key good for this site?", "validate"),
            step(
                "Where should the gateway push its events?",
                "webhooks register --to https://relay.example.com/hoop --signing-secret-file {secret} --yes",
            ),
            step(
                "What did people and agents do?",
                "sessions list --since 24h --limit 8",
            ),
            step("Look at one of them", replay),
            step("What is happening right now?", tail),
            step(
                "Ship the sessions of the last 16 hours to Datadog",
                "sessions export --since 16h --to logs",
            ),
            step(
                "Would somebody be told about an agent on production without approval?",
                "test-event unapproved-prod --dry-run",
            ),
        ]
    }

    async fn take(&self, started: Instant, stays: bool) -> anyhow::Result<Exit> {
        let exit = self.walk().await?;
        if exit == Exit::Done {
            self.conclude(started.elapsed()).await?;
            if stays {
                self.stay().await?;
            }
        }
        Ok(exit)
    }

    async fn walk(&self) -> anyhow::Result<Exit> {
        let replayed = self.session_to_replay().await?;
        for mut step in self.steps() {
            for word in &mut step.line {
                *word = word.replace("{session}", &replayed);
            }
            if *self.context.cancel().borrow() {
                return Ok(Exit::Interrupted);
            }
            self.announce(&step);
            let exit = self.run_step(&step).await?;
            if exit != Exit::Done {
                return Ok(exit);
            }
            if !self.is_fast {
                self.pause().await;
            }
        }
        Ok(Exit::Done)
    }

    /// Time to read, cut short by the wish to stop.
    async fn pause(&self) {
        let mut cancel = self.context.cancel();
        let stopped = cancel.wait_for(|stopped| *stopped);
        let _ = tokio::time::timeout(READING_TIME, stopped).await;
    }

    fn announce(&self, step: &Step) {
        let palette = self.ui().options().stderr_palette;
        self.ui().status("");
        self.ui()
            .status(&palette.paint(Tone::Dim, format!("# {}", step.why)));
        let command = format!("$ ddctl {}", self.shown(&step.line).join(" "));
        for line in line::broken(&command) {
            self.ui().status(&palette.paint(Tone::Strong, line));
        }
    }

    /// The temporary folder says nothing to a reader.
    fn shown(&self, line: &[String]) -> Vec<String> {
        let folder = format!("{}/", self.folder.path().display());
        line.iter()
            .filter(|word| *word != "--yes")
            .map(|word| word.replace(&folder, "./"))
            .collect()
    }

    async fn run_step(&self, step: &Step) -> anyhow::Result<Exit> {
        line::run(&step.line, |globals| {
            let environment = self.environment();
            let settings = Settings::resolve(&Flags::default(), &environment);
            let mut options = self.ui().options().clone();
            options.assume_yes = globals.yes;
            // A tour is for a person, whatever format a profile or a variable asks for.
            options.format = Format::Table;
            let stopping = self.context.stopping().clone();
            let ui = Ui::new(options);
            Ok(Context::new(ui, globals, environment, settings, stopping))
        })
        .await
    }
}

impl Tour<'_> {
    /// A finished terminal session, chosen as anybody would: from the list.
    async fn session_to_replay(&self) -> anyhow::Result<String> {
        let environment = self.environment();
        let settings = Settings::resolve(&Flags::default(), &environment)?;
        let ui = Ui::new(self.ui().options().clone());
        let context = Context::new(
            ui,
            Default::default(),
            environment,
            Ok(settings),
            self.context.stopping().clone(),
        );
        let gateway = context.gateway(&Default::default())?;
        let query = SessionQuery {
            kind: Some("custom".to_owned()),
            ..SessionQuery::default()
        };
        let page = gateway.sessions(&query).await?;
        page.rows
            .into_iter()
            .find(|session| session.verb == Verb::Connect && session.exit_code == Some(0))
            .map(|session| session.id.chars().take(8).collect())
            .context("the sandbox has no finished terminal session")
    }

    /// What landed, asked of the stand-in itself.
    async fn received(&self) -> anyhow::Result<Vec<Value>> {
        let url = format!(
            "{}/sandbox/received?kind=logs&fields=evt.name,evt.outcome,status&limit=1000",
            self.sandbox.datadog_url()
        );
        let request = http::Request::get(url.parse()?);
        let answer = self.context.http().send(request).await?;
        let body = answer.bytes(http::ANSWER_LIMIT).await?;
        serde_json::from_slice(&body).context("read what the sandbox received")
    }

    async fn conclude(&self, took: Duration) -> anyhow::Result<()> {
        let landed = self.received().await?;
        self.ui().status("");
        self.ui()
            .status(&format!("What landed in Datadog: {} events", landed.len()));
        let palette = self.ui().palette();
        self.ui().write(
            landed_table(&landed)
                .render(self.ui().table_width(), palette)
                .as_bytes(),
        )?;
        self.ui().status("");
        self.ui()
            .status(&format!("The tour took {}. Next:", human_duration(took)));
        for (command, what) in NEXT {
            self.ui().status(&format!("  {command:<55}{what}"));
        }
        Ok(())
    }

    /// Leaves the stand-ins up until the person ends them.
    async fn stay(&self) -> anyhow::Result<()> {
        self.ui().status("");
        self.ui()
            .status("The sandbox stays up until Ctrl-C. In another shell:");
        let config = ("DDCTL_CONFIG", self.config().display().to_string());
        for (name, value) in self.sandbox.environment().into_iter().chain([config]) {
            self.ui().line(&format!("export {name}={value}"))?;
        }
        let _ = self.context.cancel().wait_for(|stopped| *stopped).await;
        Ok(())
    }
}

const NEXT: [(&str, &str); 4] = [
    ("ddctl demo --keep", "a sandbox to try on"),
    ("ddctl setup", "your own, step by step"),
    ("ddctl sessions list --gateway-url URL", "your own gateway"),
    (
        "ddctl sessions export --since 24h --to logs --dry-run",
        "what would be sent",
    ),
];

fn landed_table(landed: &[Value]) -> Table {
    let mut counts: Vec<([&str; 3], usize)> = Vec::new();
    for event in landed {
        let of = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or("-");
        let key = [of("evt.name"), of("evt.outcome"), of("status")];
        match counts.iter_mut().find(|(known, _)| *known == key) {
            Some((_, count)) => *count += 1,
            None => counts.push((key, 1)),
        }
    }
    counts.sort();
    let mut table = Table::new()
        .column("EVENT")
        .column("OUTCOME")
        .column("STATUS")
        .column("EVENTS")
        .right();
    for ([name, outcome, status], count) in counts {
        let tone = match outcome {
            "success" => Tone::Good,
            "failure" => Tone::Bad,
            "blocked" | "rejected" => Tone::Warning,
            _ => Tone::Plain,
        };
        table.row([
            (name.to_owned(), Tone::Strong),
            (outcome.to_owned(), tone),
            (status.to_owned(), Tone::Plain),
            (count.to_string(), Tone::Plain),
        ]);
    }
    table
}
