//! What is shown of a check: as text part by part, in `-o json` as one object.

use serde::Serialize;

use super::asking::{Searched, Sent};
use crate::domain::time::human_duration;
use crate::http::printable_url;
use crate::otel::{Finding, Protocol, Settings, SignalSettings, Verdict};
use crate::ui::{Tone, Ui, escape};

/// The shape that `-o json` promises.
#[derive(Debug, Serialize)]
pub(super) struct View {
    signals: Vec<SignalView>,
    service: Option<String>,
    resource: Vec<AttributeView>,
    findings: Vec<FindingView>,
    llm_observability: LlmObsView,
    /// `null` where none was sent.
    span: Option<SpanView>,
    search: Option<SearchView>,
}

#[derive(Debug, Serialize)]
struct SignalView {
    signal: &'static str,
    /// The address that the SDK builds; `null` where there is none.
    url: Option<String>,
    /// The variable that it came from; `null` for the default.
    from: Option<String>,
    protocol: Option<&'static str>,
    compression: &'static str,
    /// Names alone: any value may be a key.
    headers: Vec<String>,
}

#[derive(Debug, Serialize)]
struct AttributeView {
    name: String,
    value: String,
}

#[derive(Debug, Serialize)]
struct FindingView {
    name: &'static str,
    severity: &'static str,
    text: String,
    fix: String,
}

#[derive(Debug, Serialize)]
struct LlmObsView {
    /// Whether GenAI spans sent so count: `yes`, `no`, `unclear`.
    counts: &'static str,
    why: String,
}

#[derive(Debug, Serialize)]
struct SpanView {
    trace_id: String,
    taken: bool,
    status: Option<u16>,
    took_ms: u64,
    /// What was said; `null` where nothing was.
    answer: Option<String>,
    explanation: Option<String>,
}

#[derive(Debug, Serialize)]
struct SearchView {
    url: Option<String>,
    found: Option<bool>,
    waited_s: u64,
    why: Option<String>,
}

impl View {
    pub fn new(settings: &Settings, findings: &[Finding], llmobs: Verdict) -> Self {
        let findings = findings.iter().map(|finding| FindingView {
            name: finding.name,
            severity: finding.severity.word(),
            text: finding.text.clone(),
            fix: finding.fix.clone(),
        });
        let resource = settings.resource.iter().map(|(name, value)| AttributeView {
            name: name.clone(),
            value: value.clone(),
        });
        Self {
            signals: settings.signals().map(SignalView::of).into(),
            service: settings.service.clone(),
            resource: resource.collect(),
            findings: findings.collect(),
            llm_observability: LlmObsView {
                counts: llmobs.counts.word(),
                why: llmobs.why,
            },
            span: None,
            search: None,
        }
    }

    pub fn sent(&mut self, sent: &Sent) {
        let answer = match &sent.result {
            Ok(taken) => match &taken.rejected {
                Some(rejected) => Some(rejected.message.clone()),
                None => taken.warning.clone(),
            },
            Err(error) => Some(error.to_string()),
        };
        self.span = Some(SpanView {
            trace_id: sent.trace_id.clone(),
            taken: sent.is_taken(),
            status: match &sent.result {
                Ok(taken) => Some(taken.status),
                Err(error) => error.status(),
            },
            took_ms: u64::try_from(sent.took.as_millis()).unwrap_or(u64::MAX),
            answer,
            explanation: sent.explanation.clone(),
        });
    }

    pub fn searched(&mut self, searched: Searched) {
        self.search = Some(SearchView {
            url: searched.url,
            found: searched.found,
            waited_s: searched.waited.as_secs(),
            why: searched.why,
        });
    }

    /// What the SDK makes of the variables, and what is wrong with them.
    pub fn head(&self, ui: &Ui) -> String {
        let mut text = String::new();
        for one in &self.signals {
            let url = one.url.as_deref().unwrap_or("no address");
            let from = one.from.as_deref().unwrap_or("the SDK's default");
            let line = format!("{:<8} {url}\n         by {from}\n", one.signal);
            text.push_str(&escape::block(&line));
        }
        if let Some(traces) = self.signals.first() {
            let protocol = traces.protocol.unwrap_or("no protocol");
            let headers = match traces.headers.is_empty() {
                true => "no headers".to_owned(),
                false => format!("headers {}", traces.headers.join(", ")),
            };
            let compression = match traces.compression {
                "none" => "no compression",
                other => other,
            };
            let line = format!("how      {protocol}, {compression}, {headers}\n");
            text.push_str(&escape::block(&line));
        }
        let service = self.service.as_deref().unwrap_or("unknown_service");
        text.push_str(&format!("service  {}\n", escape::line(service)));
        for finding in &self.findings {
            text.push_str(&finding.text(ui));
        }
        let LlmObsView { counts, why } = &self.llm_observability;
        let told = format!("GenAI spans count as LLM Observability: {counts}; {why}");
        text.push_str(&ui.wrap(&told, ""));
        text
    }

    pub fn span(&self, ui: &Ui) -> String {
        let Some(span) = &self.span else {
            return String::new();
        };
        let answer = span.answer.as_deref().unwrap_or_default();
        let mut text = match (span.taken, span.status) {
            (true, Some(status)) => {
                let word = ui.palette().paint(Tone::Good, "taken");
                let SpanView {
                    took_ms, trace_id, ..
                } = span;
                format!("{word} ({status}) in {took_ms} ms, trace {trace_id}\n")
            }
            _ => {
                let word = ui.palette().paint(Tone::Bad, "not taken");
                format!("{word}\n")
            }
        };
        if !answer.is_empty() {
            text.push_str(&ui.wrap(answer, "  "));
        }
        if let Some(why) = &span.explanation {
            text.push_str(&ui.wrap(why, "  "));
        }
        text
    }

    pub fn search(&self, ui: &Ui) -> String {
        let Some(search) = &self.search else {
            return String::new();
        };
        let waited = human_duration(std::time::Duration::from_secs(search.waited_s));
        let mut text = match (search.found, &search.why) {
            (Some(true), _) => {
                let word = ui.palette().paint(Tone::Good, "found");
                format!("{word} after {waited}\n")
            }
            (_, Some(why)) => ui.wrap(&format!("not looked for: {why}"), ""),
            _ => format!(
                "not found within {waited}, which is no failure: it takes three to five minutes\n"
            ),
        };
        if let Some(url) = &search.url {
            text.push_str(&format!("look at  {url}\n"));
        }
        text
    }
}

impl SignalView {
    fn of(one: &SignalSettings) -> Self {
        let headers = one.headers.iter().map(|header| header.name.clone());
        Self {
            signal: one.signal.name(),
            url: one.url.as_ref().ok().map(printable_url),
            from: one.from.clone(),
            protocol: one.protocol.map(Protocol::name),
            compression: if one.compresses { "gzip" } else { "none" },
            headers: headers.collect(),
        }
    }
}

impl FindingView {
    fn text(&self, ui: &Ui) -> String {
        let tone = match self.severity {
            "error" => Tone::Bad,
            "warning" => Tone::Warning,
            _ => Tone::Accent,
        };
        let word = ui.palette().paint(tone, self.severity);
        let text = ui.wrap(&format!("{}: {}", self.text, self.fix), "  ");
        format!("{word}\n{text}")
    }
}
