//! What stream, subjects, consumers and buckets of a profile are called.

/// All that one profile has on a NATS server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Names {
    /// Webhooks and events that are still to be dealt with.
    pub stream: String,
    /// Webhooks as they came.
    pub webhook: String,
    /// Webhooks of which an incomplete event went out, and which wait for the gateway.
    pub told: String,
    pub event: String,
    /// What no destination takes.
    pub dead: String,
    pub dead_stream: String,
    /// Ids of events.
    pub known: String,
    /// Who reconciles.
    pub lease: String,
    /// How far that got.
    pub position: String,
}

impl Names {
    pub fn of(profile: &str) -> Self {
        let name = plain(profile);
        let subject = |of: &str| format!("ddctl.{name}.{of}");
        let bucket = |of: &str| format!("ddctl-{name}-{of}");
        Self {
            stream: format!("ddctl-{name}"),
            webhook: subject("webhook"),
            told: subject("told"),
            event: subject("event"),
            dead: subject("dead"),
            dead_stream: bucket("dead"),
            known: bucket("known"),
            lease: bucket("lease"),
            position: bucket("position"),
        }
    }
}

/// Letters, digits and hyphens stay, everything else is written by its bytes: a name may hold
/// neither dots nor spaces, and two profiles must not share one.
pub(super) fn plain(profile: &str) -> String {
    let mut name = String::new();
    for byte in profile.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => name.push(char::from(byte)),
            other => name.push_str(&format!("_{other:02x}")),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_different_profiles_differ_and_hold_what_nats_takes() {
        let profiles = ["default", "team a", "team.a", "team_a", "tëam", "team_20a"];
        let names: Vec<Names> = profiles.into_iter().map(Names::of).collect();
        for (at, one) in names.iter().enumerate() {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
            assert!(one.stream.chars().all(is_plain), "{}", one.stream);
            assert!(names[at + 1..].iter().all(|other| other != one));
        }
        assert_eq!(names[0].webhook, "ddctl.default.webhook");
    }
}
