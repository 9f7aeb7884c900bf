//! A session that ddctl opens itself: a script run through the gateway, after a yes, recorded like
//! anybody's. An auditor's token may not.

use clap::Args;

use super::super::walk::{Reply, Walk};
use crate::error::UsageError;
use crate::gateway::{ConnectionInfo, Gateway};
use crate::wizard::RoleFact;

/// A script in place of a session of somebody's.
#[derive(Debug, Args)]
pub struct ScriptFlags {
    /// In the last step, run a script on this connection instead of waiting for a session of yours
    #[arg(long, value_name = "CONNECTION")]
    run_on: Option<String>,
    /// The script [default: one that reads nothing]
    #[arg(long, value_name = "TEXT", requires = "run_on")]
    script: Option<String>,
}

impl ScriptFlags {
    pub fn is_given(&self) -> bool {
        self.run_on.is_some()
    }
}

/// Runs the script, where one is wanted; the id of its session.
pub async fn open(
    walk: &mut Walk<'_>,
    gateway: &Gateway,
    flags: &ScriptFlags,
) -> anyhow::Result<Option<String>> {
    let Some(connection) = chosen(walk, flags)? else {
        return Ok(None);
    };
    let script = match (&flags.script, walk.can_ask() && !flags.is_given()) {
        (Some(script), _) => script.clone(),
        (None, false) => harmless(&connection).to_owned(),
        (None, true) => match walk.question("Script", Some(harmless(&connection)))? {
            Reply::Text(script) if !script.is_empty() => script,
            _ => return Ok(None),
        },
    };
    let name = &connection.name;
    let question = format!("  Run `{script}` on {name}, under your name?");
    if !walk.agree(&question, "--yes")? {
        return Ok(None);
    }
    let run = gateway.run_script(name, &script).await?;
    if run.has_review {
        let page = gateway.page_of(&run.session_id);
        walk.find(
            format!("the session on {name} waits for an approval"),
            &format!("have it approved: {page}"),
        );
    }
    walk.ui().status(&format!("  session {}", run.session_id));
    Ok(Some(run.session_id))
}

/// The connection that was named, or that somebody names now; `None` waits for a session.
fn chosen(walk: &Walk<'_>, flags: &ScriptFlags) -> anyhow::Result<Option<ConnectionInfo>> {
    let Some(news) = &walk.gateway else {
        return Ok(None);
    };
    if let Some(name) = &flags.run_on {
        let found = news.connections.iter().find(|one| one.name == *name);
        let unknown = || UsageError::new(format!("the gateway has no connection `{name}`"));
        return Ok(Some(found.cloned().ok_or_else(unknown)?));
    }
    let may_run = news.facts.role != RoleFact::Auditor && !news.connections.is_empty();
    if !may_run || !walk.can_ask() || walk.ui().options().assume_yes {
        return Ok(None);
    }
    walk.explain("Or name a connection, and ddctl runs a script on it.");
    loop {
        let name = match walk.question("Connection (Enter waits for a session of yours)", None)? {
            Reply::Text(name) if !name.is_empty() => name,
            _ => return Ok(None),
        };
        match news.connections.iter().find(|one| one.name == name) {
            Some(found) => return Ok(Some(found.clone())),
            None => walk
                .ui()
                .error(&format!("the gateway has no connection `{name}`")),
        }
    }
}

/// What every interpreter of the kind takes, and what touches nothing.
fn harmless(connection: &ConnectionInfo) -> &'static str {
    match connection.kind.as_str() {
        "database" => "SELECT 1",
        _ => "echo ddctl",
    }
}
