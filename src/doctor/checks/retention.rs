//! Retention on both sides: how far back the gateway answers, for how long Datadog keeps the
//! events, and what the profile wants.

use jiff::Timestamp;

use super::indexes::index_of;
use super::samples::samples;
use crate::doctor::away::{Away, searched};
use crate::doctor::check::Need;
use crate::doctor::finding::{Finding, State};
use crate::doctor::subject::Subject;
use crate::sources::oldest;

/// What one side says; `Err` holds why it says nothing, and how that stands.
type Told<T> = Result<T, (State, String)>;

fn lack(finding: Finding) -> (State, String) {
    (finding.state, finding.evidence.join("; "))
}

fn unknown(why: impl Into<String>) -> (State, String) {
    (State::Unknown, why.into())
}

/// The index that takes our events.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Index {
    name: String,
    days: Option<u32>,
    flex_days: Option<u32>,
}

/// What is compared.
struct Facts {
    now: Timestamp,
    wanted: Option<u32>,
    /// When the oldest session of the gateway began; `None` where it has none.
    gateway: Told<Option<Timestamp>>,
    /// `None` where no index takes our events.
    datadog: Told<Option<Index>>,
}

pub async fn look(subject: &Subject) -> Finding {
    let local = &subject.local;
    let (gateway, datadog) =
        futures_util::future::join(of_gateway(subject), of_datadog(subject)).await;
    judge(&Facts {
        now: local.now,
        wanted: local.retention_days,
        gateway,
        datadog,
    })
}

async fn of_gateway(subject: &Subject) -> Told<Option<Timestamp>> {
    subject.meet(Need::GatewayToken).await.map_err(lack)?;
    let user = subject.user().await.map_err(lack)?;
    if user
        .as_ref()
        .is_ok_and(|user| user.sees_own_sessions_alone())
    {
        return Err(unknown("the token sees its own sessions alone"));
    }
    let gateway = subject.gateway().map_err(lack)?;
    let found = searched(gateway.page_base(), oldest(gateway, subject.local.now)).await;
    found.map_err(|error| match error.is_away() {
        true => unknown(format!("no answer: {error}")),
        false => unknown(error.to_string()),
    })
}

async fn of_datadog(subject: &Subject) -> Told<Option<Index>> {
    subject.meet(Need::AppKey).await.map_err(lack)?;
    let indexes = subject.indexes().await.map_err(lack)?;
    let indexes = indexes
        .as_ref()
        .map_err(|error| unknown(error.to_string()))?;
    let samples = samples(&subject.local.log_profile, subject.local.now);
    let index = index_of(indexes, &samples).map_err(|filter| {
        unknown(format!(
            "nobody can tell here whether {filter} lets them in"
        ))
    })?;
    Ok(index.map(|index| Index {
        name: index.name.clone(),
        days: index.num_retention_days,
        flex_days: index.num_flex_logs_retention_days,
    }))
}

fn judge(facts: &Facts) -> Finding {
    let finding = judge_gateway(facts).and(judge_datadog(facts));
    let kept = facts.datadog.as_ref().ok();
    let kept = kept.and_then(|index| index.as_ref()?.days);
    match (facts.wanted, kept) {
        (Some(days), _) => finding.note(format!("retention_days of the profile: {days}")),
        // For how long events have to be kept nobody knows but who owes it.
        (None, kept) => {
            let days = kept.map_or("DAYS".to_owned(), |days| days.to_string());
            finding
                .note("the profile has no retention_days to compare with")
                .fix(format!(
                    "`ddctl config set retention_days {days}`, or as many as you owe"
                ))
        }
    }
}

fn judge_gateway(facts: &Facts) -> Finding {
    let began = match &facts.gateway {
        Err((state, why)) => return Finding::ok().add(*state, format!("sessions: {why}")),
        Ok(None) => return Finding::ok().note("the gateway has no session yet"),
        Ok(Some(began)) => *began,
    };
    let days = facts.now.duration_since(began).as_hours() / 24;
    let told = format!("the gateway's oldest session is of {began:.0}, {days} days ago");
    match facts.wanted {
        Some(wanted) if days < i64::from(wanted) => Finding::warning(format!(
            "{told}: fewer than {wanted}"
        ))
        .fix(
            "is the gateway younger than that, or is something deleting its sessions? The gateway is \
             what the recordings are kept in",
        ),
        _ => Finding::ok().note(told),
    }
}

fn judge_datadog(facts: &Facts) -> Finding {
    let index = match &facts.datadog {
        Err((state, why)) => return Finding::ok().add(*state, format!("events: {why}")),
        Ok(None) => {
            return Finding::ok().add(State::Unknown, "no index of Datadog takes the events");
        }
        Ok(Some(index)) => index,
    };
    let Some(days) = index.days else {
        let told = format!(
            "index `{}` of Datadog does not say for how long",
            index.name
        );
        return Finding::ok().add(State::Unknown, told);
    };
    let flex = index.flex_days.filter(|flex| *flex > days);
    let in_flex = flex.map(|flex| format!(", and {flex} days with the flex tier"));
    let told = format!(
        "index `{}` of Datadog keeps events for {days} days{}",
        index.name,
        in_flex.unwrap_or_default()
    );
    match facts.wanted {
        Some(wanted) if flex.unwrap_or(days) < wanted => {
            Finding::problem(format!("{told}: fewer than {wanted}")).fix(
                "raise the retention of that index, or archive its logs; `ddctl receipts verify` \
                 proves what was found while it was there",
            )
        }
        Some(wanted) if days < wanted => {
            Finding::ok().note(format!("{told}; monitors see the first {days} alone"))
        }
        _ => Finding::ok().note(told),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(wanted: Option<u32>, kept: u32, flex_days: Option<u32>) -> Facts {
        Facts {
            now: "2026-11-22T00:00:00Z".parse().expect("an instant"),
            wanted,
            gateway: Ok("2026-08-22T00:00:00Z".parse().ok()),
            datadog: Ok(Some(Index {
                name: "main".to_owned(),
                days: Some(kept),
                flex_days,
            })),
        }
    }

    #[test]
    fn an_index_that_keeps_for_less_is_a_problem_unless_the_flex_tier_keeps_on() {
        let finding = judge(&facts(Some(30), 15, None));
        assert_eq!(finding.state, State::Problem);
        assert!(finding.evidence[1].contains("fewer than 30"), "{finding:?}");
        assert_eq!(judge(&facts(Some(30), 15, Some(60))).state, State::Ok);
        assert_eq!(judge(&facts(Some(15), 15, None)).state, State::Ok);
    }

    #[test]
    fn a_gateway_that_answers_for_less_may_be_young() {
        let finding = judge(&facts(Some(365), 400, None));
        assert_eq!(finding.state, State::Warning);
        assert!(
            finding.evidence[0].contains("92 days ago: fewer than 365"),
            "{finding:?}"
        );
    }

    #[test]
    fn a_wish_is_asked_for_and_never_made_up() {
        let finding = judge(&facts(None, 15, None));
        assert_eq!(finding.state, State::Ok);
        assert!(
            finding.fixes[0].contains("retention_days 15"),
            "{finding:?}"
        );
        assert!(finding.repairs.is_empty());
    }

    #[test]
    fn a_side_that_says_nothing_leaves_it_unknown() {
        let silent = Facts {
            datadog: Err(unknown("Datadog is unreachable: see app-key")),
            ..facts(Some(30), 15, None)
        };
        assert_eq!(judge(&silent).state, State::Unknown);
    }
}
