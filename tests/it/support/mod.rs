//! What the tests of the binary stand on: an environment of its own for each test, the program's
//! output with its three parts apart, and a sandbox as another process.
//!
//! ```ignore
//! let environment = TestEnvironment::new();
//! let sandbox = SandboxProcess::start(&environment, &["--sessions", "5"]);
//! let output = environment.ddctl(["validate"]).against(&sandbox).run();
//! insta::assert_snapshot!(output);
//! ```

mod environment;
pub mod http;
mod output;
mod sandbox;

pub use environment::{TestCommand, TestEnvironment};
pub use output::CommandOutput;
pub use sandbox::SandboxProcess;
