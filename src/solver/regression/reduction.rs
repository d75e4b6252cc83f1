//! Columns that those before them determine, wholly or nearly.
//!
//! Sums of squares in doubles cannot tell a column that others determine to the last digit from
//! one that they determine to eight. So a column of which the others leave little is looked at
//! row by row: `r = x_j - sum t_i x_i` with the `t` of least squares, in doubled arithmetic. A
//! column is aliased when `r` is no more than what rounding the columns to doubles can leave,
//!
//! ```text
//! mean r^2  <=  max (1e-24 variance of x_j,  (16 * 2^-52)^2 (mean x_j^2 + sum t_i^2 mean x_i^2))
//! ```
//! and else `r` takes its place, so that the cross-products are well conditioned; `Layout` tells
//! coefficients for `x_j`.

use super::layout::{Layout, NumberColumn, Reduction};
use super::pass::Pass;
use super::rows::Rows;
use super::sums::Sums;
use crate::kernel::double_double::DoubleDouble;
use crate::kernel::sum::CompensatedSum;
use crate::solver::design::REFERENCE;

/// Share of a column that those before it leave, below which it is looked at.
const LITTLE: f64 = 1e-3;
/// The same for a small table, where a closer look costs nothing and keeps the last digits.
const LITTLE_OF_SMALL: f64 = 0.1;
/// Cells of a small table.
const SMALL: usize = 1 << 14;
/// Share of its variance that a determined column can be left with.
const DETERMINED: f64 = 1e-24;
/// Rounding of a column, squared, beside its mean square.
const ROUNDING: f64 = 256.0 * f64::EPSILON * f64::EPSILON;
/// Share of what is left that can lie along the other columns.
const NEARLY_UPRIGHT: f64 = 1e-3;
/// Rounds of least squares for one column.
const MOST_ROUNDS: u32 = 3;

/// A design whose columns do not nearly determine each other.
pub(super) struct Reduced {
    pub(super) layout: Layout,
    pub(super) rows: Rows,
    /// The design before columns were replaced, where some were.
    pub(super) original: Option<(Layout, Rows)>,
    /// Columns that those before them determine.
    pub(super) aliased: Vec<usize>,
    /// Weighted cross-products of the columns, and with the response less its offset and `level`.
    pub(super) products: Sums,
}

/// Takes out of each column what those before it nearly determine.
pub(super) fn reduce(layout: Layout, rows: Rows, level: f64) -> Reduced {
    let products = Pass { layout: &layout, rows: &rows }.plain_products(level);
    let mut search = Search::new(&layout, &rows, &products);
    (0..layout.n_columns).for_each(|column| search.judge(column));
    let Search { layout: working, residuals, aliased, .. } = search;
    if residuals.is_empty() {
        return Reduced { layout, rows, original: None, aliased, products };
    }
    let replaced = replaced(&layout, &rows, &working, residuals);
    let products = Pass { layout: &working, rows: &replaced }.plain_products(level);
    Reduced { layout: working, rows: replaced, original: Some((layout, rows)), aliased, products }
}

/// Rows with what is left of the reduced columns in their place.
fn replaced(layout: &Layout, rows: &Rows, working: &Layout, residuals: Vec<(usize, Vec<f64>)>) -> Rows {
    let (q, width) = (layout.numbers.len(), working.numbers.len());
    let mut replaced = Rows { numbers: vec![0.0; rows.n_rows * width], ..rows.clone() };
    for row in 0..rows.n_rows {
        replaced.numbers[row * width..row * width + q].copy_from_slice(&rows.numbers[row * q..(row + 1) * q]);
    }
    for (column, residual) in residuals {
        if let Some(at) = working.numbers.iter().position(|number| number.column == column) {
            let cells = replaced.numbers[at..].iter_mut().step_by(width);
            cells.zip(residual).for_each(|(cell, left)| *cell = left);
        }
        let n_factors = layout.factors.len();
        for (at, factor) in layout.factors.iter().enumerate().filter(|(_, factor)| factor.holds(column)) {
            let code = (column - factor.first) as u32;
            let codes = replaced.codes[at..].iter_mut().step_by(n_factors);
            codes.filter(|held| **held == code).for_each(|held| *held = REFERENCE);
        }
    }
    replaced
}

struct Search<'a> {
    original: Pass<'a>,
    /// The layout with the columns replaced so far.
    layout: Layout,
    /// Cross-products of the columns as they are now, row after row.
    cells: Vec<f64>,
    /// Sum of the weights.
    total: f64,
    kept: Vec<usize>,
    /// Cholesky factor of the kept columns, a row for each.
    factor: Vec<Vec<f64>>,
    aliased: Vec<usize>,
    /// What is left of the reduced columns.
    residuals: Vec<(usize, Vec<f64>)>,
}

impl<'a> Search<'a> {
    fn new(layout: &'a Layout, rows: &'a Rows, products: &Sums) -> Self {
        Self {
            original: Pass { layout, rows },
            layout: layout.clone(),
            cells: products.information.values().to_vec(),
            total: products.total_weight,
            kept: Vec::new(),
            factor: Vec::new(),
            aliased: Vec::new(),
            residuals: Vec::new(),
        }
    }

    fn cell(&self, row: usize, column: usize) -> f64 {
        self.cells[row * self.layout.n_columns + column]
    }

    fn judge(&mut self, column: usize) {
        let is_small = self.original.rows.n_rows.saturating_mul(self.layout.n_columns) <= SMALL;
        if self.keeps(column, if is_small { LITTLE_OF_SMALL } else { LITTLE }) {
            return;
        }
        match self.left_of(column) {
            Some((shares, residual)) => {
                self.replace(column, shares, residual);
                // What is left stands upright on the columns before it.
                if !self.keeps(column, f64::EPSILON) {
                    self.aliased.push(column);
                }
            }
            None => self.aliased.push(column),
        }
    }

    /// Adds a column to the factor, if those before it leave more than a share of it.
    fn keeps(&mut self, column: usize, share: f64) -> bool {
        let mut own = self.forward(&self.with_kept(column));
        let all = self.cell(column, column);
        let left = all - dot(&own, &own);
        let is_kept = left > share * all;
        if is_kept {
            own.push(left.sqrt());
            self.factor.push(own);
            self.kept.push(column);
        }
        is_kept
    }

    fn with_kept(&self, column: usize) -> Vec<f64> {
        self.kept.iter().map(|&kept| self.cell(column, kept)).collect()
    }

    fn forward(&self, right: &[f64]) -> Vec<f64> {
        let mut solved = Vec::with_capacity(right.len() + 1);
        for (at, row) in self.factor.iter().enumerate() {
            let known = dot(&row[..at], &solved);
            solved.push((right[at] - known) / row[at]);
        }
        solved
    }

    /// Slopes of the columns as they are now, over all of them, by least squares.
    fn solve(&self, products: &[f64]) -> Vec<f64> {
        let mut solved = self.forward(products);
        for at in (0..solved.len()).rev() {
            let below: f64 = (at + 1..solved.len()).map(|other| self.factor[other][at] * solved[other]).sum();
            solved[at] = (solved[at] - below) / self.factor[at][at];
        }
        let mut slopes = vec![0.0; self.layout.n_columns];
        self.kept.iter().zip(solved).for_each(|(&column, slope)| slopes[column] = slope);
        slopes
    }

    /// What the kept columns leave of a column row by row, with their shares; none when that is
    /// no more than rounding.
    fn left_of(&self, column: usize) -> Option<(Vec<DoubleDouble>, Vec<f64>)> {
        let (centres, scales) = self.original.layout.centres_and_scales();
        let cells = self.original.cells_of(column);
        let slopes = self.solve(&self.with_kept(column));
        let mut shares = self.layout.held(&slopes.iter().map(|slope| slope * scales[column]).collect::<Vec<f64>>());
        if self.layout.has_intercept {
            shares[0] += DoubleDouble::from(centres[column]);
        }
        // In doubles first, which is quick and enough for columns that are determined.
        let of_others = self.original.linear(&self.original.layout.fitted_of_held(shares.clone()));
        let left = cells.iter().zip(of_others).map(|(cell, other)| cell - other).collect::<Vec<f64>>();
        if self.is_rounding(column, &shares, &left) {
            return None;
        }
        for _ in 0..MOST_ROUNDS {
            let left = self.original.left(&shares, |row| DoubleDouble::from(cells[row]));
            let left: Vec<f64> = left.into_iter().map(DoubleDouble::value).collect();
            if self.is_rounding(column, &shares, &left) {
                return None;
            }
            let products = self.products(&left);
            let of_kept: Vec<f64> = self.kept.iter().map(|&kept| products[kept]).collect();
            let along = self.forward(&of_kept);
            if dot(&along, &along) <= NEARLY_UPRIGHT * NEARLY_UPRIGHT * self.total * self.mean_square(&left) {
                return Some((shares, left));
            }
            let more = self.layout.held(&self.solve(&of_kept));
            shares.iter_mut().zip(more).for_each(|(share, more)| *share += more);
        }
        let left = self.original.left(&shares, |row| DoubleDouble::from(cells[row]));
        Some((shares, left.into_iter().map(DoubleDouble::value).collect()))
    }

    fn weight(&self, row: usize) -> f64 {
        self.original.rows.weights.as_ref().map_or(1.0, |weights| weights[row])
    }

    fn mean_square(&self, values: &[f64]) -> f64 {
        let mut sum = CompensatedSum::default();
        values.iter().enumerate().for_each(|(row, value)| sum.add(self.weight(row) / self.total * value * value));
        sum.value()
    }

    /// Whether what is left of a column is no more than rounding of the columns.
    fn is_rounding(&self, column: usize, shares: &[DoubleDouble], left: &[f64]) -> bool {
        let (centres, scales) = self.original.layout.centres_and_scales();
        let variance = |of: usize| scales[of] * scales[of] * self.original_share(of);
        let square = |of: usize| variance(of) + centres[of] * centres[of];
        let of_others: f64 = self.kept.iter().map(|&kept| shares[kept].value().powi(2) * square(kept)).sum();
        self.mean_square(left) <= (DETERMINED * variance(column)).max(ROUNDING * (square(column) + of_others))
    }

    /// Mean square of a column as it is held in the original layout, centred and scaled: 1 for
    /// numbers, the share of rows for a code.
    fn original_share(&self, column: usize) -> f64 {
        let is_replaced = self.residuals.iter().any(|(replaced, _)| *replaced == column);
        if is_replaced { 1.0 } else { self.cell(column, column) / self.total }
    }

    /// Weighted products of values with the columns as they are now.
    fn products(&self, values: &[f64]) -> Vec<f64> {
        let scores: Vec<f64> = values.iter().enumerate().map(|(row, value)| self.weight(row) * value).collect();
        let mut products = self.original.products(&scores);
        let (centres, scales) = self.layout.centres_and_scales();
        for (column, residual) in &self.residuals {
            let mut sum = CompensatedSum::default();
            let cells = residual.iter().zip(&scores);
            cells.for_each(|(left, score)| sum.add((left - centres[*column]) / scales[*column] * score));
            products[*column] = sum.value();
        }
        products
    }

    /// Puts what is left of a column in its place.
    fn replace(&mut self, column: usize, shares: Vec<DoubleDouble>, residual: Vec<f64>) {
        let mut centre = CompensatedSum::default();
        if self.layout.has_intercept {
            let cells = residual.iter().enumerate();
            cells.for_each(|(row, left)| centre.add(self.weight(row) / self.total * left));
        }
        let centre = centre.value();
        let centred: Vec<f64> = residual.iter().map(|left| left - centre).collect();
        let scale = self.mean_square(&centred).sqrt();
        let number = NumberColumn { column, centre, scale: if scale.is_normal() { scale } else { 1.0 } };
        match self.layout.numbers.iter_mut().find(|number| number.column == column) {
            Some(own) => *own = number,
            None => {
                self.layout.numbers.push(number);
                self.layout.moved.push(column);
            }
        }
        self.layout.reductions.push(Reduction { column, shares: shares[..column].to_vec() });
        self.residuals.push((column, residual));
        let fitted: Vec<f64> = centred.iter().map(|left| left / number.scale).collect();
        let n = self.layout.n_columns;
        for (other, product) in self.products(&fitted).into_iter().enumerate() {
            self.cells[column * n + other] = product;
            self.cells[other * n + column] = product;
        }
    }
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}
