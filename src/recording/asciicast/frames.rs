//! Version 1: one JSON object with `[delay, data]` pairs of output in `stdout`.

use std::io::Read;

use serde_json::value::RawValue;

use crate::recording::reader::json::{Item, entry};
use crate::recording::reader::source::Source;
use crate::recording::reader::triple::{plain, seconds};
use crate::recording::reader::{Progress, ReadError, Strictness};
use crate::recording::{Code, Event, Warning};

/// Reads the pairs, behind the opening bracket of their array.
#[derive(Clone, Debug, Default)]
pub(in crate::recording) struct Frames;

impl Frames {
    pub fn next<R: Read>(
        &mut self,
        source: &mut Source<R>,
        progress: &mut Progress,
        event: &mut Event,
    ) -> Result<bool, ReadError> {
        loop {
            let index = progress.index;
            let why = match entry(source)? {
                Item::End => return Ok(false),
                Item::Cut => {
                    progress.warn(source.offset(), Warning::Cut { index });
                    return Ok(false);
                }
                Item::TooLong => "it is larger than 16 MB".to_owned(),
                Item::Whole(frame) => match read(frame, event) {
                    Ok(()) => {
                        progress.now = progress.now.saturating_add(event.time);
                        event.time = progress.now;
                        event.index = index;
                        progress.index += 1;
                        return Ok(true);
                    }
                    Err(why) => why,
                },
            };
            if progress.strictness == Strictness::Strict {
                return Err(ReadError::Frame { index, why });
            }
            progress.warn(source.offset(), Warning::BadFrame { index, why });
        }
    }
}

fn read(frame: &[u8], event: &mut Event) -> Result<(), String> {
    let (delay, data): (&RawValue, String) =
        serde_json::from_slice(frame).map_err(|error| plain(&error))?;
    event.time = seconds(delay.get().as_bytes()).ok_or("its delay is no number")?;
    event.code = Code::Output;
    event.data.clear();
    event.data.extend_from_slice(data.as_bytes());
    Ok(())
}
