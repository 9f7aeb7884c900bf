//! What is looked at: what is known of this machine, whom to ask, and what they answered. Each
//! remote is asked for one thing once, however many checks want it.

use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::join_all;
use jiff::Timestamp;
use tokio::sync::OnceCell;
use url::Url;

use super::away::{Away, within};
use super::check::Need;
use super::finding::Finding;
use crate::datadog::{AppKeyVerdict, Datadog, DatadogError, KeyShape, LogIndex};
use crate::delivery::map::log::LogProfile;
use crate::domain::connection::ConnectionRule;
use crate::domain::delivery::Delivery;
use crate::domain::secret::Secret;
use crate::domain::site::Site;
use crate::gateway::{
    ConnectionInfo, Gateway, GatewayError, Plugin, PublicServerInfo, ServerInfo, UserInfo,
};
use crate::http::{self, Presented, Proxies, TransportError, printable_url};
use crate::otel::Variables;

/// The settings file, and what of it is in force.
#[derive(Clone, Debug, Default)]
pub struct SettingsFacts {
    pub path: Option<PathBuf>,
    pub exists: bool,
    pub profile: String,
    /// The profile stands in the file.
    pub has_profile: bool,
    /// Why it cannot be read, and what helps.
    pub broken: Option<(String, Vec<String>)>,
    /// Settings that come from elsewhere than the file, with where from.
    pub overridden: Vec<(&'static str, String)>,
}

/// One secret that a command may ask for.
#[derive(Clone, Debug)]
pub struct SecretFacts {
    /// Such as `api-key`.
    pub name: &'static str,
    /// `None` where there is none.
    pub place: Option<String>,
    /// The file that holds it.
    pub file: Option<PathBuf>,
    /// Its mask.
    pub shown: Option<String>,
    /// Why it cannot be had, and what helps.
    pub error: Option<(String, Vec<String>)>,
    /// What opens it, and lies open to others, so that it is not taken.
    pub exposed: Option<PathBuf>,
}

/// What is known without asking anybody.
#[derive(Clone, Debug)]
pub struct Local {
    pub now: Timestamp,
    pub settings: SettingsFacts,
    pub secrets: Vec<SecretFacts>,
    pub proxies: Proxies,
    /// `ALL_PROXY`, which is not looked at.
    pub has_all_proxy: bool,
    pub ca_file: Option<PathBuf>,
    /// `SSL_CERT_FILE` and `SSL_CERT_DIR` that are set: which, and what is named.
    pub system_certificates: Vec<(&'static str, PathBuf)>,
    pub site: Site,
    /// `DDCTL_DATADOG_URL`
    pub connect_to: Option<Url>,
    pub gateway_url: Option<String>,
    pub svix_url: Option<String>,
    pub state: Option<PathBuf>,
    /// As the profile says.
    pub delivery: Option<Delivery>,
    pub rules: Vec<ConnectionRule>,
    pub log_profile: LogProfile,
    pub namespace: String,
    pub retention_days: Option<u32>,
    /// Why what was given as application key cannot be one.
    pub app_key_shape: Option<KeyShape>,
    /// `None` where no OTEL_* is set.
    pub otel: Option<Variables>,
    /// Somebody agreed to show the key to the other sites.
    pub may_ask_all_sites: bool,
    /// Nothing may be changed or sent.
    pub is_read_only: bool,
}

/// A remote, or why there is none to ask.
#[derive(Debug)]
pub enum Access<T> {
    Open(T),
    Shut(Finding),
}

/// Everything that checks look at.
#[derive(Debug)]
pub struct Subject {
    pub local: Local,
    pub http: Arc<http::Client>,
    pub datadog: Access<Datadog>,
    /// As it was given; a mask alone is shown.
    pub api_key: Option<Secret>,
    pub gateway: Access<Gateway>,
    /// The same without a token, for what takes none.
    pub door: Access<Gateway>,
    answers: Answers,
}

#[derive(Debug, Default)]
struct Answers {
    api_key: OnceCell<Result<(), DatadogError>>,
    app_key: OnceCell<AppKeyVerdict>,
    indexes: OnceCell<Result<Vec<LogIndex>, DatadogError>>,
    public: OnceCell<Result<PublicServerInfo, GatewayError>>,
    server: OnceCell<Result<ServerInfo, GatewayError>>,
    user: OnceCell<Result<UserInfo, GatewayError>>,
    connections: OnceCell<Result<Vec<ConnectionInfo>, GatewayError>>,
    plugin: OnceCell<Result<Option<Plugin>, GatewayError>>,
    presented: OnceCell<Vec<Shown>>,
}

/// A host that is spoken to by TLS, and the certificate that it presents.
pub type Shown = (String, Result<Presented, TransportError>);

impl Subject {
    pub fn new(
        local: Local,
        http: Arc<http::Client>,
        datadog: Access<Datadog>,
        api_key: Option<Secret>,
        gateway: Access<Gateway>,
        door: Access<Gateway>,
    ) -> Self {
        Self {
            local,
            http,
            datadog,
            api_key,
            gateway,
            door,
            answers: Answers::default(),
        }
    }

    /// The state's folder.
    pub fn folder(&self) -> Result<PathBuf, Finding> {
        let missing = || {
            Finding::skipped("there is no folder for state")
                .fix("set HOME or XDG_STATE_HOME to remember what was sent")
        };
        self.local.state.clone().ok_or_else(missing)
    }

    pub fn datadog(&self) -> Result<&Datadog, Finding> {
        open(&self.datadog)
    }

    pub fn gateway(&self) -> Result<&Gateway, Finding> {
        open(&self.gateway)
    }

    /// The gateway, for what it tells anybody.
    pub fn door(&self) -> Result<&Gateway, Finding> {
        open(&self.gateway).or_else(|_| open(&self.door))
    }

    /// What is known of one secret.
    pub fn secret(&self, name: &str) -> Option<&SecretFacts> {
        self.local.secrets.iter().find(|it| it.name == name)
    }

    /// Every host that something is sent to, each with what it is.
    pub fn hosts(&self) -> Vec<(&'static str, Url)> {
        let https = |host: String| Url::parse(&format!("https://{host}/")).ok();
        let site = self.local.site;
        let mut hosts = match &self.local.connect_to {
            Some(url) => vec![("DDCTL_DATADOG_URL", Some(url.clone()))],
            None => vec![
                ("Datadog's API", https(site.api_host())),
                ("the logs intake", https(site.logs_intake_host())),
            ],
        };
        let parsed = |url: &Option<String>| Url::parse(url.as_deref()?).ok();
        hosts.push(("the gateway", parsed(&self.local.gateway_url)));
        hosts.push(("Svix", parsed(&self.local.svix_url)));
        let known = hosts.into_iter();
        known
            .filter_map(|(what, url)| Some((what, url?)))
            .filter(|(_, url)| url.has_host())
            .collect()
    }

    /// Whether the API key is good for the site.
    pub async fn api_key_answer(&self) -> Result<&Result<(), DatadogError>, Finding> {
        let datadog = self.datadog()?;
        let ask = || within(self.host(), datadog.validate());
        Ok(self.answers.api_key.get_or_init(ask).await)
    }

    /// What Datadog says of the application key or the access token.
    pub async fn app_key_answer(&self) -> Result<&AppKeyVerdict, Finding> {
        let datadog = self.datadog()?;
        let ask = || async {
            let told = async { Ok(datadog.validate_application_key().await) };
            match within(self.host(), told).await {
                Ok(verdict) => verdict,
                Err(error) => AppKeyVerdict {
                    result: Err(error),
                    facts: None,
                },
            }
        };
        Ok(self.answers.app_key.get_or_init(ask).await)
    }

    pub async fn indexes(&self) -> Result<&Result<Vec<LogIndex>, DatadogError>, Finding> {
        let datadog = self.datadog()?;
        let ask = || within(self.host(), datadog.log_indexes());
        Ok(self.answers.indexes.get_or_init(ask).await)
    }

    pub async fn public_server(&self) -> Result<&Result<PublicServerInfo, GatewayError>, Finding> {
        let gateway = self.door()?;
        let ask = || within(gateway.page_base(), gateway.public_server_info());
        Ok(self.answers.public.get_or_init(ask).await)
    }

    pub async fn server(&self) -> Result<&Result<ServerInfo, GatewayError>, Finding> {
        let gateway = self.gateway()?;
        let ask = || within(gateway.page_base(), gateway.server_info());
        Ok(self.answers.server.get_or_init(ask).await)
    }

    pub async fn user(&self) -> Result<&Result<UserInfo, GatewayError>, Finding> {
        let gateway = self.gateway()?;
        let asked = async || gateway.user_info().await.cloned();
        let ask = || within(gateway.page_base(), asked());
        Ok(self.answers.user.get_or_init(ask).await)
    }

    pub async fn connections(&self) -> Result<&Result<Vec<ConnectionInfo>, GatewayError>, Finding> {
        let gateway = self.gateway()?;
        let ask = || within(gateway.page_base(), gateway.connections());
        Ok(self.answers.connections.get_or_init(ask).await)
    }

    /// The plugin `webhooks`.
    pub async fn plugin(&self) -> Result<&Result<Option<Plugin>, GatewayError>, Finding> {
        let gateway = self.gateway()?;
        let ask = || within(gateway.page_base(), gateway.plugin("webhooks"));
        Ok(self.answers.plugin.get_or_init(ask).await)
    }

    /// What each host that is spoken to by TLS presents.
    pub async fn presented(&self) -> &[Shown] {
        let ask = || async {
            let hosts = self.hosts().into_iter();
            let asked = hosts.filter(|(_, url)| url.scheme() == "https");
            let answers = asked.map(async |(_, url)| {
                let host = url.host_str().unwrap_or_default().to_owned();
                let presented = within(printable_url(&url), self.http.presented(&url)).await;
                (host, presented)
            });
            join_all(answers).await
        };
        self.answers.presented.get_or_init(ask).await
    }

    /// Whether what a check needs is there; else what is said in its place.
    pub async fn meet(&self, need: Need) -> Result<(), Finding> {
        if self.local.settings.broken.is_some() {
            return Err(Finding::skipped("the settings cannot be read: see config"));
        }
        match need {
            Need::Settings => Ok(()),
            Need::ApiKey => self.meet_api_key().await,
            Need::AppKey => self.meet_app_key().await,
            Need::Gateway => {
                let answer = self.public_server().await;
                met("the gateway", answer, "gateway-api")
            }
            Need::GatewayToken => {
                let answer = self.public_server().await;
                met("the gateway", answer, "gateway-api")?;
                met("the gateway", self.user().await, "gateway-token")
            }
            Need::State => self.folder().map(drop),
        }
    }

    async fn meet_api_key(&self) -> Result<(), Finding> {
        if self.api_key.is_none() {
            return Err(Finding::skipped("there is no API key: see api-key"));
        }
        match self.api_key_answer().await {
            // Another host is asked, which may be reached all the same.
            Ok(Err(error)) if error.is_away() => Ok(()),
            answer => met("Datadog", answer, "api-key"),
        }
    }

    async fn meet_app_key(&self) -> Result<(), Finding> {
        let lacking = Finding::skipped("there is no application key: see app-key");
        match self.app_key_answer().await.map(|verdict| &verdict.result) {
            Ok(Err(DatadogError::NoApplicationKey { .. } | DatadogError::NoApiKey { .. })) => {
                Err(lacking)
            }
            answer => met("Datadog", answer, "app-key"),
        }
    }

    /// Datadog, where it is connected to.
    pub fn host(&self) -> String {
        match &self.local.connect_to {
            Some(url) => printable_url(url),
            None => format!("https://{}", self.local.site.api_host()),
        }
    }
}

fn open<T>(access: &Access<T>) -> Result<&T, Finding> {
    match access {
        Access::Open(remote) => Ok(remote),
        Access::Shut(finding) => Err(finding.clone()),
    }
}

/// Whether there was an answer; else what is said by a check that hangs on it. What is wrong is told
/// once, by `check`.
fn met<T>(
    who: &str,
    answer: Result<&Result<T, impl Away>, Finding>,
    check: &str,
) -> Result<(), Finding> {
    match answer {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) if error.is_away() => Err(Finding::unknown(match error.was_reached() {
            false => format!("{who} is unreachable: see {check}"),
            true => format!("{who} does not answer as it should: see {check}"),
        })),
        Ok(Err(_)) => Err(Finding::skipped(format!(
            "{who} takes no key or token that was found: see {check}"
        ))),
        Err(shut) => {
            let why = shut.evidence.join("; ");
            Err(Finding::skipped(format!("{why}: see {check}")))
        }
    }
}
