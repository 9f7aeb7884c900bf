//! The text of an error body, whatever its shape.
//!
//! The shapes are those seen in recordings and in reports: a list of texts, a list of JSON:API
//! objects, texts by id, one error object, one `detail`, and pages of proxies in between. The
//! content type is not looked at, since Datadog sends JSON as `text/plain` too (recorded at
//! `POST /api/v1/events`).

use serde_json::Value;

/// What is kept of a text: enough for every message of Datadog, little of somebody's page.
const LONGEST: usize = 500;

/// The error's text in one line; `None` where the body says nothing.
pub fn error_text(body: &[u8]) -> Option<String> {
    let text = match serde_json::from_slice::<Value>(body) {
        Ok(value) => of_json(&value)?,
        Err(_) => of_page(&String::from_utf8_lossy(body))?,
    };
    let line = one_line(&text);
    (!line.is_empty()).then_some(line)
}

fn of_json(value: &Value) -> Option<String> {
    let Value::Object(fields) = value else {
        return value.as_str().map(str::to_owned);
    };
    let found = fields
        .get("errors")
        .and_then(of_errors)
        .or_else(|| fields.get("error").and_then(of_one))
        .or_else(|| fields.get("detail").and_then(of_one))
        .or_else(|| fields.get("message").and_then(of_one));
    found.filter(|text| !text.is_empty())
}

/// `["text"]`, `[{"title","detail"}]` or `{"<id>":["text"]}`.
fn of_errors(errors: &Value) -> Option<String> {
    let texts: Vec<String> = match errors {
        Value::Array(list) => list.iter().filter_map(of_one).collect(),
        Value::Object(by_id) => by_id.values().filter_map(of_errors).collect(),
        other => return of_one(other),
    };
    (!texts.is_empty()).then(|| texts.join("; "))
}

/// A text, `{"title","detail"}` of JSON:API or `{"code","message"}` of the older logs endpoints.
fn of_one(error: &Value) -> Option<String> {
    let text = |key| error.get(key).and_then(Value::as_str);
    match error {
        Value::String(text) => Some(text.clone()),
        _ => {
            let head = text("title").or_else(|| text("code"));
            let rest = text("detail").or_else(|| text("message"));
            match (head, rest) {
                (Some(head), Some(rest)) if head != rest => Some(format!("{head}: {rest}")),
                (one, other) => one.or(other).map(str::to_owned),
            }
        }
    }
}

/// Plain text as it is; of an HTML page, its title.
fn of_page(text: &str) -> Option<String> {
    let trimmed = text.trim_start();
    if !trimmed.starts_with('<') {
        return Some(text.to_owned());
    }
    let lower = trimmed.to_ascii_lowercase();
    let title = lower.find("<title>").and_then(|start| {
        let start = start + "<title>".len();
        let end = lower[start..].find("</title>")?;
        Some(trimmed[start..start + end].trim())
    });
    Some(match title {
        Some(title) if !title.is_empty() => format!("an HTML page titled `{title}`"),
        _ => "an HTML page".to_owned(),
    })
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    let line = words.join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_of_error_body_gives_its_text() {
        let cases = [
            (r#"{"errors":["API key required"]}"#, "API key required"),
            (
                r#"{"status":"error","code":403,"errors":["Forbidden"],"statuspage":"http://status.datadoghq.com","twitter":"http://twitter.com/datadogops","email":"support@datadoghq.com"}"#,
                "Forbidden",
            ),
            (
                r#"{"errors":[{"status":"400","title":"Bad Request","detail":"value must be one of: [\"alert\"]"}]}"#,
                r#"Bad Request: value must be one of: ["alert"]"#,
            ),
            (
                r#"{"errors":[{"status":"403","title":"Forbidden","detail":"Forbidden"}]}"#,
                "Forbidden",
            ),
            (
                r#"{"errors":{"49714524":["is referenced in composite monitors"]},"data":{"ok":[]}}"#,
                "is referenced in composite monitors",
            ),
            (
                r#"{"error":{"code":"InvalidArgument","message":"no such index"}}"#,
                "InvalidArgument: no such index",
            ),
            (r#"{"detail":"API key is invalid"}"#, "API key is invalid"),
            ("request entity too large\n", "request entity too large"),
            (
                "<!DOCTYPE html><HTML><Title>\n502 Bad Gateway</title><body>nginx",
                "an HTML page titled `502 Bad Gateway`",
            ),
            ("<html>", "an HTML page"),
        ];
        for (body, text) in cases {
            assert_eq!(error_text(body.as_bytes()).as_deref(), Some(text), "{body}");
        }
    }

    #[test]
    fn a_body_that_says_nothing_gives_nothing() {
        for body in [
            "",
            "{}",
            "[]",
            "null",
            r#"{"errors":[]}"#,
            r#"{"data":[]}"#,
            " \n",
        ] {
            assert_eq!(error_text(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn control_bytes_and_endless_bodies_do_not_pass() {
        let body = format!("\u{1b}[31m{}", "wide ü ".repeat(10_000));
        let text = error_text(body.as_bytes()).expect("a text");
        assert!(!text.contains('\u{1b}'));
        assert_eq!(text.chars().count(), LONGEST + 1);
        assert!(error_text(b"\xff\xfe cut").is_some());
    }
}
