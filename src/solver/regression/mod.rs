//! Regressions with one linear predictor: least squares, logistic, Poisson, Gamma, Tweedie.

mod exact;
mod family;
mod fit;
mod group_scores;
mod layout;
mod least_squares;
mod leverages;
mod observations;
mod penalty;
mod reduction;
mod rows;
mod sandwich;
#[cfg(test)]
mod small_table;
mod sums;

pub use family::Family;
pub use fit::{RegressionError, RegressionFit, RegressionOptions, fit};
pub use leverages::{cooks_distances, leverages};
pub use observations::Observations;
pub use rows::Outcomes;
pub use sandwich::{SandwichKind, sandwich};
#[allow(missing_docs, unreachable_pub)]
mod temporary;
pub use temporary::*;
