//! The summary of numbers that are known with the number of times each occurs.
//!
//! All digits are those of the numbers in order. Where there are few distinct ones among many, as
//! prices, ages and ratings have, counting them is several times quicker than sorting.

use super::numeric::{Facts, NumericSummary, OrderStatistics, assembled};
use super::params::Describe;
use crate::frame::numbers::{CellCounts, Numbers};
use crate::kernel::moments::{AbsoluteSums, CentralSums, Extent};
use crate::kernel::order::{Fences, Tallied};
use crate::kernel::sketch::{Kept, ValueStream};
use crate::kernel::undefined::Undefined;

/// Fewer rows than this are sorted.
const FEW_ROWS: usize = 1 << 17;
/// Rows for each distinct value from which on counting is quicker than sorting.
const ROWS_OF_VALUE: usize = 16;
/// Distinct values above which their counts leave the caches.
const MOST_COUNTED: usize = 1 << 18;
/// Rows that tell whether there are few distinct values.
const PROBED: usize = 1 << 14;
/// Values above this have sums that are no doubles.
const LARGEST: f64 = 1e280;

/// The summary of a column of `n` rows; `None` where it takes sorting.
pub(super) fn counted_summary(settings: &Describe, numbers: &Numbers<'_>, n: usize) -> Option<NumericSummary> {
    if n < FEW_ROWS {
        return None;
    }
    let most = (n / ROWS_OF_VALUE).min(MOST_COUNTED);
    let (counts, streams) = numbers.shared_out(
        || (ValueStream::new(most), 0),
        |(stream, n_seen), values| {
            if *n_seen == 0 && are_many(values) {
                return false;
            }
            *n_seen += values.len();
            stream.add(values);
            stream.keeps_all()
        },
    )?;
    let whole = streams.into_iter().fold(ValueStream::new(most), |whole, (stream, _)| whole.merge(&stream));
    let Ok(Kept::All(tallied)) = whole.kept() else { return None };
    let mut extent = Extent::default();
    tallied.runs().for_each(|(value, n)| extent.add_repeated(value, n));
    let (min, max) = extent.ends()?;
    (max.max(-min) <= LARGEST).then(|| tallied_summary(settings, counts, &extent, &tallied))
}

/// Whether nearly all of the first values are distinct; a few values do not tell.
fn are_many(values: &[f64]) -> bool {
    const FEW: usize = 1_000;
    if values.len() < FEW {
        return false;
    }
    let probed = &values[..values.len().min(PROBED)];
    let mut stream = ValueStream::new(probed.len() / 20 * 19);
    stream.add(probed);
    !stream.keeps_all()
}

/// The summary of numbers each of which is known.
pub(super) fn tallied_summary(
    settings: &Describe,
    counts: CellCounts,
    extent: &Extent,
    tallied: &Tallied,
) -> NumericSummary {
    let (n_below, n_above) = (tallied.n_below(0.0), tallied.n_above(0.0));
    let facts = Facts {
        n_distinct: tallied.n_runs(),
        modes: Ok(tallied.modes(settings.n_levels().max(1))),
        n_zero: tallied.n() - n_below - n_above,
        n_negative: n_below,
        ..Facts::of_extent(counts, extent)
    };
    let moments = || {
        let mut sums = CentralSums::about(extent)?;
        tallied.runs().for_each(|(value, n)| sums.add_repeated(value, n));
        sums.moments(extent)
    };
    let deviation = || {
        let mut sums = AbsoluteSums::about(extent)?;
        tallied.runs().for_each(|(value, n)| sums.add_repeated(value, n));
        sums.mean(extent)
    };
    assembled(
        settings,
        facts,
        moments(),
        tallied_order(settings, tallied, deviation(), tallied_fences(settings, tallied)),
    )
}

/// Fences of values that are known beside them.
pub(super) fn tallied_fences(settings: &Describe, tallied: &Tallied) -> Result<Fences, Undefined> {
    let ends = tallied.fences(settings.fence_multiplier(), settings.quantile_type())?;
    let (n_below, n_above) = (tallied.n_below(ends.low), tallied.n_above(ends.high));
    Ok(Fences { low: ends.low, high: ends.high, n_below, n_above })
}

/// Statistics of order.
pub(super) fn tallied_order(
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

#[cfg(test)]
mod tests {
    use polars::prelude::*;
    use serde_json::json;

    use super::super::groups::Groups;
    use super::super::numeric::{numeric_summaries, sorted_summary};
    use super::super::params::{DESCRIBE, DescribeParams};
    use super::*;

    /// Oracle: the same column sorted.
    #[test]
    fn counting_gives_every_digit_that_sorting_gives() {
        let n = 300_000_u64;
        let hash = |row: u64| row.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
        let prices: Vec<Option<f64>> = (0..n)
            .map(|row| match hash(row) % 1_000 {
                0..50 => None,
                50 => Some(f64::NAN),
                51 => Some(f64::NEG_INFINITY),
                _ => Some((hash(row) % 9_000) as f64 / 100.0 - 20.0),
            })
            .collect();
        let settings = DescribeParams::new().check().unwrap();
        for column in [
            Series::new("x".into(), &prices),
            Series::new("x".into(), (0..n).map(|row| (hash(row) % 7) as i64).collect::<Vec<_>>()),
        ] {
            let mut column = column.slice(3, 299_000);
            for cut in [1, 100_001] {
                let mut parts = column.slice(0, cut);
                parts.append(&column.slice(cut as i64, 299_000)).unwrap();
                column = parts;
                let frame = DataFrame::new(column.len(), vec![column.clone().into()]).unwrap();
                let numbers = Numbers::of(DESCRIBE, &frame, "x").unwrap();
                let counted = counted_summary(&settings, &numbers, column.len()).unwrap();
                let sorted = sorted_summary(&settings, &numbers);
                assert_eq!(json!(counted).to_string(), json!(NumericSummary { n_rounded: None, ..sorted }).to_string());
                let whole = numeric_summaries(&settings, &frame, "x", &Groups::of(&frame, &[]).unwrap(), None).unwrap();
                assert_eq!(json!(whole[0]), json!(NumericSummary { n_rounded: Some(0), ..counted }));
            }
        }
    }

    #[test]
    fn columns_of_many_distinct_values_or_few_rows_are_sorted() {
        let settings = DescribeParams::new().check().unwrap();
        let is_counted = |values: Vec<f64>| {
            let frame = df!("x" => &values).unwrap();
            counted_summary(&settings, &Numbers::of(DESCRIBE, &frame, "x").unwrap(), values.len()).is_some()
        };
        assert!(!is_counted((0..200_000).map(f64::from).collect()), "all distinct");
        assert!(!is_counted((0..200_000).map(|row| f64::from(row / 8)).collect()), "too many");
        assert!(!is_counted(vec![1.0; 1_000]), "few rows");
        assert!(!is_counted((0..200_000).map(|row| f64::from(row % 5) * 1e300).collect()), "large");
        assert!(is_counted((0..200_000).map(|row| f64::from(row % 5_000)).collect()));
    }
}
