//! Records a real program in the shape in which the hoop.dev gateway stores a session: a JSON
//! array of `[seconds since start, "i" | "o" | "e", base64]`.
//!
//! The recordings of the tests and of the demonstration are made with this, so that what ddctl
//! plays, decodes and redacts is what real programs write, not what we think they write.
//!
//! ```text
//! record OUT.json exec  [--script FILE] [OPTIONS] [-- PROGRAM [ARG...]]
//! record OUT.json pty   --keys FILE [--error TEXT | --leave-open] [OPTIONS] -- PROGRAM [ARG...]
//! record OUT.json proxy --listen ADDR --to ADDR [--both] [--frames raw|postgres|mysql]
//!                       [OPTIONS] -- CLIENT [ARG...]
//! ```
//!
//! - `exec`: the script is one `i` event and the program's standard input; what the program prints
//!   is `o`, standard error too, as at the gateway. Without a program only the script is recorded:
//!   a session that was blocked before it ran.
//! - `pty`: the program runs in a terminal of 80x24. The recording starts with the lone line feed
//!   that hoop's client sends; keystrokes are `i`, what the terminal gets is `o`. `--error` ends
//!   the recording with an `e` event, `--leave-open` cuts it where the keystrokes end.
//! - `proxy`: runs a client against a TCP proxy in front of a server. Client bytes are `i`; server
//!   bytes are `o` with `--both` alone, since the gateway keeps none for databases. `postgres` makes
//!   one event a frame, the startup packet too, as hoop's PostgreSQL listener does; `mysql` keeps
//!   the text of COM_QUERY with the byte before it.
//!
//! Options of all modes: `--cwd DIR`, `--env NAME=VALUE` (repeatable; programs start with a small
//! fixed environment). The last line on standard output is a JSON object with
//! `events`, `duration_s` and `exit_code`.
//!
//! A keystroke file has one instruction a line; `#` starts a comment:
//!
//! | instruction | does |
//! |---|---|
//! | `type TEXT` | types at the pace of a person, a keystroke an event |
//! | `line TEXT` | the same, then Enter |
//! | `send TEXT` | sends at once; `\e \r \n \t \\ \xNN` are escapes |
//! | `sleep SECONDS` | waits |
//! | `wait TEXT` | waits until the terminal printed TEXT after the last keystroke (10 s at most) |

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

/// Of the terminal in `pty`: what hoop's own player assumes, since the gateway stores no size.
const TERMINAL: PtySize = PtySize {
    rows: 24,
    cols: 80,
    pixel_width: 0,
    pixel_height: 0,
};
/// How much one read takes, so the most bytes that one event holds.
const CHUNK: usize = 32 * 1024;
/// After this long without the awaited text a keystroke file is wrong.
const WAIT_LIMIT: Duration = Duration::from_secs(10);
/// Tags of PostgreSQL client messages; a message that starts otherwise has no tag.
const POSTGRES_TAGS: &[u8] = b"BCdcfDEHPpQSX";
const MYSQL_QUERY: u8 = 0x03;

fn main() -> Result<()> {
    let options = Options::parse(std::env::args().skip(1))?;
    let log = Log::start();
    let exit_code = match options.mode {
        Mode::Exec => exec(&options, &log)?,
        Mode::Pty => pty(&options, &log)?,
        Mode::Proxy => proxy(&options, &log)?,
    };
    let summary = log.save(&options.out, exit_code)?;
    println!("{summary}");
    Ok(())
}

// ---- command line -------------------------------------------------------------------------

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Exec,
    Pty,
    Proxy,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Frames {
    Raw,
    Postgres,
    Mysql,
}

struct Options {
    out: String,
    mode: Mode,
    script: Option<String>,
    keys: Option<String>,
    error: Option<String>,
    leave_open: bool,
    listen: Option<String>,
    to: Option<String>,
    both: bool,
    frames: Frames,
    cwd: Option<String>,
    env: BTreeMap<String, String>,
    program: Vec<String>,
}

impl Options {
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Self> {
        let out = args
            .next()
            .context("usage: record OUT.json exec|pty|proxy …")?;
        let mode = match args.next().as_deref() {
            Some("exec") => Mode::Exec,
            Some("pty") => Mode::Pty,
            Some("proxy") => Mode::Proxy,
            other => bail!(
                "expected exec, pty or proxy, got {}",
                other.unwrap_or("nothing")
            ),
        };
        let mut options = Self {
            out,
            mode,
            script: None,
            keys: None,
            error: None,
            leave_open: false,
            listen: None,
            to: None,
            both: false,
            frames: Frames::Raw,
            cwd: None,
            env: base_environment(),
            program: Vec::new(),
        };
        while let Some(arg) = args.next() {
            let mut value = || args.next().with_context(|| format!("{arg} needs a value"));
            match arg.as_str() {
                "--script" => options.script = Some(value()?),
                "--keys" => options.keys = Some(value()?),
                "--error" => options.error = Some(value()?),
                "--leave-open" => options.leave_open = true,
                "--listen" => options.listen = Some(value()?),
                "--to" => options.to = Some(value()?),
                "--both" => options.both = true,
                "--frames" => {
                    options.frames = match value()?.as_str() {
                        "raw" => Frames::Raw,
                        "postgres" => Frames::Postgres,
                        "mysql" => Frames::Mysql,
                        other => bail!("--frames is raw, postgres or mysql, not {other}"),
                    }
                }
                "--cwd" => options.cwd = Some(value()?),
                "--env" => {
                    let pair = value()?;
                    let (name, text) = pair
                        .split_once('=')
                        .with_context(|| format!("--env {pair}: no ="))?;
                    options.env.insert(name.to_owned(), text.to_owned());
                }
                "--" => {
                    options.program = args.by_ref().collect();
                }
                _ => bail!("unknown option {arg}"),
            }
        }
        Ok(options)
    }

    fn program(&self) -> Result<(&str, &[String])> {
        let (program, args) = self
            .program
            .split_first()
            .context("expected -- and a program to run")?;
        Ok((program, args))
    }

    fn command(&self) -> Result<Command> {
        let (program, args) = self.program()?;
        let mut command = Command::new(program);
        command.args(args).env_clear().envs(&self.env);
        if let Some(dir) = &self.cwd {
            command.current_dir(dir);
        }
        Ok(command)
    }
}

/// What every program gets: nothing of the machine on which the recording is made.
fn base_environment() -> BTreeMap<String, String> {
    [
        (
            "PATH",
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ),
        ("HOME", "/root"),
        ("LANG", "C.UTF-8"),
        ("TERM", "xterm-256color"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

// ---- the recording ------------------------------------------------------------------------

#[derive(Clone, Copy)]
enum Kind {
    Input,
    Output,
    Error,
}

/// Seconds since the start, kind, bytes.
type Event = (f64, Kind, Vec<u8>);

/// The events so far, shared by the threads that read.
#[derive(Clone)]
struct Log {
    start: Instant,
    events: Arc<Mutex<Vec<Event>>>,
}

impl Log {
    fn start() -> Self {
        Self {
            start: Instant::now(),
            events: Arc::default(),
        }
    }

    /// The clock is read under the lock: times never go back.
    fn add(&self, kind: Kind, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let mut events = locked(&self.events);
        events.push((self.start.elapsed().as_secs_f64(), kind, bytes.to_vec()));
    }

    fn save(&self, path: &str, exit_code: Option<i64>) -> Result<String> {
        let events = locked(&self.events);
        let triples: Vec<_> = events
            .iter()
            .map(|(seconds, kind, bytes)| {
                let kind = match kind {
                    Kind::Input => "i",
                    Kind::Output => "o",
                    Kind::Error => "e",
                };
                serde_json::json!([seconds, kind, STANDARD.encode(bytes)])
            })
            .collect();
        let lines: Vec<_> = triples.iter().map(ToString::to_string).collect();
        let text = format!("[\n{}\n]\n", lines.join(",\n"));
        fs::write(path, text).with_context(|| format!("cannot write {path}"))?;
        let summary = serde_json::json!({
            "events": events.len(),
            "duration_s": events.last().map_or(0.0, |(seconds, ..)| *seconds),
            "exit_code": exit_code,
        });
        Ok(summary.to_string())
    }
}

/// A thread that panicked while it held the lock leaves a list that is still whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hands on everything that `from` gives until it ends. A terminal whose program is gone answers
/// with an error instead of an end, so both mean the same.
fn pump(mut from: impl Read, mut each: impl FnMut(&[u8])) {
    let mut buffer = vec![0; CHUNK];
    while let Ok(length) = from.read(&mut buffer) {
        match buffer.get(..length) {
            Some(bytes) if !bytes.is_empty() => each(bytes),
            _ => return,
        }
    }
}

// ---- exec ---------------------------------------------------------------------------------

fn exec(options: &Options, log: &Log) -> Result<Option<i64>> {
    let script = match &options.script {
        Some(path) => fs::read(path).with_context(|| format!("cannot read {path}"))?,
        None => Vec::new(),
    };
    log.add(Kind::Input, &script);
    if options.program.is_empty() {
        return Ok(None);
    }
    let mut child = options
        .command()?
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", options.program.join(" ")))?;
    let mut stdin = child.stdin.take().context("no standard input")?;
    let stdout = child.stdout.take().context("no standard output")?;
    let stderr = child.stderr.take().context("no standard error")?;

    let status = thread::scope(|scope| {
        scope.spawn(|| pump(stdout, |bytes| log.add(Kind::Output, bytes)));
        scope.spawn(|| pump(stderr, |bytes| log.add(Kind::Output, bytes)));
        // A program that ends before it read its whole script is no fault of the recording.
        let _ = stdin.write_all(&script);
        drop(stdin);
        child.wait()
    })?;
    Ok(status.code().map(i64::from))
}

// ---- pty ----------------------------------------------------------------------------------

enum Key {
    Type(String),
    Line(String),
    Send(Vec<u8>),
    Sleep(Duration),
    Wait(String),
}

fn pty(options: &Options, log: &Log) -> Result<Option<i64>> {
    let keys = options.keys.as_deref().context("pty needs --keys FILE")?;
    let keys =
        read_keys(&fs::read_to_string(keys).with_context(|| format!("cannot read {keys}"))?)?;
    let (program, args) = options.program()?;

    let pair = native_pty_system().openpty(TERMINAL)?;
    let mut command = CommandBuilder::new(program);
    command.args(args);
    command.env_clear();
    for (name, value) in &options.env {
        command.env(name, value);
    }
    if let Some(dir) = &options.cwd {
        command.cwd(dir);
    }
    let mut child = pair.slave.spawn_command(command)?;
    drop(pair.slave);

    let reader = pair.master.try_clone_reader()?;
    let mut hands = Hands {
        log: log.clone(),
        terminal: pair.master.take_writer()?,
        seen: Arc::default(),
        pace: Pace(0x2545_f491_4f6c_dd1d),
    };
    let output = thread::spawn({
        let (log, seen) = (log.clone(), Arc::clone(&hands.seen));
        move || {
            pump(reader, |bytes| {
                log.add(Kind::Output, bytes);
                locked(&seen).extend_from_slice(bytes);
            });
        }
    });

    hands.press(b"\n")?;
    for key in &keys {
        hands.perform(key)?;
    }
    if options.leave_open || options.error.is_some() {
        if let Some(text) = &options.error {
            log.add(Kind::Error, text.as_bytes());
        }
        // The recording ends here: the program's last words, if any, are not part of it.
        let events = locked(&log.events).clone();
        child.kill()?;
        child.wait()?;
        drop(hands);
        drop(pair.master);
        let _ = output.join();
        *locked(&log.events) = events;
        return Ok(None);
    }
    let status = child.wait()?;
    output
        .join()
        .map_err(|_| anyhow!("the reader of the terminal panicked"))?;
    Ok(Some(i64::from(status.exit_code())))
}

/// Who types: keeps the times of a person and sees what the terminal printed.
struct Hands {
    log: Log,
    terminal: Box<dyn Write + Send>,
    /// What was printed since the last keystroke.
    seen: Arc<Mutex<Vec<u8>>>,
    pace: Pace,
}

impl Hands {
    fn perform(&mut self, key: &Key) -> Result<()> {
        match key {
            Key::Type(text) => self.type_out(text),
            Key::Line(text) => {
                self.type_out(text)?;
                thread::sleep(self.pace.next());
                self.press(b"\r")
            }
            Key::Send(bytes) => self.press(bytes),
            Key::Sleep(time) => {
                thread::sleep(*time);
                Ok(())
            }
            Key::Wait(text) => self.wait(text),
        }
    }

    fn type_out(&mut self, text: &str) -> Result<()> {
        let mut buffer = [0; 4];
        for character in text.chars() {
            thread::sleep(self.pace.next());
            self.press(character.encode_utf8(&mut buffer).as_bytes())?;
        }
        Ok(())
    }

    fn press(&mut self, bytes: &[u8]) -> Result<()> {
        locked(&self.seen).clear();
        self.log.add(Kind::Input, bytes);
        self.terminal
            .write_all(bytes)
            .context("the program no longer reads its terminal")?;
        Ok(self.terminal.flush()?)
    }

    fn wait(&self, text: &str) -> Result<()> {
        let started = Instant::now();
        while !String::from_utf8_lossy(&locked(&self.seen)).contains(text) {
            ensure!(
                started.elapsed() < WAIT_LIMIT,
                "the terminal never printed {text:?}"
            );
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

/// Pauses between keystrokes, 30 to 140 ms: a xorshift generator, so a recording can be made again.
struct Pace(u64);

impl Pace {
    fn next(&mut self) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Duration::from_millis(30 + self.0 % 110)
    }
}

fn read_keys(text: &str) -> Result<Vec<Key>> {
    let mut keys = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let key = match word {
            "type" => Key::Type(rest.to_owned()),
            "line" => Key::Line(rest.to_owned()),
            "send" => Key::Send(unescape(rest).with_context(|| format!("line {}", index + 1))?),
            "sleep" => Key::Sleep(
                rest.trim()
                    .parse()
                    .ok()
                    .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
                    .with_context(|| format!("line {}: not a time: {rest}", index + 1))?,
            ),
            "wait" => Key::Wait(rest.to_owned()),
            _ => bail!("line {}: unknown instruction {word}", index + 1),
        };
        keys.push(key);
    }
    Ok(keys)
}

fn unescape(text: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        bytes.push(match rest.next() {
            Some(b'e') => 0x1b,
            Some(b'r') => b'\r',
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            Some(b'\\') => b'\\',
            Some(b'x') => {
                let digits: Vec<_> = rest.by_ref().take(2).collect();
                let digits = std::str::from_utf8(&digits)?;
                u8::from_str_radix(digits, 16)
                    .with_context(|| format!("not hexadecimal: {digits}"))?
            }
            other => bail!("unknown escape {:?}", other.map(char::from)),
        });
    }
    Ok(bytes)
}

// ---- proxy --------------------------------------------------------------------------------

fn proxy(options: &Options, log: &Log) -> Result<Option<i64>> {
    let listen = options
        .listen
        .as_deref()
        .context("proxy needs --listen ADDR")?;
    let to = options.to.clone().context("proxy needs --to ADDR")?;
    let listener =
        TcpListener::bind(listen).with_context(|| format!("cannot listen on {listen}"))?;

    let accepting = log.clone();
    let (both, frames) = (options.both, options.frames);
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let (log, to) = (accepting.clone(), to.clone());
            thread::spawn(move || {
                if let Err(error) = relay(client, &to, &log, both, frames) {
                    eprintln!("record: {error:#}");
                }
            });
        }
    });

    let status = options
        .command()?
        .status()
        .with_context(|| format!("cannot start {}", options.program.join(" ")))?;
    // The client's last message may still be on its way through the relay.
    thread::sleep(Duration::from_millis(200));
    Ok(status.code().map(i64::from))
}

fn relay(client: TcpStream, to: &str, log: &Log, both: bool, frames: Frames) -> Result<()> {
    let server = TcpStream::connect(to).with_context(|| format!("cannot connect to {to}"))?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut to_server, mut to_client) = (server.try_clone()?, client.try_clone()?);
    let from_client = client.try_clone()?;
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut splitter = Splitter {
                frames,
                pending: Vec::new(),
            };
            pump(from_client, |bytes| {
                splitter.take(bytes, |event| log.add(Kind::Input, event));
                let _ = to_server.write_all(bytes);
            });
            let _ = to_server.shutdown(Shutdown::Write);
        });
        pump(server, |bytes| {
            if both {
                log.add(Kind::Output, bytes);
            }
            let _ = to_client.write_all(bytes);
        });
        let _ = client.shutdown(Shutdown::Both);
    });
    Ok(())
}

/// Cuts the client's bytes into the events that the gateway would store.
struct Splitter {
    frames: Frames,
    pending: Vec<u8>,
}

impl Splitter {
    fn take(&mut self, bytes: &[u8], mut event: impl FnMut(&[u8])) {
        if self.frames == Frames::Raw {
            return event(bytes);
        }
        self.pending.extend_from_slice(bytes);
        while let Some(length) = self
            .frame_length()
            .filter(|length| *length <= self.pending.len())
        {
            let frame: Vec<u8> = self.pending.drain(..length).collect();
            match self.frames {
                Frames::Mysql => {
                    if let Some(query) = mysql_query(&frame) {
                        event(query);
                    }
                }
                _ => event(&frame),
            }
        }
    }

    /// The length of the frame at the front, once its head is here.
    fn frame_length(&self) -> Option<usize> {
        let first = *self.pending.first()?;
        match self.frames {
            Frames::Mysql => {
                let [low, middle, high, ..] = *self.pending else {
                    return None;
                };
                Some(4 + u32::from_le_bytes([low, middle, high, 0]) as usize)
            }
            _ => {
                let tag = usize::from(POSTGRES_TAGS.contains(&first));
                let length = self.pending.get(tag..tag + 4)?;
                let length = u32::from_be_bytes(length.try_into().ok()?);
                Some(tag + (length as usize).max(4))
            }
        }
    }
}

/// The gateway's rule, faults included: a packet with query attributes keeps the byte that counts
/// the parameter sets in place of the command.
fn mysql_query(packet: &[u8]) -> Option<&[u8]> {
    match packet.get(4..)? {
        [MYSQL_QUERY, 0, rest @ ..] => Some(rest),
        query @ [MYSQL_QUERY, ..] => Some(query),
        _ => None,
    }
}
