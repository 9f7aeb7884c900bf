//! The clock of this machine, against those of Datadog and of the gateway.

use jiff::SignedDuration;

use crate::datadog::CLOCK_TOLERANCE;
use crate::doctor::finding::{Finding, State};
use crate::doctor::subject::Subject;
use crate::domain::time::human_duration;

/// A webhook whose time is further off is refused by whoever checks its signature.
const SIGNATURES: SignedDuration = SignedDuration::from_mins(5);

/// So much is the way that an answer takes, and the second that its time is cut to.
const ALIKE: SignedDuration = SignedDuration::from_secs(2);
const OURS: &str = "set this machine's clock, by NTP or chrony: by Datadog's clock events older than \
     18 h are dropped, and webhooks more than 5 min off are refused";

pub async fn look(subject: &Subject) -> Finding {
    // Whatever they answer, their answers carry the time.
    let _ = subject.api_key_answer().await;
    let _ = subject.public_server().await;
    let datadog = subject.datadog().ok().and_then(|it| it.clock_offset());
    let gateway = subject.door().ok().and_then(|it| it.clock_offset());
    judge(datadog, gateway)
}

/// Each clock minus ours. Datadog's is the one that is believed.
fn judge(datadog: Option<SignedDuration>, gateway: Option<SignedDuration>) -> Finding {
    let is_right = |offset: SignedDuration| offset.abs() <= CLOCK_TOLERANCE;
    match (datadog, gateway) {
        (None, None) => Finding::unknown("nobody answered who could tell the time"),
        (Some(datadog), Some(gateway)) if is_right(datadog) && !is_right(gateway) => {
            let told = format!(
                "the gateway's clock is {} that of Datadog and of this machine",
                against(-gateway)
            );
            of_offset("Datadog", datadog)
                .and(Finding::ok().add(state(gateway), told))
                .fix("set the gateway's clock, by NTP or chrony: it gives sessions their times")
        }
        (datadog, gateway) => {
            let known = [("Datadog", datadog), ("the gateway", gateway)];
            let known = known.into_iter().filter_map(|(who, it)| Some((who, it?)));
            let told = known.map(|(who, offset)| of_offset(who, offset));
            let finding = told.reduce(Finding::and).unwrap_or_else(Finding::ok);
            match (finding.state, datadog) {
                (State::Ok, _) => finding,
                (_, Some(_)) => finding.fix(OURS),
                (_, None) => {
                    finding.fix("which of the two is right? Set the other, by NTP or chrony")
                }
            }
        }
    }
}

fn of_offset(who: &str, offset: SignedDuration) -> Finding {
    let told = match state(offset) {
        State::Ok if offset.abs() <= ALIKE => format!("{who}: the same to the second or two"),
        State::Ok => format!(
            "{who}: {} apart, which harms nothing",
            human_duration(offset.unsigned_abs())
        ),
        _ => format!("this machine's clock is {} that of {who}", against(offset)),
    };
    Finding::ok().add(state(offset), told)
}

fn state(offset: SignedDuration) -> State {
    match offset.abs() {
        off if off > SIGNATURES => State::Problem,
        off if off > CLOCK_TOLERANCE => State::Warning,
        _ => State::Ok,
    }
}

/// How a clock stands to another that is `offset` further.
fn against(offset: SignedDuration) -> String {
    let way = match offset.is_negative() {
        true => "ahead of",
        false => "behind",
    };
    format!("{} {way}", human_duration(offset.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(datadog: Option<i64>, gateway: Option<i64>) -> Finding {
        judge(
            datadog.map(SignedDuration::from_secs),
            gateway.map(SignedDuration::from_secs),
        )
    }

    #[test]
    fn a_minute_is_worth_a_warning_and_five_break_signatures() {
        let of = |offset| seconds(Some(offset), None);
        assert_eq!(of(2).evidence, ["Datadog: the same to the second or two"]);
        assert_eq!(of(59).evidence, ["Datadog: 59s apart, which harms nothing"]);
        assert_eq!(of(-61).state, State::Warning);
        assert_eq!(of(301).state, State::Problem);
        assert!(of(301).evidence[0].contains("behind that of Datadog"));
        assert!(of(-301).evidence[0].contains("ahead of"));
    }

    #[test]
    fn the_clock_that_two_others_speak_against_is_the_wrong_one() {
        let gateways = seconds(Some(1), Some(3600));
        assert_eq!(gateways.state, State::Problem);
        assert!(
            gateways.evidence[1].starts_with("the gateway's clock is 1h 00m ahead of"),
            "{gateways:?}"
        );
        assert!(gateways.fixes[0].contains("the gateway's clock"));
        let ours = seconds(Some(3600), Some(3600));
        assert!(ours.evidence[1].starts_with("this machine's clock is 1h 00m behind"));
        assert_eq!(ours.fixes, [OURS]);
        let either = seconds(None, Some(3600));
        assert!(either.fixes[0].contains("which of the two"), "{either:?}");
    }

    #[test]
    fn without_an_answer_nobody_knows() {
        assert_eq!(seconds(None, None).state, State::Unknown);
    }
}
