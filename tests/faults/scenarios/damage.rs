//! State that is not what was written: an error, never a silent start from the beginning.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use ddctl::delivery::state::FILE;
use rusqlite::Connection;

use super::{Played, SMALL, Scenario};
use crate::random::Random;
use crate::stage::Stage;

/// As a shell tells of a process that was killed.
const KILLED: i32 = 128 + 9;

pub const ROWS: &[Scenario] = &[
    Scenario {
        name: "state-flipped",
        what: "up to twenty bytes of the state are others",
        sessions: (60, 300),
        play: |stage| damaged(stage, flip),
    },
    Scenario {
        name: "state-empty",
        what: "the state file is empty",
        sessions: (60, 300),
        play: |stage| damaged(stage, empty),
    },
    Scenario {
        name: "state-newer",
        what: "the state is of a newer version",
        sessions: (60, 300),
        play: |stage| damaged(stage, make_newer),
    },
    Scenario {
        name: "state-foreign",
        what: "the state file is another program's",
        sessions: (60, 300),
        play: |stage| damaged(stage, make_foreign),
    },
    Scenario {
        name: "state-cut-wal",
        what: "the state's log is cut in its middle after a kill -9",
        sessions: (120, 600),
        play: cut_wal,
    },
];

/// Damages the state of a finished export: nothing may be sent, and the file has to stay as it is.
fn damaged(stage: &mut Stage, damage: fn(&Path, &mut Random)) -> Played {
    let _ = stage.run(&[]).exits(0);
    stage.look();
    let file = stage.home.state_file();
    let sound = fs::read(&file).expect("the state is there");
    damage(&file, &mut stage.random);
    let before = fs::read(&file).expect("the state is there");
    let asked = stage.asked().len();
    for args in [
        ["--new", "--to", "logs"].as_slice(),
        &["--since", "40d", "--to", "logs"],
    ] {
        let exporter = stage.start_with(args);
        let ended = stage.ended(exporter);
        let is_same = fs::read(&file).expect("the state is there") == before;
        assert!(ended.code == 0 || is_same, "it changed what it refused");
        assert_eq!(
            stage.asked().len(),
            asked,
            "it began anew: {} ({})",
            ended.stderr,
            ended.code
        );
        stage.note(format!("exit code {}", ended.code));
    }
    for name in ["state.db-wal", "state.db-shm"] {
        let _ = fs::remove_file(file.with_file_name(name));
    }
    fs::write(&file, sound).expect("it is ours");
    Played::Out
}

fn flip(file: &Path, random: &mut Random) {
    let mut bytes = fs::read(file).expect("the state is there");
    // Most of the file is empty room.
    let used: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
    for _ in 0..20 {
        let at = *random.pick(&used);
        bytes[at] ^= random.within(1..=255) as u8;
    }
    fs::write(file, bytes).expect("it is ours");
}

fn empty(file: &Path, _: &mut Random) {
    fs::write(file, "").expect("it is ours");
}

fn make_newer(file: &Path, _: &mut Random) {
    let state = Connection::open(file).expect("an SQLite file");
    state
        .pragma_update(None, "user_version", 1_000)
        .expect("it can be changed");
}

fn make_foreign(file: &Path, _: &mut Random) {
    fs::remove_file(file).expect("it is ours");
    let other = Connection::open(file).expect("an SQLite file");
    other
        .execute_batch("CREATE TABLE bookmarks (url TEXT)")
        .expect("it can be written");
}

/// False where it was over before, or as good as over: one that ends by itself leaves no log.
fn is_killed_in_the_middle(stage: &mut Stage) -> bool {
    stage.faults(&[SMALL, "logs:slow=1ms@0.5"]);
    let mut exporter = stage.start(&[]);
    let taken = stage.random.within(1..=3);
    match stage.wait(&mut exporter, |seen| seen.taken > taken) {
        true => stage.kill(exporter).code == KILLED && log(stage).exists(),
        false => {
            let _ = stage.ended(exporter).exits(0);
            false
        }
    }
}

fn log(stage: &Stage) -> PathBuf {
    let name = format!("{FILE}-wal");
    stage.home.state_file().with_file_name(name)
}

/// What was noted last is lost with the end of the log. What was noted before counts, or the damage
/// is said.
fn cut_wal(stage: &mut Stage) -> Played {
    while !is_killed_in_the_middle(stage) {
        stage.conclude();
        stage.begin_again();
    }
    let file = OpenOptions::new().write(true).open(log(stage));
    let file = file.expect("a process that was killed leaves its log");
    let length = file.metadata().expect("it is open").len();
    let kept = stage.random.within(length / 2..=length - 1);
    file.set_len(kept).expect("it is ours");
    // A torn sector behind the cut.
    file.write_all_at(&[0xa5; 100], kept).expect("it is ours");
    stage.forget_position();
    stage.note(format!("{kept} of {length} bytes kept"));
    Played::Out
}
