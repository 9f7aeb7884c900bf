//! The wizard on a real terminal.

use super::{busy, changes, clean, files_with, settings};
use crate::support::{Pty, PtyOutput, SandboxOptions, SandboxProcess, TestEnvironment, until};

/// The sandbox's token of an auditor, who runs nothing.
const AUDITOR: &str = "hpk_sandbox-auditor-0000000000000000000000000000";

/// A key of the right shape that no site knows.
const UNKNOWN: &str = "ffffffffffffffffffffffffffffffff";

pub struct Wizard(pub Pty);

impl Wizard {
    /// On a terminal that forgets no question.
    pub fn start(environment: &TestEnvironment, args: &[&str]) -> Self {
        let args = [&["setup", "--color", "never"], args].concat();
        Self(Pty::start_sized(environment, (80, 200), &args))
    }

    /// Waits for the question and answers it.
    #[track_caller]
    pub fn answer(&mut self, question: &str, keys: &str) {
        self.0.wait_for(question);
        self.0.type_keys(&format!("{keys}\r"));
    }

    /// Waits until the question stands there so many times, and answers the last.
    #[track_caller]
    pub fn answer_again(&mut self, question: &str, times: usize, keys: &str) {
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
    wizard.answer("API key (hidden)", "");
    wizard.0.wait_for("the api-key is needed here");
    wizard.answer_again("API key (hidden)", 2, "short");
    wizard.answer_again("API key (hidden)", 3, UNKNOWN);
    wizard.answer("Show it to the other commercial sites", "n");
    wizard.answer_again("API key (hidden)", 4, sandbox.var("DD_API_KEY"));
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
    wizard.answer("Keep it as well? [y/N]", "y");
    wizard.answer("Address of the gateway [http://127.0.0.1:1]", "");
    wizard.answer("Enter tries again", "gw test");
    wizard.answer_again("Enter tries again", 2, sandbox.gateway_url());
    wizard.answer("HOOP_TOKEN). Keep it as well? [y/N]", "n");
    wizard.0.wait_for("Recommended: relay");
    assert_eq!(wizard.leave().code, 130);
    // What was to be kept is not forgotten with the rest.
    let go_on = ["setup", "--no-input", "--yes", "--delivery=export"];
    let _ = down.run(go_on).exits(0).says("api-key: kept in");
}

#[test]
fn what_was_left_is_gone_on_with_and_lost_keys_are_asked_for_again() {
    let sandbox = SandboxOptions::default().start();
    let environment = clean(&sandbox);
    let (api_key, app_key) = (sandbox.var("DD_API_KEY"), sandbox.var("DD_APP_KEY"));
    let mut wizard = Wizard::start(&environment, &[]);
    wizard.answer("Site:", "us1");
    // A second Enter behind a pasted key is no answer to the next question.
    wizard.answer("API key (hidden)", &format!("{api_key}\r"));
    wizard.answer("Application key (Enter", app_key);
    wizard.gateway_and_labels(&sandbox);
    wizard.answer("Packs, comma-separated, or none [hoop]", "");
    wizard.answer("Whom they tell", "");
    wizard.0.wait_for("changes? [y/N]");
    let output = wizard.leave();
    assert_eq!(output.code, 130);
    assert!(output.is_given_back);
    let text = output.unwrapped();
    assert!(text.contains("keys and tokens are not"), "{text}");
    assert!(text.contains("`ddctl setup` goes on"), "{text}");
    assert_eq!(settings(&environment), "", "nothing was saved");

    let mut wizard = Wizard::start(&environment, &[]);
    wizard.answer("API key (hidden)", api_key);
    wizard.answer("Application key (Enter", app_key);
    wizard.answer("Token (hpk_", sandbox.var("HOOP_TOKEN"));
    // From the summary as well somebody goes back, to the address as well as to the token.
    wizard.answer("changes? [y/N]", "back");
    wizard.answer("Address of the gateway [", "");
    wizard.answer_again("Token (hpk_", 2, sandbox.var("HOOP_TOKEN"));
    wizard.answer_again("changes? [y/N]", 2, "y");
    let screen = wizard.0.wait_for("Connection (Enter waits").join("\n");
    for said in [
        "where you left",
        "2 of 11  API key",
        "3 of 11  Application key",
    ] {
        assert!(screen.contains(said), "{said}: {screen}");
    }
    assert!(!screen.contains("Site:"), "{screen}");
    let output = wizard.leave();
    assert_eq!(output.code, 130);
    let text = output.unwrapped();
    assert!(text.contains("everything else is set up"), "{text}");
    assert!(!sandbox.monitors().is_empty());
}

#[test]
fn back_asks_the_step_before_and_a_no_changes_nothing() {
    let sandbox = SandboxOptions::default().start();
    let environment = TestEnvironment::of(&sandbox);
    let mut wizard = Wizard::start(&environment, &["--skip", "app-key", "--skip", "gateway"]);
    wizard.answer("Site [", "");
    wizard.answer("Keep it as well? [y/N]", "n");
    wizard.answer("Service [agent-access]", "agents");
    wizard.answer("Env (empty", "back");
    // Steps that were left out are passed on the way.
    wizard.answer_again("Keep it as well? [y/N]", 2, "back");
    wizard.answer_again("Site [", 2, "");
    // What was answered and still holds is not asked once more.
    wizard.answer("Service [agents]", "");
    wizard.answer_again("Env (empty", 2, "");
    wizard.answer("Tags, comma", "");
    wizard.answer("changes? [y/N]", "n");
    let output = wizard.0.finish();
    let text = output.unwrapped();
    assert_eq!(output.code, 0, "{text}");
    assert!(text.contains("nothing was changed"), "{text}");
    assert!(!text.contains("What runs it from here on"), "{text}");
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
    let sandbox = SandboxOptions::default().index_delay("0s").start();
    let environment = TestEnvironment::of(&sandbox);
    let all = [
        "setup",
        "--no-input",
        "--yes",
        "--delivery=export",
        "--packs=none",
    ];
    let unknown = [&all[..], &["--run-on", "no-such-connection"]].concat();
    let _ = environment.run(unknown).exits(2).says("no-such-connection");
    assert_eq!(settings(&environment), "", "it was known before");
    let _ = environment.run(all).exits(0);
    let mut wizard = Wizard::start(&environment, &["first-event", "--wait", "60s"]);
    wizard.answer("Connection (Enter waits", "no-such-connection");
    wizard
        .0
        .wait_for("the gateway has no connection `no-such-connection`");
    wizard.answer_again("Connection (Enter waits", 2, "prod-customers-db");
    wizard.answer("Script [SELECT 1]", "");
    wizard.0.wait_for("under your name? [y/N]");
    let run = || {
        let rows = changes(&sandbox).into_iter();
        rows.filter(|row| row == "POST /api/sessions").count()
    };
    assert_eq!(run(), 0, "nothing is run before a yes");
    wizard.answer("under your name? [y/N]", "y");
    let output = wizard.0.finish();
    let text = output.unwrapped();
    assert_eq!(output.code, 0, "{text}");
    assert!(text.contains("Datadog has them"), "{text}");
    assert_eq!(run(), 1);
}

#[test]
fn a_script_that_the_gateway_refuses_leaves_everything_else_set_up() {
    let sandbox = SandboxOptions::default().start();
    let mut environment = TestEnvironment::of(&sandbox);
    environment.set("HOOP_TOKEN", AUDITOR);
    let line = [
        "setup",
        "--no-input",
        "--yes",
        "--delivery=export",
        "--run-on=prod-customers-db",
    ];
    let _ = environment
        .run(line)
        .exits(1)
        .says("was not run on prod-customers-db")
        .says("What runs it from here on");
    assert!(settings(&environment).contains("export"));
}
