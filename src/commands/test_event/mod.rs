//! `ddctl test-event`: would somebody be told?

mod ci;
mod cleanup;
mod events;
mod live;
mod outcome;
mod predict;
mod rehearse;
mod subject;
mod verdict;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::commands::flags::DatadogAccess;
use crate::commands::monitors::Variables;
use crate::context::Context;
use crate::domain::time::parse_duration;
use crate::error::Exit;
use crate::monitors::rehearsal::Expectation;
use crate::monitors::{Scenario, Shape};

/// Does a monitor fire? Exit 3 when it does not, 1 when nobody can tell
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl test-event unapproved-prod --dry-run
  ddctl test-event unapproved-prod
  ddctl test-event failed-sessions --monitor 4711 --timeout 10m --ci github
  ddctl test-event --file events.ndjson --monitor monitors/mine.yaml --expect ok
  ddctl test-event high-risk-command --live
  ddctl test-event --cleanup

Scenarios:
  unapproved-prod         an agent on production, and nobody was asked
  outside-window          a session on production outside its maintenance window
  guardrail-block-burst   an agent runs into the same guardrail again and again
  failed-sessions         sessions on one connection fail one after the other
  high-risk-command       a command that the analysis calls risky, and it ran
  open-too-long           the heartbeat names a session that stays open
  export-lag              the heartbeat says that events wait
  silence                 no heartbeat any more
  policy-violation-burst  policies block one agent again and again
  cost-runaway            one agent spends too much
  autonomous-blocked      a policy blocks an agent that acts on its own
  token-spike             many tokens of one agent and model
  cost-spike              much money of one agent and model
  cost-anomaly            a model's cost; only Datadog can tell what is unusual
  error-burst             calls to one model fail
  tool-failures           one tool keeps failing
  slow-chat               calls to one model are slow

--dry-run predicts: nothing is sent and no key is needed. The events are made, indexed as Datadog \
would, and held against the monitors of the packs. Where the published behaviour leaves a case \
open, the answer is 'cannot tell', with the reason.

Without it the answer is proven, and nobody is paged. A temporary copy of the monitor is made that \
sees this run alone and names nobody; the events are sent, Datadog has to find every one of them, \
and the copy has to come to --expect. Then it is deleted, also on Ctrl-C. It takes an API key and an \
application key without scopes, since log monitors need one, and at most --timeout, else 15 minutes. \
An alert or a warning counts when the run's own group came to it after the events were sent.

--live uses the real monitor, after saying whom it would tell and which other log monitors the \
events would trip. Its events are not marked as a test where the monitor leaves those out.

Events of --file are JSON objects, one a line, as the logs intake takes them; `${run}` in them \
stands for the run's id. Every event gets `evt.test_run`, and `evt.id` and `timestamp` where it has \
none. With --dry-run and no --monitor they are held against every monitor of the packs.

Exit 0 where the monitor came to the state, 3 where it came to another one or the time was up, 1 where \
Datadog did not find every event in time or nobody can tell, 130 where it was stopped.

--ci github writes an annotation, a table to GITHUB_STEP_SUMMARY, and `verdict`, `monitor` and \
`test-run` to GITHUB_OUTPUT.")]
pub struct TestEvent {
    /// What happens
    #[arg(value_parser = scenario, required_unless_present_any = ["file", "cleanup"])]
    scenario: Option<Scenario>,
    /// Events of your own in place of a scenario: NDJSON, or `-`
    #[arg(long, value_name = "FILE", conflicts_with = "scenario")]
    file: Option<PathBuf>,
    /// The monitor: PACK/NAME, a YAML file, the id of one at Datadog, or its pasted URL [default:
    /// the scenario's own]
    #[arg(long, value_name = "MONITOR")]
    monitor: Option<String>,
    #[command(flatten)]
    variables: Variables,
    /// Predict, and send nothing
    #[arg(long, conflicts_with_all = ["live", "cleanup"])]
    dry_run: bool,
    /// Use the real monitor and not a copy: people may be told
    #[arg(long)]
    live: bool,
    /// The state it has to come to: alert, warn, ok, no-data
    #[arg(long, value_name = "STATE", default_value = "alert")]
    expect: Expectation,
    /// How long `ok` and `no-data` have to hold once the events are there
    #[arg(long, value_name = "DURATION", default_value = "2m", value_parser = duration)]
    settle: Duration,
    /// Also write the answer as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Also write it in the words of this CI system
    #[arg(long, value_name = "SYSTEM")]
    ci: Option<Ci>,
    /// Delete what interrupted rehearsals left behind
    #[arg(long, conflicts_with_all = ["scenario", "file", "monitor", "live"])]
    cleanup: bool,
    #[command(flatten)]
    datadog: DatadogAccess,
}

/// A CI system that reads annotations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Ci {
    /// GitHub Actions: an annotation, and a table in the step's summary
    Github,
}

/// The shape of the events: what this program sends.
const SHAPE: Shape = Shape::Ddctl;

fn scenario(text: &str) -> Result<Scenario, String> {
    text.parse::<Scenario>().map_err(|error| error.to_string())
}

fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).map_err(|error| error.to_string())
}

pub async fn run(context: &Context, args: &TestEvent) -> anyhow::Result<Exit> {
    if args.cleanup {
        return cleanup::run(context, args).await;
    }
    if !args.dry_run {
        return rehearse::run(context, args).await;
    }
    let events = events::read(context, args, context.now())?;
    predict::run(context, args, events).await
}
