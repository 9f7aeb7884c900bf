//! What of this machine goes along into files that everybody may read, and what may not.

use std::path::Path;

use anyhow::Context as _;
use url::Url;

use crate::config::Settings;
use crate::context::Context;
use crate::error::UsageError;
use crate::manifest::HiddenVariable;

/// Refuses addresses that hold a password: they stand in the settings file or the variables.
pub fn require_public(context: &Context, settings: &Settings) -> anyhow::Result<()> {
    let gateway: Url = context.gateway_url()?.parse().map_err(|_| {
        UsageError::with_hint(
            "the gateway's address is none",
            "it begins with https://: `ddctl config set gateway.url URL`",
        )
    })?;
    let svix = settings.svix_url.as_ref();
    let svix = svix.and_then(|url| url.value.parse().ok());
    let trace = settings.value("trace.url");
    let mut trace: Option<Url> = trace.and_then(|url| url.value.parse().ok());
    // A template has its fields there.
    trace.iter_mut().for_each(|url| url.set_query(None));
    let all = [
        ("the gateway's address", Some(&gateway)),
        ("the Svix server's address", svix.as_ref()),
        ("trace.url", trace.as_ref()),
        ("DDCTL_DATADOG_URL", settings.datadog_url.as_ref()),
    ];
    let hiding = all.into_iter().find(|(_, url)| url.is_some_and(hides));
    match hiding {
        None => Ok(()),
        Some((what, _)) => Err(UsageError::with_hint(
            format!("{what} holds a user, a password or a query, and would stand in the manifest"),
            "name it without: tokens are files of their own",
        )
        .into()),
    }
}

/// True for what more than a place may stand in.
fn hides(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some() || url.query().is_some()
}

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The certificates of `--ca-file`, PEM, and nothing else of that file: a key may stand beside them.
pub fn certificates(context: &Context, settings: &Settings) -> anyhow::Result<Option<String>> {
    let Some(path) = settings.ca_file.as_deref() else {
        return Ok(None);
    };
    let text = read(path)?;
    let certificates = only_certificates(&text);
    if certificates.is_empty() {
        return Err(UsageError::with_hint(
            format!("{} holds no certificate", path.display()),
            "--ca-file names a file of certificates (PEM)",
        )
        .into());
    }
    if text.matches("-----BEGIN ").count() > certificates.matches(BEGIN).count() {
        let told = format!(
            "{} holds more than certificates: they alone go along",
            path.display()
        );
        context.ui.warning(&told);
    }
    Ok(Some(certificates))
}

fn read(path: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(path)
        .with_context(|| format!("read the certificates from {}", path.display()))?;
    // What stands between certificates may be in any encoding.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn only_certificates(text: &str) -> String {
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c) || c.is_whitespace();
    let blocks = text.split(BEGIN).skip(1);
    let bodies = blocks.filter_map(|block| Some(block.split_once(END)?.0.trim()));
    let whole = bodies.filter(|body| !body.is_empty() && body.chars().all(is_base64));
    whole
        .map(|body| format!("{BEGIN}\n{body}\n{END}\n"))
        .collect()
}

/// Variables of the process that runs.
#[derive(Default)]
pub struct Variables {
    pub shown: Vec<(&'static str, String)>,
    pub hidden: Vec<HiddenVariable>,
}

/// Those of the way out that ddctl takes, each in both spellings.
const PROXIES: [[&str; 2]; 2] = [["https_proxy", "HTTPS_PROXY"], ["http_proxy", "HTTP_PROXY"]];
const NO_PROXY: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// Those that go along. What does is said.
pub fn variables(context: &Context, settings: &Settings) -> Variables {
    let mut variables = Variables::default();
    if let Some(url) = &settings.datadog_url {
        let told =
            format!("DDCTL_DATADOG_URL goes along: it will connect to {url}, not to Datadog");
        context.ui.warning(&told);
        variables.shown.push(("DDCTL_DATADOG_URL", url.to_string()));
    }
    for names in PROXIES {
        if let Some((here, address)) = context.environment.first(&names) {
            let name = names[1];
            variables.add_proxy(context, HiddenVariable { name, here }, address);
        }
    }
    let has_proxy = variables.has_proxy();
    let around = context.environment.first(&NO_PROXY);
    if let Some((_, around)) = around.filter(|_| has_proxy) {
        variables.show(context, NO_PROXY[1], around);
    }
    variables
}

impl Variables {
    /// Whatever stands before an `@` may be a password.
    fn add_proxy(&mut self, context: &Context, variable: HiddenVariable, address: &str) {
        match address.contains('@') {
            true => self.hidden.push(variable),
            false => self.show(context, variable.name, address),
        }
    }

    fn show(&mut self, context: &Context, name: &'static str, value: &str) {
        context.ui.status(&format!("{name} goes along: {value}"));
        self.shown.push((name, value.to_owned()));
    }

    fn has_proxy(&self) -> bool {
        let is_proxy = |name: &str| PROXIES.iter().any(|names| names[1] == name);
        !self.hidden.is_empty() || self.shown.iter().any(|(name, _)| is_proxy(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_bundle_the_certificates_stay_and_no_key() {
        let bundle = format!(
            "# CA\n{BEGIN}\nMIIB\nAAAA\n{END}\n-----BEGIN PRIVATE KEY-----\nMIIE\n\
             -----END PRIVATE KEY-----\n{BEGIN}\nMIIC\n{END}\n"
        );
        let kept = format!("{BEGIN}\nMIIB\nAAAA\n{END}\n{BEGIN}\nMIIC\n{END}\n");
        assert_eq!(only_certificates(&bundle), kept);
        let torn = format!("{BEGIN}\nMIIB\n-----BEGIN PRIVATE KEY-----\nMIIE\n{END}\n");
        assert_eq!(only_certificates(&torn), "");
        let endless = format!("{BEGIN}\nMIIB\n");
        assert_eq!(only_certificates(&endless), "");
    }
}
