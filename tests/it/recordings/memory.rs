//! A recording that is larger than the memory it may take.

use super::{Gateway, names, sha256};
use crate::support::{CommandOutput, TestEnvironment};

/// What a program may have in data, in KiB: half of the bound, and less than the recordings.
const LIMIT: u32 = 32 * 1024;

/// Bytes of a recording.
const SIZE: usize = 48 << 20;

/// Runs `ddctl` with no more data than [`LIMIT`]; beyond it, it would be aborted.
fn bounded(environment: &TestEnvironment, args: &[&str]) -> CommandOutput {
    let line = format!("ulimit -d {LIMIT} && exec \"$@\"");
    let mut words = vec!["-c", &line, "sh", env!("CARGO_BIN_EXE_ddctl")];
    words.extend(args);
    environment.program("/bin/sh", words).run()
}

/// A recording of [`SIZE`] bytes in few large events, which are quick to read.
fn large() -> String {
    let mut cast = "{\"version\":2,\"width\":80,\"height\":24}\n".to_owned();
    let line = "0123456789abcdef ".repeat(60) + "\\r\\n";
    let data = line.repeat(30);
    let mut number = 0;
    while cast.len() < SIZE {
        number += 1;
        cast += &format!("[{number}.5, \"o\", \"{data}\"]\n");
    }
    cast
}

#[test]
fn a_recording_larger_than_the_memory_is_converted_searched_and_told() {
    let environment = TestEnvironment::empty();
    let cast = large();
    let digest = sha256(cast.as_bytes());
    environment.write(&environment.path("large.cast"), &cast);
    for (to, flags) in [("3.cast", &[][..]), ("it.ndjson", &["--no-redact"])] {
        let mut args = vec!["sessions", "export", "large.cast", "--to", to];
        args.extend(flags);
        let _ = bounded(&environment, &args).exits(0);
        let written = std::fs::read(environment.path(to)).expect("it was written");
        let end = String::from_utf8_lossy(&written[written.len() - 400..]).into_owned();
        assert!(end.contains(&digest), "{to}: {end}");
        assert!(written.len() > SIZE / 2, "{to}: {}", written.len());
    }
    let search = [
        "sessions",
        "search",
        "--no-redact",
        "nowhere in it",
        "large.cast",
    ];
    let _ = bounded(&environment, &search).exits(0).says("no hit");
}

/// It comes as one answer, and goes to a temporary file that has no name.
#[test]
fn a_large_recording_of_the_gateway_is_kept_on_disk_without_a_name() {
    let data = "0123456789abcdef ".repeat(4_000);
    let events: Vec<(f64, &str, &str)> = (0..540).map(|n| (f64::from(n), "o", &data[..])).collect();
    let gateway = Gateway::with(&events);
    let environment = &gateway.environment;
    assert!(
        gateway.stream.len() > SIZE - (2 << 20),
        "{}",
        gateway.stream.len()
    );
    let args = [
        "sessions",
        "export",
        super::ID,
        "--to",
        "it.cast",
        "--no-redact",
    ];
    let _ = bounded(environment, &args).exits(0);
    let written = super::read(environment, "it.cast");
    assert!(written.contains(&gateway.sha256()));
    assert_eq!(
        super::events(&written).len(),
        events.len() + 1,
        "and the exit"
    );
    assert_eq!(names(environment), ["it.cast"]);
    let left = environment.files();
    let is_temporary = |path: &std::path::Path| path.starts_with("tmp");
    assert!(left.iter().all(|(path, _)| !is_temporary(path)));
}
