//! Sums of weights and of their squares, which is what errors of weighted shares are made of.

use serde::{Deserialize, Serialize};

use crate::kernel::exact_sum::ExactSum;
use crate::kernel::undefined::Undefined;

/// What rounding may add to an effective number of answers, as a share of it.
const SLACK: f64 = 1e-9;

/// Answers of one kind with their weights summed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WeightSums {
    /// Answers with a weight above 0.
    pub n: u64,
    /// Sum of the weights.
    pub sum: f64,
    /// Sum of their squares.
    pub squares: f64,
}

impl WeightSums {
    /// The exact sums of these weights, in whatever order they come; those of 0 are left out.
    ///
    /// A weight that is not finite makes both sums infinite; negative ones are for the caller to
    /// refuse.
    #[must_use]
    pub fn of(weights: impl IntoIterator<Item = f64>) -> Self {
        let (mut n, mut sum, mut squares) = (0, ExactSum::default(), ExactSum::default());
        for weight in weights.into_iter().filter(|&weight| weight != 0.0) {
            n += 1;
            sum.add(weight);
            squares.add(weight * weight);
        }
        let value = |sum: ExactSum| sum.value().unwrap_or(f64::INFINITY);
        Self { n, sum: value(sum), squares: value(squares) }
    }

    /// The sums of two sets of answers together; each sum is rounded once, so that the order of
    /// merging may show in the last digit.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        let n = self.n.saturating_add(other.n);
        Self { n, sum: self.sum + other.sum, squares: self.squares + other.squares }
    }

    /// Kish's effective number of answers, `(sum w)^2 / sum w^2`, from 1 to `n`.
    pub(super) fn effective(&self) -> f64 {
        (self.sum / self.squares * self.sum).min(self.n as f64).max(1.0)
    }

    /// All kinds together, refused unless they can be sums of weights.
    pub(super) fn checked_total(kinds: &[Self]) -> Result<Self, Undefined> {
        let total = kinds.iter().copied().fold(Self::default(), Self::merge);
        if total.n == 0 {
            return Err(Undefined::TooFew { n: 0, needed: 1 });
        }
        if !(total.sum.is_finite() && total.squares.is_finite()) {
            return Err(Undefined::NotFinite);
        }
        if kinds.iter().any(|kind| kind.sum < 0.0 || kind.squares < 0.0) {
            return Err(Undefined::NotPositive);
        }
        if total.sum == 0.0 {
            return Err(Undefined::NoWeight);
        }
        // By Cauchy's inequality n_eff lies between 1 and n; squares that were too small for doubles
        // make it larger.
        let n_eff = total.sum / total.squares * total.sum;
        if n_eff >= 1.0 - SLACK && n_eff <= total.n as f64 * (1.0 + SLACK) {
            Ok(total)
        } else {
            Err(Undefined::OutOfRange)
        }
    }

    /// `sqrt(sum w^2 r^2) / sum w`, where all answers of a kind have one residual `r`.
    pub(super) fn linearised_error(kinds: &[Self], residuals: &[f64], total: f64) -> f64 {
        let term = |(kind, residual): (&Self, &f64)| kind.squares / total / total * residual * residual;
        kinds.iter().zip(residuals).map(term).sum::<f64>().sqrt()
    }
}

/// The number of unweighted answers that would be as sure: the smaller one of Kish's and of what the
/// standard error speaks of, which is undefined where nothing varies.
pub(super) fn size_by_error(n_eff: f64, variance: f64, std_error: f64) -> f64 {
    let by_error = variance / (std_error * std_error);
    if by_error.is_nan() { n_eff } else { n_eff.min(by_error) }
}
