//! One test binary: the program through its front door, over real sockets and terminals.

mod generated;
mod openapi;
mod sandbox_datadog;
mod sandbox_gateway;
