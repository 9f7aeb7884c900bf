//! The plugin `webhooks`, which must exist before endpoints can.

use serde_json::json;

use super::client::Gateway;
use super::error::GatewayError;
use super::wire::connection::Plugin;

const WEBHOOKS: &str = "webhooks";

impl Gateway {
    /// `GET /plugins/{name}`; `None` where it is not enabled.
    pub async fn plugin(&self, name: &str) -> Result<Option<Plugin>, GatewayError> {
        match self.read(self.get(&["plugins", name])).await {
            Ok(plugin) => Ok(Some(plugin)),
            Err(GatewayError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Enables the plugin `webhooks`, which creates the organisation's Svix application.
    ///
    /// No connection is ever attached: under the open-source licence an attached connection
    /// refuses every session. `Refused` with 400 where the plugin is enabled already.
    pub async fn enable_webhooks_plugin(&self) -> Result<Plugin, GatewayError> {
        let body = json!({"name": WEBHOOKS, "connections": [], "config": null});
        self.read(self.post(&["plugins"], &body)).await
    }

    /// Creates the application at Svix where the plugin is enabled and the application is not
    /// there: `PUT /plugins/webhooks/config` runs what enabling runs.
    pub async fn recreate_webhooks_application(&self) -> Result<(), GatewayError> {
        let call = self.put(&["plugins", WEBHOOKS, "config"], &json!({}));
        self.incoming(call).await.map(|_| ())
    }

    /// Attaches a connection to the plugin `webhooks`, so that its sessions are pushed.
    ///
    /// Only ever under a valid enterprise licence: under the open-source one the gateway refuses
    /// every session on an attached connection from then on.
    pub async fn attach_to_webhooks(&self, connection_id: &str) -> Result<(), GatewayError> {
        let path = ["plugins", WEBHOOKS, "conn", connection_id];
        let call = self.put(&path, &json!({"config": []}));
        self.incoming(call).await.map(|_| ())
    }

    /// Detaches a connection from the plugin `webhooks`: its sessions are pushed no more. One that is
    /// not attached is no failure.
    pub async fn detach_from_webhooks(&self, connection_id: &str) -> Result<(), GatewayError> {
        let call = self.delete(&["plugins", WEBHOOKS, "conn", connection_id]);
        match self.incoming(call).await {
            Ok(_) | Err(GatewayError::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::testing::{Reply, Server};

    #[tokio::test]
    async fn the_plugin_is_enabled_without_a_connection() {
        let body = r#"{"id":"p","name":"webhooks","connections":[],"config":null,"source":null}"#;
        let server = Server::answering([Reply::json(201, body)]).await;
        let plugin = server
            .gateway()
            .enable_webhooks_plugin()
            .await
            .expect("enabled");
        assert_eq!(plugin.name, "webhooks");
        let asked = server.requests().remove(0);
        assert_eq!(
            (asked.method.as_str(), asked.target.as_str()),
            ("POST", "/api/plugins")
        );
        let sent: serde_json::Value = serde_json::from_str(&asked.body).expect("json");
        assert_eq!(sent["connections"], json!([]));
    }

    #[tokio::test]
    async fn a_plugin_that_is_not_enabled_is_none_and_a_wrong_address_is_not() {
        let missing = Reply::json(404, r#"{"message":"plugin not found"}"#);
        let server = Server::answering([missing, Reply::text(404, "text/plain", "")]).await;
        let gateway = server.gateway();
        assert_eq!(gateway.plugin("webhooks").await, Ok(None));
        assert!(matches!(
            gateway.plugin("webhooks").await,
            Err(GatewayError::NotAGateway { .. })
        ));
    }

    #[tokio::test]
    async fn a_connection_that_is_not_attached_is_detached_already() {
        let missing = Reply::json(404, r#"{"message":"not found"}"#);
        let server = Server::answering([Reply::text(204, "text/plain", ""), missing]).await;
        let gateway = server.gateway();
        assert_eq!(gateway.detach_from_webhooks("c1").await, Ok(()));
        assert_eq!(gateway.detach_from_webhooks("c1").await, Ok(()));
        let asked = server.requests().remove(0);
        assert_eq!(
            (asked.method.as_str(), asked.target.as_str()),
            ("DELETE", "/api/plugins/webhooks/conn/c1")
        );
    }

    #[tokio::test]
    async fn attached_connections_are_named() {
        let body =
            r#"{"name":"webhooks","connections":[{"id":"c","name":"pg-prod","config":null}]}"#;
        let server = Server::answering([Reply::json(200, body)]).await;
        let plugin = server
            .gateway()
            .plugin("webhooks")
            .await
            .expect("an answer");
        let attached = plugin.expect("enabled").connections;
        assert_eq!(
            (attached[0].id.as_str(), attached[0].name.as_str()),
            ("c", "pg-prod")
        );
    }
}
