//! A lane to each place, for a source of the gateway's API.

use std::cell::RefCell;
use std::rc::Rc;

use super::follower::{Follower, Mapping};
use super::intake::Intake;
use super::lane::{End, Lane};
use super::place::Destination;
use super::receipts::Receipts;
use super::rows::Place;
use crate::delivery::Ledger;
use crate::sources::Fed;

/// What every lane of a run is made of.
pub struct Lanes<'a, M> {
    /// `None` where nothing goes to Datadog.
    pub intake: Option<&'a Intake<'a>>,
    pub mapping: &'a M,
    pub receipts: Receipts<'a>,
}

impl<'a, M> Lanes<'a, M> {
    /// A lane to each of `places`, which have these `files` and `ledgers`.
    ///
    /// # Errors
    ///
    /// A receipt that cannot be begun, and no folder for the dead letters.
    pub async fn open<T>(
        &self,
        places: &[Place],
        files: Vec<Option<End<'a>>>,
        ledgers: &'a [Option<Rc<RefCell<Ledger>>>],
    ) -> anyhow::Result<Vec<Lane<'a, Fed<T>>>>
    where
        M: Mapping<T>,
    {
        let mut lanes = Vec::new();
        for ((place, file), ledger) in places.iter().zip(files).zip(ledgers) {
            lanes.push(Lane {
                receipt: self.receipts.begin(&place.to.destination).await?,
                name: place.name(self.intake),
                is_best_effort: place.to.is_best_effort,
                end: place.end(file, self.intake)?,
                keeper: Box::new(Follower {
                    mapping: self.mapping,
                    spans_for: spans_for(&place.to.destination),
                    ledger: ledger.as_deref(),
                }),
            });
        }
        Ok(lanes)
    }
}

fn spans_for(destination: &Destination) -> Option<Destination> {
    destination.takes_spans().then(|| destination.clone())
}
