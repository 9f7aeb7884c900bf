//! The logs intake: is it reached, and does it take what is sent with this key? It is sent the
//! empty object, as the Datadog Agent does to find out.

use crate::datadog::DatadogError;
use crate::doctor::away::{Away, away, within};
use crate::doctor::finding::Finding;
use crate::doctor::subject::Subject;

pub async fn look(subject: &Subject) -> Finding {
    if subject.local.is_read_only {
        return Finding::skipped("--read-only: the intake is sent nothing");
    }
    match subject.datadog() {
        Ok(datadog) => {
            let host = subject.local.site.logs_intake_host();
            judge(
                &host,
                &within(format!("https://{host}"), datadog.check_logs()).await,
            )
        }
        Err(shut) => shut,
    }
}

fn judge(host: &str, answer: &Result<(), DatadogError>) -> Finding {
    match answer {
        Ok(()) => Finding::ok().note(format!("{host} takes what is sent")),
        Err(error) if error.is_away() => match error.was_reached() {
            true => away(host, error),
            false => away(host, error)
                .fix("the intake is a host of its own: let it through the firewall and the proxy"),
        },
        Err(error) => Finding::problem(error.to_string())
            .fix("check the key and the site: `ddctl validate` shows both"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;
    use crate::http::TransportError;

    #[test]
    fn an_intake_that_is_not_reached_is_named() {
        let url = "https://http-intake.logs.datadoghq.com".to_owned();
        let answer = Err(TransportError::Timeout { url }.into());
        let finding = judge("http-intake.logs.datadoghq.com", &answer);
        assert_eq!((finding.state, finding.is_away), (State::Problem, true));
        assert_eq!(judge("host", &Ok(())).state, State::Ok);
    }
}
