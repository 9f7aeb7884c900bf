//! The docs do not lie: what README and help show as commands are commands, and what can run here
//! runs as it is written.

use std::fs;
use std::path::Path;

use clap::{CommandFactory, Parser};
use ddctl::commands::Cli;

use crate::support::{SandboxOptions, TestEnvironment};

fn readme() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    fs::read_to_string(path).expect("the README is there")
}

/// The lines of every block of shell commands, without their indentation and comments.
fn shell_lines(markdown: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut is_shell = false;
    for line in markdown.lines().map(str::trim) {
        match line.strip_prefix("```") {
            Some(language) => is_shell = language == "sh",
            None if is_shell && !line.is_empty() => lines.push(without_comment(line).to_owned()),
            None => {}
        }
    }
    lines
}

fn without_comment(line: &str) -> &str {
    line.split_once("  #")
        .map_or(line, |(command, _)| command)
        .trim()
}

/// The examples that a command's help ends with.
fn help_examples() -> Vec<String> {
    fn below(command: &clap::Command, examples: &mut Vec<String>) {
        let help = command.get_after_help().map(ToString::to_string);
        let lines = help.iter().flat_map(|help| help.lines());
        examples.extend(
            lines
                .filter_map(|line| line.strip_prefix("  "))
                .filter(|line| line.contains("ddctl "))
                .map(str::to_owned),
        );
        for inner in command.get_subcommands() {
            below(inner, examples);
        }
    }
    let mut examples = Vec::new();
    below(&Cli::command(), &mut examples);
    examples
}

/// The calls of ddctl in a line of shell, as words: what stands behind a pipe or a redirection is
/// another program's.
fn calls(line: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let words = words(line);
    for (at, word) in words.iter().enumerate() {
        let is_start = at == 0 || matches!(words[at - 1].as_str(), "|" | "&&" | "--" | "$(");
        if word == "ddctl" && is_start {
            let ends = |word: &&String| !matches!(word.as_str(), "|" | "&&" | ">" | ";" | ")");
            found.push(words[at..].iter().take_while(ends).cloned().collect());
        }
    }
    found
}

/// A line in words as a shell reads them: quotes hold together, operators stand apart.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    let spaced = line.replace("$(", " $( ");
    for c in spaced.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            // A command inside double quotes is still one.
            (Some('"'), ' ') if spaced.contains("$(") => words.push(String::new()),
            (None, '\'' | '"') => quote = Some(c),
            (None, ' ') => words.push(String::new()),
            (_, c) => {
                if let Some(word) = words.last_mut() {
                    word.push(c);
                }
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[track_caller]
fn assert_parses(line: &str) {
    for call in calls(line) {
        // `sandbox -- CMD` is checked as a call of its own too.
        if let Err(error) = Cli::try_parse_from(&call) {
            assert!(!error.use_stderr(), "{line}\n{error}");
        }
    }
}

#[test]
fn every_line_of_the_readme_is_a_command() {
    let lines: Vec<String> = shell_lines(&readme())
        .into_iter()
        .filter(|line| line.contains("ddctl "))
        .collect();
    assert!(lines.len() > 8, "{lines:?}");
    for line in &lines {
        assert!(!calls(line).is_empty(), "no call of ddctl in {line}");
        assert_parses(line);
    }
}

#[test]
fn every_command_that_the_readme_names_exists() {
    let readme = readme();
    for named in readme.split('`').skip(1).step_by(2) {
        let Some(words) = named.strip_prefix("ddctl ") else {
            continue;
        };
        if named.contains('\n') {
            continue;
        }
        let mut command = Cli::command();
        let names = words
            .split(' ')
            .take_while(|word| !word.starts_with(['-', '<']));
        for name in names {
            if command.get_subcommands().next().is_none() {
                break;
            }
            let inner = command.find_subcommand(name).cloned();
            command = inner.unwrap_or_else(|| panic!("the README names `{named}`"));
        }
    }
}

#[test]
fn every_example_of_every_help_is_a_command() {
    let examples = help_examples();
    assert!(examples.len() > 15, "{examples:?}");
    for example in &examples {
        assert!(!calls(example).is_empty(), "no call of ddctl in {example}");
        assert_parses(example);
    }
}

#[test]
fn what_the_readme_says_runs_as_it_is_written() {
    let sandbox = SandboxOptions::default().site("datadoghq.eu").start();
    let mut environment = TestEnvironment::of(&sandbox);
    // The README names its own site and gateway; the sandbox stands in for both.
    environment.unset("DD_SITE");
    let program = Path::new(env!("CARGO_BIN_EXE_ddctl"));
    let folder = program.parent().expect("a folder").display().to_string();
    environment.set("PATH", &format!("{folder}:/usr/bin:/bin"));
    fs::create_dir_all(
        environment
            .home()
            .join(".local/share/bash-completion/completions"),
    )
    .expect("the shell's folder");
    let policy = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/policy.yaml");
    let policy = fs::read(policy).expect("the example is there");
    environment.write(&environment.path("examples/policy.yaml"), policy);
    let runs_here = |line: &String| line.starts_with("ddctl ");
    let mut ran = 0;
    for line in shell_lines(&readme()).iter().filter(|line| runs_here(line)) {
        let output = environment.program("/bin/sh", ["-c", line]).run();
        // Under the name of US1 the key is not valid yet: the README's next line sets the site.
        // And the sandbox's agents do what the policy forbids.
        let is_no = ["--all-sites", "sessions assert"]
            .iter()
            .any(|word| line.contains(word));
        let code = if is_no { 3 } else { 0 };
        assert_eq!(output.code(), code, "{line}\n{output}");
        ran += 1;
    }
    assert!(ran >= 8, "{ran} lines ran");
}

#[test]
fn the_profile_of_the_readme_is_one() {
    let readme = readme();
    let toml = readme
        .split("```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let environment = TestEnvironment::empty();
    environment.write_settings(toml.expect("a profile"));
    let site = environment.run(["config", "get", "site"]).exits(0);
    assert_eq!(site.stdout.trim(), "datadoghq.eu");
}

#[test]
fn a_line_is_read_as_a_shell_reads_it() {
    assert_eq!(calls("vault get | ddctl validate --api-key-stdin").len(), 1);
    assert_eq!(
        calls("ddctl sessions list --agent '*' -o json | jq '.[] | select(.x)'"),
        [["ddctl", "sessions", "list", "--agent", "*", "-o", "json"]]
    );
    assert_eq!(calls("ddctl sandbox -- ddctl sessions list").len(), 2);
    assert!(calls("curl example.com/ddctl").is_empty());
}
