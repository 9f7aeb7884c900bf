//! Reading a secret: a file, standard input, or what a program prints.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use zeroize::Zeroizing;

use super::{SecretError, SecretKind};
use crate::domain::secret::Secret;

/// A key longer than this is none.
const LONGEST: u64 = 16 << 10;
/// Long enough for somebody to touch a token or to type a passphrase.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program was to print a secret, and did not. What it printed is not told.
#[derive(Debug, thiserror::Error)]
#[error("`{program}` was to print a secret: {why}")]
pub struct CommandFailed {
    pub program: String,
    pub why: String,
}

/// The secret in a file, or on standard input where `path` is `-`.
pub fn read_file(kind: SecretKind, path: &Path) -> Result<Secret, SecretError> {
    let failed = |source| SecretError::File {
        kind,
        path: path.to_owned(),
        source,
    };
    let reader: Box<dyn Read> = match path.to_str() {
        Some("-") => Box::new(io::stdin()),
        _ => Box::new(std::fs::File::open(path).map_err(failed)?),
    };
    let secret = Secret::new(read_text(reader).map_err(failed)?.as_str());
    match secret.is_empty() {
        true => Err(SecretError::Empty {
            kind,
            path: path.to_owned(),
        }),
        false => Ok(secret),
    }
}

/// What a program prints, started without a shell. Its questions and complaints go where ours do.
pub fn read_command(words: &[String]) -> Result<Zeroizing<String>, CommandFailed> {
    let (program, arguments) = words.split_first().ok_or_else(|| CommandFailed {
        program: String::new(),
        why: "no program is named".to_owned(),
    })?;
    let failed = |why: String| CommandFailed {
        program: program.clone(),
        why,
    };
    let mut child = Command::new(program)
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let stdout = child.stdout.take().expect("it was asked for above");
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(read_text(stdout)));
    let Ok(text) = receiver.recv_timeout(PATIENCE) else {
        // It is given up either way; one that has ended cannot be killed.
        let _ = child.kill();
        let _ = child.wait();
        let why = format!("it did not within {} s", PATIENCE.as_secs());
        return Err(failed(why));
    };
    let status = child.wait().map_err(|error| failed(error.to_string()))?;
    if !status.success() {
        return Err(failed(format!("it ended with {status}")));
    }
    let text = text.map_err(|error| failed(error.to_string()))?;
    match text.trim().is_empty() {
        true => Err(failed("it printed nothing".to_owned())),
        false => Ok(text),
    }
}

/// Reads a text that is no longer than a key can be, into memory that does not move while it grows.
fn read_text(reader: impl Read) -> io::Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST as usize + 64));
    reader.take(LONGEST + 1).read_to_end(&mut bytes)?;
    let too_long = || io::Error::new(io::ErrorKind::InvalidData, "it is longer than any key");
    let no_text = |_| io::Error::new(io::ErrorKind::InvalidData, "it is no text");
    if bytes.len() as u64 > LONGEST {
        return Err(too_long());
    }
    Ok(Zeroizing::new(
        std::str::from_utf8(&bytes).map_err(no_text)?.to_owned(),
    ))
}
