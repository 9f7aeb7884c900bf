//! What the gateway says about itself and about who asks.
//! Source: `gateway/api/serverinfo/serverinfo.go`, `gateway/api/openapi/types.go`.

use serde::Deserialize;

use super::null_as_default;

/// `GET /serverinfo`, as far as it is used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct ServerInfo {
    pub version: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub auth_method: String,
    /// `selfhosted` or `multitenant`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tenancy_type: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub api_url: String,
    /// Whether `WEBHOOK_APPKEY` is set. It does not tell hosted from self-hosted Svix.
    #[serde(default, deserialize_with = "null_as_default")]
    pub has_webhook_app_key: bool,
    #[serde(default, deserialize_with = "null_as_default")]
    pub disable_sessions_download: bool,
    #[serde(default, rename = "license_info", deserialize_with = "null_as_default")]
    pub licence: Licence,
}

/// The gateway's licence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Licence {
    #[serde(default, rename = "type", deserialize_with = "null_as_default")]
    pub kind: LicenceKind,
    #[serde(default, deserialize_with = "null_as_default")]
    pub is_valid: bool,
    /// `valid`, `expired` or `invalid`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub status: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub verify_error: String,
}

/// Which licence it is. Under the open-source one a connection that is attached to the plugin
/// `webhooks` refuses every session (`gateway/transport/plugins/webhooks/webhooks.go`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LicenceKind {
    Oss,
    Enterprise,
    /// Empty where the licence cannot be parsed, or a word of a later gateway.
    #[default]
    #[serde(other)]
    Unknown,
}

/// `GET /publicserverinfo`, which needs no sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PublicServerInfo {
    /// `local`, `oidc` or `saml`.
    pub auth_method: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub setup_required: bool,
}

/// `GET /userinfo`: who the token belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct UserInfo {
    #[serde(default, deserialize_with = "null_as_default")]
    pub id: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    pub email: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub org_id: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub org_name: String,
    /// `admin`, `auditor` or `standard`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub role: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub is_admin: bool,
    #[serde(default, deserialize_with = "null_as_default")]
    pub groups: Vec<String>,
}

impl UserInfo {
    /// True where the gateway shows this user's own sessions alone. It leaves the others out of
    /// its lists without a word (`gateway/api/session/session.go`, `List`).
    pub fn sees_own_sessions_alone(&self) -> bool {
        self.role == "standard"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_licence_is_read_by_its_type() {
        let kind = |word: &str| {
            let body = format!(
                r#"{{"version":"1.148.0","license_info":{{"type":"{word}","is_valid":true}},"later":1}}"#
            );
            let info: ServerInfo = serde_json::from_str(&body).expect("server info");
            info.licence.kind
        };
        assert_eq!(kind("oss"), LicenceKind::Oss);
        assert_eq!(kind("enterprise"), LicenceKind::Enterprise);
        assert_eq!(kind(""), LicenceKind::Unknown);
        assert_eq!(kind("galactic"), LicenceKind::Unknown);
    }

    #[test]
    fn server_info_without_a_licence_claims_none() {
        let info: ServerInfo =
            serde_json::from_str(r#"{"version":"1","license_info":null}"#).expect("server info");
        assert_eq!(info.licence, Licence::default());
        assert!(!info.licence.is_valid);
    }
}
