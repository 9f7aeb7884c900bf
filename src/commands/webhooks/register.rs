//! `ddctl webhooks register`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;

use super::access::{Ways, WebhookAccess};
use super::destination::{Destination, KEY_HEADER, Key, KeyFlags, Signing, WAYS};
use super::difference::KeyChange;
use super::list::row;
use super::view::{card, printable};
use super::{attach, difference, hook, ready, secret};
use crate::config::make_signing_secret;
use crate::context::Context;
use crate::domain::endpoint::{Change, Endpoint, NewEndpoint};
use crate::domain::secret::Secret;
use crate::error::Exit;
use crate::gateway::ConnectionInfo;

/// Register a destination for the gateway's webhooks
#[derive(Debug, Args)]
#[command(after_help = format!("Examples:
  ddctl webhooks register --to https://relay.example.com/hoop \\
      --signing-secret-file ./relay.secret
  ddctl webhooks register --to https://relay.example.com/hoop \\
      --signing-secret-file ./relay.secret --attach 'prod-*'
  ddctl webhooks register --to logs --svix-url http://svix.internal:8071
  ddctl webhooks register --to logs --allow-key-in-url --dry-run

{WAYS}

Straight to Datadog the events carry base64 input and, on closing, no identity: a relay completes \
them. Registering twice changes nothing."))]
pub struct Register {
    /// Where the events go: the URL of a relay, or `logs` for Datadog's intake
    #[arg(
        long,
        value_name = "URL|logs",
        required_unless_present = "print_hook_script"
    )]
    to: Option<String>,
    /// Name by which the endpoint is found again
    #[arg(long, value_name = "NAME", default_value = "ddctl", value_parser = uid)]
    uid: String,
    /// Signing secret (`whsec_…`) for a relay; a file that does not exist is made
    #[arg(long, value_name = "FILE")]
    signing_secret_file: Option<PathBuf>,
    /// Push the sessions of this connection, `*` for any part of its name; repeatable
    #[arg(long, value_name = "CONNECTION")]
    attach: Vec<String>,
    #[command(flatten)]
    key: KeyFlags,
    /// Print a script for the gateway's runbook hooks, which work without webhooks, and do no more
    #[arg(long, conflicts_with_all = ["to", "attach", "signing_secret_file"])]
    print_hook_script: bool,
    /// Show what would be sent, and send nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    access: WebhookAccess,
}

/// Svix takes no other name (svix/svix-webhooks, `server/svix-server/src/core/types/mod.rs`).
fn uid(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&c);
    match (1..=256).contains(&text.len()) && text.chars().all(fits) {
        true if text.starts_with("ep_") => {
            Err("a name does not begin with `ep_`, as Svix's ids do".to_owned())
        }
        true => Ok(text.to_owned()),
        false => Err("a name is made of letters, digits, `-`, `_` and `.`".to_owned()),
    }
}

/// Everything that is known before anything is changed.
struct Plan {
    destination: Destination,
    signing: Signing,
    attach: Vec<ConnectionInfo>,
}

pub async fn run(context: &Context, args: &Register) -> anyhow::Result<Exit> {
    let Some(to) = args.to.as_deref().filter(|_| !args.print_hook_script) else {
        return hook::print(context);
    };
    if !args.dry_run {
        context.require_write("registering a webhook endpoint")?;
    }
    let ways = args.access.open(context).await?;
    let destination = Destination::of(context, to, &args.key, &ways, args.dry_run).await?;
    let signing = Signing::of(&destination, args.signing_secret_file.as_deref())?;
    let licence = ready::licence(context, &ways).await?;
    let plan = Plan {
        destination,
        signing,
        attach: attach::plan(&ways, &args.attach, licence).await?,
    };
    match args.dry_run {
        true => preview(context, args, &ways, &plan).await,
        false => carry_out(context, args, &ways, plan).await,
    }
}

async fn carry_out(
    context: &Context,
    args: &Register,
    ways: &Ways,
    plan: Plan,
) -> anyhow::Result<Exit> {
    if !attach::is_agreed(context, &plan.attach)? {
        context.ui.status("nothing was changed");
        return Ok(Exit::Failed);
    }
    let is_ready = ready::prepare(context, ways).await?
        && ready::make_event_types(context, ways, &ready::EVENT_TYPES).await?;
    if !is_ready {
        context.ui.status("no endpoint was registered");
        return Ok(Exit::Failed);
    }
    let (endpoint, is_same) = match ways.find(&args.uid).await? {
        Some(found) => (
            found.clone(),
            is_same(context, args, ways, &found, &plan).await?,
        ),
        None => (
            create(context, ways, wanted(args, &plan), &plan).await?,
            true,
        ),
    };
    if !is_same {
        return Ok(Exit::Failed);
    }
    attach::attach(context, ways, &plan.attach).await?;
    let row = row(ways, &endpoint).await?;
    context.ui.one(&row, || card(&row))?;
    Ok(Exit::Done)
}

/// What is wanted. The secret of a relay is left out where its file is still to be made.
fn wanted(args: &Register, plan: &Plan) -> NewEndpoint {
    NewEndpoint {
        url: plan.destination.url.to_string(),
        description: "made by ddctl".to_owned(),
        event_types: ready::EVENT_TYPES.map(|it| it.name.to_owned()).to_vec(),
        metadata: BTreeMap::from([("made-by".to_owned(), "ddctl".to_owned())]),
        uid: Some(args.uid.clone()),
        // Nothing is to arrive before its header is there.
        is_disabled: matches!(plan.destination.key, Key::InHeader(_)),
        secret: match &plan.signing {
            Signing::Known(secret) => Some(secret.clone()),
            Signing::ToMake(_) | Signing::None => None,
        },
    }
}

async fn create(
    context: &Context,
    ways: &Ways,
    mut wanted: NewEndpoint,
    plan: &Plan,
) -> anyhow::Result<Endpoint> {
    if let Signing::ToMake(path) = &plan.signing {
        wanted.secret = Some(make_signing_secret(path)?);
        let shown = path.display();
        context
            .ui
            .status(&format!("made a signing secret in {shown}"));
    }
    let made = ways.create(&wanted).await?;
    let made = match &plan.destination.key {
        Key::InHeader(key) => match enable_with_header(ways, &made, key).await {
            Ok(enabled) => enabled,
            Err(error) => {
                // Without its header it is of no use, and the name would be taken.
                let removed = ways.delete(&made.id).await;
                return Err(error.context(match removed {
                    Ok(()) => "set the key's header; the endpoint was removed again",
                    Err(_) => "set the key's header; the endpoint is left behind, disabled",
                }));
            }
        },
        Key::WithRelay | Key::InUrl => made,
    };
    context.ui.status("registered the endpoint");
    Ok(made)
}

/// Enabling it after the header has Svix look the header up, which it would put off for 30 s.
async fn enable_with_header(
    ways: &Ways,
    made: &Endpoint,
    key: &Secret,
) -> anyhow::Result<Endpoint> {
    let svix = ways.need_svix("set a header")?;
    svix.set_header(&made.id, KEY_HEADER, key).await?;
    let enabled = Change {
        is_disabled: Some(false),
        ..Change::default()
    };
    ways.change(&made.id, &enabled).await
}

/// Registering twice changes nothing; another destination under the same name is shown, and another
/// secret is told of.
async fn is_same(
    context: &Context,
    args: &Register,
    ways: &Ways,
    found: &Endpoint,
    plan: &Plan,
) -> anyhow::Result<bool> {
    let ui = &context.ui;
    let key = match (&plan.destination.key, ways.svix()) {
        (Key::InHeader(key), Some(svix)) => {
            let now = svix.header(&found.id, KEY_HEADER).await?;
            (now.as_ref() != Some(key)).then(|| KeyChange::Another(key.clone()))
        }
        _ => None,
    };
    let change = Change {
        url: Some(plan.destination.url.to_string()),
        ..Change::default()
    };
    let lines = difference::lines(found, &change.to(found), key.as_ref());
    if !lines.is_empty() {
        let name = found.name();
        let text = difference::text(&lines);
        let text = text.trim_end();
        ui.error(&format!(
            "`{name}` is registered already, for another destination\n{text}"
        ));
        ui.hint("change it by `ddctl webhooks update`, or register this one under another name: --uid NAME");
        return Ok(false);
    }
    if !signs_alike(context, args, ways, found, plan).await? {
        return Ok(false);
    }
    ui.status(&format!(
        "{} is registered already; nothing was changed",
        found.id
    ));
    if let Signing::ToMake(path) = &plan.signing {
        ui.warning(&format!(
            "{} is not there, and no secret was made: the gateway signs with the one that it was \
             given when the endpoint was registered; `ddctl webhooks rotate` sets another",
            path.display()
        ));
    }
    if found.is_disabled {
        ui.warning("the endpoint is disabled: nothing is sent to it; `ddctl webhooks update --enable` changes that");
    }
    if !found.takes(ready::TEST.name) {
        ui.status("it does not take ddctl.test, so that `ddctl webhooks test` will ask to add it");
    }
    Ok(true)
}

/// Whether it signs with a secret that the relay takes, as far as that can be known.
async fn signs_alike(
    context: &Context,
    args: &Register,
    ways: &Ways,
    found: &Endpoint,
    plan: &Plan,
) -> anyhow::Result<bool> {
    let (Signing::Known(_), Some(file)) = (&plan.signing, &args.signing_secret_file) else {
        return Ok(true);
    };
    let (name, shown) = (found.name(), file.display());
    match secret::is_in_file(ways, found, file).await? {
        Some(true) => Ok(true),
        Some(false) => {
            context.ui.error(&format!(
                "`{name}` is registered already, and signs with a secret that {shown} does not hold"
            ));
            context.ui.hint(&format!(
                "`ddctl webhooks update {name} --signing-secret-file {shown}` has it sign with the \
                 first one there; `ddctl webhooks rotate` makes a new one"
            ));
            Ok(false)
        }
        None => {
            context.ui.status(&format!(
                "whether it signs with the secret in {shown} cannot be known through the gateway: \
                 `ddctl webhooks test {name}` shows whether the relay takes it, and `ddctl webhooks \
                 rotate {name} --signing-secret-file {shown} --svix-url URL` sets another"
            ));
            Ok(true)
        }
    }
}

/// The request as it would be sent, secrets masked; what is different where the name is taken.
async fn preview(
    context: &Context,
    args: &Register,
    ways: &Ways,
    plan: &Plan,
) -> anyhow::Result<Exit> {
    let ui = &context.ui;
    warn_of_role(context, ways).await;
    if let Some(found) = taken(ways, &args.uid).await? {
        return preview_taken(context, args, ways, &found, plan).await;
    }
    let wanted = wanted(args, plan);
    let mut body = serde_json::json!({
        "url": printable(&wanted.url),
        "description": wanted.description,
        "version": 1,
        "filterTypes": wanted.event_types,
        "metadata": wanted.metadata,
        "uid": wanted.uid,
        "secret": (!matches!(plan.signing, Signing::None)).then_some("****"),
    });
    if matches!(plan.destination.key, Key::InHeader(_)) {
        body["headers"] = serde_json::json!({KEY_HEADER: "****"});
    }
    ui.one(&body, || format!("{body:#}\n"))?;
    if ways.gateway.plugin("webhooks").await?.is_none() {
        ui.status("the webhooks plugin would be enabled first, with no connection attached");
    }
    if let Signing::ToMake(path) = &plan.signing {
        let path = path.display();
        ui.status(&format!("a signing secret would be made in {path}"));
    }
    end_preview(context, plan);
    Ok(Exit::Done)
}

/// Who has the name, where the gateway has webhooks at all by now.
async fn taken(ways: &Ways, uid: &str) -> anyhow::Result<Option<Endpoint>> {
    let is_enabled = ways.gateway.plugin("webhooks").await?.is_some();
    match is_enabled && ways.has_application().await? {
        true => ways.find(uid).await,
        false => Ok(None),
    }
}

async fn preview_taken(
    context: &Context,
    args: &Register,
    ways: &Ways,
    found: &Endpoint,
    plan: &Plan,
) -> anyhow::Result<Exit> {
    if !is_same(context, args, ways, found, plan).await? {
        return Ok(Exit::Failed);
    }
    let row = row(ways, found).await?;
    context.ui.one(&row, || card(&row))?;
    end_preview(context, plan);
    Ok(Exit::Done)
}

fn end_preview(context: &Context, plan: &Plan) {
    for connection in &plan.attach {
        let name = &connection.name;
        let told = format!("the sessions of {name} would be pushed");
        context.ui.status(&told);
    }
    context.ui.status("dry run: nothing was sent");
}

/// A preview that nobody with this token can turn into the deed says so.
async fn warn_of_role(context: &Context, ways: &Ways) {
    if let Ok(user) = ways.gateway.user_info().await
        && ["auditor", "standard"].contains(&user.role.as_str())
    {
        context.ui.warning(&format!(
            "the token of `{}` has the role `{}`, and the gateway lets admins alone register",
            user.email, user.role
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_svix_takes_for_one() {
        for name in ["ddctl", "relay-2.eu_west"] {
            assert_eq!(uid(name).as_deref(), Ok(name));
        }
        for name in ["", "two words", "größe", "a/b", "ep_1", &"x".repeat(257)] {
            assert!(uid(name).is_err(), "{name}");
        }
    }
}
