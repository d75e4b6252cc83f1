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
//! multiplied as matrices; a code adds its row of numbers to the sums of that code, and two
//! codes of one row add one number to the sums of the pair, so that no column of zeros and ones
//! is ever made. Tiles make segments, whose number depends on the shape of the table alone;
//! segments are added in their order, so threads change no digit.

use rayon::prelude::*;

use super::layout::{FactorColumns, Layout};
use super::rows::Rows;
use super::sums::{RawSums, Slopes, Sums, add_all};
use crate::solver::design::REFERENCE;
use crate::solver::matrix_product::{Loop, add_cross_product, wide};

/// Rows of one tile.
pub(super) const TILE: usize = 256;
/// Rows of a segment at the least.
const LEAST_SEGMENT: usize = 4_096;
/// Segments at the most; enough to keep many threads busy to the end.
const MOST_SEGMENTS: usize = 128;
/// Numbers that the sums of all segments together hold at the most.
const MOST_HELD: usize = 1 << 24;
/// Running sums of one product, so that the processor need not wait for each addition.
const LANES: usize = 4;

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
        self.raw_sums(coefficients, judge).assembled(self.layout)
    }

    /// The same as a state to which other rows can be added.
    pub(super) fn raw_sums<F>(&self, coefficients: &[f64], judge: F) -> RawSums
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
                for from in (start..end).step_by(TILE) {
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
        wide(Predicting { pass: self, slopes, start, n, buffers });
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
        for (at, factor) in self.layout.factors.iter().enumerate() {
            let of_code = &slopes.factors[at];
            self.each_code(start, n, at, factor, |row, code, multiplier| {
                buffers.predictors[row] += of_code[code] * multiplier;
            });
        }
    }

    fn add_offset(&self, start: usize, predictors: &mut [f64]) {
        if let Some(offset) = &self.rows.offset {
            add_all(predictors, &offset[start..start + predictors.len()]);
        }
    }

    /// Calls back with each row of a tile that has a code of a factor, that code and its number.
    #[inline(always)]
    fn each_code(
        &self,
        start: usize,
        n: usize,
        at: usize,
        factor: &FactorColumns,
        mut act: impl FnMut(usize, usize, f64),
    ) {
        let (width, n_multipliers) = (self.layout.factors.len(), self.layout.n_multipliers);
        for row in 0..n {
            let code = self.rows.codes[(start + row) * width + at];
            if code != REFERENCE {
                let multiplier = match factor.multiplier {
                    Some((slot, scale)) => self.rows.multipliers[(start + row) * n_multipliers + slot] / scale,
                    None => 1.0,
                };
                act(row, code as usize, multiplier);
            }
        }
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

    #[inline(always)]
    fn add_codes(&self, start: usize, n: usize, buffers: &Buffers, sums: &mut RawSums) {
        let width = self.layout.numbers.len() + 2;
        for (at, factor) in self.layout.factors.iter().enumerate() {
            let (by_code, squares) = (&mut sums.by_code[at], &mut sums.squares[at]);
            self.each_code(start, n, at, factor, |row, code, multiplier| {
                let weighted = &buffers.weighted[row * width..(row + 1) * width];
                let own = &mut by_code[code * width..(code + 1) * width];
                if factor.multiplier.is_some() {
                    own.iter_mut().zip(weighted).for_each(|(own, cell)| *own += multiplier * cell);
                    squares[code] += multiplier * multiplier * buffers.weights[row];
                } else {
                    add_all(own, weighted);
                }
            });
        }
        self.add_pairs(start, n, buffers, sums);
    }

    #[inline(always)]
    fn add_pairs(&self, start: usize, n: usize, buffers: &Buffers, sums: &mut RawSums) {
        let (factors, n_multipliers) = (&self.layout.factors, self.layout.n_multipliers);
        if factors.len() < 2 {
            return;
        }
        for row in 0..n {
            let codes = &self.rows.codes[(start + row) * factors.len()..][..factors.len()];
            let multipliers = &self.rows.multipliers[(start + row) * n_multipliers..][..n_multipliers];
            let number =
                |factor: &FactorColumns| factor.multiplier.map_or(1.0, |(slot, scale)| multipliers[slot] / scale);
            let mut pair = 0;
            for at in 1..factors.len() {
                if codes[at] == REFERENCE {
                    pair += at;
                    continue;
                }
                let weight = buffers.weights[row] * number(&factors[at]);
                for before in 0..at {
                    if codes[before] != REFERENCE {
                        let cell = codes[at] as usize * factors[before].n_columns + codes[before] as usize;
                        sums.pairs[pair][cell] += weight * number(&factors[before]);
                    }
                    pair += 1;
                }
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
        self.raw_sums(&vec![0.0; self.layout.n_columns], |tile, weights, scores| {
            let rows = tile.response.iter().zip(tile.predictors).enumerate();
            for ((row, (response, offset)), (weight, score)) in rows.zip(weights.iter_mut().zip(scores)) {
                let prior = tile.prior(row);
                (*weight, *score) = (prior, prior * (response - offset - level));
            }
            0.0
        })
    }

    /// Products of the columns with a score of each row.
    pub(super) fn products(&self, scores: &[f64]) -> Vec<f64> {
        let segments: Vec<Vec<f64>> = self
            .segments()
            .into_par_iter()
            .map(|(start, end)| {
                let mut buffers = Buffers::new(self.layout);
                let mut products = vec![0.0; self.layout.n_columns];
                for from in (start..end).step_by(TILE) {
                    self.add_products(from, end.min(from + TILE), scores, &mut buffers, &mut products);
                }
                products
            })
            .collect();
        segments.into_iter().fold(vec![0.0; self.layout.n_columns], |mut all, segment| {
            add_all(&mut all, &segment);
            all
        })
    }

    fn add_products(&self, start: usize, end: usize, scores: &[f64], buffers: &mut Buffers, products: &mut [f64]) {
        let (n, stride) = (end - start, buffers.stride);
        self.fill(start, n, buffers);
        buffers.slope.fill(0.0);
        for (row, score) in buffers.rows.chunks_exact(stride).zip(&scores[start..end]) {
            buffers.slope.iter_mut().zip(row).for_each(|(sum, cell)| *sum += cell * score);
        }
        if self.layout.has_intercept {
            products[0] += buffers.slope[0];
        }
        for (number, sum) in self.layout.numbers.iter().zip(&buffers.slope[1..]) {
            products[number.column] += sum;
        }
        for (at, factor) in self.layout.factors.iter().enumerate() {
            let own = &mut products[factor.first..factor.first + factor.n_columns];
            self.each_code(start, n, at, factor, |row, code, multiplier| own[code] += multiplier * scores[start + row]);
        }
    }

    /// The linear predictor of every row, with its offset, at fitted coefficients.
    pub(super) fn predictors(&self, coefficients: &[f64]) -> Vec<f64> {
        let mut all = self.linear(coefficients);
        self.add_offset(0, &mut all);
        all
    }

    /// The same without the offset.
    pub(super) fn linear(&self, coefficients: &[f64]) -> Vec<f64> {
        let slopes = Slopes::of(self.layout, coefficients);
        let mut all = vec![0.0; self.rows.n_rows];
        let chunks = all.par_chunks_mut(TILE * 16).enumerate();
        chunks.for_each_init(
            || Buffers::new(self.layout),
            |buffers, (chunk, all)| {
                for (tile, predictors) in all.chunks_mut(TILE).enumerate() {
                    let (start, n) = (chunk * TILE * 16 + tile * TILE, predictors.len());
                    self.fill(start, n, buffers);
                    self.predict(&slopes, start, n, buffers);
                    predictors.copy_from_slice(&buffers.predictors[..n]);
                }
            },
        );
        all
    }
}

/// The rows of a tile and their linear predictors.
struct Predicting<'a> {
    pass: &'a Pass<'a>,
    slopes: &'a Slopes,
    start: usize,
    n: usize,
    buffers: &'a mut Buffers,
}

impl Loop for Predicting<'_> {
    #[inline(always)]
    fn run(self) {
        self.pass.fill(self.start, self.n, self.buffers);
        self.pass.predict(self.slopes, self.start, self.n, self.buffers);
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

/// Memory of one tile, made once for a segment.
pub(super) struct Buffers {
    /// Numbers of a row, filled up to whole lanes.
    pub(super) stride: usize,
    centres: Vec<f64>,
    reciprocals: Vec<f64>,
    slope: Vec<f64>,
    /// Row after row: the 1, the numbers, zeros up to the stride.
    pub(super) rows: Vec<f64>,
    weighted: Vec<f64>,
    predictors: Vec<f64>,
    weights: Vec<f64>,
    scores: Vec<f64>,
}

impl Buffers {
    pub(super) fn new(layout: &Layout) -> Self {
        let n_numbers = layout.numbers.len() + 1;
        let stride = n_numbers.next_multiple_of(LANES);
        Self {
            stride,
            centres: layout.numbers.iter().map(|number| number.centre).collect(),
            reciprocals: layout.numbers.iter().map(|number| 1.0 / number.scale).collect(),
            slope: vec![0.0; stride],
            rows: vec![0.0; TILE * stride],
            weighted: vec![0.0; TILE * (n_numbers + 1)],
            predictors: vec![0.0; TILE],
            weights: vec![0.0; TILE],
            scores: vec![0.0; TILE],
        }
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
