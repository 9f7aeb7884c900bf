//! The variables of a program that is looked at: of this process, or of a file.

use std::collections::BTreeMap;
use std::fmt;

/// What they begin with; the rest of an environment is nobody's business here.
const PREFIXES: [&str; 2] = ["OTEL_", "DD_"];

/// Others that say whether ddtrace is loaded.
const LOADERS: [&str; 2] = ["NODE_OPTIONS", "PYTHONPATH"];

/// Variables of OpenTelemetry and Datadog, by name. Some hold keys.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Those of an environment that matter.
    pub fn of_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let pairs = pairs.into_iter();
        let wanted = pairs.filter(|(name, _)| matters(name));
        Self(
            wanted
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        )
    }

    /// Reads `KEY=VALUE` lines, as `env`, dotenv files and shells write them, or what
    /// `/proc/PID/environ` holds. Lines that are none of these are passed over.
    pub fn of_text(text: &str) -> Self {
        let end = if text.contains('\0') { '\0' } else { '\n' };
        let pairs = text.split(end).filter_map(|line| {
            let line = line.trim();
            let line = line.strip_prefix("export ").unwrap_or(line);
            let (name, value) = line.split_once('=')?;
            Some((name.trim(), unquoted(value.trim())))
        });
        Self::of_pairs(pairs)
    }

    /// A value; one that is empty is not set, as OpenTelemetry wants it.
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.get(name).map(String::as_str);
        value.filter(|value| !value.is_empty())
    }

    /// Whether it is set to a yes.
    pub fn is_on(&self, name: &str) -> bool {
        let value = self.get(name).unwrap_or_default();
        value.eq_ignore_ascii_case("true") || value == "1"
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Names alone: values may be keys.
impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

fn matters(name: &str) -> bool {
    PREFIXES.iter().any(|prefix| name.starts_with(prefix)) || LOADERS.contains(&name)
}

fn unquoted(value: &str) -> &str {
    let inner = |mark| value.strip_prefix(mark)?.strip_suffix(mark);
    inner('"').or_else(|| inner('\'')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_shell_a_file_and_a_process_say_the_same() {
        let plain = "PATH=/bin\nOTEL_SERVICE_NAME=a b\nDD_SITE=datadoghq.eu\n";
        let shell = "# settings\nexport OTEL_SERVICE_NAME='a b'\nexport DD_SITE=\"datadoghq.eu\"\n";
        let process = "OTEL_SERVICE_NAME=a b\0DD_SITE=datadoghq.eu\0HOME=/\0";
        for text in [plain, shell, process] {
            let read = Variables::of_text(text);
            assert_eq!(read.get("OTEL_SERVICE_NAME"), Some("a b"), "{text:?}");
            assert_eq!(read.get("DD_SITE"), Some("datadoghq.eu"));
            assert_eq!((read.get("PATH"), read.get("HOME")), (None, None));
        }
    }

    #[test]
    fn an_empty_value_is_none_and_no_value_is_shown() {
        let read = Variables::of_text("OTEL_SERVICE_NAME=\nDD_API_KEY=secret\n");
        assert_eq!(read.get("OTEL_SERVICE_NAME"), None);
        assert!(!format!("{read:?}").contains("secret"));
    }
}
