//! `ddctl sessions assert`.

mod files;
mod outcome;
mod report;

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use anyhow::Context as _;
use clap::Args;
use futures_util::StreamExt;

use self::outcome::{Judged, Outcome};
use self::report::Report;
use super::inputs::{Inputs, Origin, Sessions, open_file};
use crate::assert::{Policy, Standing, Subject, Verdict, judge, without_recording};
use crate::context::Context;
use crate::domain::event::AppliedRules;
use crate::domain::redaction::Redactor;
use crate::domain::session::Session;
use crate::error::{Exit, UsageError};
use crate::recording::{Strictness, open};
use crate::search::Opened;
use crate::sources::{ApprovalSources, EventContext, Recorded, Unread, recordings};

/// Hold recordings against a policy file: what must and must not have been done
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  ddctl sessions assert --policy policy.yaml --since 24h
  ddctl sessions assert --policy policy.yaml --agent '*' \\
      --junit junit.xml --sarif policy.sarif
  ddctl sessions assert --policy policy.yaml 7c1e session.cast -o json

A policy:
  version: 1
  rules:
    - name: no-destruction            # each rule once, in any number
      why: A table that is gone comes back from last night's backup.
      where:                          # leave out what does not matter
        connection: ['prod-*']        # globs over names
        environment: [production]     # of the profile's connections
        type: [database]              # type or subtype
        verb: exec                    # or connect
        identity: machine             # or user
      statements:                     # parsed: DROP in a string is no DROP
        forbid: [drop, truncate, delete without where]
        allow: [select, show]         # nothing else
        unclear: cannot-tell          # or broken, ignore: DO blocks, procedures
      must_not_match:                 # also must_match
        - { text: 'rm -rf', in: [commands], ignore_case: true }
        - { regex: '[0-9]{16}', in: [output] }   # commands, statements, output
      exit_code: [0]
      longest: 30m
      approval:
        needed: always                # or where-expected
        by: ['*@sre.example']         # one of them
        not_self: true

Patterns without `in` are looked for in commands and statements. A session that a guardrail blocked \
is judged like any other: it was tried.

Exit 0 where every rule holds, 3 where one is broken, 1 where nobody can tell: a recording is gone, \
cut or not over, or does not hold what is asked for; or nothing was judged at all. 5 where the \
gateway kept failing.")]
pub struct Assert {
    /// The policy, in YAML
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    #[command(flatten)]
    inputs: Inputs,
    /// Also write the result as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Also write the result as SARIF 2.1.0
    #[arg(long, value_name = "FILE")]
    sarif: Option<PathBuf>,
    /// Exit 0 where nothing is judged: the night was quiet
    #[arg(long)]
    allow_none: bool,
    /// Show secrets in what is found, except passwords in statements of database clients
    #[arg(long)]
    no_redact: bool,
}

impl Assert {
    fn has_files(&self) -> bool {
        self.junit.is_some() || self.sarif.is_some()
    }

    /// Before anything that needs a reader of stdout, who may have left.
    fn write_files(&self, outcome: &Outcome<'_>) -> anyhow::Result<()> {
        if let Some(path) = &self.junit {
            write(path, outcome.junit().as_bytes())?;
        }
        if let Some(path) = &self.sarif {
            write(path, &outcome.sarif()?)?;
        }
        Ok(())
    }
}

/// What every recording is judged with.
#[derive(Clone)]
struct Court {
    policy: Arc<Policy>,
    redactor: Redactor,
    /// What the profile and the gateway say about connections.
    rules: Arc<EventContext>,
}

pub async fn run(context: &Context, args: &Assert) -> anyhow::Result<Exit> {
    let policy = Arc::new(read(&args.policy)?);
    let mut chosen = args.inputs.choose(context).await?;
    if let Some(sessions) = &mut chosen.sessions {
        sessions.reading.wants_whole_session = true;
    }
    let court = Court {
        rules: Arc::new(rules(context, &policy, chosen.sessions.as_ref()).await?),
        redactor: context.redactor(args.no_redact)?,
        policy,
    };
    let mut report = Report::new(context, &court.policy, args.has_files(), chosen.extent());
    for file in &chosen.files {
        let judged = judge_file(&court, file, chosen.strictness).await?;
        report.judged(judged)?;
    }
    if let Some(sessions) = &chosen.sessions {
        judge_sessions(context, &court, sessions, &mut report).await?;
    }
    args.write_files(report.outcome())?;
    let outcome = report.conclude()?;
    if let Some(when) = chosen.sessions.as_ref().and_then(|sessions| sessions.when) {
        when.say_reach(context);
    }
    Ok(outcome.exit(args.allow_none))
}

fn read(path: &Path) -> anyhow::Result<Policy> {
    let text = std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
    let policy = Policy::parse(&text).map_err(|error| {
        UsageError::with_hint(
            format!("{}: {}", path.display(), error.render(&text)),
            "`ddctl sessions assert --help` shows every key",
        )
    })?;
    Ok(policy)
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("write {}", path.display()))
}

/// The gateway is asked about approvals only where a rule wants to know.
async fn rules(
    context: &Context,
    policy: &Policy,
    sessions: Option<&Sessions>,
) -> anyhow::Result<EventContext> {
    let approval_sources = match sessions {
        Some(sessions) if policy.asks_what_was_expected() => {
            ApprovalSources::read(&sessions.gateway).await?
        }
        _ => ApprovalSources::default(),
    };
    Ok(EventContext {
        rules: context.settings()?.connections.clone(),
        approval_sources,
        page_base: String::new(),
    })
}

async fn judge_file(court: &Court, file: &str, strictness: Strictness) -> anyhow::Result<Judged> {
    let (court, path) = (court.clone(), file.to_owned());
    let work = tokio::task::spawn_blocking(move || {
        let opened = open_file(&path, strictness, Arc::new(AtomicU64::new(0)));
        match opened {
            Ok(mut opened) => judge(&court.policy, &Subject::File, &mut opened, &court.redactor),
            Err(error) => without_recording(&court.policy, &Subject::File, &error.to_string()),
        }
    });
    Ok(Judged {
        origin: Origin::File(file.to_owned()),
        verdicts: work.await?,
        is_failing: false,
        has_run: true,
    })
}

async fn judge_sessions(
    context: &Context,
    court: &Court,
    sessions: &Sessions,
    report: &mut Report<'_>,
) -> anyhow::Result<()> {
    let gateway = &sessions.gateway;
    let now = context.now();
    let work = |recorded: Recorded| {
        let (court, url) = (court.clone(), gateway.page_of(&recorded.session.id));
        async move {
            let is_failing = matches!(recorded.recording, Err(Unread::Failing(_)));
            let origin = Origin::Session(Arc::clone(&recorded.session), url);
            let judged = tokio::task::spawn_blocking(move || {
                let rules = court.rules.rules_of(&recorded.session);
                let standing = standing(&recorded.session, &rules, now);
                let has_run = standing.has_run();
                let verdicts = match has_run {
                    true => judge_session(&court, standing, &recorded),
                    false => Vec::new(),
                };
                (verdicts, has_run)
            });
            judged.await.map(|(verdicts, has_run)| Judged {
                origin,
                verdicts,
                is_failing,
                has_run,
            })
        }
    };
    let (which, reading) = (sessions.which.clone(), sessions.reading.clone());
    let mut judged = pin!(recordings(gateway, which, reading, work));
    while let Some(judged) = judged.next().await {
        report.judged(judged??)?;
    }
    Ok(())
}

fn standing<'s>(
    session: &'s Session,
    rules: &'s AppliedRules,
    now: jiff::Timestamp,
) -> Standing<'s> {
    Standing {
        session,
        environment: rules.environment.as_deref(),
        approval_expected: rules.approval_expected,
        now,
    }
}

fn judge_session(court: &Court, standing: Standing<'_>, recorded: &Recorded) -> Vec<Verdict> {
    let session = standing.session;
    let subject = Subject::Session(standing);
    let stored = match &recorded.recording {
        Ok(stored) => stored.clone(),
        Err(unread) => return without_recording(&court.policy, &subject, &unread.to_string()),
    };
    match open(stored, Strictness::Lenient) {
        Ok(reader) => {
            let mut opened = Opened::of_session(reader, session);
            judge(&court.policy, &subject, &mut opened, &court.redactor)
        }
        Err(error) => without_recording(&court.policy, &subject, &error.to_string()),
    }
}
