//! Relays over one NATS server that is killed.

use super::{Played, Scenario};
use crate::relay::{Posted, Relay};
use crate::stage::Stage;
use crate::support::NatsServer;

pub const ROWS: &[Scenario] = &[Scenario {
    name: "queue-kill",
    what: "kill -9 of the NATS server under load, again and again",
    sessions: (5, 5),
    play: server_kills,
}];

/// Whoever posts at once.
const THREADS: usize = 4;

/// What one relay has pulled and not acknowledged, at most (`delivery::queue`): that much may go out
/// once more when the server forgets what it was told.
const HELD: usize = 2_000;

fn server_kills(stage: &mut Stage) -> Played {
    let Some(mut server) = NatsServer::start() else {
        return Played::Skipped("nats-server");
    };
    let rounds = if stage.is_long { 20 } else { 3 };
    let url = server.url();
    let flags = ["--queue", url.as_str(), "--queue-ack-wait", "2s"];
    let relay = Relay::start(stage, &flags);
    let (posted, address) = (Posted::default(), relay.address.clone());
    for _ in 0..rounds {
        let enough = stage.random.within(50..=400) as usize;
        let before = posted.answered(2).len();
        // While the server is away webhooks are answered 503, and taken again when it is back.
        let is_enough = |_| posted.answered(2).len() >= before + 2 * enough;
        std::thread::scope(|scope| {
            let flood = scope.spawn(|| posted.flood(&address, THREADS, is_enough));
            while posted.answered(2).len() < before + enough && !flood.is_finished() {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            server.kill();
            stage.tally.kills += 1;
            server.restart();
        });
    }
    posted.settle(stage);
    let _ = relay.stop().exits(0);
    let duplicates = stage.tally.duplicates;
    let most = rounds * HELD;
    assert!(
        duplicates <= most,
        "{duplicates} duplicates, at most {most}"
    );
    let accepted = posted.answered(2).len();
    stage.note(format!(
        "{accepted} webhooks answered 2xx over {rounds} kills of the server"
    ));
    Played::Judged
}
