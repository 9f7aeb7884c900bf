//! Who is connected, and who has said nothing for longest.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// As many connections as are held at once; a new one takes the place of the longest idle one.
#[derive(Clone, Debug)]
pub(super) struct Seats {
    inner: Arc<Mutex<Inner>>,
    most: usize,
}

#[derive(Debug, Default)]
struct Inner {
    taken: usize,
    next: u64,
    /// Connections between two requests, the longest idle first.
    idle: BTreeMap<u64, Arc<Notify>>,
}

/// One connection's; free when it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    inner: Arc<Mutex<Inner>>,
    /// Under which it is idle.
    place: Mutex<u64>,
    evicted: Arc<Notify>,
}

/// While a request is answered its connection is not taken away.
pub(super) struct Busy<'a>(&'a Seat);

impl Seats {
    pub fn new(most: usize) -> Self {
        Self {
            inner: Arc::default(),
            most,
        }
    }

    /// For a connection that has just come.
    pub fn take(&self) -> Seat {
        let evicted = Arc::new(Notify::new());
        let mut inner = lock(&self.inner);
        inner.taken += 1;
        // Where nobody is idle there are more for as long as the requests take, which is bounded.
        if inner.taken > self.most
            && let Some((_, longest)) = inner.idle.pop_first()
        {
            longest.notify_one();
        }
        let place = inner.sit(Arc::clone(&evicted));
        Seat {
            inner: Arc::clone(&self.inner),
            place: Mutex::new(place),
            evicted,
        }
    }
}

impl Inner {
    fn sit(&mut self, evicted: Arc<Notify>) -> u64 {
        let place = self.next;
        self.next += 1;
        self.idle.insert(place, evicted);
        place
    }
}

impl Seat {
    /// Told when the seat is needed.
    pub fn evicted(&self) -> Arc<Notify> {
        Arc::clone(&self.evicted)
    }

    pub fn busy(&self) -> Busy<'_> {
        lock(&self.inner).idle.remove(&lock(&self.place));
        Busy(self)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        let seat = self.0;
        let place = lock(&seat.inner).sit(seat.evicted());
        *lock(&seat.place) = place;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut inner = lock(&self.inner);
        inner.taken -= 1;
        inner.idle.remove(&lock(&self.place));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn is_evicted(seat: &Seat) -> bool {
        seat.evicted().notified().now_or_never().is_some()
    }

    #[test]
    fn the_longest_idle_one_gives_way_and_nobody_who_is_busy() {
        let seats = Seats::new(3);
        let (first, second, third) = (seats.take(), seats.take(), seats.take());
        let busy = first.busy();
        let _fourth = seats.take();
        let evicted = [&first, &second, &third].map(is_evicted);
        assert_eq!(evicted, [false, true, false]);
        drop(second);
        drop(busy);
        // Now it is the one that was busy last.
        let _fifth = seats.take();
        assert_eq!([&first, &third].map(is_evicted), [false, true]);
    }

    #[test]
    fn a_seat_that_is_left_is_free() {
        let seats = Seats::new(2);
        let first = seats.take();
        for _ in 0..10 {
            drop(seats.take());
        }
        let _second = seats.take();
        assert!(!is_evicted(&first));
    }
}
