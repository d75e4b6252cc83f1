//! Cholesky factors in the order of the columns, with the columns that others determine named.
//!
//! Notation: `A = G G'`, `G` lower triangular. The pivot of column `j` is what is left of its
//! variance once the columns before it are taken out; `a_jj` times one less its `R2` on them.
//! G. H. Golub & C. F. Van Loan (2013), Matrix Computations, 4th ed., algorithm 4.2.1.

use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::kernel::undefined::Undefined;

/// The factor of a matrix of cross-products, covariances or correlations.
///
/// A column whose pivot is at most `tolerance` times its own diagonal is aliased: the columns
/// before it determine it. It is left out of the factor, as if it were not there, and named;
/// the columns after it go on.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::symmetric_matrix::SymmetricMatrix;
/// use customer_analytics::solver::Cholesky;
///
/// // The second column is twice the first.
/// let cells = [[1.0, 2.0, 0.5], [2.0, 4.0, 1.0], [0.5, 1.0, 1.0]];
/// let factor = Cholesky::of(&SymmetricMatrix::from_lower(3, |row, column| cells[row][column]), 1e-10)?;
/// assert_eq!(factor.aliased(), [1]);
/// assert_eq!(factor.solve(&[1.0, 2.0, 0.5]), [1.0, 0.0, 0.0]);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Cholesky {
    order: usize,
    /// Row after row; rows and columns of aliased columns are zero.
    factor: Vec<f64>,
    aliased: Vec<usize>,
}

impl Cholesky {
    /// Factors a matrix, with a tolerance of rank such as 1e-10.
    ///
    /// # Errors
    /// `NotFinite` when a cell is NaN or infinite; `NotPositive` when a pivot is clearly below
    /// zero, so that the matrix is not one of cross-products.
    pub fn of(matrix: &SymmetricMatrix, tolerance: f64) -> Result<Self, Undefined> {
        if !matrix.is_finite() {
            return Err(Undefined::NotFinite);
        }
        let n = matrix.order();
        let (mut factor, mut aliased) = (vec![0.0; n * n], Vec::new());
        for row in 0..n {
            let (above, own) = factor.split_at_mut(row * n);
            for column in 0..row {
                let of_column = &above[column * n..column * n + n];
                let pivot = of_column[column];
                if pivot > 0.0 {
                    own[column] = (matrix.get(row, column) - dot(&own[..column], &of_column[..column])) / pivot;
                }
            }
            let left = matrix.get(row, row) - dot(&own[..row], &own[..row]);
            let least = tolerance * matrix.get(row, row).abs();
            if left > least {
                own[row] = left.sqrt();
            } else if left < -least.max(f64::MIN_POSITIVE) {
                return Err(Undefined::NotPositive);
            } else {
                own[..=row].fill(0.0);
                aliased.push(row);
            }
        }
        Ok(Self { order: n, factor, aliased })
    }

    /// Columns that those before them determine, in ascending order.
    #[must_use]
    pub fn aliased(&self) -> &[usize] {
        &self.aliased
    }

    /// Columns that are not aliased.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.order - self.aliased.len()
    }

    /// The logarithm of the determinant; none when a column is aliased, which makes it 0.
    #[must_use]
    pub fn ln_determinant(&self) -> Option<f64> {
        let ln = (0..self.order).map(|row| 2.0 * self.factor[row * self.order + row].ln()).sum();
        self.aliased.is_empty().then_some(ln)
    }

    /// `G^-1 b`, with zeros for aliased columns.
    fn forward(&self, right: &[f64]) -> Vec<f64> {
        let n = self.order;
        let mut solved = vec![0.0; n];
        for row in 0..n {
            let own = &self.factor[row * n..row * n + n];
            if own[row] > 0.0 {
                solved[row] = (right[row] - dot(&own[..row], &solved[..row])) / own[row];
            }
        }
        solved
    }

    /// Solves `A x = b`; aliased columns get 0, which is the basic solution.
    ///
    /// # Panics
    /// When `b` is shorter than the matrix.
    #[must_use]
    pub fn solve(&self, right: &[f64]) -> Vec<f64> {
        let n = self.order;
        let mut solved = self.forward(right);
        for row in (0..n).rev() {
            let pivot = self.factor[row * n + row];
            if pivot > 0.0 {
                let below: f64 = (row + 1..n).map(|other| self.factor[other * n + row] * solved[other]).sum();
                solved[row] = (solved[row] - below) / pivot;
            }
        }
        solved
    }

    /// `b' A^-1 b`: what least squares on the columns explains of a target whose
    /// cross-products with them are `b`. Aliased columns add nothing.
    ///
    /// # Panics
    /// When `b` is shorter than the matrix.
    #[must_use]
    pub fn explained(&self, right: &[f64]) -> f64 {
        self.forward(right).iter().map(|value| value * value).sum()
    }

    /// The inverse.
    ///
    /// # Errors
    /// `Collinear` when a column is aliased; see [`aliased`](Self::aliased).
    pub fn inverse(&self) -> Result<SymmetricMatrix, Undefined> {
        if !self.aliased.is_empty() {
            return Err(Undefined::Collinear);
        }
        let n = self.order;
        let columns: Vec<Vec<f64>> = (0..n)
            .map(|column| {
                let mut unit = vec![0.0; n];
                unit[column] = 1.0;
                self.solve(&unit)
            })
            .collect();
        Ok(SymmetricMatrix::from_lower(n, |row, column| columns[column][row]))
    }
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(cells: &[&[f64]]) -> SymmetricMatrix {
        SymmetricMatrix::from_lower(cells.len(), |row, column| cells[row][column])
    }

    /// Oracle: by hand; 4 2 / 2 5 has the factor 2 0 / 1 2 and the inverse (5 -2 / -2 4) / 16.
    #[test]
    fn a_small_system_by_hand() {
        let factor = Cholesky::of(&matrix(&[&[4.0], &[2.0, 5.0]]), 1e-10).unwrap();
        assert_eq!(factor.solve(&[8.0, 8.0]), [1.5, 1.0]);
        assert_eq!(factor.explained(&[8.0, 8.0]), 20.0);
        assert_eq!(factor.inverse().unwrap().values(), [0.3125, -0.125, -0.125, 0.25]);
        assert_eq!(factor.rank(), 2);
        assert!((factor.ln_determinant().unwrap() - 16.0_f64.ln()).abs() < 1e-15);
    }

    #[test]
    fn columns_that_others_determine_are_named_and_left_out() {
        let cells: [&[f64]; 4] = [&[1.0], &[0.0, 1.0], &[0.6, 0.8, 1.0], &[0.5, 0.5, 0.7, 1.0]];
        let factor = Cholesky::of(&matrix(&cells), 1e-10).unwrap();
        assert_eq!(factor.aliased(), [2], "0.6 a + 0.8 b");
        assert_eq!(factor.inverse(), Err(Undefined::Collinear));
        assert_eq!(factor.ln_determinant(), None);
        let without = Cholesky::of(&matrix(&cells).select(&[0, 1, 3]), 1e-10).unwrap();
        let (all, some) = (factor.solve(&[0.1, 0.2, 0.22, 0.3]), without.solve(&[0.1, 0.2, 0.3]));
        assert_eq!([all[0], all[1], all[3]].as_slice(), some);
        assert_eq!(all[2], 0.0);
        assert_eq!(factor.explained(&[0.1, 0.2, 0.22, 0.3]), without.explained(&[0.1, 0.2, 0.3]));
    }

    #[test]
    fn what_is_no_matrix_of_cross_products_is_refused() {
        assert_eq!(Cholesky::of(&matrix(&[&[1.0], &[2.0, 1.0]]), 1e-10), Err(Undefined::NotPositive));
        assert_eq!(Cholesky::of(&matrix(&[&[f64::NAN]]), 1e-10), Err(Undefined::NotFinite));
        let zero = Cholesky::of(&matrix(&[&[0.0]]), 1e-10).unwrap();
        assert_eq!((zero.aliased(), zero.solve(&[1.0])), ([0].as_slice(), vec![0.0]));
        let none = Cholesky::of(&matrix(&[]), 1e-10).unwrap();
        assert_eq!((none.rank(), none.explained(&[])), (0, 0.0));
    }
}
