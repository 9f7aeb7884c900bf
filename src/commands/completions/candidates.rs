//! What may stand where only the profile, the packs or the gateway know: by the name of the argument.

use std::ffi::{OsStr, OsString};
use std::sync::Arc;
use std::time::Duration;

use clap::{Arg, Command, FromArgMatches};
use clap_complete::engine::{
    ArgValueCandidates, ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter,
};

use crate::commands::Cli;
use crate::config::{ConfigFile, Environment, KEYS, SecretFlags, Settings};
use crate::context::Context;
use crate::domain::site::Site;
use crate::globals::Globals;
use crate::monitors::dashboards::shipped;
use crate::monitors::{Scenario, packs};
use crate::stopping::stopping;
use crate::ui::{Format, Palette, Streams, Ui, UiOptions};

/// A gateway that takes longer is not waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// The line as far as it is written, and the environment it would run in.
struct Line {
    words: Vec<OsString>,
    environment: Environment,
}

/// Where the candidates of an argument come from.
type Source = fn(&Line) -> Vec<CompletionCandidate>;

/// What is offered for an argument.
#[derive(Clone, Copy)]
struct Offer {
    /// With what its command begins; empty for that argument of every command.
    command: &'static str,
    /// Its id.
    argument: &'static str,
    source: Source,
    /// A file may stand there as well.
    or_file: bool,
}

const fn offer(command: &'static str, argument: &'static str, source: Source) -> Offer {
    Offer {
        command,
        argument,
        source,
        or_file: false,
    }
}

const fn or_file(offer: Offer) -> Offer {
    Offer {
        or_file: true,
        ..offer
    }
}

/// The first that fits counts.
const OFFERS: [Offer; 15] = [
    offer("", "profile", profiles),
    offer("", "site", sites),
    offer("", "connection", connections),
    offer("webhooks register", "attach", connections),
    offer("", "scenario", scenarios),
    offer("dashboards", "pack", packs_with_dashboards),
    offer("", "pack", pack_names),
    or_file(offer("", "monitor", monitors)),
    offer("", "key", keys),
    or_file(offer("sessions export", "to", destinations)),
    or_file(offer("traces export", "to", destinations)),
    or_file(offer("audit export", "to", products)),
    offer("relay", "to", products),
    offer("otel receive", "to", otlp),
    offer("webhooks register", "to", logs),
];

/// The tree, with what may stand in place of its arguments.
pub fn attached(tree: Command, environment: &Environment, words: &[OsString]) -> Command {
    let line = Arc::new(Line {
        words: words.to_vec(),
        environment: environment.clone(),
    });
    attach(tree, "", &line)
}

/// `path` is the command's words behind `ddctl`.
fn attach(command: Command, path: &str, line: &Arc<Line>) -> Command {
    command
        .mut_args(|arg| with_candidates(arg, path, line))
        .mut_subcommands(|child| {
            let below = format!("{path} {}", child.get_name());
            attach(child, below.trim_start(), line)
        })
}

fn with_candidates(arg: Arg, path: &str, line: &Arc<Line>) -> Arg {
    let fits = |offer: &&Offer| arg.get_id() == offer.argument && path.starts_with(offer.command);
    let Some(Offer {
        source, or_file, ..
    }) = OFFERS.iter().find(fits).copied()
    else {
        return arg;
    };
    let line = Arc::clone(line);
    match or_file {
        true => arg.add(ArgValueCompleter::new(move |word: &OsStr| {
            let mut all = source(&line);
            all.retain(|candidate| is_begun(candidate, word));
            all.extend(PathCompleter::file().complete(word));
            all
        })),
        false => arg.add(ArgValueCandidates::new(move || source(&line))),
    }
}

fn is_begun(candidate: &CompletionCandidate, word: &OsStr) -> bool {
    let begins = candidate.get_value().as_encoded_bytes();
    begins.starts_with(word.as_encoded_bytes())
}

impl Line {
    /// The flags for every command that stand on it; what is not finished is passed over.
    fn globals(&self) -> Globals {
        let tree = <Cli as clap::CommandFactory>::command().ignore_errors(true);
        let matches = tree.try_get_matches_from(&self.words).ok();
        let globals = matches.and_then(|matches| Globals::from_arg_matches(&matches).ok());
        globals.unwrap_or_default()
    }

    /// The world of the command, in which nobody is asked or told anything.
    fn context(&self) -> Context {
        let globals = self.globals();
        let settings = Settings::resolve(&globals.flags(), &self.environment);
        let options = UiOptions {
            streams: Streams::default(),
            format: Format::default(),
            stdout_palette: Palette::PLAIN,
            stderr_palette: Palette::PLAIN,
            has_unicode: true,
            is_quiet: true,
            may_prompt: false,
            assume_yes: false,
            tz: jiff::tz::TimeZone::UTC,
        };
        let ui = Ui::over(
            options,
            Box::new(std::io::sink()),
            Box::new(std::io::sink()),
        );
        let (_, stopping) = stopping();
        Context::new(ui, globals, self.environment.clone(), settings, stopping)
    }
}

fn candidate(value: impl Into<OsString>, about: impl Into<String>) -> CompletionCandidate {
    CompletionCandidate::new(value).help(Some(about.into().into()))
}

fn profiles(line: &Line) -> Vec<CompletionCandidate> {
    let path = Settings::path(&line.globals().flags(), &line.environment);
    let file = path.and_then(|path| ConfigFile::read(&path).ok());
    let profiles = file.unwrap_or_default().profiles.into_iter();
    profiles
        .map(|(name, profile)| candidate(name, profile.site.unwrap_or_default()))
        .collect()
}

/// By what Datadog calls them, and by the words that people use.
fn sites(_: &Line) -> Vec<CompletionCandidate> {
    let domains = Site::ALL.map(|site| candidate(site.domain(), site.name()));
    let words = Site::ALL.map(|site| candidate(site.name().to_ascii_lowercase(), site.domain()));
    domains.into_iter().chain(words).collect()
}

const LOGS: (&str, &str) = ("logs", "Datadog logs");
const EVENTS: (&str, &str) = ("events", "Datadog events");
const OTLP: (&str, &str) = ("otlp", "Datadog's OTLP intake, or otlp=URL");

fn destinations(_: &Line) -> Vec<CompletionCandidate> {
    let llmobs = ("llmobs", "LLM Observability");
    offered(&[LOGS, EVENTS, OTLP, llmobs, ("-", "standard output")])
}

fn products(_: &Line) -> Vec<CompletionCandidate> {
    offered(&[LOGS, EVENTS])
}

fn otlp(_: &Line) -> Vec<CompletionCandidate> {
    offered(&[OTLP])
}

fn logs(_: &Line) -> Vec<CompletionCandidate> {
    offered(&[LOGS])
}

fn offered(words: &[(&str, &str)]) -> Vec<CompletionCandidate> {
    let all = words.iter();
    all.map(|(word, about)| candidate(*word, *about)).collect()
}

fn scenarios(_: &Line) -> Vec<CompletionCandidate> {
    let all = Scenario::ALL.into_iter();
    all.map(|scenario| candidate(scenario.name(), scenario.about()))
        .collect()
}

fn pack_names(_: &Line) -> Vec<CompletionCandidate> {
    let all = packs().iter();
    all.map(|pack| CompletionCandidate::new(pack.name))
        .collect()
}

fn packs_with_dashboards(_: &Line) -> Vec<CompletionCandidate> {
    let has_one = |name: &str| shipped().any(|(identity, _)| identity.pack == name);
    let all = packs().iter().filter(|pack| has_one(pack.name));
    all.map(|pack| CompletionCandidate::new(pack.name))
        .collect()
}

fn monitors(_: &Line) -> Vec<CompletionCandidate> {
    let all = packs().iter().flat_map(|pack| pack.files());
    all.map(|(identity, _)| CompletionCandidate::new(identity.to_string()))
        .collect()
}

fn keys(_: &Line) -> Vec<CompletionCandidate> {
    let all = KEYS.iter();
    all.map(|key| candidate(key.name, key.help)).collect()
}

/// What the gateway has; nothing where it does not answer, or has no token.
fn connections(line: &Line) -> Vec<CompletionCandidate> {
    let context = line.context();
    let asked = || -> anyhow::Result<_> {
        let gateway = context.gateway(&SecretFlags::default())?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let answer = async { tokio::time::timeout(PATIENCE, gateway.connections()).await };
        Ok(runtime.block_on(answer)??)
    };
    let found = asked().unwrap_or_default().into_iter();
    found
        .map(|connection| candidate(connection.name, connection.kind))
        .collect()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// Every argument, as its command and its id.
    fn arguments(command: &Command, path: &str, into: &mut Vec<(String, String)>) {
        let own = command.get_arguments().map(|arg| arg.get_id().to_string());
        into.extend(own.map(|id| (path.to_owned(), id)));
        for child in command.get_subcommands() {
            let below = format!("{path} {}", child.get_name());
            arguments(child, below.trim_start(), into);
        }
    }

    #[test]
    fn every_offer_is_for_an_argument_that_is_there() {
        let mut known = Vec::new();
        arguments(&Cli::command(), "", &mut known);
        for Offer {
            command, argument, ..
        } in OFFERS
        {
            let fits = |(path, id): &(String, String)| path.starts_with(command) && id == argument;
            assert!(
                known.iter().any(fits),
                "no argument {argument} of `{command}`"
            );
        }
    }

    #[test]
    fn flags_of_an_unfinished_line_are_read() {
        let words = [
            "ddctl",
            "sessions",
            "list",
            "--profile",
            "eu",
            "--connection",
        ];
        let line = Line {
            words: words.map(OsString::from).to_vec(),
            environment: Environment::default(),
        };
        assert_eq!(line.globals().profile.as_deref(), Some("eu"));
    }
}
