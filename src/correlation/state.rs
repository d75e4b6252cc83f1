//! What the one pass leaves: for each pair its rows and its coefficient with the test.

use polars::prelude::DataFrame;
use rayon::prelude::*;

use super::categories;
use super::columns::{Base, Column, ColumnsRead};
use super::matrix::{CorrelatedColumn, LeftOutColumn};
use super::method::Coefficient;
use super::numbers;
use super::params::Correlation;
use super::partial;
use super::weights::{PairSize, RowWeights};
use crate::error::Result;
use crate::kernel::p_value::PValue;
use crate::kernel::undefined::Undefined;

/// An estimate with its test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Found {
    pub(super) estimate: f64,
    pub(super) statistic: Option<f64>,
    pub(super) df: Option<u64>,
    pub(super) df_denominator: Option<u64>,
    pub(super) p_value: Option<PValue>,
}

/// Two columns, what is to be found, and over how many rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) coefficient: Coefficient,
    pub(super) size: PairSize,
    pub(super) n_missing: u64,
    pub(super) n_not_finite: u64,
}

/// The reduced state of a correlation: columns and the coefficient of every pair.
#[derive(Clone, Debug)]
pub struct CorrelationState {
    pub(super) n_rows: u64,
    pub(super) n_rows_without_weight: u64,
    pub(super) n_rows_of_zero_weight: u64,
    pub(super) columns: Vec<CorrelatedColumn>,
    pub(super) left_out: Vec<LeftOutColumn>,
    pub(super) pairs: Vec<(Job, std::result::Result<Found, Undefined>)>,
}

impl CorrelationState {
    pub(super) fn of(settings: &Correlation, frame: &DataFrame) -> Result<Self> {
        let read = ColumnsRead::of(settings, frame)?;
        let weights = RowWeights::of(settings, frame)?;
        let aligned = read.aligned();
        let (columns, given, base) = Column::all_of(settings, &read, &aligned, weights.as_ref());
        let jobs = jobs(settings, &columns, &base, weights.as_ref());
        let outcomes = outcomes(settings, &jobs, &columns, &given, weights.as_ref());
        Ok(Self {
            n_rows: frame.height() as u64,
            n_rows_without_weight: weights.as_ref().map_or(0, |weights| weights.n_missing),
            n_rows_of_zero_weight: weights.as_ref().map_or(0, |weights| weights.n_zero),
            columns: columns.into_iter().map(|column| column.about).collect(),
            left_out: read.left_out,
            pairs: jobs.into_iter().zip(outcomes).collect(),
        })
    }
}

/// Every pair that the method has a coefficient for, in the order of the columns; with a target
/// the target comes second.
fn jobs(settings: &Correlation, columns: &[Column<'_>], base: &Base, weights: Option<&RowWeights>) -> Vec<Job> {
    let target = settings.target().map(|target| columns.iter().position(|column| column.about.column == target));
    let pairs: Vec<(usize, usize)> = match target {
        None => (0..columns.len()).flat_map(|x| (x + 1..columns.len()).map(move |y| (x, y))).collect(),
        Some(None) => Vec::new(),
        Some(Some(target)) => (0..columns.len()).filter(|&x| x != target).map(|x| (x, target)).collect(),
    };
    let job = |(x, y): (usize, usize)| {
        let (a, b) = (&columns[x], &columns[y]);
        let coefficient = settings.method().coefficient(a.about.kind, b.about.kind, settings.control())?;
        let (n, n_missing, n_not_finite) = base.rows_of(a, b);
        let size = PairSize::of(n, a, b, weights);
        Some(Job { x, y, coefficient, size, n_missing, n_not_finite })
    };
    pairs.into_par_iter().filter_map(job).collect()
}

type Outcome = std::result::Result<Found, Undefined>;

/// What comes of each job, in their order.
fn outcomes(
    settings: &Correlation,
    jobs: &[Job],
    columns: &[Column<'_>],
    given: &[Column<'_>],
    weights: Option<&RowWeights>,
) -> Vec<Outcome> {
    if weights.is_some_and(|weights| weights.smallest.is_none()) {
        return vec![Err(Undefined::NoWeight); jobs.len()];
    }
    let mut found: Vec<Option<Outcome>> = vec![None; jobs.len()];
    let mut fill = |wanted: &[Coefficient], of: &dyn Fn(&[Job]) -> Vec<Outcome>| {
        let places: Vec<usize> = (0..jobs.len()).filter(|&at| wanted.contains(&jobs[at].coefficient)).collect();
        let part: Vec<Job> = places.iter().map(|&at| jobs[at]).collect();
        places.into_iter().zip(of(&part)).for_each(|(at, outcome)| found[at] = Some(outcome));
    };
    use Coefficient as C;
    fill(&[C::Pearson, C::PointBiserial, C::Phi], &|jobs| numbers::pearson(jobs, columns, weights));
    fill(&[C::Spearman], &|jobs| numbers::spearman(jobs, columns));
    fill(&[C::KendallTauB], &|jobs| numbers::kendall(jobs, columns));
    fill(&[C::CramersV, C::CramersVCorrected], &|jobs| categories::cramers_v(jobs, columns, weights));
    fill(&[C::CorrelationRatio], &|jobs| categories::correlation_ratio(jobs, columns, weights));
    fill(&[C::PartialPearson, C::SemiPartialPearson, C::PartialSpearman, C::SemiPartialSpearman], &|jobs| {
        partial::partial(settings, jobs, columns, given, weights)
    });
    found.into_iter().map(|outcome| outcome.unwrap_or(Err(Undefined::OutOfRange))).collect()
}
