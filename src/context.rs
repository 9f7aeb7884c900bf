//! What every command is handed: settings, secrets, the ui, the network, the clock.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::config::vault::{Answer, Asker, Attendance, Vault};
use crate::config::{
    ConfigError, DEFAULT_PROFILE, Environment, Exposure, SecretError, SecretFlags, SecretKind,
    SecretPlace, Secrets, Settings, accepted, exposures, read_printed,
};
use crate::datadog::{Datadog, Endpoint, Notice, Patience, token_kind};
use crate::domain::redaction::{Redactor, TokenKey};
use crate::domain::secret::Secret;
use crate::domain::site::Site;
use crate::error::UsageError;
use crate::gateway::{Credential, Gateway};
use crate::globals::Globals;
use crate::http;
use crate::stopping::Stopping;
use crate::svix::Svix;
use crate::ui::Ui;
use crate::ui::prompt::StoppedAsking;
use crate::waiting::Cut;

/// The world of one run.
pub struct Context {
    /// Shared with what is told of while a request waits.
    pub ui: Arc<Ui>,
    pub globals: Globals,
    pub environment: Environment,
    settings: Result<Settings, Arc<ConfigError>>,
    /// What was read once: standard input can be read no second time.
    secrets: RefCell<HashMap<SecretKind, Secret>>,
    vault: OnceCell<Vault>,
    http: Arc<http::Client>,
    stopping: Stopping,
    started: Instant,
}

/// The settings could not be read; kept for the commands that need them.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct UnreadableSettings(pub Arc<ConfigError>);

impl Context {
    pub fn new(
        ui: Ui,
        globals: Globals,
        environment: Environment,
        settings: Result<Settings, ConfigError>,
        stopping: Stopping,
    ) -> Self {
        let ca_file = settings
            .as_ref()
            .ok()
            .and_then(|settings| settings.ca_file.clone());
        let either = |upper: &'static str, lower: &'static str| {
            environment
                .first(&[lower, upper])
                .map(|(_, value)| value.to_owned())
        };
        let proxies = http::Proxies {
            http: either("HTTP_PROXY", "http_proxy"),
            https: either("HTTPS_PROXY", "https_proxy"),
            no_proxy: either("NO_PROXY", "no_proxy"),
        };
        let ui = Arc::new(ui);
        Self {
            http: Arc::new(client(http::Options { ca_file, proxies }, &ui)),
            settings: settings.map_err(Arc::new),
            secrets: RefCell::default(),
            vault: OnceCell::new(),
            ui,
            globals,
            environment,
            stopping,
            started: Instant::now(),
        }
    }

    /// With a secret that is known already, wherever else one of its kind may lie.
    pub fn holding(self, kind: SecretKind, secret: Secret) -> Self {
        self.secrets.borrow_mut().insert(kind, secret);
        self
    }

    /// The settings, or what is wrong with the file.
    pub fn settings(&self) -> Result<&Settings, UnreadableSettings> {
        self.settings
            .as_ref()
            .map_err(|error| UnreadableSettings(error.clone()))
    }

    /// The settings file in force, readable or not.
    pub fn settings_path(&self) -> Option<PathBuf> {
        Settings::path(&self.globals.flags(), &self.environment)
    }

    /// The profile that a change is written to: the one that was named, else the one in force.
    pub fn profile_to_write(&self) -> anyhow::Result<String> {
        match &self.globals.profile {
            Some(name) => Ok(name.clone()),
            None => match self.settings() {
                // A file that is about to be made has the default profile first.
                Err(UnreadableSettings(error)) if matches!(*error, ConfigError::Missing { .. }) => {
                    Ok(DEFAULT_PROFILE.to_owned())
                }
                settings => Ok(settings?.profile.value.clone()),
            },
        }
    }

    pub fn http(&self) -> &Arc<http::Client> {
        &self.http
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    /// Turns true when the person asked to stop.
    pub fn cancel(&self) -> watch::Receiver<bool> {
        self.stopping.asked()
    }

    /// Every wish to stop.
    pub fn stopping(&self) -> &Stopping {
        &self.stopping
    }

    /// The built-in rules and the profile's, unless the person asked for none; with its key, where
    /// it names one. Settings that cannot be read are an error: nobody knows what they hide.
    pub fn redactor(&self, is_off: bool) -> anyhow::Result<Redactor> {
        if is_off {
            return Ok(Redactor::off());
        }
        let rules = self.settings()?.redaction_rules.clone();
        let redactor = Redactor::built_in().with_rules(rules);
        match self.optional_secret(SecretKind::RedactionKey, &SecretFlags::default())? {
            Some(key) => Ok(redactor.with_key(TokenKey::new(key)?)),
            None => Ok(redactor),
        }
    }

    pub fn secret(&self, kind: SecretKind, flags: &SecretFlags) -> anyhow::Result<Secret> {
        let secret = self.optional_secret(kind, flags)?;
        Ok(secret.ok_or(SecretError::Missing { kind })?)
    }

    /// The secret where there is one.
    pub fn optional_secret(
        &self,
        kind: SecretKind,
        flags: &SecretFlags,
    ) -> anyhow::Result<Option<Secret>> {
        let known = self.secrets.borrow().get(&kind).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let found = self.secrets(flags)?.find(kind)?;
        let secret = found.map(|(secret, _)| secret);
        if let Some(secret) = &secret {
            self.secrets.borrow_mut().insert(kind, secret.clone());
        }
        Ok(secret)
    }

    /// Where secrets are looked for.
    pub fn secrets<'a>(&'a self, flags: &'a SecretFlags) -> anyhow::Result<Secrets<'a>> {
        Ok(Secrets {
            flags,
            environment: &self.environment,
            settings: self.settings()?,
            vault: self.vault()?,
        })
    }

    /// Where the secrets of the profile are kept. Nothing is opened before one is asked for.
    pub fn vault(&self) -> anyhow::Result<&Vault> {
        let settings = self.settings()?;
        Ok(self.vault.get_or_init(|| {
            let path = settings.path.as_deref();
            for Exposure { path, why } in path.map(exposures).unwrap_or_default() {
                self.ui.warning(&format!(
                    "{}: {why}, and so could say what ddctl runs and where it sends keys",
                    path.display()
                ));
            }
            let attendance = Attendance {
                asker: Rc::new(Person(Arc::clone(&self.ui))),
                is_attended: self.ui.can_ask(),
            };
            Vault::open(settings, &self.environment, attendance)
        }))
    }

    /// Where a secret was found.
    pub fn secret_place(
        &self,
        kind: SecretKind,
        flags: &SecretFlags,
    ) -> anyhow::Result<Option<SecretPlace>> {
        Ok(self.secrets(flags)?.place(kind)?)
    }

    /// As [`Context::secret`], read anew where it lies. A program that prints it may take its time, in
    /// which everything else goes on.
    pub async fn secret_anew(
        &self,
        kind: SecretKind,
        flags: &SecretFlags,
    ) -> anyhow::Result<Secret> {
        self.secrets.borrow_mut().remove(&kind);
        let Some(SecretPlace::Command(words)) = self.secret_place(kind, flags)? else {
            return self.secret(kind, flags);
        };
        let printed = tokio::task::spawn_blocking(move || read_printed(kind, &words)).await?;
        let secret = accepted(kind, printed?)?;
        self.secrets.borrow_mut().insert(kind, secret.clone());
        Ok(secret)
    }

    /// The gateway's address.
    pub fn gateway_url(&self) -> anyhow::Result<&str> {
        let url = self.settings()?.gateway_url.as_ref().ok_or_else(|| {
            UsageError::with_hint(
                "no gateway is named",
                "set HOOP_APIURL, give --gateway-url URL, or keep it: \
                 `ddctl config set gateway.url URL`",
            )
        })?;
        Ok(&url.value)
    }

    /// The gateway of the settings, with the token found for it.
    pub fn gateway(&self, flags: &SecretFlags) -> anyhow::Result<Gateway> {
        self.gateway_url()?;
        self.gateway_with(self.secret(SecretKind::GatewayToken, flags)?)
    }

    /// As [`Context::gateway`], under an administrator's token where there is one. One that a flag names
    /// is meant for this command.
    pub fn gateway_as_admin(&self, flags: &SecretFlags) -> anyhow::Result<Gateway> {
        let token = match flags.gateway_token_file {
            Some(_) => None,
            None => self.optional_secret(SecretKind::GatewayAdminToken, flags)?,
        };
        match token {
            Some(token) => self.gateway_with(token),
            None => self.gateway(flags),
        }
    }

    /// The gateway of the settings under a given token.
    pub fn gateway_with(&self, token: Secret) -> anyhow::Result<Gateway> {
        let url = self.gateway_url()?;
        Ok(Gateway::new(
            self.http.clone(),
            url,
            Credential::of_token(token),
        )?)
    }

    /// The Svix server at `url`, with the token found for it.
    pub fn svix(&self, url: &str, flags: &SecretFlags) -> anyhow::Result<Svix> {
        self.svix_with(url, self.secret(SecretKind::SvixToken, flags)?)
    }

    /// The Svix server at `url` under a given token.
    pub fn svix_with(&self, url: &str, token: Secret) -> anyhow::Result<Svix> {
        Ok(Svix::new(self.http.clone(), url, token)?)
    }

    /// Datadog at the site of the settings.
    pub fn datadog(&self, flags: &SecretFlags) -> anyhow::Result<Datadog> {
        let site = self.settings()?.site.value;
        self.datadog_at(site, flags)
    }

    /// Datadog at another site. An access token in the place of the application key opens the web
    /// API alone; without one there has to be an API key.
    pub fn datadog_at(&self, site: Site, flags: &SecretFlags) -> anyhow::Result<Datadog> {
        let (api_key, app_key) = self.datadog_keys(flags)?;
        self.client(site, api_key, app_key)
    }

    /// The API key and the application key or access token; one of them is there.
    pub fn datadog_keys(
        &self,
        flags: &SecretFlags,
    ) -> anyhow::Result<(Option<Secret>, Option<Secret>)> {
        let app_key = self.optional_secret(SecretKind::AppKey, flags)?;
        let api_key = match app_key.as_ref().and_then(token_kind) {
            Some(_) => self.optional_secret(SecretKind::ApiKey, flags)?,
            None => Some(self.secret(SecretKind::ApiKey, flags)?),
        };
        Ok((api_key, app_key))
    }

    /// Whether what is known opens the web API: both keys, or an access token.
    pub fn opens_web_api(&self, flags: &SecretFlags) -> anyhow::Result<bool> {
        let Some(app_key) = self.optional_secret(SecretKind::AppKey, flags)? else {
            return Ok(false);
        };
        let has_api_key = || self.optional_secret(SecretKind::ApiKey, flags);
        Ok(token_kind(&app_key).is_some() || has_api_key()?.is_some())
    }

    /// Datadog at the site of the settings under a given API key.
    pub fn datadog_with(&self, api_key: Secret) -> anyhow::Result<Datadog> {
        self.datadog_of(Some(api_key), None)
    }

    /// Datadog at the site of the settings under given keys.
    pub fn datadog_of(
        &self,
        api_key: Option<Secret>,
        app_key: Option<Secret>,
    ) -> anyhow::Result<Datadog> {
        self.client(self.settings()?.site.value, api_key, app_key)
    }

    fn client(
        &self,
        site: Site,
        api_key: Option<Secret>,
        app_key: Option<Secret>,
    ) -> anyhow::Result<Datadog> {
        let endpoint = Endpoint {
            site,
            connect_to: self.settings()?.datadog_url.clone(),
        };
        let ui = Arc::clone(&self.ui);
        let tell = move |notice: &Notice| match notice {
            Notice::Waiting(wait) => ui.status(&wait.to_string()),
            Notice::ClockOff(_) => ui.warning(&notice.to_string()),
        };
        let client = Datadog::new(self.http.clone(), endpoint, api_key, app_key)?;
        let patience = Patience::default().until(self.deadline());
        Ok(client.with_patience(patience).telling(tell))
    }

    /// Where the profile's state lies.
    pub fn state_folder(&self) -> anyhow::Result<PathBuf> {
        let state = self.environment.state_folder().ok_or_else(|| {
            UsageError::with_hint(
                "there is no folder to remember anything in",
                "set HOME or XDG_STATE_HOME",
            )
        })?;
        Ok(state.join(&self.settings()?.profile.value))
    }

    /// When `--timeout` is over, for work that ends cleanly by itself.
    pub fn deadline(&self) -> Option<Instant> {
        self.globals.timeout.map(|timeout| self.started + timeout)
    }

    /// Refuses to change anything elsewhere under `--read-only`: for commands with a `--dry-run`.
    pub fn require_write(&self, what: &str) -> Result<(), UsageError> {
        self.require_write_or(what, "`--dry-run` shows what would be sent")
    }

    /// As [`Context::require_write`], where `instead` says what is allowed.
    pub fn require_write_or(&self, what: &str, instead: &str) -> Result<(), UsageError> {
        match self.globals.read_only {
            true => Err(UsageError::with_hint(
                format!("--read-only forbids it: {what}"),
                instead,
            )),
            false => Ok(()),
        }
    }
}

/// The one client: whoever waits for an answer sees of whom, whatever the command.
fn client(options: http::Options, ui: &Arc<Ui>) -> http::Client {
    let ui = Arc::clone(ui);
    http::Client::new(options).watched_by(http::Watch::new(move |host| Box::new(ui.asked(host))))
}

/// As itself, so that whoever is told still knows what it is.
fn boxed(error: anyhow::Error) -> Box<dyn std::error::Error + Send + Sync> {
    match error.downcast::<StoppedAsking>() {
        Ok(stopped) => stopped.into(),
        Err(error) => error.into(),
    }
}

/// The person at the terminal, where there is one.
struct Person(Arc<Ui>);

impl Asker for Person {
    fn passphrase(&self, question: &str, is_new: bool) -> Answer {
        if !self.0.can_ask() {
            return Ok(None);
        }
        let ask = |question: &str| {
            self.0
                .ask_hidden(question)
                .map_err(|error| match error.downcast::<Cut>() {
                    Ok(cut) => cut.into(),
                    Err(error) => boxed(error),
                })
        };
        loop {
            let passphrase = ask(question)?;
            if !is_new || ask("The same once more")? == passphrase {
                return Ok(Some(passphrase));
            }
            self.0.warning("the two differ");
        }
    }
}
