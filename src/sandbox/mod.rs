//! The embedded stand-ins for Datadog, the gateway and the Svix behind it, over real sockets.
//!
//! They share no wire type with the clients: a stand-in built from the client's own types repeats
//! its mistakes. Three listeners, since all three systems own `/api`; each serves `/sandbox/*` too.
//! Everything is kept in memory and bounded: the last 20,000
//! requests with 64 MiB of their bodies, 512 MiB of logs as they came over the wire (a million
//! events of 500 bytes take some 60 MB), 100,000 events, as many spans of each kind, 100,000
//! webhooks. The oldest go first.

pub mod datadog;
pub mod faults;
pub mod gateway;
pub mod http;
pub mod svix;
pub mod world;

mod coding;
mod control;
mod exchange;
mod head;
mod masking;
mod product;
mod received;
mod requests;
mod server;
mod wire;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use datadog::{
    API_KEY, APP_KEY, FULLY_SCOPED_APP_KEY, PERSONAL_TOKEN, READ_ONLY_APP_KEY, RateLimit,
    RateLimits, SCOPED_APP_KEY, SERVICE_TOKEN,
};
pub use faults::{Fault, FaultError};

use crate::domain::site::Site;
use exchange::{Addresses, Exchanges, Recipe, Side};
use faults::Plan;
use server::Listening;

/// Short, so that who waits for a state does not wait long.
const EVALUATION_INTERVAL: Duration = Duration::from_secs(1);

/// How a sandbox is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the Datadog stand-in listens. The gateway's takes the next port and Svix's the one
    /// after it, or, where this one is 0, any free ports.
    pub listen: SocketAddr,
    /// Listens on an address others can reach. The keys are published constants: say so.
    pub allow_public: bool,
    /// The one site on which [`API_KEY`], [`APP_KEY`] and the other keys and tokens are valid.
    pub site: Site,
    /// How long a log or an event stays invisible to searches after it was taken.
    pub index_delay: Duration,
    pub limits: RateLimits,
    /// How often a monitor looks at the logs. Datadog's do about every minute.
    pub evaluation_interval: Duration,
    pub seed: u64,
    pub faults: Vec<Fault>,
    pub gateway: gateway::Options,
    /// How many times as fast as the real one's Svix's waits pass.
    pub svix_speed: u32,
}

impl Default for Options {
    /// Free ports of this machine, US1, no faults, a gateway of forty sessions that begins now.
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            allow_public: false,
            site: Site::Us1,
            index_delay: Duration::ZERO,
            limits: RateLimits::default(),
            evaluation_interval: EVALUATION_INTERVAL,
            seed: 0,
            faults: Vec::new(),
            gateway: gateway::Options::new(Timestamp::now()),
            svix_speed: 1,
        }
    }
}

/// A running sandbox. Dropping it tells it to stop; [`Sandbox::stop`] also waits for the end.
#[derive(Debug)]
pub struct Sandbox {
    site: Site,
    gateway_token: String,
    addresses: Addresses,
    stop: watch::Sender<bool>,
    listening: [Listening; 3],
}

impl Sandbox {
    /// Binds the listeners and begins to serve. Needs a tokio runtime.
    ///
    /// # Errors
    ///
    /// An address that is not loopback without `allow_public`, or one that cannot be bound.
    pub async fn start(options: Options) -> io::Result<Self> {
        if !options.listen.ip().is_loopback() && !options.allow_public {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!(
                    "{} can be reached from outside and the sandbox's keys are public; listen on 127.0.0.1",
                    options.listen.ip()
                ),
            ));
        }
        let datadog = TcpListener::bind(options.listen).await?;
        let gateway = TcpListener::bind(port_after(options.listen, 1)?).await?;
        let svix = TcpListener::bind(port_after(options.listen, 2)?).await?;
        let addresses = Addresses {
            datadog: format!("http://{}", datadog.local_addr()?),
            gateway: format!("http://{}", gateway.local_addr()?),
            svix: format!("http://{}", svix.local_addr()?),
        };
        let exchanges = Arc::new(Exchanges::new(
            recipe(&options, &addresses),
            addresses.clone(),
        ));
        let (stop, stopped) = watch::channel(false);
        let serve =
            |listener, side| Listening::serve(listener, side, exchanges.clone(), stopped.clone());
        Ok(Self {
            site: options.site,
            gateway_token: options.gateway.tokens.admin,
            addresses,
            listening: [
                serve(datadog, Side::Datadog),
                serve(gateway, Side::Gateway),
                serve(svix, Side::Svix),
            ],
            stop,
        })
    }

    /// Datadog's stand-in, every site and product of it: `http://127.0.0.1:PORT`.
    pub fn datadog_url(&self) -> &str {
        &self.addresses.datadog
    }

    /// The gateway's stand-in, without `/api`.
    pub fn gateway_url(&self) -> &str {
        &self.addresses.gateway
    }

    /// The Svix stand-in behind the gateway's.
    pub fn svix_url(&self) -> &str {
        &self.addresses.svix
    }

    /// What a program needs in its environment to work against this sandbox.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("DDCTL_SANDBOX_URL", self.addresses.datadog.clone()),
            ("DDCTL_DATADOG_URL", self.addresses.datadog.clone()),
            ("DDCTL_GATEWAY_URL", self.addresses.gateway.clone()),
            ("DD_API_KEY", API_KEY.to_owned()),
            ("DD_APP_KEY", APP_KEY.to_owned()),
            ("DD_SITE", self.site.to_string()),
            ("HOOP_APIURL", self.addresses.gateway.clone()),
            ("HOOP_TOKEN", self.gateway_token.clone()),
            (
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                self.addresses.datadog.clone(),
            ),
            (
                "OTEL_EXPORTER_OTLP_HEADERS",
                format!("dd-api-key={API_KEY}"),
            ),
            // What the intake takes, and no SDK's default everywhere.
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf".to_owned()),
            (
                "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
                "delta".to_owned(),
            ),
            ("DDCTL_SANDBOX_SVIX_URL", self.addresses.svix.clone()),
            ("DDCTL_SVIX_TOKEN", svix::SVIX_TOKEN.to_owned()),
        ]
    }

    /// Stops taking connections, lets open exchanges finish for two seconds, then cuts them off.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for listening in self.listening {
            listening.ended().await;
        }
    }
}

fn recipe(options: &Options, addresses: &Addresses) -> Recipe {
    Recipe {
        datadog: datadog::Options {
            site: options.site,
            index_delay: options.index_delay,
            limits: options.limits,
            evaluation_interval: options.evaluation_interval,
        },
        gateway: gateway::Options {
            api_url: addresses.gateway.clone(),
            ..options.gateway.clone()
        },
        svix: svix::Options {
            speed: options.svix_speed,
            datadog: Some(addresses.datadog.clone()),
            ..svix::Options::new(options.gateway.now)
        },
        plan: Plan::new(options.seed, options.faults.clone()),
    }
}

/// Where another stand-in listens, given where Datadog's does.
fn port_after(address: SocketAddr, steps: u16) -> io::Result<SocketAddr> {
    let port = match address.port() {
        0 => 0,
        port => port.checked_add(steps).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidInput,
                "the gateway and Svix need the next two ports, and 65535 is the last",
            )
        })?,
    };
    Ok(SocketAddr::new(address.ip(), port))
}
