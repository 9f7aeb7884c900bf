//! The wizard on a real terminal.

use super::{busy, clean, files_with, settings};
use crate::support::{
    Pty, PtyOutput, SandboxOptions, SandboxProcess, ScriptedServer, TestEnvironment, ask, until,
};

/// A key of the right shape that no site knows.
const UNKNOWN: &str = "ffffffffffffffffffffffffffffffff";

struct Wizard(Pty);

impl Wizard {
    fn start(environment: &TestEnvironment, args: &[&str]) -> Self {
        Self(Pty::start(
            environment,
            &[&["setup", "--color", "never"], args].concat(),
        ))
    }

    /// Waits for the question and answers it.
    #[track_caller]
    fn answer(&mut self, question: &str, keys: &str) {
        self.0.wait_for(question);
        self.0.type_keys(&format!("{keys}\r"));
    }

    /// Waits until the question stands there so many times, and answers the last.
    #[track_caller]
    fn answer_again(&mut self, question: &str, times: usize, keys: &str) {
        until(&format!("{question:?}, {times} times"), || {
            let screen = self.0.screen();
            let asked = screen.iter().filter(|row| row.contains(question)).count();
            (asked >= times).then_some(())
        });
        self.0.type_keys(&format!("{keys}\r"));
    }

    /// The questions between the API key and the packs, by what stands in brackets.
    fn gateway_and_labels(&mut self, sandbox: &SandboxProcess) {
        self.answer("Address of the gateway", sandbox.gateway_url());
        self.answer("Token (hpk_", sandbox.var("HOOP_TOKEN"));
        self.answer("Way [", "export");
        self.answer("Service [agent-access]", "");
        self.answer("Env (empty", "lab");
        self.answer("Tags, comma", "");
        self.answer("Production, such as", "");
        self.answer("Approval there", "");
    }

    fn leave(mut self) -> PtyOutput {
        self.0.type_keys("\x03");
        self.0.finish()
    }
}

#[test]
fn a_first_run_ends_with_an_event_in_datadog() {
    let sandbox = busy().start();
    let environment = clean(&sandbox);
    let mut wizard = Wizard::start(&environment, &[]);
    wizard.answer("Site:", "us1");
    wizard.answer("API key (hidden)", sandbox.var("DD_API_KEY"));
    wizard.answer("Application key (Enter", sandbox.var("DD_APP_KEY"));
    wizard.gateway_and_labels(&sandbox);
    wizard.answer("Packs, comma-separated", "hoop");
    wizard.answer("Whom they tell", "@slack-security");
    wizard.answer("changes? [y/N]", "y");
    wizard.answer("Connection (Enter waits", "");
    let output = wizard.0.finish();
    let text = output.unwrapped();
    assert_eq!(output.code, 0, "{text}");
    assert!(text.contains("Datadog has them"), "{text}");
    assert!(text.contains("What runs it from here on"), "{text}");
    assert!(output.is_given_back);
    let wire = String::from_utf8_lossy(&output.wire).into_owned();
    for name in ["DD_API_KEY", "DD_APP_KEY", "HOOP_TOKEN"] {
        let secret = sandbox.var(name);
        assert!(!wire.contains(secret), "{name} was shown");
        assert_eq!(files_with(&environment, secret), Vec::<String>::new());
    }
    assert!(settings(&environment).contains("site = \"datadoghq.com\""));
    let told = sandbox.monitors();
    let message = |row: &serde_json::Value| row["message"].as_str().unwrap_or_default().to_owned();
    assert!(
        told.iter()
            .any(|row| message(row).contains("@slack-security"))
    );
    let is_wide = |line: &&str| line.chars().count() > 80 && !line.contains("://");
    let wide: Vec<&str> = text.lines().filter(is_wide).collect();
    assert!(wide.is_empty(), "{wide:#?}");
}

#[test]
fn a_key_of_another_site_is_shown_to_others_only_after_a_yes_and_never_to_a_government() {
    let sandbox = SandboxOptions::default().site("datadoghq.eu").start();
    let environment = clean(&sandbox);
    let mut wizard = Wizard::start(&environment, &[]);
    wizard.answer("Site:", "us5");
    wizard.answer("API key (hidden)", sandbox.var("DD_API_KEY"));
    wizard.0.wait_for("US5 refuses it.");
    let hosts = || -> Vec<String> {
        let rows = sandbox.requests(false);
        let hosts = rows.iter().map(|row| row["headers"]["host"].to_string());
        hosts.collect()
    };
    let others = |hosts: &[String]| hosts.iter().filter(|host| !host.contains("us5")).count();
    assert_eq!(others(&hosts()), 0, "{:?}", hosts());
    wizard.answer("[y/N]", "y");
    wizard.answer("It belongs to EU1 (datadoghq.eu). Take that site?", "y");
    wizard.0.wait_for("good for datadoghq.eu");
    assert!(
        hosts().iter().all(|host| !host.contains("gov")),
        "{:?}",
        hosts()
    );
    assert_eq!(wizard.leave().code, 130);
}

#[test]
fn a_wrong_key_is_asked_for_again() {
    let sandbox = SandboxOptions::default().start();
    let environment = clean(&sandbox);
    let mut wizard = Wizard::start(&environment, &["--site", "us1"]);
    wizard.answer("API key (hidden)", "short");
    wizard.0.wait_for("error:");
    wizard.0.type_keys(&format!("{UNKNOWN}\r"));
    wizard.answer("Show it to the other commercial sites", "n");
    wizard
        .0
        .type_keys(&format!("{}\r", sandbox.var("DD_API_KEY")));
    wizard.0.wait_for("good for datadoghq.com");
    let output = wizard.leave();
    assert_eq!(output.code, 130);
    assert!(!String::from_utf8_lossy(&output.wire).contains(UNKNOWN));
}

#[test]
fn a_gateway_that_is_down_is_tried_again_at_another_address() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let mut down = environment;
    down.unset("DDCTL_GATEWAY_URL");
    down.set("HOOP_APIURL", "http://127.0.0.1:1");
    let mut wizard = Wizard::start(&down, &["--skip", "app-key"]);
    wizard.answer("Site [", "");
    wizard.answer("Keep it as well? [y/N]", "n");
    wizard.answer("Address of the gateway [http://127.0.0.1:1]", "");
    wizard.answer("Enter tries again", "");
    wizard.answer("Address of the gateway [", sandbox.gateway_url());
    wizard.answer("HOOP_TOKEN). Keep it as well? [y/N]", "n");
    wizard.0.wait_for("Recommended: relay");
    assert_eq!(wizard.leave().code, 130);
}

#[test]
fn what_was_left_is_gone_on_with() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let mut wizard = Wizard::start(&environment, &["--skip", "app-key"]);
    wizard.answer("Site [", "");
    wizard.answer("Keep it as well? [y/N]", "n");
    wizard.0.wait_for("Address of the gateway");
    let output = wizard.leave();
    assert_eq!(output.code, 130);
    assert!(output.is_given_back);
    assert!(
        output.unwrapped().contains("`ddctl setup` goes on"),
        "{}",
        output.unwrapped()
    );
    assert_eq!(settings(&environment), "", "nothing was saved");
    let mut wizard = Wizard::start(&environment, &[]);
    let screen = wizard.0.wait_for("Address of the gateway").join("\n");
    assert!(screen.contains("where you left"), "{screen}");
    assert!(!screen.contains("Site ["), "{screen}");
    assert_eq!(wizard.leave().code, 130);
}

#[test]
fn back_asks_the_step_before_and_skip_leaves_one_out() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let mut wizard = Wizard::start(&environment, &["--skip", "app-key", "--skip", "gateway"]);
    wizard.answer("Site [", "");
    wizard.answer("Keep it as well? [y/N]", "n");
    wizard.answer("Service [agent-access]", "agents");
    wizard.answer("Env (empty", "back");
    // Steps that were left out are passed on the way.
    wizard.answer_again("Keep it as well? [y/N]", 2, "n");
    wizard.0.wait_for("Service [agents]");
    assert_eq!(wizard.leave().code, 130);
}

#[test]
fn a_second_run_asks_nothing() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let first = [
        "setup",
        "--no-input",
        "--yes",
        "--delivery=export",
        "--skip=first-event",
    ];
    let _ = environment.run(first).exits(0);
    let output = Wizard::start(&environment, &[]).0.finish();
    let text = output.unwrapped();
    assert_eq!(output.code, 0, "{text}");
    assert!(text.contains("nothing to change"), "{text}");
}

#[test]
fn a_key_that_may_lets_ddctl_open_the_session_after_a_yes() {
    let sandbox = busy().start();
    let environment = TestEnvironment::of(&sandbox);
    let all = [
        "setup",
        "--no-input",
        "--yes",
        "--delivery=export",
        "--packs=none",
    ];
    let _ = environment.run(all).exits(0);
    let gateway = running_scripts(&sandbox);
    let mut environment = environment;
    environment.unset("HOOP_APIURL");
    environment.set("DDCTL_GATEWAY_URL", gateway.url());
    let args = [
        "first-event",
        "--gateway-url",
        gateway.url(),
        "--wait",
        "60s",
    ];
    let mut wizard = Wizard::start(&environment, &args);
    wizard.answer("Make 1 change? [y/N]", "y");
    wizard.answer("Connection (Enter waits", "no-such-connection");
    wizard
        .0
        .wait_for("the gateway has no connection `no-such-connection`");
    wizard.0.type_keys("prod-orders-db\r");
    wizard.answer("Script [SELECT 1]", "");
    assert!(scripts(&gateway).is_empty(), "nothing is run before a yes");
    wizard.answer("under your name? [y/N]", "y");
    let output = wizard.0.finish();
    assert_eq!(output.code, 0, "{}", output.unwrapped());
    assert_eq!(
        scripts(&gateway),
        [r#"{"connection":"prod-orders-db","script":"SELECT 1"}"#]
    );
}

/// The sandbox's gateway behind one that runs scripts: its newest session is what was run.
fn running_scripts(sandbox: &SandboxProcess) -> ScriptedServer {
    let (base, token) = (
        sandbox.gateway_url().to_owned(),
        sandbox.var("HOOP_TOKEN").to_owned(),
    );
    ScriptedServer::start(move |asked| {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        let get = |target: &str| ask("GET", &format!("{base}{target}"), &headers, b"");
        if asked.method == "POST" {
            let newest = get("/api/sessions?limit=1").json()["data"][0]["id"].clone();
            let body = serde_json::json!({"session_id": newest, "output_status": "running"});
            return (202, "application/json", body.to_string());
        }
        let answer = get(&asked.target);
        (answer.status, "application/json", answer.text())
    })
}

fn scripts(gateway: &ScriptedServer) -> Vec<String> {
    let asked = gateway.asked().into_iter();
    let run = asked.filter(|asked| asked.method == "POST" && asked.target == "/api/sessions");
    run.map(|asked| String::from_utf8_lossy(&asked.body).into_owned())
        .collect()
}
