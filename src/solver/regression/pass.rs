//! One pass over rows: the weighted cross-products of the columns, and their products with a
//! score.
//!
//! Notation: `z_i` a centred and scaled row with a 1 in front, `w_i` its weight and `u_i` its
//! score in this pass.
//!
//! ```text
//! gradient    = sum u_i z_i
//! information = sum w_i z_i z_i'
//! ```
//! Rows go through in tiles that stay in the nearest cache. The numbers of a tile are
//! multiplied as matrices. Rows of the same codes stand together: their sum is added to the sums
//! of each code, and its weight to those of each pair of codes, so that no column of zeros and ones
//! is ever made. Tiles make segments, whose number depends on the shape of the table alone;
//! segments are added in their order, so threads change no digit.

use std::ops::Range;

use rayon::prelude::*;

use super::buffers::{Buffers, LANES, TILE};
use super::layout::{FactorColumns, Layout};
use super::rows::Rows;
use super::runs::Runs;
use super::sums::{RawSums, Slopes, Sums, add_all};
use crate::solver::design::REFERENCE;
use crate::solver::matrix_product::{Loop, add_cross_product, wide};

/// Rows of a segment at the least.
const LEAST_SEGMENT: usize = 4_096;
/// Segments at the most; enough to keep many threads busy to the end.
const MOST_SEGMENTS: usize = 128;
/// Numbers that the sums of all segments together hold at the most.
const MOST_HELD: usize = 1 << 24;

/// The rows that a pass goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    All,
    /// One tile in eight.
    Eighth,
}

impl Share {
    /// One tile in so many.
    fn step(self) -> usize {
        match self {
            Self::All => 1,
            Self::Eighth => 8,
        }
    }
}

/// What a pass asks of a tile of rows.
pub(super) struct Tile<'a> {
    /// The first row.
    pub(super) start: usize,
    /// The linear predictor of each row, with its offset.
    pub(super) predictors: &'a [f64],
    pub(super) response: &'a [f64],
    /// What each row counts for, where rows differ.
    pub(super) prior: Option<&'a [f64]>,
}

impl Tile<'_> {
    /// What a row of the tile counts for.
    #[inline]
    pub(super) fn prior(&self, row: usize) -> f64 {
        self.prior.map_or(1.0, |prior| prior[row])
    }
}

/// Rows and how their columns are held, ready to be gone through.
#[derive(Clone, Copy)]
pub(super) struct Pass<'a> {
    pub(super) layout: &'a Layout,
    pub(super) rows: &'a Rows,
}

impl Pass<'_> {
    /// Sums over all rows. `judge` gives the weight and the score of each row of a tile and
    /// what the tile adds to the total.
    pub(super) fn sums<F>(&self, coefficients: &[f64], judge: F) -> Sums
    where
        F: Fn(&Tile<'_>, &mut [f64], &mut [f64]) -> f64 + Sync,
    {
        self.raw_sums(Share::All, coefficients, judge).assembled(self.layout)
    }

    /// The same over a share of the rows, as a state to which other rows can be added.
    pub(super) fn raw_sums<F>(&self, share: Share, coefficients: &[f64], judge: F) -> RawSums
    where
        F: Fn(&Tile<'_>, &mut [f64], &mut [f64]) -> f64 + Sync,
    {
        let slopes = Slopes::of(self.layout, coefficients);
        let segments: Vec<RawSums> = self
            .segments()
            .into_par_iter()
            .map(|(start, end)| {
                let mut buffers = Buffers::new(self.layout);
                let mut sums = RawSums::new(self.layout);
                for from in (start..end).step_by(TILE * share.step()) {
                    self.add_tile(&slopes, from, end.min(from + TILE), &judge, &mut buffers, &mut sums);
                }
                sums
            })
            .collect();
        let mut segments = segments.into_iter();
        let mut all = segments.next().unwrap_or_else(|| RawSums::new(self.layout));
        segments.for_each(|segment| all.add(&segment));
        all
    }

    /// The columns of codes that a row has, with what it has in them.
    pub(super) fn code_columns(&self, row: usize) -> impl Iterator<Item = (usize, f64)> {
        let factors = &self.layout.factors;
        let codes = &self.rows.codes[row * factors.len()..(row + 1) * factors.len()];
        let multipliers = &self.rows.multipliers[row * self.layout.n_multipliers..];
        factors.iter().zip(codes).filter(|(_, code)| **code != REFERENCE).map(move |(factor, code)| {
            let number = factor.multiplier.map_or(1.0, |(slot, scale)| multipliers[slot] / scale);
            (factor.first + *code as usize, number)
        })
    }

    /// First and last row of each segment.
    pub(super) fn segments(&self) -> Vec<(usize, usize)> {
        let most = (MOST_HELD / RawSums::size(self.layout)).clamp(4, MOST_SEGMENTS);
        let length = self.rows.n_rows.div_ceil(most).max(LEAST_SEGMENT).next_multiple_of(TILE);
        (0..self.rows.n_rows).step_by(length).map(|start| (start, self.rows.n_rows.min(start + length))).collect()
    }

    fn add_tile<F>(
        &self,
        slopes: &Slopes,
        start: usize,
        end: usize,
        judge: &F,
        buffers: &mut Buffers,
        sums: &mut RawSums,
    ) where
        F: Fn(&Tile<'_>, &mut [f64], &mut [f64]) -> f64,
    {
        let n = end - start;
        // With the widest registers of the processor; lanes are added up in the same way on all.
        wide(Predicting { pass: self, slopes: Some(slopes), start, n, buffers });
        self.add_offset(start, &mut buffers.predictors[..n]);
        let tile = Tile {
            start,
            predictors: &buffers.predictors[..n],
            response: &self.rows.response[start..end],
            prior: self.rows.weights.as_ref().map(|weights| &weights[start..end]),
        };
        sums.total += judge(&tile, &mut buffers.weights[..n], &mut buffers.scores[..n]);
        wide(Weighing { pass: self, start, n, buffers, sums });
        self.add_numbers(n, buffers, sums);
    }

    /// The rows of a tile, centred and scaled, with a 1 in front.
    #[inline(always)]
    pub(super) fn fill(&self, start: usize, n: usize, buffers: &mut Buffers) {
        let q = self.layout.numbers.len();
        let raw = &self.rows.numbers[start * q..(start + n) * q];
        if q == 0 {
            buffers.rows.chunks_exact_mut(buffers.stride).take(n).for_each(|row| row[0] = 1.0);
            return;
        }
        for (row, raw) in buffers.rows.chunks_exact_mut(buffers.stride).zip(raw.chunks_exact(q)) {
            row[0] = 1.0;
            let shapes = buffers.centres.iter().zip(&buffers.reciprocals);
            for ((cell, raw), (centre, reciprocal)) in row[1..=q].iter_mut().zip(raw).zip(shapes) {
                *cell = (raw - centre) * reciprocal;
            }
        }
    }

    #[inline(always)]
    fn predict(&self, slopes: &Slopes, start: usize, n: usize, buffers: &mut Buffers) {
        let slope = &mut buffers.slope;
        slope[..slopes.numbers.len()].copy_from_slice(&slopes.numbers);
        for (predictor, row) in buffers.predictors[..n].iter_mut().zip(buffers.rows.chunks_exact(buffers.stride)) {
            *predictor = dot(row, slope);
        }
        for (codes, rows) in self.runs(start, n) {
            let mut of_codes = 0.0;
            for ((factor, of_code), &code) in self.layout.factors.iter().zip(&slopes.factors).zip(codes) {
                match factor.multiplier {
                    _ if code == REFERENCE => {}
                    None => of_codes += of_code[code as usize],
                    Some(multiplier) => rows.clone().for_each(|row| {
                        buffers.predictors[row] += of_code[code as usize] * self.multiplier(start + row, multiplier);
                    }),
                }
            }
            buffers.predictors[rows].iter_mut().for_each(|predictor| *predictor += of_codes);
        }
    }

    pub(super) fn add_offset(&self, start: usize, predictors: &mut [f64]) {
        if let Some(offset) = &self.rows.offset {
            add_all(predictors, &offset[start..start + predictors.len()]);
        }
    }

    /// The codes of each run of rows in a tile, and the rows by their numbers in it.
    #[inline(always)]
    pub(super) fn runs(&self, start: usize, n: usize) -> Runs<'_> {
        Runs::of(self.rows, self.layout.factors.len(), start, n)
    }

    /// What stands in place of the 1 in a row.
    #[inline(always)]
    pub(super) fn multiplier(&self, row: usize, (slot, scale): (usize, f64)) -> f64 {
        self.rows.multipliers[row * self.layout.n_multipliers + slot] / scale
    }

    /// Rows times their weights, the score behind them.
    #[inline(always)]
    fn weigh(&self, n: usize, buffers: &mut Buffers) {
        let width = self.layout.numbers.len() + 2;
        let rows = buffers.rows.chunks_exact(buffers.stride);
        let weights = buffers.weights[..n].iter().zip(&buffers.scores);
        for ((weighted, row), (weight, score)) in buffers.weighted.chunks_exact_mut(width).zip(rows).zip(weights) {
            let (last, first) = (width - 1, &row[..width - 1]);
            weighted[..last].iter_mut().zip(first).for_each(|(weighted, cell)| *weighted = cell * weight);
            weighted[last] = *score;
        }
    }

    fn add_numbers(&self, n: usize, buffers: &mut Buffers, sums: &mut RawSums) {
        let n_numbers = self.layout.numbers.len() + 1;
        let width = n_numbers + 1;
        let weighted = &buffers.weighted[..n * width];
        add_cross_product(&buffers.rows[..n * buffers.stride], weighted, &mut sums.numbers, n, n_numbers, width);
    }

    /// Adds the weighted rows of a tile to the sums of their codes, rows of the same codes at once.
    #[inline(always)]
    fn add_codes(&self, start: usize, n: usize, buffers: &mut Buffers, sums: &mut RawSums) {
        let width = self.layout.numbers.len() + 2;
        let Buffers { weighted, weights, run, .. } = buffers;
        for (codes, rows) in self.runs(start, n) {
            let (first, others) = weighted[rows.start * width..rows.end * width].split_at(width);
            run.copy_from_slice(first);
            others.chunks_exact(width).for_each(|weighted| add_all(run, weighted));
            for (at, (factor, &code)) in self.layout.factors.iter().zip(codes).enumerate() {
                if code == REFERENCE {
                    continue;
                }
                let code = code as usize;
                let own = &mut sums.by_code[at][code * width..(code + 1) * width];
                let Some(multiplier) = factor.multiplier else {
                    add_all(own, run);
                    continue;
                };
                for row in rows.clone() {
                    let multiplier = self.multiplier(start + row, multiplier);
                    let weighted = &weighted[row * width..(row + 1) * width];
                    own.iter_mut().zip(weighted).for_each(|(own, cell)| *own += multiplier * cell);
                    sums.squares[at][code] += multiplier * multiplier * weights[row];
                }
            }
            self.add_pairs(start, codes, rows, weights, run[0], &mut sums.pairs);
        }
    }

    /// Adds the weights of rows of the same codes to the sums of their pairs of codes.
    #[inline(always)]
    fn add_pairs(
        &self,
        start: usize,
        codes: &[u32],
        rows: Range<usize>,
        weights: &[f64],
        weight: f64,
        pairs: &mut [Vec<f64>],
    ) {
        let factors = &self.layout.factors;
        let number = |row: usize, factor: &FactorColumns| {
            factor.multiplier.map_or(1.0, |multiplier| self.multiplier(start + row, multiplier))
        };
        let mut pair = 0;
        for (at, (factor, &code)) in factors.iter().zip(codes).enumerate() {
            if code == REFERENCE {
                pair += at;
                continue;
            }
            for (before, &other) in factors.iter().zip(codes).take(at) {
                if other != REFERENCE {
                    let cell = code as usize * before.n_columns + other as usize;
                    pairs[pair][cell] += if factor.multiplier.is_none() && before.multiplier.is_none() {
                        weight
                    } else {
                        rows.clone().map(|row| weights[row] * number(row, factor) * number(row, before)).sum()
                    };
                }
                pair += 1;
            }
        }
    }

    /// Weighted cross-products of the columns, and their products with the response less its
    /// offset and a level.
    pub(super) fn plain_products(&self, level: f64) -> Sums {
        self.raw_plain_products(level).assembled(self.layout)
    }

    /// The same as a state to which other rows can be added.
    pub(super) fn raw_plain_products(&self, level: f64) -> RawSums {
        self.raw_sums(Share::All, &vec![0.0; self.layout.n_columns], |tile, weights, scores| {
            let rows = tile.response.iter().zip(tile.predictors).enumerate();
            for ((row, (response, offset)), (weight, score)) in rows.zip(weights.iter_mut().zip(scores)) {
                let prior = tile.prior(row);
                (*weight, *score) = (prior, prior * (response - offset - level));
            }
            0.0
        })
    }
}

/// The rows of a tile and, where slopes are given, their linear predictors.
pub(super) struct Predicting<'a> {
    pub(super) pass: &'a Pass<'a>,
    pub(super) slopes: Option<&'a Slopes>,
    pub(super) start: usize,
    pub(super) n: usize,
    pub(super) buffers: &'a mut Buffers,
}

impl Loop for Predicting<'_> {
    #[inline(always)]
    fn run(self) {
        self.pass.fill(self.start, self.n, self.buffers);
        if let Some(slopes) = self.slopes {
            self.pass.predict(slopes, self.start, self.n, self.buffers);
        }
    }
}

/// The weighted rows of a tile and what they add by their codes.
struct Weighing<'a> {
    pass: &'a Pass<'a>,
    start: usize,
    n: usize,
    buffers: &'a mut Buffers,
    sums: &'a mut RawSums,
}

impl Loop for Weighing<'_> {
    #[inline(always)]
    fn run(self) {
        self.pass.weigh(self.n, self.buffers);
        self.pass.add_codes(self.start, self.n, self.buffers, self.sums);
    }
}

/// The product of two slices of whole lanes.
#[inline(always)]
pub(super) fn dot(left: &[f64], right: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    for (left, right) in left.chunks_exact(LANES).zip(right.chunks_exact(LANES)) {
        for lane in 0..LANES {
            lanes[lane] += left[lane] * right[lane];
        }
    }
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
}
