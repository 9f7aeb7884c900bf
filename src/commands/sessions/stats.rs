//! `ddctl sessions stats`: how many sessions there were, of whom, on what, when, and how they ended.

use clap::{Args, ValueEnum};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::filter::FilterArgs;
use super::meant::meant;
use super::scope;
use super::when::{When, WhenArgs};
use crate::commands::flags::{GatewayAccess, at_least_one};
use crate::context::Context;
use crate::domain::intervals::Intervals;
use crate::error::Exit;
use crate::sources::{self, By, Counts, Group};
use crate::ui::{Format, Table, Tone, Ui, counted};

/// So many of a kind are shown where people read.
const TOP: usize = 10;

/// Hours tell more than days where the range is no longer than this.
const HOURLY: SignedDuration = SignedDuration::from_hours(48);

/// Count sessions by type, connection, identity and time, each by outcome
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl sessions stats --since 30d
  ddctl sessions stats --since 24h --by hour
  ddctl sessions stats --agent '*' --by identity,connection --top 3
  ddctl sessions stats --since 90d --by day -o csv > sessions.csv

Hours and days are those of --tz, and are named by when they begin.")]
pub struct Stats {
    #[command(flatten)]
    when: WhenArgs,
    #[command(flatten)]
    filter: FilterArgs,
    /// What to count by [default: all; hours up to 48 h, else days]
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    by: Vec<ByArg>,
    /// The largest N of each kind alone [default: 10 in a table, else all]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    top: Option<usize>,
    #[command(flatten)]
    gateway: GatewayAccess,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ByArg {
    Type,
    Connection,
    Identity,
    Hour,
    Day,
}

/// One group, as `-o json` promises it.
#[derive(Debug, Serialize)]
struct StatsRow {
    /// `total`, `type`, `connection`, `identity`, `hour` or `day`.
    by: &'static str,
    /// Null for the total; when it begins for an hour or a day.
    name: Option<String>,
    sessions: u64,
    success: u64,
    failure: u64,
    blocked: u64,
    rejected: u64,
    unknown: u64,
}

pub async fn run(context: &Context, args: &Stats) -> anyhow::Result<Exit> {
    let when = args.when.when(context)?;
    let gateway = context.gateway(&args.gateway.flags())?;
    scope::warn_where_partial(context, &gateway).await;
    let by = kinds(args, &when);
    let progress = context.ui.progress("counting sessions");
    let whole = Intervals::from_iter([when.range]);
    let tally = sources::tally(
        &gateway,
        when.range,
        &when.filter(args.filter.filter()),
        &by,
        &context.ui.options().tz,
        |count, at| progress.part(count, whole.share_before(at), "session"),
    )
    .await?;
    drop(progress);
    let meant = match tally.of(By::Total).is_empty() {
        true => meant(&gateway, &when, &args.filter.filter()).await,
        false => None,
    };
    let groups: Vec<Vec<(&Group, Counts)>> = by.iter().map(|by| tally.of(*by)).collect();
    let top = args.top.unwrap_or(usize::MAX);
    let rows: Vec<StatsRow> = groups
        .iter()
        .flat_map(|kind| kind.iter().take(limit(kind, top)))
        .map(|(group, counts)| StatsRow::of(group, *counts))
        .collect();
    context
        .ui
        .list(&rows, &empty(&context.ui, &when, meant), || {
            table(&context.ui, &groups, args.top.unwrap_or(TOP))
        })?;
    let is_cut = |kind: &Vec<(&Group, Counts)>| kind.len() > limit(kind, args.top.unwrap_or(TOP));
    if context.ui.format() == Format::Table && groups.iter().any(is_cut) {
        context.ui.status("the largest of each; --top shows more");
    }
    when.say_reach(context);
    Ok(Exit::Done)
}

fn kinds(args: &Stats, when: &When) -> Vec<By> {
    let span = when.range.until.duration_since(when.range.since);
    let time = if span <= HOURLY { By::Hour } else { By::Day };
    let asked = args.by.iter().map(|by| match by {
        ByArg::Type => By::Type,
        ByArg::Connection => By::Connection,
        ByArg::Identity => By::Identity,
        ByArg::Hour => By::Hour,
        ByArg::Day => By::Day,
    });
    let all = [By::Type, By::Connection, By::Identity, time];
    let mut kinds = vec![By::Total];
    match args.by.is_empty() {
        true => kinds.extend(all),
        false => kinds.extend(asked),
    }
    kinds.dedup();
    kinds
}

/// Hours and days are a row each, however many: one that is left out would look like a quiet one.
fn limit(kind: &[(&Group, Counts)], top: usize) -> usize {
    match kind.first().map(|(group, _)| group.by()) {
        Some(By::Hour | By::Day) => usize::MAX,
        _ => top,
    }
}

impl StatsRow {
    fn of(group: &Group, counts: Counts) -> Self {
        Self {
            by: word(group.by()),
            name: match group {
                Group::Total => None,
                Group::Type(name) | Group::Connection(name) | Group::Identity(name) => {
                    Some(name.clone())
                }
                Group::Hour(at) | Group::Day(at) => Some(at.to_string()),
            },
            sessions: counts.sessions,
            success: counts.success,
            failure: counts.failure,
            blocked: counts.blocked,
            rejected: counts.rejected,
            unknown: counts.unknown,
        }
    }
}

fn word(by: By) -> &'static str {
    match by {
        By::Total => "total",
        By::Type => "type",
        By::Connection => "connection",
        By::Identity => "identity",
        By::Hour => "hour",
        By::Day => "day",
    }
}

fn empty(ui: &Ui, when: &When, meant: Option<String>) -> String {
    let (since, until, zone) = (
        ui.time(when.range.since),
        ui.time(when.range.until),
        ui.zone(),
    );
    let hint = meant.map_or(String::new(), |meant| format!("; did you mean {meant}?"));
    format!("no sessions match from {since} to {until} ({zone}){hint}")
}

fn table(ui: &Ui, groups: &[Vec<(&Group, Counts)>], top: usize) -> Table {
    let mut table = Table::new()
        .column("BY")
        .unbroken()
        .column(format!("NAME ({})", ui.zone()));
    // What is rare goes first where there is no room.
    for (name, rank) in [
        ("SESSIONS", 0),
        ("OK", 1),
        ("FAILED", 0),
        ("BLOCKED", 3),
        ("REJECTED", 4),
        ("OPEN", 2),
    ] {
        table = table.expendable(name, rank).right().unbroken();
    }
    for kind in groups {
        let shown = limit(kind, top);
        for (group, counts) in kind.iter().take(shown) {
            table.row(row(ui, group, *counts));
        }
        if let Some(rest) = kind.get(shown..).filter(|rest| !rest.is_empty()) {
            table.row(left_out(rest));
        }
    }
    table
}

fn row(ui: &Ui, group: &Group, counts: Counts) -> [(String, Tone); 8] {
    let name = match group {
        Group::Total => String::new(),
        Group::Type(name) | Group::Connection(name) | Group::Identity(name) => name.clone(),
        Group::Hour(at) | Group::Day(at) => time(ui, group, *at),
    };
    cells(word(group.by()), name, counts)
}

fn time(ui: &Ui, group: &Group, at: Timestamp) -> String {
    let local = at.to_zoned(ui.options().tz.clone());
    let form = match group {
        Group::Day(_) => "%Y-%m-%d",
        _ => "%Y-%m-%d %H:%M",
    };
    local.strftime(form).to_string()
}

/// What the table has no room for, in one row.
fn left_out(rest: &[(&Group, Counts)]) -> [(String, Tone); 8] {
    let by = rest.first().map_or("", |(group, _)| word(group.by()));
    let sum = rest
        .iter()
        .fold(Counts::default(), |sum, (_, one)| sum.and(*one));
    cells(by, counted(rest.len() as u64, "other"), sum)
}

fn cells(by: &str, name: String, counts: Counts) -> [(String, Tone); 8] {
    let number = |count: u64, tone| match count {
        0 => ("-".to_owned(), Tone::Dim),
        count => (count.to_string(), tone),
    };
    [
        (by.to_owned(), Tone::Dim),
        (name, Tone::Plain),
        number(counts.sessions, Tone::Plain),
        number(counts.success, Tone::Good),
        number(counts.failure, Tone::Bad),
        number(counts.blocked, Tone::Warning),
        number(counts.rejected, Tone::Warning),
        number(counts.unknown, Tone::Accent),
    ]
}
