//! From estimates to a result: intervals, and p-values adjusted for the number of pairs.

use super::matrix::{CorrelationMatrix, Pair};
use super::method::{Coefficient, IntervalMethod, NoInterval};
use super::params::Correlation;
use super::state::{CorrelationState, Found, Job};
use crate::kernel::interval::{Interval, fisher_z, kendall_fieller, spearman_bonett_wright};
use crate::kernel::multiplicity::Multiplicity;
use crate::kernel::p_value::PValue;
use crate::kernel::undefined::Undefined;

pub(super) fn finish(settings: &Correlation, state: CorrelationState) -> CorrelationMatrix {
    let p_of = |(_, outcome): &(Job, Result<Found, Undefined>)| outcome.as_ref().ok().and_then(|found| found.p_value);
    let p_values: Vec<Option<PValue>> = state.pairs.iter().map(p_of).collect();
    let adjusted = match settings.multiplicity() {
        Multiplicity::None => vec![None; p_values.len()],
        multiplicity => multiplicity.adjust(&p_values),
    };
    let pairs = state.pairs.iter().zip(adjusted);
    let pairs = pairs.map(|((job, outcome), adjusted)| pair(settings, &state, job, outcome, adjusted)).collect();
    CorrelationMatrix {
        n_rows: state.n_rows,
        n_rows_without_weight: state.n_rows_without_weight,
        n_rows_of_zero_weight: state.n_rows_of_zero_weight,
        method: settings.method(),
        missing: settings.missing(),
        weights: settings.weights().map(|role| role.kind),
        given: settings.given().to_vec(),
        control: settings.control(),
        target: settings.target().map(ToOwned::to_owned),
        conf_level: settings.conf_level(),
        multiplicity: settings.multiplicity(),
        columns: state.columns,
        left_out: state.left_out,
        pairs,
    }
}

fn pair(
    settings: &Correlation,
    state: &CorrelationState,
    job: &Job,
    outcome: &Result<Found, Undefined>,
    p_adjusted: Option<PValue>,
) -> Pair {
    let found = outcome.as_ref().ok();
    let n_given = settings.given().len() as u64;
    let interval = found.map(|found| interval(job, found, n_given, settings.conf_level()));
    let made = interval.as_ref().and_then(|interval| interval.as_ref().ok());
    Pair {
        x: state.columns[job.x].column.clone(),
        y: state.columns[job.y].column.clone(),
        coefficient: job.coefficient,
        estimate: found.map(|found| found.estimate),
        undefined: outcome.as_ref().err().cloned(),
        n: job.size.n,
        n_effective: job.size.n_effective,
        n_missing: job.n_missing,
        n_not_finite: job.n_not_finite,
        statistic: found.and_then(|found| found.statistic),
        df: found.and_then(|found| found.df),
        df_denominator: found.and_then(|found| found.df_denominator),
        p_value: found.and_then(|found| found.p_value),
        p_adjusted,
        conf_low: made.map(|(interval, _)| interval.low),
        conf_high: made.map(|(interval, _)| interval.high),
        interval: made.map(|(_, method)| *method),
        no_interval: interval.as_ref().and_then(|interval| interval.as_ref().err().cloned()),
    }
}

/// The interval of an estimate and how it is made, or why there is none.
fn interval(job: &Job, found: &Found, n_given: u64, conf_level: f64) -> Result<(Interval, IntervalMethod), NoInterval> {
    let (estimate, n) = (found.estimate, job.size.n_test);
    // Each column held fixed costs a row.
    let n_left = n.saturating_sub(n_given);
    let made = match job.coefficient {
        Coefficient::Pearson | Coefficient::PointBiserial | Coefficient::Phi | Coefficient::PartialPearson => {
            fisher_z(estimate, n_left, conf_level).map(|interval| (interval, IntervalMethod::FisherZ))
        }
        Coefficient::Spearman | Coefficient::PartialSpearman => {
            let interval = spearman_bonett_wright(estimate, n_left, conf_level);
            interval.map(|interval| (interval, IntervalMethod::BonettWright))
        }
        Coefficient::KendallTauB => {
            kendall_fieller(estimate, n, conf_level).map(|interval| (interval, IntervalMethod::Fieller))
        }
        Coefficient::CramersV
        | Coefficient::CramersVCorrected
        | Coefficient::CorrelationRatio
        | Coefficient::SemiPartialPearson
        | Coefficient::SemiPartialSpearman => return Err(NoInterval::NoClosedFormula),
    };
    made.map_err(NoInterval::Undefined)
}
