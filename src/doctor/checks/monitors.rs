//! The monitors that are kept as code: do they look, can they match, and is anybody told?

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::some;
use crate::datadog::LiveMonitor;
use crate::doctor::away::{unanswered, within};
use crate::doctor::finding::{Finding, State};
use crate::doctor::subject::Subject;
use crate::domain::delivery::Delivery;
use crate::monitors::as_code::Mark;
use crate::monitors::{ProfileFacts, Shape, all_attributes, missing_in, names_a_handle, packs};
use crate::query::monitor::{Alert, Variable, parse_monitor};
use crate::query::{Attribute, Field, Level, NodeKind, Record, lint_alert};

/// Datadog evaluates a log monitor about every minute; a new one may take a little.
const FIRST_LOOK: SignedDuration = SignedDuration::from_mins(15);

pub async fn look(subject: &Subject) -> Finding {
    let datadog = match subject.datadog() {
        Ok(datadog) => datadog,
        Err(shut) => return shut,
    };
    let local = &subject.local;
    let lens = Lens {
        now: local.now,
        is_webhook: local.delivery == Some(Delivery::Webhook),
        facts: ProfileFacts::of(
            &local.settings.profile,
            &local.rules,
            local.delivery.is_some_and(Delivery::stays),
        ),
    };
    match within(subject.host(), datadog.monitors(None)).await {
        Ok(monitors) => judge(&monitors, &local.namespace, &lens),
        Err(error) => unanswered(&error),
    }
}

/// Through which monitors are looked at.
struct Lens {
    now: Timestamp,
    /// The gateway's webhooks go straight to Datadog.
    is_webhook: bool,
    facts: ProfileFacts,
}

/// One thing about a monitor, and what helps.
struct Flaw {
    state: State,
    what: String,
    fixes: Vec<String>,
}

impl Flaw {
    fn new(state: State, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            state,
            what: what.into(),
            fixes: vec![fix.into()],
        }
    }
}

fn judge(monitors: &[LiveMonitor], namespace: &str, lens: &Lens) -> Finding {
    let marked = monitors.iter().filter_map(|monitor| {
        let mark = Mark::of_tags(&monitor.definition).into_iter().next()?;
        // A namespace is in small letters in a mark.
        (mark.namespace == namespace.to_ascii_lowercase()).then_some((mark, monitor))
    });
    let marked: Vec<(Mark, &LiveMonitor)> = marked.collect();
    if marked.is_empty() {
        return Finding::skipped(format!(
            "Datadog has no monitor of the namespace `{namespace}`: nobody is told"
        ))
        .fix("`ddctl monitors apply --pack hoop --var notify='@you@example.com'` makes some");
    }
    let mut finding = Finding::ok();
    let mut sound = Vec::new();
    for (mark, monitor) in &marked {
        let flaws = flaws(mark, monitor, lens);
        if flaws.is_empty() {
            sound.push(mark.short());
        }
        finding = flaws.into_iter().fold(finding, |finding, flaw| {
            let what = format!("{} ({}): {}", mark.short(), monitor.id, flaw.what);
            let fixes = flaw.fixes.into_iter();
            fixes.fold(finding.add(flaw.state, what), Finding::fix)
        });
    }
    match sound.is_empty() {
        true => finding,
        false => {
            let names: Vec<&str> = sound.iter().map(String::as_str).collect();
            finding.note(format!("nothing is wrong with {}", some(&names)))
        }
    }
}

fn flaws(mark: &Mark, monitor: &LiveMonitor, lens: &Lens) -> Vec<Flaw> {
    let mut flaws: Vec<Flaw> = [never_evaluated(monitor, lens.now), muted(monitor, lens.now)]
        .into_iter()
        .flatten()
        .collect();
    flaws.extend(draft(monitor));
    flaws.extend(query(mark, monitor, lens));
    if !names_a_handle(monitor.message()) {
        let apply = command("apply", &mark.pack);
        flaws.push(Flaw::new(
            State::Warning,
            "its message names nobody",
            format!("`{apply} --var notify='@slack-channel'` names somebody"),
        ));
    }
    flaws
}

/// The command of the monitor's own pack: without its name every pack is meant.
fn command(verb: &str, pack: &str) -> String {
    match packs().iter().any(|it| it.name == pack) {
        true => format!("ddctl monitors {verb} --pack {pack}"),
        false => format!("ddctl monitors {verb} FOLDER/{pack}"),
    }
}

/// What shows how the monitor's pack asks of events that come this way.
fn plan(mark: &Mark, shape: Option<Shape>) -> String {
    let plan = command("plan", &mark.pack);
    match shape {
        Some(Shape::HoopWebhook) => format!(
            "`{plan}` says what the pack can ask of events of this shape; a relay or an export brings \
             them whole: `ddctl config set delivery relay`"
        ),
        _ => format!("`{plan}` shows what the pack asks"),
    }
}

fn never_evaluated(monitor: &LiveMonitor, now: Timestamp) -> Option<Flaw> {
    let made = monitor.definition.get("created").and_then(Value::as_str);
    let made: Timestamp = made?.parse().ok()?;
    let is_old = now.duration_since(made) > FIRST_LOOK;
    (is_old && monitor.overall_state_modified().is_none()).then(|| {
        Flaw::new(
            State::Problem,
            format!("never evaluated since it was made ({made:.0})"),
            "has any log that it looks for ever arrived? `ddctl test-event` sends some and waits for \
             the monitor",
        )
    })
}

/// `options.silenced`: scopes with the end of their silence, null for good.
fn muted(monitor: &LiveMonitor, now: Timestamp) -> Option<Flaw> {
    let silenced = monitor.options()?.get("silenced")?.as_object()?;
    let mut ends = silenced.iter().filter_map(|(scope, end)| {
        let end = match end.as_i64() {
            None => return Some((scope, None)),
            Some(second) => Timestamp::from_second(second).ok()?,
        };
        (end > now).then_some((scope, Some(end)))
    });
    let (scope, end) = ends.next()?;
    let until = end.map_or("for good".to_owned(), |end| format!("until {end:.0}"));
    let of = match scope.as_str() {
        "*" => String::new(),
        scope => format!(" for {scope}"),
    };
    Some(Flaw::new(
        State::Warning,
        format!("muted{of} {until}"),
        "unmute it in Datadog where nobody meant that",
    ))
}

fn draft(monitor: &LiveMonitor) -> Option<Flaw> {
    let status = monitor.definition.get("draft_status")?.as_str()?;
    (status == "draft").then(|| {
        Flaw::new(
            State::Warning,
            "it is a draft, which tells nobody",
            "publish it in Datadog",
        )
    })
}

/// What its query can never match of the events as they come, or what the profile lacks for it.
fn query(mark: &Mark, monitor: &LiveMonitor, lens: &Lens) -> Vec<Flaw> {
    // A query of a kind that is not evaluated here says nothing.
    let Ok(alert) = parse_monitor(monitor.query(), &variables(monitor)) else {
        return Vec::new();
    };
    let shape = shape(mark, &alert, lens);
    let known = shape.map_or_else(all_attributes, Shape::attributes);
    let plan = plan(mark, shape);
    let mut flaws = unmatched(&alert, &known, shape, &plan);
    flaws.extend(shape.and_then(|shape| absent(&alert, &known, shape, &plan)));
    if matches!(shape, None | Some(Shape::Ddctl))
        && let Some(missing) = missing_in(&alert, &lens.facts)
    {
        flaws.push(Flaw {
            state: State::Warning,
            what: missing.what,
            fixes: missing.steps,
        });
    }
    flaws
}

fn unmatched(alert: &Alert, known: &[Attribute], shape: Option<Shape>, plan: &str) -> Vec<Flaw> {
    let findings = lint_alert(alert, known).into_iter();
    let never = findings.filter(|(_, finding)| finding.level == Level::NeverMatches);
    let of = shape.map_or_else(String::new, |shape| {
        format!(" of events of the shape {shape}")
    });
    never
        .map(|(query, finding)| {
            let what = format!(
                "it can match nothing{of}: {} in `{}`",
                finding.problem,
                query.written.as_str()
            );
            let fix = match finding.suggestion {
                None => plan.to_owned(),
                Some(try_it) => format!("try {try_it}; {plan}"),
            };
            Flaw::new(State::Problem, what, fix)
        })
        .collect()
}

/// Attributes that every event has to have and none of this shape does.
fn absent(alert: &Alert, known: &[Attribute], shape: Shape, plan: &str) -> Option<Flaw> {
    let is_known = |path: &str| {
        // Tags of a connection are anybody's words.
        let is_below = |it: &Attribute| it.path.starts_with(&format!("{path}."));
        path.starts_with("connection.tags")
            || known.iter().any(|it| it.path == path || is_below(it))
    };
    let queries = alert.queries();
    let parts = queries.iter().flat_map(|query| query.search.conjuncts());
    let paths = parts.filter_map(|part| match &part.kind {
        NodeKind::Match {
            field: Field::Attribute(path),
            ..
        } => Some(path.as_str()),
        _ => None,
    });
    let mut missing: Vec<&str> = paths.filter(|path| !is_known(path)).collect();
    missing.dedup();
    (!missing.is_empty()).then(|| {
        let what = format!(
            "no event of the shape {shape} has @{}, unless a pipeline of yours adds it",
            missing.join(", @")
        );
        Flaw::new(State::Warning, what, plan)
    })
}

/// The shape of the events that a monitor of a pack looks at here; `None` of somebody's own.
fn shape(mark: &Mark, alert: &Alert, lens: &Lens) -> Option<Shape> {
    match (mark.pack.as_str(), alert.record()) {
        (_, Record::Span) => Some(Shape::Otlp),
        ("hoop", Record::Log) if lens.is_webhook => Some(Shape::HoopWebhook),
        ("hoop" | "execlave" | "genai", Record::Log) => Some(Shape::Ddctl),
        _ => None,
    }
}

fn variables(monitor: &LiveMonitor) -> Vec<Variable> {
    let listed = monitor
        .options()
        .and_then(|options| options.get("variables"));
    let listed = listed.and_then(Value::as_array).into_iter().flatten();
    listed
        .filter_map(|one| serde_json::from_value(one.clone()).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const QUERY: &str =
        r#"logs("source:hoop @evt.outcome:failure").index("*").rollup("count").last("5m") > 4"#;

    fn lens(is_webhook: bool) -> Lens {
        Lens {
            now: "2026-11-22T00:00:00Z".parse().expect("an instant"),
            is_webhook,
            facts: ProfileFacts::of("default", &[], true),
        }
    }

    fn judged(change: Value, is_webhook: bool) -> Finding {
        let mut monitor = json!({
            "id": 7, "name": "failed", "type": "log alert", "query": QUERY,
            "message": "look @slack-agents", "tags": ["ddctl:default/hoop/failed-sessions"],
            "created": "2026-11-01T00:00:00Z", "overall_state": "OK",
            "overall_state_modified": "2026-11-02T00:00:00Z", "options": {},
        });
        for (name, value) in change.as_object().expect("an object") {
            monitor[name] = value.clone();
        }
        let monitor = serde_json::from_value(monitor).expect("a monitor");
        judge(&[monitor], "Default", &lens(is_webhook))
    }

    #[test]
    fn a_monitor_that_looks_and_tells_is_fine() {
        let finding = judged(json!({}), false);
        assert_eq!(finding.state, State::Ok, "{finding:?}");
        assert_eq!(
            finding.evidence,
            ["nothing is wrong with hoop/failed-sessions"]
        );
    }

    #[test]
    fn what_never_looked_is_a_problem_once_it_is_old_enough() {
        let finding = judged(json!({"overall_state_modified": null}), false);
        assert_eq!(finding.state, State::Problem);
        assert!(
            finding.evidence[0].contains("never evaluated"),
            "{finding:?}"
        );
        let young = json!({"overall_state_modified": null, "created": "2026-11-21T23:55:00Z"});
        assert_eq!(judged(young, false).state, State::Ok);
    }

    #[test]
    fn one_that_is_muted_is_told_with_the_end_of_it() {
        let muted = |end: Value| judged(json!({"options": {"silenced": {"*": end}}}), false);
        assert!(muted(Value::Null).evidence[0].contains("muted for good"));
        assert!(muted(json!(1_900_000_000)).evidence[0].contains("muted until 2030"));
        assert_eq!(muted(json!(1_000_000_000)).state, State::Ok);
    }

    #[test]
    fn a_query_over_attributes_that_this_road_does_not_have_can_match_nothing() {
        let typo = QUERY.replace("failure", "failed");
        let finding = judged(json!({"query": typo}), false);
        assert_eq!(finding.state, State::Problem, "{finding:?}");
        assert!(finding.evidence[0].contains("match nothing"), "{finding:?}");
        let webhook = judged(json!({}), true);
        assert_eq!(webhook.state, State::Warning);
        assert!(
            webhook.evidence[0].contains("hoop-webhook has @evt.outcome"),
            "{webhook:?}"
        );
    }

    #[test]
    fn what_the_profile_lacks_for_a_monitor_is_told() {
        let query = QUERY.replace(
            "@evt.outcome:failure",
            "@session.in_maintenance_window:false",
        );
        let finding = judged(json!({"query": query}), false);
        assert_eq!(finding.state, State::Warning, "{finding:?}");
        assert!(finding.fixes[0].contains("windows = ["), "{finding:?}");
        assert!(!finding.fixes[0].contains('\n'), "{finding:?}");
        let heartbeat = QUERY.replace("@evt.outcome:failure", "@evt.name:ddctl.heartbeat");
        let judged = query_of(&heartbeat, "default");
        assert_eq!(judged.fixes.len(), 1, "{judged:?}");
        assert!(
            judged.fixes[0].contains("config set delivery follow"),
            "{judged:?}"
        );
    }

    /// Where nothing that stays delivers.
    fn query_of(query: &str, profile: &str) -> Finding {
        let monitor = json!({
            "id": 7, "name": "n", "type": "log alert", "query": query, "message": "@slack-agents",
            "tags": ["ddctl:default/hoop/silence"], "overall_state_modified": "2026-11-02T00:00:00Z",
        });
        let monitor = serde_json::from_value(monitor).expect("a monitor");
        let lens = Lens {
            facts: ProfileFacts::of(profile, &[], false),
            ..lens(false)
        };
        judge(&[monitor], "default", &lens)
    }

    #[test]
    fn a_draft_and_a_message_to_nobody_are_warnings() {
        assert_eq!(
            judged(json!({"draft_status": "draft"}), false).state,
            State::Warning
        );
        let nobody = judged(json!({"message": "look"}), false);
        assert_eq!(nobody.state, State::Warning);
        assert!(
            nobody.fixes[0].contains("apply --pack hoop --var"),
            "{nobody:?}"
        );
        let own = judged(
            json!({"message": "look", "tags": ["ddctl:default/mine/failed"]}),
            false,
        );
        assert!(own.fixes[0].contains("apply FOLDER/mine --var"), "{own:?}");
    }

    #[test]
    fn monitors_of_others_are_not_looked_at() {
        let finding = judged(json!({"tags": ["ddctl:team-b/hoop/x"]}), false);
        assert_eq!(finding.state, State::Skipped);
    }
}
