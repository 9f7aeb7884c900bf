//! What a long-running mode does beside delivering: it keeps its report, answers who asks for its
//! health, and sends a heartbeat.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::lane::Lane;
use crate::context::Context;
use crate::delivery::map::heartbeat::Heartbeat;
use crate::delivery::map::log::LogProfile;
use crate::delivery::{Account, Codec, IntakeKind};
use crate::domain::time::parse_duration;
use crate::health::{Board, DoorState, Server, publish};
use crate::ui::Ui;

/// Flags of every long-running mode.
#[derive(Debug, Args)]
pub struct StandingFlags {
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

/// A long-running mode, seen from outside.
pub struct Standing {
    pub(super) board: Board,
    server: Option<Server>,
    state: PathBuf,
    profile: LogProfile,
    heartbeat: Duration,
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
            board: Board::new(command, destinations, jiff::Timestamp::now),
            server,
            state: context.state_folder()?,
            profile,
            heartbeat: flags.heartbeat,
        })
    }

    /// The same of a relay, whose door says itself how it is doing.
    pub fn with_door(self, door: impl Fn() -> DoorState + Send + Sync + 'static) -> Self {
        let board = self.board.with_door(door);
        Self { board, ..self }
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
    pub(super) async fn beat(&self, at: usize, account: &Account<'_>, codec: Codec) -> Infallible {
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
            if let Err(trouble) = account.beat(heartbeat.to_log(&self.profile), codec).await {
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
        let seconds = |since: Option<jiff::Timestamp>| {
            let since = since.map(|since| report.at.duration_since(since).as_secs());
            since.and_then(|seconds| u64::try_from(seconds).ok())
        };
        let waiting = report.door.as_ref().and_then(|door| door.oldest);
        let oldest = state.oldest_undelivered.into_iter().chain(waiting).min();
        let mut id = [0; 16];
        getrandom::fill(&mut id).ok()?;
        Some(Heartbeat {
            id: id.iter().map(|byte| format!("{byte:02x}")).collect(),
            at: report.at,
            lag_s: seconds(state.position).unwrap_or_default(),
            oldest_undelivered_s: seconds(oldest).unwrap_or_default(),
            delivered: state.delivered,
            dead_letters: state.dead_letters.values().sum(),
            late: state.late,
            reconciled: report.door.as_ref().map(|door| door.reconciled),
            state: state.word().to_owned(),
            open_too_long: Vec::new(),
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
