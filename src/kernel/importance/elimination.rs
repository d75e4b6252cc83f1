//! Columns taken out of each other and of the target, one at a time.

use super::RANK_TOLERANCE;
use crate::kernel::symmetric_matrix::SymmetricMatrix;

/// What is left of every column, and of its correlation with the target, once some columns
/// are taken out by least squares: the Schur complement of the columns that entered.
#[derive(Clone, Debug)]
pub(super) struct Elimination {
    n: usize,
    /// Row after row; the last column is the target's.
    rest: Vec<f64>,
    pivot_row: Vec<f64>,
}

impl Elimination {
    pub(super) fn of(correlations: &SymmetricMatrix) -> Self {
        let n = correlations.order();
        Self { n, rest: correlations.values().to_vec(), pivot_row: vec![0.0; n] }
    }

    /// Starts again, without taking new memory.
    pub(super) fn restart(&mut self, correlations: &SymmetricMatrix) {
        self.rest.copy_from_slice(correlations.values());
    }

    /// What is left of a column.
    pub(super) fn variance(&self, column: usize) -> f64 {
        self.rest[column * self.n + column]
    }

    /// Lets a column enter and returns what it adds to `R2`; nothing when the columns before
    /// it determine it. The gain is a square and no difference of two `R2`, so a small one
    /// has all its digits.
    pub(super) fn enter(&mut self, column: usize) -> f64 {
        let n = self.n;
        let variance = self.variance(column);
        if !(variance > RANK_TOLERANCE) {
            return 0.0;
        }
        self.pivot_row.copy_from_slice(&self.rest[column * n..(column + 1) * n]);
        let with_target = self.pivot_row[n - 1];
        for row in self.rest.chunks_exact_mut(n).take(n - 1) {
            let factor = row[column] / variance;
            row.iter_mut().zip(&self.pivot_row).for_each(|(cell, pivot)| *cell -= factor * pivot);
        }
        // What has entered has nothing left, whatever rounding says.
        self.rest[column * n..(column + 1) * n].fill(0.0);
        with_target * with_target / variance
    }

    /// Lets all columns of a player enter.
    pub(super) fn enter_all(&mut self, columns: &[usize]) -> f64 {
        columns.iter().map(|&column| self.enter(column)).sum()
    }
}
