//! The program that is run pointed here.

use std::io;
use std::process::ExitStatus;

use anyhow::Context as _;
use tokio::process::{Child, Command};

/// Variables that would lead elsewhere.
const OTHERS: [&str; 4] = ["ENDPOINT", "PROTOCOL", "HEADERS", "COMPRESSION"];

/// A program under way; `None` where there is none. It is killed with this.
pub(super) struct Program {
    child: Option<Child>,
}

impl Program {
    /// Starts `words`, with `url` as the address of its SDK. Its output goes to stderr.
    ///
    /// # Errors
    ///
    /// No such program.
    pub fn start(words: &[String], url: &str) -> anyhow::Result<Self> {
        let Some((name, arguments)) = words.split_first() else {
            return Ok(Self { child: None });
        };
        let mut command = Command::new(name);
        command.args(arguments).kill_on_drop(true);
        command.stdout(io::stderr());
        for what in OTHERS {
            for signal in ["", "TRACES_", "METRICS_", "LOGS_"] {
                command.env_remove(format!("OTEL_EXPORTER_OTLP_{signal}{what}"));
            }
        }
        command.env("OTEL_EXPORTER_OTLP_ENDPOINT", url);
        command.env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
        command.env("OTEL_TRACES_EXPORTER", "otlp");
        command.env("OTEL_METRICS_EXPORTER", "otlp");
        let delta = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
        command.env(delta, "delta");
        let child = command.spawn().with_context(|| format!("run {name}"))?;
        Ok(Self { child: Some(child) })
    }

    pub fn runs(&self) -> bool {
        self.child.is_some()
    }

    /// Its exit code, once it ended; waits for ever where there is none.
    pub async fn ended(&mut self) -> io::Result<u8> {
        let Some(child) = &mut self.child else {
            return std::future::pending().await;
        };
        let status = child.wait().await?;
        self.child = None;
        Ok(code_of(status))
    }
}

/// The program's own code; 128 and the signal's number where a signal ended it, as shells say.
fn code_of(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}
