//! What of this machine goes into a manifest, what never does, and where that comes from instead.

use serde_json::Value;

use crate::support::{CommandOutput, TestEnvironment};

const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n";
const FORMS: [&str; 5] = ["cronjob", "deployment", "relay", "systemd", "compose"];

fn world() -> TestEnvironment {
    let mut environment = TestEnvironment::empty();
    environment.set("HOOP_APIURL", "https://gw.example");
    environment
}

/// The lines of `before`.
fn before(output: &CommandOutput) -> Vec<String> {
    let lines = output.json()["before"].clone();
    serde_json::from_value(lines).expect("lines")
}

#[test]
fn of_a_file_of_certificates_no_key_goes_along() {
    let environment = world();
    let both = environment.path("both.pem");
    environment.write(&both, format!("{CERTIFICATE}{KEY}"));
    let key = environment.path("key.pem");
    environment.write(&key, KEY);
    for form in FORMS {
        let line = ["manifest", form, "--ca-file"];
        let path = both.to_str().expect("a path of text");
        let output = environment.run(line.iter().chain([&path])).exits(0);
        assert!(output.stdout.contains("BEGIN CERTIFICATE"), "{form}");
        assert!(!output.stdout.contains("PRIVATE KEY"), "{form}");
        assert!(
            output.stderr.contains("holds more than certificates"),
            "{output}"
        );
        let path = key.to_str().expect("a path of text");
        let output = environment.run(line.iter().chain([&path])).exits(2);
        let _ = output.says("holds no certificate");
    }
}

#[test]
fn an_address_with_a_password_or_a_query_is_refused_and_not_repeated() {
    let gateway = |variable: &str, value: &str| {
        let mut environment = world();
        environment.set(variable, value);
        let output = environment.run(["manifest", "deployment"]).exits(2);
        assert!(!output.stderr.contains("hunter2"), "{output}");
        let _ = output.says("would stand in the manifest");
    };
    gateway("HOOP_APIURL", "https://dana:hunter2@gw.example");
    gateway("HOOP_APIURL", "https://gw.example/?token=hunter2");
    gateway("DDCTL_DATADOG_URL", "http://dana:hunter2@127.0.0.1:9999");
}

#[test]
fn proxies_go_along_and_their_passwords_come_from_where_the_secrets_lie() {
    let mut environment = world();
    let address = "http://dana:hunter2@proxy.lab:3128";
    environment.set("https_proxy", address);
    environment.set("HTTP_PROXY", "http://proxy.lab:3129");
    environment.set("NO_PROXY", ".svc,10.0.0.0/8");
    for form in FORMS {
        let output = environment.run(["manifest", form, "-o", "json"]).exits(0);
        for text in [&output.stdout, &output.stderr] {
            assert!(!text.contains("hunter2"), "{form}\n{output}");
        }
        assert!(output.stdout.contains("http://proxy.lab:3129"), "{form}");
        assert!(output.stdout.contains(".svc,10.0.0.0/8"), "{form}");
        let named = ["https-proxy", "variables.env"];
        let told = before(&output);
        let is_told = told
            .iter()
            .any(|line| named.iter().any(|name| line.contains(name)));
        assert!(is_told, "{form}: {told:?}");
    }
    let output = environment.run(["manifest", "deployment"]).exits(0);
    let pod = output
        .stdout
        .split("---\n")
        .find(|text| text.contains("kind: Deployment"));
    let pod: Value = serde_saphyr::from_str(pod.expect("a deployment")).expect("YAML");
    let variables = &pod["spec"]["template"]["spec"]["containers"][0]["env"];
    let variables = variables.as_array().expect("variables");
    let proxy = variables.iter().find(|one| one["name"] == "HTTPS_PROXY");
    let key = &proxy.expect("the variable")["valueFrom"]["secretKeyRef"];
    assert_eq!(
        (&key["name"], &key["key"]),
        (&"ddctl".into(), &"https-proxy".into())
    );
}

#[test]
fn the_lines_before_it_runs_make_what_it_reads() {
    let mut environment = world();
    environment.set("HTTPS_PROXY", "http://dana:hunter2@proxy.lab:3128");
    let form = [
        "manifest",
        "compose",
        "-o",
        "json",
        "--secrets-dir",
        "my keys",
    ];
    let told = before(&environment.run(form).exits(0));
    let mine = |line: &&String| line.starts_with("install") || line.starts_with("printf");
    let script: Vec<&str> = told.iter().filter(mine).map(String::as_str).collect();
    let _ = environment
        .program("sh", ["-ec", &script.join("\n")])
        .run()
        .exits(0);
    let file = environment.path("my keys/variables.env");
    let made = std::fs::read_to_string(file).expect("the file of the variables");
    assert_eq!(made, "HTTPS_PROXY='http://dana:hunter2@proxy.lab:3128'\n");
}

#[test]
fn a_relay_is_registered_before_its_signing_secret_is_put_anywhere() {
    let environment = world();
    for line in ["relay", "systemd --mode relay", "compose --mode relay"] {
        let args = ["manifest"]
            .into_iter()
            .chain(line.split(' '))
            .chain(["-o", "json"]);
        let told = before(&environment.run(args).exits(0));
        assert!(
            told[0].starts_with("ddctl webhooks register"),
            "{line}: {told:?}"
        );
        let rest = told[1..].join("\n");
        assert!(rest.contains("signing-secret"), "{line}: {told:?}");
    }
}

#[test]
fn two_of_one_machine_have_names_and_addresses_of_their_own() {
    let environment = world();
    let units = |line: &str| {
        let args = ["manifest", "systemd", "--mode", "relay"].into_iter();
        environment.run(args.chain(line.split(' '))).exits(0).stdout
    };
    let b = units("--name b --listen 9000 --health-listen 9001");
    for said in [
        "\nListenStream=127.0.0.1:9000\n",
        "--listen=127.0.0.1:9000",
        "=127.0.0.1:9001",
    ] {
        assert!(b.contains(said), "{said}: {b}");
    }
    let mut environment = TestEnvironment::empty();
    environment.set("HOOP_APIURL", "https://gw.example");
    environment
        .write_settings("version = 1\n[profiles.\"a b\"]\n[profiles.\"A-b\"]\n[profiles.a-b]\n");
    let name = |profile: &str| {
        let form = ["manifest", "compose", "--profile", profile];
        let file = environment.run(form).exits(0).stdout;
        let file: Value = serde_saphyr::from_str(&file).expect("YAML");
        file["name"].as_str().expect("a name").to_owned()
    };
    assert_eq!(name("a-b"), "ddctl-a-b");
    assert!(name("a b").starts_with("ddctl-a-b-") && name("a b") != name("A-b"));
}

#[test]
fn what_is_written_to_a_folder_is_told_to_a_machine() {
    let environment = world();
    let form = ["manifest", "systemd", "--to-dir", "units", "-o", "json"];
    let files = environment.run(form).exits(0).json()["files"].clone();
    let files = files.as_array().expect("files");
    assert_eq!(files[0]["path"], "/etc/systemd/system/ddctl.service");
    let written = std::fs::read_to_string(environment.path("units/ddctl.service"));
    assert_eq!(files[0]["content"], written.expect("a file").as_str());
}
