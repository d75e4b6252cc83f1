//! Rules for missing values: learned or given fillings, and values carried forward.

pub(crate) mod fill;
pub(crate) mod forward;
pub(crate) mod learn;

pub use fill::{Fill, FillWith};
