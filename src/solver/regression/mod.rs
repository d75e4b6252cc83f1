//! Regressions with one linear predictor: least squares, logistic, Poisson, Gamma, Tweedie.

mod family;
mod fit;
mod layout;
mod observations;
mod rows;
mod sums;

pub use family::Family;
pub use fit::{RegressionError, RegressionFit, RegressionOptions, fit};
pub use observations::Observations;
pub use rows::Outcomes;
