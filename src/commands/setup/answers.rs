//! Answers that are given and not asked for: by flags and by a file.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::asking::missing;
use super::steps::is_lying_around;
use super::walk::Walk;
use crate::config::SecretKind;
use crate::context::Context;
use crate::domain::delivery::Delivery;
use crate::error::UsageError;
use crate::wizard::{Answers, Field, StepId};

/// An answer by flag.
#[derive(Debug, Args)]
#[command(next_help_heading = "Answers")]
pub struct AnswerFlags {
    /// Take the answers of FILE, TOML as --print-file prints it; `-` is standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// How events travel: export (cron), follow, relay, webhook (raw)
    #[arg(long, value_name = "WAY", hide_possible_values = true)]
    delivery: Option<Delivery>,
    /// Service of the events
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Value of their env: tag
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// Further tags, comma-separated
    #[arg(long, value_name = "TAGS")]
    tags: Option<String>,
    /// Connections that are production, such as prod-*, comma-separated
    #[arg(long, value_name = "PATTERNS")]
    production: Option<String>,
    /// Whether an approval is expected on them: expected, not-expected
    #[arg(long, value_name = "WORD")]
    approval: Option<String>,
    /// Address at which the gateway reaches the relay
    #[arg(long, value_name = "URL")]
    relay_url: Option<String>,
    /// File of the secret that signs webhooks; made when it does not exist
    #[arg(long, value_name = "FILE")]
    signing_secret_file: Option<String>,
    /// Connections whose sessions are pushed, comma-separated
    #[arg(long, value_name = "PATTERNS")]
    attach: Option<String>,
    /// Packs of monitors and dashboards: hoop, execlave, genai, or none
    #[arg(long, value_name = "PACKS")]
    packs: Option<String>,
    /// Whom the monitors tell, such as @slack-security
    #[arg(long, value_name = "HANDLE")]
    notify: Option<String>,
    /// Leave these steps out; repeatable
    #[arg(long, value_name = "STEP", hide_possible_values = true)]
    skip: Vec<StepId>,
}

impl AnswerFlags {
    /// Flags over the file.
    pub fn read(&self, context: &Context) -> anyhow::Result<Answers> {
        let of_file = match &self.file {
            Some(path) => read_file(path)?,
            None => Answers::default(),
        };
        let mut answers = Answers::default();
        let globals = &context.globals;
        let delivery = self.delivery.map(|delivery| delivery.as_str().to_owned());
        let flags = [
            (Field::Site, &globals.site),
            (Field::GatewayUrl, &globals.gateway_url),
            (Field::Delivery, &delivery),
            (Field::Service, &self.service),
            (Field::Env, &self.env),
            (Field::Tags, &self.tags),
            (Field::Production, &self.production),
            (Field::Approval, &self.approval),
            (Field::RelayUrl, &self.relay_url),
            (Field::SigningSecretFile, &self.signing_secret_file),
            (Field::Attach, &self.attach),
            (Field::Packs, &self.packs),
            (Field::Notify, &self.notify),
        ];
        for (field, given) in flags {
            if let Some(given) = given {
                let read = field.read(given);
                let value = read.map_err(|why| UsageError::new(format!("--{field}: {why}")))?;
                answers.set(field, value);
            }
        }
        answers.skipped.extend(&self.skip);
        Ok(answers.over(&of_file))
    }
}

fn read_file(path: &Path) -> anyhow::Result<Answers> {
    let text = match path == Path::new("-") {
        true => {
            let mut text = String::new();
            let read = std::io::stdin().read_to_string(&mut text);
            read.context("read standard input")?;
            text
        }
        false => std::fs::read_to_string(path).map_err(|error| {
            UsageError::new(format!("read the answers in {}: {error}", path.display()))
        })?,
    };
    Answers::parse(&text)
        .map_err(|error| UsageError::new(format!("{}: {error}", path.display())).into())
}

/// Where nobody can be asked, everything that is missing is named at once, before anything is tried.
pub fn require(walk: &Walk<'_>) -> anyhow::Result<()> {
    if walk.can_ask() {
        return Ok(());
    }
    let mut lacks = Vec::new();
    let is_relay = walk.default_of(Field::Delivery).as_deref() == Some(Delivery::Relay.as_str());
    let needed = [
        (StepId::Site, Field::Site, true),
        (StepId::Gateway, Field::GatewayUrl, true),
        (StepId::Delivery, Field::Delivery, true),
        (StepId::Webhooks, Field::RelayUrl, is_relay),
    ];
    for (step, field, is_needed) in needed {
        if is_needed && !walk.answers.skips(step) && walk.default_of(field).is_none() {
            lacks.push(format!("--{field}"));
        }
    }
    let secrets = [
        (
            StepId::ApiKey,
            SecretKind::ApiKey,
            "DD_API_KEY (or --api-key-file)",
        ),
        (
            StepId::Gateway,
            SecretKind::GatewayToken,
            "HOOP_TOKEN (or --gateway-token-file)",
        ),
    ];
    for (step, kind, how) in secrets {
        if !walk.answers.skips(step) && !is_lying_around(walk, kind)? {
            lacks.push(how.to_owned());
        }
    }
    match lacks.is_empty() {
        true => Ok(()),
        false => Err(missing(&lacks).into()),
    }
}
