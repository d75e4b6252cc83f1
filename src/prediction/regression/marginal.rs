//! Average marginal effects: what one more unit of a column does to the mean, on average.
//!
//! Notation: `b_j` coefficient, `f` the mean as a function of the linear predictor, `V` the
//! covariance of the coefficients.
//!
//! ```text
//! ame_j = b_j mean f'(eta_i)
//! d ame_j / d b_k = [j = k] mean f'(eta_i) + b_j mean f''(eta_i) x_ik      (delta method)
//! ```
//! Every column is treated as continuous, indicators too: W. Greene (2018), Econometric
//! Analysis, 8th ed., section 17.3.2.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::solver::regression::{Family, Observations, RegressionFit};

/// What one more unit of a column adds to the mean response, averaged over the rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MarginalEffect {
    /// Points of probability for a logistic regression, units of the response for others.
    pub estimate: f64,
    /// Its standard error by the delta method.
    pub std_error: f64,
}

/// One for each column of the design; none for the intercept, for aliased columns and beyond the
/// largest double.
pub(super) fn average_marginal_effects(
    family: Family,
    observations: &Observations,
    solved: &RegressionFit,
    covariance: &SymmetricMatrix,
) -> Vec<Option<MarginalEffect>> {
    let n = observations.total_weight();
    let slope_and_bend = |&predictor: &f64| slope_and_bend(family, predictor);
    let (slopes, bends): (Vec<f64>, Vec<f64>) = solved.predictors.par_iter().map(slope_and_bend).unzip();
    let slope = observations.weighted_sum(|row| slopes[row]) / n;
    let bends: Vec<f64> = observations.products(&bends).into_iter().map(|sum| sum / n).collect();
    let first = usize::from(observations.has_intercept());
    let of_column = |column: usize| {
        if column < first || solved.aliased.contains(&column) {
            return None;
        }
        let coefficient = solved.coefficients[column];
        let gradient: Vec<f64> = (0..bends.len())
            .map(|other| coefficient * bends[other] + if other == column { slope } else { 0.0 })
            .collect();
        let along = |row: usize| covariance.row(row).iter().zip(&gradient).map(|(v, g)| v * g).sum::<f64>();
        let variance: f64 = gradient.iter().enumerate().map(|(row, g)| g * along(row)).sum();
        let effect = MarginalEffect { estimate: coefficient * slope, std_error: variance.max(0.0).sqrt() };
        (effect.estimate.is_finite() && effect.std_error.is_finite()).then_some(effect)
    };
    (0..solved.coefficients.len()).map(of_column).collect()
}

/// The first two derivatives of the mean by the linear predictor.
fn slope_and_bend(family: Family, predictor: f64) -> (f64, f64) {
    let slope = family.mean_slope(predictor);
    match family {
        Family::Gaussian => (slope, 0.0),
        Family::Binomial => (slope, slope * (1.0 - 2.0 * family.mean(predictor))),
        _ => (slope, slope),
    }
}
