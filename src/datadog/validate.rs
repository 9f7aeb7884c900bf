//! Is a key good, and for which site?

use std::sync::Arc;

use futures_util::future::join_all;
use serde::Deserialize;
use url::Url;

use super::client::Datadog;
use super::endpoint::{Endpoint, Product};
use super::error::{DatadogError, Meaning, Refusal};
use super::key_facts::AppKeyFacts;
use super::keys::token_kind;
use super::operation::{Operation, VALIDATE, VALIDATE_KEYS};
use crate::domain::secret::Secret;
use crate::domain::site::Site;
use crate::http;

/// Answer of `GET /api/v1/validate`.
#[derive(Deserialize)]
struct Validity {
    valid: bool,
}

/// Answer of `GET /api/v2/validate_keys`.
#[derive(Deserialize)]
struct KeysValidity {
    status: String,
}

impl Datadog {
    /// Asks whether the API key is good for this site; it says nothing of the application key.
    ///
    /// # Errors
    ///
    /// A refused key is a [`Refusal`] that means [`Meaning::Pause`]. A key of another site gets
    /// the same answer as one that does not exist: sites share nothing.
    pub async fn validate(&self) -> Result<(), DatadogError> {
        let answer = self.ask(self.draft(&VALIDATE)?).await?;
        match answer.json::<Validity>().await? {
            Validity { valid: true } => Ok(()),
            Validity { valid: false } => Err(self.not_valid(&VALIDATE, "the key is not valid")),
        }
    }

    /// Asks whether both keys are good and belong together.
    ///
    /// Source: docs.datadoghq.com/api/latest/key-management, "validate API and application keys".
    ///
    /// # Errors
    ///
    /// As [`Datadog::validate`]; [`DatadogError::NoApplicationKey`] where there is none.
    pub async fn validate_keys(&self) -> Result<(), DatadogError> {
        let answer = self.ask_patiently(self.draft(&VALIDATE_KEYS)?).await?;
        match answer.json::<KeysValidity>().await? {
            KeysValidity { status } if status == "ok" => Ok(()),
            KeysValidity { .. } => Err(self.not_valid(&VALIDATE_KEYS, "the keys are not valid")),
        }
    }

    /// Asks whether the application key or access token is good, and what is known of it.
    pub async fn validate_application_key(&self) -> AppKeyVerdict {
        let result = self.validate_keys().await;
        // That a token is taken there is documented nowhere. One that lists itself is good.
        let facts = match result.is_ok() || self.token().is_some() {
            true => self.own_application_key().await.ok().flatten(),
            false => None,
        };
        AppKeyVerdict {
            result: if facts.is_some() { Ok(()) } else { result },
            facts,
        }
    }

    fn not_valid(&self, operation: &Operation, text: &str) -> DatadogError {
        DatadogError::Refused(Box::new(Refusal {
            host: self.endpoint().host(Product::Api),
            request: format!("{} {}", operation.method, operation.path),
            status: 200,
            meaning: Meaning::Pause,
            text: text.to_owned(),
            is_datadogs: true,
            need: None,
            redirected_to: None,
            rate_limit: None,
        }))
    }
}

/// What Datadog said about an application key or an access token.
#[derive(Debug)]
pub struct AppKeyVerdict {
    /// `Ok` where it is good.
    pub result: Result<(), DatadogError>,
    /// `None` where Datadog does not tell.
    pub facts: Option<AppKeyFacts>,
}

/// What one site said about a key.
#[derive(Debug)]
pub struct SiteVerdict {
    pub site: Site,
    /// `Ok` where the key is good there.
    pub result: Result<(), DatadogError>,
}

/// Every commercial site, and those government sites that were named.
///
/// A key is shown to a government site only when somebody said so.
pub fn sites_to_probe(named: &[Site]) -> Vec<Site> {
    Site::ALL
        .into_iter()
        .filter(|site| !site.is_government() || named.contains(site))
        .collect()
}

/// Asks the given sites, all at once, whether `key` is good there: an API key, or an access token.
///
/// The verdicts come in the order of `sites`.
///
/// # Errors
///
/// A key of the wrong shape is shown to nobody.
pub async fn probe_sites(
    http: &Arc<http::Client>,
    connect_to: Option<&Url>,
    sites: &[Site],
    key: &Secret,
) -> Result<Vec<SiteVerdict>, DatadogError> {
    let (api_key, token) = match token_kind(key) {
        Some(_) => (None, Some(key)),
        None => (Some(key), None),
    };
    let clients = sites
        .iter()
        .map(|site| {
            let endpoint = Endpoint {
                site: *site,
                connect_to: connect_to.cloned(),
            };
            Datadog::new(Arc::clone(http), endpoint, api_key.cloned(), token.cloned())
        })
        .collect::<Result<Vec<_>, _>>()?;
    let asked = clients.iter().map(async |datadog| SiteVerdict {
        site: datadog.site(),
        result: match datadog.token() {
            Some(_) => datadog.validate_application_key().await.result,
            None => datadog.validate().await,
        },
    });
    Ok(join_all(asked).await)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datadog::testing::{
        API_KEY, Intake, Script, TOKEN, datadog_at, datadog_with_app_key, datadog_with_token,
    };

    #[tokio::test]
    async fn a_good_key_is_told_by_the_sites_own_host() {
        let intake = Intake::start(vec![Script::json(200, r#"{"valid":true}"#)]).await;
        let datadog = datadog_at(&intake, Site::Eu1);
        assert_eq!(datadog.validate().await, Ok(()));
        let request = &intake.requests()[0];
        assert_eq!(request.line, "GET /api/v1/validate");
        assert_eq!(request.header("host"), Some("api.datadoghq.eu"));
        assert_eq!(request.header("dd-api-key"), Some(API_KEY));
        assert_eq!(request.header("dd-application-key"), None);
    }

    #[tokio::test]
    async fn a_refused_key_pauses_and_says_why() {
        let intake = Intake::start(vec![
            Script::json(
                403,
                r#"{"status":"error","code":403,"errors":["Forbidden"]}"#,
            ),
            Script::json(403, r#"{"errors":["API key required"]}"#),
            Script::json(200, r#"{"valid":false}"#),
        ])
        .await;
        let datadog = datadog_at(&intake, Site::Us1);
        for text in ["Forbidden", "API key required", "not valid"] {
            let error = datadog.validate().await.expect_err("a refused key");
            assert_eq!(error.meaning(), Meaning::Pause);
            assert!(error.to_string().contains(text), "{error}");
        }
    }

    #[tokio::test]
    async fn a_portal_that_answers_200_to_everything_validates_nothing() {
        let intake = Intake::start(vec![Script::json(200, "<html>log in</html>")]).await;
        let error = datadog_at(&intake, Site::Us1)
            .validate()
            .await
            .expect_err("not Datadog's answer");
        assert!(matches!(error, DatadogError::Malformed { .. }), "{error}");
    }

    #[tokio::test]
    async fn both_keys_are_asked_about_together() {
        let intake = Intake::start(vec![Script::json(200, r#"{"status":"ok"}"#)]).await;
        assert_eq!(datadog_with_app_key(&intake).validate_keys().await, Ok(()));
        assert_eq!(intake.requests()[0].line, "GET /api/v2/validate_keys");
        assert!(intake.requests()[0].header("dd-application-key").is_some());
    }

    #[tokio::test]
    async fn without_an_application_key_nothing_is_asked() {
        let intake = Intake::start(Vec::new()).await;
        let error = datadog_at(&intake, Site::Us1)
            .validate_keys()
            .await
            .expect_err("no application key");
        assert!(matches!(error, DatadogError::NoApplicationKey { .. }));
        assert!(intake.requests().is_empty());
    }

    #[tokio::test]
    async fn the_site_a_key_belongs_to_is_found_among_all() {
        let intake = Intake::answering(|request| match request.header("host") {
            Some("api.us5.datadoghq.com") => Script::json(200, r#"{"valid":true}"#),
            _ => Script::json(403, r#"{"errors":["Forbidden"]}"#),
        })
        .await;
        let http = Arc::new(http::Client::new(http::Options::default()));
        let verdicts = probe_sites(
            &http,
            Some(&intake.url()),
            &sites_to_probe(&[]),
            &Secret::new(API_KEY),
        )
        .await
        .expect("a key of the right shape");
        let good: Vec<Site> = verdicts
            .iter()
            .filter(|verdict| verdict.result.is_ok())
            .map(|verdict| verdict.site)
            .collect();
        assert_eq!(good, [Site::Us5]);
        assert_eq!(verdicts.len(), 7);
        assert!(
            intake
                .requests()
                .iter()
                .all(|request| !request.header("host").unwrap_or_default().contains("gov"))
        );
    }

    #[tokio::test]
    async fn the_site_of_a_token_is_found_by_the_token_alone() {
        let intake = Intake::answering(|request| {
            assert_eq!(request.header("dd-api-key"), None);
            match request.header("host") {
                Some("api.datadoghq.eu") => Script::json(200, r#"{"status":"ok"}"#),
                _ => Script::json(401, r#"{"errors":["Unauthorized"]}"#),
            }
        })
        .await;
        let http = Arc::new(http::Client::new(http::Options::default()));
        let (url, sites) = (intake.url(), [Site::Us1, Site::Eu1]);
        let verdicts = probe_sites(&http, Some(&url), &sites, &Secret::new(TOKEN)).await;
        let good = verdicts
            .expect("a token of the right shape")
            .into_iter()
            .map(|verdict| verdict.result.is_ok());
        assert_eq!(good.collect::<Vec<_>>(), [false, true]);
    }

    #[tokio::test]
    async fn a_token_that_lists_itself_is_good_whatever_the_check_says() {
        let intake = Intake::answering(|request| match request.line.contains("validate_keys") {
            true => Script::json(403, r#"{"errors":["Forbidden"]}"#),
            false => Script::json(
                200,
                r#"{"data":[{"id":"x","attributes":{"public_portion":"6dZ2zcpumTdlnHIgx2SlHA","scopes":["monitors_read"]}}]}"#,
            ),
        })
        .await;
        let verdict = datadog_with_token(&intake).validate_application_key().await;
        assert_eq!(verdict.result, Ok(()));
        assert!(verdict.facts.is_some());
    }

    #[tokio::test]
    async fn nothing_is_listed_for_an_application_key_that_is_refused() {
        let intake = Intake::answering(|_| Script::json(403, r#"{"errors":["Forbidden"]}"#)).await;
        let verdict = datadog_with_app_key(&intake)
            .validate_application_key()
            .await;
        assert!(verdict.result.is_err() && verdict.facts.is_none());
        assert_eq!(intake.requests().len(), 1);
    }

    #[test]
    fn a_government_site_is_asked_only_when_named() {
        assert!(!sites_to_probe(&[Site::Us1]).contains(&Site::Us1Fed));
        let named = sites_to_probe(&[Site::Us1Fed]);
        assert!(named.contains(&Site::Us1Fed) && !named.contains(&Site::Us2Fed));
    }
}
