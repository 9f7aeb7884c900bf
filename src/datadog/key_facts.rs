//! What Datadog tells of the keys in use: whose they are and what they may do.
//!
//! An application key does not know its own id, so it is found among its owner's by the four last
//! characters that the listing shows; an access token by its middle part, which the listing calls
//! `public_portion`.

use jiff::Timestamp;
use serde::Deserialize;

use super::client::Datadog;
use super::error::DatadogError;
use super::operation::{ACCESS_TOKENS, OWN_APPLICATION_KEYS, Operation, Permission, VALIDATE_V2};
use super::paging::gather;
use crate::domain::secret::Secret;

/// The most that a page holds (OpenAPI document v2, `PageSize`).
const PAGE: usize = 100;

/// The API key in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyFacts {
    /// UUID of the organisation.
    pub organisation: String,
    /// UUID of the key; empty where Datadog left it out.
    pub id: String,
    /// What it may send; empty where Datadog names nothing.
    pub scopes: Vec<String>,
}

/// The application key or access token in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppKeyFacts {
    pub id: String,
    pub name: String,
    /// `None` means unscoped: everything that its owner may do.
    pub scopes: Option<Vec<String>>,
    /// When an access token ends; keys never do.
    pub expires: Option<Timestamp>,
}

impl AppKeyFacts {
    /// Those of `needs` that the scopes leave out.
    pub fn lacks(&self, needs: &[Permission]) -> Vec<Permission> {
        let is_held = |need: &Permission| match &self.scopes {
            None => true,
            Some(scopes) => scopes.iter().any(|scope| scope == need.as_str()),
        };
        needs
            .iter()
            .copied()
            .filter(|need| !is_held(need))
            .collect()
    }
}

/// Answer of `GET /api/v2/validate`.
#[derive(Deserialize)]
struct Validated {
    data: ValidatedData,
}

#[derive(Deserialize)]
struct ValidatedData {
    id: String,
    #[serde(default)]
    attributes: Option<ValidatedAttributes>,
}

#[derive(Default, Deserialize)]
struct ValidatedAttributes {
    #[serde(default)]
    api_key_id: Option<String>,
    #[serde(default)]
    api_key_scopes: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    data: Option<Vec<ListedKey>>,
}

/// An application key or an access token, as both are listed.
#[derive(Deserialize)]
struct ListedKey {
    id: String,
    attributes: KeyAttributes,
}

#[derive(Deserialize)]
struct KeyAttributes {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    last4: Option<String>,
    #[serde(default)]
    public_portion: Option<String>,
    #[serde(default)]
    scopes: Option<Vec<String>>,
    #[serde(default)]
    expires_at: Option<Timestamp>,
}

impl Datadog {
    /// What Datadog tells of the API key. `None` where it does not tell: the operation is a
    /// preview, so a 403 or 404 there says nothing of the key.
    pub async fn key_facts(&self) -> Result<Option<ApiKeyFacts>, DatadogError> {
        let answer = match self.ask_patiently(self.draft(&VALIDATE_V2)?).await {
            Ok(answer) => answer,
            Err(error) if is_not_told(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        let Validated { data } = answer.json().await?;
        let attributes = data.attributes.unwrap_or_default();
        Ok(Some(ApiKeyFacts {
            organisation: data.id,
            id: attributes.api_key_id.unwrap_or_default(),
            scopes: attributes.api_key_scopes.unwrap_or_default(),
        }))
    }

    /// The application key or access token in use, as its owner's listing shows it. `None` where
    /// Datadog does not tell (that takes the permission `user_app_keys`), or where several keys
    /// end alike and differ in their scopes.
    pub async fn own_application_key(&self) -> Result<Option<AppKeyFacts>, DatadogError> {
        let (operation, is_own): (_, fn(&KeyAttributes, &Secret) -> bool) = match self.token() {
            Some(_) => (&ACCESS_TOKENS, is_token),
            None => (&OWN_APPLICATION_KEYS, is_key),
        };
        let Some(secret) = self.web_secret() else {
            return Ok(None);
        };
        let mut own = match self.listed_keys(operation).await {
            Ok(keys) => keys,
            Err(error) if is_not_told(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        own.retain(|key| is_own(&key.attributes, secret));
        let is_clear = own
            .windows(2)
            .all(|pair| pair[0].attributes.scopes == pair[1].attributes.scopes);
        let found = own.into_iter().next().filter(|_| is_clear);
        Ok(found.map(ListedKey::into_facts))
    }

    async fn listed_keys(
        &self,
        operation: &'static Operation,
    ) -> Result<Vec<ListedKey>, DatadogError> {
        let page = async |number: usize| {
            let draft = self.draft(operation)?;
            let draft = draft
                .query("page[size]", PAGE)
                .query("page[number]", number);
            let listed: Listed = self.ask_patiently(draft).await?.json().await?;
            Ok(listed.data.unwrap_or_default())
        };
        gather(PAGE, |key: &ListedKey| key.id.clone(), page).await
    }
}

impl ListedKey {
    fn into_facts(self) -> AppKeyFacts {
        let KeyAttributes {
            name,
            scopes,
            expires_at,
            ..
        } = self.attributes;
        AppKeyFacts {
            id: self.id,
            name: name.unwrap_or_default(),
            scopes,
            expires: expires_at,
        }
    }
}

fn is_key(listed: &KeyAttributes, secret: &Secret) -> bool {
    listed.last4.is_some() && listed.last4.as_deref() == secret.last4()
}

/// `ddpat_<public portion>_<secret>`.
fn is_token(listed: &KeyAttributes, secret: &Secret) -> bool {
    let public = secret.public_portion();
    public.is_some() && listed.public_portion.as_deref() == public
}

/// The listing takes a permission, and both it and the check are younger than some sites.
fn is_not_told(error: &DatadogError) -> bool {
    matches!(error.status(), Some(401 | 403 | 404))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::datadog::testing::{Intake, Script, datadog_with_app_key, datadog_with_token};

    /// A key as it is listed (recorded: `Get all application keys owned by current user`).
    fn listed(last4: &str, scopes: Value) -> Value {
        let id = format!("{last4}-{scopes}");
        json!({"type": "application_keys", "id": id, "attributes": {
            "name": "ci", "created_at": "2021-04-16T11:21:35.770268+00:00", "last4": last4,
            "scopes": scopes, "last_used_at": null,
        }, "relationships": {"leak_information": {"data": null}}})
    }

    async fn own(keys: Value) -> Option<AppKeyFacts> {
        let body = json!({ "data": keys }).to_string();
        let intake = Intake::start(vec![Script::json(200, &body)]).await;
        let found = datadog_with_app_key(&intake).own_application_key().await;
        let line = &intake.requests()[0].line;
        assert!(line.starts_with("GET /api/v2/current_user/application_keys?page"));
        found.expect("an answer")
    }

    #[tokio::test]
    async fn the_organisation_and_the_scopes_of_the_api_key_are_read() {
        let answer = r#"{"data":{"id":"550e8400-e29b-41d4-a716-446655440000","type":"validate_v2","attributes":{"valid":true,"api_key_id":"a1b2","api_key_scopes":["remote_config_read"]}}}"#;
        let intake = Intake::start(vec![Script::json(200, answer)]).await;
        let facts = datadog_with_app_key(&intake).key_facts().await;
        let facts = facts.expect("an answer").expect("facts");
        assert_eq!(facts.organisation, "550e8400-e29b-41d4-a716-446655440000");
        assert_eq!(facts.scopes, ["remote_config_read"]);
        assert_eq!(intake.requests()[0].header("dd-application-key"), None);
    }

    #[tokio::test]
    async fn a_preview_that_is_not_there_tells_nothing_of_the_key() {
        for status in [403, 404] {
            let intake = Intake::start(vec![Script::json(status, "{}")]).await;
            assert_eq!(datadog_with_app_key(&intake).key_facts().await, Ok(None));
        }
    }

    #[tokio::test]
    async fn the_own_key_is_found_by_its_end_and_null_means_unscoped() {
        let facts = own(json!([
            listed("xxxx", json!(["dashboards_read"])),
            listed("EFGH", Value::Null),
        ]));
        assert_eq!(facts.await.expect("found").scopes, None);
        let facts = own(json!([listed("EFGH", json!(["monitors_read"]))])).await;
        assert_eq!(
            facts.expect("found").scopes,
            Some(vec!["monitors_read".to_owned()])
        );
    }

    #[tokio::test]
    async fn keys_that_end_alike_and_differ_are_not_guessed_at() {
        let twins = json!([listed("EFGH", Value::Null), listed("EFGH", json!(["a"]))]);
        assert_eq!(own(twins).await, None);
        let mut same = json!([listed("EFGH", json!(["a"])), listed("EFGH", json!(["a"]))]);
        same[1]["id"] = "another".into();
        assert!(own(same).await.is_some());
        assert_eq!(own(json!([])).await, None);
    }

    #[tokio::test]
    async fn a_key_that_may_not_list_keys_is_told_nothing() {
        let intake = Intake::start(vec![Script::json(403, r#"{"errors":["Forbidden"]}"#)]).await;
        let found = datadog_with_app_key(&intake).own_application_key().await;
        assert_eq!(found, Ok(None));
    }

    #[tokio::test]
    async fn a_token_is_found_by_its_public_part() {
        let token = |public: &str| {
            json!({"id": format!("da1bd5f8-{public}"), "type": "personal_access_tokens", "attributes": {
                "created_at": "2026-04-08T16:45:23.302611856Z",
                "expires_at": "2027-04-08T16:45:23.208Z", "name": "ci",
                "public_portion": public, "scopes": [public],
            }})
        };
        let body = json!({"data": [token("other"), token("6dZ2zcpumTdlnHIgx2SlHA")]}).to_string();
        let intake = Intake::start(vec![Script::json(200, &body)]).await;
        let found = datadog_with_token(&intake).own_application_key().await;
        let facts = found.expect("an answer").expect("found");
        assert_eq!(
            facts.scopes,
            Some(vec!["6dZ2zcpumTdlnHIgx2SlHA".to_owned()])
        );
        assert!(facts.expires.is_some());
    }
}
