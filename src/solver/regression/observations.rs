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

    /// Weighted sum of a function of the rows, the same for any number of threads.
    pub(super) fn weighted_sum(&self, value: impl Fn(usize) -> f64 + Sync) -> f64 {
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
    let q = layout.numbers.len();
    let total = rows.weights.as_ref().map_or(rows.n_rows as f64, |weights| sum(weights.iter().copied()));
    // Weights are shares of their sum, so that no sum is beyond the largest double.
    let share = |row: usize| rows.weights.as_ref().map_or(1.0, |weights| weights[row]) / total;
    if layout.has_intercept {
        let means = column_sums(&rows.numbers, q, |value, _, row| value * share(row));
        layout.numbers.iter_mut().zip(means).for_each(|(number, mean)| number.centre = mean.0);
    }
    let centres: Vec<f64> = layout.numbers.iter().map(|number| number.centre).collect();
    let squares = column_sums(&rows.numbers, q, |value, at, row| {
        let distance = value - centres[at];
        distance * distance * share(row)
    });
    let scales = squares
        .into_iter()
        .enumerate()
        .map(|(at, (square, furthest))| spread(square, || furthest.max(centres[at].abs())));
    layout.numbers.iter_mut().zip(scales).for_each(|(number, scale)| number.scale = scale);
    let squares = column_sums(&rows.multipliers, layout.n_multipliers, |value, _, row| value * value * share(row));
    for factor in &mut layout.factors {
        if let Some((slot, scale)) = &mut factor.multiplier {
            let (square, furthest) = squares[*slot];
            *scale = spread(square, || furthest);
        }
    }
}

/// The root of a mean square; the largest value where squares are beyond doubles, 1 for zeros.
fn spread(square: f64, furthest: impl Fn() -> f64) -> f64 {
    if square.is_normal() {
        return square.sqrt();
    }
    let furthest = furthest();
    if furthest.is_normal() { furthest } else { 1.0 }
}

/// For each column of numbers held row after row, the sum of a function of its cells and the
/// largest cell, whatever the number of threads.
fn column_sums(numbers: &[f64], width: usize, value: impl Fn(f64, usize, usize) -> f64 + Sync) -> Vec<(f64, f64)> {
    if width == 0 {
        return Vec::new();
    }
    let chunks: Vec<Vec<(f64, f64)>> = numbers
        .par_chunks(CHUNK * width)
        .enumerate()
        .map(|(chunk, cells)| {
            let mut sums = vec![(0.0, 0.0_f64); width];
            for (row, cells) in cells.chunks_exact(width).enumerate() {
                for (at, (cell, (sum, furthest))) in cells.iter().zip(&mut sums).enumerate() {
                    *sum += value(*cell, at, chunk * CHUNK + row);
                    *furthest = furthest.max(cell.abs());
                }
            }
            sums
        })
        .collect();
    (0..width)
        .map(|at| {
            let furthest = chunks.iter().fold(0.0_f64, |furthest, chunk| furthest.max(chunk[at].1));
            (sum(chunks.iter().map(|chunk| chunk[at].0)), furthest)
        })
        .collect()
}
