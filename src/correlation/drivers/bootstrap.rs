//! Percentile intervals from resamples of the rows.
//!
//! A resample is how often each row was drawn, so that its sums of products are the product
//! of these counts with the products of each row: a product of two large matrices, tile by
//! tile. Rows are drawn in an order of their own, and every replicate from a stream of its own.
//!
//! B. Efron & R. J. Tibshirani (1993), An Introduction to the Bootstrap, section 13.3.

use rand_core::Rng;
use rand_pcg::Pcg64;
use rayon::prelude::*;

use super::logit::Logit;
use super::measures::Measures;
use super::params::{Draws, ImportanceMethod};
use super::rows::{DistinctRows, Products};
use crate::kernel::interval::Interval;
use crate::kernel::quantile::quantiles;
use crate::solver::add_product;

/// Rows of a tile: products of some hundred columns that stay in the second cache.
const TILE: usize = 256;
/// Replicates that are drawn together at the most.
const BATCH: usize = 32;
/// Counts that are held for one batch.
const HELD: usize = 1 << 22;
/// Rows that a resample can have: one number each says which it is.
pub(super) const MOST_ROWS: u64 = 1 << 27;

/// One resample: the explained share, and the values of every method and player.
pub(super) struct Replicate {
    r_squared: f64,
    /// Explained share that the values of each method sum to.
    totals: Vec<f64>,
    values: Vec<Vec<Option<f64>>>,
}

pub(super) struct Bootstrap<'a> {
    pub(super) rows: &'a DistinctRows<'a>,
    pub(super) measures: &'a Measures<'a>,
    pub(super) logit: Option<&'a Logit<'a>>,
    pub(super) draws: Draws,
}

impl Bootstrap<'_> {
    /// All resamples that can be measured.
    pub(super) fn run(&self) -> Vec<Replicate> {
        let rows_of_units = self.rows_of_units();
        let batch = (HELD / self.rows.len()).clamp(4, BATCH);
        let n_batches = (self.draws.n as usize).div_ceil(batch);
        let batches: Vec<Vec<Replicate>> = (0..n_batches)
            .into_par_iter()
            .map(|at| self.batch(at * batch, ((at + 1) * batch).min(self.draws.n as usize), &rows_of_units))
            .collect();
        batches.into_iter().flatten().collect()
    }

    /// The distinct row of every row; empty when all of them are distinct.
    fn rows_of_units(&self) -> Vec<u32> {
        if self.rows.counts.iter().all(|&count| count == 1) {
            return vec![];
        }
        let counts = self.rows.counts.iter().enumerate();
        counts.flat_map(|(row, &count)| std::iter::repeat_n(row as u32, count as usize)).collect()
    }

    fn batch(&self, start: usize, end: usize, rows_of_units: &[u32]) -> Vec<Replicate> {
        let (n_rows, n_columns, n) = (self.rows.len(), self.rows.columns.len(), end - start);
        let counts: Vec<Vec<u32>> = (start..end).map(|replicate| self.drawn(replicate, rows_of_units)).collect();
        let width = Products::width(n_columns);
        let (mut sums, mut products, mut tile) = (vec![0.0; n * width], vec![0.0; TILE * width], vec![0.0; n * TILE]);
        for first in (0..n_rows).step_by(TILE) {
            let height = TILE.min(n_rows - first);
            self.fill_products(first, &mut products[..height * width]);
            for (tile, counts) in tile.chunks_exact_mut(height).zip(&counts) {
                let counts = &counts[first..first + height];
                tile.iter_mut().zip(counts).for_each(|(cell, &count)| *cell = f64::from(count));
            }
            add_product(&tile[..n * height], &products[..height * width], &mut sums, n, height, width);
        }
        let replicates = sums.chunks_exact(width).zip(&counts);
        replicates.filter_map(|(sums, counts)| self.measured(&Products::of(n_columns, sums.to_vec()), counts)).collect()
    }

    /// Weight, columns and products of every row of a tile.
    fn fill_products(&self, first: usize, products: &mut [f64]) {
        let columns = &self.rows.columns;
        for (at, cells) in products.chunks_exact_mut(Products::width(columns.len())).enumerate() {
            let (row, (weight, cells)) = (first + at, cells.split_at_mut(1));
            weight[0] = self.rows.weights[row];
            let (sums, products) = cells.split_at_mut(columns.len());
            sums.iter_mut().zip(columns).for_each(|(sum, column)| *sum = column[row]);
            let mut place = 0;
            for left in 0..sums.len() {
                let weighted = weight[0] * sums[left];
                let to = products[place..=place + left].iter_mut().zip(&sums[..=left]);
                to.for_each(|(product, right)| *product = weighted * right);
                place += left + 1;
            }
            sums.iter_mut().for_each(|sum| *sum *= weight[0]);
        }
    }

    /// How often each row is drawn.
    fn drawn(&self, replicate: usize, rows_of_units: &[u32]) -> Vec<u32> {
        let mut random = Pcg64::new(self.draws.seed.into(), replicate as u128);
        let n = self.rows.n();
        let mut counts = vec![0; self.rows.len()];
        let least = (1_u64 << 32).wrapping_rem(n);
        let mut left = n;
        // Two draws of 32 bits from one number, by Lemire (2019); those that would favour a
        // row are thrown away.
        while left > 0 {
            let bits = random.next_u64();
            for half in [bits & 0xffff_ffff, bits >> 32] {
                let product = half * n;
                if left > 0 && product & 0xffff_ffff >= least {
                    let unit = (product >> 32) as usize;
                    counts[rows_of_units.get(unit).map_or(unit, |&row| row as usize)] += 1;
                    left -= 1;
                }
            }
        }
        counts
    }

    fn measured(&self, products: &Products, counts: &[u32]) -> Option<Replicate> {
        let correlations = products.correlations()?;
        let measured = self.measures.of(&correlations).ok()?;
        let n_players = self.measures.players.len();
        let r_squared = measured.fit.r_squared;
        let mut totals = vec![r_squared; self.measures.methods.len()];
        let mut values: Vec<Vec<Option<f64>>> =
            measured.values.into_iter().map(|values| values.unwrap_or_else(|_| vec![None; n_players])).collect();
        let place = self.measures.methods.iter().position(|method| *method == ImportanceMethod::LogitRelativeWeights);
        if let Some((place, logit)) = place.zip(self.logit) {
            let trials: Vec<f64> =
                counts.iter().zip(&self.rows.weights).map(|(&count, weight)| f64::from(count) * weight).collect();
            let weights = logit.weights(&trials, &products.sds(), &correlations).ok();
            totals[place] = weights.as_ref().map_or(0.0, |(_, summary)| summary.r_squared);
            values[place] =
                weights.map_or_else(|| vec![None; n_players], |(weights, _)| weights.into_iter().map(Some).collect());
        }
        Some(Replicate { r_squared, totals, values })
    }
}

/// The middle part of the replicates; none of fewer than two.
fn percentiles(mut values: Vec<f64>, conf_level: f64) -> Option<Interval> {
    if values.len() < 2 {
        return None;
    }
    let tail = (1.0 - conf_level) / 2.0;
    let ends = quantiles(&mut values, &[tail, 1.0 - tail]);
    ends[0].zip(ends[1]).map(|(low, high)| Interval { low, high })
}

/// Interval of the explained share.
pub(super) fn r_squared_interval(replicates: &[Replicate], conf_level: f64) -> Option<Interval> {
    percentiles(replicates.iter().map(|replicate| replicate.r_squared).collect(), conf_level)
}

/// Intervals of the value and of the share of one player by one method.
pub(super) fn intervals(
    replicates: &[Replicate],
    method: usize,
    player: usize,
    conf_level: f64,
) -> (Option<Interval>, Option<Interval>) {
    let value = |replicate: &Replicate| replicate.values[method][player];
    let share = |replicate: &Replicate| {
        value(replicate).filter(|_| replicate.totals[method] > 0.0).map(|value| value / replicate.totals[method])
    };
    (
        percentiles(replicates.iter().filter_map(value).collect(), conf_level),
        percentiles(replicates.iter().filter_map(share).collect(), conf_level),
    )
}
