//! Files, rendering and the body for the API. The cases of the packs' own files run beside
//! [`super::run_cases`].

mod packs;
mod predictions;

use serde_json::json;

use super::*;

const FILE: &str = r#"
why: because
type: log alert
name: "${what} in ${window}"
variables:
  what: { default: trouble, about: what it is called }
  window: { default: 5m, about: how far back }
  threshold: { default: 3, about: what is fine }
query: logs("service:\"${what}\"").index("*").rollup("count").last("${window}") > ${threshold}
thresholds: { critical: "${threshold}", warning: 1 }
message: |
  {{log.attributes.[a.b]}} in ${window}

tags: ["what:${what}"]
"#;

fn identity() -> Identity {
    Identity {
        pack: "test".to_owned(),
        name: "one".to_owned(),
    }
}

fn rendered(text: &str, values: &[(&str, &str)]) -> Result<Monitor, MonitorFileError> {
    let values = values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    MonitorFile::parse(text)?.render(identity(), None, &values.collect())
}

fn refusal(text: &str, values: &[(&str, &str)]) -> String {
    rendered(text, values)
        .expect_err("it is refused")
        .to_string()
}

#[test]
fn variables_are_filled_in_everywhere_and_datadogs_templates_stay() {
    let monitor = rendered(FILE, &[("window", "1h"), ("threshold", "7")]).expect("it renders");
    assert_eq!(monitor.title, "trouble in 1h");
    assert_eq!(
        monitor.query,
        r#"logs("service:\"trouble\"").index("*").rollup("count").last("1h") > 7"#
    );
    assert_eq!(monitor.message, "{{log.attributes.[a.b]}} in 1h");
    assert_eq!(monitor.tags, ["what:trouble"]);
    assert_eq!(
        (monitor.thresholds.critical, monitor.thresholds.warning),
        (7.0, Some(1.0))
    );
}

#[test]
fn a_misspelt_key_is_refused_and_the_nearest_is_named() {
    for (written, expected) in [
        (
            FILE.replace("thresholds:", "treshold:"),
            "`the file` holds the unknown key `treshold`",
        ),
        (
            FILE.replace("message:", "mesage:"),
            "did you mean `message`?",
        ),
        (
            FILE.replace("critical:", "crit:"),
            "`thresholds` holds the unknown key `crit`",
        ),
        (
            FILE.replace("warning: 1", "warnings: 1"),
            "did you mean `warning`?",
        ),
        (
            FILE.replace("default: trouble", "defualt: trouble"),
            "`variables.what` holds",
        ),
        (
            format!("{FILE}\ncases: [{{name: x, expect: ok, events: [{{time: 3, log: {{}}}}]}}]"),
            "`cases[0].events[0]` holds the unknown key `time`; did you mean `times`?",
        ),
    ] {
        let message = refusal(&written, &[]);
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn what_is_missing_doubled_or_of_another_type_is_refused() {
    for written in [
        FILE.replace("why: because\n", ""),
        FILE.replace("type: log alert", "type: log alert\ntype: log alert"),
        FILE.replace("name: \"${what} in ${window}\"", "name: [a]"),
        FILE.replace("message: |", "message: }"),
        format!("{FILE}\ncases: [{{name: x, expect: maybe, events: []}}]"),
        "just text".to_owned(),
        String::new(),
    ] {
        assert!(rendered(&written, &[]).is_err(), "{written}");
    }
    let other = FILE.replace("type: log alert", "type: metric alert");
    assert!(refusal(&other, &[]).contains("`metric alert` are not evaluated"));
}

#[test]
fn an_unknown_variable_is_refused_on_either_side() {
    assert!(refusal(FILE, &[("windw", "1h")]).contains("did you mean `window`?"));
    let written = FILE.replace("in ${window}\n", "in ${windows}\n");
    assert!(refusal(&written, &[]).contains("`message` uses the unknown variable `${windows}`"));
    let written = FILE.replace("in ${window}\n", "in ${window\n");
    assert!(refusal(&written, &[]).contains("never closed"));
}

#[test]
fn a_value_cannot_break_out_of_the_query() {
    for value in ["a\" OR *", "a\\", "a\nb"] {
        assert!(
            refusal(FILE, &[("what", value)]).contains("would change the query"),
            "{value:?}"
        );
    }
    assert!(rendered(FILE, &[("what", "with blank: and colon")]).is_ok());
}

#[test]
fn an_empty_value_leaves_no_blank_and_an_or_needs_its_parentheses() {
    let scoped = FILE.replace(r#"service:\"${what}\""#, "service:x ${what}");
    let search = |value: &str| {
        let monitor = rendered(&scoped, &[("what", value)])?;
        Ok::<_, MonitorFileError>(monitor.alert.queries()[0].search.to_string())
    };
    assert_eq!(search("").expect("it renders"), "service:x");
    assert_eq!(
        search("env:a team:b").expect("it renders"),
        "service:x env:a team:b"
    );
    assert_eq!(
        search("(env:a OR env:b)").expect("it renders"),
        "service:x env:(a OR b)"
    );
    let error = search("env:a OR env:b").expect_err("it would take in `service:x`");
    assert!(
        error.to_string().contains("put it in parentheses"),
        "{error}"
    );
}

#[test]
fn a_query_that_does_not_parse_is_shown_with_a_caret() {
    let message = refusal(FILE, &[("window", "5y")]);
    assert!(
        message.contains("`5y` is no window") && message.contains('^'),
        "{message}"
    );
    let message = refusal(FILE, &[("threshold", "many")]);
    assert!(
        message.contains("`critical` is `many`, which is no number"),
        "{message}"
    );
    let written = FILE.replace("critical: \"${threshold}\"", "critical: 4");
    assert!(refusal(&written, &[]).contains("alerts at 3 and options.thresholds.critical says 4"));
}

#[test]
fn the_body_for_the_api_holds_what_the_recorded_bodies_hold() {
    let body = rendered(FILE, &[]).expect("it renders").to_api();
    assert_eq!(
        body,
        json!({
            "name": "trouble in 5m",
            "type": "log alert",
            "query": r#"logs("service:\"trouble\"").index("*").rollup("count").last("5m") > 3"#,
            "message": "{{log.attributes.[a.b]}} in 5m",
            "tags": ["what:trouble"],
            "options": {
                "thresholds": {"critical": 3.0, "warning": 1.0},
                "enable_logs_sample": true,
                "include_tags": true,
                "on_missing_data": "default",
            },
        })
    );
}

#[test]
fn a_refused_shape_says_why_and_an_unknown_one_names_the_nearest() {
    let shapes = |name: &str| {
        format!(
            "why: x\nname: x\nthresholds: {{critical: 1}}\nmessage: x\nshapes:\n  ddctl:\n    type: log alert\n    query: logs(\"a:b\").index(\"*\").rollup(\"count\").last(\"5m\") > 1\n  {name}: {{refused: it names no connection}}\n"
        )
    };
    let file = MonitorFile::parse(&shapes("hoop-webhook")).expect("it parses");
    let error = file
        .form(Some(Shape::HoopWebhook))
        .expect_err("it is refused");
    assert!(
        error
            .to_string()
            .contains("`hoop-webhook`: it names no connection"),
        "{error}"
    );
    assert!(file.form(Some(Shape::Otlp)).is_err());
    assert_eq!(file.form(None).expect("ddctl").0, Some(Shape::Ddctl));
    let error = MonitorFile::parse(&shapes("hop-webhook")).expect_err("it is misspelt");
    assert!(
        error.to_string().contains("did you mean `hoop-webhook`?"),
        "{error}"
    );
    let only_refused = shapes("execlave").replace("ddctl:\n    type: log alert\n    query: logs(\"a:b\").index(\"*\").rollup(\"count\").last(\"5m\") > 1", "otlp: {refused: no}");
    assert!(MonitorFile::parse(&only_refused).is_err());
}

fn monitors() -> Vec<Monitor> {
    packs()
        .iter()
        .flat_map(|pack| pack.monitors(Shape::Ddctl).expect("the packs render"))
        .collect()
}

/// Every monitor of every pack for every shape that it can watch.
fn all_monitors() -> Vec<(Monitor, Form)> {
    let of_file = |(identity, text): (Identity, &str)| {
        let file = MonitorFile::parse(text).expect("the packs parse");
        let watched = file.watched().map(|(shape, form)| {
            let monitor = file.render(identity.clone(), shape, &Values::new());
            (monitor.expect("the packs render"), form.clone())
        });
        watched.collect::<Vec<_>>()
    };
    packs()
        .iter()
        .flat_map(Pack::files)
        .flat_map(of_file)
        .collect()
}
