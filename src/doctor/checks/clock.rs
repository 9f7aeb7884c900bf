//! The clock of this machine, against those of Datadog and of the gateway.

use jiff::SignedDuration;

use crate::datadog::CLOCK_TOLERANCE;
use crate::doctor::finding::{Finding, State};
use crate::doctor::subject::Subject;
use crate::domain::time::human_duration;

/// A webhook whose time is further off is refused by whoever checks its signature.
const SIGNATURES: SignedDuration = SignedDuration::from_mins(5);

pub async fn look(subject: &Subject) -> Finding {
    // Whatever they answer, their answers carry the time.
    let _ = subject.api_key_answer().await;
    let _ = subject.public_server().await;
    let datadog = subject.datadog().ok().and_then(|it| it.clock_offset());
    let gateway = subject.gateway().ok().and_then(|it| it.clock_offset());
    judge(&[("Datadog", datadog), ("the gateway", gateway)])
}

/// Each clock minus ours.
fn judge(clocks: &[(&str, Option<SignedDuration>)]) -> Finding {
    let known = clocks
        .iter()
        .filter_map(|(who, offset)| Some((who, (*offset)?)));
    let finding = known.fold(Finding::ok(), |finding, (who, offset)| {
        let amount = human_duration(offset.unsigned_abs());
        let way = match offset.is_negative() {
            true => "ahead of",
            false => "behind",
        };
        let told = format!("this machine's clock is {amount} {way} that of {who}");
        match offset.abs() {
            off if off > SIGNATURES => finding.fail(told),
            off if off > CLOCK_TOLERANCE => finding.warn(told),
            _ => finding.note(format!("{who}: the same to the second or two")),
        }
    });
    match finding.state {
        _ if finding.evidence.is_empty() => {
            Finding::unknown("nobody answered who could tell the time")
        }
        State::Ok => finding,
        _ => finding.fix(
            "set the clock, by NTP or chrony: by Datadog's clock events older than 18 h are dropped, \
             and webhooks more than 5 min off are refused",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(seconds: i64) -> Finding {
        judge(&[
            ("Datadog", Some(SignedDuration::from_secs(seconds))),
            ("the gateway", None),
        ])
    }

    #[test]
    fn a_minute_is_worth_a_warning_and_five_break_signatures() {
        assert_eq!(state(59).state, State::Ok);
        assert_eq!(state(-61).state, State::Warning);
        assert_eq!(state(301).state, State::Problem);
        assert!(state(301).evidence[0].contains("behind that of Datadog"));
        assert!(state(-301).evidence[0].contains("ahead of"));
    }

    #[test]
    fn without_an_answer_nobody_knows() {
        assert_eq!(judge(&[("Datadog", None)]).state, State::Unknown);
    }
}
