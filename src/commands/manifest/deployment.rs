//! `ddctl manifest deployment`: sessions as they come, on Kubernetes.

use clap::Args;

use super::cluster::{ClusterFlags, before, doctor};
use super::facts::{RunFlags, SINCE, SourceFlags, Wish, plan};
use super::show::show;
use super::steps::Steps;
use crate::context::Context;
use crate::error::Exit;
use crate::manifest::{CERTIFICATES_FILE, CLUSTER_SECRETS, Mode, Quantity, deployment};

/// A Deployment of Kubernetes that exports sessions as they come
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl manifest deployment | kubectl apply -f -
  ddctl manifest deployment --namespace audit --to logs --to llmobs
  ddctl manifest deployment --storage-class fast -- --interval 30s
  ddctl manifest deployment --source audit

It runs `sessions export --follow`, or `audit export --follow`, under the profile in force, whose site, gateway, service, tags and \
rules go along in a ConfigMap. Keys and tokens are files of a Secret that you make; what to make is \
said on stderr, and no value of one is printed here.

There is one pod: what it remembers lies on a volume that one pod has, and the old one goes before a \
new one comes. Nothing is lost by that: it goes on from its position.

Behind a proxy (HTTPS_PROXY, HTTP_PROXY, NO_PROXY) it goes the same way there; an address with a \
password is a key of the Secret.")]
pub struct Deployment {
    /// Where it begins the first time
    #[arg(long, value_name = "TIME", default_value = SINCE)]
    since: String,
    /// Room for what it remembers
    #[arg(
        long,
        value_name = "SIZE",
        default_value = "1Gi",
        help_heading = "Kubernetes"
    )]
    storage: Quantity,
    #[command(flatten)]
    source: SourceFlags,
    #[command(flatten)]
    cluster: ClusterFlags,
    #[command(flatten)]
    run: RunFlags,
}

pub fn run(context: &Context, args: &Deployment) -> anyhow::Result<Exit> {
    let wish = Wish {
        source: args.source.source(),
        mode: Mode::Follow {
            since: args.since.clone(),
        },
        flags: &args.run,
        certificates: CERTIFICATES_FILE.to_owned(),
        secrets: CLUSTER_SECRETS.to_owned(),
        signs_in_to_queue: false,
    };
    let plan = plan(context, wish)?;
    let cluster = args.cluster.cluster(&plan.name, &args.storage);
    let file = deployment(&plan, &cluster);
    let steps = Steps {
        before: before(&plan, &cluster),
        after: vec![doctor(&cluster, &format!("deployment/{}", plan.name))],
    };
    show(context, &[file], &steps)
}
