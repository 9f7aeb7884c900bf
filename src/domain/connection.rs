//! The profile's rules about connections: environment, expected approval, maintenance windows.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;

/// One `[[connections]]` entry of a profile.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectionRule {
    /// A glob over the connection's name: `*` any run, `?` one character.
    pub pattern: String,
    pub environment: Option<String>,
    /// Whether every session on the connection is expected to be approved.
    pub approval_expected: Option<bool>,
    pub windows: Vec<MaintenanceWindow>,
}

impl ConnectionRule {
    pub fn matches(&self, connection: &str) -> bool {
        glob_matches(&self.pattern, connection)
    }
}

/// The first rule that matches; later ones do not add to it.
pub fn rule_for<'a>(rules: &'a [ConnectionRule], connection: &str) -> Option<&'a ConnectionRule> {
    rules.iter().find(|rule| rule.matches(connection))
}

/// Why a rule says nothing of any connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Idle<'a> {
    /// No connection is called so.
    Unmatched,
    /// Rules before it take every connection that it matches: this one the first of them.
    Taken(&'a str),
}

impl Idle<'_> {
    /// In words, of the rule with this pattern.
    pub fn of(&self, pattern: &str) -> String {
        match self {
            Idle::Unmatched => format!("no connection matches the rule `{pattern}`"),
            Idle::Taken(first) => format!(
                "the rule `{pattern}` is never used: `{first}` before it takes what it matches"
            ),
        }
    }
}

/// The rules that say nothing of any of these connections, in their order.
pub fn idle_rules<'a>(
    rules: &'a [ConnectionRule],
    connections: &[&str],
) -> Vec<(&'a ConnectionRule, Idle<'a>)> {
    let taker = |name: &&str| rules.iter().position(|rule| rule.matches(name));
    let idle = |index: usize, rule: &ConnectionRule| {
        let matched = connections.iter().filter(|name| rule.matches(name));
        let takers: Vec<usize> = matched.filter_map(taker).collect();
        match takers.first() {
            None => Some(Idle::Unmatched),
            Some(_) if takers.contains(&index) => None,
            Some(first) => Some(Idle::Taken(rules[*first].pattern.as_str())),
        }
    };
    let all = rules.iter().enumerate();
    all.filter_map(|(index, rule)| Some((rule, idle(index, rule)?)))
        .collect()
}

/// A weekly window in which work on a connection is expected.
///
/// A window whose end is not after its beginning runs over midnight, into the next day.
#[derive(Clone, Debug, PartialEq)]
pub struct MaintenanceWindow {
    /// The days on which the window begins.
    pub days: Vec<Weekday>,
    pub from: Time,
    pub to: Time,
    pub tz: TimeZone,
}

impl MaintenanceWindow {
    pub fn contains(&self, at: Timestamp) -> bool {
        let local = at.to_zoned(self.tz.clone());
        let (day, time) = (local.weekday(), local.time());
        let begins_today = self.days.contains(&day);
        let began_yesterday = self.days.contains(&day.previous());
        if self.from < self.to {
            return begins_today && self.from <= time && time < self.to;
        }
        (begins_today && self.from <= time) || (began_yesterday && time < self.to)
    }
}

/// As a profile spells one: `sat,sun 22:00-02:00 Europe/Berlin`.
impl fmt::Display for MaintenanceWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = Weekday::Monday.cycle_forward().take(7);
        let names: Vec<&str> = all
            .filter(|day| self.days.contains(day))
            .map(|day| &name_of(day)[..3])
            .collect();
        let days = match names.len() {
            7 => "daily".to_owned(),
            _ => names.join(","),
        };
        let (from, to) = (self.from.strftime("%H:%M"), self.to.strftime("%H:%M"));
        write!(f, "{days} {from}-{to}")?;
        match self.tz.iana_name() {
            Some(zone) => write!(f, " {zone}"),
            None => Ok(()),
        }
    }
}

/// Reads `sat`, `mon-fri`, `sat,sun`, `daily`. Names may be written out.
pub fn parse_days(text: &str) -> Option<Vec<Weekday>> {
    if matches!(text.trim(), "daily" | "*") {
        return Some(Weekday::Monday.cycle_forward().take(7).collect());
    }
    let mut days = Vec::new();
    for part in text.split(',') {
        match part.split_once('-') {
            None => days.push(parse_day(part)?),
            Some((first, last)) => {
                let (first, last) = (parse_day(first)?, parse_day(last)?);
                let length = first.until(last).unsigned_abs() as usize + 1;
                days.extend(first.cycle_forward().take(length));
            }
        }
    }
    Some(days)
}

fn parse_day(text: &str) -> Option<Weekday> {
    let text = text.trim().to_ascii_lowercase();
    Weekday::Monday
        .cycle_forward()
        .take(7)
        .find(|day| text.len() >= 3 && name_of(*day).starts_with(&text))
}

fn name_of(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "monday",
        Weekday::Tuesday => "tuesday",
        Weekday::Wednesday => "wednesday",
        Weekday::Thursday => "thursday",
        Weekday::Friday => "friday",
        Weekday::Saturday => "saturday",
        Weekday::Sunday => "sunday",
    }
}

/// Matches `text` whole against a glob of `*` and `?`, case-sensitive.
pub fn glob_matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where to go on after a mismatch: behind the last `*`, one more character swallowed.
    let mut resume: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                resume = Some((p + 1, t));
                p += 1;
            }
            Some(&c) if c == '?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match resume {
                None => return false,
                Some((after_star, swallowed)) => {
                    resume = Some((after_star, swallowed + 1));
                    p = after_star;
                    t = swallowed + 1;
                }
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_whole_names() {
        assert!(glob_matches("prod-*", "prod-orders"));
        assert!(glob_matches("*-prod-?", "eu-prod-1"));
        assert!(glob_matches("*", ""));
        assert!(!glob_matches("prod", "prod-orders"));
        assert!(!glob_matches("prod_orders", "prod-orders"));
        assert!(glob_matches("a*b*c", "aXbYbZc"));
    }

    #[test]
    fn a_rule_that_earlier_ones_leave_nothing_is_told_from_one_that_matches_nothing() {
        let rule = |pattern: &str| ConnectionRule {
            pattern: pattern.to_owned(),
            environment: None,
            approval_expected: None,
            windows: Vec::new(),
        };
        let rules = ["prod-*", "prod-orders", "prod-*", "lab-*", "*"].map(rule);
        let idle = idle_rules(&rules, &["prod-orders", "prod-users", "ci"]);
        let said: Vec<_> = idle
            .iter()
            .map(|(rule, why)| why.of(&rule.pattern))
            .collect();
        assert_eq!(
            said,
            [
                "the rule `prod-orders` is never used: `prod-*` before it takes what it matches",
                "the rule `prod-*` is never used: `prod-*` before it takes what it matches",
                "no connection matches the rule `lab-*`",
            ]
        );
    }

    #[test]
    fn a_window_is_shown_as_it_is_written() {
        let window = |days: &str| MaintenanceWindow {
            days: parse_days(days).expect("days"),
            from: jiff::civil::time(22, 0, 0, 0),
            to: jiff::civil::time(2, 30, 0, 0),
            tz: TimeZone::get("Europe/Berlin").expect("the zone database is bundled"),
        };
        assert_eq!(
            window("sun,sat").to_string(),
            "sat,sun 22:00-02:30 Europe/Berlin"
        );
        assert_eq!(
            window("daily").to_string(),
            "daily 22:00-02:30 Europe/Berlin"
        );
    }

    #[test]
    fn a_window_may_run_over_midnight() {
        let window = MaintenanceWindow {
            days: parse_days("sat").expect("a day"),
            from: jiff::civil::time(22, 0, 0, 0),
            to: jiff::civil::time(2, 0, 0, 0),
            tz: TimeZone::get("Europe/Berlin").expect("the zone database is bundled"),
        };
        let at = |text: &str| text.parse::<Timestamp>().expect("a valid instant");
        assert!(
            window.contains(at("2026-11-21T21:30:00Z")),
            "saturday 22:30 in Berlin"
        );
        assert!(
            window.contains(at("2026-11-22T00:59:00Z")),
            "sunday 01:59 in Berlin"
        );
        assert!(
            !window.contains(at("2026-11-22T01:00:00Z")),
            "sunday 02:00 in Berlin"
        );
        assert!(
            !window.contains(at("2026-11-21T00:30:00Z")),
            "saturday 01:30 in Berlin"
        );
    }

    #[test]
    fn days_are_read_in_every_common_form() {
        assert_eq!(
            parse_days("sat,sun"),
            Some(vec![Weekday::Saturday, Weekday::Sunday])
        );
        assert_eq!(parse_days("fri-mon").map(|days| days.len()), Some(4));
        assert_eq!(parse_days("mon-fri").map(|days| days.len()), Some(5));
        assert_eq!(parse_days("daily").map(|days| days.len()), Some(7));
        assert_eq!(parse_days("someday"), None);
    }
}
