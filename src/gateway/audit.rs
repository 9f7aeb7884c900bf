//! The security audit log.

use jiff::Timestamp;

use super::client::Gateway;
use super::error::GatewayError;
use super::wire::Page;
use super::wire::audit::{AuditLog, AuditPage};

/// Rows of one page at most; more is refused with 422.
pub const AUDIT_PAGE_LIMIT: u16 = 100;

/// Which rows of the log. Both instants are inclusive.
///
/// Rows are ordered by `created_at` without a tie-break and paged by number: keep `created_before`
/// fixed while paging, and drop doubles by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    pub conditions: AuditConditions,
    pub created_after: Option<Timestamp>,
    pub created_before: Option<Timestamp>,
    /// From 0 on; the gateway counts from 1.
    pub page: u32,
}

/// What rows have in common; what is `None` is not asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditConditions {
    /// Contained, whatever the case; so are the path and the address.
    pub actor_email: Option<String>,
    pub http_path: Option<String>,
    pub client_ip: Option<String>,
    /// Exact, and so is the action.
    pub resource_type: Option<String>,
    pub action: Option<String>,
    /// True for success.
    pub outcome: Option<bool>,
}

impl Gateway {
    /// `GET /audit/logs`: one page of [`AUDIT_PAGE_LIMIT`] rows. Auditors and admins only.
    pub async fn audit_logs(&self, query: &AuditQuery) -> Result<AuditPage, GatewayError> {
        let call = self.get_with(&["audit", "logs"], &query.pairs());
        let page: Page<AuditLog> = self.read(call).await?;
        Ok(AuditPage {
            rows: page.data,
            total: page.pages.total,
        })
    }
}

impl AuditQuery {
    fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = vec![
            ("page", (self.page + 1).to_string()),
            ("page_size", AUDIT_PAGE_LIMIT.to_string()),
        ];
        pairs.extend(
            self.created_after
                .map(|at| ("created_after", at.to_string())),
        );
        pairs.extend(
            self.created_before
                .map(|at| ("created_before", at.to_string())),
        );
        pairs.extend(self.conditions.pairs());
        pairs
    }
}

impl AuditConditions {
    fn pairs(&self) -> impl Iterator<Item = (&'static str, String)> {
        let conditions = [
            ("actor_email", self.actor_email.clone()),
            ("http_path", self.http_path.clone()),
            ("client_ip", self.client_ip.clone()),
            ("resource_type", self.resource_type.clone()),
            ("action", self.action.clone()),
            ("outcome", self.outcome.map(|outcome| outcome.to_string())),
        ];
        let set = conditions.into_iter();
        set.filter_map(|(name, value)| Some((name, value?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::testing::{Reply, Server};

    #[tokio::test]
    async fn a_page_of_the_audit_log_is_read() {
        let answer = r#"{"pages":{"total":1,"page":2,"size":100},"data":[{"id":"a1","org_id":"o",
            "actor_subject":"s","actor_email":"e@x.test","actor_name":"E","created_at":"2026-08-20T10:00:00.5Z",
            "resource_type":"users","action":"create","http_method":"POST","http_status":201,
            "http_path":"/api/users","client_ip":"10.0.0.1","request_payload_redacted":null,"outcome":true,
            "error_message":""}]}"#;
        let server = Server::answering([Reply::json(200, answer)]).await;
        let query = AuditQuery {
            created_before: "2026-08-21T00:00:00Z".parse().ok(),
            page: 1,
            conditions: AuditConditions {
                actor_email: Some("e@x".to_owned()),
                outcome: Some(true),
                ..AuditConditions::default()
            },
            ..AuditQuery::default()
        };
        let page = server.gateway().audit_logs(&query).await.expect("a page");
        assert_eq!((page.total, page.rows[0].http_status), (1, 201));
        let asked = server.requests().remove(0);
        assert_eq!(asked.parameter("page").as_deref(), Some("2"));
        assert_eq!(
            asked.parameter("created_before").as_deref(),
            Some("2026-08-21T00:00:00Z")
        );
        assert_eq!(asked.parameter("created_after"), None);
        assert_eq!(asked.parameter("actor_email").as_deref(), Some("e@x"));
        assert_eq!(asked.parameter("outcome").as_deref(), Some("true"));
        assert_eq!(asked.parameter("action"), None);
    }
}
