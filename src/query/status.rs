//! The severity that Datadog makes of a log's `status`.
//!
//! Any word is remapped by its first letters, without regard to case (docs.datadoghq.com, status
//! remapper). So an outcome in this field does not survive: `policy_blocked` becomes `info`.

use std::borrow::Cow;

use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexedStatus {
    Emergency,
    Alert,
    Critical,
    Error,
    Warning,
    Notice,
    Info,
    Debug,
    Ok,
}

impl IndexedStatus {
    pub(super) const ALL: [IndexedStatus; 9] = [
        IndexedStatus::Emergency,
        IndexedStatus::Alert,
        IndexedStatus::Critical,
        IndexedStatus::Error,
        IndexedStatus::Warning,
        IndexedStatus::Notice,
        IndexedStatus::Info,
        IndexedStatus::Debug,
        IndexedStatus::Ok,
    ];

    /// By syslog's numbers.
    const BY_NUMBER: [IndexedStatus; 8] = [
        IndexedStatus::Emergency,
        IndexedStatus::Alert,
        IndexedStatus::Critical,
        IndexedStatus::Error,
        IndexedStatus::Warning,
        IndexedStatus::Notice,
        IndexedStatus::Info,
        IndexedStatus::Debug,
    ];

    /// The value of `status` in searches, in the spelling of DataDog/browser-sdk's `StatusType` and
    /// of the Log Explorer.
    pub fn as_str(self) -> &'static str {
        match self {
            IndexedStatus::Emergency => "emerg",
            IndexedStatus::Alert => "alert",
            IndexedStatus::Critical => "critical",
            IndexedStatus::Error => "error",
            IndexedStatus::Warning => "warn",
            IndexedStatus::Notice => "notice",
            IndexedStatus::Info => "info",
            IndexedStatus::Debug => "debug",
            IndexedStatus::Ok => "ok",
        }
    }

    /// Another name under which Datadog's pages speak of the severity; that it is found under this
    /// one is written nowhere.
    pub(super) fn other_name(self) -> Option<&'static str> {
        match self {
            IndexedStatus::Emergency => Some("emergency"),
            IndexedStatus::Warning => Some("warning"),
            _ => None,
        }
    }

    /// What the value of a log's `status` becomes. `None` is a log without one.
    pub fn remap(sent: Option<&Value>) -> Remapped {
        let text: Cow<'_, str> = match sent {
            Some(Value::String(text)) => text.trim().into(),
            Some(Value::Number(number)) => number.to_string().into(),
            _ => return Remapped::Known(IndexedStatus::Info),
        };
        let by_number = text
            .parse()
            .ok()
            .and_then(|number: usize| Self::BY_NUMBER.get(number));
        match by_number {
            Some(status) => Remapped::Known(*status),
            None => Self::by_first_letters(&text.to_lowercase()),
        }
    }

    fn by_first_letters(word: &str) -> Remapped {
        const BY_PREFIX: [(&str, IndexedStatus); 14] = [
            ("emerg", IndexedStatus::Emergency),
            ("f", IndexedStatus::Emergency),
            ("a", IndexedStatus::Alert),
            ("c", IndexedStatus::Critical),
            ("err", IndexedStatus::Error),
            ("w", IndexedStatus::Warning),
            ("n", IndexedStatus::Notice),
            ("i", IndexedStatus::Info),
            ("d", IndexedStatus::Debug),
            ("t", IndexedStatus::Debug),
            ("v", IndexedStatus::Debug),
            ("o", IndexedStatus::Ok),
            ("s", IndexedStatus::Ok),
            ("", IndexedStatus::Info),
        ];
        let (prefix, status) = BY_PREFIX
            .into_iter()
            .find(|(prefix, _)| word.starts_with(prefix))
            .unwrap_or(("", IndexedStatus::Info));
        match prefix.is_empty() && word.starts_with('e') {
            // One copy of the page says `err`, another says any word with `e`.
            true => Remapped::ErrorOrInfo(word.to_owned()),
            false => Remapped::Known(status),
        }
    }
}

/// The outcome of the remapping, which one case leaves open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remapped {
    Known(IndexedStatus),
    /// A word with `e` that is neither `emerg…` nor `err…`.
    ErrorOrInfo(String),
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn any_word_is_remapped_by_its_first_letters() {
        for (sent, expected) in [
            (json!("policy_blocked"), "info"),
            (json!("flagged_for_review"), "emerg"),
            (json!("limit_exceeded"), "info"),
            (json!("success"), "ok"),
            (json!("allowed"), "alert"),
            (json!("ERROR"), "error"),
            (json!("Warning"), "warn"),
            (json!("verbose"), "debug"),
            (json!(3), "error"),
            (json!("7"), "debug"),
            (json!(8), "info"),
            (json!(""), "info"),
        ] {
            let Remapped::Known(status) = IndexedStatus::remap(Some(&sent)) else {
                panic!("{sent} is known");
            };
            assert_eq!(status.as_str(), expected, "{sent}");
        }
    }

    #[test]
    fn a_log_without_status_is_info() {
        assert_eq!(
            IndexedStatus::remap(None),
            Remapped::Known(IndexedStatus::Info)
        );
    }

    #[test]
    fn other_words_with_e_stay_open() {
        assert_eq!(
            IndexedStatus::remap(Some(&json!("executed"))),
            Remapped::ErrorOrInfo("executed".to_owned())
        );
    }
}
