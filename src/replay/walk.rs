//! A tape played once from its start to its end, for those who keep every picture.

use std::time::Duration;

use super::commands::Commands;
use super::head::{Head, Limits};
use super::index::read;
use super::screen::{Clusters, Screen};
use super::tape::{Fault, Tape};
use crate::recording::{Size, safe};

/// A screen that is played on, moment by moment, and what was done on it.
pub struct Walk<T: Tape> {
    head: Head<T>,
    commands: Option<Commands>,
}

impl<T: Tape> Walk<T> {
    /// At the start. `has_prompts` where commands stand behind prompts.
    pub fn new(tape: T, size: Size, has_prompts: bool) -> Self {
        let limits = Limits {
            idle: Duration::MAX,
            until: Duration::MAX,
        };
        Self {
            head: Head::new(tape, size, Clusters::default(), limits),
            commands: has_prompts.then(Commands::default),
        }
    }

    /// The recorded time of the next moment; `None` at the end.
    pub fn due(&mut self) -> Option<Duration> {
        self.head.due_recorded()
    }

    /// Plays the next moment, and tells the commands that were given and the markers that stand
    /// in it, in the order in which they are numbered.
    pub fn step(&mut self) -> Vec<String> {
        let marker = self.head.label();
        let mut labels = Vec::new();
        match &mut self.commands {
            Some(commands) => {
                read(&mut self.head, commands, usize::MAX);
                labels.extend(commands.take().into_iter().map(|command| command.text));
            }
            None => {
                self.head.play(usize::MAX, &mut ());
            }
        }
        labels.extend(marker);
        labels.iter().map(|label| safe::line(label)).collect()
    }

    pub fn screen(&self) -> &Screen {
        &self.head.screen
    }

    /// Why the tape ended before its end.
    pub fn fault(&self) -> Option<&Fault> {
        self.head.fault()
    }
}
