//! `ddctl manifest relay`: the receiver of webhooks, on Kubernetes.

use clap::Args;

use super::cluster::{ClusterFlags, before, doctor};
use super::facts::{RunFlags, Wish, plan};
use super::show::show;
use super::steps::Steps;
use crate::context::Context;
use crate::delivery::queue::Servers;
use crate::error::Exit;
use crate::manifest::{CERTIFICATES_FILE, CLUSTER_SECRETS, Mode, Quantity, Queue, Source, relay};

/// A relay on Kubernetes: its pods, and a Service to point an Ingress at
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl manifest relay | kubectl apply -f -
  ddctl manifest relay --namespace audit --storage 10Gi -- --spool-size 8GB
  ddctl manifest relay --queue nats://nats.audit.svc:4222 \\
      --queue-credential --replicas 3

It runs `relay` under the profile in force, whose site, gateway, service, tags and rules go along in a \
ConfigMap. Keys, tokens and the signing secrets are files of a Secret that you make; what to make is \
said on stderr, and no value of one is printed here.

There is one pod over a spool of its own, on a volume that one pod has; while it is replaced, webhooks \
get no answer and the gateway sends them again. With --queue there are several, and nothing waits for \
one of them. The Service speaks HTTP: the Ingress before it ends TLS.

Behind a proxy (HTTPS_PROXY, HTTP_PROXY, NO_PROXY) it goes the same way there; an address with a \
password is a key of the Secret.")]
pub struct Relay {
    /// Keep webhooks in NATS JetStream, for several relays
    #[arg(long, value_name = "ADDRESS")]
    queue: Option<Servers>,
    /// The servers of the queue ask who comes: a file `queue-credential` says it
    #[arg(long, requires = "queue")]
    queue_credential: bool,
    /// Relays over the queue
    #[arg(
        long,
        value_name = "N",
        default_value_t = 2,
        requires = "queue",
        value_parser = clap::value_parser!(u8).range(1..=50)
    )]
    replicas: u8,
    /// Room for the spool, above --spool-size and --disk-free together
    #[arg(
        long,
        value_name = "SIZE",
        default_value = "4Gi",
        help_heading = "Kubernetes"
    )]
    storage: Quantity,
    #[command(flatten)]
    cluster: ClusterFlags,
    #[command(flatten)]
    run: RunFlags,
}

pub fn run(context: &Context, args: &Relay) -> anyhow::Result<Exit> {
    let queue = args.queue.as_ref().map(|servers| Queue {
        servers: servers.to_string(),
    });
    let wish = Wish {
        source: Source::Sessions,
        mode: Mode::Relay(queue),
        flags: &args.run,
        certificates: CERTIFICATES_FILE.to_owned(),
        secrets: CLUSTER_SECRETS.to_owned(),
        signs_in_to_queue: args.queue_credential,
    };
    let plan = plan(context, wish)?;
    let cluster = args.cluster.cluster(&plan.name, &args.storage);
    let file = relay(&plan, &cluster, args.replicas);
    let mut before = before(&plan, &cluster);
    before.push(format!(
        "an Ingress that ends TLS before the Service {}, port webhooks",
        plan.name
    ));
    let kind = match args.queue {
        Some(_) => "statefulset",
        None => "deployment",
    };
    let after = vec![doctor(&cluster, &format!("{kind}/{}", plan.name))];
    show(context, &[file], &Steps { before, after })
}
