//! The way of delivery: recommended by licence and role, with the reason.

use crate::commands::setup::found::Found;
use crate::commands::setup::walk::{Turn, Walk};
use crate::domain::delivery::Delivery;
use crate::error::UsageError;
use crate::ui::Tone;
use crate::wizard::{Advice, Field, Step, Way, advise};

pub fn walk(walk: &mut Walk<'_>, step: &Step, is_asked: bool) -> anyhow::Result<Turn> {
    let Some(facts) = walk.gateway.as_ref().map(|gateway| gateway.facts) else {
        return Ok(Turn::Skip);
    };
    let advice = advise(&facts);
    if is_asked {
        show(walk, &advice);
        recommend(walk, &advice);
    }
    loop {
        match walk.ask(Field::Delivery, is_asked)? {
            Turn::Next => {}
            turn => return Ok(turn),
        }
        let word = walk.answers.filled(Field::Delivery);
        let Some(delivery) = word.and_then(|word| word.parse().ok()) else {
            return Ok(Turn::Skip);
        };
        let way = judged(walk, crate::wizard::way(&facts, delivery));
        let Some(obstacle) = way.obstacle else {
            let said = format!("{}: {}", way.delivery.as_str(), way.what);
            walk.note(step, "done", Some(said));
            return Ok(Turn::Next);
        };
        let text = format!("{} cannot be taken here: {obstacle}", way.delivery.as_str());
        let fits = format!("{} fits: {}", advice.delivery.as_str(), advice.because);
        match is_asked {
            true => {
                walk.ui().error(&text);
                walk.answer(Field::Delivery, advice.delivery.as_str().to_owned());
            }
            false => return Err(UsageError::with_hint(text, fits).into()),
        }
    }
}

/// Enter takes what fits, unless something was answered before.
fn recommend(walk: &mut Walk<'_>, advice: &Advice) {
    let found = Found::new(advice.delivery.as_str(), "the advice");
    walk.found.entry(Field::Delivery).or_insert(found);
}

/// A way with what stands against it on this machine as well.
fn judged(walk: &Walk<'_>, way: Way) -> Way {
    let needs_svix = way.delivery == Delivery::Webhook && !knows_svix(walk);
    match way.obstacle {
        None if needs_svix => Way {
            obstacle: Some(KEY_IN_HEADER),
            ..way
        },
        _ => way,
    }
}

/// Straight to Datadog the API key travels in a header, which Svix alone can set.
const KEY_IN_HEADER: &str = "the API key would travel in the URL, where auditors and logs see it; name \
    the gateway's Svix server first (`ddctl config set svix.url URL`, DDCTL_SVIX_TOKEN)";

fn knows_svix(walk: &Walk<'_>) -> bool {
    let context = walk.stage.context();
    context.is_ok_and(|context| {
        context
            .settings()
            .is_ok_and(|settings| settings.svix_url.is_some())
    })
}

fn show(walk: &Walk<'_>, advice: &Advice) {
    /// Behind the longest name of a way, so that what goes on stands below what it goes on from.
    const TEXT: &str = "             ";
    let ui = walk.ui();
    let palette = ui.options().stderr_palette;
    for way in advice.ways.iter().map(|way| judged(walk, way.clone())) {
        let (tone, text) = match way.obstacle {
            Some(obstacle) => (Tone::Dim, format!("not here: {obstacle}")),
            None if way.delivery == advice.delivery => (Tone::Strong, way.what.to_owned()),
            None => (Tone::Plain, way.what.to_owned()),
        };
        let name = format!("    {:<8} ", way.delivery.as_str());
        let text = ui.wrap(&text, TEXT);
        let line = format!("{name}{}", text.trim());
        ui.status(&palette.paint(tone, &line));
    }
    let advised = format!(
        "Recommended: {}, since {}.",
        advice.delivery.as_str(),
        advice.because
    );
    walk.explain(&advised);
}
