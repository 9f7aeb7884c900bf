//! Health, server, licence, and who one is.

use serde_json::{Value, json};

use super::auth::Caller;
use super::{Licence, ORG_ID, Options, answer};
use crate::sandbox::http::Reply;

pub fn health() -> Reply {
    answer::json(200, &json!({"liveness": "OK"}))
}

pub fn public_server_info() -> Reply {
    answer::json(
        200,
        &json!({"auth_method": "local", "setup_required": false}),
    )
}

pub fn server_info(options: &Options) -> Reply {
    let info = json!({
        "version": "1.148.0",
        "commit_sha": "e939597d",
        "log_level": "info",
        "go_debug": "",
        "auth_method": "local",
        "redact_provider": "",
        "has_redact_credentials": false,
        "has_webhook_app_key": true,
        "has_idp_audience": false,
        "has_idp_custom_scopes": false,
        "has_ask_ai_credentials": false,
        "has_ssh_client_host_key": false,
        "postgres_proxy_enabled": false,
        "api_url": options.api_url,
        "grpc_url": "grpc://127.0.0.1:8010",
        "tenancy_type": "selfhosted",
        "license_info": licence(options),
        "idp_provider_name": "unknown",
        "disable_sessions_download": false,
        "disable_clipboard_copy_cut": false,
        "analytics_tracking": "disabled",
        "analytics_mode": "disabled",
        "feature_flags": {
            "beta.oracle_native": true,
            "experimental.log_exec_input": true,
            "experimental.mcp_gateway": false,
        },
    });
    answer::json(200, &info)
}

/// Without a licence the gateway reports a valid open-source one, from now on for ten years.
fn licence(options: &Options) -> Value {
    const TEN_YEARS_S: i64 = 3_652 * 86_400;
    let now = options.now.as_second();
    let is_oss = options.licence == Licence::Oss;
    let host = options.api_url.split("://").last().unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(name, _)| name);
    json!({
        "key_id": if is_oss { "" } else { "f2fb0c3143822b08be26f8fc5b703e0a6689e675" },
        "allowed_hosts": ["*"],
        "type": if is_oss { "oss" } else { "enterprise" },
        "issued_at": now,
        "expire_at": now + TEN_YEARS_S,
        "is_valid": true,
        "status": "valid",
        "verify_error": "",
        "verified_host": host,
        "features": [],
    })
}

pub fn user_info(caller: &Caller) -> Reply {
    let role = match () {
        () if caller.is_admin() => "admin",
        () if caller.sees_everything() => "auditor",
        () => "standard",
    };
    let info = json!({
        "id": caller.subject,
        "name": caller.name,
        "email": caller.email,
        "status": "active",
        "verified": true,
        "role": role,
        "slack_id": "",
        "picture": "",
        "groups": caller.groups,
        "is_admin": caller.is_admin(),
        "is_multitenant": false,
        "tenancy_type": "selfhosted",
        "org_id": ORG_ID,
        "org_name": "default",
        "org_license": "",
        "feature_ask_ai": "unavailable",
        "webapp_users_management": "on",
        "intercom_hmac_digest": "",
        "default_protection_profile": null,
        "show_origin_survey": false,
        "show_setup_checklist": false,
    });
    answer::json(200, &info)
}
