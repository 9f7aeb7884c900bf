//! How many requests are under way at once: half as many where the gateway cannot follow, one more
//! after each run of good answers.

use std::cell::Cell;

use tokio::sync::Notify;

use crate::gateway::GatewayError;

/// So many good answers in a row allow one more request at once.
const STREAK: u32 = 10;

/// Shared by everything that asks one gateway, on one thread.
#[derive(Debug)]
pub(super) struct Throttle {
    widest: usize,
    width: Cell<usize>,
    under_way: Cell<usize>,
    streak: Cell<u32>,
    /// How often it was halved: what was asked before says nothing about the width since.
    halved: Cell<u64>,
    free: Notify,
}

impl Throttle {
    /// Begins with `widest`, which is at least one.
    pub fn new(widest: usize) -> Self {
        let widest = widest.max(1);
        Self {
            widest,
            width: Cell::new(widest),
            under_way: Cell::new(0),
            streak: Cell::new(0),
            halved: Cell::new(0),
            free: Notify::new(),
        }
    }

    /// Waits until one more request may go out.
    pub async fn turn(&self) -> Turn<'_> {
        while self.under_way.get() >= self.width.get() {
            self.free.notified().await;
        }
        self.under_way.set(self.under_way.get() + 1);
        Turn {
            throttle: self,
            halved: self.halved.get(),
        }
    }

    fn went_well(&self) {
        self.streak.set(self.streak.get() + 1);
        if self.streak.get() >= STREAK && self.width.get() < self.widest {
            self.streak.set(0);
            self.width.set(self.width.get() + 1);
            self.free.notify_one();
        }
    }

    fn went_badly(&self, halved: u64) {
        self.streak.set(0);
        if halved == self.halved.get() {
            self.halved.set(halved + 1);
            self.width.set((self.width.get() / 2).max(1));
        }
    }
}

/// The right to one request, given back when dropped.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    throttle: &'a Throttle,
    halved: u64,
}

impl Turn<'_> {
    /// Learns from what came of it.
    pub fn note<T>(&self, answer: &Result<T, GatewayError>) {
        match answer {
            Err(error) if error.is_retriable() => self.throttle.went_badly(self.halved),
            _ => self.throttle.went_well(),
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let throttle = self.throttle;
        throttle.under_way.set(throttle.under_way.get() - 1);
        throttle.free.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    const REFUSED: Result<(), GatewayError> = Err(GatewayError::Token);

    fn failing() -> Result<(), GatewayError> {
        Err(GatewayError::Failing {
            request: "GET /sessions".to_owned(),
            status: 429,
            message: String::new(),
        })
    }

    /// Every turn that can be had now.
    fn turns(throttle: &Throttle) -> Vec<Turn<'_>> {
        std::iter::from_fn(|| throttle.turn().now_or_never()).collect()
    }

    #[test]
    fn no_more_go_out_at_once_than_may() {
        let throttle = Throttle::new(8);
        let mut out = turns(&throttle);
        assert_eq!(out.len(), 8);
        out.truncate(5);
        assert_eq!(turns(&throttle).len(), 3);
    }

    #[test]
    fn one_bad_moment_halves_it_once_and_good_answers_widen_it_again() {
        let throttle = Throttle::new(8);
        for turn in turns(&throttle) {
            turn.note(&failing());
        }
        assert_eq!(turns(&throttle).len(), 4, "the others were out before");
        for width in [2, 1, 1] {
            turns(&throttle)[0].note(&failing());
            assert_eq!(turns(&throttle).len(), width);
        }
        for width in [2, 3, 4, 5, 6, 7, 8, 8] {
            let turn = turns(&throttle).remove(0);
            (0..STREAK).for_each(|_| turn.note(&Ok(())));
            drop(turn);
            assert_eq!(turns(&throttle).len(), width);
        }
    }

    #[test]
    fn a_refusal_is_no_sign_of_slowness() {
        let throttle = Throttle::new(2);
        turns(&throttle)[0].note(&REFUSED);
        assert_eq!(turns(&throttle).len(), 2);
    }

    #[tokio::test]
    async fn who_waits_goes_when_another_comes_back() {
        let throttle = Throttle::new(1);
        let first = throttle.turn().await;
        let (_, _second) = tokio::join!(async move { drop(first) }, throttle.turn());
    }
}
