//! The shape of `[profiles.NAME.secrets]`, checked before its values are read: what is wrong with it
//! is said without a word of what stands there, which may be a secret.

use toml_edit::{Item, TableLike};

use super::secrets::SecretKind;

/// What stands under a key that refers to a secret.
const SHAPE: &str = "{ file = \"PATH\" } or { command = [\"PROGRAM\", \"ARGUMENT\"] }";
pub(super) const REFERENCE_KEYS: [&str; 2] = ["file", "command"];

/// The keys of the table.
pub(super) fn keys() -> Vec<&'static str> {
    let kinds = SecretKind::KEPT.iter().map(|kind| kind.name());
    ["store", "identity"].into_iter().chain(kinds).collect()
}

/// The first key whose value has no shape of its own, and what it takes.
pub(super) fn misshapen(table: &dyn TableLike) -> Option<(String, String)> {
    table.iter().find_map(|(name, item)| {
        let wanted = match name {
            "store" if item.is_str() => return None,
            "store" => "\"keyring\" or \"file\"".to_owned(),
            "identity" if item.as_str() == Some("passphrase") => return None,
            "identity" if is_reference(item) => return None,
            "identity" => format!("\"passphrase\", {SHAPE}"),
            _ if is_reference(item) => return None,
            _ => SHAPE.to_owned(),
        };
        Some((name.to_owned(), wanted))
    })
}

/// One of a file and a command, and the command has a program.
fn is_reference(item: &Item) -> bool {
    let Some(table) = item.as_table_like() else {
        return false;
    };
    let is_filled = |item: &Item| item.as_str().is_some_and(|text| !text.is_empty());
    match (table.get("file"), table.get("command")) {
        (Some(file), None) => is_filled(file),
        (None, Some(command)) => command.as_array().is_some_and(|words| {
            let are_texts = words.iter().all(toml_edit::Value::is_str);
            let program = words.get(0).and_then(toml_edit::Value::as_str);
            are_texts && program.is_some_and(|program| !program.is_empty())
        }),
        _ => false,
    }
}
