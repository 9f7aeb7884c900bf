//! Sending the span, and asking Datadog about it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use tokio::time::{Instant, sleep};
use url::Url;

use crate::config::{SecretFlags, SecretKind};
use crate::context::Context;
use crate::datadog::{self, Datadog, Endpoint, probe_sites, sites_to_probe};
use crate::domain::secret::Secret;
use crate::domain::site::Site;
use crate::domain::time::human_duration;
use crate::http::{HeaderName, TransportError};
use crate::otel::{CHECK_ID, KeyFact, Sample, Settings, Target, explain};
use crate::otlp::{self, Exporter, OtlpError, Taken, Verdict};

/// Between two looks: the first, and the longest. 300 searches an hour are allowed.
const FIRST_LOOK: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Where the span goes.
pub(super) struct Door<'a> {
    context: &'a Context,
    exporter: Exporter,
    target: Target,
    key: Option<Secret>,
}

/// What became of the span.
pub(super) struct Sent {
    pub trace_id: String,
    pub result: Result<Taken, OtlpError>,
    pub took: Duration,
    /// Why it was refused, and what to do.
    pub explanation: Option<String>,
}

/// What is needed to look for it.
pub(super) struct Asked {
    trace_id: String,
    site: Option<Site>,
    key: Option<Secret>,
}

/// What came of looking.
pub(super) struct Searched {
    pub url: Option<String>,
    /// `None` where nobody was asked.
    pub found: Option<bool>,
    pub waited: Duration,
    /// Why nobody could be asked.
    pub why: Option<String>,
}

impl<'a> Door<'a> {
    /// The address of the traces; their other headers go as they are.
    pub fn of(context: &'a Context, settings: &Settings, target: Target) -> anyhow::Result<Self> {
        let traces = &settings.traces;
        let url = traces.url.clone();
        let url = url.map_err(|text| anyhow::anyhow!("{text} is no address"))?;
        let key = traces
            .header("dd-api-key")
            .map(|header| header.value.clone());
        let others = traces.headers.iter().filter(|one| one.name != "dd-api-key");
        let headers = others.filter_map(|one| {
            let name = HeaderName::from_bytes(one.name.as_bytes()).ok()?;
            Some((name, one.value.clone()))
        });
        let stand_in = context.settings()?.datadog_url.as_ref();
        let (url, host) = connected(url, stand_in, target);
        let door = otlp::Door {
            url,
            host,
            key: key.clone(),
            headers: headers.collect(),
        };
        Ok(Self {
            context,
            exporter: Exporter::new(Arc::clone(context.http()), door, traces.compresses),
            target,
            key,
        })
    }

    pub async fn send(&self, settings: &Settings, is_genai: bool) -> anyhow::Result<(Sent, Asked)> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).context("make an id")?;
        let sample = Sample::new(random, is_genai, Timestamp::now());
        let begun = Instant::now();
        let result = self.exporter.send(&sample.request(settings)).await;
        let took = begun.elapsed();
        let explanation = match &result {
            Ok(_) => None,
            Err(error) => explain(error, self.target, self.key_fact(error).await),
        };
        let trace_id = sample.trace_id.to_string();
        let asked = Asked {
            trace_id: trace_id.clone(),
            site: match self.target {
                Target::Datadog(site) => Some(site),
                Target::Elsewhere => Some(self.context.settings()?.site.value),
            },
            key: self.key.clone(),
        };
        let sent = Sent {
            trace_id,
            result,
            took,
            explanation,
        };
        Ok((sent, asked))
    }

    /// A 403 can be the key, the site or the account: the sites are asked about the key.
    async fn key_fact(&self, error: &OtlpError) -> KeyFact {
        let is_refused = matches!(error.status(), Some(401 | 403));
        let (Target::Datadog(site), Some(key), true) = (self.target, &self.key, is_refused) else {
            return KeyFact::NotAsked;
        };
        let stand_in = self.context.settings().ok();
        let stand_in = stand_in.and_then(|settings| settings.datadog_url.as_ref());
        let sites = sites_to_probe(&[site]);
        let asked = probe_sites(self.context.http(), stand_in, &sites, key).await;
        let Ok(verdicts) = asked else {
            // Of the wrong shape, and so shown to nobody.
            return KeyFact::Unknown;
        };
        let good = verdicts.iter().filter(|verdict| verdict.result.is_ok());
        let good: Vec<Site> = good.map(|verdict| verdict.site).collect();
        let is_answered = verdicts.iter().any(|verdict| match &verdict.result {
            Ok(()) => true,
            Err(error) => error.meaning() == datadog::Meaning::Pause,
        });
        match good.first() {
            _ if good.contains(&site) => KeyFact::Good,
            Some(other) => KeyFact::OfAnotherSite(*other),
            None if is_answered => KeyFact::Unknown,
            None => KeyFact::NotAsked,
        }
    }
}

/// What is connected to, and the host that is meant where it is another one.
fn connected(url: Url, stand_in: Option<&Url>, target: Target) -> (Url, Option<String>) {
    let is_named = url.host_str().and_then(Site::of_host).is_some();
    let (Some(stand_in), Target::Datadog(_), true) = (stand_in, target, is_named) else {
        return (url, None);
    };
    let mut elsewhere = stand_in.clone();
    elsewhere.set_path(url.path());
    let host = url.host_str().map(str::to_owned);
    (elsewhere, host)
}

impl Sent {
    /// All of it: a span that was left out of a request that was taken was not.
    pub fn is_taken(&self) -> bool {
        matches!(&self.result, Ok(taken) if taken.rejected.is_none())
    }

    /// Whether the same may succeed later.
    pub fn may_pass(&self) -> bool {
        match &self.result {
            Ok(_) => false,
            Err(OtlpError::Transport(TransportError::Settings { .. })) => false,
            Err(OtlpError::Transport(_)) => true,
            Err(OtlpError::Refused(refusal)) => matches!(
                refusal.verdict,
                Verdict::Retry { .. } | Verdict::RetryAFewTimes { .. }
            ),
        }
    }
}

impl Asked {
    /// Looks until the span is found, or `wait` is over.
    pub async fn look(
        &self,
        context: &Context,
        flags: &SecretFlags,
        wait: Duration,
    ) -> anyhow::Result<Searched> {
        let query = format!("@{CHECK_ID}:{}", self.trace_id);
        let mut searched = Searched {
            url: self.site.map(|site| link(site, &query)),
            found: None,
            waited: Duration::ZERO,
            why: None,
        };
        if wait.is_zero() {
            searched.why = Some("--wait is zero".to_owned());
            return Ok(searched);
        }
        let datadog = match self.client(context, flags)? {
            Ok(datadog) => datadog,
            Err(why) => {
                searched.why = Some(why.to_owned());
                return Ok(searched);
            }
        };
        let told = human_duration(wait);
        context
            .ui
            .status(&format!("looking for the span, for {told} at most"));
        let progress = context.ui.progress("looking for the span");
        progress.within(wait);
        let (begun, mut pause) = (Instant::now(), FIRST_LOOK);
        let mut looks = 0;
        loop {
            looks += 1;
            progress.set(&format!("look {looks}"));
            match datadog.has_span(&query).await {
                Ok(is_found) => searched.found = Some(is_found),
                Err(error) => {
                    searched.why = Some(error.to_string());
                    return Ok(searched);
                }
            }
            searched.waited = begun.elapsed();
            let left = wait.saturating_sub(searched.waited);
            if searched.found == Some(true) || left.is_zero() {
                return Ok(searched);
            }
            sleep(pause.min(left)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// A client under the key of the settings; `Err` says what is missing.
    fn client(
        &self,
        context: &Context,
        flags: &SecretFlags,
    ) -> anyhow::Result<Result<Datadog, &'static str>> {
        let Some(app_key) = context.optional_secret(SecretKind::AppKey, flags)? else {
            return Ok(Err("no application key was given"));
        };
        let Some(site) = self.site else {
            return Ok(Err("the site is not known"));
        };
        let api_key = match &self.key {
            Some(key) => Some(key.clone()),
            None => context.optional_secret(SecretKind::ApiKey, flags)?,
        };
        if api_key.is_none() && datadog::token_kind(&app_key).is_none() {
            return Ok(Err("no API key was given"));
        }
        let endpoint = Endpoint {
            site,
            connect_to: context.settings()?.datadog_url.clone(),
        };
        let http = Arc::clone(context.http());
        Ok(Ok(Datadog::new(http, endpoint, api_key, Some(app_key))?))
    }
}

/// Of the trace explorer.
fn link(site: Site, query: &str) -> String {
    let query: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
    format!("{}/apm/traces?query={query}", site.app_url())
}
