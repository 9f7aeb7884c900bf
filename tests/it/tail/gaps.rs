//! Streams that break: it is said, tried again, and what was missed is shown or named.

use super::*;

#[test]
fn what_was_missed_while_a_stream_was_away_follows_behind_a_mark() {
    let (gateway, id, mut running) = followed(&[]);
    gateway.be_away(true);
    running.wait_for_stderr("lost the stream of prod-shell/c0de");
    gateway.say(&id, "missed 1\r\n");
    gateway.say(&id, "missed 2\r\n");
    gateway.be_away(false);
    gateway.until_heard(&id);
    gateway.say(&id, "again\r\n");
    running.wait_for_stdout("again");
    gateway.flush(&id);
    running.wait_for_stdout(": missed 2");
    gateway.say(&id, "on it goes\r\n");
    running.wait_for_stdout("on it goes");
    gateway.end(&id, 0);
    running.wait_for_stdout("success");
    let output = interrupt(running);
    assert_order(
        &output.stdout,
        &[
            "| hello",
            "! no stream for",
            "| again",
            "gap of",
            "/ 20 bytes, from the stored recording:",
            ": missed 1",
            ": missed 2",
            "| on it goes",
            "success",
        ],
    );
    for text in ["hello", "missed 1", "again", "on it goes", "gap of"] {
        assert_eq!(output.stdout.matches(text).count(), 1, "{text}\n{output}");
    }
    let _ = output.says("is back after");
}

#[test]
fn a_break_in_which_nothing_happened_is_no_gap() {
    let (gateway, id, mut running) = followed(&[]);
    gateway.drop_streams();
    running.wait_for_stdout("no stream for");
    gateway.until_heard(&id);
    gateway.say(&id, "again\r\n");
    running.wait_for_stdout("again");
    gateway.end(&id, 0);
    running.wait_for_stdout("success");
    let output = interrupt(running);
    assert!(!output.stdout.contains("gap"), "{output}");
}

#[test]
fn what_was_dropped_without_a_word_is_found_at_the_end() {
    let (gateway, id, mut running) = followed(&[]);
    gateway.say_unheard(&id, "dropped\r\n");
    gateway.say(&id, "more\r\n");
    running.wait_for_stdout("more");
    gateway.end(&id, 0);
    running.wait_for_stdout("success");
    let output = interrupt(running);
    assert_order(
        &output.stdout,
        &[
            "| hello",
            "| more",
            "gap of",
            "/ 9 bytes",
            ": dropped",
            "success",
        ],
    );
}

#[test]
fn a_gap_that_cannot_be_filled_is_named() {
    let (gateway, id, mut running) = followed(&[]);
    gateway.withhold_recordings();
    gateway.drop_streams();
    running.wait_for_stdout("no stream for");
    gateway.until_heard(&id);
    gateway.end(&id, 0);
    running.wait_for_stdout("success");
    let output = interrupt(running);
    assert_order(
        &output.stdout,
        &["gap of", "unknown number of bytes, not filled", "success"],
    );
}

#[test]
fn streams_that_break_together_are_said_once() {
    let gateway = Gateway::start();
    let ids: Vec<String> = (0..20).map(|_| gateway.open("prod-shell")).collect();
    let mut running = tail(&gateway.environment(), &[]);
    ids.iter().for_each(|id| gateway.until_heard(id));
    gateway.be_away(true);
    running.wait_for_stderr("lost the streams of 20 sessions");
    gateway.be_away(false);
    ids.iter().for_each(|id| gateway.until_heard(id));
    running.wait_for_stderr("the streams of 20 sessions are back");
    let output = interrupt(running);
    assert_eq!(output.stderr.matches("warning:").count(), 1, "{output}");
}

#[test]
fn a_secret_is_taken_out_wherever_its_bytes_were_cut() {
    let (gateway, id, mut running) = followed(&[]);
    for byte in b"$ export DB_PASSWORD=hunter2secret\r\n" {
        gateway.say(&id, [*byte]);
    }
    running.wait_for_stdout("DB_PASSWORD=[redacted:password]");
    gateway.drop_streams();
    running.wait_for_stdout("no stream for");
    gateway.until_heard(&id);
    gateway.say_unheard(&id, "$ export OTHER_PASS");
    gateway.say_unheard(&id, "WORD=correct-horse-9\r\n");
    gateway.end(&id, 0);
    running.wait_for_stdout("success");
    let output = interrupt(running).shows(": $ export OTHER_PASSWORD=[redacted:password]");
    assert!(
        !output.stdout.contains("hunter2") && !output.stdout.contains("horse"),
        "{output}"
    );
}

#[test]
fn secrets_are_shown_to_who_asks_for_them() {
    let (gateway, id, mut running) = followed(&["--no-redact"]);
    gateway.say(&id, "DB_PASSWORD=hunter2secret\r\n");
    running.wait_for_stdout("hunter2secret");
    let _ = interrupt(running);
}
