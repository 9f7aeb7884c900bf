//! Protocols that cannot be read: who sent how much, and when.

use super::{Line, Tone, error_line, offset};
use crate::recording::{Code, Event, Kind};

/// What stands before the list.
pub(super) fn head(kind: Kind) -> Line {
    Line {
        time: std::time::Duration::ZERO,
        text: preface(kind).to_owned(),
        tone: Tone::Remark,
    }
}

fn preface(kind: Kind) -> &'static str {
    match kind {
        Kind::Ssh => {
            "The gateway records SSH in an encoding that is not public: sizes and times only."
        }
        Kind::Rdp => "Remote desktop is recorded as images, which a terminal cannot show.",
        _ => {
            "Raw bytes of an unknown protocol, cut by the gateway to 5000 an event: sizes and times only."
        }
    }
}

pub(super) fn line(event: &Event) -> Option<Line> {
    let (arrow, tone) = match event.code {
        Code::Input => ("→", Tone::Input),
        Code::Output => ("←", Tone::Plain),
        Code::Error => return Some(error_line(event)),
        _ => return None,
    };
    Some(Line {
        time: event.time,
        text: format!("{}  {arrow} {} bytes", offset(event.time), event.data.len()),
        tone,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::texts;
    use super::*;

    #[test]
    fn only_sizes_and_times_are_told() {
        let lines = texts(
            Kind::Ssh,
            &[("i", b"\x01secret"), ("o", b"\x05"), ("h", b"x")],
        );
        assert_eq!(
            lines[1..],
            ["  0:00.000  → 7 bytes", "  0:01.000  ← 1 bytes"]
        );
    }
}
