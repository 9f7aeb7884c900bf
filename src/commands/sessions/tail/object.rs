//! A tail as NDJSON: one object an event. Each has `event`, `time`, `session_id`, `connection` and
//! `user`; the last three are null where the event is of the gateway.
//!
//! | `event` | beside these |
//! |---|---|
//! | `opened` | `begin`: `new`, `joined` (open before), `past` (over before); `session` as in `sessions list` |
//! | `line` | `kind`: `output`, `input`, `remark`, `error`; `text`; `late`: from the stored recording, behind a `gap` |
//! | `gap` | `end`, `duration_s`, `events`, `bytes` (null: unknown), `beginning`, `filled`, `reason` (null: filled) |
//! | `away` `back` | `reason`; `away_s`: the stream of the session |
//! | `elsewhere` | another replica of the gateway has the session |
//! | `closed` | `session` as it ended |
//! | `lost` | `reason`: it is followed no further |
//! | `gateway_away` `gateway_back` | `reason`; `away_s`: the list of sessions |
//!
//! Lines are whole: one that has not ended comes when it has.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::commands::sessions::view::SessionRow;
use crate::domain::session::Session;
use crate::gateway::Gateway;
use crate::recording::transcript::Tone;
use crate::sources::tail::{Begin, Gap, TailEvent, TailLine};

#[derive(Serialize)]
struct Object<'a> {
    event: &'static str,
    time: Timestamp,
    session_id: Option<&'a str>,
    connection: Option<&'a str>,
    user: Option<&'a str>,
    #[serde(flatten)]
    more: More<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum More<'a> {
    Nothing {},
    Opened {
        begin: &'static str,
        session: Box<SessionRow>,
    },
    Line {
        kind: &'static str,
        text: &'a str,
        late: bool,
    },
    Gap {
        end: Timestamp,
        duration_s: f64,
        events: Option<u64>,
        bytes: Option<u64>,
        beginning: bool,
        filled: bool,
        reason: Option<&'a str>,
    },
    Away {
        reason: &'a str,
    },
    Back {
        away_s: f64,
    },
    Closed {
        session: Box<SessionRow>,
    },
}

/// Appends the object of an event; what is said on stderr alone has none.
pub fn write(gateway: &Gateway, event: &TailEvent, out: &mut Vec<u8>) -> serde_json::Result<()> {
    let Some(object) = object(gateway, event) else {
        return Ok(());
    };
    serde_json::to_writer(&mut *out, &object)?;
    out.push(b'\n');
    Ok(())
}

fn object<'a>(gateway: &Gateway, event: &'a TailEvent) -> Option<Object<'a>> {
    let now = Timestamp::now;
    let row = |session: &Session| Box::new(SessionRow::of(session, gateway.page_of(&session.id)));
    Some(match event {
        TailEvent::Opened { session, begin } => {
            let begin = begin_word(*begin);
            let more = More::Opened {
                begin,
                session: row(session),
            };
            of("opened", session.start_date, session, more)
        }
        TailEvent::Line { session, line } => of("line", line.at, session, of_line(line)),
        TailEvent::Gap { session, gap } => of("gap", gap.from, session, of_gap(gap)),
        TailEvent::Away { session, why } => of("away", now(), session, More::Away { reason: why }),
        TailEvent::Back { session, away } => of("back", now(), session, back(*away)),
        TailEvent::Elsewhere { session } => of("elsewhere", now(), session, More::Nothing {}),
        TailEvent::Closed { session } => {
            let at = session.end_date.unwrap_or_else(now);
            of(
                "closed",
                at,
                session,
                More::Closed {
                    session: row(session),
                },
            )
        }
        TailEvent::Lost { session, why } => of("lost", now(), session, More::Away { reason: why }),
        TailEvent::ListAway { why } => of_gateway("gateway_away", More::Away { reason: why }),
        TailEvent::ListBack { away } => of_gateway("gateway_back", back(*away)),
        TailEvent::Waiting { .. } | TailEvent::Cut { .. } => return None,
    })
}

fn of<'a>(
    event: &'static str,
    time: Timestamp,
    session: &'a Session,
    more: More<'a>,
) -> Object<'a> {
    Object {
        event,
        time,
        session_id: Some(&session.id),
        connection: Some(&session.connection.name),
        user: Some(session.identity.label()),
        more,
    }
}

fn of_gateway<'a>(event: &'static str, more: More<'a>) -> Object<'a> {
    Object {
        event,
        time: Timestamp::now(),
        session_id: None,
        connection: None,
        user: None,
        more,
    }
}

fn of_line(line: &TailLine) -> More<'_> {
    More::Line {
        kind: match line.tone {
            Tone::Plain => "output",
            Tone::Input => "input",
            Tone::Remark => "remark",
            Tone::Error => "error",
        },
        text: &line.text,
        late: line.is_late,
    }
}

fn of_gap(gap: &Gap) -> More<'_> {
    More::Gap {
        end: gap.to,
        duration_s: gap.duration().as_secs_f64(),
        events: gap.events,
        bytes: gap.bytes,
        beginning: gap.is_beginning,
        filled: gap.unfilled.is_none(),
        reason: gap.unfilled.as_deref(),
    }
}

fn back<'a>(away: Duration) -> More<'a> {
    More::Back {
        away_s: away.as_secs_f64(),
    }
}

fn begin_word(begin: Begin) -> &'static str {
    match begin {
        Begin::New => "new",
        Begin::Joined => "joined",
        Begin::Past => "past",
    }
}
