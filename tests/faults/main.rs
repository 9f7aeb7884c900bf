//! The fault runner: the real `ddctl` against a real sandbox that fails in every way it can, and one
//! oracle over what the intake stored and answered.
//!
//! ```text
//! cargo test --test faults                     the short form, always the same choices
//! cargo test --test faults -- --long           every row in full, new choices: minutes
//! cargo test --test faults -- --seed 7         the same choices again
//! cargo test --test faults -- --only kill      the rows of that name; --list names all
//! ```
//!
//! Every random choice follows the seed and the scenario's name. What the machine does in its own
//! time (how far a process is when it is killed) no seed can repeat, so a kill waits for something
//! that was seen rather than for a time. A scenario that fails says what is missing or too much and
//! what was asked and answered, and its folder is kept.

mod arguments;
mod exporter;
mod home;
mod intake;
mod oracle;
mod position;
mod random;
mod relay;
mod report;
mod room;
mod runner;
mod scenarios;
mod stage;
mod support;

use std::process::ExitCode;

use arguments::Arguments;

fn main() -> ExitCode {
    match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) if arguments.is_list => {
            report::list();
            ExitCode::SUCCESS
        }
        Ok(arguments) => runner::run(&arguments),
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
    }
}
