//! What becomes of a log on its way in: statuses, JSON messages, foreign conventions.

use serde_json::json;

use super::check;

#[test]
fn statuses_are_remapped() {
    for (sent, found, open, lost) in [
        (
            json!("policy_blocked"),
            "status:info",
            None,
            "status:policy_blocked",
        ),
        (
            json!("flagged_for_review"),
            "status:emerg",
            Some("status:emergency"),
            "status:f*",
        ),
        (
            json!("limit_exceeded"),
            "status:info",
            None,
            "status:limit_exceeded",
        ),
        (json!("success"), "status:ok", None, "status:success"),
        (json!("Error"), "status:error", None, "status:Error"),
        (json!(4), "status:warn", Some("status:warning"), "status:4"),
        (json!("allowed"), "status:alert", None, "status:info"),
    ] {
        let rule = "any word becomes a severity by its first letters";
        let mut cases = vec![(found, '+', rule), (lost, '-', rule)];
        cases.extend(open.map(|open| (open, '?', "the other spelling of the severity")));
        check(json!({"status": sent, "message": "x"}), &cases);
    }
    check(
        json!({"status": "executed"}),
        &[
            (
                "status:error",
                '?',
                "the pages disagree about words with `e`",
            ),
            ("status:info", '?', "one of the two"),
            ("status:ok", '-', "neither of them"),
            ("status:(error OR info)", '?', "each is open by itself"),
        ],
    );
    check(
        json!({"message": "no status"}),
        &[("status:info", '+', "no status gives info")],
    );
    check(
        json!({"level": "ERROR"}),
        &[("status:error", '+', "`level` is a status too")],
    );
    check(
        json!({"syslog": {"severity": "2"}}),
        &[("status:critical", '+', "and so is syslog's")],
    );
}

#[test]
fn reserved_attributes_are_taken_from_each_of_their_keys() {
    let rule = "any of the documented keys";
    for (sent, found) in [
        (json!({"host": "a"}), "host:a"),
        (json!({"hostname": "a"}), "host:a"),
        (json!({"syslog": {"hostname": "a"}}), "host:a"),
        (json!({"service": "a"}), "service:a"),
        (json!({"syslog": {"appname": "a"}}), "service:a"),
        (json!({"status": "warn"}), "status:warn"),
        (json!({"severity": "warn"}), "status:warn"),
        (json!({"level": "warn"}), "status:warn"),
        (json!({"dd": {"trace_id": "7"}}), "trace_id:7"),
        (json!({"dd.trace_id": "7"}), "trace_id:7"),
        (json!({"contextMap": {"dd.trace_id": "7"}}), "trace_id:7"),
    ] {
        check(sent, &[(found, '+', rule)]);
    }
    check(
        json!({"trace_id": "7"}),
        &[
            ("trace_id:7", '-', "a key that is on no list"),
            ("@trace_id:7", '+', "but an attribute like any other"),
        ],
    );
}

/// The first log of the recorded round trip in DataDog/datadog-api-client-go,
/// `tests/scenarios/…/TestLogsList`: sent so, found so.
#[test]
fn a_json_message_is_taken_apart() {
    let recorded = json!({
        "ddsource": "go-client-test-Test-TestLogsList-1666706629",
        "ddtags": "go,test,list",
        "hostname": "Test-TestLogsList-1666706629",
        "message": "{\"timestamp\": 1666705629000, \"message\": \"test-log-list-1 Test-TestLogsList-1666706629\"}",
    });
    check(
        recorded,
        &[
            (
                "Test-TestLogsList-1666706629",
                '+',
                "the recorded search found it",
            ),
            ("\"test-log-list-1\"", '+', "the inner message takes over"),
            (
                "source:go-client-test-test-testlogslist-1666706629",
                '+',
                "a source is shown in lower case",
            ),
            (
                "source:go-client-test-Test-TestLogsList-1666706629",
                '-',
                "and its case is gone",
            ),
            (
                "host:Test-TestLogsList-1666706629",
                '+',
                "a host keeps its case",
            ),
            ("@hostname:Test*", '+', "recorded among the attributes"),
            (
                "@timestamp:1666705629000",
                '+',
                "recorded among the attributes",
            ),
            ("tags:list", '+', "a tag without a key"),
            ("status:info", '+', "no status gives info"),
        ],
    );
    let inner = json!({
        "message": "{\"user\": \"ada\", \"level\": \"error\", \"n\": 3}",
        "status": "info",
        "ddtags": "service:other",
        "service": "mine",
    });
    check(
        inner,
        &[
            ("@user:ada", '+', "other keys become attributes"),
            ("@n:>2", '+', "with their type"),
            ("status:error", '?', "two statuses were sent"),
            ("status:ok", '-', "and this is neither"),
            ("user", '?', "JSON without a message of its own"),
            ("service:mine", '+', "the reserved attribute"),
            ("service:other", '?', "a tag of a reserved name"),
            ("service:third", '-', "neither of them"),
        ],
    );
    check(
        json!({"message": "{not json"}),
        &[("json", '+', "text that only begins like JSON")],
    );
    check(
        json!({"message": "failed", "error": {"message": "connection refused"}}),
        &[
            (
                "refused",
                '?',
                "the documentation looks at the message, the open evaluator elsewhere too",
            ),
            ("failed", '+', "in the message"),
            ("timeout", '-', "nowhere"),
        ],
    );
    check(
        json!({}),
        &[
            ("-@evt.test:true", '+', "an empty log lacks everything"),
            ("x", '-', "and says nothing"),
            ("source:*", '-', "not even where it came from"),
        ],
    );
}

/// The searches of Execlave's own documentation, held against its own kind of log.
#[test]
fn execlaves_searches_meet_the_remapping() {
    let blocked = json!({
        "ddsource": "execlave", "status": "policy_blocked", "span_type": "tool",
        "autonomy_level": "autonomous", "agent_id": "a-1", "cost_usd": 0.25, "message": "blocked",
    });
    check(
        blocked,
        &[
            (
                "source:execlave status:(policy_blocked OR flagged_for_review OR limit_exceeded)",
                '-',
                "outcomes in `status` become severities",
            ),
            (
                "source:execlave status:policy_blocked span_type:tool @autonomy_level:autonomous",
                '-',
                "and `span_type` without `@` is a tag",
            ),
            (
                "source:execlave @span_type:tool @autonomy_level:autonomous",
                '+',
                "what finds it",
            ),
        ],
    );
}
