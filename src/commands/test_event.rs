//! `ddctl test-event`: would somebody be told?

use clap::Args;
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::context::Context;
use crate::delivery::map::log::LogProfile;
use crate::domain::redaction::Redactor;
use crate::error::{Exit, UsageError};
use crate::monitors::{Forecast, Prediction, Run, Scenario, Shape, packs, predict};
use crate::ui::{Tone, Ui, counted, escape};

/// Would a monitor fire? Exit 3 when it would not, 1 when nobody can tell
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl test-event unapproved-prod --dry-run
  ddctl test-event unapproved-prod --dry-run -o json | jq '.predictions[].forecast'

Scenarios:
  unapproved-prod         an agent on a production connection, and nobody was asked
  outside-window          a session on production outside its maintenance window
  guardrail-block-burst   an agent runs into the same guardrail again and again
  failed-sessions         sessions on one connection fail one after the other
  high-risk-command       a command that the analysis calls highly risky, and it ran
  open-too-long           the heartbeat names a session that stays open
  export-lag              the heartbeat says that events wait
  silence                 no heartbeat any more
  policy-violation-burst  policies block one agent again and again
  cost-runaway            one agent spends too much
  autonomous-blocked      a policy blocks an agent that acts on its own
  token-spike             many tokens of one agent and model
  cost-spike              much money of one agent and model
  cost-anomaly            a model costs something; only Datadog knows whether that is unusual
  error-burst             calls to one model fail
  tool-failures           one tool keeps failing
  slow-chat               calls to one model are slow

--dry-run sends nothing and needs no key: the events are made, indexed as Datadog would, and held
against the monitors of the packs. Where the published behaviour leaves a case open, the answer is
'cannot tell', with the reason.")]
pub struct TestEvent {
    /// What happens
    #[arg(value_parser = scenario)]
    scenario: Scenario,
    /// Predict, and send nothing
    #[arg(long, required = true)]
    dry_run: bool,
}

fn scenario(text: &str) -> Result<Scenario, String> {
    text.parse::<Scenario>().map_err(|error| error.to_string())
}

/// The shape that `-o json` promises.
#[derive(Serialize)]
struct Answer {
    scenario: &'static str,
    about: &'static str,
    test_run: String,
    /// `would_fire`, `would_warn`, `would_not` or `cannot_tell`, of the scenario's own monitor.
    verdict: &'static str,
    events: Vec<Map<String, Value>>,
    predictions: Vec<PredictionRow>,
}

#[derive(Serialize)]
struct PredictionRow {
    monitor: String,
    title: String,
    forecast: &'static str,
    query: String,
    test_exclusion_lifted: bool,
    explanation: Vec<String>,
    reasons: Vec<String>,
}

pub async fn run(context: &Context, args: &TestEvent) -> anyhow::Result<Exit> {
    let run = Run {
        id: run_id(context),
        now: context.now(),
        page_base: page_base(context)?,
    };
    let profile = log_profile(context, &run)?;
    let redactor = Redactor::built_in();
    let logs = args.scenario.logs(&run, &profile, &redactor);
    let mut predictions = Vec::new();
    for pack in packs() {
        for monitor in pack.monitors(Shape::Ddctl)? {
            predictions.push(predict(&monitor, &logs, run.now));
        }
    }
    let own = predictions
        .iter()
        .position(|prediction| prediction.identity.name == args.scenario.name());
    let Some(own) = own else {
        return Err(UsageError::new(format!(
            "no pack has a monitor for {}",
            args.scenario.name()
        ))
        .into());
    };
    // The scenario's own monitor comes first.
    predictions.swap(0, own);
    let answer = Answer {
        scenario: args.scenario.name(),
        about: args.scenario.about(),
        test_run: run.id,
        verdict: word(predictions[0].forecast),
        events: logs,
        predictions: predictions.iter().map(PredictionRow::of).collect(),
    };
    context
        .ui
        .one(&answer, || report(&context.ui, &answer, &predictions))?;
    Ok(exit(predictions[0].forecast))
}

/// A run of its own, so that its events are told from those of another.
fn run_id(context: &Context) -> String {
    let digest = Sha256::digest(format!("{}{}", context.now(), std::process::id()));
    digest
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect()
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

fn exit(forecast: Forecast) -> Exit {
    match forecast {
        Forecast::WouldFire => Exit::Done,
        Forecast::WouldWarn | Forecast::WouldNot => Exit::AnswerIsNo,
        Forecast::CannotTell => Exit::Failed,
    }
}

fn word(forecast: Forecast) -> &'static str {
    match forecast {
        Forecast::WouldFire => "would_fire",
        Forecast::WouldWarn => "would_warn",
        Forecast::WouldNot => "would_not",
        Forecast::CannotTell => "cannot_tell",
    }
}

impl PredictionRow {
    fn of(prediction: &Prediction) -> Self {
        Self {
            monitor: prediction.identity.to_string(),
            title: prediction.title.clone(),
            forecast: word(prediction.forecast),
            query: prediction.query.clone(),
            test_exclusion_lifted: prediction.is_exclusion_lifted,
            explanation: prediction.explanation.clone(),
            reasons: prediction.reasons.iter().map(ToString::to_string).collect(),
        }
    }
}

fn report(ui: &Ui, answer: &Answer, predictions: &[Prediction]) -> String {
    let palette = ui.palette();
    let mut text = ui.wrap(&format!("{}: {}.", answer.scenario, answer.about), "");
    text += &format!(
        "{} test events, run {}.\n\n",
        answer.events.len(),
        answer.test_run
    );
    text += &own_prediction(ui, &predictions[0]);
    text.push('\n');
    let (quiet, loud): (Vec<_>, Vec<_>) = predictions[1..]
        .iter()
        .partition(|other| other.forecast == Forecast::WouldNot);
    for other in loud {
        let (word, tone) = spelled(other.forecast);
        let title = escape::line(&other.title);
        text += &format!("{}  {title}\n", palette.paint(tone, word));
    }
    text += &format!(
        "{} of the packs would not fire.\n",
        counted(quiet.len() as u64, "other monitor")
    );
    text
}

fn own_prediction(ui: &Ui, own: &Prediction) -> String {
    let palette = ui.palette();
    let (word, tone) = spelled(own.forecast);
    let word = palette.paint(tone, word.to_uppercase());
    let mut text = format!("{word}  {}\n", escape::line(&own.title));
    for line in &own.explanation {
        text += &ui.wrap(line, "  ");
    }
    for reason in &own.reasons {
        text += &ui.wrap(&format!("cannot tell: {reason}"), "  ");
    }
    if own.is_exclusion_lifted {
        text += &ui.wrap(
            "Its query leaves test events out; that is lifted for the prediction.",
            "  ",
        );
    }
    text += &palette.paint(Tone::Dim, ui.wrap(&own.query, "    ").trim_end());
    text.push('\n');
    text
}

fn spelled(forecast: Forecast) -> (&'static str, Tone) {
    match forecast {
        Forecast::WouldFire => ("would fire", Tone::Good),
        Forecast::WouldWarn => ("would warn", Tone::Warning),
        Forecast::WouldNot => ("would not fire", Tone::Plain),
        Forecast::CannotTell => ("cannot tell", Tone::Warning),
    }
}
