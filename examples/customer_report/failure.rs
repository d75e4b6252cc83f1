//! What went wrong, from the job's point of view down to the last cause.

use std::error::Error;
use std::fmt;

/// A step of the job that failed, and why.
#[derive(Debug)]
pub struct Failure {
    what: String,
    source: Option<Box<dyn Error>>,
    hint: Option<&'static str>,
}

impl Failure {
    /// Something that has no deeper cause.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), source: None, hint: None }
    }

    /// Adds what can be done about it with this program.
    pub fn hint(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// The whole chain of causes, and the hint.
    pub fn chain(&self) -> String {
        let mut text = format!("error: {self}");
        let mut cause = self.source();
        while let Some(error) = cause {
            // Lines that follow the first are indented, so that they are seen to belong to it.
            text.push_str(&format!("\n  caused by: {}", error.to_string().trim_end().replace('\n', "\n    ")));
            cause = error.source();
        }
        text.extend(self.hint.map(|hint| format!("\n  hint: {hint}")));
        // A file that is not what it seems can bring signs that upset a terminal.
        text.retain(|sign| sign == '\n' || !sign.is_control());
        text
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref()
    }
}

/// Says what was being done when something failed.
pub trait While<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, Failure>;
}

impl<T, E: Into<Box<dyn Error>>> While<T> for Result<T, E> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|error| Failure { what: what(), source: Some(error.into()), hint: None })
    }
}
