//! A request as it came over the wire, without its secrets.

use serde_json::Value;
use url::form_urlencoded;

use super::document::System;

/// What a request says.
#[derive(Clone, Debug)]
pub struct Request {
    pub system: System,
    pub method: String,
    pub host: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    /// Names in lower case; secrets masked.
    pub headers: Vec<(String, String)>,
    /// Decompressed.
    pub body: String,
}

impl Request {
    /// Reads a row of `/sandbox/requests?body=true`.
    pub fn of_row(row: &Value) -> Self {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let system = match row["product"].as_str() {
            Some("gateway") => System::Gateway,
            Some("svix") => System::Svix,
            _ => System::Datadog,
        };
        let headers = row["headers"].as_object().into_iter().flatten();
        Self {
            system,
            method: text("method"),
            host: text("host"),
            path: text("path"),
            query: form_urlencoded::parse(text("query").as_bytes())
                .into_owned()
                .collect(),
            headers: headers
                .map(|(name, value)| {
                    let value = value.as_str().unwrap_or_default();
                    (name.to_ascii_lowercase(), value.to_owned())
                })
                .collect(),
            body: text("body"),
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let name = name.to_ascii_lowercase();
        self.headers
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The request's line, as errors name it.
    pub fn line(&self) -> String {
        format!("{} {}{}", self.method, self.host, self.path)
    }
}
