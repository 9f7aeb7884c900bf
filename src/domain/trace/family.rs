//! How traces hang together: each may name another one that caused it.
//!
//! What is named makes a tree as long as everyone is there and nobody is their own ancestor. Whether
//! that is so is found as the traces come, in any order, at nearly no cost a trace: everybody knows
//! somebody further up, and the way up gets shorter each time it is gone.

use std::collections::HashMap;

use crate::domain::span::TraceId;

/// More traces than this are not compared.
pub const MOST_TRACES: usize = 50_000;

/// The traces of a run, as far as they were seen.
#[derive(Debug, Default)]
pub struct Family {
    numbers: HashMap<TraceId, usize>,
    members: Vec<Member>,
    is_full: bool,
}

#[derive(Debug)]
struct Member {
    /// Somebody further up, or itself.
    up: usize,
    has_parent: bool,
    is_seen: bool,
}

impl Family {
    /// Takes in that `trace` is there, and names `parent`. True where that closes a circle: then the
    /// link is left out, so that no way up is endless.
    pub fn meet(&mut self, trace: TraceId, parent: Option<TraceId>) -> bool {
        let Some(child) = self.number(trace) else {
            return false;
        };
        self.members[child].is_seen = true;
        // Every span of a trace says the same.
        let is_new = !self.members[child].has_parent;
        match parent
            .filter(|_| is_new)
            .and_then(|parent| self.number(parent))
        {
            Some(above) => !self.put_under(child, above),
            None => false,
        }
    }

    /// False where that is a circle.
    fn put_under(&mut self, child: usize, above: usize) -> bool {
        self.members[child].has_parent = true;
        let top = self.top(above);
        let is_tree = top != child;
        if is_tree {
            self.members[child].up = top;
        }
        is_tree
    }

    /// Whether somebody was seen as `trace`.
    pub fn has(&self, trace: TraceId) -> bool {
        let number = self.numbers.get(&trace);
        number.is_some_and(|number| self.members[*number].is_seen)
    }

    /// Traces that were seen.
    pub fn len(&self) -> usize {
        self.members.iter().filter(|one| one.is_seen).count()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// True where there were more than are compared.
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    /// `None` where there is no room for another.
    fn number(&mut self, trace: TraceId) -> Option<usize> {
        if let Some(number) = self.numbers.get(&trace) {
            return Some(*number);
        }
        if self.members.len() == MOST_TRACES {
            self.is_full = true;
            return None;
        }
        let number = self.members.len();
        self.numbers.insert(trace, number);
        self.members.push(Member {
            up: number,
            has_parent: false,
            is_seen: false,
        });
        Some(number)
    }

    /// The end of the way up.
    fn top(&mut self, from: usize) -> usize {
        let mut top = from;
        while self.members[top].up != top {
            top = self.members[top].up;
        }
        let mut at = from;
        while self.members[at].up != top {
            at = std::mem::replace(&mut self.members[at].up, top);
        }
        top
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn id(number: usize) -> TraceId {
        TraceId::of_text(&format!("t-{number}"))
    }

    #[test]
    fn a_trace_that_names_itself_is_a_circle() {
        let mut family = Family::default();
        assert!(family.meet(id(1), Some(id(1))));
        assert!(!family.meet(id(1), Some(id(1))), "said once");
    }

    #[test]
    fn a_parent_may_come_later_and_is_missing_until_then() {
        let mut family = Family::default();
        assert!(!family.meet(id(2), Some(id(1))));
        assert!(!family.has(id(1)) && family.has(id(2)));
        assert!(!family.meet(id(1), None));
        assert!(family.has(id(1)));
        assert_eq!(family.len(), 2);
    }

    #[test]
    fn of_too_many_the_first_are_compared() {
        let mut family = Family::default();
        for number in 0..MOST_TRACES {
            family.meet(id(number), None);
        }
        assert!(!family.is_full());
        assert!(!family.meet(id(MOST_TRACES), Some(id(0))));
        assert!(family.is_full());
    }

    proptest! {
        #[test]
        fn exactly_the_links_that_close_a_circle_are_found(
            links in prop::collection::vec((0_usize..8, 0_usize..8), 0..24),
        ) {
            let mut family = Family::default();
            let mut parents: BTreeMap<usize, usize> = BTreeMap::new();
            let mut named = std::collections::BTreeSet::new();
            for (child, parent) in links {
                let mut closes = false;
                if named.insert(child) {
                    let mut at = Some(parent);
                    while let Some(one) = at {
                        closes |= one == child;
                        at = parents.get(&one).copied();
                    }
                    if !closes {
                        parents.insert(child, parent);
                    }
                }
                prop_assert_eq!(family.meet(id(child), Some(id(parent))), closes);
            }
        }
    }
}
