//! The receipt of recordings that leave a gateway: who took which, and where to.
//!
//! A recording file that becomes another leaves none, since nothing leaves a gateway then.

use std::cell::RefCell;
use std::io;
use std::path::Path;

use super::{Export, Selection};
use crate::commands::shipping::Receipts;
use crate::context::Context;
use crate::delivery::receipts::{Ending, RECORDING, Receipt, Recorder, Run};
use crate::delivery::{Progress, Written};
use crate::error::Exit;
use crate::gateway::Gateway;

/// The command without its values.
const COMMAND: &str = "sessions export --recording";

/// The receipt, where one is kept.
pub(super) struct Custody(Option<RefCell<Receipt>>);

impl Custody {
    /// Of recordings that leave no gateway.
    pub fn none() -> Self {
        Self(None)
    }

    /// # Errors
    ///
    /// A gateway that does not say whose token it sees.
    pub async fn begin(
        context: &Context,
        args: &Export,
        gateway: &Gateway,
        selection: &Selection,
    ) -> anyhow::Result<Self> {
        let Some(to) = args.delivery.to.first() else {
            return Ok(Self::none());
        };
        let range = match selection {
            Selection::Range(range) => Some(range),
            Selection::Sessions(_) => None,
        };
        let receipts = Receipts {
            context,
            gateway: Some(gateway),
            intake: None,
            delivery: &args.delivery,
            run: Run {
                command: COMMAND.to_owned(),
                since: range.map(|range| range.since),
                until: range.map(|range| range.until),
                sessions: args.sessions.clone(),
                filter: args.filter.filter().canonical(),
                gateway: Some(gateway.page_base().to_owned()),
                ..Run::default()
            },
        };
        let receipt = receipts.begin(&to.destination).await?;
        Ok(Self(receipt.map(RefCell::new)))
    }

    /// Writes down that a recording is in `file`, or in what took the stream.
    ///
    /// # Errors
    ///
    /// A receipt that cannot be written.
    pub fn note(&self, mut written: Written, file: Option<&Path>) -> anyhow::Result<()> {
        written.count_row(Some(RECORDING));
        let mut recorder = Recorder::new(self.0.as_ref(), |_: Progress| {});
        Ok(written.tell(&mut recorder, file)?)
    }

    /// Closes the receipt with what came of the run.
    ///
    /// # Errors
    ///
    /// Those of `result`, and a receipt that cannot be closed.
    pub fn close(self, context: &Context, result: anyhow::Result<Exit>) -> anyhow::Result<Exit> {
        let Some(receipt) = self.0 else {
            return result;
        };
        let (ending, why) = ending(&result);
        let closed = receipt.into_inner().end(ending, why, context.now());
        let exit = result?;
        closed?;
        Ok(exit)
    }
}

fn ending(result: &anyhow::Result<Exit>) -> (Ending, Option<String>) {
    match result {
        Ok(Exit::Done) => (Ending::Done, None),
        Ok(Exit::Interrupted) => (Ending::Interrupted, None),
        Ok(_) => {
            let why = "not every recording could be read".to_owned();
            (Ending::Failed, Some(why))
        }
        Err(error) if is_closed_pipe(error) => {
            let why = "whoever read standard output went away".to_owned();
            (Ending::Interrupted, Some(why))
        }
        Err(error) => (Ending::Failed, Some(format!("{error:#}"))),
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let error: Option<&io::Error> = error.downcast_ref();
    error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
