//! Pearson, Spearman and Kendall over columns of numbers.

use rayon::prelude::*;

use super::columns::Column;
use super::rows::{and, rows_of};
use super::state::{Found, Job};
use super::weights::RowWeights;
use crate::kernel::association::comoments::Comoments;
use crate::kernel::association::kendall;
use crate::kernel::association::spearman_matrix::SpearmanMatrix;
use crate::kernel::distribution::student_t;
use crate::kernel::masked::Masked;
use crate::kernel::undefined::Undefined;

/// Columns that are worked on together with one target: enough to share what the target takes,
/// few enough that the pairs among themselves, which nobody asked for, stay few.
const WITH_ONE_TARGET: usize = 8;

type Outcome = Result<Found, Undefined>;

/// Jobs by the columns that are read together, with those columns.
fn together(jobs: &[Job]) -> Vec<(&[Job], Vec<usize>)> {
    let Some(first) = jobs.first() else { return Vec::new() };
    let is_one_target = jobs.iter().all(|job| job.y == first.y);
    let size = if is_one_target { WITH_ONE_TARGET } else { jobs.len() };
    let columns_of = |jobs: &[Job]| {
        let mut columns: Vec<usize> = jobs.iter().flat_map(|job| [job.x, job.y]).collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    };
    jobs.chunks(size).map(|jobs| (jobs, columns_of(jobs))).collect()
}

/// Runs each group of jobs over its columns; `of` takes the places of a pair among them.
fn grouped<M>(
    jobs: &[Job],
    columns: &[Column<'_>],
    weights: Option<&[f64]>,
    read: impl Fn(&[Masked<'_>], Option<&[f64]>) -> M,
    of: impl Fn(&M, &Job, usize, usize) -> Outcome,
) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(jobs.len());
    for (jobs, places) in together(jobs) {
        let masked: Vec<Masked<'_>> = places.iter().map(|&place| columns[place].masked()).collect();
        let matrix = match Compact::of(&masked, weights) {
            Some(compact) => read(&compact.masked(), compact.weights.as_deref()),
            None => read(&masked, weights),
        };
        let place = |column: usize| places.partition_point(|&place| place < column);
        outcomes.extend(jobs.iter().map(|job| of(&matrix, job, place(job.x), place(job.y))));
    }
    outcomes
}

/// Columns that all lack the same rows, without those rows: what is not there costs nothing then.
struct Compact {
    columns: Vec<Vec<f64>>,
    weights: Option<Vec<f64>>,
}

impl Compact {
    /// `None` where columns lack rows of their own, or none.
    fn of(columns: &[Masked<'_>], weights: Option<&[f64]>) -> Option<Self> {
        let first = columns.first()?;
        let shared = first.valid?;
        if columns.iter().any(|column| column.valid != Some(shared)) {
            return None;
        }
        let rows = rows_of(first.values.len(), Some(shared));
        let kept = |values: &[f64]| rows.iter().map(|&row| values[row]).collect::<Vec<f64>>();
        Some(Self {
            columns: columns.par_iter().map(|column| kept(column.values)).collect(),
            weights: weights.map(kept),
        })
    }

    fn masked(&self) -> Vec<Masked<'_>> {
        self.columns.iter().map(|column| Masked::complete(column)).collect()
    }
}

/// Pearson's r with Student's test.
pub(super) fn pearson(jobs: &[Job], columns: &[Column<'_>], weights: Option<&RowWeights>) -> Vec<Outcome> {
    let weights = weights.map(|weights| &weights.values[..]);
    grouped(jobs, columns, weights, Comoments::of, |matrix, job, x, y| {
        let r = matrix.get(x, y)?.pearson()?;
        Ok(tested(r, job.size.n_test))
    })
}

/// A coefficient with `t = r sqrt(df / (1 - r^2))`, `df = n - 2`.
///
/// The statistic is infinite for a perfect correlation: it is left out, and p is 0.
pub(super) fn tested(r: f64, n: u64) -> Found {
    let df = n.checked_sub(2).filter(|&df| df > 0);
    let test = df.map(|df| {
        let t = r * (df as f64 / ((1.0 - r) * (1.0 + r))).sqrt();
        (t, student_t::two_sided(t, df as f64).ok())
    });
    Found {
        estimate: r,
        statistic: test.map(|(t, _)| t).filter(|t| t.is_finite()),
        df,
        df_denominator: None,
        p_value: test.and_then(|(_, p)| p),
    }
}

/// Spearman's rho with Student's test.
pub(super) fn spearman(jobs: &[Job], columns: &[Column<'_>]) -> Vec<Outcome> {
    grouped(
        jobs,
        columns,
        None,
        |columns, _| SpearmanMatrix::of(columns),
        |matrix, _, x, y| {
            let found = matrix.pair(x, y).ok_or(Undefined::OutOfRange)?.clone()?;
            Ok(Found {
                estimate: found.rho,
                statistic: found.t,
                df: Some(found.df).filter(|&df| df > 0),
                df_denominator: None,
                p_value: found.p_value,
            })
        },
    )
}

/// Kendall's tau-b with its normal test.
pub(super) fn kendall(jobs: &[Job], columns: &[Column<'_>]) -> Vec<Outcome> {
    let of = |job: &Job| -> Outcome {
        let found = over_shared_rows(columns[job.x].masked(), columns[job.y].masked(), kendall::kendall)?;
        Ok(Found {
            estimate: found.tau_b,
            statistic: Some(found.z),
            df: None,
            df_denominator: None,
            p_value: Some(found.p_value),
        })
    };
    jobs.par_iter().map(of).collect()
}

/// Calls with the values of the rows that both columns have; without a copy where that is all.
fn over_shared_rows<R>(x: Masked<'_>, y: Masked<'_>, of: impl Fn(&[f64], &[f64]) -> R) -> R {
    let Some(shared) = and(x.valid, y.valid) else { return of(x.values, y.values) };
    let rows = rows_of(x.values.len(), Some(&shared));
    let kept = |values: &[f64]| rows.iter().map(|&row| values[row]).collect::<Vec<f64>>();
    of(&kept(x.values), &kept(y.values))
}
