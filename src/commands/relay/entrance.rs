//! The relay's door with what belongs to it: socket, secrets, certificate, and what is told of it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Relay;
use crate::delivery::Backlog;
use crate::error::UsageError;
use crate::health::{Away, DoorState, Kept};
use crate::relay::{
    Certificate, Counts, Door, DoorSettings, KeyFile, open, socket_of_the_service_manager,
};
use crate::ui::{Ui, counted};

/// Between two looks whether secrets or certificate are others.
const LOOK: Duration = Duration::from_secs(2);

/// Between two words about requests that were refused.
const TELL: Duration = Duration::from_secs(10);

/// Where webhooks come in.
pub(super) struct Entrance {
    keys: Option<KeyFile>,
    certificate: Option<Certificate>,
    pub counts: Arc<Counts>,
    spool: Backlog,
    address: SocketAddr,
    scheme: &'static str,
    /// Heard from the start: one that comes before anybody listens ends the process.
    hangup: Option<Signal>,
}

/// What the door needs before it is known whether the spool is to be had.
pub(super) struct Prepared {
    keys: Option<KeyFile>,
    certificate: Option<Certificate>,
    listener: std::net::TcpListener,
}

/// Reads secrets and certificate and takes the socket.
///
/// # Errors
///
/// What cannot be read, an address that is taken, and webhooks that nobody signed from elsewhere.
pub(super) fn prepare(args: &Relay) -> anyhow::Result<Prepared> {
    let keys = match &args.signing_secret_file {
        Some(path) => Some(KeyFile::read(path)?),
        None => None,
    };
    let certificate = match (&args.tls_cert, &args.tls_key) {
        (Some(chain), Some(key)) => Some(Certificate::read(chain, key)?),
        _ => None,
    };
    let listener = match socket_of_the_service_manager()? {
        Some(listener) => listener,
        None => open(args.listen)?,
    };
    let is_elsewhere = !listener.local_addr()?.ip().is_loopback();
    if keys.is_none() && is_elsewhere {
        return Err(UsageError::with_hint(
            "whoever reaches this address could send events, since nobody has to sign",
            "give --signing-secret-file, or listen on 127.0.0.1",
        )
        .into());
    }
    Ok(Prepared {
        keys,
        certificate,
        listener,
    })
}

impl Prepared {
    /// Opens the door.
    pub fn open(self, spool: &Backlog) -> anyhow::Result<(Door, Entrance)> {
        let counts = Arc::new(Counts::default());
        let door = Door::open(DoorSettings {
            listener: self.listener,
            certificate: self.certificate.clone(),
            keys: self.keys.as_ref().map(KeyFile::keys),
            spool: spool.clone(),
            counts: Arc::clone(&counts),
        })?;
        let entrance = Entrance {
            scheme: match self.certificate {
                Some(_) => "https",
                None => "http",
            },
            keys: self.keys,
            certificate: self.certificate,
            counts,
            spool: spool.clone(),
            address: door.address(),
            hangup: signal(SignalKind::hangup()).ok(),
        };
        Ok((door, entrance))
    }
}

impl Entrance {
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// How it is doing.
    pub fn state(&self) -> DoorState {
        state_of(&self.url(), &self.counts, &self.spool)
    }

    /// As [`Entrance::state`], for whoever asks later, from any thread.
    pub fn witness(&self) -> impl Fn() -> DoorState + Send + Sync + use<> {
        let (url, counts, spool) = (self.url(), Arc::clone(&self.counts), self.spool.clone());
        move || state_of(&url, &counts, &spool)
    }

    /// Reads secrets and certificate again when they change or SIGHUP comes, looks whether there is
    /// room, and says what is refused.
    pub async fn watch(&mut self, ui: &Ui) -> Infallible {
        let mut look = tokio::time::interval(LOOK);
        let (mut told, mut last) = (0, tokio::time::Instant::now());
        let mut is_closed = false;
        loop {
            let is_asked = tokio::select! {
                () = hung_up(&mut self.hangup) => true,
                _ = look.tick() => false,
            };
            self.renew(ui, is_asked);
            self.look().await;
            is_closed = self.tell_closed(ui, is_closed);
            if last.elapsed() >= TELL {
                last = tokio::time::Instant::now();
                told = self.tell_refused(ui, told);
            }
        }
    }

    fn renew(&mut self, ui: &Ui, is_asked: bool) {
        if let Some(keys) = &mut self.keys {
            match keys.renew(is_asked) {
                Ok(None) => {}
                Ok(Some(count)) => {
                    let count = counted(count as u64, "signing secret");
                    ui.status(&format!("{count} read again"));
                }
                Err(error) => ui.warning(&format!("{error}; the secrets of before stay")),
            }
        }
        if let Some(certificate) = &mut self.certificate {
            match certificate.renew(is_asked) {
                Ok(false) => {}
                Ok(true) => ui.status("the certificate was read again"),
                Err(error) => ui.warning(&format!("{error}; the one of before stays")),
            }
        }
    }

    /// Room comes and goes also while no webhook does.
    async fn look(&self) {
        let is_closed = self.counts.numbers().closed.is_some();
        match self.spool.look(is_closed).await {
            Ok(()) => self.counts.open(),
            Err(why) => self.counts.close(why.to_string()),
        }
    }

    /// Whether the door is closed by now.
    fn tell_closed(&self, ui: &Ui, was_closed: bool) -> bool {
        let closed = self.state().closed;
        match (&closed, was_closed) {
            (Some(why), false) => ui.warning(&format!("webhooks are answered 503: {why}")),
            (None, true) => ui.status("webhooks are taken again"),
            _ => {}
        }
        closed.is_some()
    }

    /// How many were refused by now.
    fn tell_refused(&self, ui: &Ui, told: u64) -> u64 {
        let refused = self.counts.numbers().refused;
        let all = refused.values().sum();
        if all > told {
            let each = refused.iter();
            let each: Vec<String> = each
                .map(|(why, count)| format!("{count} {}", why.name()))
                .collect();
            ui.warning(&format!("requests refused so far: {}", each.join(", ")));
        }
        all
    }
}

async fn hung_up(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

fn state_of(url: &str, counts: &Counts, spool: &Backlog) -> DoorState {
    let (numbers, stock) = (counts.numbers(), spool.stock());
    let refused = numbers.refused.iter();
    let short = stock.shortage.map(|shortage| shortage.to_string());
    DoorState {
        address: url.to_owned(),
        accepted: numbers.accepted,
        duplicates: numbers.duplicates,
        refused: refused
            .map(|(why, count)| (why.name().to_owned(), *count))
            .collect(),
        closed: short.or(numbers.closed),
        kept_in: match spool {
            Backlog::Spool(_) => Kept::Spool,
            Backlog::Queue(_) => Kept::Queue,
        },
        webhooks: stock.webhooks,
        events: stock.events,
        spool_bytes: stock.bytes,
        oldest: stock.oldest,
        completed: numbers.completed,
        incomplete: numbers.incomplete,
        reconciled: numbers.reconciled,
        gateway_away: numbers.gateway_away.map(|away| Away {
            since: away.since,
            why: away.why,
            remedy: away.remedy.map(ToOwned::to_owned),
        }),
    }
}
