//! The cross-products of scores that are summed within groups first.
//!
//! Rows of a group stand together, so one vector of scores is held at a time. A group that has
//! few of the columns adds the products of those it has; the others are multiplied as matrices,
//! many at once.

use rayon::prelude::*;

use super::buffers::{Buffers, TILE};
use super::family::Family;
use super::fit::RegressionFit;
use super::leverages::judge_alone;
use super::observations::Observations;
use super::pass::Pass;
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::kernel::undefined::Undefined;
use crate::solver::matrix_product::add_product;

/// Vectors of scores that are multiplied at once.
const BATCH: usize = 64;
/// A group with fewer than one in so many of the columns adds its products one by one.
const FEW: usize = 3;

/// `sum S_g S_g'` over the columns as they are fitted, and the number of groups.
pub(super) fn group_scores(
    observations: &Observations,
    family: Family,
    fit: &RegressionFit,
) -> Result<(SymmetricMatrix, usize), Undefined> {
    let groups = observations.groups().ok_or(Undefined::OneGroup)?;
    let n_groups = groups.chunk_by(|a, b| a == b).count();
    if n_groups < 2 {
        return Err(Undefined::OneGroup);
    }
    let pass = observations.pass();
    let segments: Vec<Vec<f64>> = whole_groups(pass.segments(), groups)
        .into_par_iter()
        .map(|(start, end)| {
            let mut products = GroupProducts::new(pass);
            let mut judged = (Buffers::new(pass.layout), vec![0.0; TILE], vec![0.0; TILE]);
            for from in (start..end).step_by(TILE) {
                let n = TILE.min(end - from);
                let (buffers, curvatures, scores) = &mut judged;
                pass.fill(from, n, buffers);
                judge_alone(observations, family, fit, from, &mut curvatures[..n], &mut scores[..n]);
                for (at, (row, score)) in buffers.rows.chunks_exact(buffers.stride).zip(&scores[..n]).enumerate() {
                    let row_number = from + at;
                    let weight = pass.rows.weights.as_ref().map_or(1.0, |weights| weights[row_number]);
                    products.add_row(row_number, row, weight * score);
                    if row_number + 1 == end || groups[row_number + 1] != groups[row_number] {
                        products.end_group();
                    }
                }
            }
            products.done()
        })
        .collect();
    let n = observations.n_columns();
    let mut all = vec![0.0; n * n];
    for segment in segments {
        all.iter_mut().zip(segment).for_each(|(all, cell)| *all += cell);
    }
    Ok((SymmetricMatrix::from_lower(n, |row, column| all[row * n + column]), n_groups))
}

/// Segments whose ends are moved on to where a group ends.
fn whole_groups(segments: Vec<(usize, usize)>, groups: &[u32]) -> Vec<(usize, usize)> {
    let moved = |at: usize| {
        let (before, after) = groups.split_at(at);
        let split = before.last().map_or(0, |group| after.partition_point(|other| other == group));
        at + split
    };
    let moved = segments.into_iter().map(|(start, end)| (moved(start), moved(end)));
    moved.filter(|(start, end)| start < end).collect()
}

/// Products of the groups that are done, and the scores of the one that is not.
struct GroupProducts<'a> {
    pass: Pass<'a>,
    n_columns: usize,
    /// Where the 1 and the numbers stand in the design, as far as they do.
    numbers: Vec<(usize, usize)>,
    scores: Vec<f64>,
    /// Columns of codes that the group has.
    touched: Vec<usize>,
    is_touched: Vec<bool>,
    /// Vectors of whole groups, one after the other.
    held: Vec<f64>,
    /// The lower half at least.
    products: Vec<f64>,
}

impl<'a> GroupProducts<'a> {
    fn new(pass: Pass<'a>) -> Self {
        let n = pass.layout.n_columns;
        let one = pass.layout.has_intercept.then_some((0, 0));
        let others = pass.layout.numbers.iter().enumerate().map(|(at, number)| (at + 1, number.column));
        Self {
            pass,
            n_columns: n,
            numbers: one.into_iter().chain(others).collect(),
            scores: vec![0.0; n],
            touched: Vec::new(),
            is_touched: vec![false; n],
            held: Vec::new(),
            products: vec![0.0; n * n],
        }
    }

    fn add_row(&mut self, row_number: usize, row: &[f64], score: f64) {
        for &(at, column) in &self.numbers {
            self.scores[column] += score * row[at];
        }
        for (column, number) in self.pass.code_columns(row_number) {
            self.scores[column] += score * number;
            if !self.is_touched[column] {
                self.is_touched[column] = true;
                self.touched.push(column);
            }
        }
    }

    fn end_group(&mut self) {
        let n = self.n_columns;
        if (self.numbers.len() + self.touched.len()) * FEW < n {
            self.touched.extend(self.numbers.iter().map(|(_, column)| *column));
            self.touched.sort_unstable();
            for (at, &row) in self.touched.iter().enumerate() {
                let cells = &mut self.products[row * n..(row + 1) * n];
                for &column in &self.touched[..=at] {
                    cells[column] += self.scores[row] * self.scores[column];
                }
            }
            self.touched.iter().for_each(|&column| self.scores[column] = 0.0);
        } else {
            self.held.extend_from_slice(&self.scores);
            self.scores.fill(0.0);
            if self.held.len() == BATCH * n {
                self.multiply();
            }
        }
        self.touched.iter().for_each(|&column| self.is_touched[column] = false);
        self.touched.clear();
    }

    fn multiply(&mut self) {
        if self.held.is_empty() {
            return;
        }
        let n = self.n_columns;
        let n_held = self.held.len() / n;
        let turned: Vec<f64> =
            (0..n).flat_map(|column| self.held.iter().skip(column).step_by(n).copied().collect::<Vec<_>>()).collect();
        add_product(&turned, &self.held, &mut self.products, n, n_held, n);
        self.held.clear();
    }

    fn done(mut self) -> Vec<f64> {
        self.multiply();
        self.products
    }
}
