//! One source, several destinations: each is handed everything, and only the required ones are
//! waited for.
//!
//! A best-effort destination that has no room misses what comes meanwhile. Of a stretch of which it
//! missed anything it is not told that the stretch was read, so that its position never covers a
//! gap: a later run sends what was missed.

use std::cell::Cell;

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

/// What an item means to a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// It has it, or it is none of its own.
    Nothing,
    /// An event that it lacks.
    Event,
    /// Word that everything before it was given.
    Mark,
}

/// The way to one destination.
pub struct Outlet<'a, E> {
    to: mpsc::Sender<E>,
    /// `None` for a required one.
    best_effort: Option<BestEffort<'a, E>>,
}

struct BestEffort<'a, E> {
    worth: Box<dyn Fn(&E) -> Worth + 'a>,
    lacked: &'a Cell<u64>,
    /// Something was missed since the last mark.
    has_gap: bool,
}

impl<'a, E: Clone> Outlet<'a, E> {
    /// It holds the reading back while it has no room.
    pub fn required(to: mpsc::Sender<E>) -> Self {
        Self {
            to,
            best_effort: None,
        }
    }

    /// It holds nothing back; the events it lacks are counted in `lacked`, taken or not.
    pub fn best_effort(
        to: mpsc::Sender<E>,
        worth: impl Fn(&E) -> Worth + 'a,
        lacked: &'a Cell<u64>,
    ) -> Self {
        Self {
            to,
            best_effort: Some(BestEffort {
                worth: Box::new(worth),
                lacked,
                has_gap: false,
            }),
        }
    }

    async fn give(&mut self, item: &E) {
        match &mut self.best_effort {
            // One that has ended is taken out below.
            None => drop(self.to.send(item.clone()).await),
            Some(one) => one.offer(&self.to, item),
        }
    }
}

impl<E: Clone> BestEffort<'_, E> {
    fn offer(&mut self, to: &mpsc::Sender<E>, item: &E) {
        let worth = (self.worth)(item);
        if worth == Worth::Event {
            self.lacked.set(self.lacked.get() + 1);
        }
        if worth == Worth::Mark && std::mem::take(&mut self.has_gap) {
            return;
        }
        let is_full = matches!(to.try_send(item.clone()), Err(TrySendError::Full(_)));
        self.has_gap |= is_full && worth == Worth::Event;
    }
}

/// Hands on everything that comes. Ends with the source, or once no required destination is left:
/// then nothing would hold the reading back.
pub async fn fan_out<E: Clone>(mut from: mpsc::Receiver<E>, mut outlets: Vec<Outlet<'_, E>>) {
    while let Some(item) = from.recv().await {
        for outlet in &mut outlets {
            outlet.give(&item).await;
        }
        // What best effort lacks is counted to the end, even where it takes nothing any more.
        outlets.retain(|outlet| outlet.best_effort.is_some() || !outlet.to.is_closed());
        if outlets.iter().all(|outlet| outlet.best_effort.is_some()) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::delivery::testing::send_all;

    /// Events are numbers; every tenth is a mark.
    fn worth(item: &u32) -> Worth {
        match item {
            0 => Worth::Nothing,
            item if item % 10 == 0 => Worth::Mark,
            _ => Worth::Event,
        }
    }

    async fn drained(mut from: mpsc::Receiver<u32>) -> Vec<u32> {
        let mut items = Vec::new();
        while let Some(item) = from.recv().await {
            items.push(item);
        }
        items
    }

    #[tokio::test]
    async fn everyone_is_handed_everything_in_order() {
        let items: Vec<u32> = (1..100).collect();
        let ((first, one), (second, two)) = (mpsc::channel(1), mpsc::channel(1));
        let outlets = vec![Outlet::required(first), Outlet::required(second)];
        let all = fan_out(send_all(items.clone()), outlets);
        let ((), one, two) = tokio::join!(all, drained(one), drained(two));
        assert_eq!((&one, &two), (&items, &items));
    }

    #[tokio::test]
    async fn one_that_ends_leaves_the_others_and_nobody_reads_for_best_effort_alone() {
        let lacked = Cell::new(0);
        let ((required, to_required), (extra, to_extra)) = (mpsc::channel(1), mpsc::channel(200));
        let first_alone = async {
            let mut from = to_required;
            from.recv().await
        };
        let outlets = vec![
            Outlet::required(required),
            Outlet::best_effort(extra, worth, &lacked),
        ];
        let all = fan_out(send_all((1..100).collect()), outlets);
        let ((), first, extra) = tokio::join!(all, first_alone, drained(to_extra));
        assert_eq!(first, Some(1));
        assert!(extra.len() < 99, "it went on for nobody");
    }

    proptest! {
        /// A mark arrives only where every event before it did.
        #[test]
        fn no_mark_covers_a_gap(count in 1_u32..200, room in 1_usize..20) {
            let lacked = Cell::new(0);
            let (to, mut from) = mpsc::channel(room);
            let mut outlet = Outlet::best_effort(to, worth, &lacked);
            let mut arrived = Vec::new();
            for item in 0..count {
                futures_util::FutureExt::now_or_never(outlet.give(&item)).expect("never waits");
                // Now and then it catches up.
                if item % 17 == 0 {
                    while let Ok(item) = from.try_recv() {
                        arrived.push(item);
                    }
                }
            }
            while let Ok(item) = from.try_recv() {
                arrived.push(item);
            }
            let events = |items: &[u32]| items.iter().filter(|n| worth(n) == Worth::Event).count();
            let all: Vec<u32> = (0..count).collect();
            prop_assert_eq!(lacked.get(), events(&all) as u64);
            for mark in arrived.iter().filter(|item| worth(item) == Worth::Mark) {
                let before = mark - 9..*mark;
                prop_assert!(before.clone().all(|event| arrived.contains(&event)), "{}", mark);
            }
        }
    }
}
