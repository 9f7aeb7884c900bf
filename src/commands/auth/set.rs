//! `ddctl auth set`.

use clap::Args;
use serde::Serialize;

use super::check::{Checked, ask, check_shape};
use super::given::Given;
use super::kind::KindParser;
use super::{explain_place, warn_of_what_wins};
use crate::config::SecretKind;
use crate::config::vault::{Placed, StoreKind};
use crate::context::Context;
use crate::domain::secret::Secret;
use crate::error::Exit;
use crate::ui::escape;

/// Keep a secret for the profile: in the system's keyring, or in an encrypted file
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl auth set api-key
  ddctl auth set app-key --file /run/secrets/dd-app-key
  ddctl auth set gateway-token --command op read op://ops/hoop/token
  vault kv get -field=key kv/datadog | ddctl auth set api-key --file -

The secret is asked for at a prompt that shows nothing, read from a file or from standard input, or \
taken from what a program prints; it is never an argument. A key for Datadog or for a gateway is \
tried before it is kept.

Without --store it goes to the keyring where there is one that answers, else to a file that is \
encrypted with age. A profile can also say where a secret is, and then none is kept here:
  [profiles.default.secrets]
  api-key = { file = \"/run/secrets/dd-api-key\" }
  app-key = { command = [\"op\", \"read\", \"op://ops/datadog/app\"] }")]
pub struct Set {
    /// Which secret
    #[arg(value_name = "KIND", value_parser = KindParser)]
    kind: SecretKind,
    #[command(flatten)]
    given: Given,
    /// Where to keep it
    #[arg(long, value_name = "STORE")]
    store: Option<StoreKind>,
    /// Keep it without asking whether it is good
    #[arg(long)]
    no_check: bool,
}

/// The shape that `-o json` promises.
#[derive(Debug, Serialize)]
pub(super) struct KeptView {
    kind: &'static str,
    profile: String,
    store: &'static str,
    place: String,
    shown_as: String,
    /// Whoever it is for said that it is good.
    checked: bool,
}

pub async fn run(context: &Context, args: &Set) -> anyhow::Result<Exit> {
    args.given.check()?;
    let question = capitalised(args.kind.what());
    let secret = args.given.read(context, args.kind, &question)?;
    let checked = checked(context, args.kind, &secret, args.no_check).await?;
    keep(context, args.kind, &secret, args.store, checked)?;
    Ok(Exit::Done)
}

/// Refuses what has not the shape, and what is refused.
pub(super) async fn checked(
    context: &Context,
    kind: SecretKind,
    secret: &Secret,
    no_check: bool,
) -> anyhow::Result<Checked> {
    check_shape(kind, secret)?;
    match no_check {
        true => Ok(Checked::Not("--no-check")),
        false => ask(context, kind, secret).await,
    }
}

/// Keeps the secret and says where.
pub(super) fn keep(
    context: &Context,
    kind: SecretKind,
    secret: &Secret,
    store: Option<StoreKind>,
    checked: Checked,
) -> anyhow::Result<()> {
    let placed: Placed = context.vault()?.set_in(kind, secret, store)?;
    explain_place(context, &placed);
    let view = KeptView {
        kind: kind.name(),
        profile: context.settings()?.profile.value.clone(),
        store: placed.store.name(),
        place: placed.place,
        shown_as: kind.masked(secret),
        checked: checked == Checked::Good,
    };
    context.ui.one(&view, || view.text(checked))?;
    warn_of_what_wins(context, kind)
}

impl KeptView {
    fn text(&self, checked: Checked) -> String {
        let checked = match checked {
            Checked::Good => "it is good".to_owned(),
            Checked::Not(why) => format!("not checked: {why}"),
        };
        format!(
            "kept the {} {} of profile {} in {} ({checked})\n",
            self.kind,
            self.shown_as,
            escape::line(&self.profile),
            escape::line(&self.place)
        )
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
