//! `ddctl sandbox`: the stand-ins, for trying, testing and CI.

use std::net::SocketAddr;
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use tokio::process::Command;

use crate::context::Context;
use crate::domain::time::parse_duration;
use crate::error::Exit;
use crate::sandbox::gateway::Licence;
use crate::sandbox::{self, Fault, Sandbox as Running};

/// Run a stand-in for the gateway and for Datadog on this machine
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl sandbox
  ddctl sandbox --print-env > sandbox.env &    # then: set -a; . ./sandbox.env
  ddctl sandbox --sessions 10000 -- ddctl sessions export --since 30d --to logs
  ddctl sandbox --fault 'logs:503@0.3' --fault 'gateway:reset@0.05' --seed 7 \\
      -- ./my-test.sh

A fault is [product:]KIND[=VALUE]@RATE. KIND: a status such as 503, reset, reset-after-store, \
stall, slow, cut, redirect, limit=BYTES, poison=TEXT, quota=CALLS/PERIOD, clock=+1h.")]
pub struct Sandbox {
    /// Where Datadog's stand-in listens; the gateway's and Svix's take the next two ports. 0 is any free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// How many sessions the gateway has
    #[arg(long, value_name = "N", default_value_t = 40)]
    sessions: u64,
    /// The same seed makes the same sessions and the same faults
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Over which time the sessions spread
    #[arg(long, value_name = "DURATION", default_value = "30d", value_parser = duration)]
    span: Duration,
    /// How many of them are still open, beside the first two
    #[arg(long, value_name = "N", default_value_t = 0)]
    open: u64,
    /// A new session begins every so often, and ends some seconds later
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    every: Option<Duration>,
    /// How long a log stays invisible to searches
    #[arg(long, value_name = "DURATION", default_value = "2s", value_parser = duration)]
    index_delay: Duration,
    /// How often a monitor looks at the logs; Datadog's do about every minute
    #[arg(long, value_name = "DURATION", default_value = "1s", value_parser = duration)]
    evaluation_interval: Duration,
    /// The gateway's licence
    #[arg(long, value_name = "LICENCE", default_value = "enterprise")]
    licence: LicenceArg,
    /// How many times faster than the real ones the waits of Svix pass: retries, new headers
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    svix_speed: u32,
    /// Something that goes wrong; repeatable
    #[arg(long, value_name = "FAULT")]
    fault: Vec<Fault>,
    /// Print KEY=VALUE lines, then `# ready`, and keep serving
    #[arg(long, conflicts_with = "command")]
    print_env: bool,
    /// Run CMD against the sandbox, and return its exit code
    #[arg(last = true, value_name = "CMD")]
    command: Vec<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LicenceArg {
    Oss,
    Enterprise,
}

fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).map_err(|error| error.to_string())
}

pub async fn run(context: &Context, args: &Sandbox) -> anyhow::Result<Exit> {
    let running = Running::start(options(context, args)?)
        .await
        .with_context(|| format!("listen on {}", args.listen))?;
    let exit = match args.command.split_first() {
        Some((program, rest)) => drive(&running, program, rest).await,
        None => serve(context, &running, args.print_env).await,
    };
    running.stop().await;
    exit
}

fn options(context: &Context, args: &Sandbox) -> anyhow::Result<sandbox::Options> {
    Ok(sandbox::Options {
        listen: args.listen,
        site: context.settings()?.site.value,
        index_delay: args.index_delay,
        evaluation_interval: args.evaluation_interval,
        seed: args.seed,
        faults: args.fault.clone(),
        gateway: sandbox::gateway::Options {
            sessions: args.sessions,
            seed: args.seed,
            span: args.span,
            open: args.open,
            every: args.every,
            licence: match args.licence {
                LicenceArg::Oss => Licence::Oss,
                LicenceArg::Enterprise => Licence::Enterprise,
            },
            ..sandbox::gateway::Options::new(context.now())
        },
        svix_speed: args.svix_speed,
        ..sandbox::Options::default()
    })
}

async fn serve(context: &Context, running: &Running, print_env: bool) -> anyhow::Result<Exit> {
    if print_env {
        for (name, value) in running.environment() {
            context.ui.line(&format!("{name}={value}"))?;
        }
        context.ui.line("# ready")?;
    } else {
        context
            .ui
            .status(&format!("gateway stand-in  {}", running.gateway_url()));
        context
            .ui
            .status(&format!("Datadog stand-in  {}", running.datadog_url()));
        context
            .ui
            .status(&format!("Svix stand-in     {}", running.svix_url()));
        context
            .ui
            .status("`ddctl sandbox --print-env` prints what a program needs to use it");
        context.ui.status("Ctrl-C ends it");
    }
    let mut cancel = context.cancel();
    // The sender lives as long as the program; its end is a stop too.
    let _ = cancel.wait_for(|stopped| *stopped).await;
    Ok(Exit::Done)
}

/// Runs a program whose environment points at the sandbox.
async fn drive(running: &Running, program: &str, args: &[String]) -> anyhow::Result<Exit> {
    let mut child = Command::new(program)
        .args(args)
        .envs(running.environment())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("run {program}"))?;
    let status = child
        .wait()
        .await
        .with_context(|| format!("wait for {program}"))?;
    Ok(Exit::OfProgram(code_of(status)))
}

/// The program's own code; 128 and the signal's number where a signal ended it, as shells say.
fn code_of(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}
