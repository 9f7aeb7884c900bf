//! Objects of Kubernetes: a CronJob, a Deployment, or a relay with its Service. The API's own names
//! and defaults are kubernetes.io/docs/reference/kubernetes-api; a test holds each object against
//! its schema.

mod objects;
mod pod;
mod quantity;

use serde_json::{Value, json};

use self::objects::{Objects, disruptions, service, settings, volume_claim};
use self::pod::{Pod, Restart};
use super::plan::{Mode, Plan};
use super::schedule::Cron;
use super::{File, GRACE};
pub use pod::SECRETS_FOLDER;
pub use quantity::Quantity;

/// Where in a cluster it runs.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// `None` leaves it to whoever applies it.
    pub namespace: Option<String>,
    pub image: String,
    /// The Secret that holds the files.
    pub secret: String,
    /// Room for the state.
    pub storage: Quantity,
    /// `None` is the cluster's default one.
    pub storage_class: Option<String>,
}

/// How much longer than its own limit a run of the CronJob may take before it is ended.
const SLACK_S: u64 = 300;

/// [`RUN_LIMIT`](super::command_line::RUN_LIMIT) in seconds.
const RUN_LIMIT_S: u64 = 3_600;

/// Exit codes that another try does not change: usage, keys, and what is in the dead letters by now.
const FINAL: [u8; 3] = [2, 4, 6];

/// Runs `--new` at times.
pub fn cronjob(plan: &Plan, cluster: &Cluster, schedule: &Cron) -> File {
    let objects = Objects { plan, cluster };
    let pod = Pod {
        plan,
        cluster,
        restart: Restart::Never,
    };
    let job = json!({
        "backoffLimit": 3,
        "activeDeadlineSeconds": RUN_LIMIT_S + GRACE.as_secs() + SLACK_S,
        // A run that cannot succeed is not tried again; the next one is due soon enough.
        "podFailurePolicy": { "rules": [{
            "action": "FailJob",
            "onExitCodes": { "containerName": pod::CONTAINER, "operator": "In", "values": FINAL },
        }]},
        "template": pod.template(),
    });
    let spec = json!({
        "schedule": schedule.to_string(),
        // The position has one holder, and the next run takes what this one leaves.
        "concurrencyPolicy": "Forbid",
        "startingDeadlineSeconds": RUN_LIMIT_S,
        "successfulJobsHistoryLimit": 3,
        "failedJobsHistoryLimit": 3,
        "jobTemplate": { "metadata": { "labels": objects.labels() }, "spec": job },
    });
    objects.file([
        settings(&objects),
        volume_claim(&objects),
        objects.object("batch/v1", "CronJob", spec),
    ])
}

/// Runs `--follow` all the time.
pub fn deployment(plan: &Plan, cluster: &Cluster) -> File {
    let objects = Objects { plan, cluster };
    objects.file([settings(&objects), volume_claim(&objects), single(&objects)])
}

/// Runs the relay behind a Service: one over its own spool, or `replicas` over a queue.
pub fn relay(plan: &Plan, cluster: &Cluster, replicas: u8) -> File {
    let objects = Objects { plan, cluster };
    match &plan.mode {
        Mode::Relay(Some(_)) => objects.file([
            settings(&objects),
            several(&objects, replicas),
            disruptions(&objects),
            service(&objects),
        ]),
        _ => objects.file([
            settings(&objects),
            volume_claim(&objects),
            single(&objects),
            service(&objects),
        ]),
    }
}

/// One pod: the volume and the positions on it have one holder, so that the old one goes before the
/// new one comes.
fn single(objects: &Objects<'_>) -> Value {
    let Objects { plan, cluster } = *objects;
    let pod = Pod {
        plan,
        cluster,
        restart: Restart::Always,
    };
    objects.object(
        "apps/v1",
        "Deployment",
        json!({
            "replicas": 1,
            "strategy": { "type": "Recreate" },
            "selector": { "matchLabels": objects.selector() },
            "template": pod.template(),
        }),
    )
}

/// Several pods over one queue, each with a volume of its own for receipts and dead letters.
fn several(objects: &Objects<'_>, replicas: u8) -> Value {
    let Objects { plan, cluster } = *objects;
    let pod = Pod {
        plan,
        cluster,
        restart: Restart::Spread,
    };
    objects.object(
        "apps/v1",
        "StatefulSet",
        json!({
            "replicas": replicas,
            "serviceName": plan.name.to_string(),
            // None waits for another: they share nothing but the queue.
            "podManagementPolicy": "Parallel",
            "selector": { "matchLabels": objects.selector() },
            "template": pod.template(),
            "volumeClaimTemplates": [{
                "metadata": { "name": pod::STATE },
                "spec": objects::claim(cluster),
            }],
        }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Queue;
    use crate::manifest::testing::plan;

    fn cluster() -> Cluster {
        Cluster {
            namespace: None,
            image: "ddctl:test".to_owned(),
            secret: "ddctl".to_owned(),
            storage: "1Gi".parse().expect("a quantity"),
            storage_class: None,
        }
    }

    /// The objects of a file by their kind.
    fn kinds(file: &File) -> Vec<String> {
        let documents = file.content.split("---\n").filter(|text| !text.is_empty());
        let kinds = documents.map(|text| {
            let object: Value = serde_saphyr::from_str(text).expect("YAML");
            object["kind"].as_str().expect("a kind").to_owned()
        });
        kinds.collect()
    }

    #[test]
    fn one_relay_has_a_spool_and_several_have_a_queue() {
        let mut plan = plan();
        plan.mode = Mode::Relay(None);
        let one = relay(&plan, &cluster(), 1);
        let kinds_of_one = [
            "ConfigMap",
            "PersistentVolumeClaim",
            "Deployment",
            "Service",
        ];
        assert_eq!(kinds(&one), kinds_of_one);
        assert!(one.content.contains("type: Recreate"));

        plan.mode = Mode::Relay(Some(Queue {
            servers: "nats://nats:4222".to_owned(),
        }));
        let several = relay(&plan, &cluster(), 3);
        let kinds_of_several = ["ConfigMap", "StatefulSet", "PodDisruptionBudget", "Service"];
        assert_eq!(kinds(&several), kinds_of_several);
        assert!(several.content.contains("replicas: 3"));
    }

    #[test]
    fn other_settings_are_another_pod() {
        let before = deployment(&plan(), &cluster()).content;
        let mut plan = plan();
        plan.settings
            .push_str("[profiles.default]\nservice = \"other\"\n");
        let after = deployment(&plan, &cluster()).content;
        let digest = |text: &str| {
            let mut lines = text.lines().map(str::trim);
            lines
                .find(|line| line.starts_with("ddctl/settings:"))
                .map(str::to_owned)
        };
        assert!(digest(&before).is_some());
        assert_ne!(digest(&before), digest(&after));
    }

    #[test]
    fn a_run_is_ended_by_itself_before_it_is_ended_by_the_cluster() {
        let limit = crate::domain::time::parse_duration(super::super::command_line::RUN_LIMIT);
        assert_eq!(limit.map(|limit| limit.as_secs()).ok(), Some(RUN_LIMIT_S));
    }
}
