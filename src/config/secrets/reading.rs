//! Reading a secret: a file, standard input, or what a program prints. Each may take for ever, so none
//! is waited for longer than the run is.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::{SecretError, SecretKind};
use crate::domain::secret::Secret;
use crate::waiting::{Cut, GLANCE, Wait, aside};

/// A key longer than this is none.
const LONGEST: usize = 16 << 10;
/// Long enough for somebody to touch a token or to type a passphrase.
const PATIENCE: Duration = Duration::from_secs(60);
/// What a program printed before it ended is read within this time, also where something that it
/// started holds its output open.
const LEFT_BEHIND: Duration = Duration::from_millis(500);

/// A program was to print a secret, and did not. What it printed is not told.
#[derive(Debug, thiserror::Error)]
#[error("`{program}` was to print {what}: {why}")]
pub struct CommandFailed {
    program: String,
    what: &'static str,
    why: String,
}

/// Why a program's secret is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error(transparent)]
    Failed(#[from] CommandFailed),
    #[error(transparent)]
    Cut(Cut),
}

/// The secret in a file, or on standard input where `path` is `-`.
pub fn read_file(kind: SecretKind, path: &Path) -> Result<Secret, SecretError> {
    let failed = |source| SecretError::File {
        kind,
        path: path.to_owned(),
        source,
    };
    let from = path.to_owned();
    let read = aside(None, move || read_source(&from)).map_err(SecretError::Cut)?;
    let read = read.unwrap_or_else(|| Err(io::ErrorKind::BrokenPipe.into()));
    let secret = Secret::new(read.map_err(failed)?.as_str());
    match secret.is_empty() {
        true => Err(SecretError::Empty {
            kind,
            path: path.to_owned(),
        }),
        false => Ok(secret),
    }
}

/// To open a pipe waits for whoever writes to it.
fn read_source(path: &Path) -> io::Result<Zeroizing<String>> {
    let reader: Box<dyn Read> = match path.to_str() {
        Some("-") => Box::new(io::stdin()),
        _ => Box::new(std::fs::File::open(path)?),
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 64));
    reader.take(LONGEST as u64 + 1).read_to_end(&mut bytes)?;
    text_of(&bytes)
}

/// What a program prints, started without a shell. Its questions and complaints go where ours do.
/// `what` is what it was to print.
pub fn read_command(
    words: &[String],
    what: &'static str,
) -> Result<Zeroizing<String>, CommandError> {
    let named = words.first().map(String::as_str).unwrap_or_default();
    let failed = |why: String| CommandFailed {
        program: told(Path::new(named)),
        what,
        why,
    };
    let (program, arguments) = words
        .split_first()
        .ok_or_else(|| failed("no program is named".to_owned()))?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let stdout = child.stdout.take().expect("it was asked for above");
    let printed = printed(&mut child, stdout).inspect_err(|_| {
        // It is given up either way; one that has ended cannot be killed.
        let _ = child.kill();
        let _ = child.wait();
    });
    let printed = printed.map_err(|cut| match cut {
        Cut::TooLong => {
            let why = format!("it did not within {} s", PATIENCE.as_secs());
            CommandError::Failed(failed(why))
        }
        cut => CommandError::Cut(cut),
    })?;
    let status = child.wait().map_err(|error| failed(error.to_string()))?;
    let printed = printed.map_err(|error| failed(error.to_string()))?;
    if !status.success() {
        return Err(failed(format!("it ended with {status}")).into());
    }
    let text = text_of(&printed).map_err(|error| failed(error.to_string()))?;
    match text.trim().is_empty() {
        true => Err(failed("it printed nothing".to_owned()).into()),
        false => Ok(text),
    }
}

type Printed = io::Result<Zeroizing<Vec<u8>>>;

/// What a program prints until it ends.
fn printed(child: &mut Child, mut stdout: ChildStdout) -> Result<Printed, Cut> {
    let wait = Wait::begin(Some(PATIENCE));
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        loop {
            let mut part = Zeroizing::new(vec![0; 4 << 10]);
            let read = stdout.read(&mut part).map(|length| (part, length));
            let is_last = !matches!(read, Ok((_, 1..)));
            // Nobody takes what comes too late.
            if sender.send(read).is_err() || is_last {
                return;
            }
        }
    });
    let mut all = Zeroizing::new(Vec::with_capacity(LONGEST + (8 << 10)));
    let mut ended: Option<Instant> = None;
    loop {
        match receiver.recv_timeout(GLANCE) {
            Ok(Ok((_, 0))) | Err(RecvTimeoutError::Disconnected) => return Ok(Ok(all)),
            Ok(Ok((part, length))) => all.extend_from_slice(&part[..length]),
            Ok(Err(error)) => return Ok(Err(error)),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if ended.is_none() && matches!(child.try_wait(), Ok(Some(_))) {
            ended = Some(Instant::now());
        }
        let is_left_behind = ended.is_some_and(|ended| ended.elapsed() > LEFT_BEHIND);
        if all.len() > LONGEST {
            // It would wait for ever for somebody to read the rest.
            let _ = child.kill();
            return Ok(text_of(&all).map(|_| all));
        }
        if is_left_behind {
            return Ok(Ok(all));
        }
        if let Some(cut) = wait.cut() {
            return Err(cut);
        }
    }
}

/// A text that is no longer than a key can be.
fn text_of(bytes: &[u8]) -> io::Result<Zeroizing<String>> {
    let refused = |why: &str| io::Error::new(io::ErrorKind::InvalidData, why);
    if bytes.len() > LONGEST {
        return Err(refused("it is longer than any key"));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(refused("it is no text")),
    }
}

/// Where a secret was to be read, for an error. Somebody may have put the secret itself there: what
/// looks like one is not repeated.
pub fn told(path: &Path) -> String {
    let text = path.to_string_lossy();
    let looks_secret = text.len() >= 20
        && Secret::new(&*text).fits_a_header()
        && !text.contains(['/', '.'])
        && text.bytes().any(|byte| byte.is_ascii_digit());
    match (text.as_ref(), looks_secret) {
        ("-", _) => "standard input".to_owned(),
        (_, true) => "what was given (it is not repeated: it looks like a secret)".to_owned(),
        (_, false) => path.display().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Result<String, CommandError> {
        let words = ["sh", "-c", script].map(str::to_owned);
        read_command(&words, "a secret").map(|text| text.to_string())
    }

    #[test]
    fn a_program_that_leaves_something_behind_is_not_waited_for() {
        let began = Instant::now();
        let text = sh("sleep 50 & echo key").expect("it printed one");
        assert_eq!(text, "key\n");
        assert!(began.elapsed() < PATIENCE, "what it left ends later");
    }

    #[test]
    fn what_a_program_prints_has_an_end() {
        let error = sh("yes").expect_err("it never ends");
        let text = "`sh` was to print a secret: it is longer than any key";
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn what_looks_like_a_secret_is_not_repeated_as_a_path() {
        let key = "0123456789abcdef0123456789abcdef";
        assert!(!told(Path::new(key)).contains(key));
        for path in ["key", "/run/secrets/dd-api-key-2", "my-datadog-api-key.txt"] {
            assert_eq!(told(Path::new(path)), path);
        }
        assert_eq!(told(Path::new("-")), "standard input");
    }
}
