//! The page as bytes: the skeleton, its style and script, and the data.

use std::io::{self, Write};
use std::time::Duration;

use base64::engine::{Engine as _, general_purpose::STANDARD};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::about::{About, MAKER};
use super::commands::Command;
use super::data::{Array, millis, write_value};
use super::film::Finished;
use crate::recording::safe;

const SKELETON: &str = include_str!("page.html");
const STYLE: &str = concat!(include_str!("colours.css"), include_str!("page.css"));
const SCRIPT: &str = include_str!("page.js");

/// What a page is made of.
pub struct Content {
    pub about: About,
    pub film: Option<Finished>,
    pub lines: Array,
    pub commands: Vec<Command>,
}

/// Writes the page. The skeleton has a comment with a name wherever something is put in.
pub fn write(content: Content, out: &mut impl Write) -> io::Result<()> {
    let Content {
        about,
        film,
        lines,
        commands,
    } = content;
    let mut data = Some((film, lines));
    let mut rest = SKELETON;
    while let Some((before, after)) = rest.split_once("<!--") {
        let (name, after) = after.split_once("-->").unwrap_or((after, ""));
        out.write_all(before.as_bytes())?;
        match (name, &mut data) {
            ("policy", _) => out.write_all(policy().as_bytes())?,
            ("style", _) => write!(out, "<style>{STYLE}</style>")?,
            ("script", _) => write!(out, "<script>{SCRIPT}</script>")?,
            ("title", _) => out.write_all(escaped(&about.title).as_bytes())?,
            ("summary", _) => out.write_all(escaped(&about.summary()).as_bytes())?,
            ("facts", _) => facts(&about, out)?,
            ("remarks", _) => remarks(&about, out)?,
            ("maker", _) => out.write_all(MAKER.as_bytes())?,
            ("data", data @ Some(_)) => {
                about_data(&about, out)?;
                if let Some((film, lines)) = data.take() {
                    film_data(film, out)?;
                    lines.write("lines", out)?;
                }
                command_data(&commands, out)?;
            }
            _ => {}
        }
        rest = after;
    }
    out.write_all(rest.as_bytes())
}

/// What the page may do: run its own script, use its own style, nothing else. Trusted types are
/// required and none can be made, so that no text can be written as markup.
fn policy() -> String {
    format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; base-uri 'none'; \
         form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        source(SCRIPT),
        source(STYLE)
    )
}

/// As a policy names an inline script or style.
pub fn source(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

/// Text of a document, on one line.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in safe::line(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

fn facts(about: &About, out: &mut impl Write) -> io::Result<()> {
    for (label, value) in about.facts() {
        writeln!(
            out,
            "<div><dt>{label}</dt><dd>{}</dd></div>",
            escaped(&value)
        )?;
    }
    match about.link() {
        Some(link) => writeln!(
            out,
            "<div><dt>Page</dt><dd><a href=\"{0}\" rel=\"noreferrer noopener\">{0}</a></dd></div>",
            escaped(link.as_str())
        ),
        None => Ok(()),
    }
}

fn remarks(about: &About, out: &mut impl Write) -> io::Result<()> {
    about
        .remarks
        .iter()
        .try_for_each(|remark| writeln!(out, "<p class=\"remark\">{}</p>", escaped(remark)))
}

/// What the script needs to know at once.
fn about_data(about: &About, out: &mut impl Write) -> io::Result<()> {
    let from = about
        .clip
        .as_ref()
        .map_or(Duration::ZERO, |clip| clip.start);
    let to = about.clip.as_ref().map_or(about.length, |clip| clip.end);
    let value = json!({
        "view": if about.kind.is_screen() { "screen" } else { "transcript" },
        "things": if about.kind.is_native_database() { "statements" } else if about.kind.is_screen() { "commands" } else { "requests" },
        "started": about.started.map(|at| at.as_millisecond()),
        "from": millis(from),
        "to": millis(to.min(about.length)),
    });
    write_value("about", &value, out)
}

fn film_data(film: Option<Finished>, out: &mut impl Write) -> io::Result<()> {
    let Some(film) = film else {
        write_value("film", &json!(null), out)?;
        return write_value("looks", &json!(null), out);
    };
    let looks = json!({
        "size": [film.size.cols, film.size.rows],
        "keys": film.keys,
        "styles": film.styles.table,
    });
    film.pictures.write("film", out)?;
    write_value("looks", &looks, out)
}

fn command_data(commands: &[Command], out: &mut impl Write) -> io::Result<()> {
    let mut array = Array::new();
    for command in commands {
        array.push(&json!([command.number, millis(command.time), command.text]));
    }
    array.write("commands", out)
}
