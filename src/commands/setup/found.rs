//! Answers that lie around: in the profile, the environment, the gateway CLI's settings and the
//! Datadog Agent's.

use std::collections::BTreeMap;

use super::stage::Stage;
use crate::config::{AgentSettings, Flags, Key, Origin, Settings};
use crate::context::Context;
use crate::wizard::Field;

/// An answer and where it was found, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub value: String,
    pub place: String,
    /// Nobody ever said so.
    pub is_default: bool,
}

impl Found {
    pub fn new(value: impl Into<String>, place: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            place: place.into(),
            is_default: false,
        }
    }
}

/// What each field would be without an answer.
pub fn find(context: &Context, stage: &Stage<'_>) -> BTreeMap<Field, Found> {
    let mut found = BTreeMap::new();
    for field in Field::ALL {
        let Some(key) = field.setting() else {
            continue;
        };
        if let Some(value) = stage.standing(key) {
            found.insert(field, Found::new(value, "the profile"));
        } else if let Some(one) = elsewhere(context, key) {
            found.insert(field, one);
        }
    }
    if let (false, Some(agent)) = (
        found.contains_key(&Field::Site),
        AgentSettings::read(&context.environment),
    ) && let Some(value) = agent.site
    {
        let place = agent.path.display().to_string();
        found.insert(Field::Site, Found::new(value, place));
    }
    found
}

/// In flags, variables and the gateway CLI's settings, or a default that means something.
fn elsewhere(context: &Context, key: &str) -> Option<Found> {
    let flags = Flags {
        // The profile may not be there yet, and was looked at already.
        config: Some("/dev/null".into()),
        profile: None,
        ..context.globals.flags()
    };
    let environment = context
        .environment
        .without(&["DDCTL_PROFILE", "DDCTL_CONFIG"]);
    let settings = Settings::resolve(&flags, &environment).ok()?;
    let valued = settings.value(Key::find(key)?.name)?;
    let is_choice = valued.origin != Origin::Default || key == "service";
    (is_choice && !valued.value.is_empty()).then(|| Found {
        is_default: valued.origin == Origin::Default,
        value: valued.value,
        place: valued.origin.to_string(),
    })
}
