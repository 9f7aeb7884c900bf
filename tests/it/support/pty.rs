//! A program in a real pseudo-terminal, 80 columns by 24 rows unless said, and what a person sees
//! there.

use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use avt::{Parser, Terminal};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};

use super::environment::TestEnvironment;
use super::waiting::until;

const COLUMNS: u16 = 80;
const ROWS: u16 = 24;
/// Columns and rows that no output of a test fills.
const UNWRAPPED: (u16, u16) = (400, 2000);

/// A program on a terminal. Ended when dropped.
pub struct Pty {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    /// Held open, so that the terminal outlives the program and can be looked at.
    slave: Option<Box<dyn SlavePty + Send>>,
    keyboard: Box<dyn Write + Send>,
    wire: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
    before: String,
    size: (u16, u16),
}

/// What a program left on its terminal.
pub struct PtyOutput {
    pub code: u32,
    /// Every byte that it wrote.
    pub wire: Vec<u8>,
    /// The terminal's settings are what they were before.
    pub is_given_back: bool,
}

impl PtyOutput {
    /// What a terminal would show that forgets no row and wraps none: a line of progress is gone
    /// when it was wiped, wherever the program was slow enough to draw one.
    pub fn unwrapped(&self) -> String {
        let rows = screen_of(&self.wire, UNWRAPPED);
        rows.join("\n").trim_end().to_owned()
    }
}

impl Pty {
    /// Starts `ddctl` on a terminal of its own.
    pub fn start(environment: &TestEnvironment, args: &[&str]) -> Self {
        Self::start_program(environment, env!("CARGO_BIN_EXE_ddctl"), args)
    }

    /// Starts `ddctl` on a terminal of so many columns and rows.
    pub fn start_sized(environment: &TestEnvironment, size: (u16, u16), args: &[&str]) -> Self {
        Self::start_any(environment, size, env!("CARGO_BIN_EXE_ddctl"), args)
    }

    /// Starts any program on a terminal of its own.
    pub fn start_program(environment: &TestEnvironment, program: &str, args: &[&str]) -> Self {
        Self::start_any(environment, (COLUMNS, ROWS), program, args)
    }

    fn start_any(
        environment: &TestEnvironment,
        size: (u16, u16),
        program: &str,
        args: &[&str],
    ) -> Self {
        let pair = native_pty_system()
            .openpty(pty_size(size))
            .expect("a pseudo-terminal");
        let before = settings(pair.master.as_ref());
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env_clear();
        command.env("TERM", "xterm-256color");
        let variables = environment.variables().iter().cloned();
        for (name, value) in environment.surroundings().into_iter().chain(variables) {
            command.env(name, value);
        }
        command.cwd(environment.path(""));
        let child = pair.slave.spawn_command(command);
        let mut source = pair.master.try_clone_reader().expect("a reader");
        let wire = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&wire);
        let reader = std::thread::spawn(move || {
            let mut chunk = [0; 8192];
            while let Ok(count @ 1..) = source.read(&mut chunk) {
                let mut wire = sink.lock().expect("no reader panics");
                wire.extend_from_slice(&chunk[..count]);
            }
        });
        Self {
            child: child.expect("the program starts"),
            keyboard: pair.master.take_writer().expect("a keyboard"),
            master: pair.master,
            slave: Some(pair.slave),
            wire,
            reader: Some(reader),
            before,
            size,
        }
    }

    /// Types.
    pub fn type_keys(&mut self, keys: &str) {
        self.keyboard
            .write_all(keys.as_bytes())
            .and_then(|()| self.keyboard.flush())
            .expect("the terminal takes keys");
    }

    /// Gives the terminal another size, as when somebody drags a corner of its window.
    pub fn resize(&mut self, cols: u16, rows: u16) {
        self.size = (cols, rows);
        let size = pty_size(self.size);
        self.master.resize(size).expect("the terminal takes a size");
    }

    /// The program's process.
    pub fn process_id(&self) -> u32 {
        self.child.process_id().expect("it runs")
    }

    /// Sends a signal to the program.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let id = self
            .child
            .process_id()
            .and_then(|id| i32::try_from(id).ok());
        let id = id.and_then(rustix::process::Pid::from_raw);
        rustix::process::kill_process(id.expect("it runs"), signal).expect("it runs");
    }

    /// Waits until the screen shows `text` in one row; the screen then.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) -> Vec<String> {
        let mut last = Vec::new();
        let what = format!("{text:?} on the screen");
        until(&what, || {
            last = self.screen();
            let is_shown = last.iter().any(|row| row.contains(text));
            if !is_shown && let Ok(Some(status)) = self.child.try_wait() {
                // What it wrote last may still be on its way to the reader.
                std::thread::yield_now();
                last = self.screen();
                let is_shown = last.iter().any(|row| row.contains(text));
                assert!(
                    is_shown,
                    "it ended ({status:?}) without {what}:\n{}",
                    last.join("\n")
                );
            }
            is_shown.then(|| last.clone())
        })
    }

    /// The rows a person sees now.
    pub fn screen(&self) -> Vec<String> {
        screen_of(&self.wire(), self.size)
    }

    /// True when the terminal's settings are what they were before.
    pub fn is_given_back(&self) -> bool {
        settings(self.master.as_ref()) == self.before
    }

    /// Every byte that the program has written so far.
    pub fn wire(&self) -> Vec<u8> {
        self.wire.lock().expect("no reader panics").clone()
    }

    /// Waits for the program's end.
    #[track_caller]
    pub fn finish(mut self) -> PtyOutput {
        let status = until("the program's end", || {
            self.child.try_wait().expect("it is our child")
        });
        let is_given_back = self.is_given_back();
        // The reader ends when nobody holds the terminal any more.
        drop(self.slave.take());
        if let Some(reader) = self.reader.take() {
            reader.join().expect("no reader panics");
        }
        let wire = self.wire();
        PtyOutput {
            code: status.exit_code(),
            wire,
            is_given_back,
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What `stty -a` would show.
fn settings(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("a terminal"))
}

fn pty_size((cols, rows): (u16, u16)) -> PtySize {
    PtySize {
        rows,
        cols,
        ..PtySize::default()
    }
}

fn screen_of(wire: &[u8], (cols, rows): (u16, u16)) -> Vec<String> {
    let mut terminal = Terminal::new(cols.into(), rows.into()).expect("a size");
    let mut parser = Parser::new();
    for c in String::from_utf8_lossy(wire).chars() {
        if let Some(function) = parser.feed(c) {
            terminal.execute(function);
        }
    }
    (0..rows.into())
        .map(|row| {
            let line = terminal.screen().line(row).expect("a row of the screen");
            line.cells()
                .iter()
                // The second half of a wide character is a cell of no width.
                .filter(|cell| cell.width() > 0)
                .map(|cell| cell.char())
                .collect::<String>()
        })
        .map(|text| text.trim_end().to_owned())
        .collect()
}
