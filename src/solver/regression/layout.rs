//! Where each column of a design is held, and how it is centred and scaled.
//!
//! Coefficients are fitted for columns `z_j = (u_j - c_j) / s_j`, whose cross-products are well
//! conditioned whatever the units; they are told for the columns `x_j` of the design. `u_j` is
//! `x_j` itself, or what the columns before it leave of it where that is little:
//!
//! ```text
//! u_j = x_j - sum t_ji x_i  over i < j
//! a_j = g_j / s_j        a_0 = g_0 - sum c_j g_j / s_j        b_i = a_i - sum t_ji a_j  over j > i
//! ```
//! Columns of codes are neither centred nor scaled, as their cross-products are counts.

use crate::kernel::double_double::DoubleDouble;
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

impl FactorColumns {
    /// Whether a column of the design is one of these.
    pub(super) fn holds(&self, column: usize) -> bool {
        (self.first..self.first + self.n_columns).contains(&column)
    }
}

/// What is taken out of a column that those before it nearly determine.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reduction {
    /// Its place in the design.
    pub(super) column: usize,
    /// Shares of the columns before it, `t_ji`, as they are in the design.
    pub(super) shares: Vec<DoubleDouble>,
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
    /// In the order of their columns; each of these columns is one of numbers.
    pub(super) reductions: Vec<Reduction>,
    /// Columns of codes that are held as numbers, as they are reduced.
    pub(super) moved: Vec<usize>,
    /// What the cells of each column are multiplied by where they are held, a power of two;
    /// none where all are held as they are.
    pub(super) units: Vec<f64>,
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
            reductions: Vec::new(),
            moved: Vec::new(),
            units: Vec::new(),
        };
        for block in blocks {
            let (first, n_columns) = (layout.n_columns, block.n_columns());
            match block {
                DesignBlock::Numbers(_) | DesignBlock::NumberRows { .. } => {
                    let columns = first..first + n_columns;
                    layout.numbers.extend(columns.map(|column| NumberColumn { column, centre: 0.0, scale: 1.0 }));
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

    /// Whether blocks are of the kinds and sizes that this was made of.
    pub(super) fn has_columns_of(&self, blocks: &[DesignBlock<'_>]) -> bool {
        let other = Self::of(blocks, self.has_intercept);
        let places = |layout: &Self| layout.numbers.iter().map(|number| number.column).collect::<Vec<_>>();
        let factors = |layout: &Self| {
            let of_factor =
                |factor: &FactorColumns| (factor.first, factor.n_columns, factor.multiplier.map(|(slot, _)| slot));
            layout.factors.iter().map(of_factor).collect::<Vec<_>>()
        };
        self.n_columns == other.n_columns && places(self) == places(&other) && factors(self) == factors(&other)
    }

    /// Centre and scale of every column of the design.
    pub(super) fn centres_and_scales(&self) -> (Vec<f64>, Vec<f64>) {
        let (mut centres, mut scales) = (vec![0.0; self.n_columns], vec![1.0; self.n_columns]);
        for factor in &self.factors {
            if let Some((_, scale)) = factor.multiplier {
                scales[factor.first..factor.first + factor.n_columns].fill(scale);
            }
        }
        // Last, as a column of codes that is reduced is one of numbers.
        for number in &self.numbers {
            (centres[number.column], scales[number.column]) = (number.centre, number.scale);
        }
        (centres, scales)
    }

    /// Coefficients of the columns as they are, from those of the centred and scaled ones.
    pub(super) fn told(&self, fitted: &[f64]) -> Vec<f64> {
        self.rounded(&self.held(fitted))
    }

    /// Coefficients of the columns as they are, from those of the columns as they are held.
    pub(super) fn rounded(&self, held: &[DoubleDouble]) -> Vec<f64> {
        held.iter().enumerate().map(|(column, slope)| slope.value() * self.unit(column)).collect()
    }

    fn unit(&self, column: usize) -> f64 {
        self.units.get(column).copied().unwrap_or(1.0)
    }

    /// Coefficients of the columns as they are held, to twice the digits of a double.
    pub(super) fn held(&self, fitted: &[f64]) -> Vec<DoubleDouble> {
        let (centres, scales) = self.centres_and_scales();
        let mut told: Vec<DoubleDouble> =
            fitted.iter().zip(&scales).map(|(fitted, scale)| DoubleDouble::from(fitted / scale)).collect();
        if self.has_intercept {
            let centred = told.iter().zip(&centres).skip(1).filter(|(_, centre)| **centre != 0.0);
            let moved = centred.fold(DoubleDouble::default(), |moved, (slope, centre)| moved + slope.times(*centre));
            told[0] += -moved;
        }
        // What a reduced column takes off those before it is of its own slope, which the
        // reductions behind it change: from the front to the back, slopes are yet as fitted.
        for at in 0..self.reductions.len() {
            let Reduction { column, shares } = &self.reductions[at];
            let slope = told[*column];
            shares.iter().enumerate().for_each(|(before, share)| told[before] += -(*share * slope));
        }
        told
    }

    /// Coefficients of the centred and scaled columns, from those of the columns as they are.
    pub(super) fn fitted(&self, told: &[f64]) -> Vec<f64> {
        let held = told.iter().enumerate().map(|(column, slope)| DoubleDouble::from(slope / self.unit(column)));
        self.fitted_of_held(held.collect())
    }

    /// Coefficients of the centred and scaled columns, from those of the columns as they are held.
    pub(super) fn fitted_of_held(&self, held: Vec<DoubleDouble>) -> Vec<f64> {
        let (centres, scales) = self.centres_and_scales();
        let mut slopes = held;
        for Reduction { column, shares } in self.reductions.iter().rev() {
            let slope = slopes[*column];
            shares.iter().enumerate().for_each(|(before, share)| slopes[before] += *share * slope);
        }
        let mut fitted: Vec<f64> = slopes.iter().zip(&scales).map(|(slope, scale)| slope.value() * scale).collect();
        if self.has_intercept {
            let centred = slopes.iter().zip(&centres).skip(1).filter(|(_, centre)| **centre != 0.0);
            fitted[0] = centred.fold(slopes[0], |moved, (slope, centre)| moved + slope.times(*centre)).value();
        }
        fitted
    }

    /// Products of something with the centred and scaled columns, from its products with the
    /// columns as they are held.
    pub(super) fn fitted_products(&self, products: &[DoubleDouble]) -> Vec<f64> {
        let (centres, scales) = self.centres_and_scales();
        let mut reduced = products.to_vec();
        for Reduction { column, shares } in &self.reductions {
            let taken = shares
                .iter()
                .zip(products)
                .fold(DoubleDouble::default(), |taken, (share, product)| taken + *share * *product);
            reduced[*column] += -taken;
        }
        let sum = reduced.first().copied().filter(|_| self.has_intercept).unwrap_or_default();
        let shapes = centres.iter().zip(&scales);
        reduced
            .iter()
            .zip(shapes)
            .map(|(product, (centre, scale))| (*product - sum.times(*centre)).value() / scale)
            .collect()
    }

    /// The covariance of told coefficients from that of fitted ones. What is beyond doubles, as
    /// for columns below 1e-150, is infinite or 0.
    pub(super) fn told_covariance(&self, fitted: &SymmetricMatrix) -> SymmetricMatrix {
        let held = self.held_covariance(fitted);
        if self.units.is_empty() {
            return held;
        }
        SymmetricMatrix::from_lower(self.n_columns, |row, column| {
            held.get(row, column) * self.unit(row) * self.unit(column)
        })
    }

    /// Roots of the diagonal of that covariance, whose squares may be beyond doubles.
    pub(super) fn told_errors(&self, fitted: &SymmetricMatrix) -> Vec<f64> {
        let held = self.held_covariance(fitted);
        (0..self.n_columns).map(|column| held.get(column, column).max(0.0).sqrt() * self.unit(column)).collect()
    }

    fn held_covariance(&self, fitted: &SymmetricMatrix) -> SymmetricMatrix {
        let (centres, scales) = self.centres_and_scales();
        let n = self.n_columns;
        let scaled = |row: usize, column: usize| fitted.get(row, column) / scales[row] / scales[column];
        if !self.has_intercept {
            return self.unreduced(SymmetricMatrix::from_lower(n, scaled));
        }
        let moved = |row: usize| (1..n).map(|other| centres[other] * scaled(row, other)).sum::<f64>();
        let with_moved: Vec<f64> = (0..n).map(moved).collect();
        let both: f64 = (1..n).map(|row| centres[row] * with_moved[row]).sum();
        self.unreduced(SymmetricMatrix::from_lower(n, |row, column| match (row, column) {
            (0, 0) => scaled(0, 0) - 2.0 * with_moved[0] + both,
            (row, 0) => scaled(row, 0) - with_moved[row],
            _ => scaled(row, column),
        }))
    }

    /// The covariance of the coefficients of all columns whole, from that of reduced ones.
    fn unreduced(&self, reduced: SymmetricMatrix) -> SymmetricMatrix {
        if self.reductions.is_empty() {
            return reduced;
        }
        let n = self.n_columns;
        // Rows, then columns: `T A T'`.
        let mut half = reduced.values().to_vec();
        for Reduction { column, shares } in &self.reductions {
            for (before, share) in shares.iter().enumerate() {
                (0..n).for_each(|other| half[before * n + other] -= share.value() * reduced.get(*column, other));
            }
        }
        let mut whole = half.clone();
        for Reduction { column, shares } in &self.reductions {
            for (before, share) in shares.iter().enumerate() {
                (0..n).for_each(|other| whole[other * n + before] -= share.value() * half[other * n + column]);
            }
        }
        SymmetricMatrix::from_lower(n, |row, column| whole[row * n + column])
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

    /// The same with `y - 3 + 2 x` in place of `y`.
    fn reduced() -> Layout {
        let shares = [3.0, -2.0].map(DoubleDouble::from).to_vec();
        Layout { reductions: vec![Reduction { column: 2, shares }], ..layout() }
    }

    /// Oracle: by hand; 3 + 8 (x - 2) / 4 + 1 (y + 1) / 0.5 = 1 + 2 x + 2 y.
    #[test]
    fn coefficients_are_told_in_the_units_of_their_columns() {
        let layout = layout();
        assert_eq!(layout.told(&[3.0, 8.0, 1.0]), [1.0, 2.0, 2.0]);
        assert_eq!(layout.fitted(&[1.0, 2.0, 2.0]), [3.0, 8.0, 1.0]);
    }

    /// Oracle: by hand; 1 + 2 x + 2 (y - 3 + 2 x) = -5 + 6 x + 2 y.
    #[test]
    fn coefficients_are_told_for_whole_columns() {
        let layout = reduced();
        assert_eq!(layout.told(&[3.0, 8.0, 1.0]), [-5.0, 6.0, 2.0]);
        assert_eq!(layout.fitted(&[-5.0, 6.0, 2.0]), [3.0, 8.0, 1.0]);
    }

    /// Oracle: by hand; sums of a score 10, with x 20 and with y 70: with y - 3 + 2 x it is
    /// 70 - 30 + 40 = 80, centred and scaled (20 - 2 x 10) / 4 and (80 + 10) / 0.5.
    #[test]
    fn products_are_those_of_the_fitted_columns() {
        let products = [10.0, 20.0, 70.0].map(DoubleDouble::from);
        assert_eq!(layout().fitted_products(&products), [10.0, 0.0, 160.0]);
        assert_eq!(reduced().fitted_products(&products), [10.0, 0.0, 180.0]);
    }

    /// Oracle: by hand; independent fitted coefficients of variance 1, 16 and 4 have told
    /// variances 1 and 16 of the slopes and 1 + 4 x 1 + 1 x 16 of the intercept.
    #[test]
    fn covariances_are_told_in_the_units_of_their_columns() {
        let fitted =
            SymmetricMatrix::from_lower(3, |row, column| if row == column { [1.0, 16.0, 4.0][row] } else { 0.0 });
        let told = layout().told_covariance(&fitted);
        assert_eq!(told.values(), [21.0, -2.0, 16.0, -2.0, 1.0, 0.0, 16.0, 0.0, 16.0]);
        // b_0 = a_0 - 3 a_2, b_1 = a_1 + 2 a_2, by hand.
        let told = reduced().told_covariance(&fitted);
        assert_eq!(told.values(), [69.0, -66.0, -32.0, -66.0, 65.0, 32.0, -32.0, 32.0, 16.0]);
    }
}
