//! Rules that judge rows by named checks, and what the checks counted.

pub(crate) mod check;
pub(crate) mod check_count;
pub(crate) mod checks;
#[cfg(test)]
mod checks_tests;
pub(crate) mod contradictions;
pub(crate) mod foreign;
pub(crate) mod verdicts;

pub use check::{Check, OnFailure, Requirement};
pub use check_count::CheckCount;
pub use checks::Checks;
