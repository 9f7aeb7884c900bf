//! What would change, shown before it is changed.

use super::asking::Consent;
use super::profile;
use super::stage::{Stage, overriding};
use super::walk::{Turn, Walk};
use crate::config::Key;
use crate::ui::{Tone, counted};
use crate::wizard::{Change, Field};

/// Everything that is to change, in the order in which it is done.
pub fn changes(walk: &Walk<'_>) -> anyhow::Result<Vec<Change>> {
    let context = walk.stage.context()?;
    let mut all = of_settings(&walk.stage);
    for secret in &walk.secrets_to_keep {
        all.extend(secret.change(&context)?);
    }
    all.extend(walk.changes.iter().cloned());
    Ok(all)
}

/// What differs between the settings file and the answers.
fn of_settings(stage: &Stage<'_>) -> Vec<Change> {
    let name = &stage.profile;
    let (before, after) = (stage.before(), stage.after());
    let keys = Field::ALL.iter().filter_map(|field| field.setting());
    let settings = keys.filter_map(|key| {
        let was = profile::value(before, name, key);
        let becomes = profile::value(after, name, key);
        (was != becomes).then(|| Change::Setting {
            key: key.to_owned(),
            before: was,
            after: becomes,
        })
    });
    let rules = profile::rules(after, name).into_iter().filter_map(|rule| {
        let was = profile::rule(before, name, &rule.pattern);
        (was.as_ref() != Some(&rule)).then_some(Change::Rule {
            before: was,
            after: rule,
        })
    });
    settings.chain(rules).collect()
}

/// Shows the changes and asks whether they are wanted. Without any there is nothing to want.
pub fn show_and_ask(walk: &Walk<'_>, changes: &[Change]) -> anyhow::Result<Consent> {
    let ui = walk.ui();
    if changes.is_empty() {
        ui.status("");
        ui.status("Everything stands: nothing to change. `ddctl setup STEP` asks one step anew.");
        return Ok(match walk.mode.is_dry_run {
            true => Consent::No,
            false => Consent::Yes,
        });
    }
    show(walk, changes);
    warn_of_variables(walk);
    if walk.mode.is_dry_run {
        ui.status("dry run: nothing was changed");
        return Ok(Consent::No);
    }
    let count = counted(changes.len() as u64, "change");
    loop {
        match walk.agree(&format!("Make {count}?"), "--yes")? {
            Consent::Turn(Turn::Back) => return Ok(Consent::Turn(Turn::Back)),
            Consent::Turn(_) => ui.error("write y, n or back"),
            said => return Ok(said),
        }
    }
}

/// By where they happen.
fn show(walk: &Walk<'_>, changes: &[Change]) {
    let palette = walk.ui().options().stderr_palette;
    let mut place = String::new();
    for change in changes {
        let own = place_of(walk, change);
        if own != place {
            walk.ui().status("");
            walk.ui().status(&palette.paint(Tone::Strong, &own));
            place = own;
        }
        let text = walk.ui().wrap(&change.text(), "  ");
        walk.ui().status(text.trim_end());
    }
    walk.ui().status("");
}

fn place_of(walk: &Walk<'_>, change: &Change) -> String {
    let stage = &walk.stage;
    match change {
        Change::Setting { .. } | Change::Rule { .. } => {
            format!("Profile {} in {}", stage.profile, stage.path.display())
        }
        Change::Secret { .. } | Change::File { .. } => "Secrets".to_owned(),
        Change::Webhook { .. } | Change::Attached { .. } => {
            let url = walk.answers.get(Field::GatewayUrl).unwrap_or_default();
            format!("Gateway {url}")
        }
        Change::Pack { .. } => "Datadog".to_owned(),
    }
}

/// A variable wins over the profile, in every later run that has it.
fn warn_of_variables(walk: &Walk<'_>) {
    let environment = &walk.stage.parent.environment;
    for name in Field::ALL.iter().filter_map(|field| field.setting()) {
        let value = profile::value(walk.stage.after(), &walk.stage.profile, name);
        let (Some(key), Some(value)) = (Key::find(name), value) else {
            continue;
        };
        if let Some((variable, other)) = overriding(environment, key, &value) {
            walk.ui().warning(&format!(
                "{variable} is set to `{other}` and wins over the profile's {name}, `{value}`, as \
                 long as it is set"
            ));
        }
    }
}
