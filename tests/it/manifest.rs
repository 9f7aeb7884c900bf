//! What a manifest says is what its platform reads, and what it starts delivers.

use std::path::Path;
use std::process::Command;

use rustix::process::Signal;
use serde_json::Value;

use crate::support::{
    SandboxOptions, TestCommand, TestEnvironment, ask, assert_shape, compose_reader,
    kubernetes_validate, systemd_analyze, until,
};

/// The version of Kubernetes whose schemas are held against.
const KUBERNETES: &str = "1.32";

/// Names and values that a careless writer of YAML, a shell or a template would turn into others.
const PROFILE: &str = r#"
version = 1
[profiles.default]
site = "datadoghq.eu"
service = "no"
tags = ["team:1e3", "cost:$(HOME)", "who:${USER}"]
ca_file = "ca.pem"
[profiles.default.gateway]
url = "https://use.hoop.dev"
[[profiles.default.connections]]
match = "prod-*"
environment = "production"
windows = [{ days = "sat", from = "22:00", to = "02:00", tz = "Europe/Berlin" }]
[[profiles.default.redaction.rules]]
name = "badge"
regex = 'EMP-\d+$'
"#;

const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

fn world() -> TestEnvironment {
    let mut environment = TestEnvironment::empty();
    environment.write_settings(PROFILE);
    environment.write(&environment.path("ca.pem"), CERTIFICATE);
    environment.set("DDCTL_REDACTION_KEY", "00112233445566778899aabbccddeeff");
    environment
}

/// What is printed for `line`.
#[track_caller]
fn manifest(environment: &TestEnvironment, line: &str) -> String {
    let args = ["manifest"].into_iter().chain(line.split(' '));
    environment.run(args).exits(0).stdout
}

/// The objects of a file, in order.
fn objects(yaml: &str) -> Vec<Value> {
    let documents = yaml.split("---\n").filter(|text| !text.trim().is_empty());
    // A certificate has dashes of its own, and no line that is three of them.
    documents
        .map(|text| serde_saphyr::from_str(text).expect("YAML"))
        .collect()
}

fn of_kind<'a>(objects: &'a [Value], kind: &str) -> &'a Value {
    let mut found = objects.iter().filter(|object| object["kind"] == kind);
    found.next().unwrap_or_else(|| panic!("no {kind}"))
}

fn texts(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

const ON_KUBERNETES: [&str; 6] = [
    "cronjob --source audit -- --verify",
    "cronjob --namespace 1e3 --schedule @daily",
    "deployment --to otlp=http://collector:4318 --storage-class fast -- --include-output",
    "relay --image registry.example.com/ddctl:1 --secret no",
    "relay --queue nats://nats:4222 --queue-credential --replicas 3 --name no",
    "relay --to logs --to events,best-effort -- --spool-size 1GB",
];

#[test]
fn kubernetes_knows_every_field_of_every_object() {
    let Some(tool) = kubernetes_validate() else {
        return;
    };
    let environment = world();
    for line in ON_KUBERNETES {
        let file = environment.path("objects.yaml");
        environment.write(&file, manifest(&environment, line));
        let version = ["--strict", "--kubernetes-version", KUBERNETES];
        let path = file.display().to_string();
        let output = environment
            .program(&tool, version.into_iter().chain([path.as_str()]))
            .run();
        assert_eq!(output.code(), 0, "{line}\n{output}");
    }
}

#[test]
fn systemd_takes_the_units_and_finds_little_exposed() {
    let Some(tool) = systemd_analyze() else {
        return;
    };
    let environment = world();
    let program = env!("CARGO_BIN_EXE_ddctl");
    for mode in ["new", "follow", "relay"] {
        let folder = environment.path(mode);
        let folder = folder.to_str().expect("a path of text");
        let line = format!("systemd --mode {mode} --to-dir {folder} --binary {program}");
        let _ = manifest(&environment, &line);
        let units = std::fs::read_dir(folder).expect("a folder").flatten();
        let units = units.map(|entry| entry.path()).filter(|path| is_unit(path));
        for unit in units {
            let verified = Command::new(&tool)
                .args(["verify", "--man=no"])
                .arg(&unit)
                .output();
            let verified = verified.expect("systemd-analyze runs");
            // It says what it does not know, and calls that no failure.
            let said = String::from_utf8_lossy(&verified.stderr);
            assert!(
                verified.status.success() && said.is_empty(),
                "{unit:?}: {said}"
            );
        }
        let service = format!("{folder}/ddctl.service");
        let judged = Command::new(&tool)
            .args(["security", "--offline=yes", "--threshold=15", &service])
            .output();
        let judged = judged.expect("systemd-analyze runs");
        let told = String::from_utf8_lossy(&judged.stdout);
        assert!(judged.status.success(), "{told}");
    }
}

fn is_unit(path: &Path) -> bool {
    let kind = path.extension().and_then(|kind| kind.to_str());
    kind.is_some_and(|kind| matches!(kind, "service" | "socket" | "timer"))
}

#[test]
fn compose_reads_the_file_and_puts_nothing_in_the_place_of_a_dollar() {
    let Some(tool) = compose_reader() else {
        return;
    };
    let environment = world();
    for mode in ["follow", "relay"] {
        let file = environment.path("compose.yaml");
        environment.write(
            &file,
            manifest(&environment, &format!("compose --mode {mode}")),
        );
        let path = file.display().to_string();
        let read = environment
            .program(&tool, [path])
            .env("USER", "eve")
            .run()
            .exits(0);
        assert!(read.stdout.contains(r"EMP-\d+$"), "{read}");
        assert!(read.stdout.contains("who:${USER}") || read.stdout.contains("who:$${USER}"));
        assert!(!read.stdout.contains("who:eve"), "{read}");
    }
}

#[test]
fn every_command_line_of_a_manifest_is_one_of_ddctl() {
    use clap::Parser as _;
    let environment = world();
    for line in ON_KUBERNETES {
        let objects = objects(&manifest(&environment, line));
        let kinds = ["CronJob", "Deployment", "StatefulSet"];
        let runs = objects
            .iter()
            .find(|object| kinds.iter().any(|kind| object["kind"] == *kind));
        let runs = runs.expect("something runs");
        let template = match runs["kind"] == "CronJob" {
            true => &runs["spec"]["jobTemplate"]["spec"]["template"],
            false => &runs["spec"]["template"],
        };
        let container = &template["spec"]["containers"][0];
        let words = [texts(&container["command"]), texts(&container["args"])].concat();
        let parsed = ddctl::commands::Cli::try_parse_from(words);
        assert!(
            parsed.is_ok(),
            "{line}: {}",
            parsed.err().map_or(String::new(), |e| e.to_string())
        );
    }
}

#[test]
fn no_value_of_a_secret_is_in_a_manifest() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = TestEnvironment::of(&sandbox);
    environment.set("DDCTL_REDACTION_KEY", "00112233445566778899aabbccddeeff");
    let secrets = [
        sandbox.var("DD_API_KEY"),
        sandbox.var("DD_APP_KEY"),
        sandbox.var("HOOP_TOKEN"),
        "00112233445566778899aabbccddeeff",
    ];
    for line in ["cronjob", "deployment", "relay", "systemd", "compose"] {
        let output = environment.run(["manifest", line]).exits(0);
        for secret in secrets {
            assert!(
                !output.stdout.contains(secret) && !output.stderr.contains(secret),
                "{line}"
            );
        }
        assert!(
            output.stdout.contains("gateway-token"),
            "{line} names its files"
        );
    }
}

#[test]
fn what_a_deployment_starts_delivers_and_ends_well() {
    let sandbox = SandboxOptions::default().sessions(20).span("6h").start();
    let environment = TestEnvironment::of(&sandbox);
    let objects = objects(&manifest(&environment, "deployment --since 12h"));
    let settings = of_kind(&objects, "ConfigMap")["data"]["config.toml"].as_str();
    let pod = &of_kind(&objects, "Deployment")["spec"]["template"]["spec"];
    let container = &pod["containers"][0];

    // The pod's folders, on this machine.
    let place = TestEnvironment::empty();
    for (name, variable) in [("api-key", "DD_API_KEY"), ("gateway-token", "HOOP_TOKEN")] {
        place.write(&place.path("secrets").join(name), sandbox.var(variable));
    }
    let here = |text: &str| {
        let folder = |name: &str| place.path(name).display().to_string();
        text.replace("/etc/ddctl", &folder("etc"))
            .replace("/run/secrets/ddctl", &folder("secrets"))
            .replace("/var/lib/ddctl", &folder("state"))
            .replace("0.0.0.0:8080", "127.0.0.1:0")
    };
    place.write(
        &place.path("etc/config.toml"),
        here(settings.expect("a settings file")),
    );
    let args: Vec<String> = texts(&container["args"]).into_iter().map(here).collect();
    let variables = container["env"].as_array().into_iter().flatten();
    let variables = variables.map(|variable| {
        let (name, value) = (variable["name"].as_str(), variable["value"].as_str());
        let (name, value) = name.zip(value).expect("a name and a value");
        (name, here(value))
    });
    let in_pod = |command: TestCommand| {
        let variables = variables.clone();
        variables.fold(command, |command, (name, value)| command.env(name, value))
    };
    let mut running = in_pod(place.command(args)).start();
    let said = running.wait_for_stderr("health: http://");
    let address = said.split("health: http://").nth(1).expect("an address");
    let address = address.split('/').next().expect("an address");
    for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
        let path = container[probe]["httpGet"]["path"]
            .as_str()
            .expect("a path");
        let url = format!("http://{address}{path}");
        until(probe, || {
            (ask("GET", &url, &[], b"").status == 200).then_some(())
        });
    }
    until("events", || sandbox.has_received("logs", 20).then_some(()));
    assert!(
        place.path("state/ddctl/default/state.db").is_file(),
        "on the volume"
    );
    // Whoever enters the pod has its settings and its secrets.
    let only = [
        "doctor",
        "--only",
        "config,gateway-token,gateway-api,api-key",
    ];
    let _ = in_pod(place.command(only)).run().exits(0);
    running.signal(Signal::TERM);
    let _ = running.finish().exits(0);
}

#[test]
fn the_files_and_what_comes_before_them_have_a_shape() {
    let environment = world();
    for form in ["cronjob", "deployment", "relay", "systemd", "compose"] {
        let output = environment.run(["manifest", form, "-o", "json"]).exits(0);
        assert_shape("manifest", &output.json());
    }
}
