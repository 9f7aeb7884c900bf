//! `test-event --dry-run`: what the monitors would do, with nothing sent.

use serde::Serialize;
use serde_json::{Map, Value};

use super::events::Events;
use super::verdict::{self, Verdict};
use super::{SHAPE, TestEvent, subject};
use crate::context::Context;
use crate::error::Exit;
use crate::monitors::rehearsal::Expectation;
use crate::monitors::{Forecast, Monitor, Prediction, packs, predict};
use crate::ui::{Tone, Ui, counted, escape};

/// The shape that `-o json` promises.
#[derive(Serialize)]
struct Answer {
    /// The scenario's name, or the file of one's own events.
    scenario: String,
    about: String,
    test_run: String,
    /// The state that `--expect` names.
    expected: &'static str,
    /// `would_fire`, `would_warn`, `would_not` or `cannot_tell`, of the monitor that is named or the
    /// scenario's own; else the loudest of them all.
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

pub async fn run(context: &Context, args: &TestEvent, events: Events) -> anyhow::Result<Exit> {
    let own = subject::choose(context, args, &events).await?;
    let is_named = own.is_some();
    let mut monitors: Vec<Monitor> = own.map(|own| own.monitor().clone()).into_iter().collect();
    for pack in packs() {
        let others = pack.monitors(SHAPE)?.into_iter();
        let own = monitors.first().map(|own| own.identity.clone());
        monitors.extend(others.filter(|other| Some(&other.identity) != own.as_ref()));
    }
    let mut predictions: Vec<Prediction> = monitors
        .iter()
        .map(|monitor| predict(monitor, &events.logs, events.run.now))
        .collect();
    if !is_named {
        // The question is then whether any would.
        predictions.sort_by_key(|prediction| prediction.forecast);
    }
    let answer = Answer {
        scenario: events.origin.name().to_owned(),
        about: events.origin.about().to_owned(),
        test_run: events.run.id.clone(),
        expected: args.expect.as_str(),
        verdict: word(predictions[0].forecast),
        events: events.logs,
        predictions: predictions.iter().map(PredictionRow::of).collect(),
    };
    let ending = ending(args, &events.run.id, &predictions[0]);
    verdict::publish(context, args, &ending)?;
    context
        .ui
        .one(&answer, || report(&context.ui, &answer, &predictions))?;
    Ok(ending.exit)
}

/// What the prediction says of `--expect`.
fn ending(args: &TestEvent, run: &str, own: &Prediction) -> Verdict {
    let (is_alert, is_quiet) = (
        args.expect == Expectation::Alert,
        matches!(args.expect, Expectation::Ok | Expectation::NoData),
    );
    let exit = match own.forecast {
        Forecast::CannotTell => Exit::Failed,
        Forecast::WouldFire if is_alert => Exit::Done,
        Forecast::WouldWarn if args.expect == Expectation::Warn => Exit::Done,
        Forecast::WouldNot if is_quiet => Exit::Done,
        _ => Exit::AnswerIsNo,
    };
    Verdict {
        word: word(own.forecast),
        run: run.to_owned(),
        name: own.identity.to_string(),
        title: own.title.clone(),
        exit,
        said: format!("predicted: {}", spelled(own.forecast).0),
        details: own.explanation.clone(),
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
        "{}, run {}.\n\n",
        counted(answer.events.len() as u64, "test event"),
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
