//! The sandbox's Datadog over real sockets: against the recorded interactions, and against what
//! it must refuse, keep and break on request.

mod aggregate;
mod cassettes;
mod dashboards;
mod faults;
mod intake;
mod keys;
mod llmobs;
mod management;
mod members;
mod monitors;
mod otlp;
mod quotas;
mod recordings;
mod search;
mod server;

pub use recordings::{names, recorded};

use std::time::{Duration, Instant};

use ddctl::http::{Client, HeaderMap, HeaderName, Method, Options as HttpOptions, Request};
use ddctl::sandbox::{API_KEY, APP_KEY, Options, Sandbox};
use serde_json::Value;
use url::Url;

const API: &str = "api.datadoghq.com";
const LOGS: &str = "http-intake.logs.datadoghq.com";

/// A running sandbox and a client for it.
struct World {
    sandbox: Sandbox,
    client: Client,
}

/// An answer, read whole.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// A request under construction.
struct Call<'a> {
    world: &'a World,
    request: Request,
}

impl World {
    async fn start() -> Self {
        Self::with(Options::default()).await
    }

    async fn with(options: Options) -> Self {
        let sandbox = Sandbox::start(options)
            .await
            .expect("loopback can be bound");
        let client = Client::new(HttpOptions::default());
        Self { sandbox, client }
    }

    /// A request to one of Datadog's hosts, without keys.
    fn bare(&self, method: Method, host: &str, path: &str) -> Call<'_> {
        self.call(self.sandbox.datadog_url(), method, path, host)
    }

    /// The same with both keys.
    fn keyed(&self, method: Method, host: &str, path: &str) -> Call<'_> {
        self.bare(method, host, path)
            .header("dd-api-key", API_KEY)
            .header("dd-application-key", APP_KEY)
    }

    fn call(&self, base: &str, method: Method, path: &str, host: &str) -> Call<'_> {
        let url = Url::parse(&format!("{base}{path}")).expect("a valid address");
        Call {
            world: self,
            request: Request::new(method, url).host(host),
        }
    }

    /// Sends logs with the key, as JSON.
    async fn send(&self, logs: &Value) -> Answer {
        self.keyed(Method::POST, LOGS, "/api/v2/logs")
            .json(logs)
            .await
    }

    /// `GET /sandbox/…`
    async fn sandbox(&self, path_and_query: &str) -> Value {
        let path = format!("/sandbox/{path_and_query}");
        let answer = self.bare(Method::GET, "127.0.0.1", &path).send().await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// The answer to a `GET`, as soon as it is as wanted.
    async fn until(&self, path: &str, is_there: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let answer = self.keyed(Method::GET, API, path).send().await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.body);
            let answer = answer.json();
            if is_there(&answer) {
                return answer;
            }
            assert!(Instant::now() < deadline, "{path}: {answer}");
        }
    }

    async fn set_faults(&self, lines: &str) -> Answer {
        self.bare(Method::PUT, "127.0.0.1", "/sandbox/faults")
            .text("text/plain", lines.to_owned())
            .await
    }
}

impl Call<'_> {
    fn header(mut self, name: &'static str, value: &str) -> Self {
        self.request = self.request.header(HeaderName::from_static(name), value);
        self
    }

    async fn json(self, body: &Value) -> Answer {
        self.text("application/json", body.to_string()).await
    }

    async fn text(mut self, content_type: &'static str, body: impl Into<Vec<u8>>) -> Answer {
        self.request = self.request.body(content_type, body.into());
        self.send().await
    }

    async fn send(self) -> Answer {
        let response = self.world.client.send(self.request).await;
        let response = response.expect("the sandbox answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes(64 << 20).await.expect("the body is whole");
        Answer {
            status,
            headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }
}
