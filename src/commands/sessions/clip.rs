//! `--clip A..B`: a part of a recording, as every command that cuts takes it.

use crate::replay::{Clip, Point};

/// Reads `A..B`, `A..`, `..B`, or `#7` alone, which is command 7 up to the next.
pub fn parse(text: &str) -> Result<Clip, String> {
    let point = |text: &str| match text.is_empty() {
        true => Ok(None),
        false => text
            .parse::<Point>()
            .map(Some)
            .map_err(|error| error.to_string()),
    };
    let clip = match text.split_once("..") {
        Some((from, until)) => Clip {
            from: point(from)?,
            until: point(until)?,
        },
        None => alone(text)?,
    };
    match is_reversed(&clip) {
        true => Err("the clip ends before it begins".to_owned()),
        false => Ok(clip),
    }
}

fn alone(text: &str) -> Result<Clip, String> {
    match text.parse() {
        Ok(Point::Command(number)) => Ok(Clip {
            from: Some(Point::Command(number)),
            until: Some(Point::Command(number + 1)),
        }),
        _ => Err("a clip is A..B, such as 10s..1m30s, 03:12..03:20 or #3..#5".to_owned()),
    }
}

/// As far as two places of one kind tell it.
fn is_reversed(clip: &Clip) -> bool {
    match (&clip.from, &clip.until) {
        (Some(Point::Offset(from)), Some(Point::Offset(until))) => from >= until,
        (Some(Point::Command(from)), Some(Point::Command(until))) => from >= until,
        (Some(Point::Share(from)), Some(Point::Share(until))) => from >= until,
        (None, Some(Point::Offset(until))) => until.is_zero(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn either_bound_may_be_left_out_and_a_command_stands_alone() {
        let seconds = |n| Some(Point::Offset(Duration::from_secs(n)));
        let clip = |from, until| Ok(Clip { from, until });
        assert_eq!(parse("10s..1m30s"), clip(seconds(10), seconds(90)));
        assert_eq!(parse("62..70"), clip(seconds(62), seconds(70)));
        assert_eq!(parse("10s.."), clip(seconds(10), None));
        let command = |n| Some(Point::Command(n));
        assert_eq!(parse("..#5"), clip(None, command(5)));
        assert_eq!(parse("#3"), clip(command(3), command(4)));
    }

    #[test]
    fn what_is_no_clip_is_refused() {
        for text in ["10s", "", "10s..5s", "#5..#5", "soon..later", "..0s"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
