//! Where each column of a design is held, and how it is centred and scaled.
//!
//! Coefficients are fitted for columns `z_j = (x_j - c_j) / s_j`, whose cross-products are well
//! conditioned whatever the units; they are told for `x_j`:
//!
//! ```text
//! b_j = g_j / s_j        b_0 = g_0 - sum c_j g_j / s_j
//! ```
//! Columns of codes are neither centred nor scaled, as their cross-products are counts.

use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::solver::design::DesignBlock;

/// A column of numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct NumberColumn {
    /// Its place in the design, where the intercept is 0.
    pub(super) column: usize,
    pub(super) centre: f64,
    pub(super) scale: f64,
}

/// The columns of one block of codes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct FactorColumns {
    /// The place of its first column in the design.
    pub(super) first: usize,
    pub(super) n_columns: usize,
    /// Which of the multipliers stands in place of the 1, and what it is divided by.
    pub(super) multiplier: Option<(usize, f64)>,
}

/// The columns of a design.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layout {
    pub(super) has_intercept: bool,
    /// All columns, with the intercept.
    pub(super) n_columns: usize,
    pub(super) numbers: Vec<NumberColumn>,
    pub(super) factors: Vec<FactorColumns>,
    pub(super) n_multipliers: usize,
}

impl Layout {
    /// The layout of blocks, with nothing centred or scaled yet.
    pub(super) fn of(blocks: &[DesignBlock<'_>], has_intercept: bool) -> Self {
        let mut layout = Self {
            has_intercept,
            n_columns: usize::from(has_intercept),
            numbers: Vec::new(),
            factors: Vec::new(),
            n_multipliers: 0,
        };
        for block in blocks {
            let (first, n_columns) = (layout.n_columns, block.n_columns());
            match block {
                DesignBlock::Numbers(_) => {
                    layout.numbers.push(NumberColumn { column: first, centre: 0.0, scale: 1.0 });
                }
                DesignBlock::Codes { .. } => {
                    layout.factors.push(FactorColumns { first, n_columns, multiplier: None });
                }
                DesignBlock::ScaledCodes { .. } => {
                    let multiplier = Some((layout.n_multipliers, 1.0));
                    layout.factors.push(FactorColumns { first, n_columns, multiplier });
                    layout.n_multipliers += 1;
                }
            }
            layout.n_columns += n_columns;
        }
        layout
    }

    /// Centre and scale of every column of the design.
    pub(super) fn centres_and_scales(&self) -> (Vec<f64>, Vec<f64>) {
        let (mut centres, mut scales) = (vec![0.0; self.n_columns], vec![1.0; self.n_columns]);
        for number in &self.numbers {
            (centres[number.column], scales[number.column]) = (number.centre, number.scale);
        }
        for factor in &self.factors {
            if let Some((_, scale)) = factor.multiplier {
                scales[factor.first..factor.first + factor.n_columns].fill(scale);
            }
        }
        (centres, scales)
    }

    /// Coefficients of the columns as they are, from those of the centred and scaled ones.
    pub(super) fn told(&self, fitted: &[f64]) -> Vec<f64> {
        let (centres, scales) = self.centres_and_scales();
        let mut told: Vec<f64> = fitted.iter().zip(&scales).map(|(fitted, scale)| fitted / scale).collect();
        if self.has_intercept {
            let moved: f64 = told.iter().zip(&centres).skip(1).map(|(slope, centre)| slope * centre).sum();
            told[0] -= moved;
        }
        told
    }

    /// Coefficients of the centred and scaled columns, from those of the columns as they are.
    pub(super) fn fitted(&self, told: &[f64]) -> Vec<f64> {
        let (centres, scales) = self.centres_and_scales();
        let mut fitted: Vec<f64> = told.iter().zip(&scales).map(|(told, scale)| told * scale).collect();
        if self.has_intercept {
            fitted[0] = told[0] + told.iter().zip(&centres).skip(1).map(|(slope, centre)| slope * centre).sum::<f64>();
        }
        fitted
    }

    /// The covariance of told coefficients from that of fitted ones.
    pub(super) fn told_covariance(&self, fitted: &SymmetricMatrix) -> SymmetricMatrix {
        let (centres, scales) = self.centres_and_scales();
        let n = self.n_columns;
        let scaled = |row: usize, column: usize| fitted.get(row, column) / scales[row] / scales[column];
        if !self.has_intercept {
            return SymmetricMatrix::from_lower(n, scaled);
        }
        let moved = |row: usize| (1..n).map(|other| centres[other] * scaled(row, other)).sum::<f64>();
        let with_moved: Vec<f64> = (0..n).map(moved).collect();
        let both: f64 = (1..n).map(|row| centres[row] * with_moved[row]).sum();
        SymmetricMatrix::from_lower(n, |row, column| match (row, column) {
            (0, 0) => scaled(0, 0) - 2.0 * with_moved[0] + both,
            (row, 0) => scaled(row, 0) - with_moved[row],
            _ => scaled(row, column),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> Layout {
        let blocks = [DesignBlock::Numbers(vec![1.0, 2.0].into()), DesignBlock::Numbers(vec![0.0, 9.0].into())];
        let mut layout = Layout::of(&blocks, true);
        layout.numbers[0] = NumberColumn { column: 1, centre: 2.0, scale: 4.0 };
        layout.numbers[1] = NumberColumn { column: 2, centre: -1.0, scale: 0.5 };
        layout
    }

    /// Oracle: by hand; 3 + 8 (x - 2) / 4 + 1 (y + 1) / 0.5 = 1 + 2 x + 2 y.
    #[test]
    fn coefficients_are_told_in_the_units_of_their_columns() {
        let layout = layout();
        assert_eq!(layout.told(&[3.0, 8.0, 1.0]), [1.0, 2.0, 2.0]);
        assert_eq!(layout.fitted(&[1.0, 2.0, 2.0]), [3.0, 8.0, 1.0]);
    }

    /// Oracle: by hand; independent fitted coefficients of variance 1, 16 and 4 have told
    /// variances 1 and 16 of the slopes and 1 + 4 x 1 + 1 x 16 of the intercept.
    #[test]
    fn covariances_are_told_in_the_units_of_their_columns() {
        let fitted =
            SymmetricMatrix::from_lower(3, |row, column| if row == column { [1.0, 16.0, 4.0][row] } else { 0.0 });
        let told = layout().told_covariance(&fitted);
        assert_eq!(told.values(), [21.0, -2.0, 16.0, -2.0, 1.0, 0.0, 16.0, 0.0, 16.0]);
    }
}
