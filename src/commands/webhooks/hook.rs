//! The runbook hook script: session events without webhooks, on any licence.

use crate::context::Context;
use crate::error::Exit;

/// `{service}` and `{host}` are put in.
const SCRIPT: &str = include_str!("hook.py");

/// Prints the script.
pub fn print(context: &Context) -> anyhow::Result<Exit> {
    let settings = context.settings()?;
    let text = script(
        &settings.service.value,
        &settings.site.value.logs_intake_host(),
        &settings.all_tags().join(","),
    );
    context.ui.write(text.as_bytes())?;
    context.ui.status(
        "save it twice in the runbooks repository, as hoop-hooks/session-open.runbook.py and \
         hoop-hooks/session-close.runbook.py; set the repository's git_hook_ttl above zero, and \
         DD_API_KEY in the agent's environment. Killed sessions close without a hook",
    );
    Ok(Exit::Done)
}

fn script(service: &str, host: &str, tags: &str) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    SCRIPT
        .replace("@SERVICE@", &quoted(service))
        .replace("@TAGS@", &quoted(tags))
        .replace("@HOST@", &quoted(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_stays_a_text() {
        let script = script("a\"b", "http-intake.logs.datadoghq.eu", "env:prod");
        assert!(script.contains(r#"SERVICE = "a\"b""#), "{script}");
        assert!(!script.contains('@'), "{script}");
    }
}
