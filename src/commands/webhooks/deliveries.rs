//! `ddctl webhooks deliveries`.

use std::collections::HashMap;

use clap::Args;

use super::access::{Ways, WebhookAccess};
use super::view::{AttemptRow, answer};
use crate::commands::flags::at_least_one;
use crate::context::Context;
use crate::domain::endpoint::{Attempt, Standing};
use crate::error::Exit;
use crate::ui::{Table, Tone, Ui};

/// List the tries to deliver to an endpoint, newest first, with what came back
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl webhooks deliveries ddctl
  ddctl webhooks deliveries ddctl --failed --limit 200
  ddctl webhooks deliveries ddctl -o json | jq '.[].response_status_code'

A message that fails is tried eight times over 28 hours, each time under the same id. The gateway \
tells its newest 250 tries; --svix-url URL reaches all.")]
pub struct Deliveries {
    /// Its name, or its id
    #[arg(value_name = "NAME", default_value = "ddctl")]
    name: String,
    /// How many
    #[arg(long, value_name = "N", default_value = "20", value_parser = at_least_one)]
    limit: usize,
    /// Those that failed alone
    #[arg(long)]
    failed: bool,
    #[command(flatten)]
    access: WebhookAccess,
}

pub async fn run(context: &Context, args: &Deliveries) -> anyhow::Result<Exit> {
    let ways = args.access.open(context).await?;
    let endpoint = ways.endpoint(&args.name).await?;
    // What failed may lie between what did not.
    let looked_at = if args.failed {
        250.max(args.limit)
    } else {
        args.limit
    };
    let mut attempts = ways.attempts(&endpoint.id, looked_at).await?;
    if args.failed {
        attempts.retain(|it| it.standing != Standing::Success);
    }
    attempts.truncate(args.limit);
    let types = event_types(&ways, &attempts).await?;
    let of = |it: &Attempt| AttemptRow::of(it, types.get(&it.message).cloned());
    let rows: Vec<AttemptRow> = attempts.iter().map(of).collect();
    let empty = match args.failed {
        true => "no delivery failed",
        false => "nothing was sent to it yet; `ddctl webhooks test` sends a test",
    };
    context
        .ui
        .list(&rows, empty, || table(&context.ui, &rows, &attempts))?;
    if ways.svix().is_none() && args.limit > 250 && attempts.len() == 250 {
        context
            .ui
            .warning("the gateway tells its newest 250 tries alone; --svix-url URL reaches all");
    }
    Ok(Exit::Done)
}

/// The type of each message; one that Svix has forgotten has none.
async fn event_types(ways: &Ways, attempts: &[Attempt]) -> anyhow::Result<HashMap<String, String>> {
    let mut types = HashMap::new();
    for attempt in attempts {
        if !types.contains_key(&attempt.message)
            && let Ok(message) = ways.message(&attempt.message).await
        {
            types.insert(message.id, message.event_type);
        }
    }
    Ok(types)
}

fn table(ui: &Ui, rows: &[AttemptRow], attempts: &[Attempt]) -> Table {
    let mut table = Table::new()
        .column(format!("AT ({})", ui.zone()))
        .unbroken()
        .expendable("EVENT", 1)
        .expendable("STATE", 2)
        .column("ANSWER")
        .expendable("TRY", 3)
        // What `redeliver` takes.
        .column("MESSAGE")
        .unbroken();
    for (row, attempt) in rows.iter().zip(attempts) {
        let tone = match attempt.standing {
            Standing::Success => Tone::Good,
            _ => Tone::Bad,
        };
        let event = row.event_type.clone().unwrap_or_else(|| "?".to_owned());
        table.row([
            (ui.time(row.timestamp), Tone::Plain),
            (event, Tone::Strong),
            (row.status.to_owned(), tone),
            (answer(attempt), tone),
            (row.trigger.to_owned(), Tone::Plain),
            (row.message_id.clone(), Tone::Dim),
        ]);
    }
    table
}
