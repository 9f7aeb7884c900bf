//! Flags of every command that sends.

use clap::{Args, ValueEnum};

use super::place::{Destination, To};
use crate::delivery::{Codec, LatePolicy};

/// Where it goes and how.
#[derive(Debug, Args)]
pub struct DeliveryFlags {
    /// Where it goes: `logs` or `events` (Datadog), of sessions and traces also `otlp[=URL]` or `llmobs`, `-`,
    /// or a path whose ending picks the format; repeatable, with `,best-effort` behind one that must not hold the others back
    #[arg(
        long,
        value_name = "DEST",
        required = true,
        help_heading = "Destination"
    )]
    pub to: Vec<To>,
    /// Replace a file that exists
    #[arg(long, help_heading = "Destination")]
    pub overwrite: bool,
    /// Compression on the way to Datadog; where the first request is refused with 400 or 415, gzip
    /// takes the place of zstd until the run ends
    #[arg(
        long,
        value_name = "CODEC",
        default_value = "zstd",
        help_heading = "Destination"
    )]
    compression: Compression,
    /// What happens to events older than Datadog takes [default: restamp, after asking]
    #[arg(long, value_name = "POLICY", help_heading = "Destination")]
    late: Option<Late>,
    /// Show the real payloads, the key masked; send nothing, write no file
    #[arg(long)]
    pub dry_run: bool,
}

impl DeliveryFlags {
    /// Those of a command whose destinations are known without being named.
    pub fn to(destinations: impl IntoIterator<Item = Destination>) -> Self {
        let to = destinations.into_iter().map(|destination| To {
            destination,
            is_best_effort: false,
        });
        Self {
            to: to.collect(),
            overwrite: false,
            compression: Compression::Zstd,
            late: None,
            dry_run: false,
        }
    }

    pub fn codec(&self) -> Codec {
        match self.compression {
            Compression::Zstd => Codec::Zstd,
            Compression::Gzip => Codec::Gzip,
            Compression::None => Codec::Identity,
        }
    }

    pub fn late(&self) -> LatePolicy {
        match self.late {
            None | Some(Late::Restamp) => LatePolicy::Restamp,
            Some(Late::Skip) => LatePolicy::Skip,
            Some(Late::Deadletter) => LatePolicy::DeadLetter,
        }
    }

    /// Whether somebody has said what happens to old events.
    pub fn is_late_told(&self) -> bool {
        self.late.is_some()
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Compression {
    Zstd,
    Gzip,
    None,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Late {
    Restamp,
    Skip,
    Deadletter,
}
