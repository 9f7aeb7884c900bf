//! What is shown of a key: one site in full, or a row for each site.

use jiff::Timestamp;
use serde::Serialize;

use super::keys::{Keys, Told};
use crate::datadog::{
    AppKeyFacts, AppKeyVerdict, DatadogError, Meaning, SiteVerdict, Token, token_kind,
};
use crate::doctor::{Ability, WebAccess, abilities, in_short};
use crate::domain::secret::Secret;
use crate::ui::{Table, Tone, Ui, escape};

/// What one site said, and its addresses.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    site: &'static str,
    name: &'static str,
    /// The API key, or the access token where there is no API key. `null` where the site could not
    /// be asked.
    valid: Option<bool>,
    /// `null` where there is no application key or token, or it was not asked about.
    application_key_valid: Option<bool>,
    detail: Option<String>,
    api: String,
    logs_intake: String,
    otlp: String,
}

/// One site in full.
#[derive(Debug, Serialize)]
pub struct Card {
    #[serde(flatten)]
    row: Row,
    /// UUID of the organisation; `null` where Datadog does not tell it.
    org_id: Option<String>,
    api_key: Option<ApiKeyView>,
    application_key: Option<AppKeyView>,
    commands: Vec<Ability>,
}

#[derive(Debug, Serialize)]
struct ApiKeyView {
    shown_as: String,
    id: Option<String>,
    /// `null` where Datadog does not tell them.
    scopes: Option<Vec<String>>,
}

#[derive(Debug, Serialize)]
struct AppKeyView {
    #[serde(skip)]
    label: &'static str,
    shown_as: String,
    /// `application_key`, `personal_access_token` or `service_access_token`
    kind: &'static str,
    id: Option<String>,
    name: Option<String>,
    /// Everything that its owner may. `null` where Datadog does not tell the scopes.
    unscoped: Option<bool>,
    /// `null` where it is unscoped or Datadog does not tell.
    scopes: Option<Vec<String>>,
    /// `null` for a key, which never ends.
    expires: Option<Timestamp>,
}

/// `None` where nobody answered the question.
fn validity(result: &Result<(), DatadogError>) -> Option<bool> {
    match result {
        Ok(()) => Some(true),
        Err(error) if error.meaning() == Meaning::Pause => Some(false),
        Err(_) => None,
    }
}

impl Row {
    pub fn of(verdict: &SiteVerdict, keys: &Keys) -> Self {
        let valid = validity(&verdict.result);
        Self {
            site: verdict.site.domain(),
            name: verdict.site.name(),
            valid,
            application_key_valid: valid.filter(|_| keys.api_key.is_none()),
            detail: verdict.result.as_ref().err().map(ToString::to_string),
            api: format!("https://{}", verdict.site.api_host()),
            logs_intake: format!("https://{}/api/v2/logs", verdict.site.logs_intake_host()),
            otlp: format!("https://{}/v1/traces", verdict.site.otlp_host()),
        }
    }

    /// Adds what was said about the application key.
    pub fn note(&mut self, verdict: &AppKeyVerdict, label: &str) {
        self.application_key_valid = validity(&verdict.result);
        if let Err(error) = &verdict.result {
            self.detail = Some(format!("{label}: {error}"));
        }
    }
}

impl Card {
    pub fn of(row: &Row, keys: &Keys, told: &Told) -> Self {
        let has_api_key = keys.api_key.is_some() && row.valid == Some(true);
        let facts = told.app_key.as_ref().and_then(|one| one.facts.as_ref());
        let web = match (row.application_key_valid, facts) {
            (Some(true), Some(facts)) => WebAccess::Told(facts),
            (Some(true), None) => WebAccess::NotTold {
                is_token: keys.token().is_some(),
            },
            _ => WebAccess::None,
        };
        let api_key = told.api_key.as_ref();
        Self {
            row: row.clone(),
            commands: abilities(has_api_key, web),
            org_id: api_key.map(|facts| facts.organisation.clone()),
            api_key: keys.api_key.as_ref().map(|key| ApiKeyView {
                shown_as: key.masked(),
                id: api_key.map(|facts| facts.id.clone()),
                scopes: api_key.map(|facts| facts.scopes.clone()),
            }),
            application_key: keys.app_key.as_ref().map(|key| AppKeyView::of(key, facts)),
        }
    }

    pub fn text(&self, ui: &Ui) -> String {
        let row = &self.row;
        let mut lines = Lines::new(ui);
        lines.add(
            "site",
            &format!("{} ({})", row.name, row.site),
            Tone::Strong,
        );
        if let Some(id) = &self.org_id {
            lines.add("organisation", id, Tone::Plain);
        }
        self.keys(&mut lines);
        if let Some(detail) = &row.detail {
            lines.add("answer", detail, Tone::Plain);
        }
        if row.valid == Some(true) {
            self.commands(&mut lines);
        }
        lines.add("API", &row.api, Tone::Plain);
        lines.add("logs intake", &row.logs_intake, Tone::Plain);
        lines.add("OTLP traces", &row.otlp, Tone::Plain);
        lines.text
    }

    fn keys(&self, lines: &mut Lines<'_>) {
        if let Some(key) = &self.api_key {
            let (answer, tone) = word(self.row.valid);
            lines.add("API key", &format!("{} {answer}", key.shown_as), tone);
            if let Some(scopes) = key.scopes.as_deref().filter(|scopes| !scopes.is_empty()) {
                lines.add("  its scopes", &scopes.join(", "), Tone::Plain);
            }
        }
        let Some(key) = &self.application_key else {
            return;
        };
        // It was not asked about where the API key is not good.
        if self.row.application_key_valid.is_none() && self.row.valid != Some(true) {
            return;
        }
        let (answer, tone) = word(self.row.application_key_valid);
        lines.add(key.label, &key.verdict(answer), tone);
        if self.row.application_key_valid == Some(true) {
            lines.add("  its scopes", &key.scopes(), Tone::Plain);
        }
    }

    fn commands(&self, lines: &mut Lines<'_>) {
        let answered = |allowed| {
            self.commands
                .iter()
                .filter(move |one| one.allowed == allowed)
        };
        if answered(Some(true)).count() == self.commands.len() {
            return lines.add("enough for", "every command", Tone::Good);
        }
        for (label, allowed, tone) in [
            ("enough for", Some(true), Tone::Good),
            ("perhaps for", None, Tone::Plain),
        ] {
            let named = in_short(answered(allowed).map(|one| one.command));
            if !named.is_empty() {
                lines.add(label, &named, tone);
            }
        }
        let mut told: Vec<&[String]> = Vec::new();
        for ability in answered(Some(false)) {
            if told.contains(&ability.lacks.as_slice()) {
                continue;
            }
            told.push(&ability.lacks);
            let alike = answered(Some(false)).filter(|one| one.lacks == ability.lacks);
            let lacks = format!(
                "{}: it takes {}",
                in_short(alike.map(|one| one.command)),
                ability.lacks.join(", ")
            );
            lines.add("not for", &lacks, Tone::Warning);
        }
    }
}

impl AppKeyView {
    fn of(key: &Secret, facts: Option<&AppKeyFacts>) -> Self {
        let token = token_kind(key);
        Self {
            label: label(token),
            shown_as: key.masked(),
            kind: match token {
                None => "application_key",
                Some(Token::Personal) => "personal_access_token",
                Some(Token::Service) => "service_access_token",
            },
            id: facts.map(|facts| facts.id.clone()),
            name: facts.map(|facts| facts.name.clone()),
            unscoped: facts.map(|facts| facts.scopes.is_none()),
            scopes: facts.and_then(|facts| facts.scopes.clone()),
            expires: facts.and_then(|facts| facts.expires),
        }
    }

    fn verdict(&self, answer: &str) -> String {
        let mut text = format!("{} {answer}", self.shown_as);
        if let Some(name) = self.name.as_deref().filter(|name| !name.is_empty()) {
            text.push_str(&format!(", named `{name}`"));
        }
        if let Some(expires) = self.expires {
            text.push_str(&format!(", until {}", expires.strftime("%Y-%m-%d")));
        }
        text
    }

    fn scopes(&self) -> String {
        match (self.unscoped, &self.scopes) {
            (Some(true), _) => "unscoped: all that its owner may do".to_owned(),
            (_, Some(scopes)) => scopes.join(", "),
            _ => "not told; that takes the permission user_app_keys".to_owned(),
        }
    }
}

/// What people call it.
pub fn label(token: Option<Token>) -> &'static str {
    match token {
        None => "application key",
        Some(_) => "access token",
    }
}

/// Names and values in two columns.
struct Lines<'a> {
    ui: &'a Ui,
    text: String,
}

impl<'a> Lines<'a> {
    const NAME: usize = 16;

    fn new(ui: &'a Ui) -> Self {
        Self {
            ui,
            text: String::new(),
        }
    }

    /// Wraps the value beside its name; a pipe gets one line.
    fn add(&mut self, name: &str, value: &str, tone: Tone) {
        let palette = self.ui.palette();
        let value = escape::line(value);
        let value = match self.ui.table_width() {
            Some(width) => {
                let options = textwrap::Options::new(width.saturating_sub(Self::NAME).max(20));
                let indent = format!("\n{}", " ".repeat(Self::NAME));
                textwrap::wrap(&value, options.break_words(false)).join(&indent)
            }
            None => value.to_string(),
        };
        let name = palette.paint(Tone::Dim, format!("{name:<width$}", width = Self::NAME));
        self.text
            .push_str(&format!("{name}{}\n", palette.paint(tone, value)));
    }
}

fn word(valid: Option<bool>) -> (&'static str, Tone) {
    match valid {
        Some(true) => ("valid", Tone::Good),
        Some(false) => ("not valid", Tone::Bad),
        None => ("no answer", Tone::Warning),
    }
}

/// A row for each site.
pub fn table(rows: &[Row], keys: &Keys) -> Table {
    let shown = match keys.api_key {
        Some(_) => "API KEY",
        None => "ACCESS TOKEN",
    };
    let mut table = Table::new()
        .column("SITE")
        .column("DD_SITE")
        .column(shown)
        .expendable("DETAIL", 1);
    for row in rows {
        let (answer, tone) = word(row.valid);
        // That a foreign site does not know the key needs no explanation.
        let detail = row
            .detail
            .as_deref()
            .filter(|_| row.valid != Some(false))
            .unwrap_or("");
        table.row([
            (row.name, Tone::Strong),
            (row.site, Tone::Plain),
            (answer, tone),
            (detail, Tone::Dim),
        ]);
    }
    table
}
