//! Monitors and dashboards: which packs, whom they tell, and what there would be to do at Datadog.

use serde::Deserialize;

use crate::commands::setup::found::Found;
use crate::commands::setup::walk::{Turn, Walk};
use crate::error::{Exit, UsageError};
use crate::monitors::dashboards::shipped;
use crate::monitors::packs;
use crate::ui::Format;
use crate::wizard::{Change, Field, Step};

/// The answer that wants none.
pub const NONE: &str = "none";

pub async fn walk(walk: &mut Walk<'_>, step: &Step, is_asked: bool) -> anyhow::Result<Turn> {
    walk.changes
        .retain(|change| !matches!(change, Change::Pack { .. }));
    if !walk.has_web_access {
        walk.note(
            step,
            "skipped",
            Some("no application key, which they take".to_owned()),
        );
        return Ok(Turn::Next);
    }
    if is_asked {
        let found = Found::new("hoop", "the way");
        walk.found.entry(Field::Packs).or_insert(found);
    }
    loop {
        match walk.ask(Field::Packs, is_asked)? {
            Turn::Next => {}
            turn => return Ok(turn),
        }
        match check(&chosen(walk)) {
            Ok(()) => break,
            Err(error) if is_asked => {
                walk.ui().error(&error.to_string());
                walk.answer(Field::Packs, "hoop".to_owned());
            }
            Err(error) => return Err(error.into()),
        }
    }
    if chosen(walk).is_empty() {
        walk.note(step, "done", Some(NONE.to_owned()));
        return Ok(Turn::Next);
    }
    match walk.ask(Field::Notify, is_asked)? {
        Turn::Next => {}
        turn => return Ok(turn),
    }
    plan(walk).await?;
    let said = chosen(walk).join(", ");
    walk.note(step, "done", Some(said));
    Ok(Turn::Next)
}

/// The packs that were asked for.
pub fn chosen(walk: &Walk<'_>) -> Vec<String> {
    let packs = walk.answers.list(Field::Packs).into_iter();
    packs
        .filter(|pack| *pack != NONE)
        .map(str::to_owned)
        .collect()
}

fn check(chosen: &[String]) -> Result<(), UsageError> {
    let names = || packs().iter().map(|pack| pack.name);
    match chosen
        .iter()
        .find(|name| !names().any(|known| known == *name))
    {
        None => Ok(()),
        Some(name) => {
            let all: Vec<&str> = names().collect();
            let text = format!("there is no pack `{name}`; there are {}", all.join(", "));
            Err(UsageError::new(text))
        }
    }
}

/// Asks Datadog what there would be to do; what differs is shown and becomes a change.
async fn plan(walk: &mut Walk<'_>) -> anyhow::Result<()> {
    let mut differs = false;
    for line in lines(walk, "plan", "--check") {
        let words: Vec<&str> = line.iter().map(String::as_str).collect();
        let (exit, plan) = walk.stage.ask(&words, Format::Table).await?;
        match exit {
            Exit::Done => {}
            Exit::AnswerIsNo => {
                walk.stage.announce(&words);
                walk.ui().status(plan.trim_end());
                differs = true;
            }
            exit => anyhow::bail!("`ddctl {}` ended with {}", line.join(" "), exit.code()),
        }
    }
    let context = walk.stage.context()?;
    let settings = context.settings()?;
    if differs {
        let changes = chosen(walk).into_iter().map(|pack| Change::Pack {
            pack,
            namespace: settings.namespace.value.clone(),
            site: settings.site.value.to_string(),
        });
        walk.changes.extend(changes);
    }
    Ok(())
}

/// What applying tells a machine, as far as it is of use here.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Applied {
    /// What has to be made by hand beside facets, in sentences.
    needs: Vec<String>,
}

/// Makes Datadog's monitors and dashboards as the packs say. The plan was shown before.
pub async fn apply(walk: &mut Walk<'_>) -> anyhow::Result<()> {
    for line in lines(walk, "apply", "--yes") {
        let words: Vec<&str> = line.iter().map(String::as_str).collect();
        walk.stage.announce(&words);
        let (exit, answer) = walk.stage.ask(&words, Format::Json).await?;
        if exit != Exit::Done {
            anyhow::bail!(
                "`ddctl {}` ended with {}; `ddctl setup` goes on from here",
                words.join(" "),
                exit.code()
            );
        }
        let applied: Applied = serde_json::from_str(&answer).unwrap_or_default();
        for need in applied.needs {
            walk.find(need, "it is made by hand, in Datadog");
        }
    }
    Ok(())
}

/// The commands that plan or apply the packs: monitors first, then the dashboards of those packs
/// that have some.
fn lines(walk: &Walk<'_>, verb: &str, flag: &str) -> Vec<Vec<String>> {
    let packs = chosen(walk);
    let of = |noun: &str, packs: &[String]| {
        let mut line = vec![noun.to_owned(), verb.to_owned(), flag.to_owned()];
        for pack in packs {
            line.extend(["--pack".to_owned(), pack.clone()]);
        }
        line
    };
    let mut monitors = of("monitors", &packs);
    if let Some(handle) = walk.answers.filled(Field::Notify) {
        monitors.extend(["--var".to_owned(), format!("notify={handle}")]);
    }
    let has_dashboard = |pack: &String| shipped().any(|(identity, _)| identity.pack == *pack);
    let with_dashboards: Vec<String> = packs
        .iter()
        .filter(|pack| has_dashboard(pack))
        .cloned()
        .collect();
    let mut all = vec![monitors];
    if !with_dashboards.is_empty() {
        all.push(of("dashboards", &with_dashboards));
    }
    all
}
