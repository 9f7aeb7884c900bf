//! `ddctl webhooks rotate`.
//!
//! The new secret is in the relay's file before Svix signs with it, and the old one stays there as
//! long as Svix signs with both: at no moment does a webhook come that the relay cannot verify.

use std::path::PathBuf;

use clap::Args;
use jiff::SignedDuration;
use serde::Serialize;

use super::access::WebhookAccess;
use crate::config::add_signing_secret;
use crate::context::Context;
use crate::error::Exit;

/// How long Svix signs with the old secret as well
/// (svix/svix-webhooks `server/svix-server/src/v1/endpoints/endpoint/mod.rs`).
const GRACE: SignedDuration = SignedDuration::from_hours(24);

/// Replace the signing secret of an endpoint; the old one is valid for another day
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl webhooks rotate ddctl --signing-secret-file ./relay.secret \\
      --svix-url http://svix.internal:8071

The gateway's API has no way to do it, so the Svix server itself is asked. The new secret becomes \
the first line of the file; the old one stays below it for the relay, which takes every line.")]
pub struct Rotate {
    /// Its name, or its id
    #[arg(value_name = "NAME")]
    name: String,
    /// The relay's file of signing secrets, one a line; made when it does not exist
    #[arg(long, value_name = "FILE")]
    signing_secret_file: PathBuf,
    #[command(flatten)]
    access: WebhookAccess,
}

/// The shape that `-o json` promises.
#[derive(Debug, Serialize)]
struct Rotated {
    id: String,
    uid: Option<String>,
    signing_secret_file: String,
    old_secret_valid_until: jiff::Timestamp,
}

pub async fn run(context: &Context, args: &Rotate) -> anyhow::Result<Exit> {
    context.require_write_or(
        "replacing a signing secret",
        "`ddctl webhooks show` only looks at the endpoint",
    )?;
    let ways = args.access.open(context).await?;
    let svix = ways.need_svix("replace a signing secret")?;
    let endpoint = ways.endpoint(&args.name).await?;
    let path = args.signing_secret_file.display().to_string();
    let question = format!("Replace the signing secret of {}?", endpoint.name());
    if !context.ui.confirm(&question, "--yes")? {
        context.ui.status("nothing was changed");
        return Ok(Exit::Failed);
    }
    let secret = add_signing_secret(&args.signing_secret_file)?;
    context.ui.status(&format!(
        "put a new signing secret on the first line of {path}"
    ));
    svix.rotate_secret(&endpoint.id, &secret).await?;
    let until = context
        .now()
        .checked_add(GRACE)
        .unwrap_or(jiff::Timestamp::MAX);
    let rotated = Rotated {
        id: endpoint.id,
        uid: endpoint.uid,
        signing_secret_file: path,
        old_secret_valid_until: until,
    };
    context.ui.one(&rotated, || {
        let (until, zone) = (context.ui.time(until), context.ui.zone());
        format!(
            "Svix signs with the new secret, and with the old one as well until {until} ({zone}).\n\
             Then the lines below the first of {} can go.\n",
            rotated.signing_secret_file
        )
    })?;
    Ok(Exit::Done)
}
