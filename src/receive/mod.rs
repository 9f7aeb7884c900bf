//! A receiver of OTLP over HTTP that shows what GenAI programs emit.
//!
//! [`Server`] takes requests and hands on what is good of them; [`Forest`] puts spans together to
//! trees as they come; [`lines`] is what a person sees of one; [`Notice`] is what is odd about it.
//! The room knows `otlp` and `domain`, and neither terminal nor destination.

mod facts;
mod forest;
mod notice;
mod request;
mod server;
mod tree;

pub use facts::{Facts, Outcome};
pub use forest::{Forest, Tree};
pub use notice::{Notice, of_span};
pub use request::Arrival;
pub use server::Server;
pub use tree::lines;
