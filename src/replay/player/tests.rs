//! Keys and times in, pictures out.

use std::time::Duration;

use super::*;
use crate::recording::Code;
use crate::replay::options::Clip;
use crate::replay::point::{Clock, Origin};
use crate::replay::tape::{InMemory, Moment};

const WINDOW: Size = Size { cols: 90, rows: 5 };

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn reel(list: &[(u64, &str, &str)]) -> Reel<InMemory> {
    let moments = list.iter().map(|(at, code, data)| Moment {
        time: ms(*at),
        code: Code::parse(code).expect("a code"),
        data: data.as_bytes().to_vec(),
        enters: 0,
    });
    Reel {
        tape: InMemory::new(moments.collect()),
        size: Size { cols: 40, rows: 4 },
        title: String::new(),
        idle_limit: Duration::MAX,
        has_prompts: true,
    }
}

fn player_of(reel: Reel<InMemory>, options: Options) -> Player<InMemory> {
    Player::new(reel, options, ms(0)).expect("memory does not fail")
}

fn player(list: &[(u64, &str, &str)]) -> Player<InMemory> {
    player_of(reel(list), Options::default())
}

fn abc() -> Player<InMemory> {
    player(&[(500, "o", "a"), (1_500, "o", "b"), (2_500, "o", "c")])
}

/// A shell: a command every ten seconds, its output a second later.
fn shell() -> Reel<InMemory> {
    let mut list = Vec::new();
    for n in 1..=5 {
        list.push((n * 10_000, "o", "$ ".to_owned()));
        list.push((n * 10_000 + 500, "o", format!("run {n}")));
        list.push((n * 10_000 + 1_000, "o", format!("\r\ndone {n}\r\n")));
    }
    let list: Vec<_> = list
        .iter()
        .map(|(at, code, text)| (*at, *code, text.as_str()))
        .collect();
    reel(&list)
}

/// Does all the work there is, and what is due: the first row with text from below, and the
/// status line.
fn shown(player: &mut Player<InMemory>, now: Duration) -> (String, String) {
    while player.has_work() {
        player.work(now);
    }
    while player.advance(now) {}
    let frame = player.frame(WINDOW, now);
    let text = (0..4).rev().map(|row| frame.text(row));
    let text = text.into_iter().find(|text| !text.is_empty());
    (text.unwrap_or_default(), frame.text(4))
}

fn press(player: &mut Player<InMemory>, keys: &str, now: Duration) -> (String, String) {
    for c in keys.chars() {
        let key = match c {
            '→' => Key::Right,
            '←' => Key::Left,
            '↑' => Key::Up,
            '↓' => Key::Down,
            '⏎' => Key::Enter,
            '⎋' => Key::Escape,
            c => Key::Char(c),
        };
        player.press(key, now);
    }
    shown(player, now)
}

#[test]
fn events_appear_when_they_are_due() {
    let mut player = abc();
    assert_eq!(shown(&mut player, ms(499)).0, "");
    assert_eq!(player.deadline(ms(499)), Some(ms(500)));
    assert_eq!(shown(&mut player, ms(500)).0, "a");
    let clock_of_the_status_line = Some(ms(1_000));
    assert_eq!(player.deadline(ms(500)), clock_of_the_status_line);
    let (text, status) = shown(&mut player, ms(2_500));
    assert_eq!(text, "abc");
    assert!(
        status.starts_with(" end  0:02 / 0:02  ━━━━━━━━━━ 100%  1x"),
        "{status}"
    );
    assert_eq!(player.deadline(ms(2_500)), None);
    assert!(player.is_ended() && !player.is_done());
}

#[test]
fn a_pause_holds_the_picture_and_a_step_moves_it_by_one_event() {
    let mut player = abc();
    shown(&mut player, ms(600));
    press(&mut player, " ", ms(600));
    assert_eq!(player.deadline(ms(600)), None);
    assert_eq!(shown(&mut player, ms(60_000)).0, "a");
    let (text, status) = press(&mut player, ".", ms(60_000));
    assert_eq!(text, "ab");
    assert!(status.starts_with(" paused  0:01 / 0:02"));
    assert_eq!(press(&mut player, ",", ms(60_000)).0, "a");
    assert_eq!(press(&mut player, ",,,", ms(60_000)).0, "");
    press(&mut player, "..", ms(60_000));
    press(&mut player, " ", ms(70_000));
    assert_eq!(player.deadline(ms(70_000)), Some(ms(70_500)));
    assert_eq!(shown(&mut player, ms(71_000)).0, "abc");
}

#[test]
fn a_step_while_playing_pauses() {
    let mut player = abc();
    let (text, status) = press(&mut player, ".", ms(100));
    assert_eq!(text, "a");
    assert!(status.starts_with(" paused"));
}

#[test]
fn the_speed_changes_without_a_jump_and_stops_at_its_ends() {
    let mut player = abc();
    press(&mut player, "++", ms(500));
    assert_eq!(shown(&mut player, ms(999)).0, "a");
    assert_eq!(shown(&mut player, ms(1_000)).0, "ab");
    press(&mut player, &"-".repeat(40), ms(1_000));
    assert!(shown(&mut player, ms(1_000)).1.contains("  0.1x"));
    press(&mut player, &"+".repeat(40), ms(1_000));
    assert!(shown(&mut player, ms(1_000)).1.contains("  100x"));
    player.press(Key::Backspace, ms(1_000));
    assert!(shown(&mut player, ms(1_000)).1.contains("  1x"));
}

#[test]
fn arrows_seek_both_ways_and_playing_goes_on_from_there() {
    let mut player = player_of(shell(), Options::default());
    assert_eq!(press(&mut player, "→→→", ms(0)).0, "done 1");
    assert_eq!(shown(&mut player, ms(5_600)).0, "$ run 2");
    assert!(
        press(&mut player, "←", ms(5_600))
            .1
            .starts_with(" playing  0:15 / 0:51")
    );
    assert_eq!(press(&mut player, "←", ms(5_600)).0, "$ run 1");
    assert_eq!(press(&mut player, "←←←←", ms(5_600)).0, "");
    assert_eq!(player.deadline(ms(5_600)), Some(ms(6_600)));
    assert!(
        press(&mut player, "↑", ms(5_600))
            .1
            .starts_with(" end  0:51 / 0:51")
    );
    assert!(
        press(&mut player, "←", ms(5_600))
            .1
            .starts_with(" playing  0:46 / 0:51")
    );
}

#[test]
fn seeks_keep_a_pause() {
    let mut player = player_of(shell(), Options::default());
    assert!(
        press(&mut player, " →→→", ms(0))
            .1
            .starts_with(" paused  0:15")
    );
    assert!(
        shown(&mut player, ms(90_000))
            .1
            .starts_with(" paused  0:15")
    );
}

#[test]
fn with_an_idle_limit_seeks_count_what_is_watched_and_times_are_the_recorded_ones() {
    let mut cut = reel(&[(0, "o", "a"), (3_600_000, "o", "b"), (3_601_000, "o", "c")]);
    cut.idle_limit = ms(2_000);
    let mut player = player_of(cut, Options::default());
    assert_eq!(shown(&mut player, ms(1_999)).0, "a");
    let (text, status) = shown(&mut player, ms(2_000));
    assert_eq!(text, "ab");
    assert!(
        status.starts_with(" playing  1:00:00 / 1:00:01"),
        "{status}"
    );
    let (text, status) = press(&mut player, "←", ms(2_500));
    assert_eq!(text, "a");
    assert!(status.starts_with(" playing  0:00"), "{status}");
    let (text, _) = press(&mut player, ":1800⏎", ms(2_500));
    assert_eq!(text, "ab", "the rest of the pause is cut");
}

#[test]
fn start_end_and_tenths() {
    let mut player = player_of(shell(), Options::default());
    assert!(press(&mut player, "G", ms(0)).1.starts_with(" end  0:51"));
    assert!(
        press(&mut player, "5", ms(0))
            .1
            .starts_with(" playing  0:25")
    );
    assert_eq!(
        press(&mut player, "g", ms(0)),
        press(&mut player, "0", ms(0))
    );
    assert!(shown(&mut player, ms(0)).1.starts_with(" playing  0:00"));
}

#[test]
fn brackets_go_from_command_to_command() {
    let mut player = player_of(shell(), Options::default());
    let (text, status) = press(&mut player, " ]", ms(0));
    assert_eq!(text, "$ run 1");
    assert!(status.contains("  1x  #1 run 1"), "{status}");
    assert_eq!(press(&mut player, "]]", ms(0)).0, "$ run 3");
    assert_eq!(press(&mut player, "[", ms(0)).0, "$ run 2");
    assert!(
        press(&mut player, "]]]]]", ms(0))
            .1
            .contains("no further command or marker")
    );
    assert_eq!(
        press(&mut player, "[[[[[[", ms(0)).0,
        "",
        "before the first is the start"
    );
}

#[test]
fn while_playing_back_goes_to_the_command_before_when_pressed_again() {
    let mut player = player_of(shell(), Options::default());
    press(&mut player, ":45⏎", ms(0));
    assert_eq!(press(&mut player, "[", ms(0)).0, "$ run 4");
    assert_eq!(press(&mut player, "[", ms(400)).0, "$ run 3");
}

#[test]
fn markers_are_stopped_at_too_and_playing_may_pause_there() {
    let list = [
        (0, "o", "a"),
        (10, "o", "b"),
        (20, "m", "here"),
        (30, "o", "c"),
    ];
    let mut marked = player(&list);
    let (text, status) = press(&mut marked, " ]", ms(0));
    assert_eq!(text, "ab");
    assert!(status.contains("#1 here"), "{status}");
    let pausing = Options {
        pauses_at_markers: true,
        ..Options::default()
    };
    let mut player = player_of(reel(&list), pausing);
    let (text, status) = shown(&mut player, ms(1_000));
    assert_eq!(text, "ab");
    assert!(status.starts_with(" paused"), "{status}");
}

#[test]
fn a_place_can_be_named() {
    let mut player = player_of(shell(), Options::default());
    assert_eq!(press(&mut player, ":31⏎", ms(0)).0, "done 3");
    assert_eq!(press(&mut player, ":#2⏎", ms(0)).0, "$ run 2");
    assert!(
        press(&mut player, ":50%⏎", ms(0))
            .1
            .starts_with(" playing  0:25")
    );
    let (_, status) = press(&mut player, ":#9⏎", ms(0));
    assert!(
        status.contains("there is no #9: 5 commands were found"),
        "{status}"
    );
    assert!(
        press(&mut player, ":soon⏎", ms(0))
            .1
            .contains("`soon` is no place")
    );
    assert!(
        press(&mut player, ":03:12⏎", ms(0))
            .1
            .contains("does not say when it began")
    );
    assert!(
        press(&mut player, ":3⎋", ms(0))
            .1
            .starts_with(" playing  0:25")
    );
}

#[test]
fn a_clock_time_is_a_place_where_the_start_is_known() {
    let start = "2026-11-20T03:12:00Z".parse().expect("an instant");
    let known = Options {
        origin: Origin {
            start: Some(start),
            ..Origin::default()
        },
        ..Options::default()
    };
    let mut player = player_of(shell(), known);
    assert_eq!(press(&mut player, ":03:12:41⏎", ms(0)).0, "done 4");
    let frame = player.frame(Size { cols: 120, rows: 5 }, ms(0));
    assert!(frame.text(4).contains("03:12:41"), "{}", frame.text(4));
}

#[test]
fn a_search_stops_at_the_next_hit_and_back_at_the_one_before() {
    let mut player = player_of(shell(), Options::default());
    let (text, status) = press(&mut player, "/done⏎", ms(0));
    assert_eq!(text, "done 1");
    assert!(status.starts_with(" paused  0:11"), "{status}");
    assert_eq!(press(&mut player, "nn", ms(0)).0, "done 3");
    assert_eq!(press(&mut player, "N", ms(0)).0, "done 2");
    assert!(
        press(&mut player, "nnnn", ms(0))
            .1
            .contains("no further `done`")
    );
    assert_eq!(
        press(&mut player, "?RUN⏎", ms(0))
            .1
            .contains("no `RUN` before this"),
        true
    );
    assert_eq!(press(&mut player, "?run⏎", ms(0)).0, "$ run 5");
    assert_eq!(press(&mut player, "n", ms(0)).0, "$ run 4");
    assert_eq!(press(&mut player, "N", ms(0)).0, "$ run 5");
    assert!(
        press(&mut player, "/nowhere⏎", ms(0))
            .1
            .contains("no further `nowhere`")
    );
    assert_eq!(shown(&mut player, ms(0)).0, "$ run 5", "the picture stays");
}

#[test]
fn hits_are_highlighted_until_they_are_given_up() {
    let mut player = player_of(shell(), Options::default());
    press(&mut player, "/done⏎", ms(0));
    let marked = |player: &mut Player<InMemory>| {
        let frame = player.frame(WINDOW, ms(0));
        let cells = (0..4).flat_map(|row| frame.row(row).to_vec());
        cells.filter(|cell| cell.style.background.is_some()).count()
    };
    assert_eq!(marked(&mut player), 4);
    press(&mut player, "⎋", ms(0));
    assert_eq!(marked(&mut player), 0);
}

#[test]
fn a_search_before_any_says_how() {
    let mut player = abc();
    assert!(
        press(&mut player, "n", ms(0))
            .1
            .contains("nothing was searched yet")
    );
}

fn clipped(from: Option<&str>, until: Option<&str>) -> Player<InMemory> {
    let point = |text: &str| text.parse::<Point>().expect("a place");
    let options = Options {
        clip: Clip {
            from: from.map(point),
            until: until.map(point),
        },
        ..Options::default()
    };
    player_of(shell(), options)
}

#[test]
fn a_clip_begins_with_the_screen_as_it_was_and_ends_where_it_says() {
    let mut player = clipped(Some("25s"), Some("#4"));
    let (text, status) = shown(&mut player, ms(0));
    assert_eq!(text, "done 2");
    assert!(
        status.starts_with(" playing  0:25 / 0:40  ────────── "),
        "{status}"
    );
    let (text, status) = shown(&mut player, ms(60_000));
    assert_eq!(text, "$");
    assert!(status.starts_with(" end  0:40 / 0:40"), "{status}");
    assert!(
        press(&mut player, "g", ms(60_000))
            .1
            .starts_with(" playing  0:25")
    );
    assert!(
        press(&mut player, "←", ms(60_000))
            .1
            .starts_with(" playing  0:25")
    );
    assert!(
        press(&mut player, "?run 1⏎", ms(60_000))
            .1
            .contains("no `run 1` before this")
    );
    assert!(
        press(&mut player, "]]", ms(60_000))
            .1
            .contains("no further command")
    );
}

#[test]
fn a_clip_may_begin_at_a_command() {
    let mut player = clipped(Some("#3"), None);
    assert_eq!(shown(&mut player, ms(0)).0, "$ run 3");
    assert_eq!(shown(&mut player, ms(600)).0, "done 3");
}

#[test]
fn a_clip_that_names_what_is_not_there_is_refused() {
    for (from, until) in [
        (Some("#9"), None),
        (None, Some("#9")),
        (Some("03:12"), None),
    ] {
        let mut player = clipped(from, until);
        shown(&mut player, ms(0));
        assert!(player.refused().is_some(), "{from:?} {until:?}");
    }
}

#[test]
fn the_help_is_shown_until_a_key_is_pressed() {
    let mut player = abc();
    let frame_text = |player: &mut Player<InMemory>| {
        let frame = player.frame(Size { cols: 80, rows: 24 }, ms(0));
        (0..24)
            .map(|row| frame.text(row) + "\n")
            .collect::<String>()
    };
    player.press(Key::Char('h'), ms(0));
    assert!(frame_text(&mut player).contains("pause, go on"));
    assert_eq!(player.press(Key::Char('q'), ms(0)), Flow::GoOn);
    assert!(!frame_text(&mut player).contains("pause, go on"));
    assert_eq!(player.press(Key::Char('q'), ms(0)), Flow::Quit);
    assert_eq!(player.press(Key::Ctrl('c'), ms(0)), Flow::Interrupted);
}

#[test]
fn a_resize_event_resizes_the_screen() {
    let mut player = player(&[(0, "r", "3x2"), (0, "o", "abcd")]);
    shown(&mut player, ms(0));
    let frame = player.frame(WINDOW, ms(0));
    assert_eq!([frame.text(0), frame.text(1)], ["abc", "d"]);
}

#[test]
fn a_flood_is_played_in_pieces_so_that_keys_are_heard() {
    let flood = format!("{}last", "x\r".repeat(1_000_000));
    let mut player = player(&[(0, "o", &flood)]);
    assert!(player.advance(ms(0)));
    assert!(!player.is_ended());
    while player.advance(ms(0)) {}
    assert!(player.is_ended());
    assert_eq!(shown(&mut player, ms(0)).0, "last");
}

#[test]
fn a_seek_beyond_what_was_read_shows_where_it_is() {
    let line = format!("{}\r\n", "x".repeat(60_000));
    let mut moments: Vec<(u64, &str, &str)> =
        (0..100).map(|n| (n * 1_000, "o", line.as_str())).collect();
    moments.push((100_000, "o", "last"));
    let mut player = player(&moments);
    player.press(Key::Char(' '), ms(0));
    player.press(Key::Char('G'), ms(0));
    let mut seen = Vec::new();
    while player.has_work() {
        let frame = player.frame(WINDOW, ms(0));
        if frame.text(4).starts_with(" seeking") {
            seen.push(frame.text(4));
        }
        player.work(ms(0));
    }
    seen.dedup();
    assert!(seen.len() > 5, "{seen:?}");
    assert_eq!(shown(&mut player, ms(0)).0, "last");
    player.press(Key::Char('g'), ms(0));
    player.press(Key::Escape, ms(0));
}

#[test]
fn a_seek_that_is_given_up_leaves_everything_as_it_was() {
    let line = format!("{}\r\n", "x".repeat(60_000));
    let moments: Vec<(u64, &str, &str)> =
        (0..100).map(|n| (n * 1_000, "o", line.as_str())).collect();
    let mut player = player(&moments);
    player.press(Key::Char('G'), ms(100));
    player.press(Key::Escape, ms(2_000));
    assert!(player.task.is_none());
    let status = player.frame(WINDOW, ms(2_000)).text(4);
    assert!(status.starts_with(" playing  0:00"), "{status}");
}

#[test]
fn a_clock_time_with_a_day_is_one_too() {
    let at = "2026-11-20T03:12:00Z".parse().expect("an instant");
    assert_eq!(
        "2026-11-20T03:12:00Z".parse(),
        Ok(Point::Clock(Clock::At(at)))
    );
}
