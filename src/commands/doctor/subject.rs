//! What the doctor looks at, out of settings, secrets and environment.

use std::path::PathBuf;
use std::sync::Arc;

use super::secrets::secrets;
use crate::config::{self, KEYS, Origin, SecretFlags, SecretKind, Settings};
use crate::context::Context;
use crate::datadog::{
    Datadog, Endpoint, KeyShape, Patience, check_api_key_shape, check_app_key_shape,
};
use crate::delivery::map::log::LogProfile;
use crate::doctor::{Access, Finding, Local, SettingsFacts, Subject};
use crate::domain::secret::Secret;
use crate::domain::site::Site;
use crate::error::classify;
use crate::gateway::Gateway;
use crate::http::Proxies;
use crate::otel::Variables;

/// Everything that checks look at. Nothing is asked yet but where secrets lie.
pub fn subject(context: &Context, flags: &SecretFlags, may_ask_all_sites: bool) -> Subject {
    let settings = context.settings().ok();
    let keys = Keys::find(context, flags);
    let gateway = gateway(context, flags);
    let hostname = match &gateway {
        Access::Open(gateway) => gateway.host().to_owned(),
        Access::Shut(_) => String::new(),
    };
    let local = Local {
        secrets: settings.map_or_else(Vec::new, |_| secrets(context, flags)),
        app_key_shape: keys.app_key_shape(),
        may_ask_all_sites,
        log_profile: settings.map_or_else(LogProfile::default, |it| log_profile(it, hostname)),
        ..local(context, settings)
    };
    let datadog = datadog(context, settings, &keys);
    let http = Arc::clone(context.http());
    Subject::new(local, http, datadog, keys.api_key(), gateway, door(context))
}

/// What follows from settings and environment alone.
fn local(context: &Context, settings: Option<&Settings>) -> Local {
    let environment = &context.environment;
    let either = |upper, lower| {
        environment
            .first(&[lower, upper])
            .map(|(_, it)| it.to_owned())
    };
    let system_certificates = ["SSL_CERT_FILE", "SSL_CERT_DIR"].into_iter();
    let valued = |it: &config::Valued<String>| it.value.clone();
    let has_otel = environment
        .iter()
        .any(|(name, _)| name.starts_with("OTEL_"));
    Local {
        now: context.now(),
        settings: settings_facts(context, settings),
        secrets: Vec::new(),
        proxies: Proxies {
            http: either("HTTP_PROXY", "http_proxy"),
            https: either("HTTPS_PROXY", "https_proxy"),
            no_proxy: either("NO_PROXY", "no_proxy"),
        },
        has_all_proxy: either("ALL_PROXY", "all_proxy").is_some(),
        ca_file: settings.and_then(|it| it.ca_file.clone()),
        system_certificates: system_certificates
            .filter_map(|name| Some((name, PathBuf::from(environment.get(name)?))))
            .collect(),
        site: settings.map_or(Site::Us1, |it| it.site.value),
        connect_to: settings.and_then(|it| it.datadog_url.clone()),
        gateway_url: settings.and_then(|it| it.gateway_url.as_ref()).map(valued),
        svix_url: settings.and_then(|it| it.svix_url.as_ref()).map(valued),
        state: context.state_folder().ok(),
        delivery: settings
            .and_then(|it| it.delivery.as_ref())
            .map(|it| it.value),
        rules: settings.map_or_else(Vec::new, |it| it.connections.clone()),
        log_profile: LogProfile::default(),
        namespace: settings.map_or_else(String::new, |it| it.namespace.value.clone()),
        retention_days: settings
            .and_then(|it| it.retention_days.as_ref())
            .map(|it| it.value),
        app_key_shape: None,
        otel: has_otel.then(|| Variables::of_pairs(environment.iter())),
        may_ask_all_sites: false,
        is_read_only: context.globals.read_only,
    }
}

fn log_profile(settings: &Settings, hostname: String) -> LogProfile {
    LogProfile {
        service: settings.service.value.clone(),
        hostname,
        tags: settings.tags.value.clone(),
        env: settings.env.as_ref().map(|env| env.value.clone()),
    }
}

fn settings_facts(context: &Context, settings: Option<&Settings>) -> SettingsFacts {
    let path = context.settings_path();
    let broken = context.settings().err().map(|error| {
        let error = anyhow::Error::from(error);
        (format!("{error:#}"), classify(&error).hints)
    });
    SettingsFacts {
        exists: path.as_ref().is_some_and(|path| path.exists()),
        path,
        profile: settings.map_or_else(String::new, |it| it.profile.value.clone()),
        has_profile: settings.is_some_and(|it| it.has_profile),
        broken,
        overridden: settings.map_or_else(Vec::new, overridden),
    }
}

/// Settings that flags, environment or the gateway's own file decide.
fn overridden(settings: &Settings) -> Vec<(&'static str, String)> {
    let found = KEYS.iter().filter_map(|key| {
        let origin = settings.value(key.name)?.origin;
        let is_file = matches!(origin, Origin::Default | Origin::Profile);
        (!is_file).then(|| (key.name, origin.to_string()))
    });
    found.collect()
}

/// Datadog's keys as they were found, of whatever shape.
struct Keys {
    api: anyhow::Result<Option<Secret>>,
    app: anyhow::Result<Option<Secret>>,
}

impl Keys {
    fn find(context: &Context, flags: &SecretFlags) -> Self {
        Self {
            api: context.optional_secret(SecretKind::ApiKey, flags),
            app: context.optional_secret(SecretKind::AppKey, flags),
        }
    }

    fn api_key(&self) -> Option<Secret> {
        self.api.as_ref().ok().cloned().flatten()
    }

    fn app_key(&self) -> Option<Secret> {
        self.app.as_ref().ok().cloned().flatten()
    }

    fn app_key_shape(&self) -> Option<KeyShape> {
        check_app_key_shape(&self.app_key()?).err()
    }
}

/// A client with those keys that can be ones. It waits for nothing and tells nothing: a check has
/// the last word.
fn datadog(context: &Context, settings: Option<&Settings>, keys: &Keys) -> Access<Datadog> {
    let Some(settings) = settings else {
        return Access::Shut(Finding::skipped("the settings cannot be read: see config"));
    };
    let (api_key, app_key) = (keys.api_key(), keys.app_key());
    if api_key.is_none() && app_key.is_none() {
        let missing = match &keys.api {
            Err(error) => Finding::problem(format!("{error:#}")),
            Ok(_) => Finding::problem("no API key is found: nothing can be sent to Datadog"),
        };
        let fix = "set DD_API_KEY, keep it by `ddctl auth set api-key`, or name its file by \
                   --api-key-file";
        return Access::Shut(missing.fix(fix));
    }
    let endpoint = Endpoint {
        site: settings.site.value,
        connect_to: settings.datadog_url.clone(),
    };
    let api_key = api_key.filter(|key| check_api_key_shape(key).is_ok());
    let app_key = app_key.filter(|key| check_app_key_shape(key).is_ok());
    match Datadog::new(Arc::clone(context.http()), endpoint, api_key, app_key) {
        Ok(datadog) => Access::Open(datadog.with_patience(Patience::none())),
        Err(shape) => Access::Shut(Finding::problem(shape.to_string()).fix(shape.advice())),
    }
}

fn gateway(context: &Context, flags: &SecretFlags) -> Access<Gateway> {
    match context.gateway(flags) {
        Ok(gateway) => Access::Open(gateway),
        Err(error) => Access::Shut(shut(context, &error)),
    }
}

/// The gateway for questions that take no token, which is asked for none.
fn door(context: &Context) -> Access<Gateway> {
    match context.gateway_with(Secret::new("none")) {
        Ok(gateway) => Access::Open(gateway),
        Err(error) => Access::Shut(shut(context, &error)),
    }
}

/// Why there is no gateway to ask.
fn shut(context: &Context, error: &anyhow::Error) -> Finding {
    let finding = match context.settings() {
        Err(_) => return Finding::skipped("the settings cannot be read: see config"),
        Ok(settings) if settings.gateway_url.is_none() => Finding::skipped("no gateway is named"),
        Ok(_) => Finding::problem(format!("{error:#}")),
    };
    let hints = classify(error).hints.into_iter();
    hints.fold(finding, Finding::fix)
}
