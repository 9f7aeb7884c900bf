use serde_json::json;

use super::*;
use crate::datadog::testing::{Intake, Script, datadog_with_app_key, datadog_with_token};
use crate::datadog::{Meaning, Notice, Permission};

/// As recorded (`Create a monitor returns "OK" response`).
const CREATED: &str = r#"{"restricted_roles":["61162af2-d1d8-11ec-ad3d-da7ad0900002"],"tags":["test:x","env:ci"],"deleted":null,"query":"logs(\"service:foo AND type:error\").index(\"main\").rollup(\"count\").by(\"source\").last(\"5m\") > 2","message":"some message Notify: @hipchat-channel","id":71310040,"multi":true,"name":"Test-Create_a_monitor","created":"2022-05-12T09:46:21.924878+00:00","created_at":1652348781000,"creator":{"id":1445416,"handle":"frog@datadoghq.com","name":null,"email":"frog@datadoghq.com"},"org_id":321813,"modified":"2022-05-12T09:46:21.924878+00:00","priority":3,"overall_state_modified":null,"overall_state":"No Data","type":"log alert","options":{"notify_audit":false,"silenced":{},"include_tags":true,"new_host_delay":300,"notify_no_data":false,"groupby_simple_monitor":false,"thresholds":{"critical":2.0}}}"#;
const GONE: &str = r#"{"errors":["Monitor not found"]}"#;

fn lines(intake: &Intake) -> Vec<String> {
    let requests = intake.requests();
    requests.into_iter().map(|request| request.line).collect()
}

fn log_alert() -> Value {
    json!({"type": "log alert", "query": "query"})
}

#[tokio::test]
async fn a_recorded_monitor_is_read_and_kept_whole() {
    let intake = Intake::start(vec![Script::json(200, CREATED)]).await;
    let monitor = datadog_with_app_key(&intake)
        .create_monitor(&log_alert())
        .await
        .expect("created");
    assert_eq!(monitor.id, 71_310_040);
    assert_eq!(monitor.kind(), "log alert");
    assert_eq!(monitor.tags(), ["test:x", "env:ci"]);
    assert_eq!(monitor.overall_state(), MonitorState::NoData);
    assert_eq!(monitor.overall_state_modified(), None);
    assert_eq!(
        Value::Object(monitor.definition),
        serde_json::from_str::<Value>(CREATED).expect("JSON")
    );
    assert_eq!(lines(&intake), ["POST /api/v1/monitor"]);
}

#[tokio::test]
async fn a_listing_goes_on_until_a_page_is_not_full_and_holds_each_monitor_once() {
    let page: Vec<Value> = (1..=PAGE).map(|id| json!({"id": id})).collect();
    let rest = json!([{"id": PAGE}, {"id": PAGE + 1, "name": null, "tags": null}]);
    let intake = Intake::start(vec![
        Script::json(200, &json!(page).to_string()),
        Script::json(200, &rest.to_string()),
    ])
    .await;
    let found = datadog_with_app_key(&intake)
        .monitors(Some("ddctl:prod/hoop/burst"))
        .await
        .expect("a listing");
    assert_eq!(found.len(), PAGE + 1);
    assert_eq!(
        lines(&intake),
        [
            "GET /api/v1/monitor?page=0&page_size=1000&monitor_tags=ddctl%3Aprod%2Fhoop%2Fburst",
            "GET /api/v1/monitor?page=1&page_size=1000&monitor_tags=ddctl%3Aprod%2Fhoop%2Fburst",
        ]
    );
}

#[tokio::test]
async fn a_listing_that_is_none_is_not_taken_for_an_empty_one() {
    for body in ["<html>log in</html>", "{}", r#"[{"name":"no id"}]"#] {
        let intake = Intake::start(vec![Script::json(200, body)]).await;
        let error = datadog_with_app_key(&intake)
            .monitors(None)
            .await
            .expect_err("no listing");
        assert!(matches!(error, DatadogError::Malformed { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_monitor_that_is_gone_is_told_from_an_address_that_is_wrong() {
    let intake = Intake::answering(|request| match request.line.contains("/1") {
        true => Script::json(404, GONE),
        false => Script::json(404, "<html><title>404 Not Found</title>"),
    })
    .await;
    let datadog = datadog_with_app_key(&intake);
    assert_eq!(datadog.monitor(1).await, Ok(None));
    assert_eq!(datadog.monitor_groups(1).await, Ok(None));
    assert_eq!(datadog.update_monitor(1, &log_alert()).await, Ok(None));
    assert_eq!(datadog.delete_monitor(1).await, Ok(false));
    assert!(datadog.monitor(2).await.is_err());
    assert!(datadog.delete_monitor(2).await.is_err());
}

#[tokio::test]
async fn the_states_of_the_groups_come_with_their_times() {
    let answer = json!({
        "id": 7, "overall_state": "Alert",
        "state": {"groups": {
            "agent:b": {"name": "agent:b", "status": "Alert", "last_triggered_ts": 1_785_585_600.0, "last_resolved_ts": 0},
            "agent:a": {"status": "Muted", "last_nodata_ts": null, "last_triggered_ts": "soon"},
        }}
    });
    let intake = Intake::start(vec![Script::json(200, &answer.to_string())]).await;
    let found = datadog_with_app_key(&intake).monitor_groups(7).await;
    let (state, groups) = found.expect("an answer").expect("a monitor");
    assert_eq!(state, MonitorState::Alert);
    assert_eq!(groups[0].status, MonitorState::Other("Muted".to_owned()));
    assert_eq!(groups[0].last_triggered, None);
    assert_eq!(groups[1].name, "agent:b");
    let triggered = groups[1].last_triggered.expect("a time");
    assert_eq!(triggered.to_string(), "2026-08-01T12:00:00Z");
    assert_eq!(groups[1].last_resolved, None);
    assert_eq!(lines(&intake), ["GET /api/v1/monitor/7?group_states=all"]);
}

#[tokio::test]
async fn a_429_is_waited_out_by_every_call_and_the_caller_is_told() {
    let too_many = || {
        Script::json(429, r#"{"errors":["Too many requests"]}"#)
            .header("X-RateLimit-Reset", "0")
            .header("X-RateLimit-Name", "post_monitors")
    };
    let intake = Intake::start(vec![
        too_many(),
        too_many(),
        too_many(),
        too_many(),
        Script::json(200, CREATED),
    ])
    .await;
    let (told, notices) = std::sync::mpsc::channel::<Notice>();
    let datadog = datadog_with_app_key(&intake).telling(move |notice| {
        let _ = told.send(notice.clone());
    });
    assert!(datadog.create_monitor(&log_alert()).await.is_ok());
    let notices: Vec<Notice> = notices.try_iter().collect();
    assert_eq!(notices.len(), 4);
    let Notice::Waiting(wait) = &notices[0] else {
        panic!("{notices:?}");
    };
    assert_eq!(wait.request, "POST /api/v1/monitor");
    assert!(wait.is_rate_limit);
}

#[tokio::test]
async fn a_clock_that_is_off_is_told_once() {
    let answer = || Script::json(200, "[]").header("date", "Thu, 01 Jan 2099 00:00:00 GMT");
    let intake = Intake::start(vec![answer(), answer()]).await;
    let (told, notices) = std::sync::mpsc::channel::<String>();
    let datadog = datadog_with_app_key(&intake).telling(move |notice| {
        let _ = told.send(notice.to_string());
    });
    assert!(datadog.monitors(None).await.is_ok());
    assert!(datadog.monitors(None).await.is_ok());
    let notices: Vec<String> = notices.try_iter().collect();
    assert_eq!(notices.len(), 1);
    assert!(notices[0].starts_with("this machine's clock is "));
    assert!(notices[0].ends_with(" behind Datadog's"));
}

#[tokio::test]
async fn what_may_have_been_created_is_never_created_again() {
    let failures = [
        Script::json(502, r#"{"errors":["Bad Gateway"]}"#),
        Script::Reset { stored: true },
    ];
    for failure in failures {
        let intake = Intake::start(vec![failure]).await;
        let error = datadog_with_app_key(&intake)
            .create_monitor(&log_alert())
            .await
            .expect_err("no answer");
        assert!(error.may_have_happened(), "{error}");
        assert_eq!(intake.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_call_that_does_the_same_twice_survives_failures_but_not_for_ever() {
    let fails = || Script::json(503, "");
    let intake = Intake::start(vec![
        fails(),
        Script::Reset { stored: true },
        Script::json(200, r#"{"deleted_monitor_id":7}"#),
    ])
    .await;
    assert_eq!(
        datadog_with_app_key(&intake).delete_monitor(7).await,
        Ok(true)
    );

    let intake = Intake::answering(move |_| fails()).await;
    let error = datadog_with_app_key(&intake)
        .update_monitor(7, &log_alert())
        .await
        .expect_err("fails for ever");
    assert_eq!(error.status(), Some(503));
    assert_eq!(intake.requests().len(), 4);
}

#[tokio::test]
async fn the_text_of_a_refused_definition_is_datadogs_own() {
    const TEXT: &str =
        "The value provided for parameter 'query' is invalid: invalid operator specified: ";
    let intake = Intake::start(vec![
        Script::json(200, "{}"),
        Script::json(400, &format!(r#"{{"errors":["{TEXT}"]}}"#)),
        Script::json(400, r#"{"errors":["Monitor type change not allowed"]}"#),
    ])
    .await;
    let datadog = datadog_with_app_key(&intake);
    assert_eq!(datadog.validate_monitor(&log_alert()).await, Ok(()));
    let error = datadog.validate_monitor(&log_alert()).await;
    let error = error.expect_err("a refused definition");
    assert_eq!(error.meaning(), Meaning::Poison);
    assert!(error.to_string().contains(TEXT.trim()), "{error}");
    let error = datadog.validate_monitor_change(7, &log_alert()).await;
    let error = error.expect_err("a change of type");
    assert!(
        error
            .to_string()
            .ends_with("Monitor type change not allowed")
    );
    assert_eq!(
        lines(&intake)[1..],
        [
            "POST /api/v1/monitor/validate",
            "POST /api/v1/monitor/7/validate"
        ]
    );
}

#[tokio::test]
async fn a_monitor_that_others_need_is_named_with_the_reason() {
    let why = "monitor [49714524] is referenced in composite monitors: [49714528]";
    let intake = Intake::start(vec![
        Script::json(200, r#"{"data":{"ok":[1]},"errors":null}"#),
        Script::json(
            409,
            &json!({"errors": {"49714524": [why]}, "data": {"ok": []}}).to_string(),
        ),
    ])
    .await;
    let datadog = datadog_with_app_key(&intake);
    assert_eq!(datadog.can_delete_monitors(&[]).await, Ok(BTreeMap::new()));
    assert!(intake.requests().is_empty());
    assert_eq!(datadog.can_delete_monitors(&[1]).await, Ok(BTreeMap::new()));
    assert_eq!(
        datadog.can_delete_monitors(&[1, 49_714_524]).await,
        Ok(BTreeMap::from([(49_714_524, vec![why.to_owned()])]))
    );
    assert_eq!(
        lines(&intake)[1],
        "GET /api/v1/monitor/can_delete?monitor_ids=1%2C49714524"
    );
}

#[tokio::test]
async fn a_refusal_names_the_permission_and_that_log_monitors_want_no_scopes() {
    let intake =
        Intake::answering(|_| Script::json(403, r#"{"status":"error","errors":["Forbidden"]}"#))
            .await;
    let advice =
        async |datadog: &Datadog, monitor: &Value| match datadog.create_monitor(monitor).await {
            Err(DatadogError::Refused(refusal)) => {
                let need = refusal.need.expect("a need");
                assert_eq!(need.permission, Permission::MonitorsWrite);
                need.to_string()
            }
            other => panic!("{other:?}"),
        };
    let keys = datadog_with_app_key(&intake);
    let text = advice(&keys, &log_alert()).await;
    assert!(text.starts_with("log monitors need an application key without scopes"));
    let text = advice(&keys, &json!({"type": "event-v2 alert"})).await;
    assert!(text.contains("`monitors_write`") && !text.contains("log monitors"));
    let text = advice(&datadog_with_token(&intake), &log_alert()).await;
    assert!(text.contains("a personal access token always has scopes"));
}

#[tokio::test]
async fn a_token_goes_as_bearer_and_alone() {
    let intake = Intake::start(vec![Script::json(200, "[]")]).await;
    let datadog = datadog_with_token(&intake);
    assert_eq!(datadog.monitors(None).await, Ok(Vec::new()));
    let request = &intake.requests()[0];
    let token = format!("Bearer {}", crate::datadog::testing::TOKEN);
    assert_eq!(request.header("authorization"), Some(token.as_str()));
    assert_eq!(request.header("dd-api-key"), None);
    assert_eq!(request.header("dd-application-key"), None);
    let error = datadog.check_logs().await.expect_err("no API key");
    assert!(matches!(error, DatadogError::NoApiKey { .. }));
    assert_eq!(intake.requests().len(), 1);
}
