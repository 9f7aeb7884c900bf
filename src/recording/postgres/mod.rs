//! What a PostgreSQL client sent, as readable statements.
//!
//! The gateway stores the client's side of the protocol and no answers. Frames are split here
//! ([`frame`]), their bodies read ([`message`]), parameters shown by type ([`value`]) and the
//! extended protocol followed from Parse over Bind to Execute ([`session`]).
//! Source: postgresql.org/docs/current/protocol-message-formats.html.

mod frame;
mod message;
mod session;
mod value;

pub(super) use frame::looks_like_frames;
pub(super) use session::Session;
