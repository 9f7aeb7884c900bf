//! `ddctl config check`: what every real connection resolves to.

use clap::Args;
use serde::Serialize;

use crate::commands::flags::GatewayAccess;
use crate::config::{ConfigError, Settings, read_settings};
use crate::context::Context;
use crate::domain::connection::{idle_rules, rule_for};
use crate::domain::event::ExpectedBy;
use crate::error::Exit;
use crate::sources::{ApprovalSources, EventContext};
use crate::ui::{Table, Tone};

/// Check the settings, and show what each of the gateway's connections resolves to
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl config check
  ddctl config check -o json | jq '.[] | select(.environment == null)'")]
pub struct Check {
    #[command(flatten)]
    gateway: GatewayAccess,
}

#[derive(Serialize)]
struct Row {
    connection: String,
    r#type: String,
    environment: Option<String>,
    approval_expected: Option<bool>,
    approval_expected_by: Option<&'static str>,
    /// Those of its rule, as the profile spells them.
    windows: Vec<String>,
    in_maintenance_window: Option<bool>,
    rule: Option<String>,
}

pub async fn run(context: &Context, args: &Check) -> anyhow::Result<Exit> {
    let settings = context.settings()?;
    check_every_profile(context)?;
    let gateway = context.gateway(&args.gateway.flags())?;
    let approval_sources = ApprovalSources::read(&gateway).await?;
    let events = EventContext {
        rules: settings.connections.clone(),
        approval_sources,
        page_base: String::new(),
    };
    let mut rows = Vec::new();
    for connection in gateway.connections().await? {
        let applied = events.rules_for(&connection.name, context.now());
        let rule = rule_for(&settings.connections, &connection.name);
        rows.push(Row {
            rule: rule.map(|rule| rule.pattern.clone()),
            windows: rule.map_or_else(Vec::new, |rule| {
                rule.windows.iter().map(ToString::to_string).collect()
            }),
            r#type: connection.full_type(),
            connection: connection.name,
            environment: applied.environment,
            approval_expected: applied.approval_expected,
            approval_expected_by: applied.approval_expected_by.map(ExpectedBy::as_str),
            in_maintenance_window: applied.in_maintenance_window,
        });
    }
    context
        .ui
        .list(&rows, "the gateway has no connections yet", || table(&rows))?;
    let names: Vec<&str> = rows.iter().map(|row| row.connection.as_str()).collect();
    for (rule, idle) in idle_rules(&settings.connections, &names) {
        context.ui.warning(&idle.of(&rule.pattern));
    }
    Ok(Exit::Done)
}

/// The profiles that are not in force are read by nobody else until somebody needs them.
fn check_every_profile(context: &Context) -> Result<(), ConfigError> {
    let Some(path) = context.settings_path() else {
        return Ok(());
    };
    match read_settings(&path)? {
        Some(text) => Settings::check(&path, &text),
        None => Ok(()),
    }
}

fn table(rows: &[Row]) -> Table {
    let mut table = Table::new()
        .column("CONNECTION")
        .expendable("TYPE", 3)
        .column("ENVIRONMENT")
        .column("APPROVAL")
        .column("WINDOWS")
        .expendable("NOW", 2)
        .expendable("RULE", 1);
    for row in rows {
        let approval = match (row.approval_expected, row.approval_expected_by) {
            (Some(true), Some(by)) => format!("expected ({by})"),
            (Some(true), None) => "expected".to_owned(),
            (Some(false), _) => "not expected".to_owned(),
            (None, _) => "unknown".to_owned(),
        };
        let now = match row.in_maintenance_window {
            Some(true) => "inside",
            Some(false) => "outside",
            None => "-",
        };
        let windows = match row.windows.is_empty() {
            true => "none".to_owned(),
            false => row.windows.join("; "),
        };
        let dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        table.row([
            (row.connection.clone(), Tone::Strong),
            (row.r#type.clone(), Tone::Plain),
            (dash(&row.environment), Tone::Plain),
            (approval, Tone::Plain),
            (windows, Tone::Plain),
            (now.to_owned(), Tone::Plain),
            (dash(&row.rule), Tone::Dim),
        ]);
    }
    table
}
