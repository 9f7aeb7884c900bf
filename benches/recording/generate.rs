//! A recording as a build or a server's log leaves one: a line a write, coloured, of about 104
//! bytes in the file, with a secret now and then.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Writes at least `bytes` of asciicast 2; answers the number of events.
pub fn recording(path: &Path, bytes: u64) -> io::Result<u64> {
    let mut out = BufWriter::new(File::create(path)?);
    let header = r#"{"version": 2, "width": 100, "height": 50, "timestamp": 1795251600}"#;
    writeln!(out, "{header}")?;
    let (mut written, mut events) = (header.len() as u64 + 1, 0);
    while written < bytes {
        let line = event(events);
        out.write_all(line.as_bytes())?;
        written += line.len() as u64;
        events += 1;
    }
    out.flush()?;
    Ok(events)
}

fn event(number: u64) -> String {
    let (seconds, micros) = (number / 500, number % 500 * 2_000);
    let text = match number % 10_000 {
        0 => format!(r"export API_KEY=k{number:031x}\r\n"),
        _ => format!(
            r"\u001b[32m[{:>6}]\u001b[0m compiled {:08x} in {:>3} ms, \u001b[1mok\u001b[0m\r\n",
            number % 100_000,
            number.wrapping_mul(2_654_435_761) % 0xffff_ffff,
            number * 7 % 997,
        ),
    };
    format!("[{seconds}.{micros:06}, \"o\", \"{text}\"]\n")
}
