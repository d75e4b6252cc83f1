//! What holds coefficients back: half of `l2_penalty` times the squared coefficients of the
//! standardised columns.
//!
//! Notation: `b` fitted coefficients, `K` the penalty, so that `b' K b / 2` is taken off the
//! log-likelihood. `K` is diagonal unless columns are reduced; then `K = L' D L`, with `L` from
//! fitted coefficients to those of the whole columns and `D` the penalty of these.

use super::observations::Observations;
use crate::kernel::symmetric_matrix::SymmetricMatrix;

/// A penalty on the fitted coefficients of a design.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Penalty {
    None,
    OfEach(Vec<f64>),
    Whole(SymmetricMatrix),
}

impl Penalty {
    /// `l2_penalty` times the variance of each column; the intercept is free.
    pub(super) fn of(observations: &Observations, l2_penalty: f64) -> Self {
        if l2_penalty == 0.0 {
            return Self::None;
        }
        let n = observations.n_columns();
        let first = usize::from(observations.has_intercept());
        let pass = observations.original_pass();
        let weights = observations.weights().map_or_else(|| vec![1.0; observations.n_rows()], <[f64]>::to_vec);
        let (sums, total) = (pass.products(&weights), observations.total_weight());
        let whole = match observations.has_reductions() {
            true => pass.plain_products(0.0).information,
            false => observations.products.information.clone(),
        };
        let variance = |column: usize| {
            let mean = sums[column] / total;
            (whole.get(column, column) / total - mean * mean).max(0.0)
        };
        let of_each: Vec<f64> =
            (0..n).map(|column| if column < first { 0.0 } else { l2_penalty * variance(column) }).collect();
        if !observations.has_reductions() {
            return Self::OfEach(of_each);
        }
        let whole_slopes: Vec<Vec<f64>> = (0..n)
            .map(|column| {
                let mut unit = vec![0.0; n];
                unit[column] = 1.0;
                observations.whole_slopes(&unit)
            })
            .collect();
        Self::Whole(SymmetricMatrix::from_lower(n, |row, column| {
            let slopes = whole_slopes[row].iter().zip(&whole_slopes[column]);
            slopes.zip(&of_each).map(|((row, column), penalty)| row * column * penalty).sum()
        }))
    }

    /// One cell of `K`.
    pub(super) fn cell(&self, row: usize, column: usize) -> f64 {
        match self {
            Self::None => 0.0,
            Self::OfEach(of_each) => {
                if row == column {
                    of_each[row]
                } else {
                    0.0
                }
            }
            Self::Whole(matrix) => matrix.get(row, column),
        }
    }

    /// `K b`.
    pub(super) fn times(&self, coefficients: &[f64]) -> Vec<f64> {
        match self {
            Self::None => vec![0.0; coefficients.len()],
            Self::OfEach(of_each) => of_each.iter().zip(coefficients).map(|(penalty, b)| penalty * b).collect(),
            Self::Whole(matrix) => (0..coefficients.len())
                .map(|row| matrix.row(row).iter().zip(coefficients).map(|(penalty, b)| penalty * b).sum())
                .collect(),
        }
    }

    /// `b' K b / 2`.
    pub(super) fn taken_off(&self, coefficients: &[f64]) -> f64 {
        self.times(coefficients).iter().zip(coefficients).map(|(held, b)| held * b / 2.0).sum()
    }

    /// An information with the penalty, over the columns that are kept.
    pub(super) fn added_to(&self, information: &SymmetricMatrix, kept: &[usize]) -> SymmetricMatrix {
        SymmetricMatrix::from_lower(kept.len(), |row, column| {
            let (row, column) = (kept[row], kept[column]);
            information.get(row, column) + self.cell(row, column)
        })
    }

    /// `trace (I + K)^-1 I = columns - trace (I + K)^-1 K`, from that inverse over kept columns.
    pub(super) fn effective_parameters(&self, inverse: &SymmetricMatrix, kept: &[usize]) -> f64 {
        let held_back: f64 = match self {
            Self::None => 0.0,
            Self::OfEach(of_each) => {
                kept.iter().enumerate().map(|(at, &column)| of_each[column] * inverse.get(at, at)).sum()
            }
            Self::Whole(matrix) => {
                let row = |at: usize| {
                    kept.iter().zip(inverse.row(at)).map(move |(&other, cell)| matrix.get(kept[at], other) * cell)
                };
                (0..kept.len()).flat_map(row).sum()
            }
        };
        kept.len() as f64 - held_back
    }
}
