//! Everything that can go wrong, a row each.

mod answers;
mod clock;
mod connections;
mod damage;
mod disk;
mod gateway;
mod keys;
mod kills;
mod memory;
mod queues;
mod relays;
mod sharing;
mod signals;
mod sizes;

use super::stage::Stage;

/// One way of going wrong.
pub struct Scenario {
    pub name: &'static str,
    /// What goes wrong.
    pub what: &'static str,
    /// Sessions of the gateway, in the short form and in the long one.
    pub sessions: (u64, u64),
    pub play: fn(&mut Stage) -> Played,
}

/// How far a scenario came.
pub enum Played {
    /// To where the faults are taken away and the oracle judges.
    Out,
    /// To its very end: what it needed is gone.
    Judged,
    /// This machine lacks what it needs.
    Skipped(&'static str),
    /// It takes minutes.
    LongAlone,
}

/// Every row.
pub fn all() -> impl Iterator<Item = &'static Scenario> {
    [
        kills::ROWS,
        answers::ROWS,
        connections::ROWS,
        sizes::ROWS,
        keys::ROWS,
        disk::ROWS,
        damage::ROWS,
        clock::ROWS,
        gateway::ROWS,
        signals::ROWS,
        memory::ROWS,
        sharing::ROWS,
        relays::ROWS,
        queues::ROWS,
    ]
    .into_iter()
    .flatten()
}

/// Makes a delivery of a few hundred events take several requests.
const SMALL: &str = "logs:limit=100000";
