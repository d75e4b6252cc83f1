//! What the weight of a row says.

use serde::{Deserialize, Serialize};

/// What a weight stands for; the two give the same mean and different errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WeightKind {
    /// The row stands for that many equal rows: whole numbers, and `n` is their sum.
    Frequency,
    /// The row was drawn with a known chance and stands for its reciprocal: any number that is
    /// not negative; `n` is the number of rows, and multiplying all weights changes nothing.
    Sampling,
}
