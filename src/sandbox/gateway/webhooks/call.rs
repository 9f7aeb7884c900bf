//! One call of Svix by the gateway's client.

use hyper::Method;
use serde_json::{Map, Value};

use crate::sandbox::gateway::answer::{self, Object};
use crate::sandbox::gateway::{ORG_ID, answer::Answer};
use crate::sandbox::http::Reply;
use crate::sandbox::svix::{Refusal, SvixStandIn};

/// A call, with the words for it in the gateway's errors.
pub struct Call<'a> {
    operation: &'a str,
    resource: &'a str,
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    body: String,
}

impl<'a> Call<'a> {
    pub fn new(operation: &'a str, resource: &'a str) -> Self {
        Self {
            operation,
            resource,
            method: Method::GET,
            path: String::new(),
            query: Vec::new(),
            body: String::new(),
        }
    }

    pub fn get(self, path: &str) -> Self {
        self.method(Method::GET, path)
    }

    pub fn post(self, path: &str, body: String) -> Self {
        Self {
            body,
            ..self.method(Method::POST, path)
        }
    }

    pub fn put(self, path: &str, body: String) -> Self {
        Self {
            body,
            ..self.method(Method::PUT, path)
        }
    }

    pub fn delete(self, path: &str) -> Self {
        self.method(Method::DELETE, path)
    }

    fn method(mut self, method: Method, path: &str) -> Self {
        self.method = method;
        self.path = format!("/api/v1/{path}");
        self
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Svix's answer, or the gateway's 400 around its refusal.
    pub fn send(self, svix: &SvixStandIn) -> Result<Value, Box<Reply>> {
        let answered = svix.call(&self.method, &self.path, &self.query, self.body.as_bytes());
        match answered {
            Ok((_, body)) => Ok(body.unwrap_or_default()),
            Err(refusal) => Err(self.refused(&refusal)),
        }
    }

    fn refused(&self, refusal: &Refusal) -> Box<Reply> {
        let Self {
            operation,
            resource,
            ..
        } = self;
        let text = format!(
            "failed performing operation to Svix API, op={operation}, resource={resource}, \
             status={}, error={}, body={}",
            refusal.status,
            refusal.status_line(),
            refusal.body_text()
        );
        Box::new(answer::message(400, &text))
    }
}

/// A path of the organisation's application.
pub fn of_application(rest: &str) -> String {
    format!("app/{ORG_ID}/{rest}")
}

/// A body as Go's client writes it: the keys that were set, sorted, and those that it always has.
pub fn go_body(mut fields: Map<String, Value>, always: &[(&str, Value)]) -> String {
    for (key, value) in always {
        fields
            .entry((*key).to_owned())
            .or_insert_with(|| value.clone());
    }
    fields.sort_keys();
    Value::Object(fields).to_string()
}

/// The keys that the client knows, in its order, as Go writes them again.
pub fn picked(value: &Value, keys: &[&str]) -> Object {
    let mut object = Object::default();
    for key in keys {
        match &value[*key] {
            Value::String(text) if is_moment(key) => object.put(key, go_moment(text)),
            found => object.put(key, found.clone()),
        }
    }
    object
}

fn is_moment(key: &str) -> bool {
    matches!(key, "createdAt" | "updatedAt" | "timestamp")
}

/// Go leaves out the zeros at the end of a fraction.
fn go_moment(text: &str) -> String {
    match text.strip_suffix('Z') {
        Some(rest) if rest.contains('.') => {
            let rest = rest.trim_end_matches('0').trim_end_matches('.');
            format!("{rest}Z")
        }
        _ => text.to_owned(),
    }
}

/// A list as the client reads it: no iterators where there is nothing.
pub fn list(page: &Value, rows: &[String], keeps_null_iterator: bool) -> Answer {
    let mut list = Object::default();
    list.put_text("data", &format!("[{}]", rows.join(",")));
    list.put("done", page["done"].clone());
    if keeps_null_iterator || !page["iterator"].is_null() {
        list.put("iterator", page["iterator"].clone());
    }
    if let Some(previous) = page.get("prevIterator") {
        list.put("prevIterator", previous.clone());
    }
    Ok(answer::json_text(200, &list.into_text()))
}

/// The rows of a page.
pub fn rows(page: &Value) -> &[Value] {
    page["data"].as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_lose_the_zeros_at_their_end() {
        assert_eq!(
            go_moment("2026-11-21T09:28:38.075030Z"),
            "2026-11-21T09:28:38.07503Z"
        );
        assert_eq!(
            go_moment("2026-11-21T09:28:38.500Z"),
            "2026-11-21T09:28:38.5Z"
        );
        assert_eq!(go_moment("2026-11-21T09:28:30Z"), "2026-11-21T09:28:30Z");
    }
}
