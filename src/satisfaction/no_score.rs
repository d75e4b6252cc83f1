//! Why a group of responses has no score.

use std::fmt;

use serde::Serialize;

use crate::kernel::undefined::Undefined;

/// Why a group has no score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoScore {
    /// It has fewer responses than are shown.
    Suppressed {
        /// Fewest responses that are shown.
        min_n: u64,
    },
    /// It has none by definition.
    Undefined(Undefined),
}

impl fmt::Display for NoScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Suppressed { min_n } => write!(f, "fewer than {min_n} responses"),
            Self::Undefined(undefined) => undefined.fmt(f),
        }
    }
}
