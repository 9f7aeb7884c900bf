//! Who is behind an address.

use url::Url;

use crate::domain::site::Site;

/// Who receives the traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Datadog's own intake, or its stand-in.
    Datadog(Site),
    /// An Agent, a collector, anybody else.
    Elsewhere,
}

impl Target {
    /// Who is behind `url`. `stand_in` is what takes the place of all of Datadog's hosts, and
    /// `site` is the one that is meant there.
    pub fn of(url: &Url, stand_in: Option<&Url>, site: Site) -> Self {
        let is_stand_in = stand_in.is_some_and(|base| base.origin() == url.origin());
        let named = url.host_str().and_then(Site::of_host);
        match named.or(is_stand_in.then_some(site)) {
            Some(site) => Target::Datadog(site),
            None => Target::Elsewhere,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stand_in_is_datadog_and_a_host_that_looks_like_it_is_not() {
        let url = |text: &str| text.parse::<Url>().expect("an address");
        let stand_in = url("http://127.0.0.1:8126/");
        let of = |text| Target::of(&url(text), Some(&stand_in), Site::Us1);
        assert_eq!(
            of("http://127.0.0.1:8126/v1/traces"),
            Target::Datadog(Site::Us1)
        );
        assert_eq!(
            of("https://otlp.us5.datadoghq.com/v1/traces"),
            Target::Datadog(Site::Us5)
        );
        assert_eq!(of("http://127.0.0.1:4318/v1/traces"), Target::Elsewhere);
        assert_eq!(
            of("https://otlp.datadoghq.com.evil.test/"),
            Target::Elsewhere
        );
    }
}
