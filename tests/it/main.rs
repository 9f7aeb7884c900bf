//! One test binary: the program through its front door, over real sockets and terminals.

mod front_door;
mod generated;
mod monitors;
mod replay;
mod sandbox_datadog;
mod sandbox_gateway;
mod support;
