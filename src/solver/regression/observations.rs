//! A design with its responses, ready for any regression.

use rayon::prelude::*;

use super::layout::Layout;
use super::rows::{Outcomes, Rows};
use super::sums::{Pass, TILE};
use crate::kernel::sum::CompensatedSum;
use crate::kernel::undefined::Undefined;
use crate::solver::design::DesignBlock;

/// Rows of a chunk of a column-wise pass.
const CHUNK: usize = TILE * 16;

/// The rows of a regression: design, response, weights, offset, groups.
///
/// Rows of weight 0 are left out. The others are held in an order that their contents decide,
/// so that a shuffled table gives the same digits; equal rows are one as good as the other.
/// Columns of numbers are centred (with an intercept) and scaled for the computation, so that
/// a column in other units changes its own coefficient alone.
///
/// # Examples
///
/// ```
/// use customer_analytics::solver::design::{DesignBlock, REFERENCE};
/// use customer_analytics::solver::regression::{Family, Observations, Outcomes, RegressionOptions, fit};
///
/// let age = DesignBlock::Numbers(vec![20.0, 30.0, 40.0, 50.0].into());
/// let plan = DesignBlock::Codes { codes: vec![REFERENCE, 0, REFERENCE, 0].into(), n_columns: 1 };
/// let outcomes = Outcomes { response: &[2.0, 8.0, 4.0, 10.0], ..Outcomes::default() };
/// let observations = Observations::new(&[age, plan], true, &outcomes)?;
/// let fitted = fit(&observations, Family::Gaussian, &RegressionOptions::default()).unwrap();
/// // -0 + 0.1 age + 5 plan
/// assert!((fitted.coefficients[1] - 0.1).abs() < 1e-14 && (fitted.coefficients[2] - 5.0).abs() < 1e-13);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
#[derive(Clone, Debug)]
pub struct Observations {
    pub(super) layout: Layout,
    pub(super) rows: Rows,
}

impl Observations {
    /// Puts the rows of a design in order; `has_intercept` adds a column of ones in front.
    ///
    /// # Errors
    /// `TooFew` when slices are not of one length; `NotFinite`; `NotPositive` for weights below
    /// zero; `OutOfRange` for codes without a column, and for more rows than 32 bits count;
    /// `NoWeight` when no row has a weight.
    pub fn new(blocks: &[DesignBlock<'_>], has_intercept: bool, outcomes: &Outcomes<'_>) -> Result<Self, Undefined> {
        Self::with_order(blocks, has_intercept, outcomes, true)
    }

    fn with_order(
        blocks: &[DesignBlock<'_>],
        has_intercept: bool,
        outcomes: &Outcomes<'_>,
        ordered: bool,
    ) -> Result<Self, Undefined> {
        let mut layout = Layout::of(blocks, has_intercept);
        let rows = Rows::of(blocks, outcomes, &layout, ordered)?;
        if rows.n_rows == 0 {
            return Err(Undefined::NoWeight);
        }
        shape(&mut layout, &rows);
        Ok(Self { layout, rows })
    }

    /// Rows of a weight above zero.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.rows.n_rows
    }

    /// Columns, with the intercept.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.layout.n_columns
    }

    /// Whether the first column is an intercept.
    #[must_use]
    pub fn has_intercept(&self) -> bool {
        self.layout.has_intercept
    }

    /// The responses, in the order of these rows.
    #[must_use]
    pub fn response(&self) -> &[f64] {
        &self.rows.response
    }

    /// What the rows count for, in their order; none where all count for 1.
    #[must_use]
    pub fn weights(&self) -> Option<&[f64]> {
        self.rows.weights.as_deref()
    }

    /// The offsets, in the order of the rows.
    #[must_use]
    pub fn offset(&self) -> Option<&[f64]> {
        self.rows.offset.as_deref()
    }

    /// The groups, in the order of the rows.
    #[must_use]
    pub fn groups(&self) -> Option<&[u32]> {
        self.rows.groups.as_deref()
    }

    /// Sum of the weights.
    #[must_use]
    pub fn total_weight(&self) -> f64 {
        match &self.rows.weights {
            None => self.rows.n_rows as f64,
            Some(weights) => sum(weights.iter().copied()),
        }
    }

    /// Weighted sum of a function of the rows by their numbers, the same for any number of threads.
    pub fn weighted_sum(&self, value: impl Fn(usize) -> f64 + Sync) -> f64 {
        let weight = |row: usize| self.rows.weights.as_ref().map_or(1.0, |weights| weights[row]);
        let chunks: Vec<f64> = (0..self.rows.n_rows.div_ceil(CHUNK))
            .into_par_iter()
            .map(|chunk| {
                let rows = chunk * CHUNK..self.rows.n_rows.min((chunk + 1) * CHUNK);
                sum(rows.map(|row| weight(row) * value(row)))
            })
            .collect();
        sum(chunks.into_iter())
    }

    /// The linear predictor of each row with its offset, in the order of the rows, at
    /// coefficients of the design.
    ///
    /// # Panics
    /// When there are fewer coefficients than columns.
    #[must_use]
    pub fn predictors(&self, coefficients: &[f64]) -> Vec<f64> {
        self.pass().predictors(&self.layout.fitted(coefficients))
    }

    /// The weighted sum of values times the columns: `sum w_i v_i x_ij` for each column `j`.
    ///
    /// # Panics
    /// When there are fewer values than rows.
    #[must_use]
    pub fn products(&self, values: &[f64]) -> Vec<f64> {
        let n = self.layout.n_columns;
        let of_fitted = self.pass().sums(&vec![0.0; n], |tile, weights, scores| {
            weights.fill(0.0);
            let values = &values[tile.start..tile.start + scores.len()];
            scores.iter_mut().zip(values).enumerate().for_each(|(row, (score, value))| *score = tile.prior(row) * value);
            0.0
        });
        // What coefficients of the design are for the fitted columns says what its columns are of those.
        let mut unit = vec![0.0; n];
        (0..n)
            .map(|column| {
                unit[column] = 1.0;
                let product = self.layout.fitted(&unit).iter().zip(&of_fitted.gradient).map(|(a, b)| a * b).sum();
                unit[column] = 0.0;
                product
            })
            .collect()
    }

    pub(super) fn pass(&self) -> Pass<'_> {
        Pass { layout: &self.layout, rows: &self.rows }
    }
}

fn sum(values: impl Iterator<Item = f64>) -> f64 {
    let mut sum = CompensatedSum::default();
    values.for_each(|value| sum.add(value));
    sum.value()
}

/// Centres the columns of numbers on their means and scales them by their standard deviations.
fn shape(layout: &mut Layout, rows: &Rows) {
    let (q, n_multipliers) = (layout.numbers.len(), layout.n_multipliers);
    let shares = Shares::of(rows);
    if layout.has_intercept {
        let means = column_sums(&rows.numbers, q, &shares, &vec![0.0; q], |value| value);
        layout.numbers.iter_mut().zip(means).for_each(|(number, (mean, _))| number.centre = mean);
    }
    let centres: Vec<f64> = layout.numbers.iter().map(|number| number.centre).collect();
    let squares = column_sums(&rows.numbers, q, &shares, &centres, |distance| distance * distance);
    for (number, (square, furthest)) in layout.numbers.iter_mut().zip(squares) {
        number.scale = spread(square, furthest);
    }
    let squares = column_sums(&rows.multipliers, n_multipliers, &shares, &vec![0.0; n_multipliers], |value| value * value);
    for factor in &mut layout.factors {
        if let Some((slot, scale)) = &mut factor.multiplier {
            let (square, furthest) = squares[*slot];
            *scale = spread(square, furthest);
        }
    }
}

/// The root of a mean square; the largest value where squares are beyond doubles, 1 for zeros.
fn spread(square: f64, furthest: f64) -> f64 {
    if square.is_normal() {
        square.sqrt()
    } else if furthest.is_normal() {
        furthest
    } else {
        1.0
    }
}

/// The weight of each row as a share of all, so that no sum of values is beyond doubles.
struct Shares<'a> {
    weights: Option<&'a [f64]>,
    of_one: f64,
}

impl<'a> Shares<'a> {
    fn of(rows: &'a Rows) -> Self {
        let weights = rows.weights.as_deref();
        let total = weights.map_or(rows.n_rows as f64, |weights| sum(weights.iter().copied()));
        Self { weights, of_one: 1.0 / total }
    }

    fn of_row(&self, row: usize) -> f64 {
        self.weights.map_or(self.of_one, |weights| weights[row] * self.of_one)
    }
}

/// For each column of numbers held row after row, the weighted mean of a function of the
/// distances to a centre, and the largest distance, whatever the number of threads.
fn column_sums(
    numbers: &[f64],
    width: usize,
    shares: &Shares<'_>,
    centres: &[f64],
    value: impl Fn(f64) -> f64 + Sync,
) -> Vec<(f64, f64)> {
    if width == 0 {
        return Vec::new();
    }
    let chunks: Vec<(Vec<f64>, Vec<f64>)> = numbers
        .par_chunks(CHUNK * width)
        .enumerate()
        .map(|(chunk, cells)| {
            let (mut sums, mut furthest) = (vec![0.0; width], vec![0.0_f64; width]);
            for (row, cells) in cells.chunks_exact(width).enumerate() {
                let share = shares.of_row(chunk * CHUNK + row);
                let of_column = cells.iter().zip(centres).zip(sums.iter_mut().zip(&mut furthest));
                for ((cell, centre), (sum, furthest)) in of_column {
                    let distance = cell - centre;
                    *sum += value(distance) * share;
                    *furthest = furthest.max(distance.abs());
                }
            }
            (sums, furthest)
        })
        .collect();
    (0..width)
        .map(|at| {
            let furthest = chunks.iter().fold(0.0_f64, |furthest, (_, of_chunk)| furthest.max(of_chunk[at]));
            (sum(chunks.iter().map(|(sums, _)| sums[at])), furthest)
        })
        .collect()
}
