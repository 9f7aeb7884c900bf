//! Attributes, presence, numbers, tags, reserved keys and addresses.

use super::{check, session};

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
            ("_missing_:env", '-', "a tag"),
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
            (
                "@http.status_code:[400 TO 404}",
                '-',
                "each end has its own bracket",
            ),
            ("@http.status_code:{403 TO 404]", '+', "on either side"),
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
