//! Searches held against logs, with the verdicts written by hand from Datadog's documentation.
//!
//! `+` is found, `-` is not found, `?` is 'cannot tell'. Each case says which rule it shows.

use serde_json::{Map, Value, json};

use super::{IndexedLog, Verdict, evaluate, parse};

type Case = (&'static str, char, &'static str);

fn check(log: Value, cases: &[Case]) {
    let sent: Map<String, Value> = log.as_object().expect("a log is an object").clone();
    let log = IndexedLog::from_intake(&sent);
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(search, expected, rule)| {
            let query = match parse(search) {
                Ok(query) => query,
                Err(error) => return Some(format!("{rule}\n{}", error.render(search))),
            };
            let verdict = evaluate(&query, &log);
            let sign = match verdict {
                Verdict::Yes => '+',
                Verdict::No => '-',
                Verdict::CannotTell(_) => '?',
            };
            (sign != *expected)
                .then(|| format!("{search}: {expected} since {rule}, got {verdict:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn session() -> Value {
    json!({
        "ddsource": "hoop",
        "service": "agent-access",
        "hostname": "Gateway-1",
        "ddtags": "env:prod,team:platform,late:true,canary,url:http://x",
        "status": "warn",
        "timestamp": 1_795_254_000_000_i64,
        "message": "ada@example.com ran a script on prod-orders: Dropped table users_old",
        "evt": {"name": "session.open", "outcome": "unknown", "test": true},
        "usr": {"id": "u-1", "email": "ada@example.com", "name": "Ada Lovelace"},
        "connection": {"name": "prod-orders", "environment": "production", "tags": ["eu", "pii"]},
        "session": {"id": "7f0c", "exit_code": 0, "url": "https://gw/sessions/7f0c"},
        "approval": {"expected": true, "status": null, "approvers": [], "wait": 0.5},
        "guardrails": {"rules": [{"name": "no-drop", "hits": 2}, {"name": "pii", "hits": 11}]},
        "network": {"client": {"ip": "13.4.5.6"}, "ips": ["10.0.0.1", "2001:db8::7"]},
        "http.status_code": 404,
        "duration": 1_500_000_000_i64,
        "build": "9",
        "note": "",
    })
}

#[test]
fn attributes() {
    check(
        session(),
        &[
            ("@evt.name:session.open", '+', "dots descend into objects"),
            ("@evt.name:session.close", '-', "another value"),
            (
                "@evt.name:Session.open",
                '-',
                "attribute matches are case-sensitive",
            ),
            ("@EVT.name:session.open", '-', "keys are case-sensitive too"),
            ("@evt.name:session", '-', "a value is compared whole"),
            ("@evt.name:\"session.open\"", '+', "a quoted value"),
            ("@evt.test:true", '+', "a boolean is compared as text"),
            ("@evt.test:false", '-', "the other boolean"),
            ("@session.exit_code:0", '+', "a number is compared as text"),
            ("@session.exit_code:\"0\"", '+', "quoted, still as text"),
            (
                "@session.exit_code:00",
                '?',
                "the same number written otherwise",
            ),
            (
                "@session.exit_code:0.0",
                '?',
                "the same number written otherwise",
            ),
            ("@session.exit_code:1", '-', "another number"),
            ("@approval.wait:0.5", '+', "a fraction as text"),
            (
                "@connection.tags:eu",
                '+',
                "an array matches when any element does",
            ),
            ("@connection.tags:pii", '+', "the other element"),
            ("@connection.tags:us", '-', "no element"),
            ("-@connection.tags:eu", '-', "the negation of any element"),
            (
                "@connection.tags:(eu AND pii)",
                '+',
                "two elements, one each",
            ),
            (
                "@guardrails.rules.name:no-drop",
                '+',
                "a path goes through arrays of objects",
            ),
            (
                "@guardrails.rules.name:no\\-drop",
                '+',
                "an escaped hyphen is a hyphen",
            ),
            (
                "@guardrails.rules.name:other",
                '-',
                "no object of the array has it",
            ),
            (
                "@http.status_code:404",
                '+',
                "a key with a dot is found by its path",
            ),
            (
                "@usr.name:\"Ada Lovelace\"",
                '+',
                "a quoted value with a space",
            ),
            ("@usr.name:Ada\\ Lovelace", '+', "an escaped space"),
            ("@usr.name:Ada?Lovelace", '+', "`?` stands for a space"),
            (
                "@usr.name:Ad??Lovelace",
                '?',
                "`?` for a letter is not documented",
            ),
            ("@usr.name:Ada?", '-', "`?` is one character"),
            ("@usr.name:Ada*", '+', "starts with"),
            ("@usr.name:*Lovelace", '+', "ends with"),
            ("@usr.name:*a*L*", '+', "several runs"),
            ("@usr.name:\"Ada*\"", '-', "no wildcards between quotes"),
            ("@usr.name:ada*", '-', "wildcards keep case"),
            ("@usr.name:Ada\\*", '-', "an escaped star is a star"),
            (
                "@usr.email:ada@example.com",
                '+',
                "`@` inside a value is plain",
            ),
            (
                "@session.url:https\\:\\/\\/gw\\/sessions\\/7f0c",
                '+',
                "escaped colons and plain slashes",
            ),
            (
                "@session.url:\"https://gw/sessions/7f0c\"",
                '+',
                "or quoted",
            ),
            ("@session.url:https\\://gw*", '+', "`/` needs no escape"),
            ("@missing:x", '-', "an attribute that is not there"),
            ("@message:ada", '-', "the message is no attribute"),
            ("@ddtags:canary", '-', "nor is what became tags"),
            (
                "@hostname:Gateway-1",
                '+',
                "a recorded log keeps `hostname` as an attribute",
            ),
        ],
    );
}

#[test]
fn presence() {
    check(
        session(),
        &[
            ("@evt.name:*", '+', "has the attribute"),
            ("-@evt.name:*", '-', "does not lack it"),
            ("@missing:*", '-', "has it not"),
            ("-@missing:*", '+', "lacks it"),
            ("_exists_:@evt.name", '+', "the other spelling"),
            ("_missing_:@evt.name", '-', "the other spelling"),
            ("_missing_:@missing", '+', "the other spelling"),
            ("_exists_:env", '+', "a tag"),
            ("@connection.tags:*", '+', "an array with elements"),
            ("@session.exit_code:*", '+', "zero is there"),
            ("@approval.status:*", '?', "null is written nowhere"),
            ("-@approval.status:*", '?', "nor is its negation"),
            ("@approval.approvers:*", '?', "an empty array"),
            ("@note:*", '?', "an empty text"),
            ("@usr:*", '?', "an object"),
            (
                "@guardrails.rules.hits:*",
                '+',
                "through an array of objects",
            ),
            ("env:*", '+', "a tag's key"),
            ("zone:*", '-', "no such key"),
            ("service:*", '+', "a reserved attribute"),
            ("trace_id:*", '-', "one that was not sent"),
            ("status:*", '+', "every log has a status"),
        ],
    );
}

#[test]
fn numbers_and_ranges() {
    check(
        session(),
        &[
            ("@http.status_code:>400", '+', "above"),
            ("@http.status_code:>404", '-', "not above itself"),
            ("@http.status_code:>=404", '+', "at least"),
            ("@http.status_code:<404", '-', "not below itself"),
            ("@http.status_code:<=404", '+', "at most"),
            (
                "@http.status_code:[400 TO 499]",
                '+',
                "square brackets include",
            ),
            (
                "@http.status_code:[404 TO 404]",
                '+',
                "both ends are included",
            ),
            (
                "@http.status_code:{404 TO 499}",
                '-',
                "curly brackets exclude",
            ),
            (
                "@http.status_code:{403 TO 405}",
                '+',
                "between excluded ends",
            ),
            ("@http.status_code:[400 TO *]", '+', "an open end"),
            ("@http.status_code:[* TO 403]", '-', "an open beginning"),
            ("@http.status_code:[* TO *]", '+', "open at both ends"),
            ("@session.exit_code:>-1", '+', "a negative bound"),
            ("@session.exit_code:[\\-5 TO 5]", '+', "an escaped sign"),
            ("@approval.wait:<1", '+', "fractions compare as numbers"),
            ("@duration:>1e9", '+', "an exponent"),
            ("@guardrails.rules.hits:>10", '+', "any element of an array"),
            (
                "@guardrails.rules.hits:[3 TO 9]",
                '-',
                "one element has to hold both ends",
            ),
            (
                "@build:>8",
                '?',
                "text against a number depends on the facet",
            ),
            ("@build:9", '+', "text is compared as text"),
            ("@usr.name:>Aaa", '+', "two texts compare as text"),
            ("@usr.name:[Baa TO Zzz]", '-', "a range over text"),
            ("@duration:>fast", '?', "a number against text"),
            ("@missing:>0", '-', "nothing to compare"),
            ("-@missing:>0", '+', "and its negation"),
            ("team:>5", '?', "comparisons are documented for attributes"),
            ("zone:>5", '-', "no such tag at all"),
            (
                "@http.status_code:(>500 OR [400 TO 410])",
                '+',
                "spread over comparisons",
            ),
        ],
    );
}

#[test]
fn tags_and_reserved_keys() {
    check(
        session(),
        &[
            ("env:prod", '+', "`ddtags` is split at commas"),
            ("team:platform", '+', "the second tag"),
            ("env:Prod", '-', "tag matches are case-sensitive"),
            ("env:(prod OR test)", '+', "spread over the values"),
            ("env:(test OR stage)", '-', "none of the values"),
            ("env:(-test)", '+', "a negated value"),
            ("env:p*d", '+', "wildcards in tags"),
            ("-late:true", '-', "a back-filled event is marked"),
            (
                "url:\"http://x\"",
                '+',
                "a tag's key ends at the first colon",
            ),
            ("tags:canary", '+', "a tag without a key"),
            ("tags:can*", '+', "with a wildcard"),
            ("tags:other", '-', "no such tag"),
            (
                "tags:\"env:prod\"",
                '?',
                "documented for tags without a key alone",
            ),
            ("evt.name:session.open", '-', "without `@` it is a tag"),
            ("usr.id:u-1", '-', "without `@` it is a tag"),
            ("source:hoop", '+', "`ddsource`"),
            ("source:(hoop OR execlave)", '+', "spread"),
            (
                "service:agent-access",
                '+',
                "an unescaped hyphen inside a value",
            ),
            ("service:agent*", '+', "a reserved key with a wildcard"),
            ("service:*mongo", '-', "ends otherwise"),
            (
                "host:Gateway-1",
                '+',
                "`hostname` becomes the host and keeps its case",
            ),
            ("host:gateway-1", '-', "the host keeps its case"),
            ("@service:agent-access", '+', "sent under that key"),
            ("message:script", '+', "the message by its key"),
            ("message:rollback", '-', "not in it"),
            (
                "timestamp:1795254000000",
                '?',
                "how it is compared is stated nowhere",
            ),
            ("#request_duration:5", '?', "only Datadog calculates fields"),
            ("status:warn", '+', "the severity"),
            (
                "status:warning",
                '?',
                "the same severity under its longer name",
            ),
            ("status:error", '-', "another severity"),
            ("status:(warn OR error)", '+', "one of them"),
            ("status:w*", '+', "either spelling"),
            ("status:>3", '?', "a reserved key is not compared"),
        ],
    );
}

#[test]
fn free_text() {
    check(
        session(),
        &[
            ("script", '+', "a word of the message"),
            ("scrip", '-', "whole words only"),
            (
                "Script",
                '?',
                "whether free text ignores case is unconfirmed",
            ),
            ("rollback", '-', "not in the message"),
            ("-rollback", '+', "negated"),
            ("NOT rollback", '+', "negated by a word"),
            (
                "production",
                '-',
                "free text looks at the message, not at attributes",
            ),
            ("script Dropped", '+', "several words, any order"),
            ("Dropped script", '+', "the other order"),
            ("script rollback", '-', "all have to occur"),
            ("script OR rollback", '+', "one suffices"),
            ("\"a script on\"", '+', "a phrase"),
            ("\"script a\"", '-', "a phrase keeps the order"),
            ("\"ran script\"", '-', "and nothing stands between"),
            ("\"A script\"", '?', "case again"),
            ("\"table users\"", '?', "whether `_` splits words"),
            ("users_old", '+', "an underscore belongs to the word"),
            (
                "prod-orders",
                '+',
                "a recorded search found a hyphenated word unescaped",
            ),
            ("prod\\-orders", '+', "escaped it is the same"),
            ("\"prod orders\"", '?', "whether punctuation matters"),
            ("orders", '+', "punctuation splits words"),
            (
                "\"orders: Dropped\"",
                '?',
                "special characters cannot be searched in the message",
            ),
            ("\"orders: ran\"", '-', "but the words have to be there"),
            (
                "scr*",
                '?',
                "`web*`: the message starts with it, or a word does",
            ),
            ("*users_old", '+', "ends with, by every reading"),
            ("ada*", '+', "starts with, by every reading"),
            ("*example*", '+', "holds, by every reading"),
            ("*rollback*", '-', "holds it by none"),
            ("*DROPPED*", '?', "case again"),
            (
                "\"*script*\"",
                '?',
                "between quotes a star is a special character",
            ),
            ("\"*rollback*\"", '-', "whose word is missing here"),
            ("\"\"", '?', "an empty phrase"),
        ],
    );
}

#[test]
fn full_text() {
    check(
        session(),
        &[
            ("*:production", '+', "an attribute's value"),
            ("*:PRODUCTION", '+', "full text ignores case"),
            ("*:script", '+', "the message too"),
            ("*:SCRIPT", '+', "without case"),
            ("*:rollback", '-', "nowhere"),
            ("*:prod*", '+', "values that start with it"),
            ("*:\"ada lovelace\"", '+', "an exact string"),
            ("*:Lovelace", '?', "a part of a value"),
            ("*:canary", '?', "in a tag alone"),
            ("*:agent-access", '+', "the service"),
            ("*:>5", '?', "comparing everything is documented nowhere"),
            ("*:*", '+', "everything"),
        ],
    );
}

#[test]
fn joining() {
    check(
        session(),
        &[
            ("", '+', "the empty query is everything"),
            ("   ", '+', "blanks are empty"),
            ("*", '+', "everything"),
            ("-*", '-', "nothing"),
            ("source:hoop AND env:prod", '+', "both"),
            ("source:hoop && env:prod", '+', "the sign"),
            ("source:hoop env:prod", '+', "nothing between means and"),
            ("source:x || env:prod", '+', "the other sign"),
            ("source:x OR env:x OR source:hoop", '+', "any of three"),
            (
                "source:x env:prod OR service:agent-access",
                '+',
                "and binds tighter",
            ),
            (
                "service:agent-access OR env:prod source:x",
                '+',
                "on either side",
            ),
            (
                "(service:agent-access OR env:prod) source:x",
                '-',
                "unless grouped",
            ),
            (
                "-source:x env:prod",
                '+',
                "a negation takes the next clause only",
            ),
            ("-source:hoop OR env:prod", '+', "and no more"),
            ("-(source:hoop env:prod)", '-', "a negated group"),
            ("NOT (source:x OR env:x)", '+', "by the word"),
            ("-(-source:hoop)", '+', "twice"),
            (
                "source:hoop and env:prod",
                '-',
                "operators are upper case: `and` is a word",
            ),
            ("or OR source:hoop", '+', "`or` is a word too"),
            (
                "Script AND source:x",
                '-',
                "an open part does not matter beside a no",
            ),
            ("Script OR source:hoop", '+', "nor beside a yes"),
            (
                "Script AND source:hoop",
                '?',
                "but it does beside a yes that has to hold as well",
            ),
            (
                "Script OR source:x",
                '?',
                "and beside a no that does not decide",
            ),
            ("-Script", '?', "the negation of open is open"),
        ],
    );
}

#[test]
fn addresses() {
    check(
        session(),
        &[
            ("CIDR(@network.client.ip,13.0.0.0/8)", '+', "in the block"),
            ("CIDR(@network.client.ip, 14.0.0.0/8)", '-', "outside"),
            (
                "CIDR(@network.client.ip, 14.0.0.0/8, 13.4.0.0/16)",
                '+',
                "one of several",
            ),
            ("NOT(CIDR(@network.client.ip, 13.0.0.0/8))", '-', "negated"),
            (
                "source:hoop NOT(CIDR(@network.client.ip, 15.0.0.0/8))",
                '+',
                "beside another term",
            ),
            (
                "CIDR(@network.ips, 10.0.0.0/8)",
                '+',
                "any address of an array",
            ),
            ("CIDR(@network.ips, 2001:db8::/32)", '+', "IPv6"),
            ("CIDR(@network.ips, 2001:db9::/32)", '-', "another network"),
            ("CIDR(@usr.id, 0.0.0.0/0)", '-', "no address at all"),
            ("CIDR(@missing, 0.0.0.0/0)", '-', "no such attribute"),
        ],
    );
}

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

#[test]
fn the_table_is_long_enough_to_mean_something() {
    let source = include_str!("cases.rs");
    let cases = source.matches(", '+', \"").count()
        + source.matches(", '-', \"").count()
        + source.matches(", '?', \"").count();
    assert!(cases >= 150, "{cases} cases");
}
