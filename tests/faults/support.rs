//! What is shared with the tests of the binary: a sandbox in a process of its own, and an HTTP client
//! that shares no code with the program.

macro_rules! shared {
    ($($path:literal $name:ident),+ $(,)?) => {$(
        #[path = $path]
        #[allow(dead_code, reason = "the tests of the binary use the rest")]
        mod $name;
    )+};
}

shared! {
    "../it/support/environment.rs" environment,
    "../it/support/http.rs" http,
    "../it/support/nats.rs" nats,
    "../it/support/output.rs" output,
    "../it/support/process.rs" process,
    "../it/support/sandbox.rs" sandbox,
    "../it/support/waiting.rs" waiting,
    "../it/support/webhook.rs" webhook,
}

pub use http::ask;
pub use nats::NatsServer;
pub use sandbox::{SandboxOptions, SandboxProcess};
pub use webhook::{Attempt, SECRET};
