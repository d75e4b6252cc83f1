//! Least squares on standardised columns, from their correlations alone.
//!
//! Notation: `R` the correlations of the columns, `r` those with the target, `b` the slopes:
//! `R b = r`, `R2 = r' b`. The slopes are refined by residuals with twice the digits: N. J.
//! Higham (2002), Accuracy and Stability of Numerical Algorithms, 2nd ed., section 12.1.

use super::cholesky::Cholesky;
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::kernel::undefined::Undefined;

/// Rounds of refinement; a matrix that passes the rank tolerance needs two.
const REFINEMENTS: usize = 3;

/// A regression of a standardised target on standardised columns.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StandardizedFit {
    /// Share of the target's variance that the columns explain, 0..=1.
    pub r_squared: f64,
    /// Standardised slopes; `Collinear` when a column is aliased, as the slopes then have no
    /// one answer.
    pub slopes: Result<Vec<f64>, Undefined>,
    /// Variance inflation of every column: one over the share of its variance that the other
    /// columns do not explain; `Collinear` when a column is aliased.
    pub variance_inflation: Result<Vec<f64>, Undefined>,
    /// Columns that those before them determine.
    pub aliased: Vec<usize>,
}

impl StandardizedFit {
    /// Fits the last column of a matrix of correlations by the others. A column is aliased
    /// when those before it leave at most `tolerance` of its variance.
    ///
    /// # Errors
    /// `NotFinite` when a cell is NaN or infinite; `NotPositive` when the matrix is not one of
    /// correlations, as can happen when each is of other rows; `TooFew` without a target.
    pub fn of(correlations: &SymmetricMatrix, tolerance: f64) -> Result<Self, Undefined> {
        let p = correlations.order().checked_sub(1).ok_or(Undefined::TooFew { n: 0, needed: 1 })?;
        if !correlations.is_finite() {
            return Err(Undefined::NotFinite);
        }
        let numbers: Vec<usize> = (0..p).collect();
        let columns = correlations.select(&numbers);
        let with_target = &correlations.row(p)[..p];
        let factor = Cholesky::of(&columns, tolerance)?;
        let aliased = factor.aliased().to_vec();
        // Rounding can lead a little above 1, and no further.
        let r_squared = factor.explained(with_target);
        if r_squared > 1.0 + 1e-6 {
            return Err(Undefined::NotPositive);
        }
        let is_full = aliased.is_empty();
        let slopes = if is_full { Ok(refined(&columns, with_target, &factor)) } else { Err(Undefined::Collinear) };
        let variance_inflation =
            factor.inverse().map(|inverse| (0..p).map(|column| inverse.get(column, column)).collect());
        Ok(Self { r_squared: r_squared.min(1.0), slopes, variance_inflation, aliased })
    }
}

/// Slopes with the residual of the normal equations taken out again.
fn refined(columns: &SymmetricMatrix, with_target: &[f64], factor: &Cholesky) -> Vec<f64> {
    let mut slopes = factor.solve(with_target);
    for _ in 0..REFINEMENTS {
        let residuals: Vec<f64> =
            with_target.iter().enumerate().map(|(row, &right)| residual(columns.row(row), &slopes, right)).collect();
        let corrections = factor.solve(&residuals);
        slopes.iter_mut().zip(&corrections).for_each(|(slope, correction)| *slope += correction);
    }
    slopes
}

/// `right - row * slopes`, with products and sums in twice the digits: T. Ogita, S. M. Rump &
/// S. Oishi (2005), SIAM Journal on Scientific Computing 26(6), algorithm 5.3.
fn residual(row: &[f64], slopes: &[f64], right: f64) -> f64 {
    let (mut sum, mut error) = (right, 0.0);
    for (&cell, &slope) in row.iter().zip(slopes) {
        let product = -cell * slope;
        let product_error = (-cell).mul_add(slope, -product);
        let next = sum + product;
        let part = next - sum;
        error += (sum - (next - part)) + (product - part) + product_error;
        sum = next;
    }
    sum + error
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(cells: &[&[f64]]) -> SymmetricMatrix {
        SymmetricMatrix::from_lower(cells.len(), |row, column| cells[row][column])
    }

    /// Oracle: by hand; with r12 = 0.5, r1y = 0.5 and r2y = 0.75 the slopes are 1/6 and 2/3,
    /// R2 = 7/12, and the variance inflation 1 / (1 - 1/4).
    #[test]
    fn two_columns_by_hand() {
        let fit = StandardizedFit::of(&matrix(&[&[1.0], &[0.5, 1.0], &[0.5, 0.75, 1.0]]), 1e-10).unwrap();
        let slopes = fit.slopes.unwrap();
        assert!((slopes[0] - 1.0 / 6.0).abs() < 1e-16 && (slopes[1] - 2.0 / 3.0).abs() < 2e-16);
        assert!((fit.r_squared - 7.0 / 12.0).abs() < 2e-16);
        assert!(fit.variance_inflation.unwrap().iter().all(|vif| (vif - 4.0 / 3.0).abs() < 1e-15));
    }

    /// Oracle: exact rationals. The Hilbert-like matrix has a condition above 1e6; slopes from
    /// python, fractions: R_ij = 1 - |i - j| / 2^20, r = (1, 1, 1) / 2 gives b = (b0, 0, b0)
    /// with b0 = 0.5 / (2 - 2^-19).
    #[test]
    fn nearly_collinear_columns_keep_their_digits() {
        let near = |gap: usize| 1.0 - gap as f64 / 1_048_576.0;
        let cells = SymmetricMatrix::from_lower(4, |row, column| match (row, column) {
            (3, 3) => 1.0,
            (3, _) => 0.5,
            _ => near(row - column),
        });
        let slopes = StandardizedFit::of(&cells, 1e-10).unwrap().slopes.unwrap();
        let expected = 0.5 / (2.0 - 2.0_f64.powi(-19));
        assert!((slopes[0] - expected).abs() < 1e-15 && (slopes[2] - expected).abs() < 1e-15, "{slopes:?}");
        assert!(slopes[1].abs() < 1e-15, "{slopes:?}");
    }

    #[test]
    fn collinear_columns_leave_the_share_defined_and_the_slopes_not() {
        let fit = StandardizedFit::of(&matrix(&[&[1.0], &[1.0, 1.0], &[0.5, 0.5, 1.0]]), 1e-10).unwrap();
        assert_eq!((fit.r_squared, fit.slopes, fit.aliased), (0.25, Err(Undefined::Collinear), vec![1]));
        assert_eq!(fit.variance_inflation, Err(Undefined::Collinear));
    }

    #[test]
    fn what_is_no_matrix_of_correlations_is_refused() {
        let of = |cells: &[&[f64]]| StandardizedFit::of(&matrix(cells), 1e-10);
        assert_eq!(of(&[&[1.0], &[0.9, 1.0], &[0.9, -0.9, 1.0]]), Err(Undefined::NotPositive));
        assert_eq!(of(&[&[1.0], &[f64::NAN, 1.0]]), Err(Undefined::NotFinite));
        assert_eq!(of(&[]), Err(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(of(&[&[1.0]]).unwrap().r_squared, 0.0);
    }
}
