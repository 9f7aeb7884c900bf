//! The first words and the last ones: where this run begins, what it leaves, what to run next.

use url::Url;

use super::steps::endpoint_name;
use super::walk::Walk;
use crate::commands::line;
use crate::config::DEFAULT_PROFILE;
use crate::domain::delivery::Delivery;
use crate::error::Exit;
use crate::ui::Tone;
use crate::wizard::Field;

pub fn greet(walk: &Walk<'_>) {
    let ui = walk.ui();
    let (profile, path) = (&walk.stage.profile, walk.stage.path.display());
    let state = match (
        &walk.memory.record.completed,
        walk.memory.record.is_half_way(),
    ) {
        (Some(at), _) => format!(", set up {}", ui.time(*at)),
        (None, true) => ", going on where you left".to_owned(),
        (None, false) => String::new(),
    };
    ui.status(&format!("Profile {profile} in {path}{state}"));
    if walk.can_ask() && walk.memory.record.completed.is_none() {
        walk.explain(
            "Enter takes what stands in brackets. `back`, `skip`, `-` for nothing; Ctrl-C leaves, \
             and `ddctl setup` goes on. Nothing is changed before you have seen it and said yes.",
        );
    }
}

/// Somebody left.
pub fn left(walk: &Walk<'_>) -> Exit {
    let ui = walk.ui();
    let profile = named(walk);
    ui.status("");
    if walk.is_carried_out {
        ui.status(&format!(
            "left; everything else is set up, and `ddctl setup first-event{profile}` does this step"
        ));
        return Exit::Interrupted;
    }
    ui.status(match walk.secrets_to_keep.is_empty() {
        true => "left; your answers are kept",
        false => "left; your answers are kept, keys and tokens are not",
    });
    ui.status(&format!("`ddctl setup{profile}` goes on"));
    Exit::Interrupted
}

fn named(walk: &Walk<'_>) -> String {
    match walk.stage.profile.as_str() {
        DEFAULT_PROFILE => String::new(),
        name => format!(" --profile {name}"),
    }
}

/// Remembers that it came to its end.
pub fn complete(walk: &mut Walk<'_>) -> anyhow::Result<()> {
    if walk.mode.chosen.is_none() {
        walk.memory.record.completed = Some(walk.stage.parent.now());
    }
    walk.memory.record.answers = walk.answers.clone();
    walk.memory.keep()
}

/// What runs it from here on: by hand, and what prints the file that runs it for good.
pub fn next(walk: &Walk<'_>) -> Vec<String> {
    let way = walk.answers.get(Field::Delivery).unwrap_or_default();
    let lines = match way.parse() {
        Ok(Delivery::Export) => vec![
            "sessions export --new --to logs".to_owned(),
            manifest("cronjob"),
        ],
        Ok(Delivery::Follow) => {
            vec![
                "sessions export --follow --to logs".to_owned(),
                manifest("deployment"),
            ]
        }
        Ok(Delivery::Relay) => vec![relay(walk), manifest("relay")],
        Ok(Delivery::Webhook) => {
            vec![format!(
                "webhooks deliveries {}",
                endpoint_name(&walk.stage.profile)
            )]
        }
        Err(_) => Vec::new(),
    };
    let profile = named(walk);
    lines
        .into_iter()
        .map(|line| format!("ddctl {line}{profile}"))
        .collect()
}

fn manifest(kind: &str) -> String {
    format!("manifest {kind}")
}

/// The relay by hand, at the door to which the gateway was told to post.
pub fn relay(walk: &Walk<'_>) -> String {
    let of = |field| walk.answers.get(field).unwrap_or_default();
    let file = quoted(of(Field::SigningSecretFile));
    let door = door(of(Field::RelayUrl));
    format!("relay --listen {door} --signing-secret-file {file} --to logs")
}

/// Where a relay listens that is reached at `url`: there itself, or behind what ends TLS.
fn door(url: &str) -> String {
    const BEHIND_TLS: &str = "0.0.0.0:8080";
    let Ok(url) = Url::parse(url) else {
        return BEHIND_TLS.to_owned();
    };
    let is_here = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let from = if is_here { "127.0.0.1" } else { "0.0.0.0" };
    match (url.scheme(), url.port_or_known_default()) {
        ("http", Some(port)) => format!("{from}:{port}"),
        _ => BEHIND_TLS.to_owned(),
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+=:@%,~".contains(c);
    match word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

/// Tells what starts the relay, and what else its address needs.
pub fn say_relay(walk: &Walk<'_>) {
    say_line(walk, &format!("ddctl {}{}", relay(walk), named(walk)));
    let url = walk.answers.get(Field::RelayUrl).unwrap_or_default();
    if url.starts_with("https://") {
        walk.explain(&format!(
            "It speaks HTTP: what ends TLS at {url} passes on to it. With --tls-cert and --tls-key it \
             ends TLS itself."
        ));
    }
}

/// A command in lines that can be copied as they are.
fn say_line(walk: &Walk<'_>, command: &str) {
    for part in line::broken(&format!("  {command}")) {
        walk.ui().status(&part);
    }
}

pub fn say_next(walk: &Walk<'_>, next: &[String]) {
    let ui = walk.ui();
    if next.is_empty() {
        return;
    }
    let palette = ui.options().stderr_palette;
    ui.status("");
    ui.status(&palette.paint(Tone::Strong, "What runs it from here on"));
    for command in next {
        say_line(walk, command);
    }
    if next.iter().any(|command| command.contains(" manifest ")) {
        walk.explain("`manifest systemd` and `manifest compose` do it without Kubernetes.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_relay_listens_where_the_gateway_posts() {
        for (url, listens) in [
            ("http://relay.test:7788", "0.0.0.0:7788"),
            ("http://relay.test/hoop", "0.0.0.0:80"),
            ("http://127.0.0.1:7788", "127.0.0.1:7788"),
            ("https://relay.test/hoop", "0.0.0.0:8080"),
            ("", "0.0.0.0:8080"),
        ] {
            assert_eq!(door(url), listens, "{url}");
        }
    }

    #[test]
    fn a_path_is_quoted_where_a_shell_would_take_it_apart() {
        assert_eq!(quoted("/home/a/relay.secret"), "/home/a/relay.secret");
        assert_eq!(quoted("/home/a b/it's"), r"'/home/a b/it'\''s'");
    }
}
