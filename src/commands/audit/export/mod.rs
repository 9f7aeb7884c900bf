//! `ddctl audit export`: the gateway's security audit log to Datadog or to files.

mod ask;
mod estimate;
mod mapping;
mod plan;
mod proof;
mod rows;
mod summary;

use clap::Args;

use super::filter::FilterArgs;
use crate::commands::flags::{DatadogAccess, GatewayAccess};
use crate::commands::shipping::{
    DeliveryFlags, Place, Places, ProofFlags, RotateFlags, RowFormat, StandingFlags, To,
};
use crate::context::Context;
use crate::delivery::map::audit::selection;
use crate::error::{Exit, UsageError};

/// Ship the gateway's audit log to Datadog or to files
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl audit export --since 12h --to logs
  ddctl audit export --since 12h --to logs --dry-run
  ddctl audit export --since 90d --to logs --estimate --price-per-gb 0.10
  ddctl audit export --since 12h --to logs --verify
  ddctl audit export --new --to logs
  ddctl audit export --follow --since 1h --to logs
  ddctl audit export --since 7d --action delete --action revoke --to -
  ddctl audit export --since 12h --to logs --to events,best-effort
  ddctl audit export --since 2026-10-01 --until 2026-11-01 --to oct.csv
  ddctl audit export --follow --since 1h --to audit.ndjson --rotate-age 15m

The log says which administrator changed what: users, groups, keys, connections, agents, guardrails, \
masking, settings. Each row is one event, `gateway.audit`. Reading it takes a key in the group auditor \
or admin. Reading sessions, webhooks, plugins and the licence leave no row.

It has positions of its own, one for each filter and destination, whatever is exported of the \
sessions. Rows of the last minute are sent and looked at again by the next run, since the gateway \
writes some of them late.

Events older than Datadog takes (18 hours) go out under the time of sending, with their own time in \
evt.original_time and the tag late:true; --late chooses otherwise. That, and more than 100000 events, \
is asked first: --yes answers. What a position leaves to --new and --follow is never asked about.")]
pub struct Export {
    /// Changes made since then: 24h, 2026-11-20, RFC 3339
    #[arg(long, value_name = "TIME", required_unless_present_any = ["new", "follow"])]
    since: Option<String>,
    /// Changes made before then
    #[arg(long, value_name = "TIME", conflicts_with = "new")]
    until: Option<String>,
    /// From the stored position to now, for cron; --since says where to begin the first time
    #[arg(long)]
    new: bool,
    /// Send what was sent before once more, under the same ids
    #[arg(long)]
    again: bool,
    /// From the stored position on, and stay
    #[arg(
        long,
        conflicts_with_all = ["until", "new", "again", "dry_run", "verify", "estimate"]
    )]
    follow: bool,
    #[command(flatten)]
    standing: StandingFlags,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    delivery: DeliveryFlags,
    #[command(flatten)]
    rotate: RotateFlags,
    /// Format of a file or of stdout
    #[arg(long, value_name = "FORMAT", help_heading = "Destination")]
    format: Option<RowFormat>,
    /// Leave secrets in requests and messages as they are
    #[arg(long)]
    no_redact: bool,
    #[command(flatten)]
    proof: ProofFlags,
    #[command(flatten)]
    gateway: GatewayAccess,
    #[command(flatten)]
    datadog: DatadogAccess,
}

impl Export {
    /// Its name without values, for whoever waits for it and for its receipt.
    fn command(&self) -> &'static str {
        match (self.new, self.follow) {
            (true, _) => "audit export --new",
            (_, true) => "audit export --follow",
            _ => "audit export",
        }
    }

    /// The flag that goes on from a position.
    fn mode(&self) -> &'static str {
        match self.follow {
            true => "--follow",
            false => "--new",
        }
    }

    /// True where it runs until somebody stops it.
    pub fn runs_until_stopped(&self) -> bool {
        self.follow
    }

    /// Refuses destinations and flags that have no meaning together.
    pub fn check(&self) -> Result<(), UsageError> {
        self.places().map(drop)
    }

    /// Where it goes.
    pub fn to(&self) -> &[To] {
        &self.delivery.to
    }

    /// True where it searches at Datadog for what it sent, by a key that nothing names yet.
    pub fn lacks_app_key(&self) -> bool {
        self.proof.verify && self.datadog.flags().app_key_file.is_none()
    }

    fn places(&self) -> Result<Vec<Place>, UsageError> {
        let places = Places {
            delivery: &self.delivery,
            format: self.format,
            rotate: &self.rotate,
            runs_until_stopped: self.follow,
            no_spans: Some("changes"),
        };
        places.read()
    }

    /// False where it only says what it would be.
    pub fn delivers(&self) -> bool {
        !self.proof.estimate
    }

    /// True where it goes on from a position.
    fn goes_on(&self) -> bool {
        self.new || self.follow
    }

    /// What keeps its positions and receipts apart from those of sessions.
    fn selected(&self) -> String {
        selection(&self.filter.filter().canonical())
    }
}

pub async fn run(context: &Context, args: &Export) -> anyhow::Result<Exit> {
    let places = args.places()?;
    let terms = plan::terms(context, args, &places)?;
    match args.proof.estimate {
        true => estimate::run(context, args, &terms, &places).await,
        false => rows::run(context, args, &terms, &places).await,
    }
}
