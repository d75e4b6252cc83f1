//! Partial and semi-partial correlations: columns held fixed.
//!
//! A pair is looked at over the rows that both its columns and all given ones have. Where that
//! is the same for all pairs, one correlation matrix serves them; else each pair has its own.

use rayon::prelude::*;

use super::columns::Column;
use super::method::{Coefficient, Control};
use super::params::Correlation;
use super::rows::{and, n_in_all};
use super::state::{Found, Job};
use super::weights::RowWeights;
use crate::kernel::association::comoments::Comoments;
use crate::kernel::association::partial::partial_correlation;
use crate::kernel::association::spearman_matrix::SpearmanMatrix;
use crate::kernel::masked::Masked;
use crate::kernel::undefined::Undefined;

type Outcome = Result<Found, Undefined>;

/// Partial correlations of pairs of columns, by Pearson or Spearman.
pub(super) fn partial(
    settings: &Correlation,
    jobs: &[Job],
    columns: &[Column<'_>],
    given: &[Column<'_>],
    weights: Option<&RowWeights>,
) -> Vec<Outcome> {
    let Some(control) = settings.control() else { return vec![Err(Undefined::OutOfRange); jobs.len()] };
    let weights = weights.map(|weights| &weights.values[..]);
    let all: Vec<&Column<'_>> = columns.iter().chain(given).collect();
    let n_rows = all.first().map_or(0, |column| column.masked().values.len());
    let n_used = |used: Option<&[u64]>| n_in_all(n_rows as u64, &[used]);
    // Every column has the rows of the given ones at most.
    let counts: Vec<u64> = all.iter().map(|column| n_used(column.used.as_deref())).collect();
    let given_places: Vec<usize> = (columns.len()..all.len()).collect();
    let is_same = counts.windows(2).all(|pair| pair[0] == pair[1]);
    if is_same {
        let masked: Vec<Masked<'_>> = all.iter().map(|column| column.masked()).collect();
        let matrix = Correlations::of(&masked, jobs, weights);
        return jobs.iter().map(|job| matrix.partial(job, [job.x, job.y], &given_places, control)).collect();
    }
    let by_itself = |job: &Job| {
        let places = [job.x, job.y].into_iter().chain(given_places.iter().copied());
        let of_pair: Vec<&Column<'_>> = places.map(|place| all[place]).collect();
        let shared = and(columns[job.x].used.as_deref(), columns[job.y].used.as_deref());
        let masked: Vec<Masked<'_>> =
            of_pair.iter().map(|column| Masked { values: column.masked().values, valid: shared.as_deref() }).collect();
        let places: Vec<usize> = (2..masked.len()).collect();
        Correlations::of(&masked, std::slice::from_ref(job), weights).partial(job, [0, 1], &places, control)
    };
    jobs.par_iter().map(by_itself).collect()
}

/// The correlations of columns, row by row.
struct Correlations {
    n_columns: usize,
    cells: Vec<Result<f64, Undefined>>,
    /// The same, NaN where undefined.
    numbers: Vec<f64>,
}

impl Correlations {
    /// By ranks when the jobs are.
    fn of(columns: &[Masked<'_>], jobs: &[Job], weights: Option<&[f64]>) -> Self {
        let p = columns.len();
        let is_of_ranks =
            |job: &Job| matches!(job.coefficient, Coefficient::PartialSpearman | Coefficient::SemiPartialSpearman);
        let places = (0..p).flat_map(|i| (0..p).map(move |j| (i, j)));
        let cells: Vec<Result<f64, Undefined>> = if jobs.iter().any(is_of_ranks) {
            let matrix = SpearmanMatrix::of(columns);
            let cell = |(i, j)| matrix.pair(i, j).map_or(Ok(1.0), |pair| pair.clone().map(|found| found.rho));
            places.map(cell).collect()
        } else {
            let matrix = Comoments::of(columns, weights);
            let cell = |(i, j)| if i == j { Ok(1.0) } else { matrix.get(i, j)?.pearson() };
            places.map(cell).collect()
        };
        let numbers = cells.iter().map(|cell| cell.as_ref().map_or(f64::NAN, |r| *r)).collect();
        Self { n_columns: p, cells, numbers }
    }

    fn partial(&self, job: &Job, [x, y]: [usize; 2], given: &[usize], control: Control) -> Outcome {
        let places: Vec<usize> = given.iter().copied().chain([x, y]).collect();
        let pairs = places.iter().enumerate().flat_map(|(at, &i)| places[..at].iter().map(move |&j| (i, j)));
        for (i, j) in pairs {
            if let Err(reason) = &self.cells[i * self.n_columns + j] {
                return Err(reason.clone());
            }
        }
        let found = partial_correlation(&self.numbers, x, y, given, job.size.n_test)?;
        Ok(Found {
            estimate: if control == Control::Partial { found.partial } else { found.semi_partial_x },
            statistic: found.t,
            df: Some(found.df),
            df_denominator: None,
            p_value: Some(found.p_value),
        })
    }
}
