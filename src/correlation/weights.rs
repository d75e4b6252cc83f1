//! Weights of rows, and how many rows those of a pair are worth.
//!
//! Frequency weights count rows: `n = sum w`. Sampling weights leave the number of rows as it is;
//! tests and intervals take Kish's effective size, rounded down:
//!
//! ```text
//! n_eff = (sum w)^2 / sum w^2
//! ```
//!
//! L. Kish (1965), Survey Sampling, section 11.7.

use polars::prelude::DataFrame;

use super::columns::Column;
use super::params::{CORRELATION, Correlation};
use super::rows::{has, n_in_all, rows_where};
use crate::error::{Error, Result};
use crate::kernel::exact_sum::ExactSum;
use crate::kernel::weight::WeightKind;

/// A weight for each row.
pub(super) struct RowWeights {
    pub(super) kind: WeightKind,
    /// Weights, those of sampling in a unit in which none is below 1; rows without one hold the
    /// smallest, and are used by no pair.
    pub(super) values: Vec<f64>,
    /// Rows of a weight above 0.
    pub(super) weighted: Option<Vec<u64>>,
    /// The smallest weight above 0, if there is one.
    pub(super) smallest: Option<f64>,
    /// Rows whose weight is missing, and those whose weight is 0.
    pub(super) n_missing: u64,
    pub(super) n_zero: u64,
    /// Makes no weight larger than 1.
    shrink: f64,
    /// Sums over all rows of weights and their squares, shrunk.
    totals: [ExactSum; 2],
}

/// `2^exponent` times a number, in two steps so that neither leaves the doubles by itself.
fn scaled(value: f64, exponent: i32) -> f64 {
    let half = exponent / 2;
    value * 2.0_f64.powi(half) * 2.0_f64.powi(exponent - half)
}

/// The exponent of the power of two at or below a number.
fn exponent(value: f64) -> i32 {
    value.log2().floor() as i32
}

impl RowWeights {
    /// The weights of the settings; `None` without.
    ///
    /// # Errors
    /// Those of [`WeightRole::read`](crate::frame::weights::WeightRole::read), and `Unusable` for weights that are too far apart.
    pub(super) fn of(settings: &Correlation, frame: &DataFrame) -> Result<Option<Self>> {
        let Some(role) = settings.weights() else { return Ok(None) };
        let read = role.read(CORRELATION, frame)?;
        let Some(found) = Self::of_values(role.kind, read.values) else {
            let column = &role.column;
            let reason = format!("the largest of the weights `{column}` is more than 1e300 times the smallest");
            return Err(Error::Unusable { analysis: CORRELATION, reason });
        };
        Ok(Some(Self { n_missing: read.n_missing, n_zero: read.n_zero, ..found }))
    }

    /// `None` for weights that are too far apart.
    fn of_values(kind: WeightKind, mut values: Vec<f64>) -> Option<Self> {
        let weighted = rows_where(values.len(), |row| values[row] > 0.0);
        let smallest = values.iter().copied().filter(|weight| *weight > 0.0).reduce(f64::min);
        let unit = smallest.filter(|_| kind == WeightKind::Sampling).map_or(0, exponent);
        let least = smallest.unwrap_or(1.0);
        values.iter_mut().for_each(|weight| *weight = scaled(if *weight > 0.0 { *weight } else { least }, -unit));
        let largest = values.iter().copied().fold(1.0, f64::max);
        if !largest.is_finite() {
            return None;
        }
        let shrink = 2.0_f64.powi(-exponent(largest) - 1);
        let mut totals = [ExactSum::default(), ExactSum::default()];
        for (_, weight) in values.iter().enumerate().filter(|(row, _)| has(weighted.as_deref(), *row)) {
            let weight = weight * shrink;
            totals[0].add(weight);
            totals[1].add(weight * weight);
        }
        Some(Self { kind, values, weighted, smallest, n_missing: 0, n_zero: 0, shrink, totals })
    }

    /// The sum of the weights of the rows that both columns have.
    pub(super) fn sum_over(&self, x: &Column<'_>, y: &Column<'_>) -> f64 {
        self.sums(x, y)[0] / self.shrink
    }

    /// Sums of weights, shrunk, and of their squares over the rows that both columns have.
    fn sums(&self, x: &Column<'_>, y: &Column<'_>) -> [f64; 2] {
        let mut sums = self.totals.clone();
        let (x, y) = (x.used.as_deref(), y.used.as_deref());
        let n_both = n_in_all(self.values.len() as u64, &[x, y]);
        if n_both < n_in_all(self.values.len() as u64, &[self.weighted.as_deref()]) {
            for (row, weight) in self.values.iter().enumerate() {
                if has(self.weighted.as_deref(), row) && !(has(x, row) && has(y, row)) {
                    let weight = weight * self.shrink;
                    sums[0].add(-weight);
                    sums[1].add(-(weight * weight));
                }
            }
        }
        sums.map(|sum| sum.value().unwrap_or_default())
    }
}

/// How many rows a pair has, and how many they are worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PairSize {
    /// Rows, or the sum of their frequencies.
    pub(super) n: u64,
    /// What tests and intervals take for the number of rows.
    pub(super) n_test: u64,
    /// Kish's size, with sampling weights.
    pub(super) n_effective: Option<f64>,
}

impl PairSize {
    pub(super) fn of(n: u64, x: &Column<'_>, y: &Column<'_>, weights: Option<&RowWeights>) -> Self {
        let Some(weights) = weights else { return Self { n, n_test: n, n_effective: None } };
        let [sum, squares] = weights.sums(x, y);
        match weights.kind {
            WeightKind::Frequency => {
                let n = (sum / weights.shrink) as u64;
                Self { n, n_test: n, n_effective: None }
            }
            WeightKind::Sampling => {
                let effective = if n > 0 { (sum * sum / squares).min(n as f64) } else { 0.0 };
                // Equal weights are worth all their rows, whatever was rounded.
                Self { n, n_test: (effective * (1.0 + 1e-12)) as u64, n_effective: Some(effective) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sampling_weights_are_at_least_one_and_frequencies_as_they_are() {
        let sampling = RowWeights::of_values(WeightKind::Sampling, vec![0.003, 0.0, 0.01]).unwrap();
        assert!(sampling.values.iter().all(|weight| *weight >= 1.0));
        assert_eq!(sampling.values[2] / sampling.values[0], 0.01 / 0.003);
        assert_eq!(sampling.weighted, Some(vec![0b101]));
        let tiny = RowWeights::of_values(WeightKind::Sampling, vec![5e-324, 1e-20]).unwrap();
        assert_eq!(tiny.values[0], 1.0);
        let frequency = RowWeights::of_values(WeightKind::Frequency, vec![3.0, 1.0]).unwrap();
        assert_eq!((frequency.values, frequency.weighted), (vec![3.0, 1.0], None));
        assert!(RowWeights::of_values(WeightKind::Sampling, vec![5e-324, 1e308]).is_none());
        assert_eq!(RowWeights::of_values(WeightKind::Frequency, vec![0.0]).unwrap().smallest, None);
    }
}
