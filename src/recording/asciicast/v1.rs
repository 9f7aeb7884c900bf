//! Version 1: one JSON object with `[delay, data]` pairs of output in `stdout`.

use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::{AsciicastError, Clock, Parsed, plain};
use crate::recording::{Code, Event, Header, Recording, Size, Warnings};

#[derive(Deserialize)]
struct Wire<'a> {
    version: u8,
    width: u64,
    height: u64,
    #[serde(default)]
    command: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    env: Option<Map<String, Value>>,
    #[serde(borrow)]
    stdout: Vec<(&'a RawValue, String)>,
}

pub(super) fn read(file: &[u8]) -> Result<Parsed, AsciicastError> {
    let refused = |why| AsciicastError::NotAsciicast(why);
    let wire: Wire<'_> = serde_json::from_slice(file).map_err(|error| {
        refused(format!(
            "it has no header line, and as version 1: {}",
            plain(&error)
        ))
    })?;
    if wire.version != 1 {
        return Err(refused(format!("its version is {}", wire.version)));
    }
    let mut now = Duration::ZERO;
    let mut events = Vec::with_capacity(wire.stdout.len());
    for (index, (delay, data)) in wire.stdout.into_iter().enumerate() {
        let seconds = delay
            .get()
            .parse()
            .map_err(|_| refused(format!("the delay of event {index} is no number")))?;
        now = Clock::Intervals.tick(now, seconds);
        events.push(Event {
            time: now,
            code: Code::Output,
            data: data.into_bytes(),
            index,
        });
    }
    let header = Header {
        size: Size::clamped(wire.width, wire.height),
        command: wire.command,
        title: wire.title,
        env: wire.env.unwrap_or_default(),
        ..Header::default()
    };
    Ok(Parsed {
        recording: Recording { header, events },
        warnings: Warnings::default(),
    })
}
