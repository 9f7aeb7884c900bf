//! Whom it lets in, and how.

use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use rustix::process::Signal;
use serde_json::json;

use super::{Relay, logs, secrets, unknown};
use crate::support::{Attempt, OTHER_SECRET, SECRET, SandboxOptions, TestEnvironment, ask, until};

#[test]
fn what_is_not_signed_as_it_came_is_refused_and_nothing_of_it_is_kept() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let relay = Relay::start(&environment, &[]);
    let body = unknown(1).to_string();
    let attempt = Attempt::of("msg_1", body.as_bytes());
    let url = format!("{}/any/path", relay.url);
    let altered = body.replace('1', "2");
    let far = 6 * 60;
    let refused = |attempt: Attempt<'_>| attempt.post(&url).status;
    assert_eq!(
        attempt
            .post_signed(&url, &attempt.signature(), altered.as_bytes())
            .status,
        401
    );
    assert_eq!(
        attempt.post_signed(&url, "v1,AAAA", attempt.body).status,
        401
    );
    assert_eq!(attempt.post_signed(&url, "", attempt.body).status, 401);
    assert_eq!(ask("POST", &url, &[], attempt.body).status, 401);
    let secret = OTHER_SECRET;
    assert_eq!(
        refused(Attempt {
            secret,
            ..attempt.clone()
        }),
        401
    );
    assert_eq!(
        refused(Attempt {
            at: attempt.at - far,
            ..attempt.clone()
        }),
        401
    );
    assert_eq!(
        refused(Attempt {
            at: attempt.at + far,
            ..attempt.clone()
        }),
        401
    );
    assert_eq!(
        refused(Attempt {
            at: 0,
            ..attempt.clone()
        }),
        401
    );
    let answer = ask("GET", &url, &[], b"");
    assert_eq!((answer.status, answer.text().as_str()), (405, ""));
    assert_eq!(too_large(&relay, &attempt), 413);
    let state = environment
        .run(["state", "show", "-o", "json"])
        .exits(0)
        .json();
    assert_eq!(
        (&state[0]["webhooks"], &state[0]["events"]),
        (&json!(0), &json!(0))
    );
    // What was refused is not known: the same message is taken when it is signed.
    assert_eq!(attempt.post(&url).status, 202);
    let summary = relay.stop().json();
    assert_eq!(summary["webhooks"]["accepted"], 1);
    let refused = &summary["webhooks"]["refused"];
    assert_eq!(refused["wrongly signed"], 4);
    assert_eq!(refused["too old or too new"], 3);
    assert_eq!(refused["unsigned"], 1);
}

/// Says that much more will come, and sends none of it: the answer does not wait for the rest.
fn too_large(relay: &Relay, attempt: &Attempt<'_>) -> u16 {
    let authority = relay.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(authority).expect("it listens");
    let head = format!(
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3000000\r\nsvix-id: {}\r\n\
         svix-timestamp: {}\r\nsvix-signature: {}\r\n\r\n",
        attempt.id,
        attempt.at,
        attempt.signature()
    );
    stream.write_all(head.as_bytes()).expect("open");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("an answer");
    String::from_utf8_lossy(&answer[9..])
        .parse()
        .expect("a status")
}

#[test]
fn a_secret_is_replaced_without_a_gap() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let mut relay = Relay::start(&environment, &[]);
    let post = |relay: &Relay, id: &str, secret| {
        let body = unknown(1).to_string();
        let attempt = Attempt::of(id, body.as_bytes());
        Attempt { secret, ..attempt }.post(&relay.url).status
    };
    assert_eq!(post(&relay, "msg_1", OTHER_SECRET), 401);
    secrets(&environment, &[SECRET, OTHER_SECRET]);
    relay.running.signal(Signal::HUP);
    relay
        .running
        .wait_for_stderr("2 signing secrets read again");
    assert_eq!(post(&relay, "msg_1", OTHER_SECRET), 202);
    assert_eq!(post(&relay, "msg_2", SECRET), 202);
    // A change is found without a signal, and a mistake leaves what was there.
    secrets(&environment, &["whsec_nonsense"]);
    relay.running.wait_for_stderr("is no signing secret");
    assert_eq!(post(&relay, "msg_3", SECRET), 202);
    secrets(&environment, &[OTHER_SECRET]);
    relay.running.wait_for_stderr("1 signing secret read again");
    assert_eq!(post(&relay, "msg_4", SECRET), 401);
    let output = relay.stop();
    assert!(!output.stderr.contains("nonsense"), "{}", output.stderr);
}

#[test]
fn idle_connections_give_way_to_a_webhook() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let file = secrets(&environment, &[SECRET]).display().to_string();
    // Few open files, so that few connections are many.
    let shell = "ulimit -n 192; exec \"$0\" relay --listen 0 --signing-secret-file \"$1\" --to logs \
                 --disk-free 1kB";
    let args = ["-c", shell, env!("CARGO_BIN_EXE_ddctl"), &file];
    let relay = Relay::of(environment.program("sh", args).start());
    let authority = relay.url.trim_start_matches("http://").to_owned();
    let mut idle = Vec::new();
    for number in 0..300 {
        let mut stream = TcpStream::connect(&authority).expect("it listens");
        // Some say nothing, some begin and do not go on.
        if number % 2 == 0 {
            let _ = stream.write_all(b"POST / HTTP/1.1\r\nhost: x\r\n");
        }
        idle.push(stream);
    }
    assert_eq!(relay.takes("msg_1", &unknown(1)), 202);
    until("its event", || {
        (logs(&sandbox, "evt.name").len() == 1).then_some(())
    });
    drop(idle);
    let _ = relay.stop();
}

#[test]
fn nobody_elsewhere_is_listened_to_without_a_signature() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let args = [
        "relay",
        "--unsigned",
        "--to",
        "logs",
        "--disk-free",
        "1kB",
        "--listen",
    ];
    let elsewhere = environment
        .run(args.into_iter().chain(["0.0.0.0:0"]))
        .exits(2);
    assert!(
        elsewhere.stderr.contains("nobody has to sign"),
        "{}",
        elsewhere.stderr
    );
    let relay = Relay::of(environment.command(args.into_iter().chain(["0"])).start());
    for _ in 0..2 {
        assert_eq!(ask("POST", &relay.url, &[], b"{}").status, 202);
    }
    until("one event", || {
        (logs(&sandbox, "evt.name").len() == 1).then_some(())
    });
    let _ = relay.stop();
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_opened() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let file = secrets(&environment, &[SECRET]).display().to_string();
    let with = |more: &[&str]| {
        let args = ["relay", "--listen", "0", "--signing-secret-file", &file];
        environment.run(args.into_iter().chain(more.iter().copied()))
    };
    let _ = with(&["--to", "logs", "--spool-size", "1MB"])
        .exits(2)
        .says("below 16MB");
    let looking = with(&["--to", "logs", "--read-only"]).exits(2);
    assert!(looking.stderr.contains("sessions export"), "{looking}");
    assert!(
        with(&["--to", "out.ndjson"])
            .exits(2)
            .stderr
            .contains("--follow` writes files")
    );
    assert!(
        with(&["--to", "logs", "--dry-run"])
            .exits(2)
            .stderr
            .contains("--dry-run")
    );
    let _ = with(&["--to", "logs", "--tls-cert", "x.pem"]).exits(2);
    let _ = with(&["--to", "logs", "--reconcile-every", "10ms"]).exits(2);
    fs::write(environment.path("relay.secret"), "hunter2\n").expect("ours");
    let refused = with(&["--to", "logs"]).exits(4);
    assert!(refused.stderr.contains("line 1 of "), "{}", refused.stderr);
    assert!(!refused.stderr.contains("hunter2"), "{}", refused.stderr);
    assert!(
        !environment
            .home()
            .join(".local/state/ddctl/default/relay.db")
            .exists()
    );
}

/// A file of this folder of test data.
fn data(name: &str) -> String {
    format!("{}/tests/data/relay/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// What a webhook is answered over TLS, to somebody who trusts `cert` alone.
fn answered_over_tls(relay: &Relay, cert: &str, id: &str) -> io::Result<String> {
    let authority = relay.url.strip_prefix("https://").expect("it speaks TLS");
    let body = unknown(1).to_string();
    let attempt = Attempt::of(id, body.as_bytes());
    let request = format!(
        "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\nsvix-id: {}\r\n\
         svix-timestamp: {}\r\nsvix-signature: {}\r\n\r\n{body}",
        body.len(),
        attempt.id,
        attempt.at,
        attempt.signature()
    );
    let answer = over_tls(authority, cert, &request)?;
    Ok(answer.chars().take(12).collect())
}

#[test]
fn a_certificate_is_replaced_without_a_gap() {
    let sandbox = SandboxOptions::default().sessions(3).start();
    let environment = TestEnvironment::of(&sandbox);
    let (cert, key) = (environment.path("cert.pem"), environment.path("key.pem"));
    let put = |from: &str, to: &Path| {
        let staged = to.with_extension("new");
        fs::copy(data(from), &staged).expect("a writable folder");
        fs::rename(staged, to).expect("a writable folder");
    };
    put("cert.pem", &cert);
    put("key.pem", &key);
    let flags = [
        "--tls-cert",
        &cert.display().to_string(),
        "--tls-key",
        &key.display().to_string(),
    ];
    let mut relay = Relay::start(&environment, &flags);
    let (old, new) = (data("cert.pem"), data("other-cert.pem"));
    let is_taken = |relay: &Relay, cert: &str, id: &str| {
        answered_over_tls(relay, cert, id).is_ok_and(|answer| answer == "HTTP/1.1 202")
    };
    assert!(is_taken(&relay, &old, "msg_1"));
    assert!(!is_taken(&relay, &new, "msg_2"));
    // One that fits no key, and one that is none: the one of before stays.
    put("other-cert.pem", &cert);
    relay.running.wait_for_stderr("the one of before stays");
    assert!(is_taken(&relay, &old, "msg_3"));
    fs::write(&cert, "no certificate").expect("ours");
    relay.running.wait_for_stderr("it holds none");
    assert!(is_taken(&relay, &old, "msg_4"));
    put("other-cert.pem", &cert);
    put("other-key.pem", &key);
    relay.running.signal(Signal::HUP);
    relay
        .running
        .wait_for_stderr("the certificate was read again");
    assert!(is_taken(&relay, &new, "msg_5"));
    assert!(!is_taken(&relay, &old, "msg_6"));
    let _ = relay.stop();
}

#[test]
fn a_certificate_that_cannot_be_used_is_refused_at_once() {
    let sandbox = SandboxOptions::default().sessions(1).start();
    let environment = TestEnvironment::of(&sandbox);
    let file = secrets(&environment, &[SECRET]).display().to_string();
    let refused = |cert: &str, key: &str| {
        let args = ["relay", "--listen", "0", "--signing-secret-file", &file];
        let tls = ["--to", "logs", "--tls-cert", cert, "--tls-key", key];
        environment.run(args.into_iter().chain(tls)).exits(1).stderr
    };
    let (cert, key) = (data("cert.pem"), data("key.pem"));
    let not_a_key = refused(&cert, &cert);
    assert!(
        not_a_key.contains("read the certificate's key from "),
        "{not_a_key}"
    );
    let not_a_certificate = refused(&key, &key);
    assert!(
        not_a_certificate.contains("it holds none"),
        "{not_a_certificate}"
    );
    let not_of_it = refused(&cert, &data("other-key.pem"));
    assert!(not_of_it.contains("use the certificate in "), "{not_of_it}");
    let missing = refused("/nowhere.pem", &key);
    assert!(missing.contains("/nowhere.pem"), "{missing}");
}

fn over_tls(authority: &str, cert: &str, request: &str) -> io::Result<String> {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, ServerName};
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = rustls::RootCertStore::empty();
    let cert = CertificateDer::from_pem_file(cert).expect("a certificate");
    roots.add(cert).expect("a root");
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    let talk = rustls::ClientConnection::new(Arc::new(config), name).expect("a client");
    let socket = TcpStream::connect(authority).expect("it listens");
    let mut stream = rustls::StreamOwned::new(talk, socket);
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    // The end may come without a goodbye.
    let _ = stream.read_to_end(&mut answer);
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
