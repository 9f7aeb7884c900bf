//! Datadog's sites and the hosts of each.
//!
//! A site is closed: no data, key or account is shared between two of them. Hosts are
//! `<prefix>.<site>` everywhere. Source: docs.datadoghq.com/getting_started/site, and the v1
//! OpenAPI document for the government sites.

use std::fmt;
use std::str::FromStr;

use super::nearest::nearest;

/// One of Datadog's nine sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Site {
    Us1,
    Us3,
    Us5,
    Eu1,
    Ap1,
    Ap2,
    Uk1,
    Us1Fed,
    Us2Fed,
}

impl Site {
    /// Every site, commercial ones first.
    pub const ALL: [Site; 9] = [
        Site::Us1,
        Site::Us3,
        Site::Us5,
        Site::Eu1,
        Site::Ap1,
        Site::Ap2,
        Site::Uk1,
        Site::Us1Fed,
        Site::Us2Fed,
    ];

    /// The site parameter, the value of `DD_SITE`.
    pub fn domain(self) -> &'static str {
        match self {
            Site::Us1 => "datadoghq.com",
            Site::Us3 => "us3.datadoghq.com",
            Site::Us5 => "us5.datadoghq.com",
            Site::Eu1 => "datadoghq.eu",
            Site::Ap1 => "ap1.datadoghq.com",
            Site::Ap2 => "ap2.datadoghq.com",
            Site::Uk1 => "uk1.datadoghq.com",
            Site::Us1Fed => "ddog-gov.com",
            Site::Us2Fed => "us2.ddog-gov.com",
        }
    }

    /// The name people use: `US1`, `EU1`, `US1-FED`.
    pub fn name(self) -> &'static str {
        match self {
            Site::Us1 => "US1",
            Site::Us3 => "US3",
            Site::Us5 => "US5",
            Site::Eu1 => "EU1",
            Site::Ap1 => "AP1",
            Site::Ap2 => "AP2",
            Site::Uk1 => "UK1",
            Site::Us1Fed => "US1-FED",
            Site::Us2Fed => "US2-FED",
        }
    }

    /// The name as it is typed: `us1`.
    fn short_name(self) -> String {
        self.name().to_ascii_lowercase()
    }

    /// True for the sites of the United States government, which get a key only when named.
    pub fn is_government(self) -> bool {
        matches!(self, Site::Us1Fed | Site::Us2Fed)
    }

    /// Host of the API, all of v1 and v2 except the intakes.
    pub fn api_host(self) -> String {
        format!("api.{}", self.domain())
    }

    /// Host of the logs intake.
    pub fn logs_intake_host(self) -> String {
        format!("http-intake.logs.{}", self.domain())
    }

    /// Host of the OTLP intake.
    pub fn otlp_host(self) -> String {
        format!("otlp.{}", self.domain())
    }

    /// Where people look: only the sites with two labels take the prefix `app.`
    /// (DataDog/dd-trace-py).
    pub fn app_url(self) -> String {
        match self.domain().matches('.').count() {
            1 => format!("https://app.{}", self.domain()),
            _ => format!("https://{}", self.domain()),
        }
    }

    /// The site whose host `host` is: of the API, an intake or the pages. `None` elsewhere.
    pub fn of_host(host: &str) -> Option<Site> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        // `us3.datadoghq.com` ends in `datadoghq.com` too, so the longest domain wins.
        Site::ALL
            .into_iter()
            .filter(|site| host == site.domain() || host.ends_with(&format!(".{}", site.domain())))
            .max_by_key(|site| site.domain().len())
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.domain())
    }
}

/// A text that names no site.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{given}` is not a Datadog site{}; the sites are {}",
    meant(given),
    known_sites()
)]
pub struct UnknownSite {
    given: String,
}

/// A site of a government is named, and not guessed.
fn meant(given: &str) -> String {
    let open = Site::ALL.into_iter().filter(|site| !site.is_government());
    let spellings: Vec<String> = open
        .flat_map(|site| [site.short_name(), site.domain().to_owned()])
        .collect();
    let given = given.to_ascii_lowercase();
    let meant = nearest(&given, spellings.iter().map(String::as_str));
    meant.map_or(String::new(), |name| format!("; did you mean `{name}`?"))
}

fn known_sites() -> String {
    let sites = Site::ALL.map(|site| format!("{} ({})", site.domain(), site.short_name()));
    sites.join(", ")
}

impl FromStr for Site {
    type Err = UnknownSite;

    /// Reads what people have at hand: `datadoghq.eu`, `EU1`, `eu`, or a pasted page address.
    fn from_str(given: &str) -> Result<Self, Self::Err> {
        let text = given.trim().to_ascii_lowercase();
        let host = text
            .split_once("://")
            .map_or(text.as_str(), |(_, rest)| rest);
        let host = host.split(['/', '?', '#', ':']).next().unwrap_or_default();
        let by_name = Site::ALL.into_iter().find(|site| {
            let name = site.short_name();
            name == host || name.strip_suffix('1') == Some(host)
        });
        by_name
            .or_else(|| Site::of_host(host))
            .ok_or_else(|| UnknownSite {
                given: given.trim().to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_site_is_found_by_its_own_spellings() {
        for site in Site::ALL {
            assert_eq!(site.domain().parse(), Ok(site));
            assert_eq!(site.name().parse(), Ok(site));
            assert_eq!(site.app_url().parse(), Ok(site));
            assert_eq!(Site::of_host(&site.logs_intake_host()), Some(site));
        }
    }

    #[test]
    fn what_is_no_site_is_answered_with_the_nearest_and_every_short_name() {
        let error = |given: &str| given.parse::<Site>().expect_err("no site").to_string();
        assert!(error("eu9").starts_with("`eu9` is not a Datadog site; did you mean `eu1`?"));
        assert!(error("datadog.eu").contains("did you mean `datadoghq.eu`?"));
        assert!(!error("mars").contains("did you mean"));
        assert!(error("mars").contains("datadoghq.eu (eu1)"));
    }

    #[test]
    fn a_short_word_and_a_pasted_address_name_a_site() {
        assert_eq!("eu".parse(), Ok(Site::Eu1));
        assert_eq!(
            "https://us5.datadoghq.com/logs?query=x".parse(),
            Ok(Site::Us5)
        );
        assert_eq!("https://app.datadoghq.com".parse(), Ok(Site::Us1));
    }

    #[test]
    fn a_host_that_only_looks_like_datadog_names_none() {
        assert_eq!(Site::of_host("api.datadoghq.com.evil.test"), None);
        assert_eq!(Site::of_host("evildatadoghq.com"), None);
        assert!("nowhere".parse::<Site>().is_err());
    }

    #[test]
    fn only_two_label_sites_take_the_app_prefix() {
        assert_eq!(Site::Eu1.app_url(), "https://app.datadoghq.eu");
        assert_eq!(Site::Us2Fed.app_url(), "https://us2.ddog-gov.com");
    }
}
