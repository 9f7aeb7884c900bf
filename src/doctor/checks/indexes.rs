//! The indexes of Datadog: is today's quota used up, and does a filter leave our events out?
//!
//! Both are answered 202 by the intake and then not indexed, without a word.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::samples::{name, samples};
use super::some;
use crate::datadog::{ExclusionFilter, LogIndex};
use crate::doctor::away::unanswered;
use crate::doctor::finding::{Finding, State};
use crate::doctor::subject::Subject;
use crate::query::{IndexedLog, Verdict, evaluate, parse};

const SETTINGS: &str = "Datadog, Logs, Configuration, Indexes";

pub async fn look(subject: &Subject) -> Finding {
    match subject.indexes().await {
        Err(shut) => shut,
        Ok(Err(error)) => unanswered(error),
        Ok(Ok(indexes)) => {
            let samples = samples(&subject.local.log_profile, subject.local.now);
            judge(indexes, &samples)
        }
    }
}

/// What becomes of one event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// The index by its place, and the exclusion filter that matches.
    Taken {
        index: usize,
        left_out: Option<usize>,
    },
    NoIndex,
    /// A filter that nobody can evaluate here.
    Unclear(String),
}

fn judge(indexes: &[LogIndex], samples: &[Map<String, Value>]) -> Finding {
    let mut fates: BTreeMap<Fate, Vec<&str>> = BTreeMap::new();
    for log in samples {
        let fate = fate(indexes, &IndexedLog::from_intake(log));
        fates.entry(fate).or_default().push(name(log));
    }
    let told = fates.iter().fold(Finding::ok(), |finding, (fate, kinds)| {
        finding.and(of_fate(indexes, fate, &some(kinds)))
    });
    let used = used(&fates);
    let used = used.iter().filter_map(|at| indexes.get(*at));
    used.fold(told, |finding, index| finding.and(of_index(index)))
}

/// The index that takes our events; the first where several do, `None` where none does.
///
/// # Errors
///
/// The filter that nobody can evaluate here, where it hangs on that.
pub(super) fn index_of<'i>(
    indexes: &'i [LogIndex],
    samples: &[Map<String, Value>],
) -> Result<Option<&'i LogIndex>, String> {
    let mut unclear = None;
    for log in samples {
        match fate(indexes, &IndexedLog::from_intake(log)) {
            Fate::Taken { index, .. } => return Ok(indexes.get(index)),
            Fate::Unclear(filter) => unclear = Some(filter),
            Fate::NoIndex => {}
        }
    }
    unclear.map_or(Ok(None), Err)
}

fn used(fates: &BTreeMap<Fate, Vec<&str>>) -> Vec<usize> {
    let mut used: Vec<usize> = fates
        .keys()
        .filter_map(|fate| match fate {
            Fate::Taken { index, .. } => Some(*index),
            _ => None,
        })
        .collect();
    used.dedup();
    used
}

fn fate(indexes: &[LogIndex], log: &IndexedLog<'_>) -> Fate {
    for (place, index) in indexes.iter().enumerate() {
        match matches(index.filter.query.as_deref(), log) {
            Verdict::No => continue,
            Verdict::CannotTell(_) => {
                return Fate::Unclear(format!("the filter of the index `{}`", index.name));
            }
            Verdict::Yes => {}
        }
        let exclusions = index.exclusion_filters.iter().flatten().enumerate();
        for (at, exclusion) in exclusions.filter(|(_, it)| it.is_enabled != Some(false)) {
            let query = exclusion.filter.as_ref().and_then(|it| it.query.as_deref());
            match matches(query, log) {
                Verdict::No => {}
                Verdict::Yes => {
                    return Fate::Taken {
                        index: place,
                        left_out: Some(at),
                    };
                }
                Verdict::CannotTell(_) => {
                    let filter = called(exclusion);
                    return Fate::Unclear(format!("{filter} of the index `{}`", index.name));
                }
            }
        }
        return Fate::Taken {
            index: place,
            left_out: None,
        };
    }
    Fate::NoIndex
}

/// An empty filter is for every log; one that does not parse here may be for any.
fn matches(query: Option<&str>, log: &IndexedLog<'_>) -> Verdict {
    match query.map(str::trim) {
        None | Some("" | "*") => Verdict::Yes,
        Some(query) => match parse(query) {
            Ok(query) => evaluate(&query, log),
            Err(_) => Verdict::CannotTell(Vec::new()),
        },
    }
}

fn of_fate(indexes: &[LogIndex], fate: &Fate, kinds: &str) -> Finding {
    match fate {
        Fate::NoIndex => Finding::problem(format!(
            "no index takes {kinds}: they are accepted and then not searchable, and no monitor sees them"
        ))
        .fix(format!("let an index take source:hoop ({SETTINGS})")),
        Fate::Unclear(filter) => Finding::unknown(format!(
            "nobody can tell here whether {filter} matches {kinds}"
        ))
        .fix("look at that filter yourself: `ddctl test-event` says whether an event arrives"),
        Fate::Taken { index, left_out } => {
            let index = &indexes[*index];
            let exclusions = index.exclusion_filters.as_deref().unwrap_or_default();
            match left_out.and_then(|at| exclusions.get(at)) {
                None => Finding::ok().note(format!("index `{}` takes {kinds}", index.name)),
                Some(exclusion) => of_exclusion(index, exclusion, kinds),
            }
        }
    }
}

fn of_exclusion(index: &LogIndex, exclusion: &ExclusionFilter, kinds: &str) -> Finding {
    let filter = exclusion.filter.as_ref();
    let share = filter.and_then(|it| it.sample_rate).unwrap_or(1.0);
    let query = filter.and_then(|it| it.query.as_deref()).unwrap_or("*");
    let state = match share {
        share if share <= 0.0 => State::Ok,
        _ => State::Problem,
    };
    let told = format!(
        "{} of the index `{}` leaves out {:.0} % of {kinds}: `{query}`",
        called(exclusion),
        index.name,
        share * 100.0
    );
    let finding = Finding::ok().add(state, told);
    match state {
        State::Ok => finding,
        _ => finding.fix(format!("add `-source:hoop` to that filter ({SETTINGS})")),
    }
}

fn called(exclusion: &ExclusionFilter) -> String {
    let name = exclusion.name.as_deref().unwrap_or_default();
    format!("the exclusion filter `{name}`")
}

fn of_index(index: &LogIndex) -> Finding {
    let limit = index
        .daily_limit
        .map(|limit| format!(" of {limit} events a day"));
    match (index.is_rate_limited, limit) {
        (Some(true), limit) => Finding::problem(format!(
            "index `{}` has reached its quota{}: nothing more is indexed until it is reset",
            index.name,
            limit.unwrap_or_default()
        ))
        .fix(format!(
            "raise the daily quota, or give our events an index of their own ({SETTINGS}); what was \
             sent meanwhile goes out again by `ddctl sessions export --since … --again`"
        )),
        (_, Some(limit)) => {
            Finding::ok().note(format!("index `{}`: below its quota{limit}", index.name))
        }
        (_, None) => Finding::ok(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::delivery::map::log::LogProfile;

    fn judged(indexes: Value) -> Finding {
        let indexes: Vec<LogIndex> = serde_json::from_value(indexes).expect("indexes");
        let samples = samples(&LogProfile::default(), Timestamp::UNIX_EPOCH);
        judge(&indexes, &samples)
    }

    #[test]
    fn an_index_that_takes_everything_is_fine() {
        let finding = judged(json!([{"name": "main", "filter": {"query": "*"}}]));
        assert_eq!(finding.state, State::Ok);
        assert!(finding.evidence[0].contains("takes"), "{finding:?}");
    }

    #[test]
    fn an_exclusion_filter_that_leaves_our_source_out_is_named_with_its_share() {
        let exclusion = |rate: f64, is_enabled: bool| {
            let filter = json!({"query": "source:hoop", "sample_rate": rate});
            let exclusions = json!([{"name": "noise", "is_enabled": is_enabled, "filter": filter}]);
            judged(json!([{"name": "main", "filter": {}, "exclusion_filters": exclusions}]))
        };
        let finding = exclusion(0.9, true);
        assert_eq!(finding.state, State::Problem);
        assert!(finding.evidence[0].contains("`noise`"), "{finding:?}");
        assert!(finding.evidence[0].contains("90 %"), "{finding:?}");
        assert_eq!(exclusion(0.9, false).state, State::Ok);
        assert_eq!(exclusion(0.0, true).state, State::Ok);
    }

    #[test]
    fn a_filter_may_leave_out_some_kinds_alone() {
        for kind in ["session.open", "session.review", "gateway.audit"] {
            let filter = json!({"query": format!("@evt.name:{kind}"), "sample_rate": 1.0});
            let exclusions = json!([{"name": "some", "is_enabled": true, "filter": filter}]);
            let finding =
                judged(json!([{"name": "main", "filter": {}, "exclusion_filters": exclusions}]));
            assert_eq!(finding.state, State::Problem);
            let told = finding.evidence.join("\n");
            assert!(told.contains(&format!("100 % of {kind}:")), "{told}");
            assert!(told.contains("index `main` takes"), "{told}");
        }
    }

    #[test]
    fn a_filter_that_nobody_can_evaluate_leaves_the_index_open() {
        let indexes = json!([{"name": "main", "filter": {"query": "((("}}]);
        let indexes: Vec<LogIndex> = serde_json::from_value(indexes).expect("indexes");
        let samples = samples(&LogProfile::default(), Timestamp::UNIX_EPOCH);
        let unclear = index_of(&indexes, &samples).expect_err("it cannot be told");
        assert!(unclear.contains("`main`"), "{unclear}");
        assert_eq!(index_of(&[], &samples).expect("no index"), None);
    }

    #[test]
    fn a_quota_that_is_used_up_counts_for_the_index_that_takes_ours() {
        let full = |query: &str| {
            judged(json!([
                {"name": "one", "filter": {"query": query}, "daily_limit": 1000, "is_rate_limited": true},
                {"name": "rest", "filter": {"query": ""}},
            ]))
        };
        let finding = full("source:hoop");
        assert_eq!(finding.state, State::Problem);
        assert!(finding.evidence.join("\n").contains("of 1000 events a day"));
        // Heartbeats have a source of their own, and are not of nginx either.
        assert_eq!(full("source:nginx").state, State::Ok);
    }

    #[test]
    fn events_that_no_index_takes_are_a_problem() {
        let finding = judged(json!([{"name": "web", "filter": {"query": "source:nginx"}}]));
        assert_eq!(finding.state, State::Problem);
        assert!(
            finding.evidence[0].contains("no index takes"),
            "{finding:?}"
        );
    }
}
