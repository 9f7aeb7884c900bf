//! Mending what can be mended without harm, after asking.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;

use crate::commands::state::{ASKS_FOR_SINCE, repaired, told};
use crate::context::Context;
use crate::delivery::state::Repaired;
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
    /// What could not be kept; empty where nothing was lost.
    lost: Vec<String>,
    /// What leads on from there.
    #[serde(skip)]
    fixes: Vec<&'static str>,
}

impl Mended {
    pub fn is_done(&self) -> bool {
        self.error.is_none()
    }

    #[cfg(test)]
    pub fn undone(check: &'static str, why: &str) -> Self {
        Self {
            check,
            what: String::new(),
            error: Some(why.to_owned()),
            lost: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// What was found after it, with what was lost by it.
    pub fn marked(&self, finding: Finding) -> Finding {
        let marked = self.lost.iter().fold(finding, Finding::warn);
        self.fixes.iter().copied().fold(marked, Finding::fix)
    }
}

/// What a repair had to leave behind.
#[derive(Default)]
struct Loss {
    told: Vec<String>,
    fixes: Vec<&'static str>,
}

const EXPORT_AGAIN: &str = "what the relay had taken and not delivered goes out by `ddctl sessions \
     export --since …`, under the same evt.id";

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
        mended.push(said(context, check, repair, done));
    }
    Ok(mended)
}

fn said(
    context: &Context,
    check: &'static str,
    repair: &Repair,
    done: anyhow::Result<Loss>,
) -> Mended {
    let ui = &context.ui;
    let (loss, error) = match done {
        Ok(loss) => (loss, None),
        Err(error) => (Loss::default(), Some(format!("{error:#}"))),
    };
    match &error {
        None => ui.status(&format!("done: {repair}")),
        Some(why) => ui.warning(&format!("not done: {repair}: {why}")),
    }
    Mended {
        check,
        what: repair.to_string(),
        error,
        lost: loss.told,
        fixes: loss.fixes,
    }
}

async fn carry_out(context: &Context, subject: &Subject, repair: &Repair) -> anyhow::Result<Loss> {
    match repair {
        Repair::MakePrivate(path) => set_mode(path, |_| 0o600)?,
        Repair::CloseToOthers(path) => set_mode(path, |mode| mode & 0o770)?,
        Repair::RemoveStatus(path) => {
            fs::remove_file(path).with_context(|| format!("remove {}", path.display()))?;
        }
        Repair::RepairState => return repair_state(context),
        remote => on_the_gateway(gateway(subject)?, remote).await?,
    }
    Ok(Loss::default())
}

fn set_mode(path: &Path, mode: impl FnOnce(u32) -> u32) -> anyhow::Result<()> {
    let set = || {
        let old = fs::metadata(path)?.permissions().mode();
        fs::set_permissions(path, Permissions::from_mode(mode(old)))
    };
    set().with_context(|| format!("change {}", path.display()))
}

fn repair_state(context: &Context) -> anyhow::Result<Loss> {
    let folder = context.state_folder()?;
    let [state, spool] = repaired(&folder, "doctor --fix", context.now())?;
    let mut loss = Loss::default();
    if let Some(lost) = state.as_ref().filter(|one| !one.tally.is_whole()) {
        loss.told.push(told_of("state.db", context, lost));
        if lost.tally.has_lost_positions() {
            loss.fixes.push(ASKS_FOR_SINCE);
        }
    }
    if let Some(lost) = spool.as_ref().filter(|one| !one.tally.is_whole()) {
        loss.told.push(told_of("relay.db", context, lost));
        loss.fixes.push(EXPORT_AGAIN);
    }
    Ok(loss)
}

fn told_of(name: &str, context: &Context, lost: &Repaired) -> String {
    let lines = told(context, lost);
    let lines: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
    format!("{name} was repaired with a loss: {}", lines.join("; "))
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
        | Repair::CloseToOthers(_)
        | Repair::RemoveStatus(_)
        | Repair::RepairState => {}
    }
    Ok(())
}
