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
use crate::monitors::{Scenario, packs};
use crate::stopping::stopping;
use crate::ui::{Ui, UiOptions};

/// A gateway that takes longer is not waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// The line as far as it is written, and the environment it would run in.
struct Line {
    words: Vec<OsString>,
    environment: Environment,
}

/// Where the candidates of an argument come from.
type Source = fn(&Line) -> Vec<CompletionCandidate>;

/// Arguments by their id, which is the same in every command that has one.
const SOURCES: [(&str, Source); 7] = [
    ("profile", profiles),
    ("site", sites),
    ("connection", connections),
    ("scenario", scenarios),
    ("pack", pack_names),
    ("monitor", monitors),
    ("key", keys),
];

/// The tree, with what may stand in place of its arguments.
pub fn attached(tree: Command, environment: &Environment, words: &[OsString]) -> Command {
    let line = Arc::new(Line {
        words: words.to_vec(),
        environment: environment.clone(),
    });
    attach(tree, &line)
}

fn attach(command: Command, line: &Arc<Line>) -> Command {
    command
        .mut_args(|arg| with_candidates(arg, line))
        .mut_subcommands(|child| attach(child, line))
}

fn with_candidates(arg: Arg, line: &Arc<Line>) -> Arg {
    let source = SOURCES.iter().find(|(id, _)| arg.get_id() == id);
    let Some((id, source)) = source.copied() else {
        return arg;
    };
    let line = Arc::clone(line);
    match id {
        // Where a monitor of a pack may be named, a file may be.
        "monitor" => arg.add(ArgValueCompleter::new(move |word: &OsStr| {
            let mut all = source(&line);
            all.retain(|candidate| is_begun(candidate, word));
            all.extend(PathCompleter::file().complete(word));
            all
        })),
        _ => arg.add(ArgValueCandidates::new(move || source(&line))),
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
            is_quiet: true,
            ..UiOptions::of_nobody()
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

fn sites(_: &Line) -> Vec<CompletionCandidate> {
    let all = Site::ALL.into_iter();
    all.map(|site| candidate(site.domain(), site.name()))
        .collect()
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

    fn ids(command: &Command, into: &mut Vec<String>) {
        into.extend(command.get_arguments().map(|arg| arg.get_id().to_string()));
        for child in command.get_subcommands() {
            ids(child, into);
        }
    }

    #[test]
    fn every_source_has_an_argument() {
        let mut known = Vec::new();
        ids(&Cli::command(), &mut known);
        for (id, _) in SOURCES {
            assert!(known.iter().any(|arg| arg == id), "no argument {id}");
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
