//! One test binary: the program through its front door, over real sockets and terminals.

mod config;
mod dashboards;
mod demo;
mod export;
mod front_door;
mod generated;
mod monitors;
mod monitors_as_code;
mod monitors_export;
mod monitors_recordings;
mod openapi;
mod page;
mod readme;
mod replay;
mod sandbox_datadog;
mod sandbox_gateway;
mod sessions;
mod support;
mod tail;
mod test_event;
mod validate;
mod webhooks;
