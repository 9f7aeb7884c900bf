//! Who calls: both kinds of credential, and what each role may reach
//! (hoophq/hoop `gateway/api/apiroutes/auth.go`, `roles.go`).

use hyper::HeaderMap;

use super::answer;
use crate::sandbox::http::Reply;
use crate::sandbox::world::identities::Identity;

pub const ADMIN: &str = "admin";
pub const AUDITOR: &str = "auditor";

/// Somebody who signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The subject; an API key's is its own id.
    pub subject: String,
    pub name: String,
    pub email: String,
    pub groups: Vec<String>,
}

impl Caller {
    /// A person who signed in.
    pub fn of(person: &Identity) -> Self {
        Self {
            subject: person.subject.to_owned(),
            name: person.name.to_owned(),
            email: person.email.to_owned(),
            groups: person
                .groups
                .iter()
                .map(|group| (*group).to_owned())
                .collect(),
        }
    }

    pub fn is_admin(&self) -> bool {
        self.is_in(ADMIN)
    }

    pub fn sees_everything(&self) -> bool {
        self.is_admin() || self.is_in(AUDITOR)
    }

    pub fn is_in(&self, group: &str) -> bool {
        self.groups.iter().any(|own| own == group)
    }
}

/// Whom a route lets in. An admin passes everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Without sign-in.
    Public,
    /// Everybody who signed in.
    Everyone,
    /// A route that names no role: it refuses auditors.
    NotAuditors,
    AdminsAndAuditors,
    Admins,
}

impl Access {
    pub fn admits(self, caller: &Caller) -> bool {
        if caller.is_admin() {
            return true;
        }
        let is_auditor = caller.is_in(AUDITOR);
        match self {
            Access::Public | Access::Everyone => true,
            Access::NotAuditors => !is_auditor,
            Access::AdminsAndAuditors => is_auditor,
            Access::Admins => false,
        }
    }
}

/// Finds the caller, or says why not.
///
/// A present `Api-Key` alone decides, even beside a good bearer.
pub fn authenticate(
    headers: &HeaderMap,
    server_key: &str,
    caller_of_token: impl Fn(&str) -> Option<Caller>,
) -> Result<Caller, Box<Reply>> {
    let api_key = text_of(headers, "api-key");
    if !api_key.is_empty() {
        return match !server_key.is_empty() && api_key == server_key {
            true => Ok(server_key_caller()),
            false => Err(Box::new(answer::message(401, "unauthorize"))),
        };
    }
    bearer(text_of(headers, "authorization"))
        .and_then(caller_of_token)
        .ok_or_else(|| Box::new(answer::message(401, "access denied")))
}

fn server_key_caller() -> Caller {
    Caller {
        subject: "API_KEY".to_owned(),
        name: "API_KEY".to_owned(),
        email: "API_KEY".to_owned(),
        groups: vec![ADMIN.to_owned()],
    }
}

/// Exactly two words with one space between them; the first is case-sensitive.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    (scheme == "Bearer" && !token.is_empty() && !token.contains(' ')).then_some(token)
}

fn text_of<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_header_is_exactly_two_words() {
        assert_eq!(bearer("Bearer hpk_a"), Some("hpk_a"));
        for wrong in [
            "bearer hpk_a",
            "Bearer  hpk_a",
            "Bearer hpk_a x",
            "Bearer ",
            "hpk_a",
            "",
        ] {
            assert_eq!(bearer(wrong), None, "{wrong}");
        }
    }
}
