//! Where in a recording a command was given, and which.
//!
//! Where the shell marks its prompts (OSC 133), its marks are believed. Elsewhere a prompt is
//! what stands before the cursor when output rests behind `$ `, `# `, `% `, `> ` or the like, and
//! the command is what follows it when the line ends. Where keystrokes were recorded, the enter
//! key must have been pressed, so that a list of completions is no command.

use avt::parser::ShellIntegration;

use super::head::Place;
use super::screen::{Leaving, Reader, Screen};

/// The longest text that is kept of a command, in characters.
const LONGEST: usize = 200;

/// Reads along, and notices commands.
#[derive(Default)]
pub struct Commands {
    /// The text of the line before the command, while one may be typed.
    prompt: Option<String>,
    has_prompted: bool,
    /// Keys that were pressed and have ended no line yet; `None` while no keystroke was recorded.
    enters: Option<u32>,
    /// The shell marks its prompts.
    is_marked: bool,
    /// The line was ended; the shell has not said yet that it runs it.
    typed: Option<Command>,
    given: Vec<Command>,
    now: Place,
}

/// A command, and where it stands on the screen, not run yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    pub place: Place,
    pub text: String,
}

impl Commands {
    /// What is read next is played at `place`, and the enter key was pressed so often before it.
    pub fn next(&mut self, place: Place, times: u32) {
        self.now = place;
        if times > 0 {
            *self.enters.get_or_insert(0) += times;
        }
    }

    /// Output rests: what stands before the cursor may be a prompt.
    pub fn rest(&mut self, screen: &Screen) {
        if self.is_marked || screen.is_alternate() || !may_be_prompt(screen) {
            return;
        }
        let before = before_cursor(screen);
        let goes_on = self
            .prompt
            .as_ref()
            .is_some_and(|prompt| before.starts_with(prompt) && before.len() > prompt.len());
        if !goes_on && is_prompt(&before) {
            self.prompt = Some(before);
            // What was pressed before the first prompt was for none.
            if !std::mem::replace(&mut self.has_prompted, true) {
                self.enters = self.enters.map(|_| 0);
            }
        }
    }

    /// The commands that were given since the last call.
    pub fn take(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.given)
    }

    fn line_end(&mut self, screen: &Screen) {
        let Some(prompt) = self.prompt.take() else {
            return;
        };
        let (line, _) = screen.line_at_cursor();
        let Some(command) = line.text.strip_prefix(&prompt).map(str::trim) else {
            return;
        };
        // Given up with Ctrl-C.
        if command.is_empty() || command.ends_with("^C") {
            return;
        }
        let command = Command {
            place: self.now,
            text: command.chars().take(LONGEST).collect(),
        };
        if self.is_marked {
            self.typed = Some(command);
        } else if self.enters.is_none_or(|enters| enters > 0) {
            self.enters = self.enters.map(|enters| enters - 1);
            self.given.push(command);
        }
    }
}

impl Reader for Commands {
    fn leaving(&mut self, screen: &Screen, how: Leaving) {
        if how == Leaving::LineEnd && !screen.is_alternate() {
            self.line_end(screen);
        }
    }

    fn shell(&mut self, screen: &Screen, mark: ShellIntegration) {
        self.is_marked = true;
        match mark {
            ShellIntegration::PromptStart => (self.prompt, self.typed) = (None, None),
            ShellIntegration::CommandStart => self.prompt = Some(before_cursor(screen)),
            ShellIntegration::CommandExecuted => self.given.extend(self.typed.take()),
            ShellIntegration::CommandFinished { .. } => self.typed = None,
        }
    }
}

fn before_cursor(screen: &Screen) -> String {
    let (mut line, written) = screen.line_at_cursor();
    line.text.truncate(written.end);
    line.text
}

/// A quick look at the two cells before the cursor.
fn may_be_prompt(screen: &Screen) -> bool {
    let (col, row, _) = screen.cursor();
    let Some(first) = col.checked_sub(2) else {
        return false;
    };
    let mut cells = screen.row(row).skip(first.into());
    let is = |cell: Option<super::frame::Cell>, test: fn(char) -> bool| match cell {
        Some(super::frame::Cell {
            glyph: super::frame::Glyph::Char(c),
            ..
        }) => test(c),
        _ => false,
    };
    is(cells.next(), ends_prompt) && is(cells.next(), |c| c == ' ')
}

fn ends_prompt(c: char) -> bool {
    matches!(c, '$' | '#' | '%' | '>' | '❯' | '➜' | 'λ' | '»')
}

/// True for `ana@db1:~$ `, `orders=# `, `mysql> `; not for `50% ` and what asks for the rest of a
/// command: `> `, `-> `, `orders-# `.
fn is_prompt(text: &str) -> bool {
    let Some(body) = text.strip_suffix(' ') else {
        return false;
    };
    let mut from_end = body.chars().rev();
    let (Some(last), before) = (from_end.next(), from_end.next()) else {
        return false;
    };
    let goes_on = match last {
        '%' => before.is_some_and(|c| c.is_ascii_digit()),
        '>' => before.is_none_or(|c| matches!(c, '-' | '\'' | '"' | '`' | '(')),
        '#' => before.is_some_and(|c| matches!(c, '-' | '\'' | '"' | '(')),
        _ => false,
    };
    ends_prompt(last) && !goes_on
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::Size;
    use crate::replay::screen::Clusters;

    /// The commands of pieces of output; `⏎` stands for the enter key.
    fn commands(pieces: &[&str]) -> Vec<String> {
        let size = Size { cols: 40, rows: 5 };
        let mut screen = Screen::new(size, Clusters::default());
        let mut commands = Commands::default();
        let mut found = Vec::new();
        for piece in pieces {
            if *piece == "⏎" {
                commands.next(Place::default(), 1);
                continue;
            }
            screen.feed_to(piece.as_bytes(), &mut commands);
            screen.rest(&mut commands);
            commands.rest(&screen);
            found.extend(commands.take().into_iter().map(|command| command.text));
        }
        found
    }

    #[test]
    fn a_command_is_what_was_typed_behind_a_prompt() {
        assert_eq!(
            commands(&[
                "ana@lab:~$ ",
                "l",
                "s",
                " -la",
                "\r\n",
                "total 4\r\nana@lab:~$ "
            ]),
            ["ls -la"]
        );
        assert_eq!(
            commands(&["\x1b[32morders=#\x1b[0m ", "SELECT 1", ";\r\n", "orders=# "]),
            ["SELECT 1;"]
        );
    }

    #[test]
    fn a_command_that_wraps_is_one_command() {
        let long = format!("echo {}", "x".repeat(60));
        assert_eq!(commands(&["$ ", &long, "\r\n"]), [long]);
    }

    #[test]
    fn what_is_edited_before_it_is_given_counts_as_it_stood_then() {
        assert_eq!(commands(&["$ ", "lx", "\x08\x1b[K", "s", "\r\n"]), ["ls"]);
        assert_eq!(commands(&["$ ", "echo $ ", "x", "\r\n"]), ["echo $ x"]);
    }

    #[test]
    fn what_was_given_up_or_empty_is_none() {
        assert!(commands(&["$ ", "sleep 9", "^C\r\n", "$ ", "\r\n"]).is_empty());
        assert!(commands(&["Password: ", "\r\n", "50% ", "done\r\n", "> ", "x\r\n"]).is_empty());
    }

    #[test]
    fn with_keystrokes_recorded_only_the_enter_key_gives_a_command() {
        let completed = [
            "⏎",
            "$ ",
            "\r\n",
            "$ ",
            "cat lo",
            "\r\nlogs  local\r\n",
            "$ ",
            "cat lo",
            "gs",
            "⏎",
            "\r\n",
        ];
        assert_eq!(commands(&completed), ["cat lo", "cat logs"][1..]);
    }

    #[test]
    fn a_full_screen_program_gives_none() {
        assert!(commands(&["$ ", "\x1b[?1049h", "# ", "x", "\r\n"]).is_empty());
    }

    #[test]
    fn the_shells_own_marks_are_believed() {
        let marked = [
            "\x1b]133;A\x07any prompt: \x1b]133;B\x07",
            "make",
            "\r\n",
            "\x1b]133;C\x07$ not a prompt\r\n",
            "$ ",
            "nothing\r\n",
            "\x1b]133;D;0\x07\x1b]133;A\x07any prompt: \x1b]133;B\x07",
            "given up\r\n",
            "\x1b]133;A\x07",
        ];
        assert_eq!(commands(&marked), ["make"]);
    }
}
