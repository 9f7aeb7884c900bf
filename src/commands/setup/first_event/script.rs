//! A session that ddctl opens itself: a script run through the gateway, after a yes, recorded like
//! anybody's. An auditor's token may not.

use clap::Args;

use super::super::asking::{Consent, Reply};
use super::super::walk::{Turn, Walk};
use super::Pushed;
use crate::error::UsageError;
use crate::gateway::{ConnectionInfo, Gateway};

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

    /// Whether the gateway has the connection, as far as the gateway was asked at all: known before
    /// anything is changed.
    ///
    /// # Errors
    ///
    /// A connection that it does not have.
    pub fn check(&self, walk: &Walk<'_>) -> Result<(), UsageError> {
        let (Some(name), Some(news)) = (&self.run_on, &walk.gateway) else {
            return Ok(());
        };
        match news.connections.iter().any(|one| one.name == *name) {
            true => Ok(()),
            false => Err(UsageError::new(format!(
                "--run-on: the gateway has no connection `{name}`"
            ))),
        }
    }
}

/// What became of the script.
pub enum Opened {
    /// The id of its session.
    Session(String),
    /// None was run: a session of somebody's is waited for.
    Not,
    /// Nobody wants the step.
    Left,
}

/// Runs the script, where one is wanted. One that the gateway refuses is told of: a session of
/// somebody's does as well.
pub async fn open(
    walk: &mut Walk<'_>,
    gateway: &Gateway,
    flags: &ScriptFlags,
    pushed: &Pushed,
) -> anyhow::Result<Opened> {
    let connection = match chosen(walk, flags, pushed)? {
        Chosen::Connection(connection) => connection,
        Chosen::None => return Ok(Opened::Not),
        Chosen::Left => return Ok(Opened::Left),
    };
    let harmless = harmless(&connection).to_owned();
    let script = match (&flags.script, walk.can_ask() && !flags.is_given()) {
        (Some(script), _) => script.clone(),
        (None, false) => harmless,
        (None, true) => match walk.question("Script", Some(&harmless))? {
            Reply::Text(script) if !script.is_empty() => script,
            Reply::Turn(Turn::Skip) => return Ok(Opened::Left),
            _ => return Ok(Opened::Not),
        },
    };
    let name = &connection.name;
    let question = format!("Run `{script}` on {name}, under your name?");
    match walk.agree(&question, "--yes")? {
        Consent::Yes => run(walk, gateway, name, &script).await,
        Consent::Turn(Turn::Skip) => Ok(Opened::Left),
        Consent::No | Consent::Turn(_) => Ok(Opened::Not),
    }
}

async fn run(
    walk: &mut Walk<'_>,
    gateway: &Gateway,
    name: &str,
    script: &str,
) -> anyhow::Result<Opened> {
    let run = match gateway.run_script(name, script).await {
        Ok(run) => run,
        Err(error) => {
            walk.find(
                format!("the script was not run on {name}: {error}"),
                "open a session yourself; everything else is set up",
            );
            return Ok(Opened::Not);
        }
    };
    if run.has_review {
        let page = gateway.page_of(&run.session_id);
        walk.find(
            format!("the session on {name} waits for an approval"),
            &format!("have it approved: {page}"),
        );
    }
    walk.ui().status(&format!("  session {}", run.session_id));
    Ok(Opened::Session(run.session_id))
}

/// Where the script is to run.
enum Chosen {
    Connection(Box<ConnectionInfo>),
    None,
    Left,
}

/// The connection that was named, or that somebody names now.
fn chosen(walk: &mut Walk<'_>, flags: &ScriptFlags, pushed: &Pushed) -> anyhow::Result<Chosen> {
    let of = |connection| Chosen::Connection(Box::new(connection));
    if let Some(name) = &flags.run_on {
        if !pushed.has(name) {
            walk.find(
                format!(
                    "nothing is run on {name}: it is not attached, and nothing of it is pushed"
                ),
                "`ddctl setup webhooks` attaches it",
            );
            return Ok(Chosen::None);
        }
        return Ok(known(walk, name).map_or(Chosen::None, of));
    }
    let Some(news) = &walk.gateway else {
        return Ok(Chosen::None);
    };
    let may_run = news.may_run_scripts && !news.connections.is_empty();
    if !may_run || !walk.can_ask() || walk.ui().options().assume_yes {
        return Ok(Chosen::None);
    }
    walk.explain("Or name a connection, and ddctl runs a script on it.");
    loop {
        let name = match walk.question("Connection (Enter waits for a session of yours)", None)? {
            Reply::Text(name) if name.is_empty() => return Ok(Chosen::None),
            Reply::Turn(Turn::Skip) => return Ok(Chosen::Left),
            Reply::Turn(_) => {
                let ui = walk.ui();
                ui.error("everything before this is saved; `ddctl setup STEP` asks a step anew");
                continue;
            }
            Reply::Text(name) => name,
        };
        let ui = walk.ui();
        match known(walk, &name) {
            Some(connection) if pushed.has(&name) => return Ok(of(connection)),
            Some(_) => ui.error(&format!("{name} is not attached: nothing of it is pushed")),
            None => ui.error(&format!("the gateway has no connection `{name}`")),
        }
    }
}

fn known(walk: &Walk<'_>, name: &str) -> Option<ConnectionInfo> {
    let mut all = walk.gateway.iter().flat_map(|news| &news.connections);
    all.find(|one| one.name == name).cloned()
}

/// What every interpreter of the kind takes, and what touches nothing.
fn harmless(connection: &ConnectionInfo) -> &'static str {
    match connection.kind.as_str() {
        "database" => "SELECT 1",
        _ => "echo ddctl",
    }
}
