//! Yes and no among the levels of a column.

use crate::error::{Error, Result};
use crate::text::{FlagWords, Flags};

/// The standard words for yes and no.
pub(super) fn flags(step: &'static str) -> Result<Flags> {
    FlagWords::standard().check().map_err(|problem| Error::param(step, "flags", "words that mean one thing", problem))
}

/// The number that a level is written as.
pub(super) fn number_of(level: &str) -> Option<f64> {
    level.trim().parse().ok().filter(|number: &f64| number.is_finite())
}
