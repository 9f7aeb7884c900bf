//! A headless Chromium, spoken to over a pipe in the DevTools protocol: JSON messages that end in a
//! zero byte (chromedevtools.github.io/devtools-protocol, `--remote-debugging-pipe`).

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::waiting::{DEADLINE, until};

/// The names that distributions give it.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Ended when dropped, and its profile with it.
pub struct Chromium {
    child: Child,
    requests: ChildStdin,
    messages: Receiver<Value>,
    /// What it told without being asked.
    events: Vec<Value>,
    latest: u64,
    profile: TempDir,
}

/// How a page is looked at.
#[derive(Clone, Copy)]
pub struct Window {
    pub width: u32,
    pub height: u32,
    pub is_dark: bool,
}

pub const DESKTOP: Window = Window {
    width: 1280,
    height: 800,
    is_dark: false,
};

impl Chromium {
    /// `None`, and said, where there is none on this machine.
    pub fn start() -> Option<Self> {
        let name = NAMES.into_iter().find(|name| is_there(name));
        let Some(name) = name else {
            // Past the capture of output, so that a run shows what it did not test.
            let test = std::thread::current();
            let test = test.name().unwrap_or("a test");
            let line = format!("SKIPPED: {test}: no chromium on this machine\n");
            let _ = std::io::stderr().write_all(line.as_bytes());
            return None;
        };
        let profile = TempDir::new().expect("a folder for its profile");
        // The pipe is its files 3 and 4, which a shell can make of ours.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null", "sh"])
            .arg(name)
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
            ])
            .args(["--disable-dev-shm-usage", "--disable-background-networking"])
            .arg("--remote-debugging-pipe")
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .env("HOME", profile.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell starts");
        let requests = child.stdin.take().expect("stdin is a pipe");
        let answers = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            for message in answers.split(0).map_while(Result::ok) {
                // The last one may be cut when it ends.
                let Ok(message) = serde_json::from_slice(&message) else {
                    break;
                };
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Some(Self {
            child,
            requests,
            messages,
            events: Vec::new(),
            latest: 0,
            profile,
        })
    }

    /// Opens a file in a tab of its own and waits until `is_ready`, an expression, is true.
    #[track_caller]
    pub fn open(&mut self, file: &Path, hash: &str, window: Window, is_ready: &str) -> Tab<'_> {
        let target = self.ask("Target.createTarget", json!({ "url": "about:blank" }), None);
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = self.ask("Target.attachToTarget", attach, None);
        let session = session["sessionId"].as_str().expect("an id").to_owned();
        let mut tab = Tab {
            chromium: self,
            session,
        };
        tab.prepare(window);
        let url = format!("file://{}{hash}", file.display());
        tab.ask("Page.navigate", json!({ "url": url }));
        tab.wait_until(is_ready);
        tab
    }

    fn ask(&mut self, method: &str, params: Value, session: Option<&str>) -> Value {
        self.latest += 1;
        let id = self.latest;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        write!(self.requests, "{message}\0").expect("chromium takes requests");
        loop {
            let answer = self.messages.recv_timeout(DEADLINE);
            let answer = answer.unwrap_or_else(|_| panic!("no answer to {method}"));
            if answer["id"] == id {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].clone();
            }
            self.events.push(answer);
        }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = write!(
            self.requests,
            "{}\0",
            json!({"id": 0, "method": "Browser.close"})
        );
        // Its helpers write into the profile until they have ended.
        let begun = std::time::Instant::now();
        while begun.elapsed() < DEADLINE && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::park_timeout(std::time::Duration::from_millis(5));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(self.profile.path());
    }
}

fn is_there(name: &str) -> bool {
    let version = Command::new(name)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    version.is_ok_and(|status| status.success())
}

/// A page that is open.
pub struct Tab<'a> {
    chromium: &'a mut Chromium,
    session: String,
}

impl Tab<'_> {
    fn prepare(&mut self, window: Window) {
        let scheme = if window.is_dark { "dark" } else { "light" };
        for domain in ["Runtime", "Log", "Network", "Page"] {
            self.ask(&format!("{domain}.enable"), json!({}));
        }
        let metrics = json!({
            "width": window.width, "height": window.height, "deviceScaleFactor": 1, "mobile": false
        });
        self.ask("Emulation.setDeviceMetricsOverride", metrics);
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.ask("Emulation.setEmulatedMedia", media);
        let watch = "window.violations = []; addEventListener('securitypolicyviolation', \
                     (event) => violations.push(`${event.violatedDirective} ${event.blockedURI}`));";
        self.ask(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": watch }),
        );
    }

    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        self.chromium.ask(method, params, Some(&self.session))
    }

    /// The value of an expression, a promise's included.
    #[track_caller]
    pub fn value(&mut self, expression: &str) -> Value {
        let params = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true
        });
        let answer = self.ask("Runtime.evaluate", params);
        let failure = &answer["exceptionDetails"];
        assert!(failure.is_null(), "{expression}: {failure}");
        answer["result"]["value"].clone()
    }

    #[track_caller]
    pub fn text(&mut self, selector: &str) -> String {
        let text = self.value(&format!("document.querySelector('{selector}').innerText"));
        text.as_str().expect("a text").to_owned()
    }

    #[track_caller]
    pub fn wait_until(&mut self, expression: &str) {
        until(expression, || {
            (self.value(expression) == true).then_some(())
        });
    }

    /// Presses and releases a key: `Enter`, `Tab`, `ArrowLeft` or a character.
    pub fn press(&mut self, key: &str) {
        let (code, text) = match key {
            "Enter" => (13, "\r"),
            "Tab" => (9, ""),
            "Escape" => (27, ""),
            "ArrowLeft" => (37, ""),
            "ArrowRight" => (39, ""),
            "Home" => (36, ""),
            "End" => (35, ""),
            character => (0, character),
        };
        let down =
            json!({ "type": "keyDown", "key": key, "windowsVirtualKeyCode": code, "text": text });
        self.ask("Input.dispatchKeyEvent", down);
        let up = json!({ "type": "keyUp", "key": key, "windowsVirtualKeyCode": code });
        self.ask("Input.dispatchKeyEvent", up);
    }

    pub fn type_text(&mut self, text: &str) {
        self.ask("Input.insertText", json!({ "text": text }));
    }

    /// Addresses that were asked for, the file itself apart.
    pub fn requests(&mut self) -> Vec<String> {
        self.told("Network.requestWillBeSent", "/params/request/url")
            .into_iter()
            .filter(|url| !url.starts_with("file://"))
            .collect()
    }

    /// What went wrong: violations of the page's policy, exceptions, and what the browser logs.
    pub fn complaints(&mut self) -> Vec<String> {
        let violations = self.value("violations");
        let violations = violations.as_array().expect("a list").iter();
        let mut complaints: Vec<String> = violations.map(Value::to_string).collect();
        complaints.extend(self.told("Runtime.exceptionThrown", "/params/exceptionDetails/text"));
        complaints.extend(self.told("Log.entryAdded", "/params/entry/text"));
        complaints
    }

    fn told(&self, method: &str, pointer: &str) -> Vec<String> {
        let events = self.chromium.events.iter();
        events
            .filter(|event| event["method"] == method && event["sessionId"] == self.session)
            .filter_map(|event| Some(event.pointer(pointer)?.as_str()?.to_owned()))
            .collect()
    }
}
