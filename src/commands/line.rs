//! A command line run as if somebody had typed it, in a world that is made for it.

use anyhow::Context as _;
use clap::Parser;

use super::Cli;
use crate::context::Context;
use crate::error::Exit;
use crate::globals::Globals;

/// Parses `words`, which leave the program's name out, and runs them in what `world` makes of their
/// global flags.
pub async fn run(
    words: &[String],
    world: impl FnOnce(Globals) -> anyhow::Result<Context>,
) -> anyhow::Result<Exit> {
    let words = std::iter::once("ddctl").chain(words.iter().map(String::as_str));
    let cli = Cli::try_parse_from(words).context("a line of ddctl's own")?;
    let Some(command) = cli.command else {
        return Ok(Exit::Usage);
    };
    let context = world(cli.globals)?;
    Box::pin(super::run(&context, command)).await
}

/// A command in lines of at most 80 columns, as one would type it.
pub fn broken(command: &str) -> Vec<String> {
    const CONTINUED: &str = " \\";
    let options = textwrap::Options::new(80 - CONTINUED.len())
        .subsequent_indent("    ")
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    let mut lines: Vec<String> = textwrap::wrap(command, options)
        .into_iter()
        .map(String::from)
        .collect();
    if let Some((_, before)) = lines.split_last_mut() {
        before.iter_mut().for_each(|line| line.push_str(CONTINUED));
    }
    lines
}
