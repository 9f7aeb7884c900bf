//! `GET /sessions`.

use std::time::Duration;

use proptest::prelude::*;

use super::*;

const ROW_KEYS: [&str; 27] = [
    "id",
    "org_id",
    "script",
    "script_size",
    "labels",
    "integrations_metadata",
    "metadata",
    "metrics",
    "user",
    "user_id",
    "user_name",
    "type",
    "connection_subtype",
    "connection",
    "resource_name",
    "role_name",
    "connection_tags",
    "review",
    "verb",
    "status",
    "exit_code",
    "event_size",
    "start_date",
    "end_date",
    "ai_analysis",
    "guardrails_info",
    "identity_type",
];

async fn list(query: &str) -> Answer {
    get(&format!("/api/sessions?{query}"))
        .admin()
        .send(&gateway())
        .await
}

#[tokio::test]
async fn a_row_has_the_gateways_fields_in_the_gateways_order() {
    let page = list("user=google-oauth2|104411839270557183206&limit=1").await;
    assert_eq!(
        Answer::keys(&page.json()),
        ["data", "total", "total_is_capped", "has_next_page"]
    );
    assert_eq!(Answer::keys(&page.json()["data"][0]), ROW_KEYS);
    assert!(
        page.text().ends_with("}\n"),
        "this route alone ends in a line feed"
    );
}

#[tokio::test]
async fn a_row_lacks_script_stream_analysis_and_half_of_the_review() {
    for row in list("limit=100").await.json()["data"]
        .as_array()
        .expect("rows")
    {
        assert!(row["script"].is_null() && row["ai_analysis"].is_null());
        assert!(row.get("event_stream").is_none());
        if !row["review"].is_null() {
            for absent in ["time_window", "access_request_rule_name", "min_approvals"] {
                assert!(row["review"][absent].is_null(), "{absent}");
            }
        }
    }
}

#[tokio::test]
async fn a_machine_has_no_e_mail_and_says_that_it_is_one() {
    let page = list("user=5c1f0f5e-2f0e-4c5b-9a0e-6d1c2b7a9e01&limit=1")
        .await
        .json();
    let row = &page["data"][0];
    assert_eq!(
        (&row["user"], &row["user_name"]),
        (&"".into(), &"claude-code".into())
    );
    assert_eq!(row["identity_type"], "machine");
    assert_eq!(row["machine_identity_id"], row["user_id"]);
}

#[tokio::test]
async fn the_total_comes_in_three_modes() {
    let big = GatewayStandIn::new(Options {
        sessions: 25_000,
        ..options()
    });
    let total = async |query: &str| {
        let page = get(&format!("/api/sessions?limit=1{query}"))
            .admin()
            .send(&big)
            .await
            .json();
        (page["total"].clone(), page["total_is_capped"].clone())
    };
    assert_eq!(total("").await, (10_000.into(), true.into()));
    assert_eq!(total("&count=exact").await, (25_000.into(), false.into()));
    assert_eq!(total("&count=none").await, (Value::Null, false.into()));
    let few = list("limit=1").await.json();
    assert_eq!(
        (&few["total"], &few["total_is_capped"]),
        (&40.into(), &false.into())
    );
}

#[tokio::test]
async fn bad_options_are_refused_in_the_gateways_words() {
    let refused = async |query: &str, option: &str, reason: &str| {
        let text = format!("failed listing sessions, invalid \"{option}\" option: {reason}");
        list(query).await.is(422, &text);
    };
    refused("limit=0", "limit", "must be at least 1, got 0").await;
    refused("limit=", "limit", "\"\" is not a number").await;
    refused("limit=ten", "limit", "\"ten\" is not a number").await;
    refused("offset=-1", "offset", "must not be negative, got -1").await;
    let too_deep = "must not be greater than 10000, got 10001; narrow the result set with a filter \
                    instead of paginating deeper";
    refused("offset=10001", "offset", too_deep).await;
    let modes = "invalid count value \"all\", expected one of [exact none capped]";
    refused("count=all", "count", modes).await;
    let format = "start_date or end_date in wrong format";
    refused("start_date=2026-11-20", "start_date", format).await;
    refused("start_date=", "start_date", format).await;
    refused("end_date=2026-11-20T00:00:00", "end_date", format).await;
}

#[tokio::test]
async fn a_large_limit_is_cut_down_and_a_repeated_parameter_counts_once() {
    let big = GatewayStandIn::new(Options {
        sessions: 300,
        ..options()
    });
    assert_eq!(ids(&big, "limit=1000").await.len(), 100);
    assert_eq!(ids(&big, "").await.len(), 20);
    assert_eq!(ids(&big, "limit=1&limit=2").await.len(), 1);
}

#[tokio::test]
async fn names_are_patterns_unless_escaped() {
    let total = async |query: &str| list(query).await.json()["total"].clone();
    assert_ne!(total("connection=prod-orders-db").await, 0);
    assert_eq!(
        total("connection=prod%25").await.as_u64(),
        Some(count_where("connection", |name| name.starts_with("prod")).await)
    );
    assert_eq!(
        total("connection=prod_orders_db").await,
        total("connection=prod-orders-db").await
    );
    assert_eq!(total(r"connection=prod\_orders\_db").await, 0);
    assert_eq!(total("connection=PROD-orders-db").await, 0);
    assert_eq!(
        total("type=postgres").await,
        0,
        "the type is the parent type"
    );
    assert_ne!(total("type=database").await, 0);
    list(r"connection=prod%5C")
        .await
        .is(500, "failed listing sessions (v2)");
}

async fn count_where(key: &str, is_wanted: impl Fn(&str) -> bool) -> u64 {
    let page = list("limit=100").await.json();
    let rows = page["data"].as_array().expect("rows").clone();
    let wanted = rows
        .iter()
        .filter(|row| is_wanted(row[key].as_str().unwrap_or_default()));
    wanted.count() as u64
}

#[tokio::test]
async fn reviews_are_found_by_upper_case_status_and_by_who_may_approve() {
    let total = async |query: &str| list(query).await.json()["total"].clone();
    assert_eq!(total("review.status=PENDING").await, 1);
    assert_eq!(total("review.status=pending").await, 0);
    assert_ne!(total("review.status=REJECTED").await, 0);
    assert_eq!(
        total("review.status=").await,
        count_where_review_is_null().await,
        "an empty status is a filter"
    );
    assert_ne!(total("review.approver=dana@shop.example").await, 0);
    assert_eq!(total("review.approver=kenji@shop.example").await, 0);
}

async fn count_where_review_is_null() -> u64 {
    let page = list("limit=100").await.json();
    let rows = page["data"].as_array().expect("rows").clone();
    rows.iter().filter(|row| row["review"].is_null()).count() as u64
}

#[tokio::test]
async fn the_user_filter_wants_the_subject_and_marks_are_exact() {
    let total = async |query: &str| list(query).await.json()["total"].clone();
    assert_eq!(total("user=dana@shop.example").await, 0);
    assert_ne!(total("user=google-oauth2|104411839270557183206").await, 0);
    assert_eq!(total("correlation_id=release-2.14.1").await, 2);
    assert_eq!(total("correlation_id=release%25").await, 0);
    assert_eq!(total("batch_id=batch-2141").await, 2);
    assert_eq!(total("jira_issue_key=OPS-1,fin-311").await, 1);
}

#[tokio::test]
async fn only_an_end_is_no_window_and_an_offset_is_ignored() {
    let total = async |query: &str| list(query).await.json()["total"].clone();
    assert_eq!(total("end_date=2020-01-01T00:00:00Z").await, 40);
    assert_eq!(total("start_date=2026-11-21T09:00:00Z").await, 8);
    assert_eq!(
        total("start_date=2026-11-21T09:00:00-03:00").await,
        total("start_date=2026-11-21T09:00:00Z").await
    );
    assert_eq!(
        total("start_date=2026-11-21T09:00:00Z&end_date=2026-11-20T09:00:00Z").await,
        0
    );
}

#[tokio::test]
async fn a_window_ends_at_whole_seconds_inclusive() {
    let row = list("limit=1&offset=5").await.json()["data"][0].clone();
    let start: Timestamp = row["start_date"]
        .as_str()
        .expect("a date")
        .parse()
        .expect("an instant");
    let second = Timestamp::from_second(start.as_second()).expect("an instant");
    let next = Timestamp::from_second(start.as_second() + 1).expect("an instant");
    assert_ne!(start, second, "the session began between two seconds");
    let exactly = list(&format!("start_date={start}&end_date={start}"))
        .await
        .json();
    assert_eq!(exactly["total"], 0, "the fraction is cut off both ends");
    let with_second = list(&format!("start_date={second}&end_date={next}"))
        .await
        .json();
    assert_eq!(with_second["data"][0]["id"], row["id"]);
}

#[tokio::test]
async fn people_see_their_own_sessions_and_those_they_review_and_keys_review_nothing() {
    let gateway = gateway();
    let by_key = get("/api/sessions").standard().send(&gateway).await;
    assert_eq!(
        by_key.text(),
        "{\"data\":[],\"total\":0,\"total_is_capped\":false,\"has_next_page\":false}\n"
    );
    let rosa = token_of(&gateway, "rosa@shop.example").await;
    let page = get("/api/sessions?limit=100")
        .bearer(&rosa)
        .send(&gateway)
        .await
        .json();
    let rows = page["data"].as_array().expect("rows");
    assert!(!rows.is_empty());
    for row in rows {
        let is_own = row["user"] == "rosa@shop.example";
        let is_hers = row["review"]["review_groups_data"][0]["group"] == "sre";
        assert!(is_own || is_hers, "{row}");
    }
}

#[tokio::test]
async fn fewer_sessions_are_the_newest_of_the_catalogue() {
    let few = GatewayStandIn::new(Options {
        sessions: 5,
        ..options()
    });
    assert_eq!(ids(&few, "").await, ids(&gateway(), "limit=5").await);
}

#[tokio::test]
async fn a_million_sessions_are_paged_without_holding_them() {
    let vast = GatewayStandIn::new(Options {
        sessions: 1_000_000,
        ..options()
    });
    let page = get("/api/sessions?count=exact&limit=1&offset=10000")
        .admin()
        .send(&vast)
        .await;
    assert_eq!(page.json()["total"], 1_000_000);
    let query = "count=exact&limit=1&correlation_id=run-199999";
    let page = get(&format!("/api/sessions?{query}"))
        .admin()
        .send(&vast)
        .await
        .json();
    let id = page["data"][0]["id"].as_str().expect("an id");
    assert_eq!(
        get(&format!("/api/sessions/{id}"))
            .admin()
            .send(&vast)
            .await
            .status,
        200
    );
}

/// All ids of a window, page by page.
async fn page_through(gateway: &GatewayStandIn, window: &str, limit: u64) -> Vec<String> {
    let mut all = Vec::new();
    loop {
        let query = format!("count=none&limit={limit}&offset={}{window}", all.len());
        let page = get(&format!("/api/sessions?{query}"))
            .admin()
            .send(gateway)
            .await
            .json();
        for row in page["data"].as_array().expect("rows") {
            all.push(row["id"].as_str().expect("an id").to_owned());
        }
        if page["has_next_page"] != true {
            return all;
        }
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn pages_of_any_size_give_every_session_once_newest_first(
        sessions in 0_u64..180,
        seed: u64,
        limit in 1_u64..60,
        span_hours in 1_u64..1_000,
    ) {
        let span = Duration::from_secs(span_hours * 3_600);
        let world = GatewayStandIn::new(Options { sessions, seed, span, ..options() });
        wait(async {
            let all = page_through(&world, "", limit).await;
            prop_assert_eq!(all.len() as u64, sessions);
            let mut starts = Vec::new();
            for id in &all {
                let session = get(&format!("/api/sessions/{id}")).admin().send(&world).await;
                prop_assert_eq!(&session.json()["id"], id);
                starts.push(session.json()["start_date"].as_str().expect("a date").to_owned());
            }
            let instants: Vec<Timestamp> =
                starts.iter().map(|start| start.parse().expect("an instant")).collect();
            prop_assert!(instants.is_sorted_by(|newer, older| newer > older));
            let again = GatewayStandIn::new(Options { sessions, seed, span, ..options() });
            prop_assert_eq!(page_through(&again, "", 100).await, all);
            Ok(())
        })?;
    }

    #[test]
    fn neighbouring_windows_leave_no_session_out(
        seed: u64,
        cuts in proptest::collection::btree_set(0_i64..7_200, 0..6),
    ) {
        let sessions = 120;
        let span = Duration::from_secs(7_200);
        let world = GatewayStandIn::new(Options { sessions, seed, span, ..options() });
        // A window is inclusive at both ends, so that neighbours share a second.
        let last = now().as_second() + 1;
        let mut edges: Vec<i64> = cuts.into_iter().map(|ago| last - 1 - ago).collect();
        edges.push(last - 7_300);
        edges.push(last);
        edges.sort_unstable();
        edges.dedup();
        wait(async {
            let mut all = std::collections::BTreeSet::new();
            for pair in edges.windows(2) {
                let at = |second| Timestamp::from_second(second).expect("an instant");
                let window = format!("&start_date={}&end_date={}", at(pair[0]), at(pair[1]));
                all.extend(page_through(&world, &window, 17).await);
            }
            prop_assert_eq!(all.len() as u64, sessions);
            Ok(())
        })?;
    }
}
