//! The summary of numbers that have streamed by.

use super::super::numeric::{Facts, NumericSummary, OrderStatistics, assembled};
use super::super::params::Describe;
use super::super::reading::{DistinctError, Sketch};
use super::bounds::Bounds;
use super::first_pass::NumberPass;
use super::second_pass::Distances;
use crate::error;
use crate::kernel::moments::{AbsoluteSums, CentralSums};
use crate::kernel::order::{Fences, Tallied};
use crate::kernel::sketch::{HyperLogLog, Kept, QuantileSketch};
use crate::kernel::undefined::Undefined;

/// What both passes say of some numbers.
///
/// # Errors
/// `Unusable` when the second pass saw other rows than the first.
pub(super) fn summary(
    settings: &Describe,
    first: &NumberPass,
    second: Option<&Distances>,
) -> error::Result<NumericSummary> {
    second.map_or(Ok(()), Distances::check)?;
    Ok(match (first.values.kept(), second) {
        (Ok(Kept::All(tallied)), _) => exact(settings, first, &tallied),
        (Ok(Kept::Sketches { quantiles, distinct }), Some(second)) => {
            estimated(settings, first, second, quantiles, distinct)
        }
        // There always is a second pass where there are sketches.
        (Ok(Kept::Sketches { .. }), None) => undefined(settings, first, &Undefined::TooManyDistinct),
        (Err(reason), _) => undefined(settings, first, &reason),
    })
}

fn facts(first: &NumberPass) -> Facts {
    let none = || Undefined::TooFew { n: 0, needed: 1 };
    Facts {
        counts: first.counts,
        n: first.extent.n(),
        ends: first.extent.ends().ok_or_else(none),
        n_distinct: 0,
        modes: Err(none()),
        n_zero: 0,
        n_negative: 0,
        quantile_error: None,
        distinct_error: None,
    }
}

/// The summary of no numbers.
fn undefined(settings: &Describe, first: &NumberPass, reason: &Undefined) -> NumericSummary {
    let why = || Err(reason.clone());
    let order = OrderStatistics {
        quantiles: settings.quantiles().iter().map(|_| why()).collect(),
        median: why(),
        iqr: why(),
        mad: why(),
        mean_absolute_deviation: why(),
        fences: Err(reason.clone()),
    };
    assembled(settings, facts(first), Err(reason.clone()), order)
}

/// The summary of numbers each of which is known.
fn exact(settings: &Describe, first: &NumberPass, tallied: &Tallied) -> NumericSummary {
    let (n_below, n_above) = (tallied.n_below(0.0), tallied.n_above(0.0));
    let facts = Facts {
        n_distinct: tallied.n_runs(),
        modes: Ok(tallied.modes(settings.n_levels().max(1))),
        n_zero: tallied.n() - n_below - n_above,
        n_negative: n_below,
        ..facts(first)
    };
    let moments = || {
        let mut sums = CentralSums::about(&first.extent)?;
        tallied.runs().for_each(|(value, n)| sums.add_repeated(value, n));
        sums.moments(&first.extent)
    };
    let deviation = || {
        let mut sums = AbsoluteSums::about(&first.extent)?;
        tallied.runs().for_each(|(value, n)| sums.add_repeated(value, n));
        sums.mean(&first.extent)
    };
    assembled(settings, facts, moments(), order(settings, tallied, deviation(), fences(settings, tallied)))
}

/// Fences of values that are known beside them.
fn fences(settings: &Describe, tallied: &Tallied) -> Result<Fences, Undefined> {
    let ends = tallied.fences(settings.fence_multiplier(), settings.quantile_type())?;
    let (n_below, n_above) = (tallied.n_below(ends.low), tallied.n_above(ends.high));
    Ok(Fences { low: ends.low, high: ends.high, n_below, n_above })
}

/// The summary of numbers that were sketched, with statistics of order that are exact where the
/// second pass could keep the values near them.
fn estimated(
    settings: &Describe,
    first: &NumberPass,
    second: &Distances,
    quantiles: &QuantileSketch,
    distinct: &HyperLogLog,
) -> NumericSummary {
    let near = second.near.tallied();
    let (statistics, fences, quantile_error) = match (near, quantiles.order_statistics()) {
        (Ok(near), _) => {
            let fences = fences(settings, &near);
            (near, fences, None)
        }
        (_, Ok(estimates)) => {
            let error = Bounds::of(settings, &estimates).quantile_error();
            (estimates, second.fences.clone(), Some(error))
        }
        (_, Err(reason)) => return undefined(settings, first, &reason),
    };
    let facts = Facts {
        n_distinct: (distinct.estimate().round() as u64).min(first.extent.n()),
        modes: Err(Undefined::TooManyDistinct),
        n_zero: quantiles.n_zero(),
        n_negative: quantiles.n_negative(),
        quantile_error,
        distinct_error: Some(DistinctError {
            sketch: Sketch::HyperLogLog,
            relative_std_error: HyperLogLog::RELATIVE_STD_ERROR,
        }),
        ..facts(first)
    };
    let deviation = second.absolute.as_ref().map_err(Clone::clone).and_then(|sums| sums.mean(&first.extent));
    let order = order(settings, &statistics, deviation, fences);
    assembled(settings, facts, second.central.moments(&first.extent), order)
}

fn order(
    settings: &Describe,
    statistics: &Tallied,
    mean_absolute_deviation: Result<f64, Undefined>,
    fences: Result<Fences, Undefined>,
) -> OrderStatistics<Fences> {
    let quantile_type = settings.quantile_type();
    OrderStatistics {
        quantiles: settings.quantiles().iter().map(|&share| statistics.quantile(share, quantile_type)).collect(),
        median: statistics.quantile(0.5, quantile_type),
        iqr: statistics.iqr(quantile_type),
        mad: statistics.mad(),
        mean_absolute_deviation,
        fences,
    }
}
