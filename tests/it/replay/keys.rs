//! Every key, as a person presses it.

use super::*;

const UP: &str = "\x1b[A";
const DOWN: &str = "\x1b[B";
const RIGHT: &str = "\x1b[C";
const LEFT: &str = "\x1b[D";

/// Presses keys, and says what the status line then begins with.
#[track_caller]
fn press(pty: &mut Pty, keys: &str, status: &str) -> Vec<String> {
    pty.type_keys(keys);
    let screen = pty.wait_for(status);
    assert!(status_line(&screen).contains(status), "{screen:?}");
    screen
}

fn paused(environment: &TestEnvironment, flags: &[&str]) -> Pty {
    let mut pty = replay(environment, flags);
    pty.wait_for(" playing  0:0");
    press(&mut pty, " ", " paused  0:0");
    pty
}

#[test]
fn space_pauses_and_goes_on() {
    let environment = with_shell();
    let mut pty = paused(&environment, &[]);
    press(&mut pty, "p", " playing");
    press(&mut pty, " ", " paused");
    quit(pty);
}

#[test]
fn a_step_shows_the_next_event_and_one_back_takes_it_away() {
    let environment = with_shell();
    let mut pty = paused(&environment, &[]);
    assert_eq!(press(&mut pty, ".", " paused  1:00")[0], "$");
    assert_eq!(press(&mut pty, ".", " paused  1:01")[0], "$ run 1");
    assert_eq!(press(&mut pty, ".", " paused  1:02")[1], "done 1");
    assert_eq!(press(&mut pty, ",", " paused  1:01")[1], "");
    quit(pty);
}

#[test]
fn the_speed_changes_by_keys_and_by_flag() {
    let environment = with_shell();
    let mut pty = replay(&environment, &["--speed", "4"]);
    pty.wait_for("  4x");
    press(&mut pty, "\x7f", "  1x");
    press(&mut pty, "+", "  1.5x");
    press(&mut pty, "-<", "  0.5x");
    press(&mut pty, ">>>=", "  3x");
    quit(pty);
}

#[test]
fn arrows_seek_both_ways() {
    let environment = with_shell();
    let mut pty = paused(&environment, &[]);
    press(&mut pty, UP, " paused  1:0");
    press(&mut pty, "g", " paused  0:00");
    press(&mut pty, &RIGHT.repeat(12), " paused  1:00");
    assert_eq!(press(&mut pty, UP, " paused  2:00")[1], "done 1");
    press(&mut pty, LEFT, " paused  1:55");
    assert_eq!(press(&mut pty, DOWN, " paused  0:55")[0], "");
    quit(pty);
}

#[test]
fn the_start_the_end_and_tenths_are_one_key_away() {
    let environment = with_shell();
    let mut pty = paused(&environment, &[]);
    press(&mut pty, "G", " end  1:05:00 / 1:05:00");
    press(&mut pty, "5", " paused  32:30");
    press(&mut pty, "\x1b[H", " paused  0:00");
    press(&mut pty, "\x1b[F", " end  1:05:00");
    press(&mut pty, "g", " paused  0:00");
    quit(pty);
}

#[test]
fn brackets_and_page_keys_go_from_command_to_command() {
    let environment = with_shell();
    let mut pty = paused(&environment, &[]);
    assert_eq!(press(&mut pty, "]", "#1 run 1")[0], "$ run 1");
    press(&mut pty, "]", "#2 run 2");
    press(&mut pty, "\x1b[6~", "#3 run 3");
    press(&mut pty, "[", "#2 run 2");
    press(&mut pty, "\x1b[5~", "#1 run 1");
    press(&mut pty, "]]]]]", "#6 the end");
    press(&mut pty, "]", "no further command or marker");
    quit(pty);
}

#[test]
fn a_search_finds_forward_and_backward_and_marks_its_hits() {
    let environment = with_shell();
    let mut pty = paused(&environment, &[]);
    let screen = press(&mut pty, "/DONE\x7f\x7f\x7f\x7fdone\r", " paused  1:02");
    assert_eq!(screen[1], "done 1");
    assert!(holds(&pty.wire(), b"\x1b[0;30;43mdone"), "hits are marked");
    press(&mut pty, "nn", " paused  3:02");
    press(&mut pty, "N", " paused  2:02");
    press(&mut pty, "?run 1\r", " paused  1:01");
    press(&mut pty, "n", "no `run 1` before this");
    press(&mut pty, "/xyz\r", "no further `xyz`");
    press(&mut pty, "/half a pat\x1b", " paused  1:01");
    quit(pty);
}

#[test]
fn a_place_is_gone_to_by_time_clock_command_or_share() {
    let environment = with_shell();
    let mut pty = paused(&environment, &["--tz", "UTC"]);
    press(&mut pty, ":2m\r", " paused  2:00");
    press(&mut pty, ":#3\r", "#3 run 3");
    press(&mut pty, ":50%\r", " paused  32:30");
    // It began at 02:12:00 UTC.
    press(&mut pty, ":02:13\r", " paused  1:00");
    press(&mut pty, ":soon\r", "`soon` is no place");
    press(&mut pty, ":#77\r", "there is no #77");
    quit(pty);
}

#[test]
fn the_help_lies_over_the_picture_until_the_next_key() {
    let environment = with_shell();
    let mut pty = paused(&environment, &[]);
    pty.type_keys("h");
    let screen = pty.wait_for("previous, next command or marker");
    assert!(screen.iter().any(|row| row.contains("quit")), "{screen:?}");
    pty.type_keys("q");
    crate::support::until("the help to go", || {
        let is_gone = !pty
            .screen()
            .iter()
            .any(|row| row.contains("previous, next"));
        is_gone.then_some(())
    });
    pty.type_keys("\x1bOP");
    pty.wait_for("previous, next command or marker");
    pty.type_keys("\x03");
    assert_eq!(pty.finish().code, 130);
}

#[test]
fn a_marker_pauses_where_it_is_asked_for() {
    let events = [
        (0.0, "o", "before"),
        (0.05, "m", "here"),
        (0.1, "o", " after"),
    ];
    let environment = with_events(&events);
    let mut pty = replay(&environment, &["--pause-on-markers"]);
    let screen = pty.wait_for(" paused");
    assert_eq!(screen[0], "before");
    pty.type_keys(" ");
    pty.wait_for("before after");
    quit(pty);
}

#[test]
fn a_clip_begins_with_the_screen_as_it_was() {
    let environment = with_shell();
    for clip in ["2m1s..3m1s", "#2..#3", "02:14..02:15:01"] {
        let mut pty = replay(
            &environment,
            &["--clip", clip, "--speed", "100", "--tz", "UTC"],
        );
        let screen = pty.wait_for(" end  3:0");
        assert!(screen.contains(&"done 1".to_owned()), "{clip}: {screen:?}");
        assert!(screen.contains(&"done 2".to_owned()), "{clip}: {screen:?}");
        assert!(
            !screen.iter().any(|row| row.contains("done 3")),
            "{clip}: {screen:?}"
        );
        quit(pty);
    }
    let output = replay(&environment, &["--clip", "#9.."]).finish();
    assert_eq!(output.code, 2);
    assert!(holds(
        &output.wire,
        b"there is no #9: 6 commands were found"
    ));
    assert_given_back(&output);
}
