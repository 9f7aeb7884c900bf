//! `ddctl receipts verify`.

mod census;
mod hours;
mod looking;
mod proving;
mod report;
mod retention;
mod scope;
mod text;
mod view;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;

use self::proving::{Asked, prove};
pub use self::view::VerifyAnswer;
use crate::commands::flags::{DatadogAccess, GatewayAccess};
use crate::commands::sessions::filter::FilterArgs;
use crate::commands::sessions::scope::warn_where_partial;
use crate::context::Context;
use crate::delivery::map;
use crate::delivery::receipts::proof::Family;
use crate::domain::intervals::Intervals;
use crate::domain::time::{TimeRange, parse_duration, parse_range};
use crate::error::Exit;
use crate::gateway::Gateway;
use crate::sources::SessionFilter;
use crate::sources::audit::AuditFilter;

/// Prove that every session event is at Datadog, or name what is not
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl receipts verify --since 2026-07-01 --until 2026-10-01
  ddctl receipts verify --since 7d --agent '*' -o json
  ddctl receipts verify --since 1h --wait 15m
  ddctl receipts verify --since 2026-07-01 --until 2026-10-01 --report q3.html

It begins with the gateway: which events ought to exist. Receipts say which of them went out late, \
and under which time. Datadog then counts by hour and kind; only where an hour differs are its events \
listed, and what is still not found is looked up by its id. Datadog's search has a small quota that \
the whole organisation shares: it says beforehand how many requests it makes and about how long they \
take, and leaves half of the quota to others.

Each event is found now; proven earlier, by a verification whose receipt is kept; expired unproven, \
where Datadog keeps nothing so old and nobody looked in time; or missing. For the last two the exit \
code is 3, and each is named. A verification leaves a receipt too: run one within the retention, and \
its proof lasts. Test events do not count. --until leaves out what is still on its way. What was \
written to files or standard output is not looked up, and named as elsewhere: `ddctl receipts list \
--check --files` holds files against their receipts.

It needs an application key with logs_read_data, and logs_read_config for the retention. A gateway \
token of the role standard shows its own sessions alone, and nothing is said of the others.")]
pub struct Verify {
    /// Sessions that started since then: 90d, 2026-07-01, RFC 3339
    #[arg(long, value_name = "TIME")]
    since: String,
    /// Sessions that started before then
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    #[command(flatten)]
    filter: FilterArgs,
    /// How long Datadog may take to make what was just sent searchable
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = parse_duration)]
    wait: Duration,
    /// Write the auditor's page: one HTML file that needs no network
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Replace a report that exists
    #[arg(long, requires = "report")]
    overwrite: bool,
    #[command(flatten)]
    gateway: GatewayAccess,
    #[command(flatten)]
    datadog: DatadogAccess,
}

/// Which events.
pub enum Selected {
    Sessions(SessionFilter),
    /// Of the audit log.
    Changes(AuditFilter),
}

impl Selected {
    pub fn family(&self) -> Family {
        match self {
            Selected::Sessions(_) => Family::Sessions,
            Selected::Changes(_) => Family::Audit,
        }
    }

    /// One writing for each meaning, as receipts and positions have it.
    pub fn canonical(&self) -> String {
        match self {
            Selected::Sessions(filter) => filter.canonical(),
            Selected::Changes(filter) => map::audit::selection(&filter.canonical()),
        }
    }
}

/// What is to be proven.
pub struct Subject {
    /// Of the times at which sessions started or changes were made, as they were asked for.
    pub range: TimeRange,
    /// What of it is looked at.
    pub ranges: Intervals,
    /// What happened later was not there to be sent; `None` counts everything.
    pub as_of: Option<Timestamp>,
    pub selected: Selected,
    pub wait: Duration,
}

pub async fn run(context: &Context, args: &Verify) -> anyhow::Result<Exit> {
    let tz = &context.ui.options().tz;
    let range = parse_range(&args.since, args.until.as_deref(), context.now(), tz)?;
    // A target that cannot be written is found before anybody is asked anything.
    let report = args.report.as_deref();
    let report = report.map(|path| report::create(path, args.overwrite));
    let report = report.transpose()?;
    let gateway = context.gateway(&args.gateway.flags())?;
    let subject = Subject {
        range,
        ranges: [range].into_iter().collect(),
        as_of: None,
        selected: Selected::Sessions(args.filter.filter()),
        wait: args.wait,
    };
    warn_where_partial(context, &gateway).await;
    let answer = verified(context, &gateway, &args.datadog, &subject).await?;
    if let Some(file) = report {
        report::write(file, &answer)?;
    }
    context.ui.one(&answer, || text::of(&context.ui, &answer))?;
    Ok(answer.exit())
}

/// Proves what can be proven, and keeps it as a receipt.
pub async fn verified(
    context: &Context,
    gateway: &Gateway,
    keys: &DatadogAccess,
    subject: &Subject,
) -> anyhow::Result<VerifyAnswer> {
    let datadog = context.datadog(&keys.flags())?;
    let asked = Asked {
        gateway,
        datadog: &datadog,
        subject,
    };
    prove(context, asked).await
}
