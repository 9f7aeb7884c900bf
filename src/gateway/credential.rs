//! Which header a token travels in.

use crate::domain::secret::Secret;
use crate::http::{HeaderName, HeaderValue, Request, header};

/// What proves who asks. It is sent in one header, never in two: beside a wrong `Api-Key` the
/// gateway refuses even a good bearer token (`gateway/api/apiroutes/auth.go`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// `Authorization: Bearer`: a sign-in's JWT, or an API key `hpk_…`.
    Bearer(Secret),
    /// `Api-Key`: a server key, `xapi-…` or the older `<org id>|<random>`.
    ApiKey(Secret),
}

impl Credential {
    /// Tells the kind of a token from its shape.
    pub fn of_token(token: Secret) -> Self {
        let text = token.expose();
        // A JWT and an `hpk_` key are base64url and dots: neither holds a bar.
        match text.starts_with("xapi-") || text.contains('|') {
            true => Credential::ApiKey(token),
            false => Credential::Bearer(token),
        }
    }

    /// True for a sign-in's token, the only kind that the gateway renews.
    pub(super) fn is_renewable(&self) -> bool {
        matches!(self, Credential::Bearer(token) if !token.expose().starts_with("hpk_"))
    }

    /// True when a header can carry the token.
    pub(super) fn fits_a_header(&self) -> bool {
        let (Credential::Bearer(token) | Credential::ApiKey(token)) = self;
        !token.is_empty() && HeaderValue::from_str(token.expose()).is_ok()
    }

    pub(super) fn sign(&self, request: Request) -> Request {
        match self {
            Credential::Bearer(token) => {
                request.secret_header(header::AUTHORIZATION, "Bearer ", token)
            }
            Credential::ApiKey(token) => {
                request.secret_header(HeaderName::from_static("api-key"), "", token)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_where_its_shape_says() {
        for bearer in ["hpk_abc", "eyJhbGciOi.eyJzdWIi.c2ln"] {
            assert!(matches!(
                Credential::of_token(Secret::new(bearer)),
                Credential::Bearer(_)
            ));
        }
        for key in ["xapi-abc", "0CD7F941-2BB8-4F9F-93B0-11620D4652AB|abc"] {
            assert!(matches!(
                Credential::of_token(Secret::new(key)),
                Credential::ApiKey(_)
            ));
        }
    }

    #[test]
    fn only_a_sign_in_token_is_renewed() {
        assert!(Credential::of_token(Secret::new("a.b.c")).is_renewable());
        assert!(!Credential::of_token(Secret::new("hpk_abc")).is_renewable());
        assert!(!Credential::of_token(Secret::new("xapi-abc")).is_renewable());
    }
}
