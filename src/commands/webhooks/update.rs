//! `ddctl webhooks update`.

use std::path::PathBuf;

use clap::Args;
use url::Url;

use super::access::{Ways, WebhookAccess};
use super::destination::{Destination, KEY_HEADER, Key, KeyFlags, has_key, is_intake};
use super::difference::KeyChange;
use super::list::row;
use super::secret::SecretChange;
use super::view::card;
use super::{difference, ready};
use crate::context::Context;
use crate::domain::endpoint::{Change, Endpoint};
use crate::error::{Exit, UsageError};

/// Change where an endpoint points, what it gets, or whether it gets anything
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl webhooks update ddctl --to https://relay-2.example.com/hoop
  ddctl webhooks update ddctl --to logs --svix-url http://svix.internal:8071
  ddctl webhooks update ddctl --events session.open,session.close,ddctl.test
  ddctl webhooks update ddctl --enable
  ddctl webhooks update ddctl --to https://relay.example.com/hoop \\
      --signing-secret-file ./relay.secret --svix-url http://svix.internal:8071

`--to logs` puts the present API key in place of another. The difference is shown first. The gateway replaces an endpoint as a whole: it is read, changed \
and written back with everything that ddctl does not know. Secret and headers stay, but for the API key: \
no other address than Datadog's gets it. Svix signs with the old secret as well for a day after \
--signing-secret-file sets another.")]
pub struct Update {
    /// Its name, or its id
    #[arg(value_name = "NAME", default_value = "ddctl")]
    name: String,
    /// Where the events go: the URL of a relay, or `logs` for Datadog's intake
    #[arg(long, value_name = "URL|logs")]
    to: Option<String>,
    /// Event types that are sent to it, comma-separated; `all` is every type
    #[arg(long, value_name = "TYPES", value_delimiter = ',')]
    events: Vec<String>,
    /// What people read about it
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Send to it again
    #[arg(long, conflicts_with = "disable")]
    enable: bool,
    /// Send nothing to it; nothing is kept for later
    #[arg(long)]
    disable: bool,
    /// Have it sign with the first secret (`whsec_…`) of FILE, which is made where it does not exist
    #[arg(long, value_name = "FILE")]
    signing_secret_file: Option<PathBuf>,
    #[command(flatten)]
    key: KeyFlags,
    /// Show the difference, and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    access: WebhookAccess,
}

pub async fn run(context: &Context, args: &Update) -> anyhow::Result<Exit> {
    if !args.dry_run {
        context.require_write("changing a webhook endpoint")?;
    }
    let is_asked_for = args.to.is_some()
        || !args.events.is_empty()
        || args.description.is_some()
        || args.signing_secret_file.is_some()
        || args.enable
        || args.disable;
    if !is_asked_for {
        let hint = "one of --to, --events, --description, --signing-secret-file, --enable and \
                    --disable says what";
        return Err(UsageError::with_hint("nothing is to be changed", hint).into());
    }
    let ways = args.access.open(context).await?;
    let endpoint = ways.endpoint(&args.name).await?;
    let (change, key) = wanted(context, args, &ways, &endpoint).await?;
    let secret = match &args.signing_secret_file {
        Some(file) => SecretChange::of(&ways, &endpoint, file).await?,
        None => None,
    };
    let mut lines = difference::lines(&endpoint, &change, key.as_ref());
    lines.extend(secret.as_ref().map(SecretChange::line));
    if lines.is_empty() {
        context.ui.status("it is so already; nothing was changed");
        return show(context, &ways, &endpoint).await;
    }
    context.ui.status(&format!(
        "{}\n{}",
        endpoint.name(),
        difference::text(&lines).trim_end()
    ));
    warn_of_secret(context, args, &ways, &endpoint, &change);
    if args.dry_run {
        context.ui.status("dry run: nothing was changed");
        return show(context, &ways, &endpoint).await;
    }
    if !context.ui.confirm("Change it?", "--yes")? || !types_exist(context, &ways, &change).await? {
        context.ui.status("nothing was changed");
        return Ok(Exit::Failed);
    }
    if let Some(secret) = secret {
        secret.apply(context, &ways, &endpoint.id).await?;
    }
    let changed = apply(&ways, &endpoint, &change, key).await?;
    context.ui.status("changed the endpoint");
    show(context, &ways, &changed).await
}

/// The change, and what becomes of the key in the header.
async fn wanted(
    context: &Context,
    args: &Update,
    ways: &Ways,
    endpoint: &Endpoint,
) -> anyhow::Result<(Change, Option<KeyChange>)> {
    let mut change = Change {
        url: None,
        description: args.description.clone(),
        event_types: events(&args.events),
        is_disabled: match (args.enable, args.disable) {
            (true, _) => Some(false),
            (_, true) => Some(true),
            _ => None,
        },
    };
    let mut key = None;
    if let Some(to) = &args.to {
        let destination = Destination::of(context, to, &args.key, ways, args.dry_run).await?;
        key = match (destination.key, ways.svix()) {
            (Key::InHeader(wanted), Some(svix)) => {
                let now = svix.header(&endpoint.id, KEY_HEADER).await?;
                (now.as_ref() != Some(&wanted)).then_some(KeyChange::Another(wanted))
            }
            (_, Some(svix)) => {
                let names = svix.header_names(&endpoint.id).await?;
                let name = names
                    .into_iter()
                    .find(|name| name.eq_ignore_ascii_case(KEY_HEADER));
                name.map(KeyChange::None)
            }
            (Key::WithRelay, None) => {
                hides_no_key(endpoint)?;
                None
            }
            (_, None) => None,
        };
        change.url = Some(destination.url.into());
    }
    Ok((change.to(endpoint), key))
}

/// What was sent to Datadog is signed with a secret that nobody chose.
fn warn_of_secret(
    context: &Context,
    args: &Update,
    ways: &Ways,
    endpoint: &Endpoint,
    change: &Change,
) {
    let is_for_datadog = |url: &str| Url::parse(url).is_ok_and(|url| is_intake(&url));
    let moves = change.url.as_deref().is_some_and(|to| !is_for_datadog(to));
    if !moves || !is_for_datadog(&endpoint.url) || args.signing_secret_file.is_some() {
        return;
    }
    let name = endpoint.name();
    let way = match ways.svix() {
        Some(_) => "--signing-secret-file FILE sets one, and makes it where FILE does not exist",
        None => {
            "--signing-secret-file FILE sets one, with --svix-url URL; or remove the endpoint and \
             register the relay"
        }
    };
    context.ui.warning(&format!(
        "Svix may have made the signing secret of `{name}` itself, and no relay can check what is \
         signed with one that it does not have: {way}"
    ));
}

/// The gateway shows no headers: what pointed at the intake without a key in its address has one
/// there, and would take it along.
fn hides_no_key(endpoint: &Endpoint) -> Result<(), UsageError> {
    let may_hide = Url::parse(&endpoint.url).is_ok_and(|url| is_intake(&url) && !has_key(&url));
    match may_hide {
        true => Err(UsageError::with_hint(
            "it sends to Datadog's intake, so it may hold the API key in a header, which the gateway \
             neither shows nor removes",
            "change it by --svix-url, or remove it and register another",
        )),
        false => Ok(()),
    }
}

fn events(given: &[String]) -> Option<Vec<String>> {
    match given {
        [] => None,
        [all] if all == "all" => Some(Vec::new()),
        types => Some(types.to_vec()),
    }
}

/// Those that are ours are made after asking; others must be there.
async fn types_exist(context: &Context, ways: &Ways, change: &Change) -> anyhow::Result<bool> {
    let wanted = change.event_types.as_deref().unwrap_or_default();
    let ours: Vec<_> = ready::EVENT_TYPES
        .into_iter()
        .filter(|it| wanted.iter().any(|name| name == it.name))
        .collect();
    ready::make_event_types(context, ways, &ours).await
}

/// The header first: the change of the endpoint has Svix look it up at once.
async fn apply(
    ways: &Ways,
    endpoint: &Endpoint,
    change: &Change,
    key: Option<KeyChange>,
) -> anyhow::Result<Endpoint> {
    if change.is_empty() && key.is_none() {
        return Ok(endpoint.clone());
    }
    let mut change = change.clone();
    if let (Some(key), Some(svix)) = (key, ways.svix()) {
        match key {
            KeyChange::Another(key) => svix.set_header(&endpoint.id, KEY_HEADER, &key).await?,
            KeyChange::None(name) => svix.remove_header(&endpoint.id, &name).await?,
        }
        if change.is_empty() {
            change.description = Some(endpoint.description.clone());
        }
    }
    ways.change(&endpoint.id, &change).await
}

async fn show(context: &Context, ways: &Ways, endpoint: &Endpoint) -> anyhow::Result<Exit> {
    let row = row(ways, endpoint).await?;
    context.ui.one(&row, || card(&row))?;
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_asked_for_by_a_word() {
        let events = |given: &[&str]| {
            let given: Vec<String> = given.iter().map(|it| (*it).to_owned()).collect();
            events(&given)
        };
        assert_eq!(events(&[]), None);
        assert_eq!(events(&["all"]), Some(Vec::new()));
        assert_eq!(
            events(&["a", "b"]),
            Some(vec!["a".to_owned(), "b".to_owned()])
        );
    }
}
