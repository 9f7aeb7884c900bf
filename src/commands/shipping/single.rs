//! A run with one destination, for sources whose items make any number of events each.

use tokio::sync::mpsc;

use super::lane::End;
use super::run::stop;
use crate::context::Context;
use crate::delivery::{
    self, DatadogEvents, DatadogLogs, DryRun, Given, Observer, Options, Summary,
};
use crate::error::UsageError;

/// Takes `items` to `end` until there are no more, or the person wants it to stop.
///
/// # Errors
///
/// A delivery that ended early, and an end that is no intake.
pub async fn carry<E, R>(
    context: &Context,
    end: End<'_>,
    items: mpsc::Receiver<E>,
    to_records: impl FnMut(E) -> R,
    observer: impl Observer,
) -> anyhow::Result<Summary>
where
    R: IntoIterator<Item: Into<Given>>,
{
    let wish = stop(context);
    let stopping = |options| Options {
        stop: Some(wish.subscribe()),
        ..options
    };
    Ok(match end {
        End::Logs(datadog, options) => {
            let sink = DatadogLogs(datadog);
            delivery::run(items, to_records, &sink, stopping(options), observer).await?
        }
        End::Events(datadog, options) => {
            let sink = DatadogEvents(datadog);
            let options = DatadogEvents::options(stopping(options));
            delivery::run(items, to_records, &sink, options, observer).await?
        }
        End::Show(datadog, shown, options) => {
            let show = |text: &str| drop(context.ui.write(text.as_bytes()));
            let sink = DryRun::new(datadog, shown, show);
            delivery::run(items, to_records, &sink, stopping(options), observer).await?
        }
        End::File(..) | End::Stdout(_) => {
            return Err(UsageError::new("this goes to an intake: --to logs or --to events").into());
        }
    })
}
