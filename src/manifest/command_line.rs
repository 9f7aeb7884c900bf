//! The command line that a manifest starts.

use super::plan::{Mode, Plan, SecretFile};

/// How long one run of `--new` may take before it ends and leaves the rest to the next.
pub const RUN_LIMIT: &str = "1h";

/// One word of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    Text(String),
    /// `--flag=` and the path of a secret, which each platform has elsewhere.
    Secret(SecretFile),
}

/// Where things are on the machine that runs it.
#[derive(Clone, Copy, Debug)]
pub struct Places<'a> {
    /// The settings file.
    pub settings: &'a str,
    /// The values of `--health-listen` and of the relay's `--listen`.
    pub health: &'a str,
    pub door: &'a str,
}

/// Every word behind `ddctl`.
pub fn words(plan: &Plan, places: Places<'_>) -> Vec<Word> {
    let mut words = vec![
        format!("--config={}", places.settings),
        "--no-input".to_owned(),
    ];
    match &plan.mode {
        Mode::New { since } => words.extend([
            format!("--timeout={RUN_LIMIT}"),
            plan.source.command().to_owned(),
            "export".to_owned(),
            "--new".to_owned(),
            format!("--since={since}"),
        ]),
        Mode::Follow { since } => words.extend([
            plan.source.command().to_owned(),
            "export".to_owned(),
            "--follow".to_owned(),
            format!("--since={since}"),
            format!("--health-listen={}", places.health),
        ]),
        Mode::Relay(queue) => {
            words.extend([
                "relay".to_owned(),
                format!("--listen={}", places.door),
                format!("--health-listen={}", places.health),
            ]);
            words.extend(
                queue
                    .iter()
                    .map(|queue| format!("--queue={}", queue.servers)),
            );
        }
    }
    words.extend(plan.to.iter().map(|to| format!("--to={to}")));
    let files = plan.secrets.iter().map(|kind| SecretFile::of(*kind));
    let files = files.filter(|file| file.flag.is_some()).map(Word::Secret);
    let more = plan.more.iter().cloned().map(Word::Text);
    words
        .into_iter()
        .map(Word::Text)
        .chain(files)
        .chain(more)
        .collect()
}

/// Where the settings are on the command line that is checked.
pub const CHECKED_SETTINGS: &str = "/etc/ddctl/config.toml";

/// A command line with all that a plan's has, on no machine in particular.
pub fn checked(plan: &Plan) -> Vec<String> {
    let places = Places {
        settings: CHECKED_SETTINGS,
        health: "8080",
        door: "8787",
    };
    let words = words(plan, places);
    words
        .iter()
        .map(|word| word.render("secrets", str::to_owned))
        .collect()
}

impl Word {
    /// As the process gets it, with the secrets' files in `folder`; `escape` is for what the platform
    /// would expand in what is not its own.
    pub fn render(&self, folder: &str, escape: impl Fn(&str) -> String) -> String {
        match self {
            Word::Text(text) => escape(text),
            Word::Secret(file) => {
                let flag = file.flag.unwrap_or_default();
                format!("{flag}={folder}/{}", file.kind.name())
            }
        }
    }
}
