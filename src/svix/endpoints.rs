//! Endpoints of an application: what the gateway passes on, and what it does not.

use serde_json::{Value, json};

use super::client::SvixApplication;
use super::error::SvixError;
use super::wire::{Endpoint, Headers, SigningSecret, Stats, endpoint_in, endpoint_patch};
use crate::domain::endpoint::{self, Change, Counts, NewEndpoint};
use crate::domain::secret::Secret;
use crate::http::Method;

impl SvixApplication {
    /// `GET …/endpoint`: all of them, newest first, without counts.
    pub async fn endpoints(&self) -> Result<Vec<endpoint::Endpoint>, SvixError> {
        let path = self.path(&["endpoint"]);
        let rows: Vec<Value> = self.svix.pages(&path, &[], usize::MAX).await?;
        rows.into_iter()
            .map(|row| read("GET /endpoint", row))
            .collect()
    }

    /// `POST …/endpoint`. The open-source server takes no headers with it.
    pub async fn create_endpoint(
        &self,
        endpoint: &NewEndpoint,
    ) -> Result<endpoint::Endpoint, SvixError> {
        let body = endpoint_in(endpoint);
        let made = self.read(Method::POST, &["endpoint"], Some(&body)).await?;
        read("POST /endpoint", made)
    }

    /// `PATCH …/endpoint/{id}`: changes what is named and nothing else.
    pub async fn change_endpoint(
        &self,
        id: &str,
        change: &Change,
    ) -> Result<endpoint::Endpoint, SvixError> {
        let body = endpoint_patch(change);
        let changed = self
            .read(Method::PATCH, &["endpoint", id], Some(&body))
            .await?;
        read("PATCH /endpoint", changed)
    }

    /// `DELETE …/endpoint/{id}`.
    pub async fn delete_endpoint(&self, id: &str) -> Result<(), SvixError> {
        self.send(Method::DELETE, &["endpoint", id], None::<&()>)
            .await
    }

    /// `GET …/stats`: tries of the last 28 days.
    pub async fn counts(&self, id: &str) -> Result<Counts, SvixError> {
        let stats: Stats = self.get(&["endpoint", id, "stats"]).await?;
        Ok(stats.into())
    }

    /// The names of the endpoint's own headers.
    pub async fn header_names(&self, id: &str) -> Result<Vec<String>, SvixError> {
        Ok(self.headers(id).await?.names())
    }

    /// The value of one of them, where Svix shows it.
    pub async fn header(&self, id: &str, name: &str) -> Result<Option<Secret>, SvixError> {
        Ok(self.headers(id).await?.value(name))
    }

    async fn headers(&self, id: &str) -> Result<Headers, SvixError> {
        self.get(&["endpoint", id, "headers"]).await
    }

    /// `PATCH …/headers`: sets one header and leaves the others. The server goes on without it for
    /// up to 30 s, unless the endpoint itself is changed afterwards
    /// (`server/svix-server/src/core/message_app.rs`).
    pub async fn set_header(&self, id: &str, name: &str, value: &Secret) -> Result<(), SvixError> {
        let body = json!({"headers": {name: value.expose()}});
        self.send(Method::PATCH, &["endpoint", id, "headers"], Some(&body))
            .await
    }

    /// The same with null: takes the header of that name away.
    pub async fn remove_header(&self, id: &str, name: &str) -> Result<(), SvixError> {
        let body = json!({"headers": {name: null}});
        self.send(Method::PATCH, &["endpoint", id, "headers"], Some(&body))
            .await
    }

    /// `GET …/secret`: what it signs with.
    pub async fn secret(&self, id: &str) -> Result<Secret, SvixError> {
        let secret: SigningSecret = self.get(&["endpoint", id, "secret"]).await?;
        Ok(secret.into())
    }

    /// `POST …/secret/rotate`: signs with `secret` from now on, and with the one before as well for
    /// a day.
    pub async fn rotate_secret(&self, id: &str, secret: &Secret) -> Result<(), SvixError> {
        let body = json!({"key": secret.expose()});
        let path = ["endpoint", id, "secret", "rotate"];
        self.send(Method::POST, &path, Some(&body)).await
    }
}

fn read(request: &str, value: Value) -> Result<endpoint::Endpoint, SvixError> {
    Endpoint::of(value).map_err(|error| SvixError::Malformed {
        request: request.to_owned(),
        why: error.to_string(),
    })
}
