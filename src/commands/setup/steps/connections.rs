//! Which connections are production, suggested from the names that the gateway has.

use crate::commands::setup::found::Found;
use crate::commands::setup::profile;
use crate::commands::setup::walk::{Turn, Walk};
use crate::domain::connection::glob_matches;
use crate::ui::counted;
use crate::wizard::{Field, Rule, Step, suggest};

/// More names than this are not shown one by one.
const MOST_NAMED: usize = 12;

pub fn walk(walk: &mut Walk<'_>, step: &Step, is_asked: bool) -> anyhow::Result<Turn> {
    let names: Vec<String> = match &walk.gateway {
        Some(gateway) => gateway
            .connections
            .iter()
            .map(|one| one.name.clone())
            .collect(),
        None => return Ok(Turn::Skip),
    };
    if is_asked {
        show(walk, &names);
        propose(walk, &names);
    }
    for field in step.asks {
        let is_needed =
            *field != Field::Approval || walk.answers.filled(Field::Production).is_some();
        if !is_needed {
            continue;
        }
        match walk.ask(*field, is_asked)? {
            Turn::Next => {}
            turn => return Ok(turn),
        }
    }
    stage(walk);
    let matched = |name: &&String| {
        let patterns = walk.answers.list(Field::Production);
        patterns.iter().any(|pattern| glob_matches(pattern, name))
    };
    let count = names.iter().filter(matched).count();
    let said = match Rule::wanted(&walk.answers).first() {
        None => "no rules".to_owned(),
        Some(rule) => format!(
            "{}: {} ({} of {})",
            walk.answers.get(Field::Production).unwrap_or_default(),
            rule.text(),
            count,
            counted(names.len() as u64, "connection")
        ),
    };
    walk.note(step, "done", Some(said));
    tell_of_strays(walk, &names);
    Ok(Turn::Next)
}

fn show(walk: &Walk<'_>, names: &[String]) {
    let shown: Vec<&str> = names.iter().take(MOST_NAMED).map(String::as_str).collect();
    let more = match names.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    if !shown.is_empty() {
        walk.explain(&format!("The gateway has {}{more}.", shown.join(", ")));
    }
}

fn propose(walk: &mut Walk<'_>, names: &[String]) {
    let standing: Vec<String> = profile::rules(walk.stage.before(), &walk.stage.profile)
        .into_iter()
        .filter(|rule| rule.environment.as_deref() == Some("production"))
        .map(|rule| rule.pattern)
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let patterns = match standing.is_empty() {
        true => suggest(&names),
        false => standing,
    };
    if !patterns.is_empty() {
        let found = Found::new(patterns.join(","), "the gateway's names");
        walk.found.insert(Field::Production, found);
    }
}

/// The rules take part in everything that follows.
fn stage(walk: &mut Walk<'_>) {
    let name = walk.stage.profile.clone();
    // The last one written stands first.
    for rule in Rule::wanted(&walk.answers).iter().rev() {
        profile::put_rule(walk.stage.document(), &name, rule);
    }
}

fn tell_of_strays(walk: &mut Walk<'_>, names: &[String]) {
    let patterns: Vec<String> = walk
        .answers
        .list(Field::Production)
        .into_iter()
        .map(str::to_owned)
        .collect();
    for pattern in patterns {
        if !names.is_empty() && !names.iter().any(|name| glob_matches(&pattern, name)) {
            walk.find(
                format!("no connection of the gateway matches `{pattern}`"),
                "`ddctl config check` shows what each connection resolves to",
            );
        }
    }
}
