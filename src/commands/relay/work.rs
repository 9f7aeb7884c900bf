//! What a relay does behind its door: completing, reconciling, round after round.

use std::cell::Cell;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use super::Relay;
use super::mapping::Mapping;
use crate::context::Context;
use crate::delivery::Backlog;
use crate::delivery::queue::Lease;
use crate::delivery::spool::NotStored;
use crate::domain::webhook::WebhookEvent;
use crate::gateway::Gateway;
use crate::relay::{
    Completion, Counts, NotReconciled, Reconciliation, complete, reconcile, remedy,
};
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
    /// When the relay began.
    pub begin: Timestamp,
}

/// What a round knows of the gateway, for the looks at its list as well.
type Known = watch::Sender<Option<Arc<EventContext>>>;

impl Work<'_> {
    /// Completes and reconciles, for ever. What the gateway says of approvals is asked for once a
    /// round, so that a rule that is changed counts.
    pub async fn rounds(&self) -> Result<(), NotStored> {
        let known = Known::new(None);
        let away = Cell::new(None);
        let looks = known.subscribe();
        tokio::select! {
            ended = self.completing(&known, &away) => ended,
            never = self.reconciling(looks, &away) => match never {},
        }
    }

    async fn completing(&self, known: &Known, away: &Told) -> Result<(), NotStored> {
        loop {
            match self.event_context().await {
                Ok(events) => {
                    self.back(away);
                    known.send_replace(Some(Arc::new(events)));
                }
                Err(why) => self.away(&why, away),
            }
            let events = known.borrow().clone();
            match events {
                Some(events) => self.round(&events).await?,
                None => self.waiting_round().await?,
            }
        }
    }

    /// One look at the list after the other, apart from the rounds: a look may take longer than one.
    async fn reconciling(
        &self,
        mut looks: watch::Receiver<Option<Arc<EventContext>>>,
        away: &Told,
    ) -> Infallible {
        let is_begun = Cell::new(false);
        loop {
            if let Some(lease) = self.lease {
                lease.held().await;
            }
            let events = match looks.wait_for(Option::is_some).await {
                Ok(events) => events.clone(),
                // Whoever tells it has ended, and this ends with it.
                Err(_) => std::future::pending().await,
            };
            let Some(events) = events else { continue };
            if let Err(error) = self.look(&events, away, &is_begun).await {
                self.unread(&error, away);
                tokio::time::sleep(self.args.reconcile_every).await;
            }
        }
    }

    async fn look(
        &self,
        events: &EventContext,
        away: &Told,
        is_begun: &Cell<bool>,
    ) -> Result<(), NotReconciled> {
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
            record: &|event| self.mapping.record(event),
            counts: self.counts,
            lease: self.lease,
            begin: self.begin,
            begins: &|| self.tell_begin(is_begun),
        };
        let news = |news| self.tell(news, away);
        reconcile(reconciliation, self.mapping.statements(), news).await
    }

    fn unread(&self, error: &NotReconciled, away: &Told) {
        if let NotReconciled::Source(error) = error
            && remedy(error).is_some()
        {
            return self.away(&Unasked::of(error), away);
        }
        let told = format!("the list of sessions cannot be read: {error}");
        self.context.ui.warning(&told);
    }

    /// A gateway of another address has no position either.
    fn tell_begin(&self, was_told: &Cell<bool>) {
        if !was_told.replace(true) {
            let (ui, gateway) = (&self.context.ui, self.gateway.page_base());
            let begin = ui.moment(self.begin);
            ui.status(&format!(
                "no relay has read the list of sessions of {gateway} here: it is read from {begin} \
                 on; `ddctl sessions export --since …` sends what was before, under the same ids"
            ));
        }
    }

    async fn event_context(&self) -> Result<EventContext, Unasked> {
        let approvals = timeout(PATIENCE, ApprovalSources::read(self.gateway)).await;
        let approvals = match approvals {
            Ok(approvals) => approvals.map_err(|error| Unasked::of(&error))?,
            Err(_) => return Err(Unasked::because("the gateway does not answer in time")),
        };
        self.context(approvals)
    }

    fn context(&self, approval_sources: ApprovalSources) -> Result<EventContext, Unasked> {
        let settings = self.context.settings();
        let settings = settings.map_err(|error| Unasked::because(error.to_string()))?;
        Ok(EventContext {
            rules: settings.connections.clone(),
            approval_sources,
            page_base: self.gateway.page_base().to_owned(),
        })
    }

    /// Told once, and once more where it turns out that a person is needed.
    fn away(&self, unasked: &Unasked, told: &Told) {
        let Unasked { why, remedy } = unasked;
        self.counts.lose_gateway(why.clone(), *remedy);
        let needs = if remedy.is_some() {
            Needs::APerson
        } else {
            Needs::Patience
        };
        if told.get().is_some_and(|before| before >= needs) {
            return;
        }
        told.set(Some(needs));
        self.context.ui.warning(&match remedy {
            None => format!("{why}; webhooks wait until the gateway answers"),
            Some(remedy) => format!("{why}; webhooks wait until somebody acts: {remedy}"),
        });
    }

    fn back(&self, told: &Told) {
        self.counts.find_gateway();
        if told.take().is_some() {
            self.context.ui.status("the gateway answers again");
        }
    }

    async fn round(&self, events: &EventContext) -> Result<(), NotStored> {
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
        complete(completion, Instant::now() + self.args.reconcile_every).await
    }

    /// Without the gateway's word on approvals no event would be what an export makes of it.
    async fn waiting_round(&self) -> Result<(), NotStored> {
        let events = match self.context(ApprovalSources::default()) {
            Ok(events) => events,
            Err(why) => {
                self.counts.lose_gateway(why.why, why.remedy);
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

    fn tell(&self, news: News, away: &Told) {
        match news {
            News::Away(error) => self.away(&Unasked::of(&error), away),
            News::Back { .. } => self.back(away),
            News::Hidden(hidden) => self.context.ui.warning(&format!("not read: {hidden}")),
            News::Looked { at, found, .. } => tracing::debug!(%at, found, "looked"),
            News::Read(_) => {}
        }
    }
}

/// What was told of the gateway's being away, since it was there.
type Told = Cell<Option<Needs>>;

/// What a gateway that cannot be asked needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Needs {
    Patience,
    APerson,
}

/// Why the gateway cannot be asked, and what a person has to do where nothing else helps.
struct Unasked {
    why: String,
    remedy: Option<&'static str>,
}

impl Unasked {
    fn because(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            remedy: None,
        }
    }

    fn of(error: &SourceError) -> Self {
        let why = match error.gateway() {
            Some(error) => error.to_string(),
            None => error.to_string(),
        };
        let remedy = remedy(error);
        Self { why, remedy }
    }
}
