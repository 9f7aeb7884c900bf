//! What is there after a kill.

use std::process::Command;

use super::*;

/// The program that the next test kills: it stores until it is.
const VICTIM: &str = "DDCTL_TEST_SPOOL_VICTIM";

#[test]
fn what_was_answered_is_there_after_a_kill() {
    #[expect(
        clippy::disallowed_methods,
        reason = "the test starts itself again as its victim"
    )]
    let victim = std::env::var_os(VICTIM);
    if let Some(folder) = victim {
        return store_forever(Path::new(&folder));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let own = std::env::current_exe().expect("a test");
    let name = "delivery::spool::tests::crash::what_was_answered_is_there_after_a_kill";
    let mut child = Command::new(own)
        .args(["--exact", name, "--nocapture"])
        .env(VICTIM, folder.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("a program");
    let told = folder.path().join("told");
    let answered = || {
        std::fs::read_to_string(&told)
            .unwrap_or_default()
            .lines()
            .count()
    };
    while answered() < 300 {
        assert!(
            child.try_wait().expect("ours").is_none(),
            "it ended by itself"
        );
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    child.kill().expect("ours");
    child.wait().expect("ours");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let spool = spool(folder.path());
    let stored = spool.stock().webhooks;
    for line in std::fs::read_to_string(&told).expect("ours").lines() {
        let again = runtime
            .block_on(spool.store(arrival(line)))
            .expect("answered");
        assert_eq!(again, Stored::Again, "{line} was answered");
    }
    assert_eq!(spool.stock().webhooks, stored);
}

fn store_forever(folder: &Path) {
    use std::io::Write;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let spool = spool(folder);
    let mut told = std::fs::File::create(folder.join("told")).expect("a file");
    for number in 0_u64.. {
        let message = format!("m{number}");
        runtime
            .block_on(spool.store(arrival(&message)))
            .expect("stored");
        writeln!(told, "{message}").expect("a file");
    }
}
