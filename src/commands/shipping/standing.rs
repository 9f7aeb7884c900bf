//! What a long-running mode does beside delivering: it keeps its report, answers who asks for its
//! health, and sends a heartbeat.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use jiff::{SignedDuration, Timestamp};

use super::lane::Lane;
use crate::context::Context;
use crate::delivery::map::heartbeat::Heartbeat;
use crate::delivery::map::log::LogProfile;
use crate::delivery::{Account, IntakeKind};
use crate::domain::time::{human_duration, parse_duration};
use crate::health::{Board, DoorState, Server, publish};
use crate::sources::{News, SourceError};
use crate::ui::Ui;

/// Sessions that one heartbeat names; there may be more.
const MOST_NAMED: usize = 100;

/// Flags of every long-running mode.
#[derive(Debug, Args)]
pub struct StandingFlags {
    /// With --follow: how often the gateway is asked
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "10s",
        value_parser = parse_duration,
        requires = "follow"
    )]
    pub interval: Duration,
    #[command(flatten)]
    seen: SeenFlags,
}

/// Flags by which a long-running mode is seen.
#[derive(Debug, Args)]
pub struct SeenFlags {
    /// With --follow: how often a heartbeat goes to the logs, which says that events would arrive
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "5m",
        value_parser = parse_duration,
        requires = "follow"
    )]
    heartbeat: Duration,
    /// With --follow: answer /healthz, /readyz and /metrics at [HOST:]PORT; without HOST, to this
    /// machine alone
    #[arg(
        long,
        value_name = "ADDR",
        value_parser = listen_address,
        requires = "follow"
    )]
    health_listen: Option<SocketAddr>,
}

/// What a long-running mode is told of how to be seen.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    pub heartbeat: Duration,
    pub health_listen: Option<SocketAddr>,
}

impl StandingFlags {
    pub fn seen(&self) -> Seen {
        self.seen.seen()
    }
}

impl SeenFlags {
    pub fn seen(&self) -> Seen {
        Seen {
            heartbeat: self.heartbeat,
            health_listen: self.health_listen,
        }
    }
}

/// `[HOST:]PORT`; without HOST, this machine alone.
pub fn listen_address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(port) = text.trim_start_matches(':').parse::<u16>() {
        return Ok((Ipv4Addr::LOCALHOST, port).into());
    }
    let text = text.replace("localhost:", "127.0.0.1:");
    text.parse()
        .map_err(|_| "it is [HOST:]PORT, such as 8080 or 0.0.0.0:8080".to_owned())
}

/// Why a source does not answer, in its own words.
pub(super) fn away(error: &SourceError) -> String {
    let of_gateway = error.gateway().map(ToString::to_string);
    of_gateway.unwrap_or_else(|| error.to_string())
}

/// A long-running mode, seen from outside.
pub struct Standing {
    pub(super) board: Board,
    server: Option<Server>,
    state: PathBuf,
    profile: LogProfile,
    heartbeat: Duration,
    /// A session that runs for longer is named.
    open_limit: Option<Duration>,
}

impl Standing {
    /// `command` is without its values: `sessions export --follow`.
    ///
    /// # Errors
    ///
    /// No state folder, and an address that cannot be listened on.
    pub async fn open<E>(
        context: &Context,
        command: &str,
        flags: Seen,
        profile: LogProfile,
        lanes: &[Lane<'_, E>],
    ) -> anyhow::Result<Self> {
        let destinations = lanes
            .iter()
            .map(|lane| (lane.name.clone(), lane.is_best_effort));
        let server = match flags.health_listen {
            Some(address) => Some(Server::bind(address).await?),
            None => None,
        };
        if let Some(address) = server.as_ref().and_then(|server| server.address().ok()) {
            let told = format!("health: http://{address}/healthz, /readyz and /metrics");
            context.ui.status(&told);
        }
        Ok(Self {
            board: Board::new(command, destinations, Timestamp::now),
            server,
            state: context.state_folder()?,
            profile,
            heartbeat: flags.heartbeat,
            open_limit: None,
        })
    }

    /// The same of a relay, whose door says itself how it is doing.
    pub fn with_door(self, door: impl Fn() -> DoorState + Send + Sync + 'static) -> Self {
        let board = self.board.with_door(door);
        Self { board, ..self }
    }

    /// Names sessions that run for longer than `limit`.
    pub fn naming_open(self, limit: Duration) -> Self {
        Self {
            open_limit: Some(limit),
            ..self
        }
    }

    /// Takes in that a source without sessions was looked at.
    pub fn looked(&self, at: Timestamp) {
        self.board.looked(at, Vec::new());
    }

    /// Takes in what happened at the source.
    pub fn heard(&self, news: &News) {
        match news {
            News::Away(error) => self.board.source_away(away(error)),
            News::Looked { at, open, .. } => self.board.looked(*at, self.too_long(*at, open)),
            News::Back { .. } | News::Hidden(_) | News::Read(_) => {}
        }
    }

    /// How far it is behind, in a few words.
    pub(super) fn lag_text(&self) -> String {
        let report = self.board.report();
        if report.source.away.is_some() {
            return "the source is away".to_owned();
        }
        let required = report.destinations.iter().filter(|one| !one.best_effort);
        match required.filter_map(|one| one.oldest_event).min() {
            None => "nothing waits".to_owned(),
            Some(oldest) => {
                let lag = report.at.duration_since(oldest).unsigned_abs();
                format!("lag {}", human_duration(Duration::from_secs(lag.as_secs())))
            }
        }
    }

    fn too_long(&self, at: Timestamp, open: &[(String, Timestamp)]) -> Vec<String> {
        let Some(limit) = self.open_limit.and_then(|limit| limit.try_into().ok()) else {
            return Vec::new();
        };
        let is_too_long = |since: Timestamp| at.duration_since(since) > limit;
        let mut open: Vec<_> = open
            .iter()
            .filter(|(_, since)| is_too_long(*since))
            .collect();
        open.sort_by_key(|(_, since)| *since);
        let named = open.into_iter().map(|(id, _)| id.clone());
        named.take(MOST_NAMED).collect()
    }

    /// Keeps the report and answers until it is dropped.
    pub(super) async fn serve(&self, ui: &Ui) -> Infallible {
        let told = |error: &_| ui.warning(&format!("`ddctl status` will not know: {error}"));
        let published = publish(&self.state, &self.board, told);
        match &self.server {
            None => published.await,
            Some(server) => tokio::select! {
                never = published => never,
                never = server.serve(&self.board) => never,
            },
        }
    }

    /// Sends heartbeats by the way of destination number `at`, where that leads to the logs. While
    /// the destination is waited for there is none: its absence is what is looked for.
    pub(super) async fn beat(&self, at: usize, account: &Account<'_>) -> Infallible {
        if account.kind() != IntakeKind::Logs {
            return std::future::pending().await;
        }
        let mut beats = tokio::time::interval(self.heartbeat.max(Duration::from_millis(100)));
        beats.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            beats.tick().await;
            let Some(heartbeat) = self.heartbeat(at) else {
                continue;
            };
            // One that does not arrive is worth nothing later; the next one follows.
            if let Err(trouble) = account.beat(heartbeat.to_log(&self.profile)).await {
                tracing::debug!(%trouble, "no heartbeat");
            }
        }
    }

    fn heartbeat(&self, at: usize) -> Option<Heartbeat> {
        let report = self.board.report();
        let state = report.destinations.get(at)?;
        if state.waiting.is_some() {
            return None;
        }
        let seconds = |passed: SignedDuration| passed.as_secs().unsigned_abs();
        let mut id = [0; 16];
        getrandom::fill(&mut id).ok()?;
        Some(Heartbeat {
            id: id.iter().map(|byte| format!("{byte:02x}")).collect(),
            at: report.at,
            lag_s: seconds(report.lag(state)),
            oldest_undelivered_s: seconds(report.waited(state)),
            delivered: state.delivered,
            dead_letters: state.dead_letters.values().sum(),
            late: state.late,
            reconciled: report.door.as_ref().map(|door| door.reconciled),
            state: report.word(state).to_owned(),
            open_too_long: report.source.open_too_long.clone(),
            test_run: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_host_this_machine_alone_is_answered() {
        let parsed = |text: &str| listen_address(text).map(|address| address.to_string());
        assert_eq!(parsed("8080").as_deref(), Ok("127.0.0.1:8080"));
        assert_eq!(parsed(":8080").as_deref(), Ok("127.0.0.1:8080"));
        assert_eq!(parsed("localhost:80").as_deref(), Ok("127.0.0.1:80"));
        assert_eq!(parsed("0.0.0.0:80").as_deref(), Ok("0.0.0.0:80"));
        assert_eq!(parsed("[::1]:80").as_deref(), Ok("[::1]:80"));
        assert!(parsed("example.com").is_err());
    }
}
