//! Regression: models with coefficients, their errors and predictions.

mod coefficients;
mod collinear;
mod display;
mod errors;
mod fit;
mod likelihood;
mod marginal;
mod model;
mod params;
mod path_display;
mod penalty_path;
mod predict;
mod range;
mod statistics;
mod streamed;
mod training;
mod weights;

pub use coefficients::Coefficient;
pub use collinear::CollinearFeature;
pub use errors::StandardErrors;
pub use marginal::MarginalEffect;
pub use model::RegressionModel;
pub use params::{Offset, Regression, RegressionParams};
pub use penalty_path::{PenaltyPath, PenaltySearch, PenaltySearchParams, PenaltyStep};
pub use predict::Predictions;
pub use statistics::{FitStatistics, OverallTest};
pub use training::TrainingRows;
pub use weights::{ClassWeights, WeightMeaning};

pub use crate::solver::regression::Family;

pub(in crate::prediction) use collinear::collinear_words;
pub(in crate::prediction) use penalty_path::{Grid, PathFit};
pub(in crate::prediction) use training::read_outcomes;

/// The name of the constant among the terms.
const INTERCEPT: &str = "(intercept)";
