//! Spans on, as they came.

use opentelemetry_proto::tonic::trace::v1::ResourceSpans;

use crate::commands::shipping::{Intake, Keeper, Lane, Receipts};
use crate::delivery::map::otlp::records_of;
use crate::delivery::state::StateError;
use crate::delivery::{Given, Number, Record, Worth};

/// Remembers nothing: what is received is received once.
struct Passing;

impl Keeper<ResourceSpans> for Passing {
    fn record(&self, spans: ResourceSpans) -> Option<Record> {
        records_of(spans).next()
    }

    fn given(&self, spans: ResourceSpans) -> Vec<Given> {
        records_of(spans).map(Given::Record).collect()
    }

    fn worth(&self, _: &ResourceSpans) -> Worth {
        Worth::Event
    }

    fn settled(&self, _: &[Number]) -> Result<(), StateError> {
        Ok(())
    }

    fn finish(&self) -> Result<(), StateError> {
        Ok(())
    }

    fn known(&self) -> u64 {
        0
    }
}

/// A lane to each destination. What is received is not kept, so that it is passed on without a
/// receipt where none can be.
///
/// # Errors
///
/// No folder for the dead letters.
pub(super) async fn lanes<'a>(
    receipts: &Receipts<'_>,
    intake: &'a Intake<'_>,
) -> anyhow::Result<Vec<Lane<'a, ResourceSpans>>> {
    let mut lanes = Vec::new();
    for to in &receipts.delivery.to {
        lanes.push(Lane {
            name: intake.name(&to.destination),
            is_best_effort: to.is_best_effort,
            end: intake.end(&to.destination)?,
            keeper: Box::new(Passing),
            receipt: receipts.begin_where_kept(&to.destination).await?,
        });
    }
    Ok(lanes)
}
