//! A program that runs beside the test: its streams are read as they come.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use rustix::process::{Pid, Signal, kill_process};

use super::output::CommandOutput;
use super::waiting::until;

/// Ended when dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: Stream,
    stderr: Stream,
}

/// What a stream has said so far.
#[derive(Debug)]
struct Stream {
    said: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Stream {
    fn of(mut source: impl Read + Send + 'static) -> Self {
        let said = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&said);
        let reader = std::thread::spawn(move || {
            let mut chunk = [0; 8192];
            while let Ok(count @ 1..) = source.read(&mut chunk) {
                let mut said = sink.lock().expect("no reader panics");
                said.extend_from_slice(&chunk[..count]);
            }
        });
        Self {
            said,
            reader: Some(reader),
        }
    }

    fn so_far(&self) -> String {
        let said = self.said.lock().expect("no reader panics");
        String::from_utf8_lossy(&said).into_owned()
    }

    fn read_to_end(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            reader.join().expect("no reader panics");
        }
        self.so_far()
    }
}

impl Running {
    /// Starts `command` and feeds it `stdin` from a thread of its own.
    pub fn start(mut command: Command, stdin: Vec<u8>) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut pipe = child.stdin.take().expect("stdin is a pipe");
        // A program that does not read its input closes the pipe: no matter.
        std::thread::spawn(move || {
            let _ = pipe.write_all(&stdin);
        });
        let stdout = Stream::of(child.stdout.take().expect("stdout is a pipe"));
        let stderr = Stream::of(child.stderr.take().expect("stderr is a pipe"));
        Self {
            child,
            stdout,
            stderr,
        }
    }

    /// Waits until stdout shows `text`.
    #[track_caller]
    pub fn wait_for_stdout(&mut self, text: &str) -> String {
        until(&format!("{text:?} on stdout"), || {
            let said = self.stdout.so_far();
            self.must_live(said.contains(text));
            said.contains(text).then_some(said)
        })
    }

    /// Waits until stderr says `text`.
    #[track_caller]
    pub fn wait_for_stderr(&mut self, text: &str) -> String {
        until(&format!("{text:?} on stderr"), || {
            let said = self.stderr.so_far();
            self.must_live(said.contains(text));
            said.contains(text).then_some(said)
        })
    }

    /// The whole lines of stdout so far.
    pub fn stdout_lines(&self) -> Vec<String> {
        let said = self.stdout.so_far();
        let whole = said.rfind('\n').map_or("", |end| &said[..end]);
        whole.lines().map(str::to_owned).collect()
    }

    pub fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// A program that has ended says nothing more.
    #[track_caller]
    fn must_live(&mut self, has_said_it: bool) {
        if !has_said_it && let Ok(Some(status)) = self.child.try_wait() {
            let said = self.stderr.read_to_end();
            assert!(status.success(), "it ended with {status}: {said}");
        }
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("the program runs");
    }

    /// Waits for its end.
    #[track_caller]
    pub fn finish(mut self) -> CommandOutput {
        let status = until("the program's end", || {
            self.child.try_wait().expect("it is our child")
        });
        CommandOutput {
            stdout: self.stdout.read_to_end(),
            stderr: self.stderr.read_to_end(),
            status,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
