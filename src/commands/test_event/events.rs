//! The events of a run: of a scenario, or a person's own.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use jiff::Timestamp;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::TestEvent;
use crate::context::Context;
use crate::delivery::map::log::LogProfile;
use crate::domain::digest::hex;
use crate::error::UsageError;
use crate::monitors::rehearsal::own_events;
use crate::monitors::{Run, Scenario};

/// What is sent, and what it is about.
pub struct Events {
    pub run: Run,
    /// Where they come from.
    pub origin: Origin,
    /// As the logs intake takes them.
    pub logs: Vec<Map<String, Value>>,
}

pub enum Origin {
    Scenario(Scenario),
    /// A file, or standard input.
    File(String),
}

impl Origin {
    /// The scenario's name, or the file's.
    pub fn name(&self) -> &str {
        match self {
            Origin::Scenario(scenario) => scenario.name(),
            Origin::File(name) => name,
        }
    }

    /// What happens, in a sentence.
    pub fn about(&self) -> &str {
        match self {
            Origin::Scenario(scenario) => scenario.about(),
            Origin::File(_) => "events of one's own",
        }
    }
}

/// `now` is the time that the last event happened.
pub fn read(context: &Context, args: &TestEvent, now: Timestamp) -> anyhow::Result<Events> {
    let run = Run {
        id: run_id(context),
        now,
        page_base: page_base(context)?,
    };
    if let Some(path) = &args.file {
        let name = path.display().to_string();
        let text = text(path)?;
        let logs =
            own_events(&text, &run).map_err(|error| UsageError::new(format!("{name}: {error}")))?;
        return Ok(Events {
            run,
            origin: Origin::File(name),
            logs,
        });
    }
    let scenario = args
        .scenario
        .ok_or_else(|| UsageError::new("name a scenario, or events by --file"))?;
    let profile = log_profile(context, &run)?;
    let redactor = context.redactor(false)?;
    let logs = scenario.logs(&run, &profile, &redactor);
    Ok(Events {
        run,
        origin: Origin::Scenario(scenario),
        logs,
    })
}

fn text(path: &Path) -> anyhow::Result<String> {
    if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .context("read standard input")?;
        return Ok(text);
    }
    fs::read_to_string(path).with_context(|| format!("read {}", path.display()))
}

/// A run of its own, so that its events are told from those of another.
fn run_id(context: &Context) -> String {
    let digest = Sha256::digest(format!("{}{}", context.now(), std::process::id()));
    hex(&digest[..6])
}

/// Without a gateway the links lead to an example.
fn page_base(context: &Context) -> anyhow::Result<String> {
    let url = context
        .settings()?
        .gateway_url
        .as_ref()
        .map(|url| url.value.as_str());
    let url = url
        .unwrap_or("https://gateway.example")
        .trim_end_matches('/');
    Ok(url.strip_suffix("/api").unwrap_or(url).to_owned())
}

fn log_profile(context: &Context, run: &Run) -> anyhow::Result<LogProfile> {
    let settings = context.settings()?;
    let host = run.page_base.parse::<url::Url>().ok();
    Ok(LogProfile {
        service: settings.service.value.clone(),
        hostname: host
            .and_then(|url| url.host_str().map(str::to_owned))
            .unwrap_or_default(),
        tags: settings.tags.value.clone(),
        env: settings.env.as_ref().map(|env| env.value.clone()),
    })
}
