//! `ddctl manifest cronjob`: what is new, at times, on Kubernetes.

use clap::Args;

use super::cluster::{ClusterFlags, before, namespace_flag};
use super::facts::{RunFlags, SINCE, SourceFlags, Wish, plan, warn_of_pause};
use super::show::show;
use super::steps::Steps;
use crate::context::Context;
use crate::error::Exit;
use crate::manifest::{CERTIFICATES_FILE, CLUSTER_SECRETS, Cron, Mode, Quantity, cronjob};

/// A CronJob of Kubernetes that exports what is new
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl manifest cronjob | kubectl apply -f -
  ddctl manifest cronjob --schedule '17 * * * *' --namespace audit
  ddctl manifest cronjob --profile prod --image registry.example.com/ddctl:1
  ddctl manifest cronjob --to logs --to llmobs -- --late skip
  ddctl manifest cronjob --source audit -- --verify

It runs `sessions export --new`, or `audit export --new`, under the profile in force, whose site, gateway, service, tags and \
rules go along in a ConfigMap. Keys and tokens are files of a Secret that you make; what to make is \
said on stderr, and no value of one is printed here. What it remembers lies on a volume that one pod \
has, so that runs never overlap.

Datadog takes no event older than 18 hours: every 12 hours is often enough. A run ends after an hour \
and leaves the rest to the next; one that cannot succeed without a person is not tried again. With \
--verify behind -- it proves what it sent, by a file `app-key`.

Behind a proxy (HTTPS_PROXY, HTTP_PROXY, NO_PROXY) it goes the same way there; an address with a \
password is a key of the Secret.")]
pub struct Cronjob {
    /// When it runs: the five fields of cron
    #[arg(long, value_name = "CRON", default_value = "17 */6 * * *")]
    schedule: Cron,
    /// Where the first run begins
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

pub fn run(context: &Context, args: &Cronjob) -> anyhow::Result<Exit> {
    let wish = Wish {
        source: args.source.source(),
        mode: Mode::New {
            since: args.since.clone(),
        },
        flags: &args.run,
        certificates: CERTIFICATES_FILE.to_owned(),
        secrets: CLUSTER_SECRETS.to_owned(),
        signs_in_to_queue: false,
    };
    let plan = plan(context, wish)?;
    warn_of_pause(context, &args.run, args.schedule.longest_pause());
    let cluster = args.cluster.cluster(&plan.name, &args.storage);
    let file = cronjob(&plan, &cluster, &args.schedule);
    let namespace = namespace_flag(&cluster);
    let run_now = format!(
        "kubectl create job{namespace} {0}-now --from=cronjob/{0}",
        plan.name
    );
    let steps = Steps {
        before: before(&plan, &cluster),
        after: vec![run_now],
    };
    show(context, &[file], &steps)
}
