//! Snapshots of text people read, without what changes from run to run.

use insta::Settings;

/// Ports, ids, times and folders become words of the same meaning; columns keep their width.
pub fn stable() -> Settings {
    let mut settings = Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots"));
    for (pattern, word) in [
        (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
        (
            r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
            "SESSION-ID",
        ),
        (
            r"\d{4}-\d\d-\d\dT\d\d(:|%3A)\d\d(:|%3A)\d\d(\.\d+)?Z",
            "TIME",
        ),
        (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "YYYY-MM-DD hh:mm:ss"),
        (r"(from|to)_ts=\d+", "${1}_ts=MILLIS"),
        (r"/tmp/\.tmp\w+|/\S*/\.tmp\w{6}", "FOLDER"),
        (r"\bin \d+\.\d s\b", "in N s"),
        (r"ep_\w{27}", "ENDPOINT-ID"),
        (r"(?m)( +)[0-9a-f]{8,}$", "${1}SHORT-ID"),
        (r"replay [0-9a-f]{8,}", "replay SHORT-ID"),
        (r"test-[0-9a-f]{32}", "TEST-SESSION"),
        (r"run [0-9a-f]{12}", "run RUN"),
    ] {
        settings.add_filter(pattern, word);
    }
    settings
}
