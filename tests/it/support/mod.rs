//! What the tests of the binary stand on: an empty environment, a sandbox in a process of its own,
//! and an HTTP client that shares no code with the program.

mod environment;
mod http;
mod output;
mod process;
mod pty;
mod sandbox;
mod snapshot;
mod waiting;

pub use environment::{TestCommand, TestEnvironment};
pub use http::{Response, ask};
pub use output::CommandOutput;
pub use process::Running;
pub use pty::{Pty, PtyOutput};
pub use sandbox::{SandboxOptions, SandboxProcess};
pub use snapshot::stable;
pub use waiting::{DEADLINE, until};
