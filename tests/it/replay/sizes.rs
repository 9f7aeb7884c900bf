//! Terminals and recordings of every size, and terminals that know less.

use super::*;

#[test]
fn a_tiny_terminal_shows_a_window_and_the_time() {
    let environment = with_recording(&[(0.0, "0123456789abc"), (3600.0, "late")]);
    let mut pty = replay_sized(&environment, (10, 3), &[]);
    let screen = pty.wait_for("abc");
    assert_eq!(screen, ["456789abc", "", "0:00  0%"]);
    pty.type_keys("h");
    pty.wait_for("Keys");
    pty.type_keys("q/ab");
    pty.wait_for("/ab");
    pty.type_keys("\x1b");
    pty.wait_for("0:0");
    quit(pty);
}

#[test]
fn a_terminal_of_one_cell_is_survived() {
    let environment = with_recording(&[(0.0, "日本"), (3600.0, "late")]);
    let mut pty = replay_sized(&environment, (1, 1), &[]);
    crate::support::until("a picture", || holds(&pty.wire(), b"\x1b[2J").then_some(()));
    pty.type_keys("hjhH:/\x1b");
    quit(pty);
}

#[test]
fn of_a_large_recording_a_window_follows_the_cursor_and_can_be_moved() {
    let environment = with_events(&[
        (0.0, "r", "1000x1000"),
        (0.0, "o", "left top\x1b[500;400Hin the middle"),
        (3600.0, "o", "late"),
    ]);
    let mut pty = replay(&environment, &[]);
    let screen = pty.wait_for("in the middle");
    assert!(status_line(&screen).contains("1000x1000"), "{screen:?}");
    for _ in 0..130 {
        pty.type_keys("\x1b[1;2A");
    }
    for _ in 0..60 {
        pty.type_keys("H");
    }
    let screen = pty.wait_for("left top");
    assert!(
        status_line(&screen).contains("1000x1000 at 1,1"),
        "{screen:?}"
    );
    pty.type_keys("f");
    pty.wait_for("in the middle");
    quit(pty);
}

#[test]
fn only_a_flag_asks_the_terminal_for_another_size() {
    let environment = with_recording(&[(0.0, "first"), (3600.0, "late")]);
    for (flags, is_asked) in [(&[][..], false), (&["--resize"], true)] {
        let mut pty = replay(&environment, flags);
        pty.wait_for("first");
        let output = quit(pty);
        assert_eq!(holds(&output.wire, b"\x1b[8;11;60t"), is_asked);
        assert_eq!(holds(&output.wire, b"\x1b[8;24;80t"), is_asked);
    }
}

#[test]
fn a_recording_of_one_event_plays_and_an_empty_one_says_so() {
    let environment = with_recording(&[(0.5, "all of it")]);
    let mut pty = replay(&environment, &[]);
    pty.wait_for("all of it");
    pty.wait_for(" end  0:00 / 0:00");
    pty.type_keys("\x1b[D\x1b[C.,g");
    pty.wait_for("all of it");
    quit(pty);
    let environment = with_recording(&[]);
    let output = replay(&environment, &[]).finish();
    assert_eq!(output.code, 1);
    assert!(holds(&output.wire, b"the recording is empty"));
    assert!(output.is_given_back);
}

#[test]
fn without_colours_there_are_none() {
    let mut environment = with_recording(&[(0.0, "\x1b[1;31;44mbold\x1b[0m hit")]);
    environment.set("NO_COLOR", "1");
    let mut pty = replay(&environment, &[]);
    pty.wait_for(" end ");
    pty.type_keys("g/hit\r");
    pty.wait_for(" end ");
    let output = quit(pty);
    assert!(holds(&output.wire, b"\x1b[0;1mbold"));
    let colours =
        regex::bytes::Regex::new(r"\x1b\[[0-9;]*;(?:3|4|9|10)[0-9][;m]").expect("a pattern");
    assert!(!colours.is_match(&output.wire));
}

#[test]
fn a_locale_without_unicode_gets_ascii() {
    let mut environment = with_recording(&[(0.0, "┌─┐ naïve 日本"), (60.0, "late")]);
    environment.set("LC_ALL", "C");
    let mut pty = replay(&environment, &[]);
    let screen = pty.wait_for("na?ve");
    assert_eq!(screen[0], "+-+ na?ve ? ?");
    assert!(screen.iter().all(|row| row.is_ascii()), "{screen:?}");
    let output = quit(pty);
    assert!(output.wire.is_ascii());
}

#[test]
fn a_recording_that_breaks_off_is_played_up_to_there() {
    let environment = TestEnvironment::empty();
    let file = asciicast(&[(0.0, "o", "good")]) + "[1, \"o\"\n[2, \"o\", \" too\"]\n";
    environment.write(&environment.path("session.cast"), file);
    let mut pty = replay(&environment, &[]);
    let screen = pty.wait_for("broken here");
    assert_eq!(screen[0], "good");
    pty.type_keys("q");
    let output = pty.finish();
    assert_eq!(output.code, 1);
    assert!(holds(&output.wire, b"line 3"));
    assert_given_back(&output);
    let mut pty = replay(&environment, &["--lenient"]);
    pty.wait_for("good too");
    let output = quit(pty);
    assert!(holds(&output.wire, b"line 3"), "it is named afterwards");
}
