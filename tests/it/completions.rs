//! What TAB offers: in a real bash, and over the protocol that the scripts of the other shells speak.

use std::path::Path;

use crate::support::{SandboxOptions, TestEnvironment};

/// What fish would be told for a line, whose last word is under the cursor.
fn offered(environment: &TestEnvironment, line: &[&str]) -> Vec<String> {
    let words = ["--", "ddctl"].iter().chain(line);
    let command = environment.command(words).env("DDCTL_COMPLETE", "fish");
    let answer = command.run().exits(0);
    assert_eq!(answer.stderr, "");
    let values = answer.stdout.lines();
    values
        .map(|line| line.split('\t').next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn scenarios_packs_sites_and_settings_are_offered() {
    let environment = TestEnvironment::empty();
    assert_eq!(
        offered(&environment, &["test-event", "cost-"]),
        ["cost-runaway", "cost-spike", "cost-anomaly"]
    );
    assert_eq!(
        offered(&environment, &["monitors", "plan", "--pack", ""]),
        ["hoop", "execlave", "genai"]
    );
    assert_eq!(
        offered(&environment, &["validate", "--site", "us"]),
        [
            "us3.datadoghq.com",
            "us5.datadoghq.com",
            "us2.ddog-gov.com",
            "us1",
            "us3",
            "us5",
            "us1-fed",
            "us2-fed"
        ]
    );
    assert_eq!(offered(&environment, &["validate", "--site", "e"]), ["eu1"]);
    assert_eq!(
        offered(&environment, &["dashboards", "plan", "--pack", ""]),
        ["hoop", "genai"]
    );
    let shown = offered(&environment, &["monitors", "show", "hoop/un"]);
    assert_eq!(shown, ["hoop/unapproved-prod"]);
    assert_eq!(
        offered(&environment, &["config", "get", "gateway"]),
        ["gateway.url"]
    );
}

#[test]
fn destinations_are_those_of_the_command_and_files_where_it_writes_some() {
    let environment = TestEnvironment::empty();
    let to = |command: &[&str], word: &str| {
        let line = [command, &["--to", word]].concat();
        offered(&environment, &line)
    };
    assert_eq!(to(&["sessions", "export"], "l"), ["logs", "llmobs"]);
    assert_eq!(to(&["relay"], ""), ["logs", "events"]);
    assert_eq!(to(&["otel", "receive"], ""), ["otlp"]);
    assert_eq!(to(&["webhooks", "register"], ""), ["logs"]);
    environment.write(&environment.path("events.ndjson"), "");
    let files = to(&["audit", "export"], "ev");
    assert_eq!(files, ["events", "events.ndjson"]);
}

#[test]
fn profiles_are_those_of_the_settings_file_on_the_line() {
    let environment = TestEnvironment::empty();
    environment.write_settings("[profiles.staging]\nsite = \"us5.datadoghq.com\"\n");
    assert_eq!(
        offered(&environment, &["sessions", "list", "--profile", ""]),
        ["staging"]
    );
    let other = environment.path("other.toml");
    environment.write(&other, "[profiles.elsewhere]\n");
    let other = other.to_str().expect("UTF-8");
    let line = ["--config", other, "sessions", "list", "--profile", ""];
    assert_eq!(offered(&environment, &line), ["elsewhere"]);
}

#[test]
fn connections_are_those_of_the_gateway_and_none_without_it() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = TestEnvironment::of(&sandbox);
    let line = ["sessions", "list", "--connection", "prod-k"];
    assert_eq!(offered(&environment, &line), ["prod-k8s", "prod-k8s-shell"]);
    let attached = ["webhooks", "register", "--attach", "prod-k"];
    assert_eq!(
        offered(&environment, &attached),
        ["prod-k8s", "prod-k8s-shell"]
    );
    environment.unset("HOOP_TOKEN");
    assert_eq!(offered(&environment, &line), [""; 0]);
}

#[test]
fn bash_completes_by_the_script_that_the_program_prints() {
    let environment = TestEnvironment::empty();
    let script = environment.run(["completions", "bash"]).exits(0).stdout;
    let path = environment.path("completions.bash");
    environment.write(&path, script);
    let asks = format!(
        "source {}
COMP_WORDS=(ddctl monitors apply --pack ex)
COMP_CWORD=4 COMP_TYPE=9
_clap_complete_ddctl ddctl ex --pack
printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        path.display()
    );
    let program = Path::new(env!("CARGO_BIN_EXE_ddctl"));
    let folder = program.parent().expect("it lies in a folder");
    let answer = environment
        .program("bash", ["--norc", "-c", &asks])
        .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
        .run()
        .exits(0);
    assert_eq!(answer.stdout, "execlave\n");
}

#[test]
fn a_shell_that_cannot_ask_is_told_so() {
    let environment = TestEnvironment::empty();
    let command = environment.command([""; 0]).env("DDCTL_COMPLETE", "tcsh");
    let _ = command.run().exits(1).says("tcsh");
}
