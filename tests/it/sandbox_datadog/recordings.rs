//! The recorded interactions: reading them, and asking the same of the sandbox.

use std::io::Write;
use std::path::{Path, PathBuf};

use ddctl::http::Method;
use ddctl::sandbox::{API_KEY, APP_KEY};
use serde_json::Value;
use url::Url;

use super::{Answer, World};

/// What the recorder masked: which keys a request carried.
#[derive(Clone, Copy)]
pub enum Keys {
    None,
    Wrong,
    Valid,
}

/// One recorded request and its answer.
pub struct Interaction {
    pub method: Method,
    pub url: Url,
    pub content_type: Option<String>,
    pub body: String,
    pub status: u16,
    pub answer_type: String,
    /// The recorded `X-RateLimit-Name`.
    pub bucket: Option<String>,
    /// Null where there was no body.
    pub answer: Value,
    pub answer_text: String,
}

/// The folder of recordings, beside the repository or beside a folder that holds it.
fn folder() -> Option<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .skip(1)
        .map(|folder| folder.join("shared/reference/datadog/cassettes"))
        .find(|folder| folder.is_dir())
}

/// The names of the recordings in a folder of them, in order; none where there are no recordings.
pub fn names(of: &str) -> Vec<String> {
    let Some(folder) = folder() else {
        return Vec::new();
    };
    let entries = std::fs::read_dir(folder.join(of)).expect("the folder is there");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| format!("{of}/{}", name.to_string_lossy()))
        .collect();
    names.sort();
    names
}

/// The interactions of a recording; `None`, said aloud, where there are no recordings.
pub fn recorded(name: &str) -> Option<Vec<Interaction>> {
    let Some(folder) = folder() else {
        // Past the test harness, which keeps what a passing test prints.
        let line = format!("SKIPPED: {name}: no recordings in ../shared/reference/datadog\n");
        std::io::stderr()
            .write_all(line.as_bytes())
            .expect("stderr can be written");
        return None;
    };
    let text = std::fs::read_to_string(folder.join(name)).expect("the recording is there");
    let cassette: Value = serde_json::from_str(&text).expect("a recording is JSON");
    let interactions = cassette["http_interactions"].as_array().expect("a list");
    Some(interactions.iter().map(Interaction::of).collect())
}

impl Interaction {
    fn of(recorded: &Value) -> Self {
        let (request, response) = (&recorded["request"], &recorded["response"]);
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        // A 204 has neither.
        let optional = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let answer_text = optional(&response["body"]["string"]);
        Self {
            method: text(&request["method"])
                .to_uppercase()
                .parse()
                .expect("a method"),
            url: text(&request["uri"]).parse().expect("an address"),
            content_type: request["headers"]["Content-Type"][0]
                .as_str()
                .map(str::to_owned),
            body: request["body"]["string"].as_str().unwrap_or("").to_owned(),
            status: response["status"]["code"].as_u64().expect("a status") as u16,
            answer_type: response["headers"]["Content-Type"][0]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            bucket: response["headers"]["X-Ratelimit-Name"][0]
                .as_str()
                .map(str::to_owned),
            answer: match answer_text.is_empty() {
                true => Value::Null,
                false => serde_json::from_str(&answer_text).expect("a recorded answer is JSON"),
            },
            answer_text,
        }
    }

    pub(super) async fn replay(&self, world: &World, keys: Keys) -> Answer {
        let host = self.url.host_str().expect("a recorded address has a host");
        let path = match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        };
        let call = world.bare(self.method.clone(), host, &path);
        let call = match keys {
            Keys::None => call,
            Keys::Wrong => call.header("dd-api-key", &"f".repeat(32)),
            Keys::Valid => call
                .header("dd-api-key", API_KEY)
                .header("dd-application-key", APP_KEY),
        };
        match &self.content_type {
            Some(_) => call.text("application/json", self.body.clone()).await,
            None => call.send().await,
        }
    }

    /// Status and content type are those recorded.
    pub(super) fn assert_envelope(&self, answer: &Answer) {
        assert_eq!(answer.status, self.status, "{}", answer.body);
        assert_eq!(
            answer.header("content-type"),
            Some(self.answer_type.as_str())
        );
    }
}
