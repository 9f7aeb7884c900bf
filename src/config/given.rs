//! A value on its way into a profile: what no later run could use is refused before it is written.

use url::Url;

use super::environment::Environment;
use super::error::ConfigError;
use super::keys::Key;
use super::layers::Flags;
use super::settings::Settings;

/// Refuses a value that `key` cannot have. One that may hold a password is not repeated.
pub fn check_value(key: &'static Key, text: &str) -> Result<(), ConfigError> {
    if let Some(why) = unfit(key.name, text) {
        return Err(ConfigError::Unfit { key: key.name, why });
    }
    let environment = Environment::of_pairs([(key.variables[0], text)]);
    let nothing = Flags {
        config: Some("/dev/null".into()),
        ..Flags::default()
    };
    let resolved = Settings::resolve(&nothing, &environment);
    resolved
        .map(drop)
        .map_err(|error| error.given_for(key.name))
}

fn unfit(key: &str, text: &str) -> Option<&'static str> {
    match key {
        _ if text.trim().is_empty() => {
            Some("an empty value says nothing; `ddctl config unset KEY` takes a setting out")
        }
        "gateway.url" | "svix.url" => unfit_address(text, true),
        // Its fields make no address before they are filled in, which is checked elsewhere.
        "trace.url" => unfit_address(text, false),
        "retention_days" if text.trim().parse() == Ok(0) => {
            Some("no day at all is nothing that has to be kept")
        }
        _ => None,
    }
}

fn unfit_address(text: &str, is_strict: bool) -> Option<&'static str> {
    const NO_ADDRESS: &str = "it is no address; one begins with https:// or http://";
    let Ok(url) = Url::parse(text) else {
        return is_strict.then_some(NO_ADDRESS);
    };
    let is_web = matches!(url.scheme(), "https" | "http") && url.has_host();
    match url.password().is_some() || !url.username().is_empty() {
        true => Some(
            "it holds a name or password, which never stands in a profile; `ddctl auth set` keeps \
             tokens",
        ),
        false => (is_strict && !is_web).then_some(NO_ADDRESS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(key: &str, text: &str) -> Result<(), String> {
        let key = Key::find(key).expect("a key");
        check_value(key, text).map_err(|error| error.to_string())
    }

    #[test]
    fn what_no_run_could_use_is_refused_by_its_key() {
        for (key, text, said) in [
            ("gateway.url", "not a url", "no address"),
            ("gateway.url", "", "`ddctl config unset KEY`"),
            (
                "gateway.url",
                "https://u:hunter2@gw",
                "never stands in a profile",
            ),
            ("svix.url", "ftp://x", "no address"),
            (
                "trace.url",
                "https://u:hunter2@x/{trace_id}",
                "never stands",
            ),
            ("service", " ", "says nothing"),
            ("retention_days", "0", "no day at all"),
            ("retention_days", "abc", "`abc` is no number of days"),
            ("tz", "Mars", "`Mars` is no time zone"),
        ] {
            let error = check(key, text).expect_err(text);
            assert!(error.starts_with(&format!("{key}: ")), "{error}");
            assert!(error.contains(said), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
        for (key, text) in [
            ("gateway.url", "http://127.0.0.1:8009"),
            ("trace.url", "https://x.example/t/{trace_id}"),
            ("retention_days", "90"),
        ] {
            assert_eq!(check(key, text), Ok(()));
        }
    }
}
