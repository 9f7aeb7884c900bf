//! `ddctl webhooks show`.

use clap::Args;
use serde::Serialize;

use super::access::WebhookAccess;
use super::view::{AttemptRow, EndpointRow, advice, answer, card};
use crate::context::Context;
use crate::domain::endpoint::{Attempt, Standing};
use crate::error::Exit;

/// Tries that are shown.
const SHOWN: usize = 5;

/// Show one endpoint: where it points, what it gets, and how the last deliveries went
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl webhooks show ddctl
  ddctl webhooks show ep_2xKq… -o json
  ddctl webhooks show ddctl --svix-url http://svix.internal:8071

Svix itself also names the headers of the endpoint.")]
pub struct Show {
    /// Its name, or its id
    #[arg(value_name = "NAME", default_value = "ddctl")]
    name: String,
    #[command(flatten)]
    access: WebhookAccess,
}

/// The shape that `-o json` promises.
#[derive(Debug, Serialize)]
struct Detail {
    #[serde(flatten)]
    endpoint: EndpointRow,
    /// Names alone; `null` where only the gateway was asked, which does not know them.
    headers: Option<Vec<String>>,
    attempts: Vec<AttemptRow>,
}

pub async fn run(context: &Context, args: &Show) -> anyhow::Result<Exit> {
    let ways = args.access.open(context).await?;
    let endpoint = ways.endpoint(&args.name).await?;
    let counts = ways.counts(&endpoint).await?;
    let attempts = ways.attempts(&endpoint.id, SHOWN).await?;
    let headers = match ways.svix() {
        Some(svix) => Some(svix.header_names(&endpoint.id).await?),
        None => None,
    };
    let detail = Detail {
        endpoint: EndpointRow::of(&endpoint).with(counts.as_ref(), attempts.first()),
        headers,
        attempts: attempts.iter().map(|it| AttemptRow::of(it, None)).collect(),
    };
    context
        .ui
        .one(&detail, || text(context, &detail, &attempts))?;
    let newest = attempts.first();
    let failed = newest.filter(|it| it.standing != Standing::Success);
    if let Some(advice) = failed.and_then(advice) {
        context.ui.hint(advice);
    }
    Ok(Exit::Done)
}

fn text(context: &Context, detail: &Detail, attempts: &[Attempt]) -> String {
    let mut text = card(&detail.endpoint);
    match detail.headers.as_deref() {
        Some([]) => text.push_str("  headers none of its own\n"),
        Some(names) => text.push_str(&format!("  headers {}\n", names.join(", "))),
        None => {}
    }
    if !attempts.is_empty() {
        let zone = context.ui.zone();
        text.push_str(&format!("newest tries ({zone})\n"));
    }
    for attempt in attempts {
        let at = context.ui.time(attempt.at);
        let standing = attempt.standing.word();
        text.push_str(&format!("  {at}  {standing:<8} {}\n", answer(attempt)));
    }
    text
}
