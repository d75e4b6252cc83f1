//! Rules for rows that are there more than once: whole rows, rows of one key, rows written differently.

pub(crate) mod by_key;
pub(crate) mod exact;
pub(crate) mod near;

pub use by_key::{Keep, KeyDuplicates};
pub use exact::ExactDuplicates;
pub use near::NearDuplicates;
