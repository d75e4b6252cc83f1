//! Covariances of coefficients that hold though rows differ in variance or hang together.
//!
//! Notation: `u_i` the score of row `i` (residual times what the family makes of it), `w_i` its
//! weight, `h_i` its leverage, `V` the inverse of the expected information, `n` rows, `k`
//! parameters, `G` groups.
//!
//! ```text
//! V M V   HC0  M = sum u_i^2 x_i x_i'               HC1  n / (n - k) HC0
//!         HC2  M = sum u_i^2 / (1 - h_i) x_i x_i'   HC3  M = sum u_i^2 / (1 - h_i)^2 x_i x_i'
//!         by group  M = sum S_g S_g',  S_g = sum u_i x_i over g,  times G / (G - 1) (n - 1) / (n - k)
//! ```
//! A row of a frequency stands for that many rows, so `u_i^2` counts `w_i` times; with weights of
//! sampling or precision the score is `w_i u_i`. The dispersion cancels.
//!
//! H. White (1980), Econometrica 48(4), 817-838; J. G. MacKinnon & H. White (1985), Journal of
//! Econometrics 29(3), 305-325; K.-Y. Liang & S. L. Zeger (1986), Biometrika 73(1), 13-22; factors
//! as in A. C. Cameron & D. L. Miller (2015), Journal of Human Resources 50(2), 317-372, and in
//! statsmodels.

use super::family::Family;
use super::fit::RegressionFit;
use super::group_scores::group_scores;
use super::leverages::{LEAST_FREEDOM, check_pair, judge_alone, leverages, n_counted, residual_freedom};
use super::observations::Observations;
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::kernel::undefined::Undefined;
use crate::kernel::weight::WeightKind;
use crate::solver::matrix_product::add_product;

/// Which departure from the model a covariance allows for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SandwichKind {
    /// Unequal variances, for many rows.
    Hc0,
    /// The same with a correction for the parameters; the habit of econometrics.
    Hc1,
    /// The same, without bias where variances are equal.
    Hc2,
    /// Near the jackknife; on the safe side, and best below some 250 rows.
    Hc3,
    /// Rows of one group hang together in any way, rows of different groups do not.
    Cluster,
}

/// The covariance of the coefficients of the design, in its units, whatever the variances of the
/// rows are.
///
/// It takes a pass over the rows, or two where leverages count. `Cluster` goes by the groups of
/// the observations.
///
/// # Errors
/// `TooFew` when the fit is not one of these observations, or has no degrees of freedom for a
/// correction; `NotPositive` when HC2 or HC3 meet a row of leverage 1, which determines its own
/// prediction and says nothing of the variance; `OneGroup` for fewer than two groups, or none
/// stated; `Overflow` when squares of the scores are beyond the largest double.
pub fn sandwich(
    observations: &Observations,
    family: Family,
    fit: &RegressionFit,
    kind: SandwichKind,
    weights: WeightKind,
) -> Result<SymmetricMatrix, Undefined> {
    check_pair(observations, fit)?;
    let (meat, factor) = match kind {
        SandwichKind::Cluster => {
            let (meat, n_groups) = group_scores(observations, family, fit)?;
            let groups = n_groups as f64;
            let n = n_counted(observations, weights);
            (meat, groups / (groups - 1.0) * (n - 1.0) / residual_freedom(observations, fit, weights)?)
        }
        SandwichKind::Hc0 => (squared_scores(observations, family, fit, weights, |_| 1.0), 1.0),
        SandwichKind::Hc1 => {
            let factor = n_counted(observations, weights) / residual_freedom(observations, fit, weights)?;
            (squared_scores(observations, family, fit, weights, |_| 1.0), factor)
        }
        SandwichKind::Hc2 | SandwichKind::Hc3 => {
            let rests = freedoms(observations, family, fit, weights)?;
            let is_hc3 = kind == SandwichKind::Hc3;
            let share = |row: usize| if is_hc3 { rests[row] * rests[row] } else { rests[row] };
            (squared_scores(observations, family, fit, weights, share), 1.0)
        }
    };
    let covariance = between(&fit.fitted_covariance, &meat, factor);
    if !covariance.is_finite() {
        return Err(Undefined::Overflow);
    }
    Ok(observations.layout.told_covariance(&covariance))
}

/// One less the leverage of each row.
fn freedoms(
    observations: &Observations,
    family: Family,
    fit: &RegressionFit,
    weights: WeightKind,
) -> Result<Vec<f64>, Undefined> {
    let mut rests = leverages(observations, family, fit, weights)?;
    rests.iter_mut().for_each(|value| *value = 1.0 - *value);
    if rests.iter().all(|rest| *rest > LEAST_FREEDOM) { Ok(rests) } else { Err(Undefined::NotPositive) }
}

/// Sum of squared scores over the share of each row, times the products of its columns.
fn squared_scores(
    observations: &Observations,
    family: Family,
    fit: &RegressionFit,
    weights: WeightKind,
    share: impl Fn(usize) -> f64 + Sync,
) -> SymmetricMatrix {
    let at_any = vec![0.0; observations.n_columns()];
    let sums = observations.pass().sums(&at_any, |tile, squares, scores| {
        judge_alone(observations, family, fit, tile.start, squares, scores);
        for (row, (square, score)) in squares.iter_mut().zip(scores).enumerate() {
            let prior = tile.prior(row);
            let counts = if weights == WeightKind::Frequency { prior } else { prior * prior };
            *square = counts * (*score * *score) / share(tile.start + row);
            *score = 0.0;
        }
        0.0
    });
    sums.information
}

/// `factor V M V`.
fn between(outer: &SymmetricMatrix, inner: &SymmetricMatrix, factor: f64) -> SymmetricMatrix {
    let n = outer.order();
    let (mut half, mut whole) = (vec![0.0; n * n], vec![0.0; n * n]);
    add_product(outer.values(), inner.values(), &mut half, n, n, n);
    add_product(&half, outer.values(), &mut whole, n, n, n);
    SymmetricMatrix::from_lower(n, |row, column| factor * (whole[row * n + column] + whole[column * n + row]) / 2.0)
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
