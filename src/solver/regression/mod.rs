//! Regressions with one linear predictor: least squares, logistic, Poisson, Gamma, Tweedie.

mod buffers;
mod diagnostics;
mod exact;
mod family;
mod firth;
mod firth_profile;
mod fit;
mod group_scores;
mod layout;
mod least_squares;
mod leverages;
mod newton;
mod observations;
mod pass;
mod pass_vectors;
mod passes;
mod penalty;
mod reduction;
mod rows;
mod runs;
mod sandwich;
mod shape;
mod side_by_side;
#[cfg(test)]
mod small_table;
mod streamed;
mod streamed_shape;
mod sums;
#[cfg(test)]
mod trials;

pub use diagnostics::{Collinearity, TermInflation, collinearity};
pub use family::Family;
pub use firth::{firth, penalised_log_likelihood};
pub use firth_profile::{FirthProfile, firth_profile};
pub(crate) use fit::fit_coefficients;
pub use fit::{RegressionError, RegressionFit, RegressionOptions, fit};
pub use leverages::{cooks_distances, leverages};
pub use observations::Observations;
pub use rows::Outcomes;
pub use sandwich::{SandwichKind, sandwich};
pub use streamed::{Batch, StreamedObservations, TakeBatch, fit_streamed};
