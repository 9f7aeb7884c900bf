//! The way from argv to a command, and the way out: parsing, tracing, signals, the exit code.

use std::ffi::OsString;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory, FromArgMatches};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use signal_hook::consts::SIGTERM;

use crate::commands::{Cli, Command};
use crate::config::{Environment, Settings};
use crate::context::Context;
use crate::error::{Exit, TimedOut, classify};
use crate::globals::{Globals, LogFormat};
use crate::stopping::{Hangup, Stopped, Stopper, ending, signalled, stopping};
use crate::tips;
use crate::ui::charset;
use crate::ui::style::{ColorChoice, ColorFacts, palette};
use crate::ui::{Streams, Ui, UiOptions};
use crate::waiting;

/// The whole program: parses, runs, reports.
pub fn run(
    args: impl IntoIterator<Item = OsString>,
    environment: Environment,
    streams: Streams,
) -> Exit {
    let words: Vec<OsString> = args.into_iter().collect();
    let cli = match parse(&words) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to stdout and are no failure; a closed pipe is none either.
            let _ = print(&error, &environment, &streams);
            return if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Done
            };
        }
    };
    leave_no_core();
    start_tracing(&cli.globals, &streams);
    let settings = Settings::resolve(&cli.globals.flags(), &environment);
    let ui = Ui::new(ui_options(
        &cli.globals,
        &environment,
        streams,
        settings.as_ref().ok(),
    ));
    let Some(command) = cli.command else {
        return welcome(
            &ui,
            settings.as_ref().is_ok_and(|settings| settings.has_profile),
        );
    };
    let (stopper, stopping) = stopping();
    let context = Context::new(ui, cli.globals, environment, settings, stopping);
    let outcome = drive(&context, command, &stopper);
    // Nothing is awaited any more, whoever still holds a part of it.
    let _hush = context.ui.hush();
    match outcome {
        Ok(exit) => exit,
        Err(error) => report(&context.ui, &error),
    }
}

/// What the memory holds of keys is written to no disk when the program breaks off.
fn leave_no_core() {
    let limit = Rlimit {
        current: Some(0),
        ..getrlimit(Resource::Core)
    };
    // Where the system does not allow it, it leaves what it did before.
    let _ = setrlimit(Resource::Core, limit);
}

fn parse(words: &[OsString]) -> Result<Cli, clap::Error> {
    let parsed = Cli::command().try_get_matches_from(words);
    let matches = parsed.or_else(|error| match tips::respelled(words, &error) {
        Some(words) => Cli::command().try_get_matches_from(words),
        None => Err(without_password(tips::advised(error, words))),
    })?;
    Cli::from_arg_matches(&matches)
}

/// The error without what stands before the `@` of an address that it repeats.
fn without_password(mut error: clap::Error) -> clap::Error {
    let shown = match error.get(ContextKind::InvalidValue) {
        Some(ContextValue::String(value)) => masked(value),
        _ => None,
    };
    if let Some(shown) = shown {
        error.insert(ContextKind::InvalidValue, ContextValue::String(shown));
    }
    error
}

/// `None` where there is nothing to hide.
fn masked(value: &str) -> Option<String> {
    let (scheme, rest) = value.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (credentials, _) = authority.rsplit_once('@')?;
    let rest = &rest[credentials.len()..];
    Some(format!("{scheme}://****{rest}"))
}

/// Help, version, or what is wrong with the line. A terminal without Unicode gets it in its signs.
fn print(error: &clap::Error, environment: &Environment, streams: &Streams) -> io::Result<()> {
    let is_terminal = match error.use_stderr() {
        true => streams.stderr_is_terminal,
        false => streams.stdout_is_terminal,
    };
    if !is_terminal || has_unicode(environment) {
        return error.print();
    }
    let ui = Ui::new(UiOptions {
        streams: streams.clone(),
        has_unicode: false,
        ..UiOptions::of_nobody()
    });
    let text = error.render().to_string();
    match error.use_stderr() {
        true => ui.annotation(text.trim_end()),
        false => ui.write(charset::prose_in_ascii(&text).as_bytes())?,
    }
    Ok(())
}

fn has_unicode(environment: &Environment) -> bool {
    let locale = environment.first(&["LC_ALL", "LC_CTYPE", "LANG"]);
    charset::has_unicode(locale.map(|(_, locale)| locale))
}

/// Runs the command on one thread, under the deadline, until it ends or the person stops it.
fn drive(context: &Context, command: Command, stopper: &Stopper) -> anyhow::Result<Exit> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let deadline = context.globals.timeout;
    let ends_by_itself = command.stops_by_itself();
    let runs_until_stopped = command.runs_until_stopped();
    let has_terminal = context.ui.options().streams.stderr_is_terminal;
    let hangup = match command.rereads_at_hangup() && !has_terminal {
        true => Hangup::Rereads,
        false => Hangup::Ends,
    };
    waiting::heed(&ending(hangup), deadline);
    let exit = runtime.block_on(async {
        let work = crate::commands::run(context, command);
        tokio::pin!(work);
        tokio::select! {
            // Listening begins before the work does, which may hold the thread for long.
            biased;
            signal = signalled(hangup) => {
                stopper.ask();
                if !ends_by_itself {
                    return Ok(Exit::Interrupted);
                }
                match (signal, ended(work, stopper, hangup).await) {
                    (Stopped::Terminate, Ok(Exit::Interrupted)) if runs_until_stopped => {
                        Ok(Exit::Done)
                    }
                    (_, done) => done,
                }
            }
            () = timer(deadline, ends_by_itself) => Err(TimedOut(deadline.unwrap_or_default()).into()),
            done = &mut work => match done {
                Err(error) if runs_until_stopped && was_terminated(&error) => Ok(Exit::Done),
                done => done,
            },
        }
    });
    // A blocking read of stdin must not hold the end back.
    runtime.shutdown_background();
    exit
}

/// Whether what held the thread heard of the service manager's signal first.
fn was_terminated(error: &anyhow::Error) -> bool {
    waiting::was_signalled(SIGTERM) && classify(error).exit == Exit::Interrupted
}

/// Work that was asked to end. A second signal leaves it the time to say what it leaves, a third
/// none.
async fn ended(
    mut work: Pin<&mut impl Future<Output = anyhow::Result<Exit>>>,
    stopper: &Stopper,
    hangup: Hangup,
) -> anyhow::Result<Exit> {
    tokio::select! {
        done = &mut work => return done,
        _ = signalled(hangup) => stopper.urge(),
    }
    tokio::select! {
        _ = work => {}
        _ = signalled(hangup) => {}
        () = tokio::time::sleep(LAST_WORDS) => {}
    }
    Ok(Exit::Interrupted)
}

/// How long a command that ends by itself may take to say what it did, once its time is over.
const LAST_WORDS: Duration = Duration::from_secs(2);

async fn timer(deadline: Option<Duration>, ends_by_itself: bool) {
    let grace = if ends_by_itself {
        LAST_WORDS
    } else {
        Duration::ZERO
    };
    match deadline {
        Some(deadline) => tokio::time::sleep(deadline + grace).await,
        None => std::future::pending().await,
    }
}

fn report(ui: &Ui, error: &anyhow::Error) -> Exit {
    let verdict = classify(error);
    if verdict.exit != Exit::Done {
        ui.error(&crate::ui::escape::block(&format!("{error:#}")));
        for hint in &verdict.hints {
            ui.hint(hint);
        }
    }
    verdict.exit
}

fn welcome(ui: &Ui, has_profile: bool) -> Exit {
    let mut help = Cli::command();
    let text = match has_profile {
        true => help.render_help(),
        false => {
            ui.status("ddctl has no settings yet. Two ways to begin:");
            ui.status("  ddctl demo       the whole path on a private sandbox, without an account");
            ui.status(
                "  ddctl setup      the same with your own gateway and Datadog, step by step",
            );
            ui.status("`ddctl --help` lists every command.");
            return Exit::Usage;
        }
    };
    let coloured = ui.palette().is_coloured();
    let text = if coloured {
        text.ansi().to_string()
    } else {
        text.to_string()
    };
    match ui.write(text.as_bytes()) {
        Ok(()) => Exit::Usage,
        Err(_) => Exit::Done,
    }
}

/// Settles how to talk. Without readable settings the flags and the environment decide alone.
fn ui_options(
    globals: &Globals,
    environment: &Environment,
    streams: Streams,
    settings: Option<&Settings>,
) -> UiOptions {
    let is_dumb = environment.get("TERM") == Some("dumb");
    let facts = |is_terminal| ColorFacts {
        choice: settings.map_or(globals.color, |settings| settings.color),
        no_color: environment.get("NO_COLOR").is_some(),
        is_dumb,
        is_terminal,
    };
    let format = settings.map_or(globals.output, |settings| settings.output);
    UiOptions {
        format: format.unwrap_or_default(),
        stdout_palette: palette(facts(streams.stdout_is_terminal)),
        stderr_palette: palette(facts(streams.stderr_is_terminal)),
        has_unicode: has_unicode(environment),
        is_dumb,
        is_quiet: globals.quiet,
        may_prompt: !globals.no_input,
        assume_yes: globals.yes,
        tz: settings.map_or(jiff::tz::TimeZone::UTC, |settings| settings.tz.clone()),
        streams,
    }
}

/// `-v` shows requests and answers, `-vv` what is decided in between and what the libraries say.
/// Secrets are masked where a request is built, so no filter here has to find them.
fn start_tracing(globals: &Globals, streams: &Streams) {
    use tracing::level_filters::LevelFilter;
    use tracing_subscriber::filter::Targets;
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;
    use tracing_subscriber::{Layer, fmt};
    let filter = match globals.verbose {
        0 => return,
        1 => Targets::new().with_target("ddctl", LevelFilter::DEBUG),
        _ => Targets::new().with_default(LevelFilter::TRACE),
    };
    let layer = fmt::layer()
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(streams.stderr_is_terminal && globals.color != Some(ColorChoice::Never));
    let layer = match globals.log_format {
        LogFormat::Text => layer.without_time().boxed(),
        LogFormat::Json => layer.json().boxed(),
    };
    // A second subscriber in one process happens in tests alone; the first one stays.
    let _ = tracing_subscriber::registry()
        .with(layer.with_filter(filter))
        .try_init();
}
