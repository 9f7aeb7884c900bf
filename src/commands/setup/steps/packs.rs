//! Monitors and dashboards: which packs, whom they tell, and what there would be to do at Datadog.

use crate::commands::setup::found::Found;
use crate::commands::setup::walk::{Turn, Walk};
use crate::error::{Exit, UsageError};
use crate::monitors::dashboards::shipped;
use crate::monitors::packs;
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
        let (value, place) = ("hoop".to_owned(), "the way".to_owned());
        walk.found
            .entry(Field::Packs)
            .or_insert(Found { value, place });
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

/// Asks Datadog what there would be to do; what differs becomes a change.
async fn plan(walk: &mut Walk<'_>) -> anyhow::Result<()> {
    let mut differs = false;
    for line in lines(walk, "plan", "--check") {
        let words: Vec<&str> = line.iter().map(String::as_str).collect();
        match walk.stage.run(&words).await? {
            Exit::Done => {}
            Exit::AnswerIsNo => differs = true,
            exit => anyhow::bail!("the plan ended with {}", exit.code()),
        }
    }
    let context = walk.stage.context()?;
    let settings = context.settings()?;
    if differs {
        walk.changes
            .extend(chosen(walk).into_iter().map(|pack| Change::Pack {
                pack,
                namespace: settings.namespace.value.clone(),
                site: settings.site.value.to_string(),
            }));
    }
    Ok(())
}

/// The commands that plan or apply the packs: monitors first, then the dashboards of those packs
/// that have some.
pub fn lines(walk: &Walk<'_>, verb: &str, flag: &str) -> Vec<Vec<String>> {
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
