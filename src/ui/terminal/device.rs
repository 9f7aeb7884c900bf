//! The controlling terminal: raw mode, the alternate screen, keys, signals, and the way back.
//!
//! Two threads wait, one for keys and one for signals, and both hand what they got to the same
//! channel, where the program waits for either with a deadline.

use std::fs::File;
use std::io::{self, Read, Write};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::termios::{
    OptionalActions, QueueSelector, SpecialCodeIndex, Termios, tcflush, tcgetattr, tcgetwinsize,
    tcsetattr,
};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::{Handle, Signals};
use signal_hook::{flag, low_level};

use super::key::{Key, Keyboard};
use super::{Input, Terminal};

/// Alternate screen, cursor hidden, no wrap at the edge, empty.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[0m\x1b[2J\x1b[H";

/// Everything back, whether or not it was ever changed: synchronised output off, plain text and
/// character sets, wrap on, cursor keys, mouse, focus and paste modes off, the whole screen
/// scrolls, the main screen, the cursor shown.
const LEAVE: &[u8] =
    b"\x1b[?2026l\x1b[0m\x1b(B\x0f\x1b[?7h\x1b[?1l\x1b[?1000l\x1b[?1002l\x1b[?1003l\
\x1b[?1004l\x1b[?1006l\x1b[?2004l\x1b[r\x1b[?1049l\x1b[?25h";

/// How long a read waits for a key, in tenths of a second: the key thread ends within this time.
const READ_TENTHS: u8 = 1;

/// Reads that come back at once and empty, one after the other, mean that the terminal is gone.
const EMPTY_READS: usize = 8;

/// The signals that end the program.
const ENDING: [i32; 3] = [SIGINT, SIGTERM, SIGHUP];

/// The controlling terminal, taken over until this is dropped. One at a time.
pub struct Device {
    screen: Arc<Mutex<Screen>>,
    inputs: Receiver<Input>,
    is_closed: Arc<AtomicBool>,
    signals: Handle,
    key_thread: Option<JoinHandle<()>>,
    signal_thread: Option<JoinHandle<()>>,
}

impl Device {
    /// Opens `/dev/tty` and takes it over.
    pub fn open() -> io::Result<Self> {
        let tty = File::options().read(true).write(true).open("/dev/tty")?;
        let cooked = tcgetattr(&tty)?;
        let keys_from = tty.try_clone()?;
        let screen = Arc::new(Mutex::new(Screen {
            tty,
            cooked,
            is_entered: false,
            stopped: None,
        }));
        let mut signals = Signals::new([SIGWINCH, SIGTSTP, SIGCONT].iter().chain(&ENDING))?;
        let handle = signals.handle();
        let (sender, inputs) = mpsc::channel();
        let is_closed = Arc::new(AtomicBool::new(false));
        guard_signals(false)?;
        restore_on_panic(&screen);
        locked(&screen).enter()?;
        let key_thread = {
            let (sender, is_closed) = (sender.clone(), Arc::clone(&is_closed));
            thread::spawn(move || read_keys(keys_from, &sender, &is_closed))
        };
        let signal_thread = {
            let screen = Arc::clone(&screen);
            thread::spawn(move || {
                for signal in &mut signals {
                    on_signal(signal, &screen, &sender);
                }
            })
        };
        Ok(Self {
            screen,
            inputs,
            is_closed,
            signals: handle,
            key_thread: Some(key_thread),
            signal_thread: Some(signal_thread),
        })
    }
}

impl Terminal for Device {
    fn size(&self) -> io::Result<(u16, u16)> {
        let size = tcgetwinsize(&locked(&self.screen).tty)?;
        match (size.ws_col, size.ws_row) {
            // Some serial lines and build machines do not know their size.
            (0, _) | (_, 0) => Ok((80, 24)),
            size => Ok(size),
        }
    }

    fn draw(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut screen = locked(&self.screen);
        match screen.is_entered {
            true => screen.tty.write_all(bytes),
            // About to be stopped: what is drawn now would land in the shell.
            false => Ok(()),
        }
    }

    fn next_input(&mut self, timeout: Option<Duration>) -> io::Result<Input> {
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        let input = match timeout {
            None => self.inputs.recv().map_err(|_| gone())?,
            Some(timeout) => match self.inputs.recv_timeout(timeout) {
                Ok(input) => input,
                Err(RecvTimeoutError::Timeout) => Input::Nothing,
                Err(RecvTimeoutError::Disconnected) => return Err(gone()),
            },
        };
        // In raw mode the keyboard sends no signal.
        if input == Input::Key(Key::Ctrl('z')) {
            low_level::raise(SIGTSTP)?;
            return Ok(Input::Nothing);
        }
        Ok(input)
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.is_closed.store(true, Ordering::Relaxed);
        self.signals.close();
        // After a panic the terminal is as it was found, where a read waits for a whole line: that
        // thread ends with the program.
        let is_raw = locked(&self.screen).is_entered;
        let key_thread = self.key_thread.take().filter(|_| is_raw);
        for thread in [key_thread, self.signal_thread.take()]
            .into_iter()
            .flatten()
        {
            // A panic of a thread has been reported by the panic hook.
            let _ = thread.join();
        }
        locked(&self.screen).leave();
        // Without this the signals would stay without effect: their handlers are never removed.
        let _ = guard_signals(true);
    }
}

/// The terminal and how it was found.
struct Screen {
    tty: File,
    cooked: Termios,
    is_entered: bool,
    /// When the program was stopped from the keyboard, while it is.
    stopped: Option<Instant>,
}

impl Screen {
    fn enter(&mut self) -> io::Result<()> {
        let mut raw = self.cooked.clone();
        raw.make_raw();
        raw.special_codes[SpecialCodeIndex::VMIN] = 0;
        raw.special_codes[SpecialCodeIndex::VTIME] = READ_TENTHS;
        tcsetattr(&self.tty, OptionalActions::Flush, &raw)?;
        self.is_entered = true;
        self.tty.write_all(ENTER)
    }

    /// Gives the terminal back. Errors have nobody to go to: the terminal is where they would.
    fn leave(&mut self) {
        if !std::mem::take(&mut self.is_entered) {
            return;
        }
        let _ = self.tty.write_all(LEAVE);
        // Late answers of the terminal must not reach the shell as if they were typed.
        let _ = tcflush(&self.tty, QueueSelector::IFlush);
        let _ = tcsetattr(&self.tty, OptionalActions::Flush, &self.cooked);
    }
}

/// A panic elsewhere does not make the terminal's state wrong.
fn locked(screen: &Mutex<Screen>) -> MutexGuard<'_, Screen> {
    screen.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read_keys(mut tty: File, sender: &Sender<Input>, is_closed: &AtomicBool) {
    let mut buffer = [0; 1_024];
    let mut empty_reads = 0;
    let mut keyboard = Keyboard::default();
    // Nobody listens when the program has left.
    let send = |key: Option<Key>| {
        if let Some(key) = key {
            let _ = sender.send(Input::Key(key));
        }
    };
    while !is_closed.load(Ordering::Relaxed) {
        let began = Instant::now();
        match tty.read(&mut buffer) {
            Ok(0) if began.elapsed() > Duration::from_millis(20) => {
                empty_reads = 0;
                send(keyboard.idle());
            }
            Ok(0) if empty_reads < EMPTY_READS => empty_reads += 1,
            Ok(count @ 1..) => {
                empty_reads = 0;
                keyboard
                    .read(&buffer[..count])
                    .into_iter()
                    .for_each(|key| send(Some(key)));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => {
                let _ = sender.send(Input::Ended(SIGHUP));
                return;
            }
        }
    }
}

fn on_signal(signal: i32, screen: &Mutex<Screen>, sender: &Sender<Input>) {
    let input = match signal {
        SIGWINCH => Input::Resized,
        SIGTSTP => {
            let mut screen = locked(screen);
            screen.leave();
            screen.stopped = Some(Instant::now());
            drop(screen);
            // Stops here until SIGCONT, which then comes through this function too.
            let _ = low_level::emulate_default_handler(SIGTSTP);
            return;
        }
        SIGCONT => {
            let mut screen = locked(screen);
            let stopped = screen.stopped.take();
            match screen.enter() {
                Ok(()) => Input::Resumed {
                    after: stopped.map_or(Duration::ZERO, |since| since.elapsed()),
                },
                Err(_) => Input::Ended(SIGHUP),
            }
        }
        signal => Input::Ended(signal),
    };
    // The program has left when nobody listens.
    let _ = sender.send(input);
}

/// Decides what SIGHUP and SIGTSTP do while no device is open: once a handler was installed the
/// system's own effect is gone for good, so it is brought back by a handler of our own. SIGINT and
/// SIGTERM are left to the program, which listens for both as long as it runs.
fn guard_signals(by_default: bool) -> io::Result<()> {
    static IS_DEFAULT: Mutex<Option<Arc<AtomicBool>>> = Mutex::new(None);
    let mut guard = IS_DEFAULT.lock().unwrap_or_else(PoisonError::into_inner);
    if guard.is_none() {
        let is_default = Arc::new(AtomicBool::new(by_default));
        for signal in [SIGHUP, SIGTSTP] {
            flag::register_conditional_default(signal, Arc::clone(&is_default))?;
        }
        *guard = Some(is_default);
    }
    if let Some(is_default) = &*guard {
        is_default.store(by_default, Ordering::SeqCst);
    }
    Ok(())
}

/// Gives the terminal back before a panic is reported: on the alternate screen the report would
/// be lost.
fn restore_on_panic(screen: &Arc<Mutex<Screen>>) {
    static CURRENT: Mutex<Weak<Mutex<Screen>>> = Mutex::new(Weak::new());
    static INSTALLED: Once = Once::new();
    *CURRENT.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(screen);
    INSTALLED.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let screen = CURRENT
                .try_lock()
                .ok()
                .and_then(|current| current.upgrade());
            if let Some(mut screen) = screen.as_deref().and_then(|screen| screen.try_lock().ok()) {
                screen.leave();
            }
            report(info);
        }));
    });
}
