//! One manual page: what clap knows of the command, its help's own sections, and what holds for every
//! command on the page of the program.

use clap::{Arg, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};

use crate::config::{KEYS, SecretKind};
use crate::error::Exit;

/// The page that the others refer to.
const PROGRAM: &str = "ddctl";

/// Variables that are no setting of a profile, with what each does.
const VARIABLES: [(&str, &str); 7] = [
    ("DDCTL_PROFILE", "profile of the settings file"),
    (
        "DDCTL_CONFIG",
        "settings file instead of the platform's own",
    ),
    (
        "DDCTL_SECRETS_IDENTITY_FILE",
        "what opens the encrypted file of secrets",
    ),
    (
        "HTTPS_PROXY, HTTP_PROXY, NO_PROXY",
        "proxies, and what is reached without one; the names in lower case count first",
    ),
    (
        "DDCTL_DATADOG_URL",
        "where to connect instead of Datadog's hosts, such as a sandbox",
    ),
    (
        "NO_COLOR",
        "nothing is coloured where it is set and not empty",
    ),
    ("VISUAL, EDITOR", "the editor of `config edit`"),
];

/// Files of the program, with what each is for.
const FILES: [(&str, &str); 5] = [
    (
        "$XDG_CONFIG_HOME/ddctl/config.toml",
        "Settings and profiles. Never holds a secret.",
    ),
    (
        "$XDG_CONFIG_HOME/ddctl/secrets/PROFILE.age",
        "Keys and tokens that `auth set` keeps, encrypted, where there is no keyring.",
    ),
    (
        "~/.hoop/config.toml",
        "What `hoop login` left: the gateway's address and its token. Read, never written.",
    ),
    (
        "$XDG_STATE_HOME/ddctl/PROFILE/",
        "Positions, spool, dead letters and receipts of a profile.",
    ),
    (
        "$XDG_CACHE_HOME/ddctl/",
        "Recordings, where recording_cache is on.",
    ),
];

/// The page of `command`, whose words are joined with hyphens in `name`. No date is in it, so that
/// the bytes are stable.
pub fn render(command: &Command, name: &str) -> anyhow::Result<Vec<u8>> {
    let help = Help::of(command);
    let is_program = name == PROGRAM;
    let shown = match is_program {
        true => command.clone(),
        false => command.clone().mut_args(without_globals),
    };
    let man = Man::new(shown.name(name.to_owned()))
        .title(name)
        .manual("ddctl manual")
        .source(concat!("ddctl ", env!("CARGO_PKG_VERSION")));
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    synopsis(command, name).to_writer(&mut page)?;
    man.render_description_section(&mut page)?;
    prose(&help.prose).to_writer(&mut page)?;
    commands(command, name).to_writer(&mut page)?;
    man.render_options_section(&mut page)?;
    for (title, lines) in &help.sections {
        verbatim(title, lines).to_writer(&mut page)?;
    }
    if is_program {
        program_sections().to_writer(&mut page)?;
    }
    see_also(name).to_writer(&mut page)?;
    Ok(page)
}

/// The flags of every command stand on the page of the program.
fn without_globals(arg: Arg) -> Arg {
    match arg.is_global_set() || arg.get_id() == "help" {
        true => arg.hide(true),
        false => arg,
    }
}

/// What stands below the options in a help.
struct Help {
    /// Titles with the lines below them, as they are.
    sections: Vec<(String, Vec<String>)>,
    prose: Vec<String>,
}

impl Help {
    /// Blocks are parted by empty lines; one that begins with a title and is set in is a section.
    fn of(command: &Command) -> Self {
        let text = command.get_after_help().map(ToString::to_string);
        let (mut sections, mut prose) = (Vec::new(), Vec::new());
        for block in text.unwrap_or_default().split("\n\n") {
            let mut lines = block.lines();
            let first = lines.next().unwrap_or_default();
            let rest: Vec<String> = lines.map(str::to_owned).collect();
            let is_set_in = !rest.is_empty() && rest.iter().all(|line| line.starts_with("  "));
            match first.strip_suffix(':').filter(|_| is_set_in) {
                Some(title) => sections.push((title.to_owned(), rest)),
                None => prose.push(block.to_owned()),
            }
        }
        prose.retain(|block| !block.trim().is_empty());
        Self { sections, prose }
    }
}

fn section(title: &str) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [title.to_uppercase().as_str()]);
    roff
}

/// As the help shows it.
fn synopsis(command: &Command, name: &str) -> Roff {
    let usage = command.clone().render_usage().to_string();
    let words = name.replace('-', " ");
    let usage = usage.trim_start_matches("Usage: ");
    // A page's name cannot tell `test-event` from two words; the usage can.
    let program = command.get_bin_name().unwrap_or(&words);
    let mut roff = section("synopsis");
    match usage.strip_prefix(program) {
        Some(rest) => roff.text([bold(program), roman(rest)]),
        None => roff.text([roman(usage)]),
    };
    roff
}

fn prose(blocks: &[String]) -> Roff {
    let mut roff = Roff::new();
    for block in blocks {
        roff.control("PP", []);
        let is_set_in = |line: &str| line.starts_with("  ");
        match block.lines().any(is_set_in) {
            true => as_it_is(&mut roff, block.lines()),
            false => {
                roff.text([roman(block.lines().collect::<Vec<_>>().join(" "))]);
            }
        }
    }
    roff
}

fn verbatim(title: &str, lines: &[String]) -> Roff {
    let mut roff = section(title);
    as_it_is(&mut roff, lines.iter().map(String::as_str));
    roff
}

fn as_it_is<'l>(roff: &mut Roff, lines: impl Iterator<Item = &'l str>) {
    roff.control("nf", []);
    for line in lines {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
}

/// The commands below this one, each with its page.
fn commands(command: &Command, name: &str) -> Roff {
    let mut below = command
        .get_subcommands()
        .filter(|child| !child.is_hide_set())
        .peekable();
    if below.peek().is_none() {
        return Roff::new();
    }
    let mut roff = section("commands");
    for child in below {
        let about = child.get_about().map(ToString::to_string);
        roff.control("TP", []);
        roff.text([bold(format!("{name}-{}", child.get_name())), roman("(1)")]);
        roff.text([roman(about.unwrap_or_default())]);
    }
    roff
}

/// What holds for every command.
fn program_sections() -> Roff {
    let mut roff = section("exit status");
    for exit in Exit::ALL {
        entry(&mut roff, &exit.code().to_string(), exit.meaning());
    }
    roff.control("SH", ["ENVIRONMENT"]);
    for key in KEYS.iter().filter(|key| !key.variables.is_empty()) {
        entry(&mut roff, &key.variables.join(", "), key.help);
    }
    let secrets = SecretKind::KEPT.into_iter();
    for kind in secrets.filter(|kind| !kind.variables().is_empty()) {
        entry(&mut roff, &kind.variables().join(", "), kind.what());
    }
    for (names, about) in VARIABLES {
        entry(&mut roff, names, about);
    }
    roff.control("SH", ["FILES"]);
    for (path, about) in FILES {
        entry(&mut roff, path, about);
    }
    roff
}

fn entry(roff: &mut Roff, term: &str, about: &str) {
    roff.control("TP", []);
    roff.text([italic(term)]);
    roff.text([roman(about)]);
}

/// The page of the program, whose flags hold here as well, and that of the group.
fn see_also(name: &str) -> Roff {
    let Some(rest) = name.strip_prefix("ddctl-") else {
        return Roff::new();
    };
    let mut roff = section("see also");
    let mut pages = vec![bold(PROGRAM), roman("(1) for the options of every command")];
    let group = rest.rsplit_once('-').map(|(group, _)| group);
    // `test-event` is one word: only what has a page is referred to.
    if let Some(group) = group.filter(|group| *group != "test") {
        pages.extend([roman(", "), bold(format!("ddctl-{group}")), roman("(1)")]);
    }
    roff.text(pages);
    roff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_help_falls_into_examples_and_prose() {
        let command = Command::new("x").after_help(
            "Examples:\n  ddctl x\n  ddctl x --y\n\nWhat it does.\n\nScenarios:\n  a  b",
        );
        let help = Help::of(&command);
        assert_eq!(help.prose, ["What it does."]);
        let titles: Vec<&str> = help
            .sections
            .iter()
            .map(|(title, _)| title.as_str())
            .collect();
        assert_eq!(titles, ["Examples", "Scenarios"]);
        assert_eq!(help.sections[0].1, ["  ddctl x", "  ddctl x --y"]);
    }

    #[test]
    fn only_the_programs_own_page_has_the_flags_of_every_command() {
        let mut tree = <crate::commands::Cli as clap::CommandFactory>::command();
        tree.build();
        let text = |command: &Command, name: &str| {
            String::from_utf8(render(command, name).expect("a page")).expect("text")
        };
        assert!(text(&tree, "ddctl").contains("log\\-format"));
        let leaf = tree.find_subcommand("validate").expect("a command");
        let page = text(leaf, "ddctl-validate");
        assert!(!page.contains("log\\-format"), "{page}");
        assert!(page.contains(".SH EXAMPLES"), "{page}");
    }
}
