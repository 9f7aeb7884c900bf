//! `GET /sessions/{id}` and what hangs below it.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;

/// The newest session with that recording's marks.
async fn one(gateway: &GatewayStandIn, pairs: &[(&str, &str)]) -> String {
    id_where(gateway, |row| {
        pairs.iter().all(|(key, value)| row[*key] == *value)
    })
    .await
}

async fn postgres_exec(gateway: &GatewayStandIn) -> String {
    one(
        gateway,
        &[
            ("connection", "prod-customers-db"),
            ("verb", "exec"),
            ("status", "done"),
        ],
    )
    .await
}

async fn terminal(gateway: &GatewayStandIn) -> String {
    one(
        gateway,
        &[("connection", "staging-shop-host"), ("verb", "connect")],
    )
    .await
}

async fn running(gateway: &GatewayStandIn) -> String {
    one(gateway, &[("verb", "connect"), ("status", "open")]).await
}

async fn fetch(gateway: &GatewayStandIn, id: &str, query: &str) -> Answer {
    get(&format!("/api/sessions/{id}?{query}"))
        .admin()
        .send(gateway)
        .await
}

#[tokio::test]
async fn the_script_comes_without_expand_and_the_recording_with_it() {
    let gateway = gateway();
    let id = postgres_exec(&gateway).await;
    let plain = fetch(&gateway, &id, "").await;
    assert_eq!(plain.content_type(), "application/json");
    assert!(plain.text().ends_with("}\n"));
    assert!(
        plain.json()["script"]["data"]
            .as_str()
            .expect("a script")
            .contains("SELECT")
    );
    assert!(plain.json().get("event_stream").is_none());
    let stream = fetch(&gateway, &id, "expand=event_stream").await.json();
    assert_eq!(stream["script"]["data"], "");
    assert_eq!(stream["event_stream"][0][1], "i");
    let both = fetch(&gateway, &id, "expand=event_stream,session_input")
        .await
        .json();
    assert_eq!(both["script"], plain.json()["script"]);
    assert_eq!(both["event_stream"], stream["event_stream"]);
}

#[tokio::test]
async fn a_recording_keeps_its_numbers_digit_for_digit_and_in_seconds() {
    let gateway = gateway();
    let id = one(
        &gateway,
        &[("connection", "staging-orders-db"), ("verb", "exec")],
    )
    .await;
    let answer = fetch(&gateway, &id, "expand=event_stream").await;
    assert!(
        answer
            .text()
            .contains(r#""event_stream":[[0.000009053,"i","#),
        "no exponent, no blanks"
    );
    assert_eq!(
        (&answer.json()["exit_code"], &answer.json()["status"]),
        (&3.into(), &"done".into())
    );
}

#[tokio::test]
async fn what_html_could_read_is_escaped_in_a_single_session() {
    let gateway = gateway();
    let id = one(
        &gateway,
        &[("connection", "staging-shop-host"), ("verb", "exec")],
    )
    .await;
    let answer = fetch(&gateway, &id, "").await;
    assert!(answer.text().contains(r"\u0026\u0026"));
    assert!(!answer.text().contains('&'));
}

#[tokio::test]
async fn script_size_counts_the_escapes_of_the_stored_json() {
    let gateway = gateway();
    let session = fetch(&gateway, &postgres_exec(&gateway).await, "")
        .await
        .json();
    let script = session["script"]["data"].as_str().expect("a script");
    let stored = serde_json::to_string(script).expect("JSON");
    assert_eq!(session["script_size"], stored.len() - 2);
    assert!(stored.len() - 2 > script.len());
}

#[tokio::test]
async fn base64_joins_outputs_and_answers_the_parsed_size() {
    let gateway = gateway();
    let id = postgres_exec(&gateway).await;
    let raw = fetch(&gateway, &id, "expand=event_stream").await.json();
    let session = fetch(&gateway, &id, "expand=event_stream&event_stream=base64")
        .await
        .json();
    let text = session["event_stream"][0].as_str().expect("a text");
    assert_eq!(session["event_size"], text.len());
    let mut outputs = Vec::new();
    for event in raw["event_stream"].as_array().expect("events") {
        if event[1] != "i" {
            outputs.extend(
                STANDARD
                    .decode(event[2].as_str().expect("base64"))
                    .expect("base64"),
            );
        }
    }
    assert_eq!(STANDARD.decode(text).expect("base64"), outputs);
}

#[tokio::test]
async fn utf8_answers_an_apology_under_200_for_a_terminal() {
    let gateway = gateway();
    let plain = postgres_exec(&gateway).await;
    let text = fetch(&gateway, &plain, "expand=event_stream&event_stream=utf8")
        .await
        .json();
    assert!(
        text["event_stream"][0]
            .as_str()
            .expect("a text")
            .starts_with("id\tname\tcountry\n")
    );
    let id = terminal(&gateway).await;
    let apology = fetch(&gateway, &id, "expand=event_stream&event_stream=utf8").await;
    assert_eq!(apology.status, 200);
    assert_eq!(
        apology.json()["event_stream"],
        serde_json::json!([
            "An internal error occurred: unable to decode the event stream due to \
                            invalid characters.\nPlease download the session as an alternative."
        ])
    );
}

#[tokio::test]
async fn raw_queries_are_the_first_statements_of_postgres_frames() {
    let gateway = gateway();
    let form = "expand=event_stream&event_stream=raw-queries";
    let frames = one(
        &gateway,
        &[("connection", "staging-orders-db"), ("verb", "connect")],
    )
    .await;
    let session = fetch(&gateway, &frames, form).await;
    let first = r#""event_stream":[[0.80623872,"i","U0VMRUNUIGN1cnJlbnRfZGF0YWJhc2UoKSwgY3VycmVudF91c2VyOw=="]"#;
    assert!(session.text().contains(first));
    let exec = fetch(&gateway, &postgres_exec(&gateway).await, form)
        .await
        .json();
    assert_eq!(
        (&exec["event_stream"], &exec["event_size"]),
        (&Value::Null, &0.into())
    );
    let shell = fetch(&gateway, &terminal(&gateway).await, form)
        .await
        .json();
    assert_eq!(
        shell["event_stream"][0][2], "Cg==",
        "other types are answered as they are"
    );
}

#[tokio::test]
async fn an_unknown_form_is_refused_only_where_there_is_something_to_form() {
    let gateway = gateway();
    let id = postgres_exec(&gateway).await;
    let refused = fetch(&gateway, &id, "expand=event_stream&event_stream=hex").await;
    refused.is(422, "event_stream attribute has an unknown type format");
    assert_eq!(fetch(&gateway, &id, "event_stream=hex").await.status, 200);
    let never_ran = id_where(&gateway, |row| row["review"]["status"] == "PENDING").await;
    let session = fetch(&gateway, &never_ran, "expand=event_stream&event_stream=hex").await;
    assert_eq!(session.status, 200);
    assert!(session.json().get("event_stream").is_none());
}

#[tokio::test]
async fn an_unknown_id_is_404_and_one_that_is_no_uuid_500() {
    let gateway = gateway();
    let unknown = "99999999-9999-4999-8999-999999999999";
    fetch(&gateway, unknown, "").await.is(404, "not found");
    fetch(&gateway, "not-a-uuid", "")
        .await
        .is(500, "failed fetching session");
    fetch(&gateway, &format!("{unknown}/result/stream"), "")
        .await
        .is(404, "not found");
    fetch(&gateway, &format!("{unknown}/stream"), "")
        .await
        .is(404, "session not found");
    let upper = postgres_exec(&gateway).await.to_uppercase();
    assert_eq!(fetch(&gateway, &upper, "").await.status, 200);
}

#[tokio::test]
async fn a_mere_reviewer_gets_the_session_without_its_recording() {
    let gateway = gateway();
    let id = one(&gateway, &[("connection", "prod-shop-host")]).await;
    let path = format!("/api/sessions/{id}");
    let rosa = token_of(&gateway, "rosa@shop.example").await;
    let session = get(&format!("{path}?expand=event_stream"))
        .bearer(&rosa)
        .send(&gateway)
        .await;
    assert_eq!(session.status, 200);
    assert!(session.json().get("event_stream").is_none());
    let result = get(&format!("{path}/result/stream"))
        .bearer(&rosa)
        .send(&gateway)
        .await;
    result.is(403, "user is not allowed to stream this session");
    let tom = token_of(&gateway, "tom@shop.example").await;
    let foreign = get(&path).bearer(&tom).send(&gateway).await;
    foreign.is(403, "user is not allowed to access this session");
}

#[tokio::test]
async fn only_a_single_get_has_analysis_and_the_whole_review() {
    let gateway = gateway();
    let blocked = one(
        &gateway,
        &[("connection", "prod-customers-db"), ("user_name", "codex")],
    )
    .await;
    let session = fetch(&gateway, &blocked, "").await.json();
    assert_eq!(
        session["guardrails_info"][0]["rule_name"],
        "no-destructive-sql"
    );
    assert_eq!(
        (&session["exit_code"], &session["review"]),
        (&254.into(), &Value::Null)
    );
    let rejected = id_where(&gateway, |row| row["review"]["status"] == "REJECTED").await;
    let session = fetch(&gateway, &rejected, "").await.json();
    assert_eq!(
        session["review"]["access_request_rule_name"],
        "production-scripts"
    );
    assert!(session["review"]["rejection_reason"].is_string());
    assert_eq!(
        (&session["exit_code"], &session["end_date"]),
        (&Value::Null, &Value::Null)
    );
    let refused = one(
        &gateway,
        &[("connection", "prod-billing-db"), ("user_name", "codex")],
    )
    .await;
    let session = fetch(&gateway, &refused, "").await.json();
    assert_eq!(session["ai_analysis"]["action"], "block_execution");
}

#[tokio::test]
async fn a_killed_session_ends_in_its_error_text() {
    let gateway = gateway();
    let id = id_where(&gateway, |row| {
        row["exit_code"] == 254 && row["verb"] == "connect"
    })
    .await;
    let session = fetch(&gateway, &id, "expand=event_stream").await.json();
    let last = session["event_stream"]
        .as_array()
        .expect("events")
        .last()
        .expect("an event")
        .clone();
    assert_eq!(last[1], "e");
    assert_eq!(last[2], STANDARD.encode("session killed by the user"));
    assert_eq!(session["review"]["access_duration"], 1_800_000_000_000_i64);
}

#[tokio::test]
async fn the_result_is_text_of_outputs_unless_other_events_are_named() {
    let gateway = gateway();
    let id = postgres_exec(&gateway).await;
    let result = fetch(&gateway, &format!("{id}/result/stream"), "").await;
    assert_eq!(result.content_type(), "text/plain; charset=utf-8");
    assert!(result.text().starts_with("id\tname\tcountry\n"));
    let start = fetch(&gateway, &id, "").await.json()["start_date"].clone();
    let second = start.as_str().expect("a date")[..19].to_owned() + "Z ";
    let query = "events=i,o&newline=1&event-time=1";
    let all = fetch(&gateway, &format!("{id}/result/stream"), query).await;
    assert!(
        all.text().starts_with(&(second + "SELECT")),
        "{}",
        all.text()
    );
    assert!(all.text().ends_with("\n\n"));
}

/// Path and query of a download address.
async fn download_of(gateway: &GatewayStandIn, id: &str, query: &str) -> String {
    let offer = fetch(gateway, id, query).await;
    assert_eq!(Answer::keys(&offer.json()), ["download_url", "expire_at"]);
    assert!(offer.text().contains(r"?token="));
    let address = offer.json()["download_url"]
        .as_str()
        .expect("an address")
        .to_owned();
    address
        .strip_prefix("http://127.0.0.1:8009")
        .expect("the API's address")
        .to_owned()
}

#[tokio::test]
async fn a_download_needs_no_sign_in_and_works_once() {
    let gateway = gateway();
    let id = postgres_exec(&gateway).await;
    let address = download_of(&gateway, &id, "extension=csv&events=o").await;
    let file = get(&address).send(&gateway).await;
    assert_eq!(
        (file.status, file.content_type()),
        (200, "application/octet-stream")
    );
    assert!(file.text().starts_with("id,name,country\n"));
    assert_eq!(file.header("accept-length"), file.body.len().to_string());
    let name = format!("attachment; filename=prod-customers-db-{id}-2026");
    assert!(file.header("content-disposition").starts_with(&name));
    let again = get(&address).send(&gateway).await;
    assert_eq!(again.text(), r#"{"message":"not found","status":404}"#);
}

#[tokio::test]
async fn a_wrong_token_burns_the_right_one() {
    let gateway = gateway();
    let id = postgres_exec(&gateway).await;
    let address = download_of(&gateway, &id, "extension=json").await;
    let wrong = get(&format!("/api/sessions/{id}/download?token=guess"))
        .send(&gateway)
        .await;
    assert_eq!(wrong.text(), r#"{"message":"unauthorized","status":401}"#);
    get(&address).send(&gateway).await.is(404, "not found");
}

#[tokio::test]
async fn a_json_download_has_whole_seconds_and_the_input_is_the_script() {
    let gateway = gateway();
    let id = postgres_exec(&gateway).await;
    let address = download_of(&gateway, &id, "extension=json&events=i").await;
    let events = get(&address).send(&gateway).await.json();
    assert_eq!(Answer::keys(&events[0]), ["stream", "time", "type"]);
    assert_eq!(
        events[0]["time"].as_str().map(str::len),
        Some("2026-11-21T09:00:00Z".len())
    );
    let none = download_of(&gateway, &id, "extension=json&events=e").await;
    assert_eq!(get(&none).send(&gateway).await.text(), "null");
    let input = download_of(&gateway, &id, "extension=txt&blob-type=session_input").await;
    assert_eq!(get(&input).send(&gateway).await.text(), events[0]["stream"]);
}

#[tokio::test]
async fn downloads_are_refused_to_mere_reviewers() {
    let gateway = gateway();
    let id = one(&gateway, &[("connection", "prod-shop-host")]).await;
    let rosa = token_of(&gateway, "rosa@shop.example").await;
    let path = format!("/api/sessions/{id}?extension=txt");
    let refused = get(&path).bearer(&rosa).send(&gateway).await;
    let text = r#"{"message":"user is not allowed to download this session","status":403}"#;
    assert_eq!((refused.status, refused.text()), (403, text));
}

#[tokio::test]
async fn an_open_session_has_no_size_and_a_recording_that_lags() {
    let gateway = gateway();
    let session = fetch(&gateway, &running(&gateway).await, "expand=event_stream")
        .await
        .json();
    assert_eq!(
        (
            &session["event_size"],
            &session["metrics"],
            &session["end_date"]
        ),
        (&0.into(), &Value::Null, &Value::Null)
    );
    let events = session["event_stream"].as_array().expect("events");
    let last = events.last().expect("an event")[0]
        .as_f64()
        .expect("seconds");
    let start: Timestamp = session["start_date"]
        .as_str()
        .expect("a date")
        .parse()
        .expect("it");
    let age = now().duration_since(start).as_secs_f64();
    assert!(last <= age && age - last < 52.0, "{last} of {age}");
}

#[tokio::test]
async fn a_done_session_has_no_live_bytes() {
    let gateway = gateway();
    let id = postgres_exec(&gateway).await;
    let answer = fetch(&gateway, &format!("{id}/stream"), "").await;
    assert_eq!(
        (answer.content_type(), answer.text()),
        ("text/event-stream", "event: session_end\ndata: {}\n\n")
    );
}

/// Reads pieces until one holds `text`.
async fn read_until(pieces: &mut tokio::sync::mpsc::Receiver<Bytes>, text: &str) -> String {
    loop {
        let piece = tokio::time::timeout(Duration::from_secs(20), pieces.recv()).await;
        let piece = piece.expect("a piece in time").expect("an open stream");
        let piece = String::from_utf8(piece.to_vec()).expect("a text");
        if piece.contains(text) {
            return piece;
        }
    }
}

#[tokio::test]
async fn a_running_session_sends_its_bytes_until_it_is_killed() {
    let gateway = gateway();
    let id = running(&gateway).await;
    let reply = gateway
        .handle(&get(&format!("/api/sessions/{id}/stream")).admin().0)
        .await;
    let Body::Stream(mut pieces) = reply.body else {
        panic!("a stream");
    };
    assert_eq!(
        pieces.recv().await,
        Some(Bytes::from_static(b": connected\n\n"))
    );
    let event = read_until(&mut pieces, "event: event\n").await;
    let data = event
        .strip_prefix("event: event\ndata: ")
        .expect("an event")
        .trim_end();
    let data: Value = serde_json::from_str(data).expect("JSON");
    assert_eq!(Answer::keys(&data), ["time", "type", "payload"]);
    let at: Timestamp = data["time"]
        .as_str()
        .expect("a time")
        .parse()
        .expect("an instant");
    assert!(at >= now(), "live times are absolute");

    let kill = post(&format!("/api/sessions/{id}/kill"), "");
    assert_eq!(kill.admin().send(&gateway).await.status, 204);
    read_until(&mut pieces, "event: session_end\ndata: {}\n\n").await;
    assert_eq!(pieces.recv().await, None);
    let session = fetch(&gateway, &id, "expand=event_stream").await.json();
    assert_eq!(
        (&session["status"], &session["exit_code"]),
        (&"done".into(), &254.into())
    );
    assert_ne!(session["event_size"], 0);
}

#[tokio::test]
async fn a_subscriber_who_leaves_is_forgotten() {
    let gateway = gateway();
    let id = running(&gateway).await;
    let before = tokio::runtime::Handle::current()
        .metrics()
        .num_alive_tasks();
    let reply = gateway
        .handle(&get(&format!("/api/sessions/{id}/stream")).admin().0)
        .await;
    drop(reply);
    while tokio::runtime::Handle::current()
        .metrics()
        .num_alive_tasks()
        > before
    {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn only_owner_and_admins_kill() {
    let gateway = gateway();
    let id = running(&gateway).await;
    let kill = |id: &str| post(&format!("/api/sessions/{id}/kill"), "");
    kill(&id)
        .standard()
        .send(&gateway)
        .await
        .is(404, "session not found");
    kill("99999999-9999-4999-8999-999999999999")
        .admin()
        .send(&gateway)
        .await
        .is(404, "session not found");
    let done = postgres_exec(&gateway).await;
    assert_eq!(kill(&done).admin().send(&gateway).await.status, 204);
}

#[tokio::test]
async fn killing_a_session_that_is_over_erases_its_recording() {
    let gateway = gateway();
    let id = postgres_exec(&gateway).await;
    let before = fetch(&gateway, &id, "expand=event_stream").await.json();
    let kill = post(&format!("/api/sessions/{id}/kill"), "");
    assert_eq!(kill.admin().send(&gateway).await.status, 204);
    let after = fetch(&gateway, &id, "expand=event_stream").await;
    assert!(
        after
            .text()
            .contains(r#""event_stream":[[0,"e","bm8gbG9nIGZvdW5kIG9uIGRpc2s="]]"#)
    );
    assert_eq!(after.json()["exit_code"], 254);
    assert_ne!(after.json()["end_date"], before["end_date"]);
    assert_eq!(
        after.json()["metrics"],
        before["metrics"],
        "so that the size no longer fits"
    );
}

#[tokio::test]
async fn the_size_is_the_length_of_the_stored_json() {
    let gateway = gateway();
    let answer = fetch(
        &gateway,
        &postgres_exec(&gateway).await,
        "expand=event_stream",
    )
    .await;
    let text = answer.text();
    let start = text.find("[[").expect("a stream");
    let end = text.find("]]").expect("a stream") + 2;
    assert_eq!(answer.json()["event_size"], end - start);
    assert_eq!(answer.json()["metrics"]["event_size"], end - start);
}

#[tokio::test]
async fn a_script_that_failed_ends_in_its_exit_status() {
    let gateway = gateway();
    let id = one(
        &gateway,
        &[("connection", "staging-orders-db"), ("verb", "exec")],
    )
    .await;
    let session = fetch(&gateway, &id, "expand=event_stream").await.json();
    let last = session["event_stream"]
        .as_array()
        .expect("events")
        .last()
        .expect("an event")
        .clone();
    assert_eq!(
        (&last[1], &last[2]),
        (&"e".into(), &STANDARD.encode("exit status 3").into())
    );
}
