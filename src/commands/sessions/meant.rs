//! Whom or what a filter may have meant that no session fits.

use std::collections::BTreeSet;

use super::when::When;
use crate::domain::nearest::nearest;
use crate::domain::session::{IdentityKind, Session};
use crate::gateway::Gateway;
use crate::sources::{self, SessionFilter};

/// The newest sessions of the time, among which a name like the given one is looked for.
const LOOKED_THROUGH: usize = 200;

/// A filter by a name, and the names that a session gives it.
type Named<'f> = (&'static str, &'f Option<String>, fn(&Session) -> Vec<&str>);

/// The flag as it may have been meant, such as `--connection prod-orders-db`: a name of the same time
/// that is like the one that was given. `None` where every name is there, or none is like it.
pub async fn meant(gateway: &Gateway, when: &When, filter: &SessionFilter) -> Option<String> {
    let named: [Named; 3] = [
        ("--connection", &filter.connection, connection),
        ("--user", &filter.identity, people),
        ("--agent", &filter.agent, agents),
    ];
    let given = |(flag, name, of): Named| {
        let name = name.clone().filter(|name| !name.contains(['*', '?']))?;
        Some((flag, name, of, BTreeSet::new()))
    };
    let mut given: Vec<_> = named.into_iter().filter_map(given).collect();
    if given.is_empty() {
        return None;
    }
    let everything = SessionFilter::default();
    let limit = Some(LOOKED_THROUGH);
    let read = sources::list(gateway, when.range, &everything, limit, |session| {
        for (_, _, of, names) in &mut given {
            names.extend(of(&session).into_iter().map(str::to_owned));
        }
    });
    if let Err(error) = read.await {
        tracing::debug!(%error, "names to propose are not known");
        return None;
    }
    given
        .iter()
        .find_map(|(flag, name, _, names)| Some(format!("{flag} {}", like(name, names)?)))
}

/// Only one that is not there itself is taken for another.
fn like<'n>(given: &str, names: &'n BTreeSet<String>) -> Option<&'n str> {
    let is_there = names.iter().any(|name| name.eq_ignore_ascii_case(given));
    let part = given.to_lowercase();
    let has_part = |name: &&str| name.to_lowercase().contains(&part);
    let names = || names.iter().map(String::as_str);
    match is_there {
        true => None,
        false => nearest(given, names()).or_else(|| names().find(has_part)),
    }
}

fn connection(session: &Session) -> Vec<&str> {
    vec![&session.connection.name]
}

fn people(session: &Session) -> Vec<&str> {
    match session.identity.kind {
        IdentityKind::Machine => Vec::new(),
        _ => vec![&session.identity.email, &session.identity.name],
    }
}

fn agents(session: &Session) -> Vec<&str> {
    match session.identity.kind {
        IdentityKind::Machine => vec![&session.identity.name],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_or_a_part_of_a_name_is_understood_and_a_name_that_is_there_stays() {
        let names = ["prod-orders-db", "dana@shop.example", "codex"];
        let names: BTreeSet<String> = names.map(str::to_owned).into();
        assert_eq!(like("prod-orders", &names), Some("prod-orders-db"));
        assert_eq!(like("Dana", &names), Some("dana@shop.example"));
        assert_eq!(like("codxe", &names), Some("codex"));
        assert_eq!(like("CODEX", &names), None);
        assert_eq!(like("banana", &names), None);
    }
}
