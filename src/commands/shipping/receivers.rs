//! Receivers of OTLP: which address is meant, and whether Datadog's key goes there.

use std::fmt;
use std::str::FromStr;

use url::{Origin, Url};

use crate::config::Settings;
use crate::domain::secret::Secret;
use crate::domain::site::Site;
use crate::error::UsageError;
use crate::otlp::{Door, Signal};

/// The base address of a receiver, without the path of a signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiverUrl(Url);

impl FromStr for ReceiverUrl {
    type Err = String;

    /// Reads a base, as in `OTEL_EXPORTER_OTLP_ENDPOINT`, or the address of the traces.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut url: Url = text
            .parse()
            .map_err(|error| format!("no address of a receiver: {error}"))?;
        let has_credentials = !url.username().is_empty() || url.password().is_some();
        match url.scheme() {
            "http" | "https" if url.host_str().is_some() => {}
            _ => return Err("it is an address such as http://localhost:4318".to_owned()),
        }
        if has_credentials || url.query().is_some() || url.fragment().is_some() {
            return Err("it is scheme, host, port and path alone".to_owned());
        }
        let path = url.path().trim_end_matches('/');
        let base = path.strip_suffix(Signal::Traces.path()).unwrap_or(path);
        let base = base.trim_end_matches('/').to_owned();
        url.set_path(&base);
        Ok(Self(url))
    }
}

impl ReceiverUrl {
    /// Where spans go.
    fn traces(&self) -> Url {
        let mut url = self.0.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}{}", Signal::Traces.path()));
        url
    }
}

impl fmt::Display for ReceiverUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// Where spans go to.
#[derive(Clone, Debug)]
pub(super) struct Address {
    url: Url,
    /// The host that is meant, where another one is connected to.
    host: Option<String>,
    /// It is Datadog's intake, which wants a key. Nobody else gets it.
    pub is_datadogs: bool,
}

impl Address {
    /// The address of a receiver; without one, Datadog's own intake.
    ///
    /// # Errors
    ///
    /// A host of Datadog's that is not this site's intake: it would refuse everything, or be handed
    /// the key in the clear.
    pub fn of(receiver: Option<&ReceiverUrl>, settings: &Settings) -> Result<Self, UsageError> {
        let (site, stand_in) = (settings.site.value, settings.datadog_url.as_ref());
        let own = own(site);
        let Some(receiver) = receiver else {
            return Ok(Self::datadogs(own, stand_in, site));
        };
        let url = receiver.traces();
        let is_at = |other: &Url| is_same(&url.origin(), &other.origin());
        match stand_in {
            Some(stand_in) if is_at(stand_in) => {
                return Ok(Self {
                    host: Some(site.otlp_host()),
                    url,
                    is_datadogs: true,
                });
            }
            _ if is_at(&own) => return Ok(Self::datadogs(url, stand_in, site)),
            _ => {}
        }
        match url.host_str().and_then(Site::of_host) {
            Some(other) => Err(not_this_intake(receiver, site, other)),
            None => Ok(Self {
                url,
                host: None,
                is_datadogs: false,
            }),
        }
    }

    /// `url`, or its path at what stands in for Datadog.
    fn datadogs(url: Url, stand_in: Option<&Url>, site: Site) -> Self {
        let Some(stand_in) = stand_in else {
            return Self {
                url,
                host: None,
                is_datadogs: true,
            };
        };
        let mut connected = stand_in.clone();
        connected.set_path(url.path());
        connected.set_query(None);
        connected.set_fragment(None);
        Self {
            url: connected,
            host: Some(site.otlp_host()),
            is_datadogs: true,
        }
    }

    /// The door there. Only Datadog's own gets `key`.
    pub fn door(self, key: Option<Secret>) -> Door {
        Door {
            key: key.filter(|_| self.is_datadogs),
            url: self.url,
            host: self.host,
            headers: Vec::new(),
        }
    }
}

/// The site's own intake.
fn own(site: Site) -> Url {
    let address = format!("https://{}{}", site.otlp_host(), Signal::Traces.path());
    Url::parse(&address).expect("the host of a site and a path of ours make a valid address")
}

/// An origin that is opaque is like no other.
fn is_same(one: &Origin, other: &Origin) -> bool {
    one.is_tuple() && one == other
}

fn not_this_intake(receiver: &ReceiverUrl, site: Site, other: Site) -> UsageError {
    let hint = match site == other {
        true => format!("--to otlp is https://{}", site.otlp_host()),
        false => format!("for Datadog at {other}: --to otlp --site {other}"),
    };
    UsageError::with_hint(format!("{receiver} is not the OTLP intake of {site}"), hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receiver(text: &str) -> ReceiverUrl {
        text.parse().expect("an address")
    }

    #[test]
    fn a_base_and_the_address_of_the_traces_are_the_same_receiver() {
        for text in [
            "http://localhost:4318",
            "http://localhost:4318/",
            "http://localhost:4318/v1/traces",
            "http://localhost:4318/v1/traces/",
        ] {
            let receiver = receiver(text);
            assert_eq!(receiver.to_string(), "http://localhost:4318");
            assert_eq!(
                receiver.traces().as_str(),
                "http://localhost:4318/v1/traces"
            );
        }
        let below = receiver("https://collector.test/otlp/");
        assert_eq!(below.to_string(), "https://collector.test/otlp");
        assert_eq!(below.traces().path(), "/otlp/v1/traces");
    }

    #[test]
    fn an_address_holds_nothing_but_where_to_connect() {
        for wrong in [
            "localhost:4318",
            "grpc://localhost:4317",
            "http://",
            "http://user:secret@localhost",
            "http://localhost?key=secret",
            "http://localhost#x",
        ] {
            let refused = wrong.parse::<ReceiverUrl>().expect_err(wrong);
            assert!(!refused.contains("secret"), "{refused}");
        }
    }
}
