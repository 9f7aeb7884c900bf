//! What a relay does behind its door: completing, reconciling, round after round.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::Relay;
use super::mapping::Mapping;
use crate::context::Context;
use crate::delivery::Backlog;
use crate::delivery::queue::Lease;
use crate::delivery::spool::NotStored;
use crate::domain::webhook::WebhookEvent;
use crate::gateway::Gateway;
use crate::relay::{Completion, Counts, Reconciliation, complete, reconcile};
use crate::sources::{
    ApprovalSources, Completer, Completing, EventContext, GRACE, News, Reconcile, SourceError,
};

/// For what the gateway says of approvals beforehand.
const PATIENCE: Duration = Duration::from_secs(20);

/// Without that it is asked again so often, and nothing is completed meanwhile.
const AGAIN: Duration = Duration::from_secs(5);

/// Single sessions asked for at once.
const CONCURRENCY: usize = 8;

pub(super) struct Work<'a> {
    pub context: &'a Context,
    pub args: &'a Relay,
    pub gateway: &'a Gateway,
    pub mapping: &'a Mapping,
    pub spool: &'a Backlog,
    pub counts: &'a Counts,
    /// Of whoever reconciles, where there are several.
    pub lease: Option<&'a Lease>,
}

impl Work<'_> {
    /// Completes and reconciles, for ever. What the gateway says of approvals is asked for once a
    /// round, so that a rule that is changed counts.
    pub async fn rounds(&self) -> Result<(), NotStored> {
        let mut known: Option<EventContext> = None;
        let is_away = Cell::new(false);
        loop {
            match self.event_context().await {
                Ok(events) => {
                    self.back(&is_away);
                    known = Some(events);
                }
                Err(why) => self.away(&why, &is_away),
            }
            match &known {
                Some(events) => self.round(events, &is_away).await?,
                None => self.waiting_round().await?,
            }
        }
    }

    async fn event_context(&self) -> Result<EventContext, String> {
        let approvals = timeout(PATIENCE, ApprovalSources::read(self.gateway)).await;
        let approvals = match approvals {
            Ok(approvals) => approvals.map_err(|error| told(&error))?,
            Err(_) => return Err("the gateway does not answer in time".to_owned()),
        };
        self.context(approvals)
    }

    fn context(&self, approval_sources: ApprovalSources) -> Result<EventContext, String> {
        let settings = self.context.settings().map_err(|error| error.to_string())?;
        Ok(EventContext {
            rules: settings.connections.clone(),
            approval_sources,
            page_base: self.gateway.page_base().to_owned(),
        })
    }

    fn away(&self, why: &str, is_told: &Cell<bool>) {
        self.counts.lose_gateway(why.to_owned());
        if !is_told.replace(true) {
            let told = format!("{why}; webhooks wait until the gateway answers");
            self.context.ui.warning(&told);
        }
    }

    fn back(&self, was_told: &Cell<bool>) {
        if was_told.replace(false) {
            self.context.ui.status("the gateway answers again");
        }
    }

    async fn round(&self, events: &EventContext, is_away: &Cell<bool>) -> Result<(), NotStored> {
        let record = |event: &WebhookEvent| self.mapping.record(event);
        let completer = self.completer(events);
        let completion = Completion {
            spool: self.spool,
            completer: &completer,
            record: &record,
            within: self.args.complete_within,
            can_ask: true,
            counts: self.counts,
        };
        let every = self.args.reconcile_every;
        let reconciliation = Reconciliation {
            spool: self.spool,
            source: Reconcile {
                gateway: self.gateway,
                context: events,
                concurrency: CONCURRENCY,
                interval: every,
                // Who looks more often wants it sooner.
                grace: GRACE.min(every),
            },
            record: &record,
            counts: self.counts,
            lease: self.lease,
        };
        let news = |news| self.tell(news, is_away);
        let reconciling = async {
            let ended = reconcile(reconciliation, self.mapping.statements(), news).await;
            if let Err(error) = ended {
                self.context
                    .ui
                    .warning(&format!("the list of sessions cannot be read: {error}"));
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            done = complete(completion, Instant::now() + every) => done,
            () = reconciling => Ok(()),
        }
    }

    /// Without the gateway's word on approvals no event would be what an export makes of it.
    async fn waiting_round(&self) -> Result<(), NotStored> {
        let events = match self.context(ApprovalSources::default()) {
            Ok(events) => events,
            Err(why) => {
                self.counts.lose_gateway(why);
                tokio::time::sleep(AGAIN).await;
                return Ok(());
            }
        };
        let record = |event: &WebhookEvent| self.mapping.record(event);
        let completer = self.completer(&events);
        let completion = Completion {
            spool: self.spool,
            completer: &completer,
            record: &record,
            within: self.args.complete_within,
            can_ask: false,
            counts: self.counts,
        };
        complete(completion, Instant::now() + AGAIN).await
    }

    fn completer<'e>(&'e self, events: &'e EventContext) -> Completer<'e> {
        let settings = Completing {
            gateway: self.gateway,
            context: events,
            concurrency: CONCURRENCY,
        };
        Completer::new(settings, self.mapping.statements())
    }

    fn tell(&self, news: News, is_away: &Cell<bool>) {
        match news {
            News::Away(error) => self.away(&told(&error), is_away),
            News::Back { .. } => self.back(is_away),
            News::Hidden(hidden) => self.context.ui.warning(&format!("not read: {hidden}")),
            News::Looked { at, found, .. } => tracing::debug!(%at, found, "looked"),
            News::Read(_) => {}
        }
    }
}

fn told(error: &SourceError) -> String {
    match error.gateway() {
        Some(error) => error.to_string(),
        None => error.to_string(),
    }
}
