//! argv, environment and streams in; exit code out.

use std::io::IsTerminal;
use std::process::ExitCode;

use ddctl::commands::completions;
use ddctl::config::Environment;
use ddctl::stopping;
use ddctl::ui::Streams;

fn main() -> ExitCode {
    let environment = Environment::of_process();
    let words: Vec<_> = std::env::args_os().collect();
    if let Some(exit) = completions::answer(&words, &environment) {
        return ExitCode::from(exit.code());
    }
    stopping::outlive_file_size_limits();
    let streams = Streams {
        stdin_is_terminal: std::io::stdin().is_terminal(),
        stdout_is_terminal: std::io::stdout().is_terminal(),
        stderr_is_terminal: std::io::stderr().is_terminal(),
        width: terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| width.0.into()),
    };
    let exit = ddctl::cli::run(words, environment, streams);
    ExitCode::from(exit.code())
}
