//! What was meant by a word that the command line does not know: help and version in their other
//! spellings, a command that lies under another one, an option by the name that other tools give it.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory};

use crate::commands::Cli;
use crate::domain::nearest::nearest;

/// Options of other tools, and how they are called here.
const OPTIONS: [(&str, &str); 4] = [
    ("--format", "--output"),
    ("--json", "--output"),
    ("--dryrun", "--dry-run"),
    ("--from", "--since"),
];

/// The line in the spelling that is known, where a word of it was `help` or `version` in the place of
/// a command.
pub fn respelled(words: &[OsString], error: &clap::Error) -> Option<Vec<OsString>> {
    let word = unknown(error, ErrorKind::InvalidSubcommand)?;
    let flag = match word {
        "help" => "--help",
        "version" => "--version",
        _ => return None,
    };
    let at = words.iter().position(|other| *other == word)?;
    let mut words = words.to_vec();
    words.remove(at);
    words.push(flag.into());
    Some(words)
}

/// The error with a better guess of what was meant, where there is one.
pub fn advised(mut error: clap::Error, words: &[OsString]) -> clap::Error {
    if let Some(word) = unknown(&error, ErrorKind::InvalidSubcommand) {
        let meant = commands_like(word, words);
        let _ = match meant.is_empty() {
            true => error.remove(ContextKind::SuggestedSubcommand),
            false => error.insert(
                ContextKind::SuggestedSubcommand,
                ContextValue::Strings(meant),
            ),
        };
    }
    let option = unknown(&error, ErrorKind::UnknownArgument);
    let known = option.and_then(|option| OPTIONS.iter().find(|(other, _)| *other == option));
    if let Some((_, name)) = known {
        let name = ContextValue::String((*name).to_owned());
        error.insert(ContextKind::SuggestedArg, name);
        // It shows the option that was the guess before.
        error.remove(ContextKind::Usage);
    }
    error
}

/// The word that an error of this kind is about.
fn unknown(error: &clap::Error, kind: ErrorKind) -> Option<&str> {
    let context = match kind {
        ErrorKind::InvalidSubcommand => ContextKind::InvalidSubcommand,
        _ => ContextKind::InvalidArg,
    };
    match (error.kind() == kind, error.get(context)) {
        (true, Some(ContextValue::String(word))) => Some(word),
        _ => None,
    }
}

/// The command beside it that is spelled nearly so; else those that are, or are called, so elsewhere.
fn commands_like(word: &str, words: &[OsString]) -> Vec<String> {
    let mut tree = Cli::command();
    tree.build();
    let parent = words.iter().skip(1).fold(&tree, |command, word| {
        word.to_str()
            .and_then(|word| command.find_subcommand(word))
            .unwrap_or(command)
    });
    let names = parent.get_subcommands().map(Command::get_name);
    if let Some(name) = nearest(word, names) {
        return vec![name.to_owned()];
    }
    let mut all = Vec::new();
    paths(&tree, "", &mut all);
    let last = |path: &String| path.rsplit(' ').next().unwrap_or_default().to_owned();
    let names: Vec<String> = all.iter().map(last).collect();
    let meant = nearest(word, names.iter().map(String::as_str));
    all.retain(|path| meant.is_some_and(|meant| last(path) == meant));
    all
}

/// Every command as it is typed, without the program's name.
fn paths(command: &Command, above: &str, all: &mut Vec<String>) {
    for inner in command.get_subcommands().filter(|one| !one.is_hide_set()) {
        let path = format!("{above}{}", inner.get_name());
        paths(inner, &format!("{path} "), all);
        all.push(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(line: &str) -> (clap::Error, Vec<OsString>) {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let error = Cli::command().try_get_matches_from(&words);
        (error.expect_err("it is refused"), words)
    }

    fn advice(line: &str) -> String {
        let (error, words) = refused(line);
        advised(error, &words).render().to_string()
    }

    fn respelled_line(line: &str) -> Option<String> {
        let (error, words) = refused(line);
        let words = respelled(&words, &error)?;
        let words: Vec<_> = words.iter().filter_map(|word| word.to_str()).collect();
        Some(words.join(" "))
    }

    #[test]
    fn help_and_version_are_understood_in_the_place_of_a_command() {
        let cases = [
            ("ddctl help", "ddctl --help"),
            ("ddctl help sessions list", "ddctl sessions list --help"),
            ("ddctl sessions help", "ddctl sessions --help"),
            ("ddctl version", "ddctl --version"),
        ];
        for (typed, meant) in cases {
            assert_eq!(respelled_line(typed).as_deref(), Some(meant));
        }
        assert_eq!(respelled_line("ddctl banana"), None);
    }

    #[test]
    fn a_command_is_proposed_where_one_is_nearly_called_so() {
        assert!(advice("ddctl monitor").contains("'monitors'"));
        assert!(!advice("ddctl monitor").contains("doctor"));
        assert!(advice("ddctl expot").contains("'sessions export'"));
        assert!(advice("ddctl sessions lst").contains("'list'"));
        assert!(!advice("ddctl banana").contains("tip"));
    }

    #[test]
    fn an_option_of_other_tools_leads_to_ours() {
        let advice = advice("ddctl sessions list --format json");
        assert!(advice.contains("'--output'"), "{advice}");
        assert!(!advice.contains("--log-format"), "{advice}");
    }
}
