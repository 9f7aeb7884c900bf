//! The three signals: their paths, and how much of each Datadog's intake takes at once.

/// What a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    Traces,
    Logs,
    Metrics,
}

/// The largest request Datadog's intake takes (docs.datadoghq.com/opentelemetry/setup/otlp_ingest,
/// table of intake limits). Above it the answer is 413.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizeLimit {
    /// Bytes as they go over the wire.
    pub wire: usize,
    /// Bytes once decompressed.
    pub plain: usize,
}

/// What every OTLP receiver may refuse above, and the most that is unpacked
/// (opentelemetry-proto, specification 1.11).
pub const ANY_REQUEST: usize = 64 << 20;

/// 5.1 MiB, rounded down.
const LOGS_BYTES: usize = 5_347_737;

impl Signal {
    pub const ALL: [Signal; 3] = [Signal::Traces, Signal::Logs, Signal::Metrics];

    /// As in the names of variables, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Signal::Traces => "traces",
            Signal::Logs => "logs",
            Signal::Metrics => "metrics",
        }
    }

    /// The path below the base address.
    pub fn path(self) -> &'static str {
        match self {
            Signal::Traces => "/v1/traces",
            Signal::Logs => "/v1/logs",
            Signal::Metrics => "/v1/metrics",
        }
    }

    pub fn size_limit(self) -> SizeLimit {
        match self {
            Signal::Traces => SizeLimit {
                wire: 15 << 20,
                plain: 15 << 20,
            },
            Signal::Logs => SizeLimit {
                wire: LOGS_BYTES,
                plain: LOGS_BYTES,
            },
            Signal::Metrics => SizeLimit {
                wire: 512 << 10,
                plain: ANY_REQUEST,
            },
        }
    }
}
