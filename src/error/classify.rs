//! The one function that turns a cause chain into a code and hints.

use std::io;

use super::remote::{of_datadog, of_gateway, of_source, of_svix, of_transport};
use super::settings::{
    of_config, of_cut, of_key_shape, of_keys, of_listen, of_question, of_secret, of_vault,
    of_weak_key,
};
use super::work::{
    of_as_code, of_dead_letters, of_delivery, of_file, of_io, of_page, of_queue, of_spool, of_state,
};
use super::{Advised, Exit, TimedOut, UsageError, Verdict};
use crate::config::vault::VaultError;
use crate::config::{ConfigError, SecretError};
use crate::context::UnreadableSettings;
use crate::datadog::{DatadogError, KeyShape};
use crate::delivery::dead_letter::DeadLetterError;
use crate::delivery::queue::QueueError;
use crate::delivery::spool::NotStored;
use crate::delivery::state::StateError;
use crate::delivery::{DeliveryError, FileError};
use crate::domain::redaction::WeakKey;
use crate::domain::site::UnknownSite;
use crate::domain::time::TimeError;
use crate::gateway::GatewayError;
use crate::http::TransportError;
use crate::listen::ListenError;
use crate::monitors::as_code::AsCodeError;
use crate::page::PageError;
use crate::relay::KeysError;
use crate::sources::SourceError;
use crate::svix::SvixError;
use crate::ui::prompt::{CannotAsk, StoppedAsking};
use crate::waiting::Cut;

/// Walks the cause chain once; the first cause that is known decides, and whoever knows better what
/// to do says so.
pub fn classify(error: &anyhow::Error) -> Verdict {
    let verdict = of_chain(error);
    match error.downcast_ref::<Advised>() {
        Some(advised) => Verdict::hinted(verdict.exit, advised.hint),
        None => verdict,
    }
}

fn of_chain(error: &anyhow::Error) -> Verdict {
    error
        .chain()
        .find_map(|cause| {
            None.or_else(|| cause.downcast_ref::<UsageError>().map(of_usage))
                .or_else(|| cause.downcast_ref::<SecretError>().map(of_secret))
                .or_else(|| cause.downcast_ref::<VaultError>().map(of_vault))
                .or_else(|| cause.downcast_ref::<WeakKey>().map(of_weak_key))
                .or_else(|| cause.downcast_ref::<ConfigError>().map(of_config))
                // It shows the error that it shares, which the chain therefore leaves out.
                .or_else(|| {
                    cause
                        .downcast_ref()
                        .map(|UnreadableSettings(error)| of_config(error))
                })
                .or_else(|| cause.downcast_ref::<AsCodeError>().map(of_as_code))
                .or_else(|| cause.downcast_ref::<DeliveryError>().map(of_delivery))
                .or_else(|| cause.downcast_ref::<PageError>().and_then(of_page))
                .or_else(|| cause.downcast_ref::<FileError>().map(of_file))
                .or_else(|| cause.downcast_ref::<DeadLetterError>().map(of_dead_letters))
                .or_else(|| cause.downcast_ref::<StateError>().map(of_state))
                .or_else(|| cause.downcast_ref::<QueueError>().map(of_queue))
                .or_else(|| cause.downcast_ref::<NotStored>().and_then(of_spool))
                .or_else(|| cause.downcast_ref::<KeysError>().map(of_keys))
                .or_else(|| cause.downcast_ref::<ListenError>().and_then(of_listen))
                .or_else(|| cause.downcast_ref::<SourceError>().and_then(of_source))
                .or_else(|| cause.downcast_ref::<GatewayError>().map(of_gateway))
                .or_else(|| cause.downcast_ref::<SvixError>().map(of_svix))
                .or_else(|| cause.downcast_ref::<DatadogError>().map(of_datadog))
                .or_else(|| cause.downcast_ref::<KeyShape>().map(of_key_shape))
                .or_else(|| cause.downcast_ref::<TransportError>().map(of_transport))
                .or_else(|| {
                    cause
                        .downcast_ref::<TimedOut>()
                        .map(|_| Verdict::plain(Exit::Unreachable))
                })
                .or_else(|| cause.downcast_ref::<Cut>().map(of_cut))
                .or_else(|| cause.downcast_ref::<CannotAsk>().map(of_question))
                .or_else(|| {
                    cause
                        .downcast_ref::<StoppedAsking>()
                        .map(|_| Verdict::plain(Exit::Interrupted))
                })
                .or_else(|| {
                    cause
                        .downcast_ref::<TimeError>()
                        .map(|_| Verdict::plain(Exit::Usage))
                })
                .or_else(|| {
                    cause
                        .downcast_ref::<UnknownSite>()
                        .map(|_| Verdict::plain(Exit::Usage))
                })
                .or_else(|| cause.downcast_ref::<io::Error>().and_then(of_io))
        })
        .unwrap_or(Verdict::plain(Exit::Failed))
}

fn of_usage(error: &UsageError) -> Verdict {
    Verdict {
        exit: Exit::Usage,
        hints: error.hint.iter().cloned().collect(),
    }
}

#[cfg(test)]
mod tests;
