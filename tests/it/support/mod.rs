//! What the tests of the binary stand on: an empty environment, a sandbox in a process of its own,
//! and an HTTP client that shares no code with the program.

mod chromium;
mod dead_letters;
mod emitters;
mod environment;
mod golden;
mod http;
mod nats;
mod output;
mod process;
mod pty;
mod recorded;
mod sandbox;
mod scripted;
mod snapshot;
mod validators;
mod waiting;
mod webhook;

pub use chromium::{Chromium, DESKTOP, Tab, Window};
pub use dead_letters::dead_letters;
pub use emitters::{Collector, emitter, node, python};
pub use environment::{TestCommand, TestEnvironment};
pub use golden::assert_shape;
pub use http::{Response as Answer, ask};
pub use nats::NatsServer;
pub use output::CommandOutput;
pub use process::Running;
pub use pty::{Pty, PtyOutput};
pub use recorded::{RecordedGateway, RecordedSession, id};
pub use sandbox::{SandboxOptions, SandboxProcess};
pub use scripted::{Asked, Scripted, ScriptedServer};
pub use snapshot::stable;
pub use validators::{compose_reader, kubernetes_validate, systemd_analyze};
pub use waiting::until;
pub use webhook::{Attempt, OTHER_SECRET, SECRET};
