//! argv, environment and streams in; exit code out.

use std::io::IsTerminal;
use std::process::ExitCode;

use ddctl::config::Environment;
use ddctl::ui::Streams;

fn main() -> ExitCode {
    let streams = Streams {
        stdin_is_terminal: std::io::stdin().is_terminal(),
        stdout_is_terminal: std::io::stdout().is_terminal(),
        stderr_is_terminal: std::io::stderr().is_terminal(),
        width: terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| width.0.into()),
    };
    let exit = ddctl::cli::run(std::env::args_os(), Environment::of_process(), streams);
    ExitCode::from(exit.code())
}
