//! The receipt of recordings that leave a gateway: who took which, and where to.
//!
//! A recording file that becomes another leaves none, since nothing leaves a gateway then.

use std::cell::RefCell;
use std::io;
use std::path::Path;

use super::recordings::Sessions;
use super::{Export, Selection};
use crate::commands::shipping::{READER_LEFT, Receipts};
use crate::context::Context;
use crate::delivery::receipts::{Ending, RECORDING, Receipt, Recorder, Run};
use crate::delivery::{Progress, Written};
use crate::error::Exit;

/// The command without its values.
const COMMAND: &str = "sessions export --recording";

/// The receipt, where one is kept.
pub(super) struct Custody(Option<RefCell<Receipt>>);

impl Custody {
    /// Of the recordings of `sessions`; without any there is none.
    ///
    /// # Errors
    ///
    /// A relative path, where there is no current folder.
    pub async fn begin(
        context: &Context,
        args: &Export,
        sessions: Option<&Sessions<'_>>,
    ) -> anyhow::Result<Self> {
        let Some((sessions, to)) = sessions.zip(args.delivery.to.first()) else {
            return Ok(Self(None));
        };
        let Sessions {
            gateway, selection, ..
        } = sessions;
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
        Err(error) if is_closed_pipe(error) => (Ending::Interrupted, Some(READER_LEFT.to_owned())),
        Err(error) => (Ending::Failed, Some(format!("{error:#}"))),
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let error: Option<&io::Error> = error.downcast_ref();
    error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
