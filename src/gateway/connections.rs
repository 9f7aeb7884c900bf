//! Connections and the rules that demand an approval on them.

use super::client::Gateway;
use super::error::GatewayError;
use super::wire::Page;
use super::wire::connection::{AccessRequestRule, ConnectionInfo};

impl Gateway {
    /// `GET /connections`: every connection that the token's groups may see, in one answer.
    pub async fn connections(&self) -> Result<Vec<ConnectionInfo>, GatewayError> {
        self.read(self.get(&["connections"])).await
    }

    /// `GET /access-requests/rules`: all of them, since no page size was asked for. Auditors and
    /// admins only; `Forbidden` for everybody else.
    pub async fn access_request_rules(&self) -> Result<Vec<AccessRequestRule>, GatewayError> {
        let page: Page<AccessRequestRule> =
            self.read(self.get(&["access-requests", "rules"])).await?;
        Ok(page.data)
    }
}
