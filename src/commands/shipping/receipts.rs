//! The receipts of a run: one for each place that it sends or writes to.

use super::flags::DeliveryFlags;
use super::intake::Intake;
use super::place::Destination;
use crate::commands::receipts::{begin, signed};
use crate::context::Context;
use crate::delivery::receipts::{Receipt, Run};
use crate::gateway::Gateway;

/// What the receipts of a run have in common.
pub struct Receipts<'a> {
    pub context: &'a Context,
    /// Whose token was used is asked there; `None` where nothing is read from a gateway.
    pub gateway: Option<&'a Gateway>,
    /// `None` where nothing is sent.
    pub intake: Option<&'a Intake<'a>>,
    pub delivery: &'a DeliveryFlags,
    /// What the run set out to do, but for where to.
    pub run: Run,
}

impl Receipts<'_> {
    /// Begins the receipt of what goes to `destination`; `None` for a dry run. What is sent does
    /// not go out without one, and what is written does ([`Receipts::begin_where_kept`]).
    ///
    /// # Errors
    ///
    /// A gateway that does not say whose token it sees, and no receipt of what is sent.
    pub async fn begin(&self, destination: &Destination) -> anyhow::Result<Option<Receipt>> {
        match destination.is_sent() && !self.delivery.dry_run {
            true => {
                let run = self.run_to(destination)?;
                Ok(Some(begin(self.context, self.gateway, run).await?))
            }
            false => self.begin_where_kept(destination).await,
        }
    }

    /// As [`Receipts::begin`], for a run that needs no state otherwise: where none can be kept, it
    /// goes on without a receipt and says so. What the gateway does not say of its token is not in it.
    ///
    /// # Errors
    ///
    /// A relative path, where there is no current folder.
    pub async fn begin_where_kept(
        &self,
        destination: &Destination,
    ) -> anyhow::Result<Option<Receipt>> {
        if self.delivery.dry_run {
            return Ok(None);
        }
        let run = signed(
            self.context,
            self.known_gateway().await,
            self.run_to(destination)?,
        );
        let (context, run) = (self.context, run.await?);
        let folder = context.state_folder();
        match folder.and_then(|folder| Ok(Receipt::begin(&folder, run, context.now())?)) {
            Ok(receipt) => Ok(Some(receipt)),
            Err(error) => {
                let what = match destination {
                    Destination::Stdout => "standard output".to_owned(),
                    other => other.to_string(),
                };
                let told = format!("what goes to {what} leaves no receipt: {error:#}");
                context.ui.warning(&told);
                Ok(None)
            }
        }
    }

    /// The gateway, where it says whose token it sees.
    async fn known_gateway(&self) -> Option<&Gateway> {
        let gateway = self.gateway?;
        match gateway.user_info().await {
            Ok(_) => Some(gateway),
            Err(error) => {
                tracing::debug!(%error, "whose token it is, is not known");
                None
            }
        }
    }

    fn run_to(&self, destination: &Destination) -> anyhow::Result<Run> {
        let others = self.delivery.to.iter().map(|to| &to.destination);
        let others = others.filter(|other| *other != destination);
        let beside = others.map(Destination::lasting_name);
        let intake = self.intake.filter(|_| destination.is_sent());
        let site = intake.and_then(|intake| intake.site_of(destination));
        Ok(Run {
            destination: destination.lasting_name()?,
            site: site.map(|site| site.to_string()),
            beside: beside.collect::<Result<_, _>>()?,
            ..self.run.clone()
        })
    }
}
