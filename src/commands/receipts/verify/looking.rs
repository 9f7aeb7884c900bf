//! Asking Datadog until everything is found, or waiting for it is of no more use.

use std::cell::Cell;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Subject;
use super::proving::Asked;
use super::retention::Retention;
use crate::context::Context;
use crate::delivery::receipts::Finding;
use crate::delivery::receipts::proof::{
    Evidence, Expectations, FRESH, Inquiry, Planned, Step, UnderWay, start_of_hour,
};
use crate::domain::time::human_duration;
use crate::ui::{Progress, counted};

/// Between the first look and the second; each wait is twice as long as the one before.
const FIRST_WAIT: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// What Datadog was asked, and what it lacks.
pub struct Looked {
    pub requests: u64,
    pub findings: Vec<Finding>,
}

/// Looks once, and again for what was sent too shortly before, as long as the subject has patience.
pub async fn look(
    context: &Context,
    asked: Asked<'_>,
    expected: &mut Expectations,
    kept: &Retention,
    evidence: &Evidence,
) -> anyhow::Result<Looked> {
    let Asked {
        datadog, subject, ..
    } = asked;
    let progress = context.ui.progress("asking Datadog");
    let is_first = Cell::new(true);
    let requests = Requests::default();
    let told = |step| {
        requests.follow(&step, &progress);
        tell(context, is_first.get(), step);
    };
    let mut inquiry = Inquiry::new(datadog, asked.gateway.host(), told);
    let kept_since = kept.asked_since();
    let mut since = kept_since;
    let mut waits = Waits::new(evidence, subject);
    if !expected.is_empty() {
        waits.announce(context, datadog.clock_now());
    }
    loop {
        inquiry.find(expected, since).await?;
        let now = datadog.clock_now();
        let under_way = UnderWay::at(now, subject.wait, expected, evidence);
        let earliest = kept_since.unwrap_or(subject.range.since.min(now));
        let latest = now.checked_add(FRESH).unwrap_or(Timestamp::MAX);
        inquiry
            .look_up(expected, &under_way, earliest, latest)
            .await?;
        let waiting = expected.first_under_way(&under_way);
        let goes_on = match waiting {
            Some(_) => waits.wait(context, now).await,
            None => false,
        };
        if !goes_on {
            return Ok(Looked {
                findings: expected.findings(kept.horizon, &under_way),
                requests: inquiry.requests,
            });
        }
        is_first.set(false);
        // What lies before it was looked at, and stays as it is.
        since = since.max(waiting.map(start_of_hour));
    }
}

/// How long there is to wait, and how long each time.
struct Waits {
    next: Duration,
    /// `None` where nothing was sent lately.
    until: Option<Timestamp>,
}

impl Waits {
    fn new(evidence: &Evidence, subject: &Subject) -> Self {
        let wait = SignedDuration::try_from(subject.wait).unwrap_or(SignedDuration::MAX);
        let until = |sent: Timestamp| sent.checked_add(wait).unwrap_or(Timestamp::MAX);
        Self {
            next: FIRST_WAIT,
            until: evidence.newest_sent.map(until),
        }
    }

    /// Says beforehand what it may come to.
    fn announce(&self, context: &Context, now: Timestamp) {
        let looks = self.looks_from(now);
        if let Some(left) = self.left(now).filter(|_| looks > 0) {
            context.ui.status(&format!(
                "what was sent last may not be searchable yet: where it is not found, up to {} more \
                 within {}, each of a request to count and those that list what differs",
                counted(looks, "look"),
                human_duration(left)
            ));
        }
    }

    /// Waits for the next look; false where there is to be none: what is known by then is the answer.
    async fn wait(&mut self, context: &Context, now: Timestamp) -> bool {
        let Some(left) = self.left(now) else {
            return false;
        };
        let (wait, looks) = (self.next.min(left), self.looks_from(now));
        let deadline = context.deadline();
        if deadline.is_some_and(|deadline| tokio::time::Instant::now() + wait >= deadline) {
            return false;
        }
        context.ui.status(&format!(
            "not everything is searchable yet; looking again in {}, {} more at most",
            human_duration(wait),
            counted(looks, "look")
        ));
        self.next = (self.next * 2).min(LONGEST_WAIT);
        let mut cancel = context.cancel();
        tokio::select! {
            () = tokio::time::sleep(wait) => true,
            _ = cancel.wait_for(|stopped| *stopped) => false,
        }
    }

    fn left(&self, now: Timestamp) -> Option<Duration> {
        let left = self.until?.duration_since(now);
        Duration::try_from(left).ok().filter(|left| !left.is_zero())
    }

    /// Looks that are still to come, at most.
    fn looks_from(&self, now: Timestamp) -> u64 {
        let mut left = self.left(now).unwrap_or_default();
        let (mut wait, mut looks) = (self.next, 0);
        while wait < LONGEST_WAIT && !left.is_zero() {
            left = left.saturating_sub(wait);
            wait = (wait * 2).min(LONGEST_WAIT);
            looks += 1;
        }
        looks + left.as_secs().div_ceil(LONGEST_WAIT.as_secs())
    }
}

/// How many there were, and would be in all by the plan.
#[derive(Default)]
struct Requests {
    asked: Cell<u64>,
    planned: Cell<u64>,
}

impl Requests {
    fn follow(&self, step: &Step, progress: &Progress) {
        match step {
            Step::Asked { requests } => {
                self.asked.set(*requests);
                // A plan holds what is sure, and a look may take more.
                let planned = Some(self.planned.get()).filter(|planned| planned >= requests);
                progress.count(*requests, planned, "request");
            }
            Step::Count { planned, .. }
            | Step::List { planned, .. }
            | Step::LookUp { planned, .. } => {
                self.planned.set(self.asked.get() + planned.requests);
            }
        }
    }
}

/// Of the first look everything is told, of the others what is looked up by id.
fn tell(context: &Context, is_first: bool, step: Step) {
    let about = |planned: Planned| match planned.requests {
        0 => "no request".to_owned(),
        requests => {
            let about = human_duration(planned.estimate);
            format!("{}, about {about}", counted(requests, "request"))
        }
    };
    let told = match step {
        Step::Asked { .. } => return,
        Step::LookUp { events, planned } => format!(
            "looking up {} by id: {}",
            counted(events, "event"),
            about(planned)
        ),
        _ if !is_first => return,
        Step::Count { events, planned } => format!(
            "counting {} by hour and kind: {}",
            counted(events, "event"),
            about(planned)
        ),
        Step::List { cells, planned } => format!(
            "{} differ: {} to list them",
            counted(cells, "count"),
            about(planned)
        ),
    };
    context.ui.status(&told);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + second).expect("an instant")
    }

    #[test]
    fn five_minutes_are_a_few_looks_and_none_after_them() {
        let waits = Waits {
            next: FIRST_WAIT,
            until: Some(at(300)),
        };
        assert_eq!(waits.looks_from(at(0)), 9);
        assert_eq!(waits.looks_from(at(299)), 1);
        assert_eq!(waits.looks_from(at(-(1 << 30))), 17_895_707);
        assert_eq!(waits.looks_from(at(300)), 0);
        assert_eq!(waits.left(at(301)), None);
    }
}
