//! A relay that is killed, has no room, is damaged, or is told everything twice.

use super::{Played, Scenario};
use crate::relay::{Posted, Relay, spool};
use crate::room::Room;
use crate::stage::Stage;

pub const ROWS: &[Scenario] = &[
    Scenario {
        name: "relay-kill",
        what: "kill -9 of a relay under load, again and again",
        sessions: (5, 5),
        play: kills,
    },
    Scenario {
        name: "relay-disk-full",
        what: "no room for webhooks, then some",
        sessions: (5, 5),
        play: disk_full,
    },
    Scenario {
        name: "relay-damage",
        what: "bytes of the spool flipped after a kill",
        sessions: (5, 5),
        play: damage,
    },
    Scenario {
        name: "relay-twice",
        what: "every webhook twice at once, and again after a restart",
        sessions: (5, 5),
        play: twice,
    },
];

/// Whoever posts at once.
const THREADS: usize = 8;

/// The tests' own disk may be fuller than a relay likes.
const ANY_DISK: [&str; 2] = ["--disk-free", "1kB"];

fn kills(stage: &mut Stage) -> Played {
    let rounds = if stage.is_long { 200 } else { 6 };
    // The intake answers badly now and then, so that batches are under way when it dies.
    stage.faults(&["logs:503@0.2", "logs:reset-after-store@0.1"]);
    let posted = Posted::default();
    for _ in 0..rounds {
        let relay = Relay::start(stage, &ANY_DISK);
        let enough = stage.random.within(1..=400) as usize;
        let address = relay.address.clone();
        std::thread::scope(|scope| {
            let flood = scope.spawn(|| posted.flood(&address, THREADS, |_| false));
            let begun = posted.answered(2).len();
            while posted.answered(2).len() < begun + enough && !flood.is_finished() {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            let _ = relay.kill(stage);
        });
    }
    stage.faults(&[]);
    let relay = Relay::start(stage, &ANY_DISK);
    posted.settle(stage);
    let _ = relay.stop().exits(0);
    let spool = spool(stage);
    assert_eq!(
        (&spool["webhooks"], &spool["events"]),
        (&0.into(), &0.into())
    );
    let accepted = posted.answered(2).len();
    stage.note(format!(
        "{accepted} webhooks answered 2xx over {rounds} kills"
    ));
    Played::Judged
}

/// Of the disk: SQLite's log alone may take 16 MB.
const ROOM: u64 = 32 << 20;

fn disk_full(stage: &mut Stage) -> Played {
    let folder = stage.home.folder.join("disk");
    let Some(room) = Room::of(ROOM, &folder) else {
        return Played::Skipped("a tmpfs in a user namespace (unshare -Urm)");
    };
    stage.home.move_state(&room, &folder);
    let posted = Posted::default();
    let relay = Relay::start(stage, &["--disk-free", "1kB"]);
    posted.flood(&relay.address, THREADS, |count| count >= 200);
    stage.faults(&["logs:503@1"]);
    room.fill(stage.random.within(0..=200 << 10));
    posted.flood(&relay.address, THREADS, |count| count >= 3_000);
    let refused = posted.answered(5);
    assert!(!refused.is_empty(), "everything had room");
    stage.note(format!("{} answered 503", refused.len()));
    let _ = relay.kill(stage);
    room.free();
    stage.faults(&[]);
    let relay = Relay::start(stage, &["--disk-free", "1kB"]);
    for id in &refused {
        assert_eq!(
            posted.again(&relay.address, id),
            Some(202),
            "there is room again"
        );
    }
    posted.settle(stage);
    let _ = relay.stop().exits(0);
    Played::Judged
}

fn damage(stage: &mut Stage) -> Played {
    stage.faults(&["logs:503@1"]);
    let posted = Posted::default();
    let relay = Relay::start(stage, &ANY_DISK);
    posted.flood(&relay.address, THREADS, |count| count >= 400);
    let _ = relay.stop();
    flip(stage);
    // Damage that is seen at once is refused with what helps; what is not is found at the row.
    let mut process = Relay::launch(stage, &ANY_DISK);
    while !process.is_over() && !process.said().contains("webhooks at http://") {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    process.signal(rustix::process::Signal::TERM);
    let ended = process.finish(std::time::Duration::from_secs(60));
    assert!(!ended.stderr.contains("panicked at"), "{}", ended.stderr);
    let is_refused = ended.code == 1;
    if is_refused {
        assert!(
            ended.stderr.contains("ddctl state repair"),
            "{}",
            ended.stderr
        );
        let _ = stage.home.ddctl(&["state", "repair"]).status();
    }
    stage.note(match is_refused {
        true => "refused, and repaired",
        false => "the damaged rows are set aside",
    });
    stage.faults(&[]);
    let relay = Relay::start(stage, &ANY_DISK);
    posted.flood(&relay.address, 1, |count| count >= 5);
    match is_refused {
        // What a repair could not keep it has said, and it lies in the old file.
        true => {}
        false => posted.settle(stage),
    }
    let _ = relay.stop();
    Played::Judged
}

/// Flips bits of a few bodies, where they are not seen before they are read.
fn flip(stage: &mut Stage) {
    let path = stage.home.profile().join("relay.db");
    let mut bytes = std::fs::read(&path).expect("a spool");
    let needle = b"xxxxxxxxxxxxxxxxxxxxxxxx";
    let places = bytes
        .windows(needle.len())
        .enumerate()
        .filter(|(_, part)| part == needle);
    let places: Vec<usize> = places.map(|(at, _)| at).collect();
    assert!(!places.is_empty(), "the spool holds what was posted");
    for _ in 0..5 {
        let at = *stage.random.pick(&places);
        bytes[at] ^= 1;
    }
    std::fs::write(&path, bytes).expect("our file");
}

fn twice(stage: &mut Stage) -> Played {
    let posted = Posted::default();
    let relay = Relay::start(stage, &ANY_DISK);
    posted.flood(&relay.address, THREADS, |count| count >= 200);
    let ids = posted.answered(2);
    std::thread::scope(|scope| {
        for half in ids.chunks(ids.len().div_ceil(2)) {
            // Both halves run over all of them.
            let order: Vec<&String> = half.iter().chain(&ids).collect();
            let (posted, address) = (&posted, &relay.address);
            scope.spawn(move || {
                for id in order {
                    assert_eq!(posted.again(address, id), Some(202), "{id}");
                }
            });
        }
    });
    posted.settle(stage);
    let _ = relay.stop().exits(0);
    let relay = Relay::start(stage, &ANY_DISK);
    for id in &ids {
        assert_eq!(posted.again(&relay.address, id), Some(202), "{id}");
    }
    posted.flood(&relay.address, 1, |count| count >= 1);
    posted.settle(stage);
    let _ = relay.stop().exits(0);
    assert_eq!(
        stage.tally.duplicates, 0,
        "no batch was under way at an end"
    );
    Played::Judged
}
