//! Rules that put values into classes: bins, mappings, rare levels.

pub(crate) mod bins;
pub(crate) mod class_names;
pub(crate) mod mapping;
pub(crate) mod rare_levels;

pub use bins::Bins;
pub use class_names::ClosedSide;
pub use mapping::{Mapping, Unmapped};
pub use rare_levels::RareLevels;
