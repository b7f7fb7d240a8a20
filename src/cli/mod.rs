//! What the command line does around the library: files, folders, the clock and the terminal.

pub mod analyze;
mod files;
mod folder;
mod progress;

use std::fmt::Display;
use std::io::Write;

use flowglass::catalog::catalog;

/// Why a command stopped, and the exit code that says so.
pub struct Failure {
    pub code: u8,
    pub lines: Vec<String>,
}

impl Failure {
    /// The command was called in a way that cannot be carried out.
    fn usage(lines: Vec<String>) -> Self {
        Failure { code: 2, lines }
    }

    /// Nothing could be read, or an output could not be written.
    fn nothing(line: impl Display) -> Self {
        Failure { code: 1, lines: vec![line.to_string()] }
    }
}

/// Prints the registries as JSON.
pub fn print_catalog() -> Result<(), Failure> {
    print(&serde_json::to_string_pretty(&catalog()).map_err(Failure::nothing)?)
}

/// Prints text and a line end. A reader that closes the pipe early has what it wanted.
fn print(text: &str) -> Result<(), Failure> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::nothing(error)),
        _ => Ok(()),
    }
}
