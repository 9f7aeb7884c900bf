//! What is left of an export that does not come to its end, and of files that were there before.

use std::fs;
use std::process::Command;

use rustix::process::Signal;
use serde_json::Value;

use super::{FORMATS, Gateway, ID, names, read, sha256};
use crate::support::{SandboxOptions, TestEnvironment, until};

const BROKEN: &str = concat!(
    "{\"version\":2,\"width\":80,\"height\":24}\n",
    "[0.5, \"o\", \"one\\r\\n\"]\nthis is no event\n[1.5, \"o\", \"two\\r\\n\"]\n",
);

#[test]
fn an_interrupted_export_leaves_no_file() {
    for signal in [Signal::INT, Signal::TERM] {
        let sandbox = SandboxOptions::default().start();
        let environment = TestEnvironment::of(&sandbox);
        let id = sandbox.sessions()[0]["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        sandbox.put_faults(&["gateway:stall@1"]);
        let args = [
            "sessions",
            "export",
            &id,
            "--to",
            "it.cast",
            "--allow-download",
        ];
        let running = environment.command(args).start();
        until("a request that is not answered", || {
            let requests = sandbox.requests(false);
            requests
                .iter()
                .any(|row| row["fault"].is_string())
                .then_some(())
        });
        running.signal(signal);
        let _ = running.finish().exits(130);
        assert_eq!(names(&environment), [""; 0]);
    }
}

/// A recording that never ends: its writer is the test.
#[test]
fn an_export_that_waits_for_its_input_can_be_interrupted() {
    let environment = TestEnvironment::empty();
    let pipe = environment.path("pipe.cast");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(
        made.is_ok_and(|status| status.success()),
        "a pipe with a name"
    );
    let args = ["sessions", "export", "pipe.cast", "--to", "it.txt"];
    let running = environment.command(args).start();
    until("the file under construction", || {
        names(&environment)
            .iter()
            .any(|name| name.ends_with(".part"))
            .then_some(())
    });
    running.signal(Signal::INT);
    let _ = running.finish().exits(130);
    assert_eq!(names(&environment), ["pipe.cast"]);
}

#[test]
fn a_recording_that_breaks_off_half_way_leaves_no_file_and_keeps_the_one_that_was_there() {
    let environment = TestEnvironment::empty();
    environment.write(&environment.path("broken.cast"), BROKEN);
    for (ending, flags) in FORMATS {
        let target = format!("there.{ending}");
        environment.write(&environment.path(&target), "theirs");
        for to in [&target, &format!("new.{ending}")] {
            let mut args = vec![
                "sessions",
                "export",
                "broken.cast",
                "--to",
                to,
                "--overwrite",
            ];
            args.extend(flags);
            let _ = environment.run(args).exits(1).says("line 3 is no event");
        }
        assert_eq!(read(&environment, &target), "theirs", "{flags:?}");
    }
    let left = names(&environment);
    assert!(
        left.iter()
            .all(|name| !name.contains("new") && !name.contains(".part")),
        "{left:?}"
    );
}

#[test]
fn a_file_that_exists_is_replaced_only_on_request() {
    let gateway = Gateway::with(&[(0.5, "o", "hello\r\n")]);
    let environment = &gateway.environment;
    for (ending, flags) in FORMATS {
        let name = format!("there.{ending}");
        environment.write(&environment.path(&name), "theirs");
        let mut args = vec!["sessions", "export", ID, "--to", &name];
        args.extend(flags);
        let _ = environment.run(&args).exits(2).says("--overwrite");
        assert_eq!(read(environment, &name), "theirs");
        args.push("--overwrite");
        let _ = environment.run(&args).exits(0);
        assert!(read(environment, &name).contains(ID), "{flags:?}");
    }
}

#[test]
fn one_recording_that_cannot_be_read_does_not_hold_back_the_others() {
    let environment = TestEnvironment::empty();
    environment.write(&environment.path("a.cast"), BROKEN);
    environment.write(
        &environment.path("b.cast"),
        BROKEN.replace("this is no event\n", ""),
    );
    let args = [
        "sessions", "export", "a.cast", "b.cast", "--to", "out/", "--format", "txt",
    ];
    let _ = environment.run(args).exits(1).says("a.cast: ");
    let written: Vec<_> = fs::read_dir(environment.path("out"))
        .expect("a folder")
        .collect();
    assert_eq!(written.len(), 1, "{written:?}");
    assert!(read(&environment, "out/b.txt").contains("two"));
}

/// A name that would do something to a terminal, or in a spreadsheet.
const HOSTILE: &str = "-=\x1b]52;c;AAAA\x07\u{202e}<b>&\"'$(x).cast";

#[test]
fn a_hostile_name_is_only_a_name() {
    let environment = TestEnvironment::empty();
    let cast = BROKEN.replace("this is no event\n", "");
    environment.write(&environment.path(HOSTILE), &cast);
    let given = format!("./{HOSTILE}");
    for (ending, flags) in FORMATS {
        let mut args = vec![
            "sessions", "export", &given, "--to", "out/", "--format", ending,
        ];
        args.extend(flags.iter().filter(|flag| **flag == "--recording"));
        args.push("--overwrite");
        let output = environment.run(args).exits(0);
        assert!(
            !output.stderr.contains(['\x1b', '\x07', '\u{202e}']),
            "{output}"
        );
    }
    let entries = fs::read_dir(environment.path("out")).expect("a folder");
    for entry in entries {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        assert!(!name.contains(char::is_control), "{name:?}");
        let text = fs::read_to_string(&path).expect("text");
        assert!(text.contains(&sha256(cast.as_bytes())), "{name:?}");
        assert!(!text.contains('\x1b'), "{name:?}: {text}");
        let is_markup = name.ends_with("html") || name.ends_with("svg");
        assert!(!is_markup || !text.contains("<b>"), "{name:?}: {text}");
    }
}

#[test]
fn no_id_of_a_gateway_leads_out_of_the_folder() {
    let row = serde_json::json!({
        "id": "../../escaped", "user": "ada@shop.example", "user_id": "1",
        "connection": "prod-shell", "type": "custom", "verb": "connect", "status": "done",
        "start_date": "2026-11-20T03:12:00Z", "end_date": "2026-11-20T03:14:00Z",
        "event_size": 1,
    });
    let server = crate::support::ScriptedServer::start(move |asked| {
        let body: Value = match asked.target.contains("/sessions?") {
            true => serde_json::json!({"data": [row], "total": 1, "has_next_page": false}),
            false => serde_json::json!({"version": "1.0", "license_info": {}}),
        };
        (200, "application/json", body.to_string())
    });
    let mut environment = TestEnvironment::empty();
    environment.set("HOOP_APIURL", server.url());
    environment.set(
        "HOOP_TOKEN",
        "hpk_sandbox-admin-000000000000000000000000000000",
    );
    fs::create_dir_all(environment.path("deep/er")).expect("a folder");
    let args = [
        "sessions",
        "export",
        "--since",
        "2026-11-19",
        "--until",
        "2026-11-21",
        "--to",
        "deep/er/out/",
        "--format",
        "txt",
    ];
    let output = environment.run(args);
    assert_ne!(output.code(), 0, "{output}");
    let files = environment.files();
    assert!(
        files
            .iter()
            .all(|(path, _)| !path.to_string_lossy().contains("escaped")),
        "{files:?}"
    );
}
