//! Operations that ddctl uses and no OpenAPI document describes, each with the source that does.

use super::Request;
use super::document::System;

struct Unlisted {
    system: System,
    method: &'static str,
    /// Segments; `*` stands for any one.
    path: &'static str,
    source: &'static str,
}

const fn gateway(method: &'static str, path: &'static str, source: &'static str) -> Unlisted {
    Unlisted {
        system: System::Gateway,
        method,
        path,
        source,
    }
}

/// gateway/README.md, "Faults of both documents": the gateway's lacks `/webhooks/endpoints`,
/// `/webhooks/eventtypes` and `/webhooks/messages`; section 6, "REST", describes them.
const WEBHOOKS: &str = "gateway/README.md, section 6";

/// Traces of OTLP, which Datadog's documents leave to its pages.
const OTLP: &str = "otlp.md, section 1";

const UNLISTED: &[Unlisted] = &[
    Unlisted {
        system: System::Datadog,
        method: "POST",
        path: "/v1/traces",
        source: OTLP,
    },
    gateway("GET", "/api/webhooks/endpoints", WEBHOOKS),
    gateway("POST", "/api/webhooks/endpoints", WEBHOOKS),
    gateway("GET", "/api/webhooks/endpoints/*", WEBHOOKS),
    gateway("PUT", "/api/webhooks/endpoints/*", WEBHOOKS),
    gateway("DELETE", "/api/webhooks/endpoints/*", WEBHOOKS),
    gateway("GET", "/api/webhooks/eventtypes", WEBHOOKS),
    gateway("POST", "/api/webhooks/eventtypes", WEBHOOKS),
    gateway("GET", "/api/webhooks/messages", WEBHOOKS),
    gateway("POST", "/api/webhooks/messages", WEBHOOKS),
    gateway("GET", "/api/webhooks/messages/*", WEBHOOKS),
];

/// The source that describes the request's operation, where it is on the list.
pub fn source_of(request: &Request) -> Option<&'static str> {
    UNLISTED
        .iter()
        .find(|entry| entry.is_for(request))
        .map(|entry| entry.source)
}

impl Unlisted {
    fn is_for(&self, request: &Request) -> bool {
        let (expected, actual) = (self.path.split('/'), request.path.split('/'));
        let fits = |(expected, actual): (&str, &str)| {
            expected == actual || (expected == "*" && !actual.is_empty())
        };
        self.system == request.system
            && self.method == request.method
            && expected.clone().count() == actual.clone().count()
            && expected.zip(actual).all(fits)
    }
}
