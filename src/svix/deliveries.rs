//! Messages, their tries, and sending them again.

use jiff::Timestamp;
use serde_json::json;

use super::client::SvixApplication;
use super::error::SvixError;
use super::wire::{Attempt, AttemptedMessage, Message, MessageIn};
use crate::domain::endpoint::{self, NewMessage};
use crate::http::Method;

/// A message that has not got through to an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    pub id: String,
    pub event_type: String,
    pub at: Timestamp,
}

impl SvixApplication {
    /// `POST …/msg`: sends to every endpoint that takes the type.
    pub async fn send_message(&self, message: &NewMessage) -> Result<endpoint::Message, SvixError> {
        let body = MessageIn {
            event_type: message.event_type,
            payload: &message.payload,
        };
        let made: Message = self.read(Method::POST, &["msg"], Some(&body)).await?;
        Ok(made.into())
    }

    /// `GET …/msg/{id}`.
    pub async fn message(&self, id: &str) -> Result<endpoint::Message, SvixError> {
        let found: Message = self.get(&["msg", id]).await?;
        Ok(found.into())
    }

    /// `GET …/attempt/endpoint/{endpoint}`: the newest tries, `most` of them.
    pub async fn attempts(
        &self,
        endpoint: &str,
        most: usize,
    ) -> Result<Vec<endpoint::Attempt>, SvixError> {
        let path = self.path(&["attempt", "endpoint", endpoint]);
        let rows: Vec<Attempt> = self.svix.pages(&path, &[], most).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// `GET …/endpoint/{endpoint}/msg`: what has not got through since then, whether or not it is
    /// going to be tried again by itself.
    pub async fn failed(&self, endpoint: &str, since: Timestamp) -> Result<Vec<Failed>, SvixError> {
        const FAIL: &str = "2";
        const SENDING: &str = "3";
        let mut failed = self.standing(endpoint, since, FAIL).await?;
        failed.extend(self.standing(endpoint, since, SENDING).await?);
        failed.sort_by_key(|it| it.at);
        Ok(failed)
    }

    async fn standing(
        &self,
        endpoint: &str,
        since: Timestamp,
        status: &str,
    ) -> Result<Vec<Failed>, SvixError> {
        let path = self.path(&["endpoint", endpoint, "msg"]);
        let query = [
            ("status", status.to_owned()),
            ("after", since.to_string()),
            ("with_content", "false".to_owned()),
        ];
        let rows: Vec<AttemptedMessage> = self.svix.pages(&path, &query, usize::MAX).await?;
        let failed = |it: AttemptedMessage| Failed {
            id: it.id,
            event_type: it.event_type,
            at: it.timestamp,
        };
        Ok(rows.into_iter().map(failed).collect())
    }

    /// `POST …/msg/{message}/endpoint/{endpoint}/resend`: once, under the same id. A disabled
    /// endpoint gets nothing, and Svix answers the same.
    pub async fn resend(&self, message: &str, endpoint: &str) -> Result<(), SvixError> {
        let path = ["msg", message, "endpoint", endpoint, "resend"];
        self.send(Method::POST, &path, None::<&()>).await
    }

    /// `POST …/recover`: all that failed since then and has not got through, once each.
    /// It looks back 14 days at most.
    pub async fn recover(&self, endpoint: &str, since: Timestamp) -> Result<(), SvixError> {
        let path = ["endpoint", endpoint, "recover"];
        self.send(Method::POST, &path, Some(&json!({"since": since})))
            .await
    }
}
