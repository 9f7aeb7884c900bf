//! `ddctl validate`: is this key good for this site?

use std::fmt::Write;

use clap::Args;
use serde::Serialize;

use crate::commands::flags::DatadogAccess;
use crate::config::{SecretFlags, SecretKind};
use crate::context::Context;
use crate::datadog::{
    DatadogError, KeyShape, Meaning, SiteVerdict, check_api_key_shape, probe_sites, sites_to_probe,
};
use crate::domain::site::Site;
use crate::error::Exit;
use crate::ui::{Palette, Table, Tone, escape};

/// Is this API key good for this site? Exit 3 when it is not
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl validate --site eu
  ddctl validate --all-sites --api-key-file /run/secrets/dd-api-key
  vault kv get -field=key secret/datadog | ddctl validate --api-key-stdin

--all-sites shows the key to every commercial site. A government site sees it only when --site
names that one.")]
pub struct Validate {
    /// Ask every commercial site, and name the one that the key belongs to
    #[arg(long)]
    all_sites: bool,
    #[command(flatten)]
    datadog: DatadogAccess,
}

/// What one site said, and its addresses.
#[derive(Serialize)]
struct Row {
    site: &'static str,
    name: &'static str,
    /// `null` where the site could not be asked.
    valid: Option<bool>,
    /// `null` where there is no application key, or it was not asked about.
    application_key_valid: Option<bool>,
    detail: Option<String>,
    api: String,
    logs_intake: String,
    otlp: String,
}

pub async fn run(context: &Context, args: &Validate) -> anyhow::Result<Exit> {
    let settings = context.settings()?;
    let named = settings.site.value;
    let flags = args.datadog.flags();
    let api_key = context.secret(SecretKind::ApiKey, &flags)?;
    if let Err(shape) = check_api_key_shape(&api_key) {
        return refuse_shape(context, shape);
    }
    let sites = if args.all_sites {
        sites_to_probe(&[named])
    } else {
        vec![named]
    };
    let http = context.http();
    let verdicts = probe_sites(http, settings.datadog_url.as_ref(), &sites, &api_key).await?;
    let mut rows: Vec<Row> = verdicts.iter().map(Row::of).collect();
    let good = verdicts
        .iter()
        .find(|verdict| verdict.result.is_ok())
        .map(|verdict| verdict.site);
    if let Some(site) = good {
        ask_application_key(context, site, &flags, &mut rows).await?;
    }
    let palette = context.ui.palette();
    match args.all_sites {
        true => context.ui.list(&rows, "", || table(&rows))?,
        false => context
            .ui
            .one(&rows[0], || card(&rows[0], &api_key.masked(), palette))?,
    }
    conclude(context, &verdicts, &rows, named)
}

/// A key of the wrong shape is shown to nobody, and is not valid anywhere.
fn refuse_shape(context: &Context, shape: KeyShape) -> anyhow::Result<Exit> {
    context.ui.error(&shape.to_string());
    context
        .ui
        .hint("API keys are listed under Organization Settings, API Keys, on your site");
    Ok(Exit::AnswerIsNo)
}

async fn ask_application_key(
    context: &Context,
    site: Site,
    flags: &SecretFlags,
    rows: &mut [Row],
) -> anyhow::Result<()> {
    if context
        .optional_secret(SecretKind::AppKey, flags)?
        .is_none()
    {
        return Ok(());
    }
    let answer = context.datadog_at(site, flags)?.validate_keys().await;
    if let Some(row) = rows.iter_mut().find(|row| row.site == site.domain()) {
        row.application_key_valid = validity(&answer);
        if let Err(error) = answer {
            row.detail = Some(format!("application key: {error}"));
        }
    }
    Ok(())
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
    fn of(verdict: &SiteVerdict) -> Self {
        Self {
            site: verdict.site.domain(),
            name: verdict.site.name(),
            valid: validity(&verdict.result),
            application_key_valid: None,
            detail: verdict.result.as_ref().err().map(ToString::to_string),
            api: format!("https://{}", verdict.site.api_host()),
            logs_intake: format!("https://{}/api/v2/logs", verdict.site.logs_intake_host()),
            otlp: format!("https://{}/v1/traces", verdict.site.otlp_host()),
        }
    }
}

/// Says what follows, and which exit code it is.
fn conclude(
    context: &Context,
    verdicts: &[SiteVerdict],
    rows: &[Row],
    named: Site,
) -> anyhow::Result<Exit> {
    let own = verdicts.iter().position(|verdict| verdict.site == named);
    let own_row = own.map(|index| &rows[index]);
    if own_row.is_some_and(|row| row.valid == Some(true)) {
        return match own_row.and_then(|row| row.application_key_valid) {
            Some(false) => {
                context
                    .ui
                    .hint("an application key belongs to the same organisation as the API key");
                Ok(Exit::AnswerIsNo)
            }
            _ => Ok(Exit::Done),
        };
    }
    if let Some(other) = verdicts.iter().find(|verdict| verdict.result.is_ok()) {
        context.ui.warning(&format!(
            "the key belongs to {} ({}), not to {}",
            other.site.name(),
            other.site,
            named.name()
        ));
        context.ui.hint(&format!(
            "--site {0}, DD_SITE={0}, or `ddctl config set site {0}`",
            other.site
        ));
        return Ok(Exit::AnswerIsNo);
    }
    if let Some(index) = own.filter(|_| own_row.is_some_and(|row| row.valid.is_none())) {
        // Nobody said no: the failure itself decides.
        if let Err(error) = &verdicts[index].result {
            return Err(error.clone().into());
        }
    }
    context.ui.hint(match rows.len() {
        1 => "a key is known to one site alone: `ddctl validate --all-sites` finds it",
        _ => "no site that was asked knows it: was it revoked? A new key takes some seconds to spread",
    });
    Ok(Exit::AnswerIsNo)
}

fn word(valid: Option<bool>) -> (&'static str, Tone) {
    match valid {
        Some(true) => ("valid", Tone::Good),
        Some(false) => ("not valid", Tone::Bad),
        None => ("no answer", Tone::Warning),
    }
}

fn table(rows: &[Row]) -> Table {
    let mut table = Table::new()
        .column("SITE")
        .column("DD_SITE")
        .column("API KEY")
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

fn card(row: &Row, masked: &str, palette: Palette) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str, tone: Tone| {
        let name = palette.paint(Tone::Dim, format!("{name:<16}"));
        let _ = writeln!(text, "{name}{}", palette.paint(tone, escape::line(value)));
    };
    let (answer, tone) = word(row.valid);
    line(
        "site",
        &format!("{} ({})", row.name, row.site),
        Tone::Strong,
    );
    line("API key", &format!("{masked} {answer}"), tone);
    if row.application_key_valid.is_some() {
        let (answer, tone) = word(row.application_key_valid);
        line("application key", answer, tone);
    }
    if let Some(detail) = &row.detail {
        line("answer", detail, Tone::Plain);
    }
    line("API", &row.api, Tone::Plain);
    line("logs intake", &row.logs_intake, Tone::Plain);
    line("OTLP traces", &row.otlp, Tone::Plain);
    text
}
