//! The page of keys and roles, made of the program's own table; and that no command is forgotten in it.

use std::collections::BTreeSet;

use clap::CommandFactory;
use ddctl::commands::Cli;
use ddctl::datadog::Permission;
use ddctl::doctor::{AS_GIVEN, ASK_NOTHING, DEMANDS, Demand, Role, SvixToken};

use super::compare;
use crate::openapi::leaves;

#[test]
fn what_a_command_asks_of_keys_and_tokens_is_in_the_docs() {
    let lists = format!(
        "\nNo key and no token: {}.\n\nWhat they are given, saying what it is not enough for: {}.\n\n",
        by_noun(ASK_NOTHING),
        by_noun(AS_GIVEN)
    );
    let datadog = DEMANDS.iter().filter(|demand| demand.is_of_datadog());
    let datadog: String = datadog.map(row_of_datadog).collect();
    let gateway: String = DEMANDS.iter().filter_map(row_of_gateway).collect();
    let head = "| command | API key | application key |\n|---|---|---|\n";
    let datadog = format!("\n{head}{datadog}\n");
    let gateway = format!("\n| command | role |\n|---|---|\n{gateway}\n");
    compare("permissions.md", &[lists, datadog, gateway]);
}

/// The noun stands once: `receipts list` `show`.
fn by_noun(commands: &[&str]) -> String {
    let mut text = String::new();
    let mut last = "";
    for command in commands {
        let (noun, verb) = command.split_once(' ').unwrap_or((command, ""));
        match (text.is_empty(), noun == last) {
            (true, _) => text.push_str(&format!("`{command}`")),
            (_, true) => text.push_str(&format!(" `{verb}`")),
            (_, false) => text.push_str(&format!(", `{command}`")),
        }
        last = noun;
    }
    text
}

fn permissions(all: &[Permission]) -> String {
    let quoted = all.iter().map(|one| format!("`{one}`"));
    quoted.collect::<Vec<_>>().join(", ")
}

fn row_of_datadog(demand: &Demand) -> String {
    let key = match demand.api_key {
        true => "yes",
        false => "with the application key",
    };
    let asked = permissions(demand.permissions);
    let asked = match (demand.permissions.is_empty(), demand.is_unscoped) {
        (true, _) => "none".to_owned(),
        (false, false) => asked,
        (false, true) => format!("without scopes; its owner has {asked}"),
    };
    let helpful = match demand.helpful.is_empty() {
        true => String::new(),
        false => format!("; {} helps", permissions(demand.helpful)),
    };
    format!("| `{}` | {key} | {asked}{helpful} |\n", demand.command)
}

fn row_of_gateway(demand: &Demand) -> Option<String> {
    let role = format!("`{}`", demand.role?.as_str());
    let asked = match demand.svix {
        None => role,
        Some(SvixToken::InPlaceOfTheRole) => format!("{role}, or any with the token of Svix"),
        Some(SvixToken::Needed) => "any, with the token of Svix".to_owned(),
    };
    Some(format!("| `{}` | {asked} |\n", demand.command))
}

#[test]
fn every_command_says_what_it_asks_of_keys_and_tokens() {
    let leaves: BTreeSet<String> = leaves().into_iter().collect();
    let mut told: Vec<&str> = [AS_GIVEN, ASK_NOTHING].concat();
    let known: BTreeSet<&str> = DEMANDS.iter().map(Demand::leaf).collect();
    told.extend(known);
    let once: BTreeSet<String> = told.iter().map(ToString::to_string).collect();
    assert_eq!(
        once.len(),
        told.len(),
        "one is in two of the lists: {told:?}"
    );
    assert_eq!(once, leaves, "src/doctor/demands.rs has a line for each");
}

#[test]
fn every_flag_that_asks_for_a_key_is_one_of_its_command() {
    let root = Cli::command();
    for demand in DEMANDS {
        let mut names = demand.leaf().split(' ');
        let command = names.try_fold(&root, |command, name| command.find_subcommand(name));
        let command = command.expect("a command that is there");
        let is_flag = |flag| {
            command
                .get_arguments()
                .any(|arg| arg.get_long() == Some(flag))
        };
        assert!(demand.flag().is_none_or(is_flag), "{}", demand.command);
        let asks = demand.is_of_datadog() || demand.role.is_some();
        assert!(asks, "{} asks nothing", demand.command);
        let is_of_svix = demand.svix.is_some();
        assert!(
            !is_of_svix || demand.role >= Some(Role::Standard),
            "{}",
            demand.command
        );
    }
}
