//! Webhook endpoints, event types and messages, through the gateway, which hands them to Svix.
//!
//! What it cannot pass on: headers, signing secrets after the first one, sending again.

use serde_json::{Map, Value};

use super::client::Gateway;
use super::error::GatewayError;
use super::wire::Page;
use super::wire::webhook::{
    Attempt, Endpoint, EndpointIn, EndpointList, EventType, EventTypeIn, Message, MessageIn,
    replacement,
};
use crate::domain::endpoint::{self, Change, NewEndpoint, NewEventType, NewMessage};
use crate::domain::secret::Secret;

/// The endpoints that the gateway shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// Newest first, with their counts.
    pub rows: Vec<endpoint::Endpoint>,
    /// There are more: the gateway shows 50 and has no second page.
    pub are_cut: bool,
}

impl Gateway {
    /// `GET /webhooks/endpoints`, with the tries of each by how they went.
    pub async fn webhook_endpoints(&self) -> Result<Endpoints, GatewayError> {
        let call = self.get(&["webhooks", "endpoints"]);
        let list: EndpointList = self.read(call).await?;
        Ok(Endpoints {
            rows: list.data.into_iter().map(Into::into).collect(),
            are_cut: !list.done,
        })
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
    ) -> Result<endpoint::Endpoint, GatewayError> {
        let body = EndpointIn {
            url: &endpoint.url,
            description: &endpoint.description,
            version: 1,
            filter_types: &endpoint.event_types,
            metadata: &endpoint.metadata,
            disabled: endpoint.is_disabled,
            uid: endpoint.uid.as_deref(),
            secret: endpoint.secret.as_ref().map(Secret::expose),
        };
        let made: Endpoint = self
            .read(self.post(&["webhooks", "endpoints"], &body))
            .await?;
        Ok(made.into())
    }

    /// `GET` and `PUT /webhooks/endpoints/{id}`: changes what is to be different and sends all else
    /// back as it was read, what this program does not know among it.
    ///
    /// `id` is the one that begins with `ep_`: a PUT to a uid that is gone makes a new endpoint.
    pub async fn change_webhook_endpoint(
        &self,
        id: &str,
        change: &Change,
    ) -> Result<endpoint::Endpoint, GatewayError> {
        let path = ["webhooks", "endpoints", id];
        let now: Map<String, Value> = self.read(self.get(&path)).await?;
        let body = replacement(now, change);
        let changed: Endpoint = self.read(self.put(&path, &body)).await?;
        Ok(changed.into())
    }

    /// `DELETE /webhooks/endpoints/{id}`.
    pub async fn delete_webhook_endpoint(&self, id: &str) -> Result<(), GatewayError> {
        let call = self.delete(&["webhooks", "endpoints", id]);
        self.incoming(call).await.map(|_| ())
    }

    /// The names of `GET /webhooks/eventtypes`; `Refused` with 501 on a multi-tenant gateway.
    pub async fn event_types(&self) -> Result<Vec<String>, GatewayError> {
        let page: Page<EventType> = self.read(self.get(&["webhooks", "eventtypes"])).await?;
        let known = page.data.into_iter().filter(|it| !it.archived);
        Ok(known.map(|it| it.name).collect())
    }

    /// `POST /webhooks/eventtypes`; `Refused` with 400 around Svix's 409 where it exists.
    pub async fn create_event_type(&self, event_type: &NewEventType) -> Result<(), GatewayError> {
        let body = EventTypeIn {
            name: event_type.name,
            description: event_type.description,
        };
        let call = self.post(&["webhooks", "eventtypes"], &body);
        self.incoming(call).await.map(|_| ())
    }

    /// `POST /webhooks/messages`: sends to every endpoint that takes the type.
    pub async fn send_webhook(
        &self,
        message: &NewMessage,
    ) -> Result<endpoint::Message, GatewayError> {
        let body = MessageIn {
            event_type: message.event_type,
            payload: &message.payload,
        };
        let made: Message = self
            .read(self.post(&["webhooks", "messages"], &body))
            .await?;
        Ok(made.into())
    }

    /// `GET /webhooks/messages/{id}`.
    pub async fn webhook_message(&self, id: &str) -> Result<endpoint::Message, GatewayError> {
        let found: Message = self.read(self.get(&["webhooks", "messages", id])).await?;
        Ok(found.into())
    }

    /// `GET /webhooks/messages`: the newest tries at an endpoint, 250 at most. There is no second
    /// page.
    pub async fn webhook_attempts(
        &self,
        endpoint: &str,
        limit: usize,
    ) -> Result<Vec<endpoint::Attempt>, GatewayError> {
        let query = [
            ("endpoint_id", endpoint.to_owned()),
            ("limit", limit.min(250).to_string()),
        ];
        let call = self.get_with(&["webhooks", "messages"], &query);
        let page: Page<Attempt> = self.read(call).await?;
        Ok(page.data.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

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
                event_types: vec!["session.open".to_owned()],
                metadata: BTreeMap::from([("by".to_owned(), "ddctl".to_owned())]),
                uid: Some("ddctl".to_owned()),
                is_disabled: false,
                secret: Some(Secret::new("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3")),
            })
            .await
            .expect("made");
        assert_eq!((made.id.as_str(), made.is_disabled), ("ep_1", false));
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
        assert!(!list.are_cut && list.rows[0].is_disabled);
        assert_eq!(list.rows[0].counts.expect("counts").success, 40);
    }

    #[tokio::test]
    async fn what_was_not_counted_is_no_count_and_types_keep_one_order() {
        let answer = r#"{"data":[{"id":"ep_1","url":"https://relay.test/","filterTypes":["b","a"],
            "stats":{"fail":-1,"pending":-1,"sending":-1,"success":-1}}],"done":false}"#;
        let server = Server::answering([Reply::json(200, answer)]).await;
        let list = server.gateway().webhook_endpoints().await.expect("a list");
        assert!(list.are_cut);
        assert_eq!(list.rows[0].counts, None);
        assert_eq!(list.rows[0].event_types, ["a", "b"]);
    }

    #[tokio::test]
    async fn a_change_sends_back_everything_that_was_read() {
        let now = r#"{"createdAt":"2026-11-21T09:28:38.07503Z","description":"lab","disabled":false,
            "filterTypes":["a"],"id":"ep_1","metadata":{"x":"y"},"rateLimit":null,"uid":"ddctl",
            "updatedAt":"2026-11-21T09:28:38.075243Z","url":"https://old.test/","version":1,
            "fromALaterSvix":{"z":1}}"#;
        let server = Server::answering([Reply::json(200, now), Reply::json(200, now)]).await;
        let change = Change {
            url: Some("https://new.test/".to_owned()),
            ..Change::default()
        };
        let gateway = server.gateway();
        gateway
            .change_webhook_endpoint("ep_1", &change)
            .await
            .expect("changed");
        let put = &server.requests()[1];
        assert_eq!(
            (put.method.as_str(), put.target.as_str()),
            ("PUT", "/api/webhooks/endpoints/ep_1")
        );
        let sent: Value = serde_json::from_str(&put.body).expect("json");
        assert_eq!(
            sent,
            serde_json::json!({
                "description": "lab", "disabled": false, "filterTypes": ["a"],
                "metadata": {"x": "y"}, "uid": "ddctl", "url": "https://new.test/", "version": 1,
                "fromALaterSvix": {"z": 1},
            })
        );
    }

    #[tokio::test]
    async fn what_svix_refused_is_told_in_its_words() {
        let body = r#"{"message":"failed performing operation to Svix API, op=endpoint-create, resource=, status=422, error=x, body={\"code\":\"validation\"}"}"#;
        let server = Server::answering([Reply::json(400, body)]).await;
        let refused = server
            .gateway()
            .create_event_type(&NewEventType {
                name: "session.open",
                description: "a session opened",
            })
            .await
            .expect_err("refused");
        assert!(matches!(refused, GatewayError::Refused { status: 400, .. }));
        assert!(refused.to_string().contains("status=422"), "{refused}");
    }
}
