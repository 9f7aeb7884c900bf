//! `ddctl sessions list`.

use clap::Args;
use jiff::SignedDuration;

use super::filter::FilterArgs;
use super::meant::meant;
use super::scope;
use super::view::SessionRow;
use super::when::{When, WhenArgs};
use crate::commands::flags::{GatewayAccess, at_least_one};
use crate::context::Context;
use crate::domain::intervals::Intervals;
use crate::domain::session::{NO_EXIT_CODE, Outcome, Session, short_ids};
use crate::domain::time::human_duration;
use crate::error::Exit;
use crate::sources;
use crate::ui::{Table, Tone, Ui};

/// List recorded sessions, newest first
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl sessions list --since 24h --outcome failure
  ddctl sessions list --agent '*' --connection 'prod-*'
  ddctl sessions list --at 03:12 --tz Europe/Berlin
  ddctl sessions list --since 2026-11-01 --until 2026-11-08 -o ndjson")]
pub struct List {
    #[command(flatten)]
    when: WhenArgs,
    #[command(flatten)]
    filter: FilterArgs,
    /// Show at most this many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = at_least_one)]
    limit: usize,
    #[command(flatten)]
    gateway: GatewayAccess,
}

pub async fn run(context: &Context, args: &List) -> anyhow::Result<Exit> {
    let when = args.when.when(context)?;
    let gateway = context.gateway(&args.gateway.flags())?;
    scope::warn_where_partial(context, &gateway).await;
    let progress = context.ui.progress("reading sessions");
    let (mut sessions, whole) = (Vec::new(), Intervals::from_iter([when.range]));
    // One more than asked for tells whether the list was cut.
    sources::list(
        &gateway,
        when.range,
        &when.filter(args.filter.filter()),
        Some(args.limit.saturating_add(1)),
        |session| {
            let left = whole.share_before(session.start_date);
            sessions.push(session);
            // The list ends where the range does, or where it is full.
            let free = 1.0 - sessions.len() as f64 / args.limit as f64;
            let left = left.map(|left| left.min(free.max(0.0)));
            progress.part(sessions.len() as u64, left, "session");
        },
    )
    .await?;
    drop(progress);
    let meant = match sessions.is_empty() {
        true => meant(&gateway, &when, &args.filter.filter()).await,
        false => None,
    };
    let is_cut = sessions.len() > args.limit;
    sessions.truncate(args.limit);
    let rows: Vec<SessionRow> = sessions
        .iter()
        .map(|session| SessionRow::of(session, gateway.page_of(&session.id)))
        .collect();
    context
        .ui
        .list(&rows, &empty(&context.ui, &when, meant), || {
            table(&context.ui, &sessions)
        })?;
    when.say_reach(context);
    if is_cut {
        context
            .ui
            .status(&format!("the newest {}; --limit shows more", args.limit));
    }
    Ok(Exit::Done)
}

/// A name that was mistyped is the likeliest reason for finding nothing, and then a short range.
fn empty(ui: &Ui, when: &When, meant: Option<String>) -> String {
    let range = when.range;
    const SHORT: SignedDuration = SignedDuration::from_hours(30 * 24);
    let is_short = range.until.duration_since(range.since) < SHORT;
    let hint = match meant {
        Some(meant) => format!("; did you mean {meant}?"),
        None if is_short && !when.is_moment() => "; a wider range: --since 30d".to_owned(),
        None => String::new(),
    };
    if when.is_moment() {
        return format!("no session ran then{hint}");
    }
    let (since, until, zone) = (ui.time(range.since), ui.time(range.until), ui.zone());
    format!("no sessions match from {since} to {until} ({zone}){hint}")
}

fn table(ui: &Ui, sessions: &[Session]) -> Table {
    let mut table = Table::new()
        .column(format!("STARTED ({})", ui.zone()))
        .unbroken()
        .column("WHO")
        .column("CONNECTION")
        .expendable("TYPE", 3)
        .column("OUTCOME")
        .expendable("RAN", 1)
        .right()
        .expendable("REVIEW", 2)
        .column("ID")
        .unbroken();
    let ids: Vec<&str> = sessions.iter().map(|session| session.id.as_str()).collect();
    for (session, short_id) in sessions.iter().zip(short_ids(&ids)) {
        table.row(row(ui, session, short_id));
    }
    table
}

fn row(ui: &Ui, session: &Session, short_id: &str) -> [(String, Tone); 8] {
    let (outcome, tone) = outcome_cell(session);
    let ran = session
        .duration()
        .map_or_else(|| "-".to_owned(), human_duration);
    let review = session
        .review
        .as_ref()
        .map_or("-", |review| review.status.as_str());
    [
        (ui.time(session.start_date), Tone::Plain),
        (session.identity.label().to_owned(), Tone::Plain),
        (session.connection.name.clone(), Tone::Plain),
        (session.connection.full_type(), Tone::Dim),
        (outcome, tone),
        (ran, Tone::Plain),
        (review.to_lowercase(), Tone::Plain),
        (short_id.to_owned(), Tone::Accent),
    ]
}

/// How the session ended in a word, and its colour. An open one says so.
pub fn outcome_cell(session: &Session) -> (String, Tone) {
    let outcome = session.outcome();
    let tone = match outcome {
        Outcome::Success => Tone::Good,
        Outcome::Failure => Tone::Bad,
        Outcome::Blocked | Outcome::Rejected => Tone::Warning,
        Outcome::Unknown => Tone::Accent,
    };
    match (outcome, session.is_done()) {
        (Outcome::Unknown, false) => (session.status.to_string(), tone),
        (Outcome::Failure, _) => match session.exit_code {
            // The gateway's word for having no code.
            Some(NO_EXIT_CODE) => ("failure".to_owned(), tone),
            Some(code) => (format!("failure {code}"), tone),
            None => ("failure".to_owned(), tone),
        },
        _ => (outcome.to_string(), tone),
    }
}
