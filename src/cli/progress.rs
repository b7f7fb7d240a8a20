//! One line on the terminal that says how far the work is; silent where no person looks.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

/// The progress line. It is redrawn at most ten times a second.
pub struct ProgressLine {
    shown: bool,
    last: Option<Instant>,
    width: usize,
}

impl ProgressLine {
    pub fn new() -> Self {
        ProgressLine { shown: stderr().is_terminal(), last: None, width: 0 }
    }

    /// Shows `text` in place of what stood there.
    pub fn show(&mut self, text: &str) {
        let now = Instant::now();
        let soon = self.last.is_some_and(|last| now - last < Duration::from_millis(100));
        if !self.shown || soon {
            return;
        }
        self.last = Some(now);
        // A terminal that is gone is no reason to stop the analysis.
        let _ = write!(stderr(), "\r{text:<width$}", width = self.width);
        self.width = text.chars().count();
    }

    /// Clears the line.
    pub fn clear(&mut self) {
        if self.shown && self.width > 0 {
            let _ = write!(stderr(), "\r{:width$}\r", "", width = self.width);
        }
    }
}
