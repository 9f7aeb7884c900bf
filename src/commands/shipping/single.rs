//! A run with one destination, for sources whose items make any number of events each.

use tokio::sync::mpsc;

use super::lane::End;
use super::run::Wish;
use crate::context::Context;
use crate::delivery::{self, DryRun, Given, Observer, Options, ShownSpans, Summary};
use crate::error::UsageError;

/// Takes `items` to `end` until there are no more, or `wish` wants it to stop.
///
/// # Errors
///
/// A delivery that ended early, and an end that is no intake.
pub async fn carry<E, R>(
    context: &Context,
    wish: &Wish,
    end: End<'_>,
    items: mpsc::Receiver<E>,
    to_records: impl FnMut(E) -> R,
    observer: impl Observer,
) -> anyhow::Result<Summary>
where
    R: IntoIterator<Item: Into<Given>>,
{
    let stopping = |options| Options {
        stop: Some(wish.subscribe()),
        ..options
    };
    Ok(match end {
        End::Intake(account, options) => {
            let options = account.options(stopping(options));
            delivery::run(items, to_records, &account, options, observer).await?
        }
        End::Show(datadog, kind, options) => {
            let show = |text: &str| drop(context.ui.write(text.as_bytes()));
            let sink = DryRun::new(datadog, kind, show);
            delivery::run(items, to_records, &sink, stopping(options), observer).await?
        }
        End::Receiver(receiver, options) => {
            let options = stopping(options);
            delivery::run(items, to_records, &receiver, options, observer).await?
        }
        End::ShowSpans(name, exporter, options) => {
            let show = |text: &str| drop(context.ui.write(text.as_bytes()));
            let sink = ShownSpans::new(name, &exporter, show);
            delivery::run(items, to_records, &sink, stopping(options), observer).await?
        }
        End::File(..) | End::Parts(_) | End::Stdout(_) => {
            return Err(UsageError::new("this goes to an intake: --to logs or --to events").into());
        }
    })
}
