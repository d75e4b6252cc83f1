//! Encoding: a table of features as the columns of a regression, learned once and kept.

mod flags;
mod labels;

pub use labels::{LabelCoding, LabelParams, Labels, MissingLabels};
