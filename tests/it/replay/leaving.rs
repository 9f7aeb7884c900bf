//! How the terminal is left, and what happens to it meanwhile.

use ddctl::ui::terminal::Terminal as _;
use rustix::process::Signal;

use super::*;
use crate::support::until;

#[test]
fn ctrl_c_gives_the_terminal_back_and_says_interrupted() {
    let environment = with_recording(&[(0.0, "first\r\n"), (3600.0, "late\r\n")]);
    let mut pty = replay(&environment, &[]);
    pty.wait_for("first");
    pty.type_keys("\x03");
    let output = pty.finish();
    assert_eq!(output.code, 130);
    assert_given_back(&output);
}

#[test]
fn a_signal_gives_the_terminal_back() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129)] {
        let environment = with_recording(&[(0.0, "first\r\n"), (3600.0, "late\r\n")]);
        let mut pty = replay(&environment, &[]);
        pty.wait_for("first");
        pty.signal(signal);
        let output = pty.finish();
        assert_eq!(output.code, code, "{signal:?}");
        assert_given_back(&output);
    }
}

#[test]
fn keys_come_from_the_terminal_when_the_recording_comes_from_stdin() {
    let environment = with_recording(&[(0.0, "first\r\n"), (3600.0, "late\r\n")]);
    let line = format!(
        "{} sessions replay - < session.cast",
        env!("CARGO_BIN_EXE_ddctl")
    );
    let mut pty = Pty::start_program(&environment, "/bin/sh", &["-c", &line]);
    pty.wait_for("first");
    pty.type_keys("q");
    let output = pty.finish();
    assert_eq!(output.code, 0);
    assert_given_back(&output);
}

#[test]
fn what_a_terminal_answers_late_is_typed_into_no_shell() {
    let environment = with_recording(&[(0.0, "first\r\n"), (3600.0, "late\r\n")]);
    let line = format!(
        "{} sessions replay session.cast; stty -echo -icanon min 0 time 2; \
         echo left:$(dd bs=9999 count=1 2>/dev/null | wc -c):",
        env!("CARGO_BIN_EXE_ddctl")
    );
    let mut pty = Pty::start_program(&environment, "/bin/sh", &["-c", &line]);
    pty.wait_for("first");
    let answers = "\x1b]11;rgb:0000/0000/0000\x1b\\\x1b[?1;2c".repeat(80);
    pty.type_keys(&format!("q{answers}"));
    pty.wait_for("left:0:");
    assert_eq!(pty.finish().code, 0);
}

#[cfg(target_os = "linux")]
#[test]
fn stopped_and_continued_the_terminal_is_given_back_and_taken_again() {
    for is_key in [true, false] {
        let environment = with_recording(&[(0.0, "first\r\n"), (3600.0, "late\r\n")]);
        let mut pty = replay(&environment, &[]);
        pty.wait_for("first");
        match is_key {
            true => pty.type_keys("\x1a"),
            false => pty.signal(Signal::TSTP),
        }
        until("the program to stop", || {
            is_stopped(pty.process_id()).then_some(())
        });
        until("the main screen", || {
            holds(&pty.wire(), LEAVE).then_some(())
        });
        assert!(pty.is_given_back(), "the terminal's settings differ");
        let before = pty.wire().len();
        pty.signal(Signal::CONT);
        until("the picture again", || {
            holds(&pty.wire()[before..], b"first").then_some(())
        });
        assert!(!pty.is_given_back(), "it is taken again");
        pty.type_keys(" ");
        pty.wait_for(" paused  0:00");
        quit(pty);
    }
}

#[cfg(target_os = "linux")]
fn is_stopped(id: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit(") ")
        .next()
        .is_some_and(|rest| rest.starts_with('T'))
}

#[test]
fn a_terminal_that_goes_away_ends_it() {
    let environment = with_recording(&[(0.0, "first\r\n"), (3600.0, "late\r\n")]);
    let mut pty = replay(&environment, &[]);
    pty.wait_for("first");
    pty.signal(Signal::HUP);
    assert_eq!(pty.finish().code, 129);
}

#[test]
fn another_size_of_the_terminal_is_another_picture() {
    let environment = with_recording(&[(0.0, "first\r\n"), (3600.0, "late\r\n")]);
    let mut pty = replay(&environment, &[]);
    pty.wait_for("h help");
    pty.resize(40, 8);
    let screen = pty.wait_for("60x10");
    assert_eq!(screen[0], "first");
    assert!(
        status_line(&screen).starts_with(" playing  0:00 / 1:00:00"),
        "{screen:?}"
    );
    pty.resize(120, 40);
    let screen = pty.wait_for("h help");
    assert_eq!((screen.len(), screen[0].as_str()), (40, "first"));
    quit(pty);
}

const BROKEN: &str = "it breaks here";

#[test]
#[ignore = "panics on a terminal of its own, where the test below starts it"]
fn a_player_that_panics() {
    let mut device = ddctl::ui::terminal::Device::open().expect("a terminal");
    device.draw(b"first").expect("drawn");
    panic!("{BROKEN}");
}

#[test]
fn a_panic_gives_the_terminal_back_and_is_read_on_the_main_screen() {
    let environment = TestEnvironment::empty();
    let tests = std::env::current_exe().expect("the tests");
    let name = "replay::leaving::a_player_that_panics";
    let args = ["--exact", name, "--ignored", "--nocapture"];
    let tests = tests.to_str().expect("a path in UTF-8");
    let output = Pty::start_program(&environment, tests, &args).finish();
    assert_ne!(output.code, 0);
    assert_given_back(&output);
    let at = |text: &[u8]| memchr::memmem::find(&output.wire, text).expect("on the wire");
    assert!(at(b"first") < at(LEAVE));
    assert!(at(LEAVE) < at(BROKEN.as_bytes()), "said where it vanishes");
}
