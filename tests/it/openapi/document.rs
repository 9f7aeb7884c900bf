//! One OpenAPI document: its operations, their servers, parameters and bodies.

use serde_json::Value;

use super::Request;
use super::schema;

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    Datadog,
    Gateway,
    Svix,
}

/// An OpenAPI 3.0 document.
pub struct Document {
    pub name: &'static str,
    system: System,
    root: Value,
    /// The schemas as JSON Schema, for references from bodies and parameters.
    pub schemas: Value,
}

/// One operation of a document.
#[derive(Clone, Copy)]
pub struct Operation<'d> {
    pub document: &'d Document,
    /// The path as the document writes it, with `{names}`.
    pub path: &'d str,
    pub method: &'d str,
    item: &'d Value,
    value: &'d Value,
}

/// Path segments with their values: `("monitor_id", "17")`.
pub type PathParameters = Vec<(String, String)>;

impl Document {
    pub fn new(name: &'static str, system: System, root: Value) -> Self {
        let schemas = schema::components(&root["components"]["schemas"]);
        Self {
            name,
            system,
            root,
            schemas,
        }
    }

    /// The operation that a request is for. A path without parameters goes before one with.
    pub fn operation(&self, request: &Request) -> Option<Operation<'_>> {
        if request.system != self.system {
            return None;
        }
        let (path, item) = self.root["paths"]
            .as_object()?
            .iter()
            .filter(|(path, _)| self.path_parameters(path, &request.path).is_some())
            .min_by_key(|(path, _)| path.matches('{').count())?;
        let (method, value) = item
            .as_object()?
            .iter()
            .find(|(method, _)| method.eq_ignore_ascii_case(&request.method))?;
        Some(Operation {
            document: self,
            path,
            method,
            item,
            value,
        })
    }

    /// The parameters in `actual` when it is an instance of the document's path `template`.
    fn path_parameters(&self, template: &str, actual: &str) -> Option<PathParameters> {
        let actual = match self.system {
            // The gateway's document leaves out the prefix that all its routes have.
            System::Gateway => actual.strip_prefix("/api")?,
            System::Datadog | System::Svix => actual,
        };
        let (mut template, mut actual) = (template.split('/'), actual.split('/'));
        let mut parameters = PathParameters::new();
        loop {
            match (template.next(), actual.next()) {
                (None, None) => return Some(parameters),
                (Some(expected), Some(found)) => match placeholder(expected) {
                    Some(name) if !found.is_empty() => {
                        parameters.push((name.to_owned(), found.to_owned()));
                    }
                    None if expected == found => {}
                    _ => return None,
                },
                _ => return None,
            }
        }
    }

    /// Follows `#/…` references.
    pub fn resolve<'d>(&'d self, mut value: &'d Value) -> &'d Value {
        while let Some(reference) = value["$ref"].as_str() {
            value = reference
                .strip_prefix('#')
                .and_then(|pointer| self.root.pointer(pointer))
                .unwrap_or_else(|| panic!("{}: nothing at {reference}", self.name));
        }
        value
    }
}

fn placeholder(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

impl<'d> Operation<'d> {
    /// `POST /api/v1/monitor of datadog/openapi-v1.yaml`.
    pub fn title(&self) -> String {
        format!(
            "{} {} of {}",
            self.method.to_ascii_uppercase(),
            self.path,
            self.document.name
        )
    }

    /// True for the operation with this method and path of the document.
    pub fn is(&self, method: &str, path: &str) -> bool {
        self.method.eq_ignore_ascii_case(method) && self.path == path
    }

    /// The declared parameters: those of the path and those of the operation.
    pub fn parameters(&self) -> impl Iterator<Item = &'d Value> {
        let document = self.document;
        [self.item, self.value]
            .into_iter()
            .filter_map(|holder| holder["parameters"].as_array())
            .flatten()
            .map(|parameter| document.resolve(parameter))
    }

    pub fn path_parameters(&self, request: &Request) -> PathParameters {
        self.document
            .path_parameters(self.path, &request.path)
            .expect("the operation was found by its path")
    }

    /// The body's description, if the operation takes one.
    pub fn request_body(&self) -> Option<&'d Value> {
        let body = self.value.get("requestBody")?;
        Some(self.document.resolve(body))
    }

    /// The schema of the body of an answer, where the operation has that answer.
    pub fn answer(&self, status: u16) -> Option<&'d Value> {
        let answer = self.value["responses"].get(status.to_string())?;
        let answer = self.document.resolve(answer);
        Some(&answer["content"]["application/json"]["schema"])
    }

    /// What a key must be allowed, one of them; none named means nothing. Where there is no
    /// `x-permission`, it is the scope of OAuth.
    pub fn permissions(&self) -> Vec<&'d str> {
        let named = self.value["x-permission"]["permissions"].as_array();
        let ways = self.value["security"].as_array().into_iter().flatten();
        let scopes = ways.filter_map(|way| way["AuthZ"].as_array());
        let all = named.into_iter().chain(scopes.filter(|_| named.is_none()));
        all.flatten().filter_map(Value::as_str).collect()
    }

    /// The hosts that serve the operation; none named means any.
    pub fn hosts(&self) -> Vec<String> {
        [self.value, self.item, &self.document.root]
            .into_iter()
            .find_map(|holder| holder["servers"].as_array())
            .into_iter()
            .flatten()
            .flat_map(hosts_of_server)
            .collect()
    }

    /// The headers of each way to authenticate; one way is enough. Ways that take no header are
    /// left out, as OAuth.
    pub fn credentials(&self) -> Vec<Vec<&'d str>> {
        let ways = self
            .value
            .get("security")
            .unwrap_or(&self.document.root["security"]);
        ways.as_array()
            .into_iter()
            .flatten()
            .filter_map(|way| self.headers_of(way))
            .collect()
    }

    fn headers_of(&self, way: &Value) -> Option<Vec<&'d str>> {
        let schemes = &self.document.root["components"]["securitySchemes"];
        way.as_object()?
            .keys()
            .map(|name| {
                let scheme = &schemes[name];
                let is_header = scheme["in"] == "header";
                scheme["name"].as_str().filter(|_| is_header)
            })
            .collect()
    }
}

/// The host names of a server whose URL has variables, each value of each variable tried.
fn hosts_of_server(server: &Value) -> Vec<String> {
    let url = server["url"].as_str().unwrap_or_default();
    let mut urls = vec![url.to_owned()];
    for (name, variable) in server["variables"].as_object().into_iter().flatten() {
        let pattern = format!("{{{name}}}");
        let values: Vec<&str> = match variable["enum"].as_array() {
            Some(values) => values.iter().filter_map(Value::as_str).collect(),
            None => variable["default"].as_str().into_iter().collect(),
        };
        urls = urls
            .iter()
            .flat_map(|url| values.iter().map(|value| url.replace(&pattern, value)))
            .collect();
    }
    urls.iter()
        .filter_map(|url| url.split("://").nth(1))
        .map(|host| host.split('/').next().unwrap_or(host).to_owned())
        .collect()
}
