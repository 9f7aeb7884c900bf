//! Why a span was not taken, in words that say what to do.

use super::target::Target;
use crate::domain::site::Site;
use crate::otlp::{OtlpError, Verdict};

/// What was found out about the key after a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFact {
    /// Good for the site that was sent to.
    Good,
    /// Good for another one.
    OfAnotherSite(Site),
    /// Known to no commercial site.
    Unknown,
    /// Nobody was asked, or nobody answered.
    NotAsked,
}

/// What a refusal means; `None` where the error says it all.
pub fn explain(error: &OtlpError, target: Target, key: KeyFact) -> Option<String> {
    let OtlpError::Refused(refusal) = error else {
        return None;
    };
    let Target::Datadog(site) = target else {
        return of_a_collector(refusal.verdict).map(str::to_owned);
    };
    match refusal.verdict {
        Verdict::Pause => Some(of_key(site, key)),
        Verdict::NotAReceiver if refusal.status == 404 => Some(format!(
            "no such path there: the intake's addresses are https://{}/v1/traces, /v1/metrics \
             and /v1/logs",
            site.otlp_host()
        )),
        Verdict::NotAReceiver if refusal.status == 415 => Some(
            "the form is refused: the intake takes http/protobuf, and JSON for traces and metrics"
                .to_owned(),
        ),
        _ => None,
    }
}

fn of_key(site: Site, key: KeyFact) -> String {
    match key {
        KeyFact::Good => format!(
            "the key is good for {site}, so the door is not open for this account: OTLP ingest is \
             a switch of the organisation (Organization Settings, API keys), and was by request \
             for traces"
        ),
        KeyFact::OfAnotherSite(other) => format!(
            "the key belongs to {other}, and the address to {site}: send to \
             https://{}",
            other.otlp_host()
        ),
        KeyFact::Unknown => format!(
            "the key is not valid for {site}, nor for any other commercial site: it is mistyped, \
             revoked, or an application key"
        ),
        KeyFact::NotAsked => format!("the key, the site ({site}) or the account's door is wrong"),
    }
}

fn of_a_collector(verdict: Verdict) -> Option<&'static str> {
    match verdict {
        Verdict::NotAReceiver => Some(
            "nobody takes OTLP over HTTP there: is the receiver switched on, and is it the port of \
             HTTP (4318) and not of gRPC (4317)?",
        ),
        Verdict::Pause => Some("the receiver wants credentials that these settings do not hold"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::Refusal;

    const EU: Target = Target::Datadog(Site::Eu1);

    fn explained(status: u16, target: Target, key: KeyFact) -> Option<String> {
        let refusal = Refusal {
            url: "https://otlp.datadoghq.eu/v1/traces".to_owned(),
            status,
            verdict: Verdict::of_status(status, None),
            had_key: true,
            text: String::new(),
        };
        explain(&OtlpError::Refused(Box::new(refusal)), target, key)
    }

    #[test]
    fn a_403_is_told_apart_by_what_the_key_is() {
        let text = |key| explained(403, EU, key).expect("a reason");
        assert!(text(KeyFact::Good).contains("the door is not open"));
        let other = text(KeyFact::OfAnotherSite(Site::Us5));
        assert!(other.contains("send to https://otlp.us5.datadoghq.com"));
        assert!(text(KeyFact::Unknown).contains("not valid"));
    }

    #[test]
    fn what_may_pass_needs_no_reason() {
        assert_eq!(explained(503, EU, KeyFact::NotAsked), None);
        let local = explained(404, Target::Elsewhere, KeyFact::NotAsked);
        assert!(local.expect("a reason").contains("4318"));
    }
}
