//! A disk that is full.

use super::{Played, Scenario};
use crate::room::Room;
use crate::stage::Stage;

pub const ROWS: &[Scenario] = &[
    Scenario {
        name: "disk-full-state",
        what: "no room for the state, then some",
        sessions: (120, 600),
        play: |stage| in_a_room(stage, state),
    },
    Scenario {
        name: "disk-full-dead-letters",
        what: "no room for dead letters, then some",
        sessions: (80, 300),
        play: |stage| in_a_room(stage, dead_letters),
    },
];

/// The size of the disk.
const SIZE: u64 = 8 << 20;
/// The free space is drawn up to here: the state without a single event takes some 130 KiB, and its
/// log as much again.
const SOME: u64 = 300 << 10;
/// Below this there is no room for the tables.
const NOTHING_FITS: u64 = 60 << 10;

fn in_a_room(stage: &mut Stage, play: fn(&mut Stage, &Room)) -> Played {
    let folder = stage.home.folder.join("disk");
    let Some(room) = Room::of(SIZE, &folder) else {
        return Played::Skipped("a tmpfs in a user namespace (unshare -Urm)");
    };
    stage.home.move_state(&room, &folder);
    play(stage, &room);
    room.free();
    // Its disk goes with the room, so the scenario ends here.
    stage.conclude();
    Played::Judged
}

fn state(stage: &mut Stage, room: &Room) {
    let free = stage.random.within(0..=SOME);
    room.fill(free);
    let exporter = stage.start(&[]);
    let ended = stage.broken_off(exporter);
    let kib = free >> 10;
    stage.note(format!("{kib} KiB free: exit code {}", ended.code));
    match ended.code {
        0 => assert!(free >= NOTHING_FITS, "{free} bytes were enough"),
        _ => drop(ended.exits(1).says("no room")),
    }
}

fn dead_letters(stage: &mut Stage, room: &Room) {
    let is_closing = |seq: u64| seq == CLOSING;
    stage.expected_dead = stage
        .there_is
        .iter()
        .filter(|event| is_closing(event.seq))
        .count();
    stage.faults(&["logs:poison=session.close"]);
    let mut exporter = stage.start(&[]);
    while stage.home.dead().is_empty() && !exporter.is_over() {
        std::thread::yield_now();
    }
    room.fill(stage.random.within(0..=40 << 10));
    // What it cannot note comes again.
    let ended = stage.broken_off(exporter);
    assert_ne!(ended.code, 0, "there was room for everything");
    stage.note(format!(
        "exit code {} after {} letters",
        ended.code,
        stage.home.dead().len()
    ));
    room.free();
    stage.go_on();
}

/// `session.seq` of the event that a session closed.
const CLOSING: u64 = 5;
