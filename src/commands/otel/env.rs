//! `ddctl otel env`: the settings by which an OpenTelemetry SDK sends to Datadog.

use clap::{Args, ValueEnum};
use serde::Serialize;
use url::Url;

use crate::commands::flags::DatadogAccess;
use crate::config::SecretKind;
use crate::context::Context;
use crate::domain::secret::Secret;
use crate::error::{Exit, UsageError};
use crate::otel::{Form, Plan, Road, Trap, render, traps};
use crate::ui::Format;

/// The settings by which a program with an OpenTelemetry SDK sends to Datadog
#[derive(Debug, Args)]
#[command(mut_arg("app_key_file", |arg| arg.hide(true)), after_help = "Examples:
  eval \"$(ddctl otel env --service planner --env prod)\"
  ddctl otel env --service planner --env prod --llmobs --for python > tracing.py
  ddctl otel env --via agent --for kubernetes --service planner --env prod
  ddctl otel env --for node --also http://127.0.0.1:4318 > tracing.cjs
  ddctl otel env --for dotenv --with-key > agent.env    # for docker --env-file

Without flags the service, the environment and the site are the profile's. The key stands in none of \
it but a reference to DD_API_KEY, unless --with-key asks for it.

The settings go to stdout; what to mind beside them is said on stderr. `ddctl otel check` then sends a \
span by them.")]
pub struct Env {
    /// What the settings are written for
    #[arg(long = "for", value_name = "FORM", default_value = "shell")]
    form: Form,
    /// Straight to Datadog's intake, or to an Agent or a collector nearby
    #[arg(long, value_name = "WAY", default_value = "intake")]
    via: Via,
    /// Where the Agent or collector is, without /v1/traces [default: this machine, or what the form
    /// has for it; in Kubernetes the node]
    #[arg(long, value_name = "URL", value_parser = base)]
    agent_url: Option<Url>,
    /// Name of the program
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Where it runs: prod, staging
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// Its version
    #[arg(long, value_name = "VERSION")]
    service_version: Option<String>,
    /// Have its GenAI spans in LLM Observability too
    #[arg(long)]
    llmobs: bool,
    /// Capture prompts and answers: they leave for Datadog as they are
    #[arg(long)]
    content: bool,
    /// A further receiver, such as `ddctl otel receive`; repeatable, for python and node
    #[arg(long, value_name = "URL", value_parser = base)]
    also: Vec<Url>,
    /// Write the key itself in the place of a reference to DD_API_KEY, for shell and dotenv
    #[arg(long)]
    with_key: bool,
    #[command(flatten)]
    datadog: DatadogAccess,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Via {
    Intake,
    Agent,
}

/// The shape that `-o json` promises.
#[derive(Serialize)]
struct View<'a> {
    site: &'static str,
    via: &'static str,
    /// The whole text in the form that was asked for.
    text: &'a str,
    traps: Vec<TrapView<'a>>,
}

#[derive(Serialize)]
struct TrapView<'a> {
    name: &'static str,
    text: &'a str,
    /// It holds for these settings.
    now: bool,
}

pub fn run(context: &Context, args: &Env) -> anyhow::Result<Exit> {
    check(args)?;
    let plan = plan(context, args)?;
    let key = key(context, args)?;
    let text = render(&plan, args.form, key.as_ref());
    let traps = traps(&plan);
    if context.ui.format() == Format::Table {
        context.ui.write(text.as_bytes())?;
        tell(context, &traps);
        return Ok(Exit::Done);
    }
    let view = View {
        site: plan.site.domain(),
        via: match args.via {
            Via::Intake => "intake",
            Via::Agent => "agent",
        },
        text: &text,
        traps: traps.iter().map(TrapView::of).collect(),
    };
    context.ui.one(&view, String::new)?;
    Ok(Exit::Done)
}

/// Refuses what has no meaning together.
fn check(args: &Env) -> Result<(), UsageError> {
    if args.via == Via::Intake && args.agent_url.is_some() {
        return Err(UsageError::with_hint(
            "--agent-url is the address of an Agent, and the settings are for the intake",
            "add --via agent",
        ));
    }
    if args.with_key && !args.form.can_hold_key() {
        return Err(UsageError::with_hint(
            "what is printed here refers to DD_API_KEY, and does not hold the key",
            "--with-key goes with --for shell and --for dotenv",
        ));
    }
    if !args.also.is_empty() && !args.form.has_several() {
        return Err(UsageError::with_hint(
            "variables name one receiver; several take code",
            "--also goes with --for python and --for node; a collector, or \
             `ddctl otel receive --to`, passes on what it gets",
        ));
    }
    Ok(())
}

fn plan(context: &Context, args: &Env) -> anyhow::Result<Plan> {
    let settings = context.settings()?;
    let site = settings.site.value;
    let env = settings.env.as_ref().map(|env| env.value.clone());
    Ok(Plan {
        site,
        road: match args.via {
            Via::Agent => Road::Agent(args.agent_url.as_ref().map(base_text)),
            Via::Intake => Road::Intake(match &settings.datadog_url {
                Some(stand_in) => base_text(stand_in),
                None => format!("https://{}", site.otlp_host()),
            }),
        },
        service: args
            .service
            .clone()
            .unwrap_or_else(|| settings.service.value.clone()),
        environment: args.env.clone().or(env),
        version: args.service_version.clone(),
        is_llmobs: args.llmobs,
        has_content: args.content,
        also: args.also.clone(),
    })
}

fn key(context: &Context, args: &Env) -> anyhow::Result<Option<Secret>> {
    match args.with_key && args.via == Via::Intake {
        true => Ok(Some(
            context.secret(SecretKind::ApiKey, &args.datadog.flags())?,
        )),
        false => Ok(None),
    }
}

/// An address that paths are put behind.
fn base(text: &str) -> Result<Url, String> {
    let url: Url = text.parse().map_err(|error| format!("{error}"))?;
    match url.scheme() {
        "http" | "https" if url.path().ends_with("/v1/traces") => {
            Err("an SDK adds /v1/traces by itself: leave it out".to_owned())
        }
        "http" | "https" => Ok(url),
        _ => Err("it begins with http:// or https://".to_owned()),
    }
}

fn base_text(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

fn tell(context: &Context, traps: &[Trap]) {
    let ui = &context.ui;
    let (now, waiting): (Vec<&Trap>, Vec<&Trap>) = traps.iter().partition(|trap| trap.is_now);
    now.iter().for_each(|trap| ui.warning(&trap.text));
    ui.status("Mind:");
    for trap in waiting {
        ui.status(ui.wrap(&trap.text, "  ").trim_end());
    }
}

impl<'a> TrapView<'a> {
    fn of(trap: &'a Trap) -> Self {
        Self {
            name: trap.name,
            text: &trap.text,
            now: trap.is_now,
        }
    }
}
