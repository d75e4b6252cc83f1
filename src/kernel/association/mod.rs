//! How far columns go together.

pub mod comoments;
pub mod pearson;
