//! Certificates: who is trusted, and who signed what each host presents. A proxy that opens TLS
//! shows here by its name.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::doctor::away::Away;
use crate::doctor::finding::Finding;
use crate::doctor::subject::Subject;
use crate::http::{Distrust, Presented, Roots, TransportError, Trust};

/// A certificate that ends this soon is worth a warning.
const SOON: jiff::SignedDuration = jiff::SignedDuration::from_hours(14 * 24);

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
    let (now, has_own) = (subject.local.now, !roots.own.is_empty());
    let presented = subject.presented().await.iter();
    let judged = presented.map(|(host, answer)| of_host(host, answer, now, has_own));
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

/// `has_own` where authorities are named by `--ca-file`.
fn of_host(
    host: &str,
    answer: &Result<Presented, TransportError>,
    now: Timestamp,
    has_own: bool,
) -> Finding {
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
        Trust::Refused { why, distrust } => {
            return Finding::problem(format!(
                "{host}: the certificate is refused ({why}); it is signed by {issuer}"
            ))
            .fix(advice(*distrust, issuer, has_own));
        }
    };
    match presented.expires {
        Some(expires) if expires.duration_since(now) < SOON => finding
            .warn(format!(
                "{host}: the certificate is good until {expires:.0}"
            ))
            .fix("whoever runs that server, or the proxy that opens TLS, has to renew it in time"),
        _ => finding,
    }
}

fn advice(distrust: Distrust, issuer: &str, has_own: bool) -> String {
    match (distrust, has_own) {
        (Distrust::Signer, false) => format!(
            "where {issuer} is your own proxy or authority, name its certificate by --ca-file FILE \
             or `ddctl config set ca_file FILE`"
        ),
        (Distrust::Signer, true) => format!(
            "the file that --ca-file, DDCTL_CA_FILE or ca_file names holds no certificate of {issuer}: \
             where that is your own proxy or authority, add it to the file"
        ),
        (other, _) => other.advice().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    fn judged(trust: Trust, expires: &str) -> Finding {
        looked(trust, expires, false)
    }

    fn refused(distrust: Distrust) -> Trust {
        let why = "invalid peer certificate".to_owned();
        Trust::Refused { why, distrust }
    }

    fn looked(trust: Trust, expires: &str, has_own: bool) -> Finding {
        let presented = Presented {
            issuer: "Zscaler Intermediate CA (Zscaler Inc.)".to_owned(),
            expires: Some(expires.parse().expect("an instant")),
            trust,
        };
        let now = "2026-11-22T00:00:00Z".parse().expect("an instant");
        of_host("api.datadoghq.com", &Ok(presented), now, has_own)
    }

    #[test]
    fn a_proxy_that_opens_tls_is_named() {
        let finding = judged(refused(Distrust::Signer), "2027-11-22T00:00:00Z");
        assert_eq!(finding.state, State::Problem);
        assert!(finding.evidence[0].contains("Zscaler"), "{finding:?}");
        assert!(finding.fixes[0].contains("--ca-file"), "{finding:?}");
        let trusted = judged(Trust::Own, "2027-11-22T00:00:00Z");
        assert_eq!(trusted.state, State::Ok);
        assert!(trusted.evidence[0].contains("opens TLS"), "{trusted:?}");
    }

    #[test]
    fn a_file_of_authorities_helps_against_an_unknown_signer_alone() {
        let later = "2027-11-22T00:00:00Z";
        let has_one = looked(refused(Distrust::Signer), later, true);
        assert!(
            has_one.fixes[0].contains("add it to the file"),
            "{has_one:?}"
        );
        let ended = judged(refused(Distrust::Time), "2025-01-31T00:00:00Z");
        assert_eq!(ended.evidence.len(), 1, "{ended:?}");
        assert!(ended.fixes[0].contains("renew it"), "{ended:?}");
        let name = judged(refused(Distrust::Name), later);
        assert!(name.fixes[0].contains("address"), "{name:?}");
        for finding in [ended, name] {
            assert!(!finding.fixes[0].contains("--ca-file"), "{finding:?}");
        }
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
            false,
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
