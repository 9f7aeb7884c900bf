//! `ddctl webhooks redeliver`.

use std::time::Duration;

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tokio::time::Instant;

use super::access::{Ways, WebhookAccess};
use super::follow::{Until, follow, tries_so_far};
use super::test::duration;
use super::view::advice;
use crate::context::Context;
use crate::domain::endpoint::{Endpoint, Standing};
use crate::domain::time::parse_time;
use crate::error::{Exit, UsageError};
use crate::svix::{Failed, SvixApplication};
use crate::ui::{Table, Tone, counted};

/// How far Svix looks back (svix/svix-webhooks
/// `server/svix-server/src/v1/endpoints/endpoint/recovery.rs`).
const FARTHEST: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Send again what failed: one message, or all since a time
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl webhooks redeliver ddctl msg_2xKq… --svix-url http://svix.internal:8071
  ddctl webhooks redeliver ddctl --since 2h --dry-run
  ddctl webhooks redeliver ddctl --since 14d --yes

The gateway's API has no way to do it, so the Svix server itself is asked. A message goes out under \
the same id, once; what would be tried again by itself later goes out now. Exit 3: something did \
not get through.")]
pub struct Redeliver {
    /// Name of the endpoint, or its id
    #[arg(value_name = "NAME")]
    name: String,
    /// Id of the message, as `webhooks deliveries` shows it
    #[arg(
        value_name = "MESSAGE",
        conflicts_with = "since",
        required_unless_present = "since"
    )]
    message: Option<String>,
    /// All that failed since then, 14 days back at most
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// How long to follow it
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = duration)]
    wait: Duration,
    /// Show what would be sent again, and send nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    access: WebhookAccess,
}

/// The shape that `-o json` promises: one row a message.
#[derive(Debug, Serialize)]
struct Redelivered {
    message_id: String,
    event_type: Option<String>,
    /// Absent where it was only looked at, or is not known yet.
    is_delivered: Option<bool>,
}

pub async fn run(context: &Context, args: &Redeliver) -> anyhow::Result<Exit> {
    if !args.dry_run {
        context.require_write("sending webhooks again")?;
    }
    let ways = args.access.open(context).await?;
    let svix = ways.need_svix("send a webhook again")?;
    let endpoint = ways.endpoint(&args.name).await?;
    if endpoint.is_disabled {
        // Svix answers 202 all the same, and sends nothing.
        return Err(UsageError::with_hint(
            format!("{} is disabled: nothing is sent to it", endpoint.name()),
            format!(
                "`ddctl webhooks update {} --enable` changes that",
                args.name
            ),
        )
        .into());
    }
    match (&args.message, &args.since) {
        (Some(message), _) => one(context, args, &ways, svix, &endpoint, message).await,
        (None, since) => {
            let since = since.as_deref().unwrap_or_default();
            all(context, args, svix, &endpoint, since).await
        }
    }
}

async fn one(
    context: &Context,
    args: &Redeliver,
    ways: &Ways,
    svix: &SvixApplication,
    endpoint: &Endpoint,
    message: &str,
) -> anyhow::Result<Exit> {
    let message = svix.message(message).await?;
    let mut row = Redelivered {
        message_id: message.id.clone(),
        event_type: Some(message.event_type),
        is_delivered: None,
    };
    if args.dry_run {
        return tell(context, &[row], "dry run: nothing was sent");
    }
    let known = tries_so_far(ways, endpoint, &message.id).await?;
    svix.resend(&message.id, &endpoint.id).await?;
    let how = (Until::FirstTry, args.wait);
    let last = follow(context, ways, endpoint, &message.id, &known, how).await?;
    row.is_delivered = last.as_ref().map(|it| it.standing == Standing::Success);
    if let Some(advice) = last.as_ref().and_then(advice) {
        context.ui.hint(advice);
    }
    tell(context, &[row], "")
}

async fn all(
    context: &Context,
    args: &Redeliver,
    svix: &SvixApplication,
    endpoint: &Endpoint,
    since: &str,
) -> anyhow::Result<Exit> {
    let since = since_of(context, since)?;
    let failed = svix.failed(&endpoint.id, since).await?;
    let row = |it: &Failed, is_delivered| Redelivered {
        message_id: it.id.clone(),
        event_type: Some(it.event_type.clone()),
        is_delivered,
    };
    if failed.is_empty() || args.dry_run {
        let rows: Vec<Redelivered> = failed.iter().map(|it| row(it, None)).collect();
        let said = match failed.is_empty() {
            true => "",
            false => "dry run: nothing was sent",
        };
        return tell(context, &rows, said);
    }
    let count = counted(failed.len() as u64, "message");
    let question = format!("Send {count} to {} again?", endpoint.name());
    if !context.ui.confirm(&question, "--yes")? {
        context.ui.status("nothing was sent");
        return Ok(Exit::Failed);
    }
    svix.recover(&endpoint.id, since).await?;
    context.ui.status(&format!("Svix sends {count} again"));
    let left = still_failing(context, svix, endpoint, since, args.wait).await?;
    let is_left = |it: &Failed| left.iter().any(|other| other.id == it.id);
    let rows: Vec<Redelivered> = failed
        .iter()
        .map(|it| row(it, Some(!is_left(it))))
        .collect();
    tell(context, &rows, "")
}

/// Looks until none is left or the time is over.
async fn still_failing(
    context: &Context,
    svix: &SvixApplication,
    endpoint: &Endpoint,
    since: Timestamp,
    wait: Duration,
) -> anyhow::Result<Vec<Failed>> {
    let deadline = Instant::now() + wait;
    let mut before = usize::MAX;
    loop {
        let left = svix.failed(&endpoint.id, since).await?;
        if left.is_empty() || Instant::now() >= deadline {
            return Ok(left);
        }
        if left.len() < before {
            let count = counted(left.len() as u64, "message");
            context.ui.status(&format!("{count} left"));
        }
        before = left.len();
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

fn since_of(context: &Context, text: &str) -> anyhow::Result<Timestamp> {
    let now = context.now();
    let since = parse_time(text, now, &context.settings()?.tz)?;
    if now.duration_since(since) > FARTHEST {
        let hint = "--since 14d is the farthest; `ddctl sessions export --since …` sends older events again";
        return Err(
            UsageError::with_hint("Svix sends again what is at most 14 days old", hint).into(),
        );
    }
    Ok(since)
}

fn tell(context: &Context, rows: &[Redelivered], said: &str) -> anyhow::Result<Exit> {
    context.ui.list(rows, "nothing failed in that time", || {
        let mut table = Table::new()
            .column("MESSAGE")
            .column("EVENT")
            .column("DELIVERED");
        for row in rows {
            let (delivered, tone) = match row.is_delivered {
                Some(true) => ("yes", Tone::Good),
                Some(false) => ("no", Tone::Bad),
                None => ("not known", Tone::Dim),
            };
            let event = row.event_type.clone().unwrap_or_default();
            table.row([
                (row.message_id.clone(), Tone::Plain),
                (event, Tone::Strong),
                (delivered.to_owned(), tone),
            ]);
        }
        table
    })?;
    if !said.is_empty() {
        context.ui.status(said);
        return Ok(Exit::Done);
    }
    Ok(match () {
        () if rows.iter().any(|it| it.is_delivered == Some(false)) => Exit::AnswerIsNo,
        () if rows.iter().any(|it| it.is_delivered.is_none()) => Exit::Failed,
        () => Exit::Done,
    })
}
