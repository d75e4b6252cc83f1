//! Signs of life for a person who waits; nothing where nobody looks.

use std::time::Duration;

use indicatif::ProgressBar;

/// The step at work, on standard error, and only when that is a terminal.
pub struct Progress(ProgressBar);

impl Progress {
    pub fn new() -> Self {
        // Draws on standard error; hidden by itself unless that is a terminal.
        let bar = ProgressBar::new_spinner();
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }

    pub fn step(&self, what: &str) {
        self.0.set_message(format!("{what} ..."));
    }
}

impl Drop for Progress {
    /// Leaves a clean line, after a failure too.
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
