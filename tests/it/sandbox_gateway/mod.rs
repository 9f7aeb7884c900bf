//! The gateway stand-in, asked without a socket. The expected bodies are those that a gateway of
//! release 1.148.0 answered.

mod access;
mod integrations;
mod session;
mod session_list;
mod webhooks;

use bytes::Bytes;
use ddctl::sandbox::gateway::{GatewayStandIn, Options};
use ddctl::sandbox::http::{Body, Reply, Request};
use hyper::header::{HeaderName, HeaderValue};
use hyper::{HeaderMap, Method};
use jiff::Timestamp;
use serde_json::Value;

fn now() -> Timestamp {
    "2026-11-21T10:00:00.123456Z".parse().expect("an instant")
}

fn options() -> Options {
    Options::new(now())
}

fn gateway() -> GatewayStandIn {
    GatewayStandIn::new(options())
}

/// A request that is put together step by step and then sent to a stand-in.
#[must_use]
struct Call(Request);

fn call(method: Method, target: &str) -> Call {
    let base = url::Url::parse("http://127.0.0.1:8009").expect("a base");
    let url = base.join(target).expect("a target");
    Call(Request {
        method,
        host: "127.0.0.1".to_owned(),
        path: url.path().to_owned(),
        query: url.query_pairs().into_owned().collect(),
        headers: HeaderMap::new(),
        body: Bytes::new(),
    })
}

fn get(target: &str) -> Call {
    call(Method::GET, target)
}

fn post(target: &str, body: &str) -> Call {
    call(Method::POST, target).body(body)
}

fn put(target: &str, body: &str) -> Call {
    call(Method::PUT, target).body(body)
}

fn delete(target: &str) -> Call {
    call(Method::DELETE, target)
}

impl Call {
    fn body(mut self, body: &str) -> Self {
        self.0.body = Bytes::from(body.to_owned());
        self
    }

    fn header(mut self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_str(value).expect("a header value");
        self.0.headers.insert(HeaderName::from_static(name), value);
        self
    }

    fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    fn admin(self) -> Self {
        self.bearer(&options().tokens.admin)
    }

    fn auditor(self) -> Self {
        self.bearer(&options().tokens.auditor)
    }

    fn standard(self) -> Self {
        self.bearer(&options().tokens.standard)
    }

    async fn send(self, gateway: &GatewayStandIn) -> Answer {
        Answer::of(gateway.handle(&self.0).await)
    }
}

/// An answer whose body was read whole.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn of(reply: Reply) -> Self {
        let Body::Full(body) = reply.body else {
            panic!("a stream where a whole body was expected");
        };
        Self {
            status: reply.status.as_u16(),
            headers: reply.headers,
            body,
        }
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a text")
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    fn content_type(&self) -> &str {
        self.header("content-type")
    }

    /// Checks status and message.
    #[track_caller]
    fn is(&self, status: u16, message: &str) {
        assert_eq!(
            (self.status, &self.json()["message"]),
            (status, &Value::from(message))
        );
    }

    fn keys(value: &Value) -> Vec<&str> {
        value
            .as_object()
            .expect("an object")
            .keys()
            .map(String::as_str)
            .collect()
    }
}

/// The ids of the newest sessions, in order.
async fn ids(gateway: &GatewayStandIn, query: &str) -> Vec<String> {
    let page = get(&format!("/api/sessions?{query}"))
        .admin()
        .send(gateway)
        .await
        .json();
    let rows = page["data"].as_array().expect("rows").clone();
    rows.iter()
        .map(|row| row["id"].as_str().expect("an id").to_owned())
        .collect()
}

/// The id of the newest session for which `is_wanted` holds.
async fn id_where(gateway: &GatewayStandIn, is_wanted: impl Fn(&Value) -> bool) -> String {
    let page = get("/api/sessions?limit=100")
        .admin()
        .send(gateway)
        .await
        .json();
    let rows = page["data"].as_array().expect("rows").clone();
    let row = rows
        .iter()
        .find(|row| is_wanted(row))
        .expect("a session like that");
    row["id"].as_str().expect("an id").to_owned()
}

/// Signs a person of the sandbox in.
async fn token_of(gateway: &GatewayStandIn, email: &str) -> String {
    let body = format!(r#"{{"email":"{email}","password":"sandbox"}}"#);
    let answer = post("/api/localauth/login", &body).send(gateway).await;
    assert_eq!((answer.status, answer.text()), (200, r#"{"status":"ok"}"#));
    answer.header("token").to_owned()
}
