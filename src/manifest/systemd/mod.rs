//! Units of systemd: a service with a socket, a timer, or alone, and the settings that it reads.

mod unit;

use std::net::SocketAddr;

use self::unit::{Unit, quoted, word};
use super::command_line::{Places, words};
use super::plan::{Mode, Plan, REDACTION_KEY_FILE, VARIABLES_FILE};
use super::schedule::Calendar;
use super::{File, GRACE, MEMORY_LIMIT};
use crate::config::SecretKind;

/// The machine that it runs on.
#[derive(Clone, Debug)]
pub struct Host {
    /// The program's path.
    pub program: String,
    /// The folder with a file for each secret, which root alone may read.
    pub secrets: String,
    pub calendar: Calendar,
    /// Where health is asked for, and where a relay's webhooks come in.
    pub health: SocketAddr,
    pub door: SocketAddr,
}

/// A run that is not over by then is stuck: its own limit, the drain, and some minutes.
const LONGEST_RUN: &str = "70min";

/// Where the settings of the service `name` lie.
pub fn settings_file(name: &super::Name) -> String {
    format!("/etc/{name}/config.toml")
}

/// Where the certificates of the service `name` lie.
pub fn certificates_file(name: &super::Name) -> String {
    format!("/etc/{name}/ca.pem")
}

/// The units and what they read, by the paths at which each belongs.
pub fn systemd(plan: &Plan, host: &Host) -> Vec<File> {
    let name = &plan.name;
    let unit = |kind: &str, unit: &Unit| File {
        path: format!("/etc/systemd/system/{name}.{kind}"),
        content: unit.to_string(),
    };
    let mut files = vec![unit("service", &service(plan, host))];
    match &plan.mode {
        Mode::New { .. } => files.push(unit("timer", &timer(plan, host))),
        Mode::Relay(_) => files.push(unit("socket", &socket(plan, host))),
        Mode::Follow { .. } => {}
    }
    files.push(File {
        path: settings_file(name),
        content: plan.settings.clone(),
    });
    files.extend(plan.certificates.iter().map(|certificates| File {
        path: certificates_file(name),
        content: certificates.clone(),
    }));
    files
}

fn service(plan: &Plan, host: &Host) -> Unit {
    let mut unit = Unit::default();
    about(&mut unit, plan);
    unit.section("Service");
    kind(&mut unit, plan);
    unit.set("ExecStart", &command(plan, host));
    for kind in &plan.secrets {
        let source = format!("{}/{}", host.secrets, kind.name());
        unit.set(
            "LoadCredential",
            &format!("{}:{}", kind.name(), unit::literal(&source)),
        );
    }
    variables(&mut unit, plan);
    if !plan.hidden.is_empty() {
        let file = format!("{}/{VARIABLES_FILE}", host.secrets);
        unit.set("EnvironmentFile", &unit::literal(&file));
    }
    unit.set("StateDirectory", &plan.name.to_string());
    unit.set("StateDirectoryMode", "0700");
    unit.set("TimeoutStopSec", &GRACE.as_secs().to_string());
    unit.set("MemoryMax", MEMORY_LIMIT.trim_end_matches('i'));
    harden(&mut unit);
    if !matches!(plan.mode, Mode::New { .. }) {
        unit.section("Install");
        unit.set("WantedBy", "multi-user.target");
    }
    unit
}

fn about(unit: &mut Unit, plan: &Plan) {
    let page = match plan.mode.is_relay() {
        true => "man:ddctl-relay(1)".to_owned(),
        false => format!("man:ddctl-{}-export(1)", plan.source.command()),
    };
    unit.section("Unit");
    unit.set("Description", &description(plan));
    unit.set("Documentation", &page);
    unit.set("Wants", "network-online.target");
    unit.set("After", "network-online.target");
    if plan.mode.is_relay() {
        unit.set("Requires", &format!("{}.socket", plan.name));
    }
    if !matches!(plan.mode, Mode::New { .. }) {
        // An outage of any length ends: it is tried for ever. What does not end is in `kind`.
        unit.set("StartLimitIntervalSec", "0");
    }
}

fn description(plan: &Plan) -> String {
    format!("ddctl: {} ({})", plan.about(), unit::literal(&plan.profile))
}

/// When it counts as started, and what becomes of it when it ends.
fn kind(unit: &mut Unit, plan: &Plan) {
    match &plan.mode {
        Mode::New { .. } => {
            unit.set("Type", "oneshot");
            unit.set("TimeoutStartSec", LONGEST_RUN);
            return;
        }
        Mode::Follow { .. } => unit.set("Type", "exec"),
        Mode::Relay(_) => {
            unit.set("Type", "notify");
            unit.set("WatchdogSec", "60");
        }
    }
    unit.set("Restart", "always");
    unit.set("RestartSec", "10");
    // Wrong usage, a taken address and a refused key wait for a person: the unit shows that it
    // failed.
    unit.set("RestartPreventExitStatus", "2 4");
}

fn command(plan: &Plan, host: &Host) -> String {
    let places = Places {
        settings: &settings_file(&plan.name),
        health: &host.health.to_string(),
        door: &host.door.to_string(),
    };
    // The program's name is the one word in which systemd expands no variable.
    let program = quoted(&host.program);
    let words = words(plan, places);
    // systemd itself puts the folder in the place of its variable.
    let words = words
        .iter()
        .map(|one| one.render("${CREDENTIALS_DIRECTORY}", word));
    let words: Vec<String> = std::iter::once(program).chain(words).collect();
    words.join(" \\\n    ")
}

fn variables(unit: &mut Unit, plan: &Plan) {
    unit.set("Environment", &format!("XDG_STATE_HOME=%S/{}", plan.name));
    for (name, value) in &plan.variables {
        unit.set("Environment", &quoted(&format!("{name}={value}")));
    }
    if plan.has_redaction_key() {
        let file = SecretKind::RedactionKey.name();
        unit.set("Environment", &format!("{REDACTION_KEY_FILE}=%d/{file}"));
    }
}

/// It reads its settings, writes its state, and talks to others by IP: nothing else is left to it
/// (systemd.exec(5); `systemd-analyze security` counts what is).
fn harden(unit: &mut Unit) {
    for (key, value) in [
        ("DynamicUser", "yes"),
        ("UMask", "0077"),
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("PrivateTmp", "yes"),
        ("PrivateDevices", "yes"),
        ("PrivateUsers", "yes"),
        ("ProtectClock", "yes"),
        ("ProtectControlGroups", "yes"),
        ("ProtectHostname", "yes"),
        ("ProtectKernelLogs", "yes"),
        ("ProtectKernelModules", "yes"),
        ("ProtectKernelTunables", "yes"),
        ("ProtectProc", "invisible"),
        ("ProcSubset", "pid"),
        ("LockPersonality", "yes"),
        ("MemoryDenyWriteExecute", "yes"),
        ("RemoveIPC", "yes"),
        ("RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"),
        ("RestrictNamespaces", "yes"),
        ("RestrictRealtime", "yes"),
        ("RestrictSUIDSGID", "yes"),
        ("CapabilityBoundingSet", ""),
        ("AmbientCapabilities", ""),
        ("SystemCallArchitectures", "native"),
        ("SystemCallFilter", "@system-service"),
        ("SystemCallFilter", "~@privileged @resources"),
        ("SystemCallErrorNumber", "EPERM"),
    ] {
        unit.set(key, value);
    }
}

/// It holds the door open while the service begins anew: whoever comes meanwhile waits.
fn socket(plan: &Plan, host: &Host) -> Unit {
    let mut unit = Unit::default();
    unit.section("Unit");
    unit.set("Description", &format!("{}, its door", description(plan)));
    unit.section("Socket");
    unit.set("ListenStream", &host.door.to_string());
    unit.set("NoDelay", "yes");
    unit.section("Install");
    unit.set("WantedBy", "sockets.target");
    unit
}

fn timer(plan: &Plan, host: &Host) -> Unit {
    let mut unit = Unit::default();
    unit.section("Unit");
    unit.set(
        "Description",
        &format!("{}, at its times", description(plan)),
    );
    unit.section("Timer");
    unit.set("OnCalendar", &host.calendar.to_string());
    // What was due while the machine slept is made up for.
    unit.set("Persistent", "yes");
    unit.set("RandomizedDelaySec", "5min");
    unit.section("Install");
    unit.set("WantedBy", "timers.target");
    unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::testing::plan;

    fn host() -> Host {
        Host {
            program: "/usr/bin/ddctl".to_owned(),
            secrets: "/etc/ddctl/secrets".to_owned(),
            calendar: "hourly".parse().expect("a calendar event"),
            health: ([127, 0, 0, 1], 8_080).into(),
            door: ([127, 0, 0, 1], 8_787).into(),
        }
    }

    fn paths(mode: Mode) -> Vec<String> {
        let mut plan = plan();
        plan.mode = mode;
        let files = systemd(&plan, &host()).into_iter();
        files
            .map(|file| file.path.rsplit('/').next().unwrap_or_default().to_owned())
            .collect()
    }

    #[test]
    fn a_relay_has_a_socket_and_what_is_new_a_timer() {
        let since = || "1h".to_owned();
        assert_eq!(
            paths(Mode::Follow { since: since() }),
            ["ddctl.service", "config.toml"]
        );
        let new = ["ddctl.service", "ddctl.timer", "config.toml"];
        assert_eq!(paths(Mode::New { since: since() }), new);
        let relay = ["ddctl.service", "ddctl.socket", "config.toml"];
        assert_eq!(paths(Mode::Relay(None)), relay);
    }

    #[test]
    fn a_relay_listens_where_its_socket_does() {
        let mut plan = plan();
        plan.mode = Mode::Relay(None);
        let host = Host {
            door: ([127, 0, 0, 1], 9_000).into(),
            ..host()
        };
        let files = systemd(&plan, &host);
        assert!(files[0].content.contains(" --listen=127.0.0.1:9000 "));
        assert!(files[1].content.contains("\nListenStream=127.0.0.1:9000\n"));
    }

    #[test]
    fn a_secret_comes_as_a_credential_and_by_no_other_way() {
        let service = &systemd(&plan(), &host())[0].content;
        assert!(service.contains("\nLoadCredential=api-key:/etc/ddctl/secrets/api-key\n"));
        assert!(service.contains(" --api-key-file=${CREDENTIALS_DIRECTORY}/api-key "));
    }
}
