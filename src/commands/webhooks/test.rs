//! `ddctl webhooks test`.

use std::collections::HashSet;
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use serde_json::json;

use super::access::{Ways, WebhookAccess};
use super::follow::{Until, follow};
use super::ready::{self, TEST};
use super::view::{AttemptRow, advice, printable};
use crate::context::Context;
use crate::domain::endpoint::{Attempt, Change, Endpoint, NewMessage, Standing};
use crate::domain::time::parse_duration;
use crate::error::{Exit, UsageError};

/// Send a test webhook to an endpoint and follow it to the end
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl webhooks test ddctl
  ddctl webhooks test ddctl --wait 5m -o json

The event is of the type `ddctl.test`, so that no subscriber takes it for a session. It goes to \
every endpoint that takes that type, which are those without a filter too. Svix tries again after \
5 s and after 5 min what fails. Exit 3: it did not get through.")]
pub struct Test {
    /// Its name, or its id
    #[arg(value_name = "NAME", default_value = "ddctl")]
    name: String,
    /// How long to follow it
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = duration)]
    wait: Duration,
    #[command(flatten)]
    access: WebhookAccess,
}

pub fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).map_err(|error| error.to_string())
}

/// The shape that `-o json` promises.
#[derive(Debug, Serialize)]
struct Tested {
    endpoint_id: String,
    message_id: String,
    is_delivered: bool,
    last_attempt: Option<AttemptRow>,
}

pub async fn run(context: &Context, args: &Test) -> anyhow::Result<Exit> {
    context.require_write_or(
        "sending a test webhook",
        "`ddctl webhooks deliveries` only looks at what was sent",
    )?;
    let ways = args.access.open(context).await?;
    let endpoint = ways.endpoint(&args.name).await?;
    if endpoint.is_disabled {
        return Err(UsageError::with_hint(
            format!("{} is disabled: nothing is sent to it", endpoint.name()),
            format!(
                "`ddctl webhooks update {} --enable` changes that",
                args.name
            ),
        )
        .into());
    }
    let is_ready = ready::make_event_types(context, &ways, &[TEST]).await?
        && takes_tests(context, &ways, &endpoint).await?;
    if !is_ready {
        context.ui.status("nothing was sent");
        return Ok(Exit::Failed);
    }
    let message = ways.send(&message(context)).await?;
    context.ui.status(&format!(
        "sent {} to {}",
        message.id,
        printable(&endpoint.url)
    ));
    let how = (Until::Success, args.wait);
    let last = follow(context, &ways, &endpoint, &message.id, &HashSet::new(), how).await?;
    conclude(context, &endpoint, &message.id, last.as_ref())
}

fn message(context: &Context) -> NewMessage {
    NewMessage {
        event_type: TEST.name,
        payload: json!({
            "event_type": TEST.name,
            "sent_at": context.now(),
            "message": "a test by ddctl; no session is behind it",
        }),
    }
}

/// Has the endpoint take tests, after asking.
async fn takes_tests(context: &Context, ways: &Ways, endpoint: &Endpoint) -> anyhow::Result<bool> {
    if endpoint.takes(TEST.name) {
        return Ok(true);
    }
    let name = endpoint.name();
    let question = format!("{name} does not take {}. Add the type to it?", TEST.name);
    if !context.ui.confirm(&question, "--yes")? {
        return Ok(false);
    }
    let mut event_types = endpoint.event_types.clone();
    event_types.push(TEST.name.to_owned());
    let change = Change {
        event_types: Some(event_types),
        ..Change::default()
    };
    ways.change(&endpoint.id, &change).await?;
    context
        .ui
        .status(&format!("{name} takes {} now", TEST.name));
    Ok(true)
}

fn conclude(
    context: &Context,
    endpoint: &Endpoint,
    message: &str,
    last: Option<&Attempt>,
) -> anyhow::Result<Exit> {
    let is_delivered = last.is_some_and(|it| it.standing == Standing::Success);
    let tested = Tested {
        endpoint_id: endpoint.id.clone(),
        message_id: message.to_owned(),
        is_delivered,
        last_attempt: last.map(|it| AttemptRow::of(it, Some(TEST.name.to_owned()))),
    };
    let name = endpoint.name();
    context.ui.one(&tested, || match (is_delivered, last) {
        (true, _) => format!("{name} works: it took the test\n"),
        (false, Some(_)) => format!("{name} did not take the test\n"),
        (false, None) => format!("no try was seen at {name}: Svix may be behind\n"),
    })?;
    if let Some(advice) = last.filter(|_| !is_delivered).and_then(advice) {
        context.ui.hint(advice);
    }
    Ok(match (is_delivered, last) {
        (true, _) => Exit::Done,
        (false, Some(_)) => Exit::AnswerIsNo,
        (false, None) => Exit::Failed,
    })
}
