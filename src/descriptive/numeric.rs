//! Numbers: moments, order statistics and counts.

use rayon::prelude::*;
use serde::Serialize;

use super::groups::Groups;
use super::params::{DESCRIBE, Describe};
use super::reading::{DistinctError, QuantileError};
use super::tallied::counted_summary;
use super::weights::RowWeights;
use crate::error::Result;
use crate::frame::numbers::{Aligned, CellCounts, Numbers};
use crate::kernel::interval::{Interval, mean_t};
use crate::kernel::moments::{Extent, MomentType, Moments};
use crate::kernel::order::{Fences, Modes, Sorted, Sorter};
use crate::kernel::quantile::WeightedSample;
use crate::kernel::undefined::Undefined;
use crate::kernel::weight::WeightKind;
use polars::prelude::DataFrame;

/// A quantile and the share of the values that it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct QuantileValue {
    /// The share, 0..=1.
    pub share: f64,
    /// The quantile; `None` without values.
    pub value: Option<f64>,
}

/// Why some statistics have no value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UndefinedStatistics {
    /// The reason.
    pub reason: Undefined,
    /// The fields that are `None` for it.
    pub statistics: Vec<&'static str>,
}

/// What the numbers of a column say. Finite values alone enter the statistics; all else is counted.
///
/// With weights, `sum` to `excess_kurtosis`, the quantiles and what is made of them are weighted;
/// `n`, counts of rows and modes are of rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NumericSummary {
    /// Finite values.
    pub n: u64,
    /// Nulls.
    pub n_null: u64,
    /// NaN.
    pub n_nan: u64,
    /// Infinite values of either sign.
    pub n_infinite: u64,
    /// Whole numbers beyond 2^53 that were rounded to the nearest double; `None` in segments,
    /// where they are not told apart.
    pub n_rounded: Option<u64>,
    /// Kish's effective size of the sample under sampling weights; the sum of frequency weights; `n` without.
    pub n_effective: Option<f64>,
    /// The sum.
    pub sum: Option<f64>,
    /// The mean.
    pub mean: Option<f64>,
    /// Interval for the mean by Student's t.
    pub mean_interval: Option<Interval>,
    /// Standard error of the mean.
    pub std_error: Option<f64>,
    /// Variance, with `n - 1` below.
    pub variance: Option<f64>,
    /// Standard deviation, with `n - 1` below.
    pub sd: Option<f64>,
    /// Coefficient of variation, `sd / mean`.
    pub cv: Option<f64>,
    /// Skewness, of the type that the definitions name.
    pub skewness: Option<f64>,
    /// Kurtosis beyond that of the normal distribution, of the same type.
    pub excess_kurtosis: Option<f64>,
    /// Smallest value.
    pub min: Option<f64>,
    /// Largest value.
    pub max: Option<f64>,
    /// Largest less smallest value.
    pub range: Option<f64>,
    /// The quantiles asked for.
    pub quantiles: Vec<QuantileValue>,
    /// Median.
    pub median: Option<f64>,
    /// Third less first quartile.
    pub iqr: Option<f64>,
    /// Median distance from the median.
    pub mad: Option<f64>,
    /// Mean distance from the mean.
    pub mean_absolute_deviation: Option<f64>,
    /// How far the quantiles and what is made of them can be off, where only a sketch of the
    /// values was kept; `None` where they are exact.
    pub quantile_error: Option<QuantileError>,
    /// Distinct values.
    pub n_distinct: u64,
    /// How far that number can be off, where it is an estimate; `None` where it is exact.
    pub distinct_error: Option<DistinctError>,
    /// Most frequent values; `None` without values, and where not all of them were kept.
    pub modes: Option<Modes>,
    /// Zeros of either sign.
    pub n_zero: u64,
    /// Values below zero.
    pub n_negative: u64,
    /// Tukey's fences, and how many values lie beyond them.
    pub fences: Option<Fences>,
    /// Why what is `None` is so.
    pub undefined: Vec<UndefinedStatistics>,
}

/// Describes a numeric column: over all rows first, then over those of each segment.
pub(super) fn numeric_summaries(
    settings: &Describe,
    frame: &DataFrame,
    column: &str,
    groups: &Groups,
    weights: Option<&RowWeights>,
) -> Result<Vec<NumericSummary>> {
    let numbers = Numbers::of(DESCRIBE, frame, column)?;
    let Some(weights) = weights else { return Ok(plain_summaries(settings, &numbers, groups, frame.height())) };
    let aligned = numbers.aligned();
    let every: Vec<u32> = (0..frame.height() as u32).collect();
    let mut summaries: Vec<NumericSummary> = (0..=groups.len())
        .into_par_iter()
        .map(|at| {
            let rows = if at == 0 { &every } else { groups.rows(at - 1) };
            weighted_summary(settings, &aligned, rows, weights)
        })
        .collect();
    summaries[0].n_rounded = Some(aligned.counts.n_rounded);
    Ok(summaries)
}

/// The summaries of rows without weights.
fn plain_summaries(settings: &Describe, numbers: &Numbers<'_>, groups: &Groups, n: usize) -> Vec<NumericSummary> {
    let whole = counted_summary(settings, numbers, n).unwrap_or_else(|| sorted_summary(settings, numbers));
    let mut summaries = vec![NumericSummary { n_rounded: Some(numbers.n_rounded()), ..whole }];
    if groups.len() > 0 {
        let aligned = numbers.aligned();
        summaries.par_extend((0..groups.len()).into_par_iter().map_init(Sorter::default, |sorter, at| {
            summary(settings, sorter, |values| push_rows(&aligned, groups.rows(at), values))
        }));
    }
    summaries
}

/// The summary of all values in order.
pub(super) fn sorted_summary(settings: &Describe, numbers: &Numbers<'_>) -> NumericSummary {
    summary(settings, &mut Sorter::default(), |values| numbers.push_finite(values))
}

/// Puts the finite values of some rows behind those of a vector and counts the others.
pub(super) fn push_rows(aligned: &Aligned<'_>, rows: &[u32], values: &mut Vec<f64>) -> CellCounts {
    let masked = aligned.masked();
    let mut counts = CellCounts::default();
    for &row in rows {
        let row = row as usize;
        if masked.is_valid(row) {
            values.push(masked.values[row]);
        } else {
            counts.count(aligned.cell(row));
        }
    }
    counts
}

/// The summary of the finite values that `fill` puts into a sorter.
fn summary(settings: &Describe, sorter: &mut Sorter, fill: impl FnOnce(&mut Vec<f64>) -> CellCounts) -> NumericSummary {
    let mut counts = CellCounts::default();
    // Finite values are never refused.
    let sorted = sorter.sort_filled(|values| counts = fill(values)).unwrap_or_default();
    let quantile_type = settings.quantile_type();
    let order = OrderStatistics {
        quantiles: sorted.quantiles(settings.quantiles(), quantile_type),
        median: sorted.quantile(0.5, quantile_type),
        iqr: sorted.iqr(quantile_type),
        mad: sorted.mad(),
        mean_absolute_deviation: sorted.mean_absolute_deviation(),
        fences: sorted.fences(settings.fence_multiplier(), quantile_type),
    };
    assembled(settings, Facts::of(settings, counts, sorted), Moments::of(sorted.values()), order)
}

/// The same of weighted rows. The weights are above 0.
fn weighted_summary(settings: &Describe, aligned: &Aligned<'_>, rows: &[u32], weights: &RowWeights) -> NumericSummary {
    let mut values = Vec::new();
    let counts = push_rows(aligned, rows, &mut values);
    let masked = aligned.masked();
    let is_used = |row: &&u32| masked.is_valid(**row as usize);
    let weight: Vec<f64> = rows.iter().filter(is_used).map(|&row| weights.values[row as usize]).collect();
    let moments = Moments::weighted(&values, &weight, weights.kind);
    let order = weighted_order(settings, &values, &weight, weights.kind, moments.as_ref().ok().map(Moments::mean));
    let mut sorter = Sorter::default();
    let sorted = sorter.sort(&values).unwrap_or_default();
    let order = order.with_fences(|ends| sorted.beyond(ends));
    assembled(settings, Facts::of(settings, counts, sorted), moments, order)
}

/// Statistics of order under weights.
fn weighted_order(
    settings: &Describe,
    values: &[f64],
    weights: &[f64],
    kind: WeightKind,
    mean: Option<f64>,
) -> OrderStatistics<Interval> {
    let quantile_type = settings.quantile_type();
    let sample = WeightedSample::of(values, weights, kind);
    let quantile = |share| sample.as_ref().map_err(Clone::clone)?.quantile(share, quantile_type);
    let distances = |centre: f64| values.iter().map(|value| (value - centre).abs()).collect::<Vec<f64>>();
    let iqr = quantile(0.75).and_then(|third| Ok(third - quantile(0.25)?));
    let fences = || {
        let reach = settings.fence_multiplier() * iqr.clone()?;
        let (low, high) = (quantile(0.25)? - reach, quantile(0.75)? + reach);
        if low.is_finite() && high.is_finite() { Ok(Interval { low, high }) } else { Err(Undefined::Overflow) }
    };
    let no_values = || Undefined::TooFew { n: 0, needed: 1 };
    OrderStatistics {
        quantiles: settings.quantiles().iter().map(|&share| quantile(share)).collect(),
        median: quantile(0.5),
        mad: quantile(0.5).and_then(|median| WeightedSample::of(&distances(median), weights, kind)?.median()),
        mean_absolute_deviation: mean
            .ok_or_else(no_values)
            .and_then(|mean| Ok(Moments::weighted(&distances(mean), weights, kind)?.mean())),
        fences: fences(),
        iqr,
    }
}

/// Statistics that need the values in order; `F` are the fences.
pub(super) struct OrderStatistics<F> {
    pub(super) quantiles: Vec<Result<f64, Undefined>>,
    pub(super) median: Result<f64, Undefined>,
    pub(super) iqr: Result<f64, Undefined>,
    pub(super) mad: Result<f64, Undefined>,
    pub(super) mean_absolute_deviation: Result<f64, Undefined>,
    pub(super) fences: Result<F, Undefined>,
}

/// Counts of values, and their ends.
pub(super) struct Facts {
    pub(super) counts: CellCounts,
    pub(super) n: u64,
    pub(super) ends: Result<(f64, f64), Undefined>,
    pub(super) n_distinct: u64,
    pub(super) modes: Result<Modes, Undefined>,
    pub(super) n_zero: u64,
    pub(super) n_negative: u64,
    pub(super) quantile_error: Option<QuantileError>,
    pub(super) distinct_error: Option<DistinctError>,
}

impl Facts {
    fn of(settings: &Describe, counts: CellCounts, sorted: Sorted<'_>) -> Self {
        let frequencies = sorted.frequencies(settings.n_levels().max(1));
        Self {
            counts,
            n: sorted.n() as u64,
            ends: sorted.min().and_then(|min| Ok((min, sorted.max()?))),
            n_distinct: frequencies.as_ref().map_or(0, |found| found.n_distinct),
            modes: frequencies.map(|found| found.modes),
            n_zero: sorted.n_equal(0.0),
            n_negative: sorted.n_below(0.0),
            quantile_error: None,
            distinct_error: None,
        }
    }

    /// What the extent of some values says.
    pub(super) fn of_extent(counts: CellCounts, extent: &Extent) -> Self {
        let none = || Undefined::TooFew { n: 0, needed: 1 };
        Self {
            counts,
            n: extent.n(),
            ends: extent.ends().ok_or_else(none),
            n_distinct: 0,
            modes: Err(none()),
            n_zero: 0,
            n_negative: 0,
            quantile_error: None,
            distinct_error: None,
        }
    }

    fn range(&self) -> Result<f64, Undefined> {
        let (min, max) = self.ends.clone()?;
        Some(max - min).filter(|range| range.is_finite()).ok_or(Undefined::Overflow)
    }
}

impl OrderStatistics<Interval> {
    fn with_fences(self, fences: impl FnOnce(Interval) -> Fences) -> OrderStatistics<Fences> {
        OrderStatistics {
            quantiles: self.quantiles,
            median: self.median,
            iqr: self.iqr,
            mad: self.mad,
            mean_absolute_deviation: self.mean_absolute_deviation,
            fences: self.fences.map(fences),
        }
    }
}

/// Puts a summary together and notes why what is missing is so.
pub(super) fn assembled(
    settings: &Describe,
    facts: Facts,
    moments: Result<Moments, Undefined>,
    order: OrderStatistics<Fences>,
) -> NumericSummary {
    let mut reasons = Reasons::default();
    let of = |statistic: fn(&Moments) -> Result<f64, Undefined>| statistic(moments.as_ref().map_err(Clone::clone)?);
    let of_type = |statistic: fn(&Moments, MomentType) -> Result<f64, Undefined>| {
        statistic(moments.as_ref().map_err(Clone::clone)?, settings.moment_type())
    };
    let interval =
        |moments: &Moments| mean_t(moments.mean(), moments.std_error()?, moments.n() - 1.0, settings.conf_level());
    let Facts { counts, .. } = facts;
    let range = facts.range();
    let quantiles = settings.quantiles().iter().zip(order.quantiles);
    NumericSummary {
        n: facts.n,
        n_null: counts.n_null,
        n_nan: counts.n_nan,
        n_infinite: counts.n_infinite,
        n_rounded: None,
        n_effective: moments.as_ref().ok().map(Moments::n_effective),
        sum: reasons.note("sum", of(Moments::sum)),
        mean: reasons.note("mean", of(|moments| Ok(moments.mean()))),
        mean_interval: reasons.note("mean_interval", moments.as_ref().map_err(Clone::clone).and_then(interval)),
        std_error: reasons.note("std_error", of(Moments::std_error)),
        variance: reasons.note("variance", of(Moments::variance)),
        sd: reasons.note("sd", of(Moments::sd)),
        cv: reasons.note("cv", of(Moments::cv)),
        skewness: reasons.note("skewness", of_type(Moments::skewness)),
        excess_kurtosis: reasons.note("excess_kurtosis", of_type(Moments::excess_kurtosis)),
        min: reasons.note("min", facts.ends.clone().map(|ends| ends.0)),
        max: reasons.note("max", facts.ends.map(|ends| ends.1)),
        range: reasons.note("range", range),
        quantiles: quantiles
            .map(|(&share, value)| QuantileValue { share, value: reasons.note("quantiles", value) })
            .collect(),
        median: reasons.note("median", order.median),
        iqr: reasons.note("iqr", order.iqr),
        mad: reasons.note("mad", order.mad),
        mean_absolute_deviation: reasons.note("mean_absolute_deviation", order.mean_absolute_deviation),
        quantile_error: facts.quantile_error,
        n_distinct: facts.n_distinct,
        distinct_error: facts.distinct_error,
        modes: reasons.note("modes", facts.modes),
        n_zero: facts.n_zero,
        n_negative: facts.n_negative,
        fences: reasons.note("fences", order.fences),
        undefined: reasons.0,
    }
}

/// Statistics without a value, by reason.
#[derive(Default)]
pub(super) struct Reasons(pub(super) Vec<UndefinedStatistics>);

impl Reasons {
    /// The value, or a note of why there is none.
    pub(super) fn note<T>(&mut self, statistic: &'static str, value: Result<T, Undefined>) -> Option<T> {
        let reason = match value {
            Ok(value) => return Some(value),
            Err(reason) => reason,
        };
        match self.0.iter_mut().find(|noted| noted.reason == reason) {
            Some(noted) if noted.statistics.last() == Some(&statistic) => {}
            Some(noted) => noted.statistics.push(statistic),
            None => self.0.push(UndefinedStatistics { reason, statistics: vec![statistic] }),
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use polars::df;
    use polars::prelude::{BooleanChunked, IntoLazy, NamedFrom, Series};

    use super::super::{Describe, DescribeParams, Description};
    use super::*;
    use crate::analysis::Analysis;

    fn described(params: DescribeParams, frame: &DataFrame) -> Description {
        let describe: Describe = params.check().unwrap();
        describe.run(&frame.clone().lazy()).unwrap()
    }

    fn numeric(params: DescribeParams, frame: &DataFrame) -> NumericSummary {
        described(params, frame).column("x").unwrap().numeric.clone().unwrap()
    }

    /// Oracle: by hand; 1, 2, 3, 4, 50.
    #[test]
    fn a_column_by_hand() {
        let frame = df!("x" => [Some(3.0), Some(50.0), None, Some(1.0), Some(f64::NAN), Some(4.0), Some(f64::INFINITY), Some(2.0)]).unwrap();
        let found = numeric(DescribeParams::new().quantiles([0.25, 1.0]), &frame);
        assert_eq!((found.n, found.n_null, found.n_nan, found.n_infinite, found.n_rounded), (5, 1, 1, 1, Some(0)));
        assert_eq!((found.sum, found.mean, found.median), (Some(60.0), Some(12.0), Some(3.0)));
        assert_eq!((found.min, found.max, found.range, found.iqr), (Some(1.0), Some(50.0), Some(49.0), Some(2.0)));
        assert_eq!(found.quantiles.iter().map(|q| q.value).collect::<Vec<_>>(), [Some(2.0), Some(50.0)]);
        assert_eq!((found.mad, found.mean_absolute_deviation), (Some(1.0), Some(15.2)));
        assert_eq!(
            found.fences.map(|fences| (fences.low, fences.high, fences.n_below, fences.n_above)),
            Some((-1.0, 7.0, 0, 1))
        );
        // t = 2.7764451051977944 (R 4.2 qt(0.975, 4)), SE = sqrt(452.5 / 5).
        let half = 2.776_445_105_197_794_4 * (452.5_f64 / 5.0).sqrt();
        let interval = found.mean_interval.unwrap();
        assert!((interval.high - 12.0 - half).abs() < 1e-12 && (12.0 - interval.low - half).abs() < 1e-12);
        assert!(found.undefined.is_empty());
    }

    #[test]
    fn what_is_undefined_says_why() {
        let empty = numeric(DescribeParams::new(), &df!("x" => [None::<f64>, None]).unwrap());
        assert_eq!((empty.n, empty.n_null, empty.mean, empty.median), (0, 2, None, None));
        assert_eq!(
            empty.undefined.iter().map(|one| one.reason.to_string()).collect::<Vec<_>>(),
            ["too few values: 0 of 1"]
        );
        assert!(empty.undefined[0].statistics.contains(&"quantiles"));
        let constant = numeric(DescribeParams::new(), &df!("x" => [0.1; 4]).unwrap());
        assert_eq!((constant.sd, constant.skewness, constant.mean), (Some(0.0), None, Some(0.1)));
        assert_eq!(
            constant.undefined,
            [UndefinedStatistics { reason: Undefined::Constant, statistics: vec!["skewness", "excess_kurtosis"] }]
        );
    }

    /// Oracle: the same rows written as often as their weight says.
    #[test]
    fn a_frequency_is_a_repetition() {
        let frame = df!("x" => [Some(1.0), Some(2.0), None, Some(7.0), Some(9.0)], "w" => [Some(2), Some(1), Some(5), Some(3), Some(0)]).unwrap();
        let params = DescribeParams::new().weights("w", WeightKind::Frequency);
        let weighted = described(params.clone(), &frame);
        assert_eq!((weighted.n_rows, weighted.n_rows_of_zero_weight, weighted.columns.len()), (4, 1, 1));
        let weighted = numeric(params, &frame);
        let repeated = numeric(DescribeParams::new(), &df!("x" => [1.0, 1.0, 2.0, 7.0, 7.0, 7.0]).unwrap());
        assert_eq!((weighted.n, weighted.n_null, weighted.n_effective), (3, 1, Some(6.0)));
        assert_eq!((weighted.sum, weighted.mean, weighted.median), (repeated.sum, repeated.mean, repeated.median));
        assert_eq!(
            (weighted.iqr, weighted.mad, &weighted.quantiles),
            (repeated.iqr, repeated.mad, &repeated.quantiles)
        );
        for (a, b) in [
            (weighted.sd, repeated.sd),
            (weighted.skewness, repeated.skewness),
            (weighted.mean_absolute_deviation, repeated.mean_absolute_deviation),
        ] {
            assert!((a.unwrap() / b.unwrap() - 1.0).abs() < 1e-14);
        }
    }

    #[test]
    fn a_segment_is_what_its_rows_are_by_themselves() {
        let x: Series = Series::new(
            "x".into(),
            (0..500).map(|k| (k % 11 != 0).then_some(f64::from(k * k % 97) / 8.0)).collect::<Vec<_>>(),
        );
        let s: Series = Series::new(
            "s".into(),
            (0..500).map(|k| if k % 13 == 0 { f64::NAN } else { f64::from(k % 3) }).collect::<Vec<_>>(),
        );
        let frame = DataFrame::new(500, vec![x.into(), s.into()]).unwrap();
        let found = described(DescribeParams::new().by(["s"]), &frame);
        assert_eq!(found.segments.iter().map(|one| one.n_rows).sum::<u64>(), 500);
        for segment in &found.segments {
            let rows: Vec<bool> = frame
                .column("s")
                .unwrap()
                .f64()
                .unwrap()
                .iter()
                .map(|cell| cell.filter(|s| !s.is_nan()).map(|s| s.to_string()) == segment.key[0])
                .collect();
            let own = frame.filter(&rows.iter().copied().collect::<BooleanChunked>()).unwrap();
            let alone = numeric(DescribeParams::new().columns(["x"]), &own);
            let of_it = segment.column("x").unwrap().numeric.clone().unwrap();
            assert_eq!(NumericSummary { n_rounded: Some(0), ..of_it }, alone);
        }
    }
}
