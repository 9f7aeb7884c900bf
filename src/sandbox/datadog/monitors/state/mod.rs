//! The state of a log alert over time.
//!
//! A monitor looks at the logs at fixed intervals after it was made, as Datadog's do about every
//! minute. Nothing runs in the background: whoever asks lets each monitor make up for the looks
//! since the last one, at the instants at which they were due and with the logs that were indexed
//! by then, so that an answer does not depend on who asked before. Looks between which nothing
//! came, left or became due would say the same and are skipped.
//!
//! Two clocks: looks are due by the true time, which the indexing delay is counted by as well;
//! windows and shown times are those of the stand-in's clock, which a fault may have shifted.
//!
//! Where the published behaviour is silent: a group that was never there has no state; a changed
//! query begins anew; a percentile is interpolated; a number that equals a recovery threshold has
//! recovered.

mod group;
mod rules;
mod window;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Map, Value};

pub use group::{Group, Status};
pub use rules::Rules;
pub use window::Millis;
use window::{Numbers, Window};

use super::grammar::LogAlert;
use crate::sandbox::datadog::logs::IndexedLog;

/// The group of a monitor that does not group.
pub const UNGROUPED: &str = "*";

/// When a catch-up happens.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// The true time.
    pub now: Millis,
    /// What the stand-in's clock is ahead of it.
    pub shift: Millis,
    /// Between two looks.
    pub interval: Millis,
}

/// What is known of a monitor's past.
#[derive(Clone, Debug)]
pub struct History {
    /// The true time from which looks are counted.
    began: Millis,
    /// The last look that was made.
    looked: Option<Millis>,
    /// The rules changed since then.
    is_stale: bool,
    window: Window,
    groups: BTreeMap<String, Group>,
    /// Groups that are not looked at yet, and since when they are there.
    pending: BTreeMap<String, Millis>,
    overall: Status,
    overall_since: Option<Millis>,
}

impl History {
    /// Of a monitor that was made at `now`.
    pub fn new(now: Timestamp) -> Self {
        Self {
            began: now.as_millisecond(),
            looked: None,
            is_stale: false,
            window: Window::default(),
            groups: BTreeMap::new(),
            pending: BTreeMap::new(),
            overall: Status::NoData,
            overall_since: None,
        }
    }

    pub fn overall(&self) -> Status {
        self.overall
    }

    /// When the whole changed last, or was first known, by the stand-in's clock.
    pub fn overall_since(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.overall_since?).ok()
    }

    pub fn groups(&self) -> &BTreeMap<String, Group> {
        &self.groups
    }

    /// The last time that any group triggered, POSIX seconds.
    pub fn last_triggered(&self) -> Option<i64> {
        self.groups.values().filter_map(Group::triggered).max()
    }

    /// The groups with their states, of those states alone that are `wanted`.
    pub fn shown_groups(&self, wanted: impl Fn(Status) -> bool) -> Map<String, Value> {
        let groups = self.groups.iter();
        groups
            .filter(|(_, group)| wanted(group.status()))
            .map(|(name, group)| (name.clone(), group.shown(name)))
            .collect()
    }

    /// The next look is made although nothing came or left.
    pub fn rules_changed(&mut self) {
        self.is_stale = true;
    }

    /// The arrival's number up to which logs were shown.
    pub fn seen(&self) -> u64 {
        self.window.seen()
    }

    /// Shows a log, which searches find from `visible_at` on.
    pub fn see(&mut self, alert: &LogAlert, log: &IndexedLog, visible_at: Timestamp) {
        let visible_at = visible_at.as_millisecond();
        self.window.see(alert, log, visible_at);
        // Requests are served side by side, so a look can be made just before a log is stored.
        self.is_stale |= self.looked.is_some_and(|looked| visible_at <= looked);
    }

    /// Notes that every log up to an arrival's number was shown, also those that are no use.
    pub fn saw_until(&mut self, n: u64) {
        self.window.saw_until(n);
    }

    /// Makes up for the looks until now.
    pub fn catch_up(&mut self, alert: &LogAlert, rules: &Rules, clock: Clock) {
        let interval = clock.interval.max(1);
        let span = window::Span {
            length: alert.window.as_millis().try_into().unwrap_or(i64::MAX),
            delay: rules.evaluation_delay,
            shift: clock.shift,
        };
        while let Some(due) = self.next_look(span, rules, interval, clock.now) {
            self.look(alert, rules, span, due);
            self.looked = Some(due);
            self.is_stale = false;
        }
        self.window.forget(span, self.looked.unwrap_or(self.began));
    }

    /// The next look that can say something new, if it is due by `now`.
    fn next_look(
        &self,
        span: window::Span,
        rules: &Rules,
        interval: Millis,
        now: Millis,
    ) -> Option<Millis> {
        let Some(looked) = self.looked else {
            let first = self.began.saturating_add(interval);
            return (first <= now).then_some(first);
        };
        let due = self
            .pending
            .values()
            .map(|since| since.saturating_add(rules.new_group_delay));
        let ends = self
            .groups
            .values()
            .map(|group| group.seen().saturating_add(rules.group_retention));
        let edges = self.window.edges(span).chain(due).chain(ends);
        let next = edges.filter(|edge| *edge > looked).min();
        let next = if self.is_stale {
            Some(looked + 1)
        } else {
            next
        }?;
        let steps = next.saturating_sub(self.began + 1).div_euclid(interval) + 1;
        let look = self.began.saturating_add(steps.saturating_mul(interval));
        (look <= now).then_some(look)
    }

    /// One look, due at the true time `at`.
    fn look(&mut self, alert: &LogAlert, rules: &Rules, span: window::Span, at: Millis) {
        let numbers = self.window.numbers(alert, span, at);
        let shown = at.saturating_add(span.shift);
        let present: BTreeSet<String> = numbers.groups().map(str::to_owned).collect();
        for name in &present {
            self.admit(name, rules, at);
            if let Some(group) = self.groups.get_mut(name) {
                group.saw(at);
            }
        }
        self.pending.retain(|name, _| present.contains(name));
        self.groups
            .retain(|_, group| at.saturating_sub(group.seen()) < rules.group_retention);
        let has_data = !present.is_empty();
        for (name, group) in &mut self.groups {
            let status = status_of(alert, rules, &numbers, (name, group), has_data);
            group.enter(status, shown, rules.notifies(name, status, shown));
        }
        self.sum_up(alert, rules, &numbers, shown);
    }

    /// Takes a group that is there in, once its delay is over.
    fn admit(&mut self, name: &str, rules: &Rules, at: Millis) {
        if self.groups.contains_key(name) {
            return;
        }
        let since = *self.pending.entry(name.to_owned()).or_insert(at);
        let waits = name != UNGROUPED && at < since.saturating_add(rules.new_group_delay);
        if !waits {
            self.pending.remove(name);
            self.groups.insert(name.to_owned(), Group::new(at));
        }
    }

    /// The state of the whole: the worst of its groups.
    fn sum_up(&mut self, alert: &LogAlert, rules: &Rules, numbers: &Numbers, shown: Millis) {
        let worst = self.groups.values().map(Group::status).max();
        let overall = worst.unwrap_or_else(|| {
            let counts = numbers.of_nothing(alert).is_some();
            rules.without_groups(counts, self.overall)
        });
        if self.overall_since.is_none() || overall != self.overall {
            self.overall_since = Some(shown);
        }
        self.overall = overall;
    }
}

/// The state that a look puts a group into. `has_data` says that some group has logs.
fn status_of(
    alert: &LogAlert,
    rules: &Rules,
    numbers: &Numbers,
    (name, group): (&str, &Group),
    has_data: bool,
) -> Status {
    let before = group.before();
    if !numbers.is_empty(name) {
        return match numbers.of(alert, name) {
            Some(number) => rules.level(alert, number, before),
            None => before.unwrap_or(Status::NoData),
        };
    }
    let vanished_alone = name != UNGROUPED && has_data && alert.operator.is_below();
    let number = numbers.of_nothing(alert).filter(|_| !vanished_alone);
    rules.without_data(alert, number, before)
}

#[cfg(test)]
mod tests;
