//! A design with its responses, ready for any regression.

use rayon::prelude::*;

use super::layout::Layout;
use super::pass::{Pass, TILE};
use super::reduction::{Reduced, reduce};
use super::rows::{Outcomes, Rows};
use super::sums::Sums;
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
/// A column that those before it determine, to what rounding the columns to doubles can hide, is
/// aliased. One that they determine to more than a thousandth of its variance is computed with
/// as what they leave of it, worked out in twice the digits of a double, so that powers of one
/// column or totals beside their parts keep their digits.
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
    /// The design with its columns whole, where some are reduced.
    original: Option<(Layout, Rows)>,
    aliased: Vec<usize>,
    /// Weighted cross-products of the columns, and with the response less its offset and `level`.
    pub(super) products: Sums,
    /// Mean of the response less its offset, with an intercept.
    pub(super) level: f64,
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

    /// The same with the rows as they come, for those that have an order of their own.
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    pub(crate) fn in_order(
        blocks: &[DesignBlock<'_>],
        has_intercept: bool,
        outcomes: &Outcomes<'_>,
    ) -> Result<Self, Undefined> {
        Self::with_order(blocks, has_intercept, outcomes, false)
    }

    fn with_order(
        blocks: &[DesignBlock<'_>],
        has_intercept: bool,
        outcomes: &Outcomes<'_>,
        ordered: bool,
    ) -> Result<Self, Undefined> {
        let mut layout = Layout::of(blocks, has_intercept);
        let mut rows = Rows::of(blocks, outcomes, &layout, ordered)?;
        if rows.n_rows == 0 {
            return Err(Undefined::NoWeight);
        }
        shape(&mut layout, &mut rows);
        let level = if has_intercept { level(&rows) } else { 0.0 };
        let Reduced { layout, rows, original, aliased, products } = reduce(layout, rows, level);
        Ok(Self { layout, rows, original, aliased, products, level })
    }

    /// Columns that those before them determine, in ascending order; they have no coefficients.
    #[must_use]
    pub fn aliased(&self) -> &[usize] {
        &self.aliased
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
        let [sum] = self.weighted_sums(|row| [value(row)]);
        sum
    }

    pub(super) fn weighted_sums<const N: usize>(&self, values: impl Fn(usize) -> [f64; N] + Sync) -> [f64; N] {
        weighted_sums(&self.rows, values)
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
        let weighted: Vec<f64> = match self.weights() {
            None => values.to_vec(),
            Some(weights) => values.iter().zip(weights).map(|(value, weight)| value * weight).collect(),
        };
        let of_fitted = self.pass().products(&weighted);
        // What coefficients of the design are for the fitted columns says what its columns are of those.
        let mut unit = vec![0.0; n];
        (0..n)
            .map(|column| {
                unit[column] = 1.0;
                let product = self.layout.fitted(&unit).iter().zip(&of_fitted).map(|(a, b)| a * b).sum();
                unit[column] = 0.0;
                product
            })
            .collect()
    }

    pub(super) fn pass(&self) -> Pass<'_> {
        Pass { layout: &self.layout, rows: &self.rows }
    }

    /// The columns whole.
    pub(super) fn original_pass(&self) -> Pass<'_> {
        match &self.original {
            Some((layout, rows)) => Pass { layout, rows },
            None => self.pass(),
        }
    }

    /// Columns that are not aliased.
    pub(super) fn kept(&self) -> Vec<usize> {
        (0..self.n_columns()).filter(|column| !self.aliased.contains(column)).collect()
    }

    pub(super) fn has_reductions(&self) -> bool {
        self.original.is_some()
    }

    /// Slopes of the whole columns, centred and scaled, from fitted ones.
    pub(super) fn whole_slopes(&self, fitted: &[f64]) -> Vec<f64> {
        match &self.original {
            Some((layout, _)) => layout.fitted_of_held(self.layout.held(fitted)),
            None => fitted.to_vec(),
        }
    }
}

/// Weighted sums of functions of the rows by their numbers, the same for any number of threads.
pub(super) fn weighted_sums<const N: usize>(rows: &Rows, values: impl Fn(usize) -> [f64; N] + Sync) -> [f64; N] {
    let weight = |row: usize| rows.weights.as_ref().map_or(1.0, |weights| weights[row]);
    let chunks: Vec<[f64; N]> = (0..rows.n_rows.div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            let mut sums = [CompensatedSum::default(); N];
            for row in chunk * CHUNK..rows.n_rows.min((chunk + 1) * CHUNK) {
                let weight = weight(row);
                sums.iter_mut().zip(values(row)).for_each(|(sum, value)| sum.add(weight * value));
            }
            sums.map(CompensatedSum::value)
        })
        .collect();
    std::array::from_fn(|at| sum(chunks.iter().map(|chunk| chunk[at])))
}

/// Mean of the response less its offset.
fn level(rows: &Rows) -> f64 {
    let weight = |row: usize| rows.weights.as_ref().map_or(1.0, |weights| weights[row]);
    let total = sum((0..rows.n_rows).map(weight));
    let offset = |row: usize| rows.offset.as_ref().map_or(0.0, |offset| offset[row]);
    sum((0..rows.n_rows).map(|row| weight(row) / total * (rows.response[row] - offset(row))))
}

fn sum(values: impl Iterator<Item = f64>) -> f64 {
    let mut sum = CompensatedSum::default();
    values.for_each(|value| sum.add(value));
    sum.value()
}

/// Centres the columns of numbers on their means and scales them by their standard deviations.
fn shape(layout: &mut Layout, rows: &mut Rows) {
    set_units(layout, rows);
    let q = layout.numbers.len();
    let shares = Shares::of(rows);
    let mean_of = |cell: f64, _: f64| cell;
    let square_of = |cell: f64, centre: f64| (cell - centre) * (cell - centre);
    if layout.has_intercept {
        let means = column_means(&rows.numbers, &vec![0.0; q], &shares, mean_of);
        layout.numbers.iter_mut().zip(means).for_each(|(number, mean)| number.centre = mean);
    }
    let centres: Vec<f64> = layout.numbers.iter().map(|number| number.centre).collect();
    let squares = column_means(&rows.numbers, &centres, &shares, square_of);
    layout.numbers.iter_mut().zip(squares).for_each(|(number, square)| number.scale = spread(square));
    let squares = column_means(&rows.multipliers, &vec![0.0; layout.n_multipliers], &shares, square_of);
    for factor in &mut layout.factors {
        if let Some((slot, scale)) = &mut factor.multiplier {
            *scale = spread(squares[*slot]);
        }
    }
}

/// The root of a mean square; 1 for zeros.
fn spread(square: f64) -> f64 {
    if square.is_normal() { square.sqrt() } else { 1.0 }
}

/// Multiplies columns whose squares are beyond doubles by a power of two.
fn set_units(layout: &mut Layout, rows: &mut Rows) {
    let of_numbers = units(&rows.numbers, layout.numbers.len());
    let of_multipliers = units(&rows.multipliers, layout.n_multipliers);
    if of_numbers.iter().chain(&of_multipliers).all(|&unit| unit == 1.0) {
        return;
    }
    layout.units = vec![1.0; layout.n_columns];
    for (number, unit) in layout.numbers.iter().zip(&of_numbers) {
        layout.units[number.column] = *unit;
    }
    for factor in &layout.factors {
        if let Some((slot, _)) = factor.multiplier {
            layout.units[factor.first..factor.first + factor.n_columns].fill(of_multipliers[slot]);
        }
    }
    for (cells, units) in [(&mut rows.numbers, of_numbers), (&mut rows.multipliers, of_multipliers)] {
        cells.chunks_exact_mut(units.len().max(1)).for_each(|row| {
            row.iter_mut().zip(&units).for_each(|(cell, unit)| *cell *= unit);
        });
    }
}

/// For each column held row after row, the power of two that brings its largest cell near 1.
fn units(numbers: &[f64], width: usize) -> Vec<f64> {
    /// 2^300 and 2^600.
    const FAR: f64 = 2.037_035_976_334_486e90;
    const STEP: f64 = 4.149_515_568_880_993e180;
    let furthest = |furthest: f64, cell: f64, _: f64, _: f64| if cell.abs() > furthest { cell.abs() } else { furthest };
    let chunks = column_chunks(numbers, &vec![0.0; width], |_| 1.0, furthest);
    let unit = |furthest: f64| match furthest {
        furthest if furthest > FAR => 1.0 / STEP,
        furthest if furthest > 0.0 && furthest < 1.0 / FAR => STEP,
        _ => 1.0,
    };
    (0..width).map(|at| unit(chunks.iter().fold(0.0, |furthest: f64, chunk| furthest.max(chunk[at])))).collect()
}

/// The weight of each row as a share of all, so that no sum is beyond the largest double.
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
}

/// For each column of numbers held row after row, the weighted mean of a function of its cells
/// and its centre, whatever the number of threads.
fn column_means(
    numbers: &[f64],
    centres: &[f64],
    shares: &Shares<'_>,
    value: impl Fn(f64, f64) -> f64 + Sync,
) -> Vec<f64> {
    let share = |row: usize| shares.weights.map_or(shares.of_one, |weights| weights[row] * shares.of_one);
    let chunks = column_chunks(numbers, centres, share, |sum, cell, centre, share| sum + share * value(cell, centre));
    (0..centres.len()).map(|at| sum(chunks.iter().map(|chunk| chunk[at]))).collect()
}

/// For each chunk of rows and each column, what a function of its cells comes to from 0.
fn column_chunks(
    numbers: &[f64],
    centres: &[f64],
    share: impl Fn(usize) -> f64 + Sync,
    next: impl Fn(f64, f64, f64, f64) -> f64 + Sync,
) -> Vec<Vec<f64>> {
    let width = centres.len();
    if width == 0 {
        return Vec::new();
    }
    let of_chunk = |(chunk, cells): (usize, &[f64])| {
        let mut states = vec![0.0; width];
        for (row, cells) in cells.chunks_exact(width).enumerate() {
            let share = share(chunk * CHUNK + row);
            for ((cell, centre), state) in cells.iter().zip(centres).zip(&mut states) {
                *state = next(*state, *cell, *centre, share);
            }
        }
        states
    };
    numbers.par_chunks(CHUNK * width).enumerate().map(of_chunk).collect()
}
