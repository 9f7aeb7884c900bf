//! What an SDK makes of its variables, signal by signal
//! (opentelemetry.io/docs/specs/otel/protocol/exporter).

use url::Url;

use super::headers::{Header, headers, pairs};
use super::plan::HTTP_PORT;
use super::variables::Variables;
use crate::otlp::{Signal, names};

/// How requests are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Grpc,
    Protobuf,
    Json,
}

impl Protocol {
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Grpc => "grpc",
            Protocol::Protobuf => "http/protobuf",
            Protocol::Json => "http/json",
        }
    }
}

/// Where one signal goes, and how.
#[derive(Clone, Debug)]
pub struct SignalSettings {
    pub signal: Signal,
    /// The whole address that requests are sent to; `Err` holds what is no address.
    pub url: Result<Url, String>,
    /// The variable that the address came from; `None` for the default.
    pub from: Option<String>,
    /// The path of the signal was put behind it.
    pub is_completed: bool,
    /// `None` for a word that is no protocol.
    pub protocol: Option<Protocol>,
    pub headers: Vec<Header>,
    /// The variable of the headers.
    pub headers_from: Option<String>,
    /// Parts of the list of headers that are none.
    pub broken_headers: usize,
    pub compresses: bool,
}

/// Everything the variables say of sending.
#[derive(Clone, Debug)]
pub struct Settings {
    pub traces: SignalSettings,
    pub metrics: SignalSettings,
    pub logs: SignalSettings,
    pub service: Option<String>,
    /// What is said on everything sent, `service.name` included.
    pub resource: Vec<(String, String)>,
}

impl Settings {
    pub fn read(variables: &Variables) -> Self {
        let list = variables
            .get("OTEL_RESOURCE_ATTRIBUTES")
            .unwrap_or_default();
        let (mut resource, _) = pairs(list);
        let named = variables.get("OTEL_SERVICE_NAME").map(str::to_owned);
        if let Some(service) = &named {
            resource.retain(|(name, _)| name != names::SERVICE);
            resource.push((names::SERVICE.to_owned(), service.clone()));
        }
        let in_list = resource.iter().find(|(name, _)| name == names::SERVICE);
        Self {
            traces: signal(variables, Signal::Traces),
            metrics: signal(variables, Signal::Metrics),
            logs: signal(variables, Signal::Logs),
            service: in_list.map(|(_, service)| service.clone()),
            resource,
        }
    }

    /// Traces first, since they are what is asked about most.
    pub fn signals(&self) -> [&SignalSettings; 3] {
        [&self.traces, &self.metrics, &self.logs]
    }

    pub fn resource(&self, name: &str) -> Option<&str> {
        let found = self.resource.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl SignalSettings {
    pub fn header(&self, name: &str) -> Option<&Header> {
        self.headers.iter().find(|header| header.name == name)
    }
}

fn signal(variables: &Variables, signal: Signal) -> SignalSettings {
    // A signal's own variable takes the place of the general one.
    let word = signal.name().to_ascii_uppercase();
    let find = |what: &str| {
        let own = format!("OTEL_EXPORTER_OTLP_{word}_{what}");
        let general = format!("OTEL_EXPORTER_OTLP_{what}");
        let names = [own, general].into_iter();
        let mut found = names.filter_map(|name| Some((variables.get(&name)?, name)));
        found.next()
    };
    let (url, from, is_completed) = match find("ENDPOINT") {
        None => (
            address(&format!("http://localhost:{HTTP_PORT}"), Some(signal)),
            None,
            true,
        ),
        Some((text, name)) => {
            let is_general = !name.contains(&word);
            let path = is_general.then_some(signal);
            (address(text, path), Some(name), is_general)
        }
    };
    let list = find("HEADERS");
    let (headers, broken_headers) = headers(list.as_ref().map_or("", |(list, _)| list));
    SignalSettings {
        signal,
        url,
        from,
        is_completed,
        protocol: protocol(find("PROTOCOL").map(|(word, _)| word)),
        headers,
        headers_from: list.map(|(_, name)| name),
        broken_headers,
        compresses: find("COMPRESSION").is_some_and(|(word, _)| word == "gzip"),
    }
}

/// The specification's default is http/protobuf.
fn protocol(word: Option<&str>) -> Option<Protocol> {
    match word {
        None | Some("http/protobuf") => Some(Protocol::Protobuf),
        Some("http/json") => Some(Protocol::Json),
        Some("grpc") => Some(Protocol::Grpc),
        Some(_) => None,
    }
}

/// The address that is built; `signal` where its path is put behind the text.
fn address(text: &str, signal: Option<Signal>) -> Result<Url, String> {
    let mut url: Url = text.parse().map_err(|_| text.to_owned())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(text.to_owned());
    }
    if let Some(signal) = signal {
        let base = url.path().trim_end_matches('/');
        let path = format!("{base}{}", signal.path());
        url.set_path(&path);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &str) -> Settings {
        Settings::read(&Variables::of_text(lines))
    }

    fn url(one: &SignalSettings) -> &str {
        one.url.as_ref().expect("an address").as_str()
    }

    #[test]
    fn a_base_gets_the_path_of_each_signal_and_an_own_address_stays_as_it_is() {
        let settings = read(
            "OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318/\n\
             OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=https://otlp.datadoghq.eu\n",
        );
        assert_eq!(url(&settings.traces), "https://otlp.datadoghq.eu/");
        assert_eq!(url(&settings.metrics), "http://collector:4318/v1/metrics");
        assert!(settings.logs.is_completed && !settings.traces.is_completed);
        let from = settings.traces.from.as_deref();
        assert_eq!(from, Some("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"));
    }

    #[test]
    fn without_a_word_it_is_the_collector_of_this_machine() {
        let settings = read("");
        assert_eq!(url(&settings.traces), "http://localhost:4318/v1/traces");
        assert_eq!(settings.traces.protocol, Some(Protocol::Protobuf));
        assert!(!settings.traces.compresses && settings.traces.from.is_none());
    }

    #[test]
    fn a_signals_own_headers_take_the_place_of_the_general_ones() {
        let settings = read(
            "OTEL_EXPORTER_OTLP_HEADERS=dd-api-key=a\n\
             OTEL_EXPORTER_OTLP_TRACES_HEADERS=dd-otlp-source=llmobs\n",
        );
        assert!(settings.traces.header("dd-api-key").is_none());
        assert!(settings.traces.header("dd-otlp-source").is_some());
        assert!(settings.metrics.header("dd-api-key").is_some());
    }

    #[test]
    fn what_is_no_address_or_protocol_is_not_taken_for_one() {
        for text in ["collector:4317", "localhost", "ftp://x", "http://"] {
            let line = format!("OTEL_EXPORTER_OTLP_ENDPOINT={text}\n");
            assert!(read(&line).traces.url.is_err(), "{text}");
        }
        assert_eq!(
            read("OTEL_EXPORTER_OTLP_PROTOCOL=http\n").logs.protocol,
            None
        );
    }

    #[test]
    fn the_service_of_its_own_variable_wins() {
        let lines = "OTEL_RESOURCE_ATTRIBUTES=service.name=a,x=1\nOTEL_SERVICE_NAME=b\n";
        let settings = read(lines);
        assert_eq!(settings.service.as_deref(), Some("b"));
        assert_eq!(settings.resource(names::SERVICE), Some("b"));
        assert_eq!(read("").service, None);
    }
}
