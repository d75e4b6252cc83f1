//! How far predicted amounts are from what came.
//!
//! Notation: `y` the amount, `m` its prediction, `e = m - y`, means weighted by row.
//!
//! ```text
//! bias = mean(e), MAE = mean |e|, RMSE = sqrt(mean e^2), R2 = 1 - sum e^2 / sum (y - mean y)^2
//! MAPE = mean |e / y|, sMAPE = mean 2 |e| / (|y| + |m|), WAPE = sum |e| / sum |y|
//! ```
//! R. J. Hyndman & A. B. Koehler (2006), International Journal of Forecasting 22(4), 679-688, on
//! what speaks against percentages. Squares are summed as shares of the largest, so that neither
//! 1e200 nor 1e-200 leaves the doubles.

use serde::Serialize;

use super::sums::{all_finite, check_weights, mean_over, same_length, sums_over};
use crate::kernel::association::spearman::spearman;
use crate::kernel::exact_sum::ExactSum;
use crate::kernel::undefined::Undefined;

/// A mean over the rows for which it can be told.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ScaledError {
    /// The mean.
    pub value: f64,
    /// Rows left out because their amount is 0.
    pub n_left_out: u64,
}

/// How far predictions are from amounts; each figure says why where it is undefined.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RegressionErrors {
    /// Rows.
    pub n: u64,
    /// Mean amount.
    pub mean_actual: Result<f64, Undefined>,
    /// Mean prediction.
    pub mean_predicted: Result<f64, Undefined>,
    /// Mean of prediction less amount: above 0 where too much is predicted.
    pub bias: Result<f64, Undefined>,
    /// Mean absolute error.
    pub mae: Result<f64, Undefined>,
    /// Mean squared error.
    pub mse: Result<f64, Undefined>,
    /// Its square root.
    pub rmse: Result<f64, Undefined>,
    /// Share of the variance of the amounts that the predictions explain, as they are: below 0
    /// where the mean amount would be closer.
    pub r_squared: Result<f64, Undefined>,
    /// Mean absolute error as a share of the amount, over rows whose amount is not 0.
    pub mape: Result<ScaledError, Undefined>,
    /// The same as a share of the mean of amount and prediction, 0..=2; rows with both 0 are met.
    pub smape: Result<f64, Undefined>,
    /// Sum of absolute errors over the sum of absolute amounts.
    pub wape: Result<f64, Undefined>,
    /// Rank correlation of amounts and predictions, without weights.
    pub spearman: Result<f64, Undefined>,
}

/// The errors of predicted amounts.
///
/// # Errors
/// [`Undefined::TooFew`] for no rows or slices of two lengths, [`Undefined::NotFinite`] for NaN
/// and infinities, [`Undefined::OutOfRange`] for negative weights, [`Undefined::NoWeight`] where
/// all are 0.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::evaluation::regression_errors;
///
/// let errors = regression_errors(&[1.0, 2.0, 3.0], &[2.0, 2.0, 2.0], None)?;
/// assert_eq!((errors.bias, errors.mae, errors.r_squared), (Ok(0.0), Ok(2.0 / 3.0), Ok(0.0)));
/// assert_eq!(errors.wape, Ok(2.0 / 6.0));
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn regression_errors(
    actual: &[f64],
    predicted: &[f64],
    weights: Option<&[f64]>,
) -> Result<RegressionErrors, Undefined> {
    let n = actual.len();
    same_length(n, predicted.len())?;
    all_finite(actual)?;
    all_finite(predicted)?;
    if let Some(weights) = weights {
        same_length(n, weights.len())?;
        check_weights(weights)?;
    }
    let rows = Rows { actual, predicted, weights };
    let mean_actual = rows.mean(|y, _| y);
    let squares = rows.mean_square(|y, m| m - y);
    Ok(RegressionErrors {
        n: n as u64,
        mean_predicted: rows.mean(|_, m| m),
        bias: rows.bias(),
        mae: rows.mean(|y, m| (m - y).abs()),
        mse: squares.clone().and_then(Scaled::square),
        rmse: squares.clone().and_then(Scaled::root),
        r_squared: mean_actual.clone().and_then(|mean| rows.r_squared(squares?, mean)),
        mape: rows.mape(),
        smape: rows.mean(|y, m| {
            // Halves, so that the sum of two large numbers is one too.
            let scale = 0.5 * y.abs() + 0.5 * m.abs();
            if y == m { 0.0 } else { (0.5 * m - 0.5 * y).abs() / scale * 2.0 }
        }),
        wape: rows.wape(),
        spearman: spearman(actual, predicted).map(|found| found.rho),
        mean_actual,
    })
}

/// A mean square as a multiple of the square of a power of two.
#[derive(Clone, Copy)]
struct Scaled {
    unit: f64,
    mean: f64,
}

impl Scaled {
    fn square(self) -> Result<f64, Undefined> {
        finite(self.mean * self.unit * self.unit)
    }

    fn root(self) -> Result<f64, Undefined> {
        finite(self.mean.sqrt() * self.unit)
    }
}

fn finite(value: f64) -> Result<f64, Undefined> {
    if value.is_finite() { Ok(value) } else { Err(Undefined::Overflow) }
}

struct Rows<'a> {
    actual: &'a [f64],
    predicted: &'a [f64],
    weights: Option<&'a [f64]>,
}

impl Rows<'_> {
    fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[row])
    }

    fn mean(&self, term: impl Fn(f64, f64) -> f64 + Sync) -> Result<f64, Undefined> {
        mean_over(self.actual.len(), self.weights, |row| term(self.actual[row], self.predicted[row]))
    }

    /// The mean of differences without rounding any of them.
    fn bias(&self) -> Result<f64, Undefined> {
        let [sum, minus, total] = sums_over(self.actual.len(), |row| {
            let weight = self.weight(row);
            [weight * self.predicted[row], -weight * self.actual[row], weight]
        });
        let total = total.value().ok_or(Undefined::Overflow)?;
        sum.merge(&minus).quotient(total).ok_or(Undefined::Overflow)
    }

    fn mean_square(&self, term: impl Fn(f64, f64) -> f64 + Sync) -> Result<Scaled, Undefined> {
        let each = self.actual.iter().zip(self.predicted).enumerate();
        let counted = each.filter(|(row, _)| self.weight(*row) > 0.0);
        let largest = counted.map(|(_, (&y, &m))| term(y, m).abs()).fold(0.0, f64::max);
        if !largest.is_finite() {
            return Err(Undefined::Overflow);
        }
        let unit = power_of_two_below(largest);
        let mean = self.mean(|y, m| {
            let share = term(y, m) / unit;
            share * share
        })?;
        Ok(Scaled { unit, mean })
    }

    fn r_squared(&self, errors: Scaled, mean: f64) -> Result<f64, Undefined> {
        let spread = self.mean_square(|y, _| y - mean)?;
        // What rounding of the mean has added.
        let shift = self.mean(|y, _| (y - mean) / spread.unit)?;
        let variance = spread.mean - shift * shift;
        // A sum of equal amounts can be off its mean by rounding alone.
        if !(variance > 0.0) || self.is_constant() {
            return Err(Undefined::Constant);
        }
        let ratio = errors.unit / spread.unit;
        finite(1.0 - errors.mean / variance * ratio * ratio)
    }

    fn is_constant(&self) -> bool {
        let mut counted = (0..self.actual.len()).filter(|&row| self.weight(row) > 0.0).map(|row| self.actual[row]);
        let first = counted.next();
        counted.all(|amount| Some(amount) == first)
    }

    fn mape(&self) -> Result<ScaledError, Undefined> {
        let [sum, total, left_out] = sums_over(self.actual.len(), |row| {
            let (y, m, weight) = (self.actual[row], self.predicted[row], self.weight(row));
            if weight == 0.0 {
                [0.0; 3]
            } else if y == 0.0 {
                [0.0, 0.0, 1.0]
            } else {
                [weight * ((m - y) / y).abs(), weight, 0.0]
            }
        });
        let n_left_out = left_out.value().ok_or(Undefined::Overflow)? as u64;
        let total = total.value().ok_or(Undefined::Overflow)?;
        if total == 0.0 {
            return Err(Undefined::ZeroMean);
        }
        Ok(ScaledError { value: sum.quotient(total).ok_or(Undefined::Overflow)?, n_left_out })
    }

    fn wape(&self) -> Result<f64, Undefined> {
        let [errors, amounts] = sums_over(self.actual.len(), |row| {
            let (y, m, weight) = (self.actual[row], self.predicted[row], self.weight(row));
            [weight * (m - y).abs(), weight * y.abs()]
        });
        // Scaled alike, so that sums beyond the doubles still have their ratio.
        let scaled = |sum: &ExactSum| sum.scaled(-100).ok_or(Undefined::Overflow);
        let plain = |sum: &ExactSum| sum.value().ok_or(Undefined::Overflow);
        let of = |read: &dyn Fn(&ExactSum) -> Result<f64, Undefined>| Ok((read(&errors)?, read(&amounts)?));
        let (errors, amounts) = of(&plain).or_else(|_: Undefined| of(&scaled))?;
        if amounts == 0.0 {
            return Err(Undefined::ZeroMean);
        }
        finite(errors / amounts)
    }
}

/// The largest power of two that is no larger, at least the smallest normal one; 1 for 0.
fn power_of_two_below(value: f64) -> f64 {
    const EXPONENT: u64 = 0x7ff << 52;
    if value == 0.0 { 1.0 } else { f64::from_bits(value.to_bits() & EXPONENT).max(f64::MIN_POSITIVE) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: &Result<f64, Undefined>, expected: f64) {
        let found = found.clone().unwrap();
        assert!((found - expected).abs() <= 4e-16 * expected.abs(), "{found:e} {expected:e}");
    }

    /// By hand: errors 1, -1, 2, -4 of the amounts 0, 5, 2, 10.
    #[test]
    fn figures_are_those_of_their_formulae() {
        let found = regression_errors(&[0.0, 5.0, 2.0, 10.0], &[1.0, 4.0, 4.0, 6.0], None).unwrap();
        close(&found.bias, -0.5);
        close(&found.mae, 2.0);
        close(&found.mse, 5.5);
        close(&found.rmse, 5.5_f64.sqrt());
        // Amounts are 4.25 on average, squares about it 56.75.
        close(&found.r_squared, 1.0 - 22.0 / 56.75);
        assert_eq!(found.mape, Ok(ScaledError { value: (0.2 + 1.0 + 0.4) / 3.0, n_left_out: 1 }));
        close(&found.smape, (2.0 + 2.0 / 9.0 + 4.0 / 6.0 + 8.0 / 16.0) / 4.0);
        close(&found.wape, 8.0 / 17.0);
        close(&found.mean_predicted, 3.75);
        // Ranks 1 3 2 4 against 1 2.5 2.5 4: 4.5 over the root of 5 times 4.5.
        close(&found.spearman, 4.5 / 22.5_f64.sqrt());
    }

    #[test]
    fn weights_are_repeated_rows() {
        let weighted = regression_errors(&[1.0, 4.0, 0.0], &[2.0, 3.0, 9.0], Some(&[3.0, 1.0, 0.0])).unwrap();
        let repeated = regression_errors(&[1.0, 1.0, 1.0, 4.0], &[2.0, 2.0, 2.0, 3.0], None).unwrap();
        let figures = |e: &RegressionErrors| [&e.bias, &e.mae, &e.rmse, &e.wape, &e.r_squared].map(Clone::clone);
        for (weighted, repeated) in figures(&weighted).iter().zip(figures(&repeated)) {
            close(weighted, repeated.unwrap());
        }
        assert_eq!(weighted.mape, repeated.mape);
    }

    #[test]
    fn sizes_at_both_ends_of_the_doubles_are_no_trouble() {
        for unit in [1e-300, 1e-160, 1e200, 1e300] {
            let (y, m) = ([unit, 2.0 * unit, 3.0 * unit], [2.0 * unit, 2.0 * unit, 2.0 * unit]);
            let found = regression_errors(&y, &m, None).unwrap();
            close(&found.rmse, unit * (2.0_f64 / 3.0).sqrt());
            assert!(found.r_squared.unwrap().abs() < 1e-15);
        }
        let far = regression_errors(&[1.7e308, 1.7e308], &[-1.7e308, 1.7e308], None).unwrap();
        assert_eq!((far.mae.clone(), far.rmse.clone()), (Err(Undefined::Overflow), Err(Undefined::Overflow)));
        assert_eq!((far.smape.clone(), far.mean_actual.clone()), (Ok(1.0), Ok(1.7e308)));
        let large = regression_errors(&[1.7e308, 1.7e308], &[1.0e308, 1.0e308], None).unwrap();
        close(&large.wape, 7.0 / 17.0);
    }

    #[test]
    fn what_is_undefined_says_why() {
        let constant = regression_errors(&[0.1; 3], &[0.1, 0.2, 0.3], None).unwrap();
        assert_eq!(constant.r_squared, Err(Undefined::Constant));
        assert_eq!(constant.spearman, Err(Undefined::Constant));
        let zeros = regression_errors(&[0.0; 2], &[0.0, 1.0], None).unwrap();
        assert_eq!((zeros.mape, zeros.wape), (Err(Undefined::ZeroMean), Err(Undefined::ZeroMean)));
        assert_eq!(zeros.smape, Ok(1.0));
        assert_eq!(regression_errors(&[], &[], None).err(), Some(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(regression_errors(&[1.0], &[f64::NAN], None).err(), Some(Undefined::NotFinite));
        assert_eq!(regression_errors(&[1.0], &[1.0], Some(&[0.0])).err(), Some(Undefined::NoWeight));
    }

    /// By hand: amounts 1e9 + (1, 2, 3), each met but for the last by 1.
    #[test]
    fn a_large_offset_costs_no_digits() {
        let found = regression_errors(&[1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0], &[1e9 + 1.0, 1e9 + 2.0, 1e9 + 4.0], None);
        assert_eq!(found.unwrap().r_squared, Ok(0.5));
    }
}
