//! The map of importance and performance.

use serde::Serialize;

/// The four fields of the map of importance and performance (Martilla and James 1977).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Quadrant {
    /// Important, and goes badly.
    ConcentrateHere,
    /// Important, and goes well.
    KeepUpTheGoodWork,
    /// Neither.
    LowPriority,
    /// Goes well, and is not important.
    PossibleOverkill,
}

impl Quadrant {
    /// The name, in the words of Martilla and James.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ConcentrateHere => "concentrate here",
            Self::KeepUpTheGoodWork => "keep up the good work",
            Self::LowPriority => "low priority",
            Self::PossibleOverkill => "possible overkill",
        }
    }

    /// The field of what is important or not, and goes well or not.
    #[must_use]
    pub fn at(is_important: bool, goes_well: bool) -> Self {
        match (is_important, goes_well) {
            (true, false) => Self::ConcentrateHere,
            (true, true) => Self::KeepUpTheGoodWork,
            (false, false) => Self::LowPriority,
            (false, true) => Self::PossibleOverkill,
        }
    }
}
