//! The docs do not lie: what README and help show as commands are commands, and what can run here
//! runs as it is written.

use std::fs;
use std::path::Path;

use clap::{CommandFactory, Parser};
use ddctl::commands::Cli;
use serde_json::Value;

use crate::docs::pages;
use crate::support::{SandboxOptions, TestEnvironment};

/// README and docs as one text.
fn everything() -> String {
    let pages = pages().into_iter().map(|(_, text)| text);
    pages.collect::<Vec<_>>().join("\n")
}

/// The lines of every block of shell commands that `is_wanted` by what stands behind its fence,
/// without their indentation and comments.
fn shell_lines(markdown: &str, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let mut lines = Vec::new();
    let mut is_shell = false;
    for line in markdown.lines().map(str::trim) {
        match line.strip_prefix("```") {
            Some(fence) => is_shell = is_wanted(fence),
            None if is_shell && !line.is_empty() => lines.push(without_comment(line).to_owned()),
            None => {}
        }
    }
    lines
}

/// Commands that can run here.
fn runs(fence: &str) -> bool {
    fence == "sh"
}

/// And those that cannot, which say why.
fn is_shell(fence: &str) -> bool {
    let skipped = fence.strip_prefix("sh skip=");
    runs(fence) || skipped.is_some_and(|why| !why.is_empty())
}

fn without_comment(line: &str) -> &str {
    line.split_once("  #")
        .map_or(line, |(command, _)| command)
        .trim()
}

/// A line that a backslash carries on is one line, as a shell reads it.
fn with_long_lines(text: &str) -> String {
    let mut lines = text.split("\\\n");
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |whole, line| whole + line.trim_start())
}

/// The examples that a command's help ends with.
fn help_examples() -> Vec<String> {
    fn below(command: &clap::Command, examples: &mut Vec<String>) {
        let help = command.get_after_help().map(ToString::to_string);
        let joined = help.map(|help| with_long_lines(&help));
        let lines = joined.iter().flat_map(|help| help.lines());
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
        // Behind an operator, and behind variables that are set for it alone.
        let before = words[..at].iter().rev();
        let mut before = before.skip_while(|word| is_assignment(word));
        let is_start = before
            .next()
            .is_none_or(|word| matches!(word.as_str(), "|" | "||" | "&&" | "--" | "$("));
        if word == "ddctl" && is_start {
            let ends =
                |word: &&String| !matches!(word.as_str(), "|" | "||" | "&&" | ">" | ";" | ")");
            found.push(words[at..].iter().take_while(ends).cloned().collect());
        }
    }
    found
}

fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map_or("", |(name, _)| name);
    let is_part = |c: char| c.is_ascii_uppercase() || c == '_';
    !name.is_empty() && name.chars().all(is_part)
}

/// A line in words as a shell reads them: quotes hold together, operators stand apart.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    let spaced = match line.contains("$(") {
        true => line.replace("$(", " $( ").replace(')', " ) "),
        false => line.to_owned(),
    };
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
fn every_line_of_the_docs_is_a_command() {
    let lines: Vec<String> = shell_lines(&everything(), is_shell)
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
fn every_command_that_the_docs_name_exists() {
    let everything = everything();
    for named in everything.split('`').skip(1).step_by(2) {
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
            command = inner.unwrap_or_else(|| panic!("the docs name `{named}`"));
        }
    }
}

/// `--since` of `ddctl sessions list --since 24h` is a flag of that command, or of all of them.
#[test]
fn every_flag_that_the_docs_name_with_a_command_is_one_of_it() {
    let everything = everything();
    let mut root = Cli::command();
    // With --help and --version, which are made then.
    root.build();
    let mut looked_at = 0;
    for named in everything.split('`').skip(1).step_by(2) {
        if !named.starts_with("ddctl ") || named.contains(['\n', '|']) {
            continue;
        }
        let words = words(named);
        let (mut command, mut names) = (&root, words.iter().skip(1));
        while let Some(inner) = names.next().and_then(|name| command.find_subcommand(name)) {
            command = inner;
        }
        for word in words.iter().filter_map(|word| word.strip_prefix("--")) {
            let flag = word.split(['=', ',']).next();
            let mut known = command.get_arguments().chain(root.get_arguments());
            assert!(known.any(|arg| arg.get_long() == flag), "`{named}`");
            looked_at += 1;
        }
    }
    assert!(looked_at > 15, "{looked_at}");
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

/// An environment in which the files exist that the docs speak of.
fn with_files(environment: TestEnvironment) -> TestEnvironment {
    let environment = with_path(environment);
    environment.write(
        &environment.path("monitors/failing.yaml"),
        block("yaml", "why:"),
    );
    let policy = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/policy.yaml");
    let policy = fs::read(policy).expect("the example is there");
    environment.write(&environment.path("examples/policy.yaml"), policy);
    environment
}

/// How many lines of a page ran, each as it stands.
#[track_caller]
fn run_page(page: &Path, text: &str) -> usize {
    let sandbox = SandboxOptions::default().site("datadoghq.eu").start();
    let mut environment = with_files(TestEnvironment::of(&sandbox));
    if page.ends_with("README.md") {
        // It sets its own site.
        environment.unset("DD_SITE");
    }
    let lines = shell_lines(&with_long_lines(text), runs);
    let mut ran = 0;
    // The keys are those of the sandbox.
    for line in lines.iter().filter(|line| !line.starts_with("export ")) {
        let line = with_a_yes(line);
        let output = environment.program("/bin/sh", ["-c", &line]).run();
        // Under the name of US1 the key is not valid yet: the README's next line sets the site. The
        // monitors are not at Datadog yet: the next line applies them. And the sandbox's agents do
        // what the policy forbids.
        let is_no = ["--all-sites", "--check", "sessions assert"]
            .iter()
            .any(|word| line.contains(word));
        let code = if is_no { 3 } else { 0 };
        assert_eq!(output.code(), code, "{}: {line}\n{output}", page.display());
        ran += 1;
    }
    ran
}

#[test]
fn what_the_readme_says_runs_as_it_is_written() {
    let (page, text) = pages().remove(0);
    let ran = run_page(&page, &text);
    assert!(ran >= 8, "{ran} lines ran");
}

#[test]
fn what_the_docs_say_runs_as_it_is_written() {
    let pages = pages().split_off(1);
    let has_lines = |text: &str| !shell_lines(text, runs).is_empty();
    let pages = pages.iter().filter(|(_, text)| has_lines(text));
    let ran: usize = pages.map(|(page, text)| run_page(page, text)).sum();
    assert!(ran >= 20, "{ran} lines ran");
}

/// What asks a person is told to go on.
fn with_a_yes(line: &str) -> String {
    let asks = line.contains(" apply") && !line.contains("--yes");
    let yes = if asks { " --yes" } else { "" };
    format!("{line}{yes}")
}

/// The block in `language` that has `word`.
#[track_caller]
fn block(language: &str, word: &str) -> String {
    let everything = everything();
    let fence = format!("```{language}\n");
    let blocks = everything.split(&fence).skip(1);
    let mut blocks = blocks.filter_map(|rest| rest.split("```").next());
    let block = blocks.find(|block| block.contains(word));
    block.expect("a block in that language").to_owned()
}

/// A step of the job for CI: a line of shell, and when it is run.
struct CiStep {
    command: String,
    condition: Option<String>,
}

/// The steps of the job that are commands, in their order.
#[track_caller]
fn ci_steps() -> Vec<CiStep> {
    let job: Value = serde_saphyr::from_str(&block("yaml", "jobs:")).expect("the job is YAML");
    let steps = job["jobs"]["alerts"]["steps"].as_array().expect("steps");
    let step = |step: &Value| {
        Some(CiStep {
            command: step["run"].as_str()?.to_owned(),
            condition: step["if"].as_str().map(str::to_owned),
        })
    };
    steps.iter().filter_map(step).collect()
}

/// Runs the steps of one kind of event as GitHub does, each in a shell that stops at a failure.
#[track_caller]
fn run_steps(environment: &TestEnvironment, is_skipped: impl Fn(&str) -> bool) -> Vec<String> {
    let mut ran = Vec::new();
    for CiStep { command, condition } in ci_steps() {
        if condition.as_deref().is_some_and(&is_skipped) {
            continue;
        }
        let summary = environment.path("summary.md");
        let output = environment
            .program("/bin/sh", ["-e", "-c", &command])
            .env("GITHUB_STEP_SUMMARY", summary)
            .run();
        assert_eq!(output.code(), 0, "{command}\n{output}");
        ran.push(command);
    }
    ran
}

/// `ddctl` is on the PATH.
fn with_path(mut environment: TestEnvironment) -> TestEnvironment {
    let program = Path::new(env!("CARGO_BIN_EXE_ddctl"));
    let folder = program.parent().expect("a folder").display().to_string();
    environment.set("PATH", &format!("{folder}:/usr/bin:/bin"));
    environment
}

#[test]
fn the_job_for_ci_passes_on_a_fork_which_has_no_keys() {
    let environment = with_path(TestEnvironment::empty());
    let ran = run_steps(&environment, |condition| condition.contains("main"));
    let ran = ran.join("\n");
    assert!(ran.contains("monitors validate --offline"), "{ran}");
    assert!(ran.contains("monitors test"), "{ran}");
    assert!(
        ran.contains("test-event unapproved-prod --dry-run"),
        "{ran}"
    );
    assert!(environment.path("monitors.xml").is_file());
}

#[test]
fn the_job_for_ci_rehearses_on_the_main_branch() {
    let sandbox = SandboxOptions::default().site("datadoghq.eu").start();
    let environment = with_path(TestEnvironment::of(&sandbox));
    let ran = run_steps(&environment, |condition| condition.contains("pull_request"));
    let last = ran.last().expect("steps");
    assert!(!last.contains("--dry-run"), "{last}");
    assert_eq!(sandbox.received("logs", "evt.test").len(), 2);
    let deletes = |row: &&Value| row["method"] == "DELETE" && row["status"] == 200;
    assert_eq!(sandbox.requests(false).iter().filter(deletes).count(), 1);
    let summary = fs::read_to_string(environment.path("summary.md")).expect("a summary");
    assert!(summary.contains("as expected"), "{summary}");
    let junit = fs::read_to_string(environment.path("rehearsal.xml")).expect("a report");
    assert!(junit.contains("failures=\"0\" errors=\"0\""), "{junit}");
}

#[test]
fn the_jobs_for_gitlab_pass() {
    let sandbox = SandboxOptions::default().site("datadoghq.eu").start();
    let environment = with_path(TestEnvironment::of(&sandbox));
    let jobs = block("yaml", "script:");
    let jobs: Value = serde_saphyr::from_str(&jobs).expect("the jobs are YAML");
    for (job, report) in [("monitors", "monitors.xml"), ("rehearsal", "rehearsal.xml")] {
        let script = jobs[job]["script"].as_array().expect("lines").iter();
        for line in script.map(|line| line.as_str().expect("a line")) {
            let output = environment.program("/bin/sh", ["-e", "-c", line]).run();
            assert_eq!(output.code(), 0, "{line}\n{output}");
        }
        assert_eq!(jobs[job]["artifacts"]["reports"]["junit"], report);
        assert!(environment.path(report).is_file());
    }
}

#[test]
fn the_profile_of_the_readme_is_one() {
    let environment = TestEnvironment::empty();
    environment.write_settings(&block("toml", "[profiles"));
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
    assert_eq!(calls("EDITOR='code --wait' ddctl config edit").len(), 1);
    assert!(calls("curl example.com/ddctl").is_empty());
}
