//! The embedded stand-ins for the gateway and for Datadog, over real sockets.
//!
//! They share no wire type with the clients: a stand-in built from the client's own types repeats
//! its mistakes.

pub mod gateway;
pub mod http;
pub mod world;
