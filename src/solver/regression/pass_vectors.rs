//! Passes over rows whose result is a vector: linear predictors, and products of the columns with
//! a score of each row.

use rayon::prelude::*;

use super::buffers::{Buffers, TILE};
use super::pass::{Pass, Predicting};
use super::sums::{Slopes, add_all};
use crate::kernel::zeros::zeros;
use crate::solver::design::REFERENCE;
use crate::solver::matrix_product::{Loop, wide};

impl Pass<'_> {
    /// Products of the columns with a score of each row.
    pub(super) fn products(&self, scores: &[f64]) -> Vec<f64> {
        self.products_of(None, |row, _| scores[row])
    }

    /// The same with scores that depend on the linear predictors at coefficients, without offset.
    pub(super) fn scored_products(&self, coefficients: &[f64], score: impl Fn(usize, f64) -> f64 + Sync) -> Vec<f64> {
        self.products_of(Some(&Slopes::of(self.layout, coefficients)), score)
    }

    fn products_of(&self, slopes: Option<&Slopes>, score: impl Fn(usize, f64) -> f64 + Sync) -> Vec<f64> {
        let segments: Vec<Vec<f64>> = self
            .segments()
            .into_par_iter()
            .map(|(start, end)| {
                let mut buffers = Buffers::new(self.layout);
                let mut products = vec![0.0; self.layout.n_columns];
                for from in (start..end).step_by(TILE) {
                    let n = TILE.min(end - from);
                    wide(Predicting { pass: self, slopes, start: from, n, buffers: &mut buffers });
                    let scores = buffers.scores[..n].iter_mut().zip(&buffers.predictors);
                    scores.enumerate().for_each(|(row, (own, predictor))| *own = score(from + row, *predictor));
                    wide(Scoring { pass: self, start: from, n, buffers: &mut buffers, products: &mut products });
                }
                products
            })
            .collect();
        segments.into_iter().fold(vec![0.0; self.layout.n_columns], |mut all, segment| {
            add_all(&mut all, &segment);
            all
        })
    }

    #[inline(always)]
    fn add_products(&self, start: usize, n: usize, buffers: &mut Buffers, products: &mut [f64]) {
        let Buffers { rows, scores, slope, stride, .. } = buffers;
        slope.fill(0.0);
        for (row, score) in rows.chunks_exact(*stride).zip(&scores[..n]) {
            slope.iter_mut().zip(row).for_each(|(sum, cell)| *sum += cell * score);
        }
        if self.layout.has_intercept {
            products[0] += slope[0];
        }
        for (number, sum) in self.layout.numbers.iter().zip(&slope[1..]) {
            products[number.column] += sum;
        }
        for (codes, rows) in self.runs(start, n) {
            let of_rows: f64 = scores[rows.clone()].iter().sum();
            for (factor, &code) in self.layout.factors.iter().zip(codes).filter(|(_, code)| **code != REFERENCE) {
                products[factor.first + code as usize] += match factor.multiplier {
                    None => of_rows,
                    Some(multiplier) => {
                        rows.clone().map(|row| self.multiplier(start + row, multiplier) * scores[row]).sum()
                    }
                };
            }
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
        if let Some(level) = slopes.level() {
            return vec![level; self.rows.n_rows];
        }
        let mut all = zeros::<f64>(self.rows.n_rows);
        let chunks = all.par_chunks_mut(TILE * 16).enumerate();
        chunks.for_each_init(
            || Buffers::new(self.layout),
            |buffers, (chunk, all)| {
                for (tile, predictors) in all.chunks_mut(TILE).enumerate() {
                    let (start, n) = (chunk * TILE * 16 + tile * TILE, predictors.len());
                    wide(Predicting { pass: self, slopes: Some(&slopes), start, n, buffers });
                    predictors.copy_from_slice(&buffers.predictors[..n]);
                }
            },
        );
        all
    }
}

/// The products of the columns of a tile with the scores of its rows.
struct Scoring<'a> {
    pass: &'a Pass<'a>,
    start: usize,
    n: usize,
    buffers: &'a mut Buffers,
    products: &'a mut [f64],
}

impl Loop for Scoring<'_> {
    #[inline(always)]
    fn run(self) {
        self.pass.add_products(self.start, self.n, self.buffers, self.products);
    }
}
