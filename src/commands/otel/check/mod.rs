//! `ddctl otel check`: do the settings of a program bring its spans to Datadog?

mod asking;
mod view;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;

use self::asking::{Door, Sent};
use self::view::View;
use crate::commands::flags::DatadogAccess;
use crate::context::Context;
use crate::domain::time::parse_duration;
use crate::error::Exit;
use crate::otel::{Finding, Protocol, Settings, Severity, Target, Variables, llmobs, look};
use crate::ui::Format;

/// Do the settings of a program with an OpenTelemetry SDK bring its spans to Datadog?
///
/// Reads the OTEL_* and DD_* variables, says what the SDK makes of them, sends one real span by them and
/// explains what became of it. Ends with 3 where they do not work, or where it cannot tell.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl otel check
  docker exec AGENT env | ddctl otel check --env-file -
  kubectl exec POD -- env | ddctl otel check --env-file - --dry-run
  ddctl otel check --env-file agent.env --genai --wait 10m -o json

With an application key (DD_APP_KEY, or --app-key-file) it looks for the span until it is found or \
--wait is over: Datadog shows spans after three to five minutes, so that not finding one in time is no \
failure. Without one it prints the link to look at.

The span has no content; with --genai it says that a model was asked, so that it counts as LLM \
Observability where the settings say so.")]
pub struct Check {
    /// Read the variables from FILE, or - for standard input, in the place of this environment
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,
    /// Send a GenAI span
    #[arg(long)]
    genai: bool,
    /// How long to look for the span with an application key
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = duration)]
    wait: Duration,
    /// Say what the SDK makes of the variables; send nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    datadog: DatadogAccess,
}

fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).map_err(|error| error.to_string())
}

pub async fn run(context: &Context, args: &Check) -> anyhow::Result<Exit> {
    let variables = variables(context, args)?;
    if variables.is_empty() {
        let told = "none of OTEL_* and DD_* is set there: these are the SDK's defaults";
        context.ui.warning(told);
    }
    let settings = Settings::read(&variables);
    let target = target(context, &settings, &variables)?;
    let findings = look(&settings, &variables, target);
    let mut view = View::new(&settings, &findings, llmobs(&settings, target));
    let is_text = context.ui.format() == Format::Table;
    if is_text {
        context.ui.write(view.head(&context.ui).as_bytes())?;
    }
    let mut exit = exit_of(&findings);
    if !args.dry_run && !can_be_sent(&settings) {
        context.ui.warning("no span was sent by these settings");
        exit = worse(exit, Exit::AnswerIsNo);
    } else if !args.dry_run {
        context.require_write("sending a span")?;
        let door = Door::of(context, &settings, target)?;
        let (sent, asked) = door.send(&settings, args.genai).await?;
        view.sent(&sent);
        if is_text {
            context.ui.write(view.span(&context.ui).as_bytes())?;
        }
        exit = worse(exit, exit_of_sending(&sent));
        if sent.is_taken() {
            let found = asked
                .look(context, &args.datadog.flags(), args.wait)
                .await?;
            view.searched(found);
            if is_text {
                context.ui.write(view.search(&context.ui).as_bytes())?;
            }
        }
    }
    if !is_text {
        context.ui.one(&view, String::new)?;
    }
    Ok(exit)
}

fn variables(context: &Context, args: &Check) -> anyhow::Result<Variables> {
    Ok(match &args.env_file {
        None => Variables::of_pairs(context.environment.iter()),
        Some(path) => {
            let read = match path.as_os_str() == "-" {
                true => std::io::read_to_string(std::io::stdin()),
                false => std::fs::read(path).map(|it| String::from_utf8_lossy(&it).into_owned()),
            };
            let text = read.with_context(|| format!("read {}", path.display()))?;
            Variables::of_text(&text)
        }
    })
}

fn target(context: &Context, settings: &Settings, variables: &Variables) -> anyhow::Result<Target> {
    let ours = context.settings()?;
    let named = variables.get("DD_SITE").and_then(|site| site.parse().ok());
    let site = named.unwrap_or(ours.site.value);
    Ok(match &settings.traces.url {
        Ok(url) => Target::of(url, ours.datadog_url.as_ref(), site),
        Err(_) => Target::Elsewhere,
    })
}

/// Spans are sent over HTTP alone here.
fn can_be_sent(settings: &Settings) -> bool {
    let over_http = matches!(
        settings.traces.protocol,
        Some(Protocol::Protobuf | Protocol::Json)
    );
    over_http && settings.traces.url.is_ok()
}

/// What stops every span is a no.
fn exit_of(findings: &[Finding]) -> Exit {
    let worst = findings.iter().map(|finding| finding.severity).max();
    match worst {
        Some(Severity::Error) => Exit::AnswerIsNo,
        _ => Exit::Done,
    }
}

fn exit_of_sending(sent: &Sent) -> Exit {
    match (sent.is_taken(), sent.may_pass()) {
        (true, _) => Exit::Done,
        (false, true) => Exit::Unreachable,
        (false, false) => Exit::AnswerIsNo,
    }
}

fn worse(one: Exit, other: Exit) -> Exit {
    match one {
        Exit::Done => other,
        exit => exit,
    }
}
