//! Regressions with one linear predictor: least squares, logistic, Poisson, Gamma, Tweedie.

mod exact;
mod family;
mod fit;
mod layout;
mod least_squares;
mod observations;
mod penalty;
mod reduction;
mod rows;
mod sums;

pub use family::Family;
pub use fit::{RegressionError, RegressionFit, RegressionOptions, fit};
pub use observations::Observations;
pub use rows::Outcomes;
