//! The gateway's stand-in: nothing is served yet.

use crate::sandbox::http::{Reply, Request};

/// The token of the sandbox's administrator.
pub const ADMIN_TOKEN: &str = "hpk_placeholder";

#[derive(Clone, Debug, Default)]
pub struct Options {}

#[derive(Debug)]
pub struct GatewayStandIn {}

impl GatewayStandIn {
    pub fn new(_options: Options) -> Self {
        Self {}
    }

    pub async fn handle(&self, _request: &Request) -> Reply {
        Reply::empty(501)
    }
}
