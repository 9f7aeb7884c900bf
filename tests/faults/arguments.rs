//! What the runner is told: `cargo test --test faults -- ARGUMENTS`.

use std::hash::{BuildHasher, RandomState};

/// Words of `cargo test`'s own harness, which mean nothing here.
const OF_HARNESSES: [&str; 6] = [
    "--nocapture",
    "--no-capture",
    "--quiet",
    "-q",
    "--include-ignored",
    "--show-output",
];

/// Of the short form, so that a change is judged by itself. The long form looks for what is new.
const SEED: u64 = 1;

/// Scenarios at once: most of them wait.
const JOBS: usize = 6;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arguments {
    pub seed: u64,
    pub is_long: bool,
    pub is_list: bool,
    /// Names, or parts of them; everything where there are none.
    pub only: Vec<String>,
    pub jobs: usize,
}

impl Arguments {
    /// # Errors
    ///
    /// What is not understood, in words.
    pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut arguments = Self {
            seed: SEED,
            is_long: false,
            is_list: false,
            only: Vec::new(),
            jobs: JOBS,
        };
        let mut seed = None;
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} wants a value"));
            match word.as_str() {
                "--long" => arguments.is_long = true,
                "--list" => arguments.is_list = true,
                "--seed" => seed = Some(number(&value()?)?),
                "--only" => arguments.only.push(value()?),
                "--jobs" => arguments.jobs = number(&value()?)?.max(1) as usize,
                "--test-threads" => arguments.jobs = number(&value()?)?.max(1) as usize,
                known if OF_HARNESSES.contains(&known) => {}
                flag if flag.starts_with('-') => {
                    return Err(format!(
                        "{flag} is unknown; it is one of --long, --seed N, --only NAME, --jobs N, --list"
                    ));
                }
                // As `cargo test NAME` picks tests.
                name => arguments.only.push(name.to_owned()),
            }
        }
        let new = || match arguments.is_long {
            true => RandomState::new().hash_one(0),
            false => SEED,
        };
        arguments.seed = seed.unwrap_or_else(new);
        Ok(arguments)
    }

    pub fn picks(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|part| name.contains(part.as_str()))
    }
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("{text} is no number"))
}
