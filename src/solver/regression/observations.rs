//! A design with its responses, ready for any regression.

use std::borrow::Cow;

use rayon::prelude::*;

use super::buffers::TILE;
use super::layout::Layout;
use super::pass::Pass;
use super::reduction::{Reduced, reduce};
use super::rows::{Outcomes, Rows};
use super::shape::shape;
use super::sums::Sums;
use crate::kernel::sum::CompensatedSum;
use crate::kernel::undefined::Undefined;
use crate::solver::design::DesignBlock;

/// Rows of a chunk of a column-wise pass.
pub(super) const CHUNK: usize = TILE * 16;

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

    /// One row in so many, with the columns as they are fitted.
    pub(super) fn every(&self, step: usize) -> Self {
        let (layout, rows) = (self.layout.clone(), self.rows.every(step, &self.layout));
        let level = if layout.has_intercept { level(&rows) } else { 0.0 };
        let products = Pass { layout: &layout, rows: &rows }.plain_products(level);
        Self { layout, rows, original: None, aliased: self.aliased.clone(), products, level }
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
            Some(weights) => CompensatedSum::of(weights.iter().copied()),
        }
    }

    /// Weighted sum of a function of the rows by their numbers, the same for any number of threads.
    pub fn weighted_sum(&self, value: impl Fn(usize) -> f64 + Sync) -> f64 {
        let [sum] = self.weighted_sums(|row| [value(row)]);
        sum
    }

    /// The same for several functions at once.
    pub fn weighted_sums<const N: usize>(&self, values: impl Fn(usize) -> [f64; N] + Sync) -> [f64; N] {
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
        let weighted: Cow<'_, [f64]> = match self.weights() {
            None => values.into(),
            Some(weights) => {
                let products = values.par_iter().zip(weights).map(|(value, weight)| value * weight);
                products.collect::<Vec<f64>>().into()
            }
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
    std::array::from_fn(|at| CompensatedSum::of(chunks.iter().map(|chunk| chunk[at])))
}

/// Mean of the response less its offset.
fn level(rows: &Rows) -> f64 {
    let weight = |row: usize| rows.weights.as_ref().map_or(1.0, |weights| weights[row]);
    let total = match &rows.weights {
        None => rows.n_rows as f64,
        Some(_) => CompensatedSum::of((0..rows.n_rows).map(weight)),
    };
    let offset = |row: usize| rows.offset.as_ref().map_or(0.0, |offset| offset[row]);
    // Weights are in the sums already.
    let [level] = weighted_sums(rows, |row| [(rows.response[row] - offset(row)) / total]);
    level
}
