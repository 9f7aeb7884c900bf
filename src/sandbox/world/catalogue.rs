//! The newest sessions of every world: one of each kind worth looking at.

use super::connections::*;
use super::identities::*;
use super::recording::*;
use super::scenario::{DESTRUCTIVE, Ending, ROUTINE, Scenario, Verb};

/// A session of the catalogue.
pub struct Entry {
    /// Minutes before now; each begins within the minute that follows.
    pub age_minutes: u64,
    pub scenario: Scenario,
}

const RELEASE: &str = "release-2.14.1";

const fn session(
    recording: &'static Recording,
    identity: &'static Identity,
    connection: &'static Connection,
    verb: Verb,
    ending: Ending,
) -> Scenario {
    Scenario {
        recording,
        connection,
        identity,
        verb,
        ending,
        analysis: None,
        correlation: None,
        batch: None,
        metadata: &[],
        ticket: None,
    }
}

use Ending::Exited;
use Verb::{Connect, Exec};

/// Newest first. The oldest is less than 17 h old, so that Datadog still takes all of them.
pub static CATALOGUE: &[Entry] = &[
    // Still running.
    Entry {
        age_minutes: 3,
        scenario: session(
            &BASH_RUNNING,
            &SRE_COPILOT,
            &PROD_K8S_SHELL,
            Connect,
            Ending::Running,
        ),
    },
    // Waits for a reviewer.
    Entry {
        age_minutes: 6,
        scenario: Scenario {
            metadata: &[("reason", "backfill of the sales channel")],
            ..session(
                &PSQL_FAILING_MIGRATION,
                &CLAUDE_CODE,
                &PROD_ORDERS_DB,
                Exec,
                Ending::Pending,
            )
        },
    },
    // An agent in production, and nobody was asked.
    Entry {
        age_minutes: 11,
        scenario: Scenario {
            analysis: Some(&ROUTINE),
            ..session(
                &PSQL_TABS,
                &CLAUDE_CODE,
                &PROD_CUSTOMERS_DB,
                Exec,
                Exited(0),
            )
        },
    },
    // An approved review that ran.
    Entry {
        age_minutes: 24,
        scenario: Scenario {
            metadata: &[("reason", "monthly revenue"), ("ticket", "FIN-311")],
            ticket: Some("FIN-311"),
            ..session(&PSQL_REPORT, &DANA, &PROD_ORDERS_DB, Exec, Exited(0))
        },
    },
    // Refused by a guardrail.
    Entry {
        age_minutes: 33,
        scenario: session(
            &DROP_BLOCKED,
            &CODEX,
            &PROD_CUSTOMERS_DB,
            Exec,
            Ending::Guardrail,
        ),
    },
    // A migration that breaks in the middle, of the same release as the next one.
    Entry {
        age_minutes: 41,
        scenario: Scenario {
            correlation: Some(RELEASE),
            batch: Some("batch-2141"),
            ..session(
                &PSQL_FAILING_MIGRATION,
                &CODEX,
                &STAGING_ORDERS_DB,
                Exec,
                Exited(3),
            )
        },
    },
    Entry {
        age_minutes: 45,
        scenario: Scenario {
            correlation: Some(RELEASE),
            batch: Some("batch-2141"),
            metadata: &[("pipeline", "shop/8812")],
            ..session(
                &DEPLOY_SCRIPT,
                &CI_RUNNER,
                &STAGING_SHOP_HOST,
                Exec,
                Exited(0),
            )
        },
    },
    Entry {
        age_minutes: 58,
        scenario: session(&MCP_HTTP, &CLAUDE_CODE, &SHOP_TOOLS_MCP, Connect, Exited(0)),
    },
    Entry {
        age_minutes: 72,
        scenario: session(
            &BASH_COLOURS,
            &KENJI,
            &STAGING_SHOP_HOST,
            Connect,
            Exited(0),
        ),
    },
    Entry {
        age_minutes: 95,
        scenario: session(
            &BASH_KILLED,
            &SRE_COPILOT,
            &PROD_SHOP_HOST,
            Connect,
            Ending::Killed,
        ),
    },
    Entry {
        age_minutes: 112,
        scenario: session(&KUBECTL_PTY, &ROSA, &PROD_K8S_SHELL, Connect, Exited(0)),
    },
    Entry {
        age_minutes: 130,
        scenario: session(
            &KUBERNETES_HTTP,
            &SRE_COPILOT,
            &PROD_K8S,
            Connect,
            Exited(0),
        ),
    },
    Entry {
        age_minutes: 160,
        scenario: session(
            &PG_NATIVE_PSQL,
            &DANA,
            &STAGING_ORDERS_DB,
            Connect,
            Exited(0),
        ),
    },
    Entry {
        age_minutes: 185,
        scenario: Scenario {
            correlation: Some("restock-2026-w47"),
            ..session(
                &PG_NATIVE_DRIVER,
                &RESTOCK_AGENT,
                &PROD_ORDERS_DB,
                Connect,
                Exited(0),
            )
        },
    },
    // Refused by the analysis: no session was opened.
    Entry {
        age_minutes: 210,
        scenario: Scenario {
            analysis: Some(&DESTRUCTIVE),
            ..session(
                &DROP_BLOCKED,
                &CODEX,
                &PROD_BILLING_DB,
                Exec,
                Ending::Analysis,
            )
        },
    },
    Entry {
        age_minutes: 240,
        scenario: session(
            &PSQL_FAILING_MIGRATION,
            &CLAUDE_CODE,
            &PROD_BILLING_DB,
            Exec,
            Ending::Rejected,
        ),
    },
    Entry {
        age_minutes: 280,
        scenario: Scenario {
            analysis: Some(&ROUTINE),
            ..session(&PSQL_TABS, &CLAUDE_CODE, &PROD_BILLING_DB, Exec, Exited(0))
        },
    },
    Entry {
        age_minutes: 315,
        scenario: session(
            &BASH_SECRETS,
            &KENJI,
            &STAGING_SHOP_HOST,
            Connect,
            Exited(0),
        ),
    },
    Entry {
        age_minutes: 360,
        scenario: session(
            &BASH_FULLSCREEN,
            &KENJI,
            &PROD_SHOP_HOST,
            Connect,
            Exited(0),
        ),
    },
    Entry {
        age_minutes: 430,
        scenario: session(
            &PYTHON_REPL,
            &TRIAGE_BOT,
            &ANALYTICS_NOTEBOOK,
            Connect,
            Exited(0),
        ),
    },
    Entry {
        age_minutes: 435,
        scenario: session(
            &PYTHON_REPL,
            &CLAUDE_CODE,
            &ANALYTICS_NOTEBOOK,
            Connect,
            Exited(0),
        ),
    },
    Entry {
        age_minutes: 510,
        scenario: session(
            &HTTP_API,
            &RESTOCK_AGENT,
            &PROD_SHOP_API,
            Connect,
            Exited(0),
        ),
    },
    Entry {
        age_minutes: 580,
        scenario: session(&MYSQL_QUERIES, &AMARA, &PROD_CATALOG_DB, Connect, Exited(0)),
    },
    Entry {
        age_minutes: 660,
        scenario: session(
            &PG_NATIVE_DDL,
            &DANA,
            &STAGING_ORDERS_DB,
            Connect,
            Exited(0),
        ),
    },
    Entry {
        age_minutes: 750,
        scenario: session(&BASH_IDLE, &TOM, &STAGING_SHOP_HOST, Connect, Exited(0)),
    },
];

/// What begins while the sandbox runs, over and over again: each takes a few seconds, and nobody
/// is asked.
pub static ARRIVALS: [Scenario; 4] = [
    session(
        &DEPLOY_SCRIPT,
        &CI_RUNNER,
        &STAGING_SHOP_HOST,
        Exec,
        Exited(0),
    ),
    session(
        &HTTP_API,
        &RESTOCK_AGENT,
        &PROD_SHOP_API,
        Connect,
        Exited(0),
    ),
    session(
        &PG_NATIVE_DRIVER,
        &RESTOCK_AGENT,
        &PROD_ORDERS_DB,
        Connect,
        Exited(0),
    ),
    session(&MCP_HTTP, &CLAUDE_CODE, &SHOP_TOOLS_MCP, Connect, Exited(0)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_newest_first_and_fresh_enough_for_the_intake() {
        assert!(CATALOGUE.is_sorted_by(|newer, older| newer.age_minutes < older.age_minutes));
        let oldest = CATALOGUE.last().expect("the catalogue is not empty");
        assert!(oldest.age_minutes + 1 < 17 * 60);
    }

    #[test]
    fn every_recording_is_shown_by_the_catalogue() {
        for recording in RECORDINGS {
            let is_shown = CATALOGUE
                .iter()
                .any(|entry| std::ptr::eq(entry.scenario.recording, *recording));
            assert!(is_shown, "{}", recording.name);
        }
    }
}
