//! linfa: its estimators on our encoded tables, and our regressions as its estimators.
//!
//! An [`Encoder`](super::encoding::Encoder) turns a [`FeatureTable`](crate::frame::FeatureTable)
//! into a [`LinfaTable`], whose dataset any estimator of the family learns from. What comes out is
//! a [`LinfaModel`], which reads further tables as it read the first: unseen levels and missing
//! cells are treated as the encoding says, rows that have no prediction are counted. Its
//! predictions are judged by [`evaluation`](super::evaluation) and mended by
//! [`calibration`](super::calibration) like those of our own models.
//!
//! The other way round, [`LinearRegression`] and [`LogisticRegression`] are our solvers as linfa's
//! `Fit` and `Predict`, for pipelines and cross-validations that are written against its traits;
//! [`LinfaIsotonic`] makes a [`Calibrator`](super::calibration::Calibrator) of linfa's isotonic
//! regression.
//!
//! linfa's arrays are dense: a table of `n` rows and `p` terms takes `8 n p` bytes.
//! [`regression`](super::regression) takes a fraction of it, and tells more.

mod error;
mod isotonic;
mod line;
mod linear;
mod logistic;
mod model;
mod score;
mod table;
mod table_params;

pub use error::EstimatorError;
pub use isotonic::LinfaIsotonic;
pub use linear::{CheckedLinearRegression, FittedLinearRegression, LinearRegression};
pub use logistic::{CheckedLogisticRegression, FittedLogisticRegression, LogisticProbability, LogisticRegression};
pub use model::LinfaModel;
pub use score::AsScore;
pub use table::LinfaTable;
pub use table_params::LinfaTableParams;

// The very versions that the traits above are of.
pub use ::{linfa, linfa_linear, ndarray};

/// The name in errors.
const LINFA: &str = "linfa";

#[cfg(test)]
mod peer_tests;
#[cfg(test)]
mod tests;
