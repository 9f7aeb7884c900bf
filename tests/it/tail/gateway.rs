//! A gateway whose sessions say what the test says, when it says so: streams that break, recordings
//! that are stored late, events that are dropped without a word.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::support::{TestEnvironment, until};

/// A running gateway; it serves until the test ends.
pub struct Gateway {
    url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    sessions: Vec<Session>,
    /// Connections are closed as soon as they are made.
    is_away: bool,
    /// Every request is answered with this status.
    refusal: Option<u16>,
    /// Recordings are left out, as for a mere reviewer.
    is_withheld: bool,
    streams_asked: usize,
}

struct Session {
    id: String,
    connection: String,
    start: Timestamp,
    said: Vec<(Timestamp, &'static str, Vec<u8>)>,
    stored: usize,
    exit_code: Option<i64>,
    end: Option<Timestamp>,
    streams: Vec<Sender<String>>,
}

impl Gateway {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &state));
            }
        });
        Self { url, state }
    }

    /// What ddctl needs to know of it.
    pub fn environment(&self) -> TestEnvironment {
        let mut environment = TestEnvironment::empty();
        environment.set("HOOP_APIURL", &self.url);
        environment.set("HOOP_TOKEN", "hpk_of-the-test");
        environment
    }

    /// Opens a session on a connection; its id.
    pub fn open(&self, connection: &str) -> String {
        let mut state = self.state();
        let id = format!(
            "{:08x}-0000-4000-8000-000000000001",
            0xc0de_0001 + (state.sessions.len() << 16)
        );
        state.sessions.push(Session {
            id: id.clone(),
            connection: connection.to_owned(),
            start: Timestamp::now(),
            said: Vec::new(),
            stored: 0,
            exit_code: None,
            end: None,
            streams: Vec::new(),
        });
        id
    }

    /// Waits until somebody listens to the session.
    #[track_caller]
    pub fn until_heard(&self, id: &str) {
        until("a stream of the session", || {
            let mut state = self.state();
            (!state.session(id).streams.is_empty()).then_some(())
        });
    }

    /// The session prints: it is recorded and sent to who listens.
    pub fn say(&self, id: &str, text: impl AsRef<[u8]>) {
        let mut state = self.state();
        let session = state.session(id);
        let event = session.record("o", text.as_ref());
        session
            .streams
            .retain(|stream| stream.send(event.clone()).is_ok());
    }

    /// The session prints, and those who listen are not told.
    pub fn say_unheard(&self, id: &str, text: &str) {
        self.state().session(id).record("o", text.as_bytes());
    }

    /// What was recorded is stored.
    pub fn flush(&self, id: &str) {
        let mut state = self.state();
        let session = state.session(id);
        session.stored = session.said.len();
    }

    /// The session ends, and everything is stored.
    pub fn end(&self, id: &str, exit_code: i64) {
        let mut state = self.state();
        let session = state.session(id);
        session.stored = session.said.len();
        session.exit_code = Some(exit_code);
        session.end = Some(Timestamp::now());
        for stream in session.streams.drain(..) {
            let _ = stream.send(END.to_owned());
        }
    }

    /// Every stream breaks off.
    pub fn drop_streams(&self) {
        self.state()
            .sessions
            .iter_mut()
            .for_each(|session| session.streams.clear());
    }

    pub fn be_away(&self, is_away: bool) {
        self.state().is_away = is_away;
        if is_away {
            self.drop_streams();
        }
    }

    pub fn refuse(&self, status: u16) {
        self.state().refusal = Some(status);
        self.drop_streams();
    }

    pub fn withhold_recordings(&self) {
        self.state().is_withheld = true;
    }

    pub fn streams_asked(&self) -> usize {
        self.state().streams_asked
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no server panics")
    }
}

const END: &str = "event: session_end\ndata: {}\n\n";

impl State {
    fn session(&mut self, id: &str) -> &mut Session {
        let found = self.sessions.iter_mut().find(|session| session.id == id);
        found.expect("a session of the test")
    }

    fn list(&self, target: &str) -> Value {
        let parameter = |name: &str| {
            let (_, query) = target.split_once('?')?;
            let mut pairs = url::form_urlencoded::parse(query.as_bytes());
            pairs
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        let at = |name| parameter(name).and_then(|text| text.parse::<Timestamp>().ok());
        let (start, end) = (at("start_date"), at("end_date"));
        let offset = parameter("offset")
            .and_then(|text| text.parse().ok())
            .unwrap_or(0);
        let is_inside = |session: &&Session| {
            start.is_none_or(|start| session.start >= start)
                && end.is_none_or(|end| session.start <= end)
        };
        let rows = self.sessions.iter().rev().filter(is_inside).skip(offset);
        json!({"data": rows.map(|row| row.json()).collect::<Vec<_>>(), "has_next_page": false})
    }
}

impl Session {
    /// Records an event; as it is streamed.
    fn record(&mut self, code: &'static str, data: &[u8]) -> String {
        let now = Timestamp::now();
        self.said.push((now, code, data.to_vec()));
        let event = json!({"time": now, "type": code, "payload": STANDARD.encode(data)});
        format!("event: event\ndata: {event}\n\n")
    }

    fn json(&self) -> Value {
        json!({
            "id": self.id, "org_id": "o", "user": "ana@shop.example", "user_id": "u-1",
            "user_name": "Ana", "type": "custom", "connection_subtype": "",
            "connection": self.connection, "verb": "connect", "event_size": 0,
            "status": if self.end.is_some() { "done" } else { "open" },
            "exit_code": self.exit_code, "start_date": self.start, "end_date": self.end,
            "identity_type": "user",
        })
    }

    fn recording(&self) -> Value {
        // The log is opened some time after the session, for its first event.
        let log = self.said.first().map_or(self.start, |(at, _, _)| *at);
        let entry = |(at, code, data): &(Timestamp, &str, Vec<u8>)| {
            let seconds = at.duration_since(log).as_secs_f64();
            json!([seconds, code, STANDARD.encode(data)])
        };
        self.said[..self.stored].iter().map(entry).collect()
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let Some(target) = target(&stream) else {
        return;
    };
    let answer = answer(&target, &mut state.lock().expect("no server panics"));
    match answer {
        Answer::Nothing => {}
        Answer::Json(status, body) => {
            let body = body.to_string();
            let head = format!(
                "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n\
                 content-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(head.as_bytes());
        }
        Answer::Stream(events) => {
            // An end without the last chunk is a connection that broke.
            let _ = pass_on(&mut stream, &events);
        }
    }
}

enum Answer {
    Nothing,
    Json(u16, Value),
    Stream(Receiver<String>),
}

fn answer(target: &str, state: &mut State) -> Answer {
    if state.is_away {
        return Answer::Nothing;
    }
    if let Some(status) = state.refusal {
        return Answer::Json(status, json!({"message": "access denied"}));
    }
    let path = target.split('?').next().unwrap_or_default();
    let segments: Vec<&str> = path.trim_start_matches("/api/").split('/').collect();
    match segments.as_slice() {
        ["userinfo"] => Answer::Json(
            200,
            json!({"id": "u", "email": "a@x.test", "role": "admin", "is_admin": true}),
        ),
        ["sessions"] => Answer::Json(200, state.list(target)),
        ["sessions", id] => {
            let is_withheld = state.is_withheld;
            let session = state.session(id);
            let mut row = session.json();
            if target.contains("event_stream") && !is_withheld {
                row["event_stream"] = session.recording();
            }
            Answer::Json(200, row)
        }
        ["sessions", id, "stream"] => {
            state.streams_asked += 1;
            let (sender, events) = channel();
            let session = state.session(id);
            match session.end {
                Some(_) => drop(sender.send(END.to_owned())),
                None => {
                    let _ = sender.send(": connected\n\n".to_owned());
                    session.streams.push(sender);
                }
            }
            Answer::Stream(events)
        }
        _ => Answer::Json(404, json!({"message": "not found"})),
    }
}

fn pass_on(stream: &mut TcpStream, events: &Receiver<String>) -> std::io::Result<()> {
    stream.write_all(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n",
    )?;
    while let Ok(event) = events.recv() {
        write!(stream, "{:x}\r\n{event}\r\n", event.len())?;
        stream.flush()?;
        if event == END {
            return stream.write_all(b"0\r\n\r\n");
        }
    }
    Ok(())
}

/// Path and query of the request.
fn target(stream: &TcpStream) -> Option<String> {
    let mut source = BufReader::new(stream.try_clone().ok()?);
    let mut first = String::new();
    source.read_line(&mut first).ok()?;
    loop {
        let mut line = String::new();
        source.read_line(&mut line).ok()?;
        if line.trim().is_empty() {
            return first.split(' ').nth(1).map(str::to_owned);
        }
    }
}
