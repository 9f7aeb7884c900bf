//! Webhook endpoints and event types, through the gateway.

use std::collections::BTreeMap;

use serde::Serialize;

use super::client::Gateway;
use super::error::GatewayError;
use super::wire::webhook::{Endpoint, EndpointIn, EndpointList, EventType};
use crate::domain::secret::Secret;

/// An endpoint to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewEndpoint {
    pub url: String,
    pub description: String,
    /// Event types to send, which must exist; empty is all of them.
    pub filter_types: Vec<String>,
    pub metadata: BTreeMap<String, String>,
    /// A name of our own by which the endpoint is found again.
    pub uid: Option<String>,
    /// `whsec_` and the base64 of 24 to 64 bytes. It can be set here and never be read again.
    pub secret: Option<Secret>,
}

/// An event type to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewEventType {
    pub name: String,
    pub description: String,
}

impl Gateway {
    /// `GET /webhooks/endpoints`, with the deliveries of each by state.
    pub async fn webhook_endpoints(&self) -> Result<EndpointList, GatewayError> {
        self.read(self.get(&["webhooks", "endpoints"])).await
    }

    /// `POST /webhooks/endpoints`.
    ///
    /// # Errors
    ///
    /// `Refused` with 400 around Svix's own status and body where Svix refused, and where the
    /// plugin is not enabled or `WEBHOOK_APPKEY` is not set.
    pub async fn create_webhook_endpoint(
        &self,
        endpoint: &NewEndpoint,
    ) -> Result<Endpoint, GatewayError> {
        let body = EndpointIn {
            url: &endpoint.url,
            description: &endpoint.description,
            version: 1,
            filter_types: &endpoint.filter_types,
            metadata: &endpoint.metadata,
            uid: endpoint.uid.as_deref(),
            secret: endpoint.secret.as_ref().map(Secret::expose),
        };
        self.read(self.post(&["webhooks", "endpoints"], &body))
            .await
    }

    /// `GET /webhooks/eventtypes`; `Refused` with 501 on a multi-tenant gateway.
    pub async fn event_types(&self) -> Result<Vec<EventType>, GatewayError> {
        let page: super::wire::Page<EventType> =
            self.read(self.get(&["webhooks", "eventtypes"])).await?;
        Ok(page.data)
    }

    /// `POST /webhooks/eventtypes`; `Refused` with 400 around Svix's 409 where it exists.
    pub async fn create_event_type(
        &self,
        event_type: &NewEventType,
    ) -> Result<EventType, GatewayError> {
        self.read(self.post(&["webhooks", "eventtypes"], event_type))
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::testing::{Reply, Server};

    #[tokio::test]
    async fn an_endpoint_is_made_with_the_gateways_own_keys() {
        let answer = r#"{"id":"ep_1","uid":"ddctl","url":"https://relay.test/","description":"d",
            "version":1,"metadata":{"by":"ddctl"},"createdAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z"}"#;
        let server = Server::answering([Reply::json(201, answer)]).await;
        let made = server
            .gateway()
            .create_webhook_endpoint(&NewEndpoint {
                url: "https://relay.test/".to_owned(),
                description: "d".to_owned(),
                filter_types: vec!["session.open".to_owned()],
                metadata: BTreeMap::from([("by".to_owned(), "ddctl".to_owned())]),
                uid: Some("ddctl".to_owned()),
                secret: Some(Secret::new("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3")),
            })
            .await
            .expect("made");
        assert_eq!((made.id.as_str(), made.disabled), ("ep_1", false));
        let sent: serde_json::Value =
            serde_json::from_str(&server.requests()[0].body).expect("json");
        assert_eq!(
            sent,
            serde_json::json!({
                "url": "https://relay.test/", "description": "d", "version": 1,
                "filterTypes": ["session.open"], "metadata": {"by": "ddctl"}, "uid": "ddctl",
                "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
            })
        );
    }

    #[tokio::test]
    async fn endpoints_come_with_their_deliveries() {
        let answer = r#"{"data":[{"id":"ep_1","url":"https://relay.test/","description":"","disabled":true,
            "filterTypes":null,"metadata":{},"stats":{"fail":1,"pending":2,"sending":0,"success":40}}],
            "done":true,"iterator":null}"#;
        let server = Server::answering([Reply::json(200, answer)]).await;
        let list = server.gateway().webhook_endpoints().await.expect("a list");
        assert!(list.done && list.data[0].disabled);
        assert_eq!(list.data[0].stats.expect("stats").success, 40);
    }

    #[tokio::test]
    async fn what_svix_refused_is_told_in_its_words() {
        let body = r#"{"message":"failed performing operation to Svix API, op=endpoint-create, resource=, status=422, error=x, body={\"code\":\"validation\"}"}"#;
        let server = Server::answering([Reply::json(400, body)]).await;
        let refused = server
            .gateway()
            .create_event_type(&NewEventType {
                name: "session.open".to_owned(),
                description: "a session opened".to_owned(),
            })
            .await
            .expect_err("refused");
        assert!(matches!(refused, GatewayError::Refused { status: 400, .. }));
        assert!(refused.to_string().contains("status=422"), "{refused}");
    }
}
