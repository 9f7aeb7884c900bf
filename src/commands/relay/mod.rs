//! `ddctl relay`: the gateway's webhooks, made events that Datadog can use.

mod entrance;
mod keeper;
mod mapping;
mod queue;
mod summary;
mod work;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::timeout;

use self::entrance::Entrance;
use self::keeper::SpoolKeeper;
use self::mapping::Mapping;
use self::queue::QueueArgs;
use self::work::Work;
use super::flags::{DatadogAccess, GatewayAccess};
use super::shipping::{
    self, Carried, Course, DeliveryFlags, Intake, Lane, Receipts, Seen, Shipped, Standing, To,
    conclude, listen_address, ship_standing,
};
use crate::context::Context;
use crate::delivery::Backlog;
use crate::delivery::Patience;
use crate::delivery::queue::Queue;
use crate::delivery::receipts::Run;
use crate::delivery::spool::{Destination, Limits, NotStored, Spool, Spooled};
use crate::delivery::state::Holder;
use crate::domain::size::parse_size;
use crate::domain::time::parse_duration;
use crate::error::{Exit, UsageError};
use crate::gateway::Gateway;
use crate::relay::{Door, Service, feed};
use crate::sources;

/// Its name without values, for whoever waits for it and for its receipts.
const COMMAND: &str = "relay";

/// For the gateway's word on whose token it is.
const GATEWAY_PATIENCE: Duration = Duration::from_secs(5);

const TO: &str = "Where it goes: `logs` or `events` (Datadog); repeatable, with `,best-effort` behind \
                  one that must not hold the others back";

const LATE: &str = "What happens to events older than Datadog takes [default: restamp]";

const SAME_EVENTS: &str =
    "`ddctl sessions export --since 1h --to logs --dry-run` shows the same events";

/// The largest webhook and its events have to fit into the quarter above it, where nothing more is
/// taken.
const SMALLEST_SPOOL: u64 = 16_000_000;

/// Receive the gateway's webhooks, complete them from its API, and deliver them
///
/// Runs until it is stopped. A webhook is verified, on the disk before it is answered, and stays
/// there until every destination has its events.
#[derive(Debug, Args)]
#[command(
    mut_arg("to", |arg| arg.help(TO)),
    mut_arg("late", |arg| arg.help(LATE)),
    mut_arg("dry_run", |arg| arg.hide(true)),
    mut_arg("overwrite", |arg| arg.hide(true)),
    after_help = "Examples:
  ddctl relay --signing-secret-file relay.secret --to logs
  ddctl relay --signing-secret-file relay.secret --to logs \\
      --to events,best-effort --health-listen 8080
  ddctl relay --signing-secret-file relay.secret --to logs \\
      --listen 0.0.0.0:8787 --tls-cert cert.pem --tls-key key.pem
  ddctl webhooks register --to https://relay.example.com \\
      --signing-secret-file relay.secret

Any path takes the POST. What is unsigned, wrongly signed or older than five minutes is answered 401, \
what is larger than 2 MB 413, and while there is no room 503; Svix then sends it again. A webhook that \
comes twice is stored once. One of an unknown type, or that is no JSON, goes out as it is, marked.

The secrets are read again when their file changes and at SIGHUP, so that one can be replaced without \
a gap: write the new one as a second line, rotate, and take the old one out after a day. So are the \
certificate and its key.

A closing is asked for until the gateway has the session's end. While the gateway does not answer, \
webhooks wait; after --complete-within what they say by themselves goes out with evt.incomplete, and \
once more under the same id, complete, with evt.revision 2. What the gateway sends no webhook for \
(killed and broken sessions, decisions on reviews) is found in its list of sessions.

Under systemd it takes a socket (LISTEN_FDS), says when it is ready and that it lives (Type=notify, \
WatchdogSec)."
)]
pub struct Relay {
    /// Where webhooks come in, [HOST:]PORT; without HOST, from this machine alone
    #[arg(
        long,
        value_name = "ADDR",
        default_value = "127.0.0.1:8787",
        value_parser = listen_address,
        help_heading = "Door"
    )]
    listen: SocketAddr,
    /// The signing secrets, one `whsec_` a line; each of them is valid
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "unsigned",
        help_heading = "Door"
    )]
    signing_secret_file: Option<PathBuf>,
    /// Take webhooks that nobody signed; on this machine alone
    #[arg(long, conflicts_with = "signing_secret_file", help_heading = "Door")]
    unsigned: bool,
    /// The certificate's chain, PEM: speak TLS
    #[arg(long, value_name = "FILE", requires = "tls_key", help_heading = "Door")]
    tls_cert: Option<PathBuf>,
    /// The certificate's key, PEM
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_cert",
        help_heading = "Door"
    )]
    tls_key: Option<PathBuf>,
    /// How long a webhook waits for the gateway before it goes out incomplete
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "10m",
        value_parser = parse_duration
    )]
    complete_within: Duration,
    /// How often the gateway's list of sessions is read for what no webhook told
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "5m",
        value_parser = parse_pace
    )]
    reconcile_every: Duration,
    /// What is kept at most, 16MB or more: above it webhooks are answered 503
    #[arg(
        long,
        value_name = "SIZE",
        default_value = "2GB",
        value_parser = parse_spool,
        help_heading = "Spool"
    )]
    spool_size: u64,
    /// What stays free on the disk: below it webhooks are answered 503
    #[arg(
        long,
        value_name = "SIZE",
        default_value = "512MB",
        value_parser = parse_size,
        help_heading = "Spool"
    )]
    disk_free: u64,
    #[command(flatten)]
    queue: QueueArgs,
    #[command(flatten)]
    delivery: DeliveryFlags,
    /// Leave secrets in commands as they are
    #[arg(long)]
    no_redact: bool,
    /// How often a heartbeat goes to the logs, which says that events would arrive
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "5m",
        value_parser = parse_duration
    )]
    heartbeat: Duration,
    /// Answer /healthz, /readyz and /metrics at [HOST:]PORT; without HOST, to this machine alone
    #[arg(long, value_name = "ADDR", value_parser = listen_address)]
    health_listen: Option<SocketAddr>,
    #[command(flatten)]
    gateway: GatewayAccess,
    #[command(flatten)]
    datadog: DatadogAccess,
}

fn parse_spool(text: &str) -> Result<u64, String> {
    let size = parse_size(text).map_err(|error| error.to_string())?;
    match size < SMALLEST_SPOOL {
        true => Err("below 16MB there is no room for a large webhook and its events".to_owned()),
        false => Ok(size),
    }
}

fn parse_pace(text: &str) -> Result<Duration, String> {
    let every = parse_duration(text).map_err(|error| error.to_string())?;
    match every < Duration::from_secs(1) {
        true => Err("the gateway is not asked more often than once a second".to_owned()),
        false => Ok(every),
    }
}

pub async fn run(context: &Context, args: &Relay) -> anyhow::Result<Exit> {
    check(args)?;
    context.require_write_or("relaying sends to what --to names", SAME_EVENTS)?;
    let prepared = entrance::prepare(args)?;
    let gateway = context.gateway(&args.gateway.flags())?;
    let keys = args.datadog.flags();
    let intake = Intake::open(context, &args.delivery, keys, Patience::LongRunning).await?;
    let spool = open(context, args, &intake).await?;
    let relaying = Relaying {
        context,
        args,
        mapping: Mapping::new(context, args.no_redact, &gateway)?,
        gateway: &gateway,
        intake: &intake,
        spool: &spool,
        begin: context.now(),
    };
    let (door, mut entrance) = prepared.open(&spool)?;
    let relayed = relaying.run(&door, &mut entrance).await;
    door.close().await;
    let carried = relayed?;
    summary::show(context, &entrance, Shipped::of(&carried))?;
    drop(entrance);
    spool.close().await;
    conclude(context, carried)
}

impl Relay {
    /// Where it goes.
    pub(super) fn to(&self) -> &[To] {
        &self.delivery.to
    }
}

/// Refuses what has no meaning where webhooks are kept until they are delivered.
pub(super) fn check(args: &Relay) -> Result<(), UsageError> {
    let flags = &args.delivery;
    shipping::check(&flags.to)?;
    if flags.dry_run {
        return Err(UsageError::with_hint(
            "a relay that sends nothing would keep every webhook or lose it",
            SAME_EVENTS,
        ));
    }
    match flags.to.iter().find(|to| !to.destination.is_intake()) {
        Some(to) => Err(UsageError::with_hint(
            format!("a relay delivers to Datadog, not to `{}`", to.destination),
            "--to logs or --to events; `ddctl sessions export --follow` writes files",
        )),
        None => Ok(()),
    }
}

/// Takes the spool, or a part in the queue. Its destinations have the names of the lanes.
async fn open(context: &Context, args: &Relay, intake: &Intake<'_>) -> anyhow::Result<Backlog> {
    let destinations = args.delivery.to.iter().map(|to| Destination {
        name: intake.name(&to.destination),
        is_required: !to.is_best_effort,
    });
    let destinations = destinations.collect();
    if let Some(settings) = args.queue.settings(context, args.spool_size)? {
        let queue = Queue::open(settings, destinations).await?;
        if let Some(version) = queue.forgetful_server() {
            context.ui.warning(&format!(
                "the NATS server is {version}: when one before 2.11 is killed, some of what was \
                 delivered stays in the queue and takes room; nothing is lost by that"
            ));
        }
        return Ok(Backlog::Queue(queue));
    }
    let limits = Limits {
        most: args.spool_size,
        free: args.disk_free,
    };
    let holder = Holder::this(COMMAND, context.now());
    let folder = context.state_folder()?;
    let spool = Spool::open(&folder, destinations, limits, &holder)?;
    Ok(Backlog::Spool(spool))
}

/// A relay at work.
struct Relaying<'a> {
    context: &'a Context,
    args: &'a Relay,
    mapping: Mapping,
    gateway: &'a Gateway,
    intake: &'a Intake<'a>,
    spool: &'a Backlog,
    begin: Timestamp,
}

impl Relaying<'_> {
    /// Until somebody stops it.
    async fn run(&self, door: &Door, entrance: &mut Entrance) -> anyhow::Result<Vec<Carried>> {
        let (context, args) = (self.context, self.args);
        let lanes = self.lanes().await?;
        let seen = Seen {
            heartbeat: args.heartbeat,
            health_listen: args.health_listen,
        };
        let profile = self.mapping.profile.clone();
        let standing = Standing::open(context, COMMAND, seen, profile, &lanes).await?;
        let standing = standing.with_door(entrance.witness());
        let environment = &context.environment;
        let service = Service::new(
            environment.get("NOTIFY_SOCKET"),
            environment.get("WATCHDOG_USEC"),
        );
        let told = format!("listening for webhooks at {}", entrance.url());
        context.ui.status(&told);
        service.ready(&told);
        let shipment = ship_standing(
            context,
            &Course::default(),
            lanes,
            |tx| self.work(door, entrance, &service, tx),
            Result::is_ok,
            &standing,
        )
        .await;
        // Also where every delivery ended by itself.
        service.stopping();
        if let Some(Err(error)) = shipment.source {
            return Err(shipping::unread(context, error.into(), shipment.carried));
        }
        Ok(shipment.carried)
    }

    async fn work(
        &self,
        door: &Door,
        entrance: &mut Entrance,
        service: &Service,
        tx: mpsc::Sender<Spooled>,
    ) -> Result<(), NotStored> {
        let counts = Arc::clone(&entrance.counts);
        let lease = self
            .spool
            .lease(&Holder::this(COMMAND, self.context.now()).to_string());
        let work = Work {
            context: self.context,
            args: self.args,
            gateway: self.gateway,
            mapping: &self.mapping,
            spool: self.spool,
            counts: &counts,
            lease: lease.as_ref(),
            begin: self.begin,
        };
        let mut cancel = self.context.cancel();
        tokio::select! {
            // What was read still goes out while the door is closed.
            _ = cancel.wait_for(|stopped| *stopped) => {
                door.begin_to_close();
                service.stopping();
                Ok(())
            }
            fed = feed(self.spool, tx) => fed,
            worked = work.rounds() => worked,
            never = entrance.watch(&self.context.ui) => match never {},
            never = service.live() => match never {},
        }
    }

    async fn lanes(&self) -> anyhow::Result<Vec<Lane<'_, Spooled>>> {
        let receipts = self.receipts().await;
        let mut lanes = Vec::new();
        for (at, to) in self.args.delivery.to.iter().enumerate() {
            lanes.push(Lane {
                name: self.intake.name(&to.destination),
                is_best_effort: to.is_best_effort,
                end: self.intake.end(&to.destination)?,
                keeper: Box::new(SpoolKeeper::new(self.spool, at)),
                receipt: receipts.begin(&to.destination).await?,
            });
        }
        Ok(lanes)
    }

    /// Without the gateway's word on whose token it is, where the gateway does not answer: webhooks
    /// are to be taken all the same.
    async fn receipts(&self) -> Receipts<'_> {
        let known = timeout(GATEWAY_PATIENCE, sources::user(self.gateway)).await;
        Receipts {
            context: self.context,
            gateway: known.is_ok_and(|user| user.is_ok()).then_some(self.gateway),
            intake: Some(self.intake),
            delivery: &self.args.delivery,
            run: Run {
                command: COMMAND.to_owned(),
                gateway: Some(self.gateway.page_base().to_owned()),
                ..Run::default()
            },
        }
    }
}
