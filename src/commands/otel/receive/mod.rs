//! `ddctl otel receive`: what GenAI programs emit, as trees, and passed on.

mod listening;
mod passing;
mod program;
mod show;
mod view;

use std::net::SocketAddr;

use clap::Args;

use self::listening::{Listening, Passed};
use self::passing::lanes;
use self::program::Program;
use crate::commands::flags::DatadogAccess;
use crate::commands::shipping::{
    self, Course, DeliveryFlags, Intake, Receipts, conclude, ship_until_stopped,
};
use crate::context::Context;
use crate::delivery::receipts::Run;
use crate::error::{Advised, Exit, UsageError, classify};
use crate::receive::Server;

const TO: &str = "Pass the spans on: `otlp` (Datadog's intake) or `otlp=URL` (an Agent, a collector); \
                  repeatable, with `,best-effort` behind one that must not hold the others back";

/// Nothing is kept here, so that there is nothing to run again.
const NOT_PASSED_ON: Advised = Advised {
    what: "cannot pass the spans on",
    hint: "is a receiver of OTLP over HTTP there, and does it take spans from here? What was not \
           passed on is not kept: the program has to emit it again",
};

/// Receive OTLP, show GenAI spans as trees with model, tokens, cost and time, and pass them on
///
/// Runs until it is stopped, or with CMD until that ends.
#[derive(Debug, Args)]
#[command(
    mut_arg("to", |arg| arg.help(TO).required(false)),
    mut_arg("overwrite", |arg| arg.hide(true)),
    mut_arg("late", |arg| arg.hide(true)),
    mut_arg("dry_run", |arg| arg.hide(true)),
    mut_arg("app_key_file", |arg| arg.hide(true)),
    after_help = "Examples:
  ddctl otel receive
  ddctl otel receive -- python agent.py
  ddctl otel receive --to otlp -- python agent.py
  ddctl otel receive --to otlp=http://localhost:4318 --listen 127.0.0.1:4319
  ddctl otel receive -o ndjson -- node --require ./tracing.cjs agent.js

Without CMD it listens on 127.0.0.1:4318, where SDKs send unless told otherwise. \
CMD gets the OTEL_* variables that point here; what it sets in code wins over them. Its output goes to \
stderr. It ends with what was emitted, forwarded and refused, and with CMD's exit code; with 3 where CMD \
went well and no span came.

It says of a span what is odd: tokens without a cost, an exception that did not set the status, content \
that is captured, names from before 1.37, a program without a name. No key is needed unless --to names \
Datadog.")]
pub struct Receive {
    /// Where it listens; with CMD any free port unless told
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    #[command(flatten)]
    delivery: DeliveryFlags,
    #[command(flatten)]
    datadog: DatadogAccess,
    /// Run CMD pointed here
    #[arg(last = true, value_name = "CMD")]
    command: Vec<String>,
}

impl Receive {
    fn address(&self) -> SocketAddr {
        let port = match self.command.is_empty() {
            true => crate::otel::HTTP_PORT,
            false => 0,
        };
        self.listen
            .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], port)))
    }
}

pub async fn run(context: &Context, args: &Receive) -> anyhow::Result<Exit> {
    check(args)?;
    let (keys, stays) = (args.datadog.flags(), args.command.is_empty());
    let intake = Intake::open_where_sent(context, &args.delivery, keys, stays).await?;
    let server = Server::bind(args.address()).await?;
    let source = server.url();
    let program = Program::start(&args.command, &source)?;
    let listening = Listening::new(context, server, program);
    let Some(intake) = &intake else {
        let ended = listening.run(None).await?;
        return ended.conclude(context, None);
    };
    let receipts = Receipts {
        context,
        gateway: None,
        intake: Some(intake),
        delivery: &args.delivery,
        run: run_of(&source),
    };
    let lanes = lanes(&receipts, intake).await?;
    let course = Course::default();
    let shipment = ship_until_stopped(
        context,
        &course,
        lanes,
        |spans| listening.run(Some(spans)),
        Result::is_ok,
    )
    .await;
    let passed = Passed::of(&shipment.carried);
    let delivered = conclude(context, shipment.carried);
    let ended = shipment.source.transpose()?.unwrap_or_default();
    let exit = ended.conclude(context, Some(passed))?;
    let delivered = delivered.map_err(|error| advised(error, &args.delivery.to));
    Ok(match delivered? {
        // To be stopped is how it ends.
        Exit::Done | Exit::Interrupted => exit,
        failed => failed,
    })
}

/// What the receipts say that the run set out to do.
fn run_of(url: &str) -> Run {
    Run {
        command: "otel receive".to_owned(),
        source: Some(format!("OTLP at {url}")),
        ..Run::default()
    }
}

/// Of a key that Datadog refused the cause itself says best what to do.
fn advised(error: anyhow::Error, to: &[shipping::To]) -> anyhow::Error {
    let has_key = |to: &shipping::To| matches!(to.destination, shipping::Destination::Otlp(None));
    let is_of_key = classify(&error).exit == Exit::Credentials;
    match is_of_key && to.iter().any(has_key) {
        true => error,
        false => error.context(NOT_PASSED_ON),
    }
}

/// Refuses destinations that do not take what comes as it is.
fn check(args: &Receive) -> Result<(), UsageError> {
    let to = &args.delivery.to;
    let is_otlp = |to: &shipping::To| matches!(to.destination, shipping::Destination::Otlp(_));
    if let Some(other) = to.iter().find(|to| !is_otlp(to)) {
        return Err(UsageError::with_hint(
            format!(
                "--to {} does not take spans as they come",
                other.destination
            ),
            "pass them on by --to otlp or --to otlp=URL; `-o ndjson` writes them to stdout, and \
             `ddctl otel env --llmobs` has them in LLM Observability",
        ));
    }
    match to.is_empty() {
        true => Ok(()),
        false => shipping::check(to),
    }
}
