//! ddctl: what did my AI agents do, where can I see it, and will I be told?
//!
//! A library under a thin `main.rs`. The rooms and their direction:
//! `commands → wizard, doctor → replay, assert, relay, monitors, manifest → sources, delivery → gateway, svix, datadog, otlp → http → domain`;
//! `assert → search → recording`; `query` and `recording` know only `domain`; `ui` knows only `domain`. Never back.
//! `waiting` is for whoever holds the thread. `sandbox` is what the rooms are tested against: it shares no wire type with them.

#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod assert;
pub mod cli;
pub mod commands;
pub mod config;
pub mod context;
pub mod datadog;
pub mod delivery;
pub mod doctor;
pub mod domain;
pub mod error;
pub mod gateway;
pub mod globals;
pub mod health;
pub mod http;
pub mod listen;
pub mod manifest;
pub mod monitors;
pub mod otel;
pub mod otlp;
pub mod page;
pub mod query;
pub mod receive;
pub mod recording;
pub mod relay;
pub mod replay;
pub mod sandbox;
pub mod search;
pub mod sources;
pub mod stopping;
pub mod svix;
mod tips;
pub mod ui;
pub mod waiting;
pub mod wizard;
