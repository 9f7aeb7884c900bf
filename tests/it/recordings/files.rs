//! Every format that is read, whole and broken, as rows: what is told, what is an error and where,
//! and what `--lenient` makes of it.

use base64::Engine as _;
use serde_json::Value;

use super::FORMATS;
use crate::support::TestEnvironment;

const V2: &str = "{\"version\":2,\"width\":80,\"height\":24}\n";
const V3: &str = "{\"version\":3,\"term\":{\"cols\":80,\"rows\":24}}\n";
const TYPESCRIPT: &str = "Script started on 2026-11-21 12:14:44+00:00 [COMMAND=\"x\"]\n";

/// A year in seconds: the longest interval that is believed.
const YEAR: &str = "31536000";

/// A file and what becomes of it.
struct Case {
    name: &'static str,
    file: Vec<u8>,
    timing: Option<&'static str>,
    /// `time type text` of each event, or what the error says.
    strict: Result<Vec<String>, &'static str>,
    /// The same under `--lenient`; as without it unless said.
    lenient: Option<Vec<String>>,
    /// What the warning says, under `--lenient` at the latest.
    warning: &'static str,
}

fn case(name: &'static str, file: impl Into<Vec<u8>>, rows: &[&str]) -> Case {
    Case {
        name,
        file: file.into(),
        timing: None,
        strict: Ok(owned(rows)),
        lenient: None,
        warning: "",
    }
}

impl Case {
    fn timed(mut self, timing: &'static str) -> Self {
        self.timing = Some(timing);
        self
    }

    fn warns(mut self, warning: &'static str) -> Self {
        self.warning = warning;
        self
    }

    /// Its rows are those of `--lenient`; without it there is this error.
    fn fails(mut self, error: &'static str) -> Self {
        self.lenient = self.strict.ok();
        self.strict = Err(error);
        self
    }

    /// No recording, however it is read.
    fn refused_with(mut self, error: &'static str) -> Self {
        self.strict = Err(error);
        self
    }
}

fn owned(rows: &[&str]) -> Vec<String> {
    rows.iter().map(|row| (*row).to_owned()).collect()
}

fn packet(seconds: u32, micros: u32, data: &[u8]) -> Vec<u8> {
    let head = [seconds, micros, data.len() as u32].map(u32::to_le_bytes);
    [&head.concat(), data].concat()
}

fn asciicast() -> Vec<Case> {
    let long = format!("[1, \"o\", \"{}\"]\n", "x".repeat(16 << 20));
    let nested = format!("[{}{}]\n", "[".repeat(200_000), "]".repeat(200_000));
    vec![
        case(
            "version 3 counts from the event before; comments and blank lines are nothing",
            format!(
                "{V3}# a comment\n[1, \"o\", \"a\"]\n\n[1, \"m\", \"here\"]\n[1, \"x\", \"0\"]\n"
            ),
            &["1 output a", "2 marker here", "3 exit 0"],
        ),
        case(
            "version 2 counts from the start and never backwards",
            format!("{V2}[2, \"o\", \"a\"]\n[1, \"o\", \"b\"]\n[3, \"r\", \"90x20\"]\n"),
            &["2 output a", "2 output b", "3 resize 90x20"],
        ),
        case(
            "a byte order mark, blanks before the header and line ends of Windows",
            format!(
                "\u{feff}\r\n{}[1, \"o\", \"a\"]\r\n",
                V2.replace('\n', "\r\n")
            ),
            &["1 output a"],
        ),
        case(
            "codes that nobody knows are kept",
            format!("{V3}[1, \"zz\", \"a\"]\n[0, \"o\", \"b\"]\n"),
            &["1 zz a", "1 output b"],
        ),
        case(
            "an interval that is negative, no number or absurd",
            format!("{V3}[-1, \"o\", \"a\"]\n[NaN, \"o\", \"b\"]\n[1e400, \"o\", \"c\"]\n"),
            &["0 output a", "0 output b", "31536000 output c"],
        ),
        case(
            "a cut last line, as of a recorder that was killed",
            format!("{V3}[1, \"o\", \"a\"]\n[1, \"o\", \"b"),
            &["1 output a"],
        )
        .warns("ends in the middle of event 1"),
        case("a header alone", V3, &[]),
        case(
            "a line that is no event",
            format!("{V2}[1, \"o\", \"a\"]\n{{}}\n[2, \"o\", \"b\"]\n"),
            &["1 output a", "2 output b"],
        )
        .fails("line 3 is no event")
        .warns("line 3 is no event and was left out"),
        case(
            "a line with an empty code",
            format!("{V3}[1, \"\", \"a\"]\n[1, \"o\", \"b\"]\n"),
            &["1 output b"],
        )
        .fails("its code is empty"),
        case(
            "a line that is no UTF-8",
            [V2.as_bytes(), b"[1, \"o\", \"\xff\"]\n[2, \"o\", \"b\"]\n"].concat(),
            &["2 output b"],
        )
        .fails("line 2 is no event"),
        case(
            "a line longer than 16 MB",
            format!("{V2}{long}[2, \"o\", \"b\"]\n"),
            &["2 output b"],
        )
        .fails("line 2 is no event: it is longer than"),
        case(
            "brackets nested without end",
            format!("{V2}{nested}[2, \"o\", \"b\"]\n"),
            &["2 output b"],
        )
        .fails("line 2 is no event"),
        case(
            "version 1 is one object with delays",
            r#"{"version":1,"width":80,"height":24,"stdout":[[1,"a"],[-1,"b"],[1,"c"]]}"#,
            &["1 output a", "1 output b", "2 output c"],
        ),
        case(
            "a version 1 that was cut",
            r#"{"version":1,"width":80,"height":24,"stdout":[[1,"a"],[1,"b"#,
            &["1 output a"],
        )
        .warns("ends in the middle of event 1"),
        case(
            "a frame of version 1 that is none",
            r#"{"version":1,"width":80,"height":24,"stdout":[[1,"a"],7,[1,"c"]]}"#,
            &["1 output a", "2 output c"],
        )
        .fails("frame 1 is no event")
        .warns("frame 1 is no event and was left out"),
        case(
            "a version that nobody knows",
            "{\"version\":9,\"stdout\":[]}",
            &[],
        )
        .refused_with("not of version 1"),
    ]
}

fn event_stream() -> Vec<Case> {
    let base64 = |data: &[u8]| base64::engine::general_purpose::STANDARD.encode(data);
    let lost = format!("[[0,\"e\",\"{}\"]]", base64(b"no log found on disk"));
    let (first, second) = (base64(b"caf\xc3"), base64(b"\xa9\xff!\xe2\x82"));
    vec![
        case(
            "seconds since the start, and never backwards",
            r#"[[1,"o","YQ=="],[0.5,"o","Yg=="],[-2,"o","Yw=="],[2,"e","ZA=="]]"#,
            &["1 output a", "1 output b", "1 output c", "2 error d"],
        ),
        case(
            "an interval of more than a year",
            r#"[[1e300,"o","YQ=="]]"#,
            &[&format!("{YEAR} output a")],
        ),
        case(
            "a character cut between two events, a byte that is none, and half a one at the end",
            format!(r#"[[1,"o","{first}"],[2,"o","{second}"]]"#),
            &["1 output caf", "2 output é\u{fffd}!", "2 output \u{fffd}"],
        ),
        case(
            "an entry that is no base64",
            r#"[[1,"o","YQ=="],[2,"o","%%%"],[3,"o","Yg"]]"#,
            &["1 output a", "3 output b"],
        )
        .warns("event 1 is not base64 and was left out"),
        case(
            "entries of another shape",
            r#"[[1,"o","YQ=="],7,{"a":["]"]},[1,"o"],[3,"o","Yg=="]]"#,
            &["1 output a", "3 output b"],
        )
        .warns("event 1 is no [time, code, data]"),
        case(
            "an array that was cut",
            r#"[[1,"o","YQ=="],[2,"o","Y"#,
            &["1 output a"],
        )
        .warns("ends in the middle of event 1"),
        case(
            "a recording that the gateway lost",
            lost,
            &["0 error no log found on disk"],
        )
        .warns("the gateway lost this recording"),
        case("nothing that can be used", r#"[7,8]"#, &[])
            .refused_with("nothing in the recording can be"),
        case(
            "no recording",
            r#"{"id":"7c1e","connection":"x","event_stream":null}"#,
            &[],
        )
        .refused_with("holds no recording"),
    ]
}

fn older() -> Vec<Case> {
    let typescript = format!("{TYPESCRIPT}ab\r\ncd\r\n\nScript done on x\n");
    let (early, late) = (
        packet(1_700_000_000, 0, b"a"),
        packet(1_700_000_001, 500_000, b"b"),
    );
    let earlier = packet(1_600_000_000, 0, b"c");
    let broken = packet(1_700_000_002, 4_000_000_000, b"x");
    vec![
        case(
            "a typescript with classic timing",
            typescript.clone(),
            &["0.5 output ab\r\n", "2 output cd\r\n"],
        )
        .timed("0.5 4\n1.5 4\n"),
        case(
            "a typescript with timing of several streams",
            typescript.clone(),
            &[
                "0.5 output ab\r\n",
                "1.5 resize 120x40",
                "2 output cd\r\n",
                "2 exit 3",
            ],
        )
        .timed(concat!(
            "H 0.0 COLUMNS 100\nO 0.5 4\nS 1.0 SIGWINCH ROWS=40 COLS=120\nI 0.0 3\nO 0.5 4\n",
            "H 0.0 EXIT_CODE 3\n",
        )),
        case(
            "a typescript alone",
            typescript.clone(),
            &["0 output ab\r\ncd\r\n"],
        )
        .warns("has no timing file"),
        case(
            "a timing line that is none",
            typescript.clone(),
            &["0.5 output ab\r\n", "2 output cd\r\n"],
        )
        .timed("0.5 4\nnonsense\n1.5 4\n")
        .fails("line 2 of the timing file is no timing")
        .warns("line 2 of the timing file is no timing and was left out"),
        case(
            "a timing file that was cut",
            typescript.clone(),
            &["0.5 output ab\r\n"],
        )
        .timed("0.5 4\n1.")
        .warns("ends in the middle of event 1"),
        case(
            "a timing that goes on behind the typescript",
            format!("{TYPESCRIPT}ab"),
            &["0.5 output ab"],
        )
        .timed("0.5 4\n1.5 99999999999\n")
        .warns("ends in the middle"),
        case(
            "delays that are no times",
            typescript,
            &["0 output ab\r\n", "0 output cd\r\n"],
        )
        .timed("-5 4\nnan 4\n"),
        case(
            "ttyrec by the clock, and never backwards",
            [early.clone(), late.clone(), earlier].concat(),
            &["0 output a", "1.5 output b", "1.5 output c"],
        ),
        case(
            "a packet that was cut",
            [&early[..], &late[..12]].concat(),
            &["0 output a"],
        )
        .warns("ends in the middle of event 1"),
        case(
            "a header that was cut",
            [&early[..], &late, &early[..5]].concat(),
            &["0 output a", "1.5 output b"],
        )
        .warns("ends in the middle of event 2"),
        case(
            "a header that is none",
            [early, late, broken].concat(),
            &["0 output a", "1.5 output b"],
        )
        .fails("frame 2 is no event")
        .warns("nothing behind frame 2 can be read"),
    ]
}

fn foreign() -> Vec<Case> {
    let none = |name, file: &str| case(name, file, &[]);
    vec![
        none("an empty file", "").refused_with("this is no recording"),
        none("another program's file", "PK\x03\x04").refused_with("this is no recording"),
        none("HTML", "<html>\x1b[31m").refused_with("it begins with `<html>"),
        none("an object that is none", "{\"a\":1}").refused_with("no asciicast"),
    ]
}

/// Reads a case as rows; answers what was said as well.
fn told(case: &Case, flags: &[&str]) -> (i32, Vec<String>, String) {
    let environment = TestEnvironment::empty();
    environment.write(&environment.path("it"), &case.file);
    let mut args = vec![
        "sessions", "export", "it", "--to", "-", "--format", "ndjson",
    ];
    if let Some(timing) = case.timing {
        environment.write(&environment.path("it.tm"), timing);
        args.extend(["--timing", "it.tm"]);
    }
    args.extend(["--include-input", "--no-redact"]);
    args.extend(flags);
    let output = environment.run(args);
    let row = |row: &Value| {
        let text = |key| row[key].as_str().unwrap_or_default().to_owned();
        let time = row["time"].as_f64().unwrap_or_default();
        format!("{time} {} {}", text("type"), text("text"))
    };
    let rows = output
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    let rows: Vec<Value> = rows.collect();
    let rows = rows
        .iter()
        .filter(|row| row["type"] != "recording" && row["type"] != "end");
    (output.code(), rows.map(row).collect(), output.stderr)
}

fn check(case: &Case) {
    let name = case.name;
    let (code, rows, said) = told(case, &[]);
    match &case.strict {
        Ok(expected) => {
            assert_eq!((code, &rows), (0, expected), "{name}: {said}");
            assert!(said.contains(case.warning), "{name}: {said}");
            assert!(
                !case.warning.is_empty() || !said.contains("warning"),
                "{name}: {said}"
            );
        }
        Err(error) => {
            assert_eq!(code, 1, "{name}: {said}");
            assert!(said.contains(error), "{name}: {said}");
            assert!(
                !said.contains(char::is_control) || !said.contains('\x1b'),
                "{name}: {said}"
            );
        }
    }
    let (code, rows, said) = told(case, &["--lenient"]);
    match (&case.lenient, &case.strict) {
        (Some(expected), _) | (None, Ok(expected)) => {
            assert_eq!((code, &rows), (0, expected), "{name}, lenient: {said}");
            assert!(said.contains(case.warning), "{name}, lenient: {said}");
        }
        (None, Err(error)) => {
            assert_eq!(code, 1, "{name}, lenient: {said}");
            assert!(said.contains(error), "{name}, lenient: {said}");
        }
    }
}

#[test]
fn asciicast_whole_and_broken() {
    asciicast().iter().for_each(check);
}

#[test]
fn the_gateway_s_event_stream_whole_and_broken() {
    event_stream().iter().for_each(check);
}

#[test]
fn typescripts_and_ttyrec_whole_and_broken() {
    older().iter().for_each(check);
}

#[test]
fn what_is_no_recording_is_refused_by_how_it_begins() {
    foreign().iter().for_each(check);
}

/// What is in a file decides, and every format that is written is read again where it can be.
#[test]
fn a_file_becomes_every_format() {
    let all: Vec<Case> = [asciicast(), event_stream(), older()]
        .into_iter()
        .flatten()
        .collect();
    let whole = [
        "version 3 ",
        "version 2 ",
        "version 1 ",
        "seconds since",
        "ttyrec by",
    ];
    let cases = all
        .iter()
        .filter(|case| whole.iter().any(|start| case.name.starts_with(start)));
    for case in cases {
        let environment = TestEnvironment::empty();
        environment.write(&environment.path("it.rec"), &case.file);
        for (ending, flags) in FORMATS {
            let target = format!("it.{ending}");
            let mut args = vec![
                "sessions",
                "export",
                "it.rec",
                "--to",
                &target,
                "--overwrite",
            ];
            args.extend(flags);
            let _ = environment.run(args).exits(0);
            let text = super::read(&environment, &target);
            assert!(text.contains("it.rec"), "{}, {ending}", case.name);
            assert!(
                text.contains(&super::sha256(&case.file)),
                "{}, {ending}",
                case.name
            );
        }
        let again = super::events(&super::read(&environment, "it.cast"));
        let shown = again.iter().filter(|event| event[1] == "o").count();
        let rows = case.strict.as_ref().expect("whole");
        let expected = rows
            .iter()
            .filter(|row| row.contains(" output ") || row.contains(" error "));
        assert_eq!(shown, expected.count(), "{}", case.name);
    }
}

#[test]
fn sizes_beyond_a_terminal_s_are_clamped() {
    let environment = TestEnvironment::empty();
    let cast = V2.replace(":80", ":4000000000").replace(":24", ":0") + "[1, \"o\", \"a\"]\n";
    environment.write(&environment.path("it.cast"), cast);
    for (name, flags) in [("3.cast", &[][..]), ("2.cast", &["--format", "cast2"])] {
        let mut args = vec!["sessions", "export", "it.cast", "--to", name];
        args.extend(flags);
        let _ = environment.run(args).exits(0);
        let text = super::read(&environment, name);
        let header: Value = serde_json::from_str(text.lines().next().expect("one")).expect("JSON");
        let size = match name {
            "3.cast" => (&header["term"]["cols"], &header["term"]["rows"]),
            _ => (&header["width"], &header["height"]),
        };
        assert_eq!(size, (&Value::from(1_000), &Value::from(1)), "{name}");
    }
}
