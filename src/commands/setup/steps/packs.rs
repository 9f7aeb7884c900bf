//! Monitors and dashboards: which packs, whom they tell, and what there would be to do at Datadog.

use serde::Deserialize;

use crate::commands::setup::found::Found;
use crate::commands::setup::walk::{Turn, Walk};
use crate::error::{Exit, UsageError};
use crate::monitors::dashboards::shipped;
use crate::monitors::{MonitorFile, Shape, packs};
use crate::ui::Format;
use crate::wizard::{Change, Field, Step};

/// The answer that wants none.
pub const NONE: &str = "none";

/// The pack about the gateway's sessions.
const HOOP: &str = "hoop";

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
    propose(walk, is_asked);
    let mut is_asked = is_asked;
    loop {
        match choose(walk, is_asked)? {
            Turn::Next => {}
            turn => return Ok(turn),
        }
        if chosen(walk).is_empty() {
            walk.note(step, "done", Some(NONE.to_owned()));
            return Ok(Turn::Next);
        }
        match walk.ask(Field::Notify, is_asked)? {
            Turn::Next => {}
            turn => return Ok(turn),
        }
        let Err(error) = plan(walk).await else {
            break;
        };
        ask_anew(walk, error)?;
        is_asked = true;
    }
    let said = chosen(walk).join(", ");
    walk.note(step, "done", Some(said));
    Ok(Turn::Next)
}

/// Enter takes the pack that fits the way, where one does.
fn propose(walk: &mut Walk<'_>, is_asked: bool) {
    let is_fit = fits(HOOP, shape(walk));
    if is_asked && !is_fit {
        walk.explain(
            "No monitor of the pack hoop fits raw webhooks: they lack what those ask for.",
        );
    }
    if is_asked {
        let pack = if is_fit { HOOP } else { NONE };
        walk.found.insert(Field::Packs, Found::new(pack, "the way"));
    }
}

/// The shape in which the gateway's events reach Datadog.
pub fn shape(walk: &Walk<'_>) -> Shape {
    match walk.answers.get(Field::Delivery) {
        Some("webhook") => Shape::HoopWebhook,
        _ => Shape::Ddctl,
    }
}

/// Whether any monitor of a pack can be made for events of the shape.
fn fits(pack: &str, shape: Shape) -> bool {
    let own = packs().iter().filter(|own| own.name == pack);
    own.flat_map(|pack| pack.files())
        .any(|(_, text)| MonitorFile::parse(text).is_ok_and(|file| file.form(Some(shape)).is_ok()))
}

/// Which packs, until all of them are some.
fn choose(walk: &mut Walk<'_>, is_asked: bool) -> anyhow::Result<Turn> {
    loop {
        match walk.ask(Field::Packs, is_asked)? {
            Turn::Next => {}
            turn => return Ok(turn),
        }
        match check(&chosen(walk)) {
            Ok(()) => return Ok(Turn::Next),
            Err(error) if is_asked => {
                ask_anew(walk, error.into())?;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Says what is wrong with the packs that were chosen, where others can be.
fn ask_anew(walk: &mut Walk<'_>, error: anyhow::Error) -> anyhow::Result<()> {
    if walk.mode.given.get(Field::Packs).is_some() {
        return Err(error);
    }
    let is_unfit = error.is::<UsageError>();
    walk.tell(error)?;
    if is_unfit {
        let fit = if fits(HOOP, shape(walk)) { HOOP } else { NONE };
        walk.answer(Field::Packs, fit.to_owned());
    }
    Ok(())
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
