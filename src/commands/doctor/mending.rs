//! Mending what can be mended without harm, after asking.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use anyhow::Context as _;
use serde::Serialize;

use crate::commands::state::repaired;
use crate::config::{ConfigError, change, set_value};
use crate::context::Context;
use crate::doctor::{Check, Finding, Repair, Subject};
use crate::gateway::Gateway;
use crate::ui::counted;

/// What became of a repair.
#[derive(Debug, Serialize)]
pub struct Mended {
    pub check: &'static str,
    what: String,
    /// Why it could not be done; `null` where it was.
    error: Option<String>,
}

/// Lists what can be done, asks once, does it, and says how each went. What `--read-only` forbids
/// is left out.
pub async fn mend(
    context: &Context,
    subject: &Subject,
    checks: &[&'static Check],
    findings: &[Finding],
) -> anyhow::Result<Vec<Mended>> {
    let ui = &context.ui;
    let pairs = checks.iter().zip(findings);
    let all = pairs.flat_map(|(check, finding)| finding.repairs.iter().map(|it| (check.id, it)));
    let is_allowed = |repair: &Repair| !(context.globals.read_only && repair.is_remote());
    let (wanted, left): (Vec<_>, Vec<_>) = all.partition(|(_, repair)| is_allowed(repair));
    for (check, repair) in left {
        ui.status(&format!("{check}: --read-only forbids it: {repair}"));
    }
    if wanted.is_empty() {
        ui.status("there is nothing that can be mended without harm");
        return Ok(Vec::new());
    }
    for (check, repair) in &wanted {
        ui.status(&format!("{check}: {repair}"));
    }
    let question = format!("Mend {}?", counted(wanted.len() as u64, "thing"));
    if !ui.confirm(&question, "--yes")? {
        ui.status("nothing was changed");
        return Ok(Vec::new());
    }
    let mut mended = Vec::new();
    for (check, repair) in wanted {
        let done = carry_out(context, subject, repair).await;
        let error = done.err().map(|error| format!("{error:#}"));
        match &error {
            None => ui.status(&format!("done: {repair}")),
            Some(why) => ui.warning(&format!("not done: {repair}: {why}")),
        }
        mended.push(Mended {
            check,
            what: repair.to_string(),
            error,
        });
    }
    Ok(mended)
}

async fn carry_out(context: &Context, subject: &Subject, repair: &Repair) -> anyhow::Result<()> {
    match repair {
        Repair::MakePrivate(path) => fs::set_permissions(path, Permissions::from_mode(0o600))
            .with_context(|| format!("change {}", path.display())),
        Repair::RemoveStatus(path) => {
            fs::remove_file(path).with_context(|| format!("remove {}", path.display()))
        }
        Repair::RepairState => {
            repaired(&context.state_folder()?, "doctor --fix", context.now())?;
            Ok(())
        }
        Repair::KeepRetention(days) => {
            let path = context.settings_path().ok_or(ConfigError::NoHome)?;
            let profile = context.profile_to_write()?;
            change(&path, |document| {
                set_value(document, &profile, "retention_days", &days.to_string());
            })?;
            Ok(())
        }
        remote => on_the_gateway(gateway(subject)?, remote).await,
    }
}

fn gateway(subject: &Subject) -> anyhow::Result<&Gateway> {
    let shut = |finding: Finding| anyhow::anyhow!(finding.evidence.join("; "));
    subject.gateway().map_err(shut)
}

async fn on_the_gateway(gateway: &Gateway, repair: &Repair) -> anyhow::Result<()> {
    match repair {
        Repair::EnableWebhooks => {
            gateway.enable_webhooks_plugin().await?;
        }
        Repair::MakeApplication => gateway.recreate_webhooks_application().await?,
        Repair::MakeEventTypes(types) => {
            for event_type in types {
                gateway.create_event_type(event_type).await?;
            }
        }
        Repair::Detach(connections) => {
            for connection in connections {
                gateway
                    .detach_from_webhooks(&connection.id)
                    .await
                    .with_context(|| format!("take off {}", connection.name))?;
            }
        }
        // They are of this machine.
        Repair::MakePrivate(_)
        | Repair::RemoveStatus(_)
        | Repair::RepairState
        | Repair::KeepRetention(_) => {}
    }
    Ok(())
}
