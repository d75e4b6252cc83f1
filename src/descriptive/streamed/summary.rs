//! The summary of numbers that have streamed by.

use super::super::numeric::{Facts, NumericSummary, OrderStatistics, assembled};
use super::super::params::Describe;
use super::super::reading::DistinctError;
use super::super::tallied::{tallied_fences, tallied_order, tallied_summary};
use super::bounds::Bounds;
use super::first_pass::NumberPass;
use super::second_pass::Distances;
use crate::error::Result;
use crate::kernel::sketch::{HyperLogLog, Kept, QuantileSketch};
use crate::kernel::undefined::Undefined;

/// What both passes say of some numbers.
///
/// # Errors
/// `Unusable` when the second pass saw other rows than the first.
pub(super) fn summary(settings: &Describe, first: &NumberPass, second: Option<&Distances>) -> Result<NumericSummary> {
    second.map_or(Ok(()), Distances::check)?;
    Ok(match (first.values.kept(), second) {
        (Ok(Kept::All(tallied)), _) => tallied_summary(settings, first.counts, &first.extent, &tallied),
        (Ok(Kept::Sketches { quantiles, distinct }), Some(second)) => {
            estimated(settings, first, second, quantiles, distinct)
        }
        // There always is a second pass where there are sketches.
        (Ok(Kept::Sketches { .. }), None) => undefined(settings, first, &Undefined::TooManyDistinct),
        (Err(reason), _) => undefined(settings, first, &reason),
    })
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
    assembled(settings, Facts::of_extent(first.counts, &first.extent), Err(reason.clone()), order)
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
            let fences = tallied_fences(settings, &near);
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
        distinct_error: Some(DistinctError::of_sketch()),
        ..Facts::of_extent(first.counts, &first.extent)
    };
    let deviation = second.absolute.as_ref().map_err(Clone::clone).and_then(|sums| sums.mean(&first.extent));
    let order = tallied_order(settings, &statistics, deviation, fences);
    assembled(settings, facts, second.central.moments(&first.extent), order)
}
