//! Certificates: who is trusted, and who signed what each host presents. A proxy that opens TLS
//! shows here by its name.

use std::path::{Path, PathBuf};

use futures_util::future::join_all;
use jiff::Timestamp;

use crate::doctor::finding::Finding;
use crate::doctor::subject::{Away, Subject};
use crate::http::{Presented, Roots, TransportError, Trust};

/// A certificate that ends this soon is worth a warning.
const SOON: jiff::SignedDuration = jiff::SignedDuration::from_hours(14 * 24);

impl Away for TransportError {
    fn is_away(&self) -> bool {
        !matches!(
            self,
            TransportError::Settings { .. } | TransportError::Certificate { .. }
        )
    }
}

pub async fn look(subject: &Subject) -> Finding {
    let roots = match subject.http.trusted() {
        Ok(roots) => roots,
        Err(error) => {
            let fix = "name a file in PEM form by --ca-file, DDCTL_CA_FILE or ca_file";
            return Finding::problem(error.to_string()).fix(fix);
        }
    };
    let named = subject.local.system_certificates.iter();
    let finding = named.fold(of_roots(&roots), |finding, (variable, path)| {
        of_variable(finding, variable, path)
    });
    let hosts = subject.hosts();
    let asked = hosts.iter().filter(|(_, url)| url.scheme() == "https");
    let answers = asked.map(async |(_, url)| {
        let host = url.host_str().unwrap_or_default().to_owned();
        (host, subject.http.presented(url).await)
    });
    let answers = join_all(answers).await;
    let now = subject.local.now;
    let judged = answers
        .iter()
        .map(|(host, answer)| of_host(host, answer, now));
    judged.fold(finding, Finding::and)
}

fn of_roots(roots: &Roots) -> Finding {
    let own = match roots.own.len() {
        0 => String::new(),
        own => format!(", and {own} of --ca-file"),
    };
    let trusted = match roots.mozilla.len() {
        0 => format!("{} authorities of the system", roots.system.len()),
        count => format!("the system has none: {count} authorities of Mozilla"),
    };
    Finding::ok().note(format!("trusted: {trusted}{own}"))
}

fn of_variable(finding: Finding, variable: &str, path: &Path) -> Finding {
    let shown = path.display();
    match readable(path) {
        true => finding.note(format!(
            "{variable} names {shown} in the place of the system's"
        )),
        false => finding
            .warn(format!("{variable} names {shown}, which cannot be read"))
            .fix(format!("take {variable} out, or let it name what is there")),
    }
}

/// `SSL_CERT_DIR` may name several folders.
fn readable(path: &Path) -> bool {
    let text = path.to_string_lossy();
    let mut parts = text.split(':').map(PathBuf::from);
    parts.any(|part| std::fs::File::open(&part).is_ok())
}

fn of_host(host: &str, answer: &Result<Presented, TransportError>, now: Timestamp) -> Finding {
    let presented = match answer {
        Ok(presented) => presented,
        Err(error) if error.is_away() => {
            return Finding::unknown(format!("{host} is unreachable: {error}"));
        }
        Err(error) => return Finding::problem(error.to_string()),
    };
    let issuer = match presented.issuer.as_str() {
        "" => "somebody who is not named",
        issuer => issuer,
    };
    let finding = match &presented.trust {
        Trust::Public => Finding::ok().note(format!("{host}: signed by {issuer}")),
        Trust::Own => Finding::ok().note(format!(
            "{host}: signed by {issuer}, which is trusted here and not by the world: a proxy that \
             opens TLS, or an authority of your own"
        )),
        Trust::Refused(why) => Finding::problem(format!(
            "{host}: the certificate is refused ({why}); it is signed by {issuer}"
        ))
        .fix(format!(
            "where {issuer} is your own proxy or authority, name its certificate by --ca-file FILE \
             or `ddctl config set ca_file FILE`"
        )),
    };
    match presented.expires {
        Some(expires) if expires.duration_since(now) < SOON => finding.warn(format!(
            "{host}: the certificate is good until {expires:.0}"
        )),
        _ => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    fn judged(trust: Trust, expires: &str) -> Finding {
        let presented = Presented {
            issuer: "Zscaler Intermediate CA (Zscaler Inc.)".to_owned(),
            expires: Some(expires.parse().expect("an instant")),
            trust,
        };
        let now = "2026-11-22T00:00:00Z".parse().expect("an instant");
        of_host("api.datadoghq.com", &Ok(presented), now)
    }

    #[test]
    fn a_proxy_that_opens_tls_is_named() {
        let refused = Trust::Refused("UnknownIssuer".to_owned());
        let finding = judged(refused, "2027-11-22T00:00:00Z");
        assert_eq!(finding.state, State::Problem);
        assert!(finding.evidence[0].contains("Zscaler"), "{finding:?}");
        assert!(finding.fixes[0].contains("--ca-file"), "{finding:?}");
        let trusted = judged(Trust::Own, "2027-11-22T00:00:00Z");
        assert_eq!(trusted.state, State::Ok);
        assert!(trusted.evidence[0].contains("opens TLS"), "{trusted:?}");
    }

    #[test]
    fn a_certificate_that_ends_soon_is_a_warning() {
        assert_eq!(
            judged(Trust::Public, "2026-11-30T00:00:00Z").state,
            State::Warning
        );
        assert_eq!(
            judged(Trust::Public, "2027-01-30T00:00:00Z").state,
            State::Ok
        );
    }

    #[test]
    fn a_host_that_is_not_reached_is_unknown_and_says_so() {
        let url = "https://api.datadoghq.com".to_owned();
        let finding = of_host(
            "api",
            &Err(TransportError::UnknownHost { url }),
            Timestamp::now(),
        );
        assert_eq!(finding.state, State::Unknown);
        assert!(finding.evidence[0].contains("unreachable"), "{finding:?}");
    }

    #[test]
    fn a_variable_that_names_nothing_is_a_warning() {
        let finding = of_variable(Finding::ok(), "SSL_CERT_FILE", Path::new("/no/such/file"));
        assert_eq!(finding.state, State::Warning);
    }
}
