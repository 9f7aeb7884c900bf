//! Flags of every command that sends.

use clap::{Args, ValueEnum};

use super::place::To;
use crate::delivery::{Codec, LatePolicy};

/// Where it goes and how.
#[derive(Debug, Args)]
pub struct DeliveryFlags {
    /// Where it goes: `logs` or `events` (Datadog), `-`, or a path whose ending picks the format;
    /// repeatable, with `,best-effort` behind one that must not hold the others back
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
    /// Compression on the way to Datadog
    #[arg(
        long,
        value_name = "CODEC",
        default_value = "zstd",
        help_heading = "Destination"
    )]
    compression: Compression,
    /// What happens to events older than Datadog takes
    #[arg(
        long,
        value_name = "POLICY",
        default_value = "restamp",
        help_heading = "Destination"
    )]
    late: Late,
    /// Show the real payloads, the key masked; send nothing, write no file
    #[arg(long)]
    pub dry_run: bool,
}

impl DeliveryFlags {
    pub fn codec(&self) -> Codec {
        match self.compression {
            Compression::Zstd => Codec::Zstd,
            Compression::Gzip => Codec::Gzip,
            Compression::None => Codec::Identity,
        }
    }

    pub fn late(&self) -> LatePolicy {
        match self.late {
            Late::Restamp => LatePolicy::Restamp,
            Late::Skip => LatePolicy::Skip,
            Late::Deadletter => LatePolicy::DeadLetter,
        }
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
