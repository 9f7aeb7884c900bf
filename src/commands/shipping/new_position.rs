//! Says where a setting is another one than before, so that a position begins anew and what was
//! shipped under the other setting counts as never shipped.

use crate::delivery::Ledger;
use crate::delivery::map::audit;
use crate::delivery::state::{CursorKey, StateError};
use crate::ui::Ui;

/// Tells of the position that a new one is most like, where there are others.
pub fn tell_new_position(ui: &Ui, ledger: &Ledger) -> Result<(), StateError> {
    if ledger.cursor().is_some() {
        return Ok(());
    }
    let (key, others) = (ledger.key(), ledger.others()?);
    let is_audit = |key: &CursorKey| audit::is_selection(&key.filter);
    let nearest = others
        .iter()
        // Positions of the audit log and of sessions have nothing to do with each other.
        .filter(|other| is_audit(other) == is_audit(key))
        .min_by_key(|other| differences(key, other).len());
    if let Some(other) = nearest {
        let differences = differences(key, other).join(", ");
        ui.status(&format!("this begins a new position: {differences}"));
    }
    Ok(())
}

fn differences(key: &CursorKey, other: &CursorKey) -> Vec<String> {
    let parts = [
        ("organisation", &key.organisation, &other.organisation),
        ("filter", &key.filter, &other.filter),
        ("destination", &key.destination, &other.destination),
        ("site", &key.site, &other.site),
        ("events", &key.scheme, &other.scheme),
    ];
    let other_parts = parts.into_iter().filter(|(_, now, before)| now != before);
    let named = other_parts.map(|(name, now, before)| {
        let [now, before] = [now, before].map(|text| match text.as_str() {
            "" => "none",
            text => text,
        });
        format!("{name} {now} (before: {before})")
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_named_with_what_it_was() {
        let key = |filter: &str, site: &str| CursorKey {
            organisation: "acme".to_owned(),
            filter: filter.to_owned(),
            destination: "logs".to_owned(),
            site: site.to_owned(),
            scheme: "ddctl/event/1".to_owned(),
        };
        let (now, before) = (key("agent=\"*\"", "us3"), key("", "eu"));
        assert_eq!(
            differences(&now, &before),
            ["filter agent=\"*\" (before: none)", "site us3 (before: eu)"]
        );
        assert!(differences(&now, &now).is_empty());
    }
}
