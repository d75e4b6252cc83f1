//! Rows in an order of their own, equal ones as one.

use rayon::prelude::*;

use super::correlations::Varying;
use super::design::KeyDriversState;
use crate::kernel::importance::Players;
use crate::kernel::moments::Moments;
use crate::kernel::sum::CompensatedSum;
use crate::kernel::symmetric_matrix::SymmetricMatrix;
use crate::kernel::undefined::Undefined;
use crate::kernel::weight::WeightKind;

/// The distinct rows in ascending order, so that the order of the table is forgotten. Rows of
/// a survey repeat a lot.
pub(super) struct DistinctRows<'a> {
    pub(super) players: &'a Players,
    /// Standardised columns, the target last.
    pub(super) columns: Vec<Vec<f64>>,
    /// The target as it is.
    pub(super) target: Vec<f64>,
    /// Sampling weight of each row; 1 without.
    pub(super) weights: Vec<f64>,
    /// How many rows there are of each; with frequency weights their sum.
    pub(super) counts: Vec<u64>,
}

impl<'a> DistinctRows<'a> {
    pub(super) fn of(
        state: &KeyDriversState,
        kind: Option<WeightKind>,
        varying: &'a Varying<'a>,
    ) -> Result<Self, Undefined> {
        let mut columns: Vec<&[f64]> = varying.columns.clone();
        columns.push(&state.target);
        let n_columns = columns.len();
        let sampling = state.weights.as_deref().filter(|_| kind == Some(WeightKind::Sampling));
        columns.extend(sampling);
        let (rows, counts) = distinct(&columns, state.weights.as_deref().filter(|_| sampling.is_none()));
        let picked = |column: &[f64]| rows.iter().map(|&row| column[row]).collect::<Vec<f64>>();
        let standardized = |column: &[f64]| -> Result<Vec<f64>, Undefined> {
            let moments = Moments::of(column)?;
            let (mean, sd) = (moments.mean(), moments.population_sd()?);
            Ok(rows.iter().map(|&row| (column[row] - mean) / sd).collect())
        };
        Ok(Self {
            players: &varying.players,
            columns: columns[..n_columns].iter().map(|column| standardized(column)).collect::<Result<_, _>>()?,
            target: picked(&state.target),
            weights: sampling.map_or_else(|| vec![1.0; rows.len()], picked),
            counts,
        })
    }

    pub(super) fn len(&self) -> usize {
        self.counts.len()
    }

    /// Standard deviations of the columns when rows count as often as `trials` says.
    pub(super) fn sds(&self, trials: &[f64]) -> Vec<f64> {
        let weighted = |value: &dyn Fn(usize) -> f64| {
            let mut sum = CompensatedSum::default();
            trials.iter().enumerate().for_each(|(row, trials)| sum.add(trials * value(row)));
            sum.value()
        };
        let total = weighted(&|_| 1.0);
        let sd = |column: &Vec<f64>| {
            let mean = weighted(&|row| column[row]) / total;
            (weighted(&|row| (column[row] - mean).powi(2)) / total).sqrt()
        };
        self.columns.iter().map(sd).collect()
    }

    /// Rows that a resample draws.
    pub(super) fn n(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// The first row of each kind in ascending order, and how many there are of it.
fn distinct(columns: &[&[f64]], frequencies: Option<&[f64]>) -> (Vec<usize>, Vec<u64>) {
    let (n, width) = (columns[0].len(), columns.len());
    let mut cells = vec![0.0; n * width];
    cells.par_chunks_exact_mut(width).enumerate().for_each(|(row, cells)| {
        cells.iter_mut().zip(columns).for_each(|(cell, column)| *cell = column[row]);
    });
    let row = |row: usize| &cells[row * width..(row + 1) * width];
    let compare = |left: usize, right: usize| {
        let pairs = row(left).iter().zip(row(right));
        pairs
            .map(|(left, right)| left.total_cmp(right))
            .find(|order| order.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal)
    };
    let mut order: Vec<usize> = (0..n).collect();
    order.par_sort_unstable_by(|&left, &right| compare(left, right));
    let (mut rows, mut counts): (Vec<usize>, Vec<u64>) = (Vec::new(), Vec::new());
    for at in order {
        let count = frequencies.map_or(1, |frequencies| frequencies[at] as u64);
        match (rows.last(), counts.last_mut()) {
            (Some(&last), Some(so_far)) if compare(last, at).is_eq() => *so_far += count,
            _ => {
                rows.push(at);
                counts.push(count);
            }
        }
    }
    (rows, counts)
}

/// Weighted sums of products of standardised columns: what a resample is measured by.
pub(super) struct Products {
    /// Number of columns, the target among them.
    n_columns: usize,
    /// Weight, then for each column its sum and its products with those up to itself.
    sums: Vec<f64>,
}

impl Products {
    /// Sums that a row of so many columns has.
    pub(super) fn width(n_columns: usize) -> usize {
        1 + n_columns + n_columns * (n_columns + 1) / 2
    }

    pub(super) fn of(n_columns: usize, sums: Vec<f64>) -> Self {
        Self { n_columns, sums }
    }

    /// Variance of a column times the weight, and the weight.
    fn centred(&self, row: usize, column: usize) -> f64 {
        let product = self.sums[1 + self.n_columns + row * (row + 1) / 2 + column];
        product - self.sums[1 + row] * self.sums[1 + column] / self.sums[0]
    }

    /// Standard deviations, in those of all rows.
    pub(super) fn sds(&self) -> Vec<f64> {
        (0..self.n_columns).map(|column| (self.centred(column, column) / self.sums[0]).sqrt()).collect()
    }

    /// Correlations; none when a column is constant in the resample.
    pub(super) fn correlations(&self) -> Option<SymmetricMatrix> {
        // What is left of a constant by rounding, beside its square.
        const CONSTANT: f64 = 1e-12;
        let squares: Vec<f64> = (0..self.n_columns).map(|column| self.centred(column, column)).collect();
        let place = |column: usize| 1 + self.n_columns + column * (column + 3) / 2;
        if squares.iter().enumerate().any(|(column, square)| !(*square > CONSTANT * self.sums[place(column)])) {
            return None;
        }
        let of = |row: usize, column: usize| match row == column {
            true => 1.0,
            false => (self.centred(row, column) / (squares[row] * squares[column]).sqrt()).clamp(-1.0, 1.0),
        };
        Some(SymmetricMatrix::from_lower(self.n_columns, of))
    }
}
