//! The severity that Datadog makes of whatever a log calls its status.
//!
//! Source: docs.datadoghq.com/logs/log_configuration/processors, status remapper. The words are
//! those of the Agent (DataDog/datadog-agent, pkg/logs/message).

use serde_json::Value;

/// Syslog's severities in their order.
const BY_NUMBER: [&str; 8] = [
    "emergency",
    "alert",
    "critical",
    "error",
    "warn",
    "notice",
    "info",
    "debug",
];

/// Beginnings of words, the first that fits decides.
const BY_BEGINNING: [(&str, &str); 13] = [
    ("emerg", "emergency"),
    ("f", "emergency"),
    ("a", "alert"),
    ("c", "critical"),
    ("err", "error"),
    ("w", "warn"),
    ("n", "notice"),
    ("i", "info"),
    ("d", "debug"),
    ("t", "debug"),
    ("v", "debug"),
    ("o", "ok"),
    ("s", "ok"),
];

/// Maps a status attribute; what is unknown or missing is `info`.
pub fn remapped(status: Option<&Value>) -> &'static str {
    match status {
        Some(Value::Number(number)) => number.as_u64().map_or("info", by_number),
        Some(Value::String(text)) => match text.trim().parse() {
            Ok(number) => by_number(number),
            Err(_) => by_beginning(text.trim()),
        },
        _ => "info",
    }
}

fn by_number(number: u64) -> &'static str {
    usize::try_from(number)
        .ok()
        .and_then(|number| BY_NUMBER.get(number).copied())
        .unwrap_or("info")
}

fn by_beginning(text: &str) -> &'static str {
    let text = text.to_ascii_lowercase();
    BY_BEGINNING
        .into_iter()
        .find(|(beginning, _)| text.starts_with(beginning))
        .map_or("info", |(_, status)| status)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_are_judged_by_their_beginning() {
        for (word, status) in [
            ("EMERGENCY", "emergency"),
            ("Fatal", "emergency"),
            ("failure", "emergency"),
            ("Alert", "alert"),
            ("approved", "alert"),
            ("crit", "critical"),
            ("ERR", "error"),
            ("warning", "warn"),
            ("Notice", "notice"),
            ("information", "info"),
            ("trace", "debug"),
            ("Verbose", "debug"),
            ("success", "ok"),
            ("ok", "ok"),
            ("unknown", "info"),
            ("exploded", "info"),
            ("", "info"),
        ] {
            assert_eq!(remapped(Some(&json!(word))), status, "{word}");
        }
    }

    #[test]
    fn numbers_are_syslog_severities() {
        assert_eq!(remapped(Some(&json!(3))), "error");
        assert_eq!(remapped(Some(&json!("4"))), "warn");
        assert_eq!(remapped(Some(&json!(8))), "info");
        assert_eq!(remapped(Some(&json!(null))), "info");
        assert_eq!(remapped(None), "info");
    }
}
