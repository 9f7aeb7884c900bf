//! `ddctl validate`: is this key good for this site, and what may it do?

mod keys;
mod view;

use clap::Args;

use self::keys::{Keys, Told};
use self::view::{Card, Row, label, table};
use crate::commands::flags::DatadogAccess;
use crate::context::Context;
use crate::datadog::{KeyShape, Meaning, SiteVerdict, probe_sites, sites_to_probe};
use crate::domain::site::Site;
use crate::error::Exit;

/// Is this key good for this site, and what may it do? Exit 3 when it is not
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl validate --site eu
  ddctl validate --all-sites --api-key-file /run/secrets/dd-api-key
  ddctl validate -o json | jq .application_key.scopes
  vault kv get -field=key secret/datadog | ddctl validate --api-key-stdin

It checks the API key and, where there is one, the application key or access token, and shows the \
scopes they hold and what ddctl can do with them. Datadog tells the scopes only to a key that may \
list keys (user_app_keys). An access token needs no API key beside it, but sends nothing.

--all-sites shows the key to every commercial site. A government site sees it only when --site \
names that one.")]
pub struct Validate {
    /// Ask every commercial site, and name the one that the key belongs to
    #[arg(long)]
    all_sites: bool,
    #[command(flatten)]
    datadog: DatadogAccess,
}

pub async fn run(context: &Context, args: &Validate) -> anyhow::Result<Exit> {
    let settings = context.settings()?;
    let named = settings.site.value;
    let flags = args.datadog.flags();
    let keys = Keys::find(context, &flags)?;
    if let Err(shape) = keys.check_shapes() {
        return Ok(refuse_shape(context, shape));
    }
    let sites = match args.all_sites {
        true => sites_to_probe(&[named]),
        false => vec![named],
    };
    let connect_to = settings.datadog_url.as_ref();
    let verdicts = probe_sites(context.http(), connect_to, &sites, keys.shown()).await?;
    let mut rows: Vec<Row> = verdicts.iter().map(|one| Row::of(one, &keys)).collect();
    let good = verdicts.iter().position(|verdict| verdict.result.is_ok());
    let told = match good {
        Some(index) => keys.ask_more(context, sites[index], &flags).await?,
        None => Told::default(),
    };
    if let (Some(index), Some(verdict)) = (good, &told.app_key) {
        rows[index].note(verdict, label(keys.token()));
    }
    show(context, args, &rows, &keys, &told)?;
    match good {
        Some(index) if sites[index] == named => conclude_on_application_key(context, &keys, told),
        Some(index) => Ok(point_to(context, sites[index], named)),
        None => conclude_on_nothing(context, verdicts, named),
    }
}

/// A key of the wrong shape is shown to nobody, and is not valid anywhere.
fn refuse_shape(context: &Context, shape: KeyShape) -> Exit {
    context.ui.error(&shape.to_string());
    context.ui.hint(shape.advice());
    Exit::AnswerIsNo
}

fn show(
    context: &Context,
    args: &Validate,
    rows: &[Row],
    keys: &Keys,
    told: &Told,
) -> anyhow::Result<()> {
    if args.all_sites {
        return context.ui.list(rows, "", || table(rows, keys));
    }
    let card = Card::of(&rows[0], keys, told);
    context.ui.one(&card, || card.text(&context.ui))
}

/// The API key is good; so is everything where there is no application key.
fn conclude_on_application_key(context: &Context, keys: &Keys, told: Told) -> anyhow::Result<Exit> {
    match told.app_key.map_or(Ok(()), |verdict| verdict.result) {
        Ok(()) => Ok(Exit::Done),
        Err(error) if error.meaning() == Meaning::Pause => {
            context.ui.hint(match keys.token() {
                None => "an application key belongs to the same organisation as the API key",
                Some(_) => {
                    "was it revoked, or has it ended? A personal access token lives a year at most"
                }
            });
            Ok(Exit::AnswerIsNo)
        }
        Err(error) => Err(error.into()),
    }
}

/// Another site knows the key.
fn point_to(context: &Context, other: Site, named: Site) -> Exit {
    context.ui.warning(&format!(
        "the key belongs to {} ({other}), not to {}",
        other.name(),
        named.name()
    ));
    context.ui.hint(&format!(
        "--site {other}, DD_SITE={other}, or `ddctl config set site {other}`"
    ));
    Exit::AnswerIsNo
}

/// No site that was asked said yes. Where the named one did not say no either, that decides.
fn conclude_on_nothing(
    context: &Context,
    verdicts: Vec<SiteVerdict>,
    named: Site,
) -> anyhow::Result<Exit> {
    let count = verdicts.len();
    let own = verdicts.into_iter().find(|verdict| verdict.site == named);
    if let Some(Err(error)) = own.map(|verdict| verdict.result)
        && error.meaning() != Meaning::Pause
    {
        return Err(error.into());
    }
    context.ui.hint(match count {
        1 => "a key is known to one site alone: `ddctl validate --all-sites` finds it",
        _ => "no site that was asked knows it: was it revoked? A new key takes some seconds to spread",
    });
    Ok(Exit::AnswerIsNo)
}
