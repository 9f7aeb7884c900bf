//! The server itself: hosts, HTTP's own rules, what it refuses to do.

use std::io::ErrorKind;
use std::net::SocketAddr;

use ddctl::http::Method;
use ddctl::sandbox::{API_KEY, Options, Sandbox};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{API, LOGS, World};

async fn connect(world: &World) -> TcpStream {
    let address = world.sandbox.datadog_url().replace("http://", "");
    TcpStream::connect(address).await.expect("it listens")
}

async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = String::new();
    while !text.ends_with(end) {
        let byte = stream.read_u8().await.expect("there is more");
        text.push(char::from(byte));
    }
    text
}

/// A request for the validation of the key, as bytes.
fn validate_by(method: &str) -> String {
    format!("{method} /api/v1/validate HTTP/1.1\r\nHost: {API}\r\nDD-API-KEY: {API_KEY}\r\n\r\n")
}

#[tokio::test]
async fn hosts_serve_their_own_product_and_any_other_host_all_of_them() {
    let world = World::start().await;
    let log = json!({"message": "m"});
    for (host, status) in [
        (LOGS, 202),
        (API, 404),
        ("127.0.0.1", 202),
        ("example.org", 202),
    ] {
        let call = world.keyed(Method::POST, host, "/api/v2/logs");
        assert_eq!(call.json(&log).await.status, status, "{host}");
    }
    let unknown = world
        .keyed(Method::GET, API, "/api/v2/metrics")
        .send()
        .await;
    assert_eq!(unknown.status, 404);
    assert_eq!(unknown.json(), json!({"errors": ["Not Found"]}));
    let wrong = world
        .keyed(Method::DELETE, API, "/api/v1/validate")
        .send()
        .await;
    assert_eq!(wrong.status, 405);
}

#[tokio::test]
async fn a_client_that_asks_first_is_told_to_continue() {
    let world = World::start().await;
    let mut stream = connect(&world).await;
    let head = format!(
        "POST /api/v2/logs HTTP/1.1\r\nHost: {LOGS}\r\nDD-API-KEY: {API_KEY}\r\n\
         Content-Type: application/json\r\nContent-Length: 15\r\nExpect: 100-continue\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("it is read");
    let interim = read_until(&mut stream, "\r\n\r\n").await;
    assert!(interim.starts_with("HTTP/1.1 100 "), "{interim}");
    stream
        .write_all(br#"{"message":"m"}"#)
        .await
        .expect("it is read");
    let answer = read_until(&mut stream, "\r\n\r\n{}").await;
    assert!(answer.starts_with("HTTP/1.1 202 "), "{answer}");
}

#[tokio::test]
async fn a_connection_serves_one_request_after_another_and_head_has_no_body() {
    let world = World::start().await;
    let mut stream = connect(&world).await;
    stream
        .write_all(validate_by("HEAD").as_bytes())
        .await
        .expect("it is read");
    let head = read_until(&mut stream, "\r\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    stream
        .write_all(validate_by("GET").as_bytes())
        .await
        .expect("it is read");
    let answer = read_until(&mut stream, r#"{"valid":true}"#).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test]
async fn a_body_beyond_all_measure_is_refused_unread() {
    let world = World::start().await;
    let answer = world
        .keyed(Method::POST, LOGS, "/api/v2/logs")
        .text("application/json", vec![b' '; 17 << 20])
        .await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn no_secret_is_shown_again() {
    let world = World::start().await;
    let path = format!("/api/v2/logs?dd-api-key={API_KEY}&ddtags=env:prod");
    world
        .keyed(Method::POST, LOGS, &path)
        .header("authorization", "Bearer hunter2")
        .json(&json!({"message": "m"}))
        .await;
    let requests = world.sandbox("requests?body=true").await;
    let text = requests.to_string();
    assert!(
        !text.contains(API_KEY) && !text.contains("hunter2"),
        "{text}"
    );
    assert_eq!(requests[0]["headers"]["authorization"], "****");
    assert_eq!(requests[0]["query"], "ddtags=env%3Aprod&dd-api-key=****");
    assert_eq!(requests[0]["host"], LOGS);
    assert_eq!(requests[0]["status"], 202);
    assert_eq!(requests[0]["stored"], "before");
}

#[tokio::test]
async fn control_requests_are_not_counted_and_their_mistakes_are_named() {
    let world = World::start().await;
    for (path, status) in [
        ("/sandbox/received?kind=metrics", 400),
        ("/sandbox/requests?after=x", 400),
        ("/sandbox/nothing", 404),
    ] {
        let answer = world.bare(Method::GET, "127.0.0.1", path).send().await;
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.json()["errors"][0].is_string());
    }
    let answer = world
        .bare(Method::POST, "127.0.0.1", "/sandbox/faults")
        .send()
        .await;
    assert_eq!(answer.status, 405);
    assert_eq!(world.sandbox("requests").await, json!([]));
    let gateway = world.sandbox.gateway_url();
    let call = world.call(gateway, Method::GET, "/sandbox/requests", "127.0.0.1");
    assert_eq!(call.send().await.status, 200);
}

#[tokio::test]
async fn the_sandbox_stays_on_this_machine_unless_told() {
    let listen: SocketAddr = "0.0.0.0:0".parse().expect("an address");
    let options = Options {
        listen,
        ..Options::default()
    };
    let error = Sandbox::start(options.clone())
        .await
        .expect_err("it is refused");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let public = Options {
        allow_public: true,
        ..options
    };
    let sandbox = Sandbox::start(public).await.expect("it was told");
    sandbox.stop().await;
}

#[tokio::test]
async fn the_environment_is_complete_and_in_its_order() {
    let world = World::start().await;
    let names: Vec<&str> = world
        .sandbox
        .environment()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(
        names,
        [
            "DDCTL_SANDBOX_URL",
            "DDCTL_DATADOG_URL",
            "DDCTL_GATEWAY_URL",
            "DD_API_KEY",
            "DD_APP_KEY",
            "DD_SITE",
            "HOOP_APIURL",
            "HOOP_TOKEN",
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "OTEL_EXPORTER_OTLP_HEADERS",
            "OTEL_EXPORTER_OTLP_PROTOCOL",
            "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
            "DDCTL_SANDBOX_SVIX_URL",
            "DDCTL_SVIX_TOKEN",
        ]
    );
}

#[tokio::test]
async fn a_stopped_sandbox_lets_go_of_idle_connections_and_of_its_ports() {
    let world = World::start().await;
    let mut idle = connect(&world).await;
    let request = validate_by("GET");
    idle.write_all(request.as_bytes())
        .await
        .expect("it is read");
    read_until(&mut idle, r#"{"valid":true}"#).await;
    let address = world.sandbox.datadog_url().replace("http://", "");
    world.sandbox.stop().await;
    assert_eq!(idle.read(&mut [0; 1]).await.expect("an orderly end"), 0);
    let error = TcpStream::connect(address)
        .await
        .expect_err("nobody listens");
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
}
