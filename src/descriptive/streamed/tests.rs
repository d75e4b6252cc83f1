use polars::prelude::*;
use proptest::prelude::*;
use serde_json::json;

use super::super::{DescribeParams, Description, NumericSummary, Reading};
use super::first_pass::FirstPass;
use super::second_pass::SecondPass;
use crate::kernel::quantile::QuantileType;
use crate::kernel::undefined::Undefined;

/// Numbers that look random and are not.
pub(super) fn hash(row: u64) -> u64 {
    let z = row.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (z ^ z >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 11
}

/// Amounts with an offset and a long tail of both signs, few ratings, whole numbers beyond 2^53, flags,
/// text, and two keys; each row by its number.
fn frame(rows: impl Iterator<Item = u64> + Clone) -> DataFrame {
    let each = |salt: u64| rows.clone().map(move |row| hash(row * 7 + salt));
    let part = |h: u64| (h % 1_000_003) as f64 / 1_000_003.0;
    let amount = each(0).map(|h| match h % 97 {
        0 => None,
        1 => Some(f64::NAN),
        2 => Some(f64::INFINITY),
        3 => Some(-0.0),
        _ => Some((part(h) * 20.0 - 8.0).sinh()),
    });
    let shifted = each(1).map(|h| 1e9 + part(h));
    let rating = each(2).map(|h| (h % 11 > 0).then_some((h % 5) as i32 + 1));
    let wide = each(3).map(|h| (1_i64 << 53) + (h % 1_000) as i64);
    let flag = each(4).map(|h| h % 3 == 0);
    let note = each(5).map(|h| (h % 4 > 0).then(|| format!("note {}", h % 10)));
    let city = each(6).map(|h| ["lille", "aix", "lyon"].get((h % 4) as usize).copied());
    let tier = each(7).map(|h| [Some(10_i64), Some(9), None][(h % 3) as usize]);
    df!(
        "amount" => amount.collect::<Vec<_>>(), "shifted" => shifted.collect::<Vec<_>>(),
        "rating" => rating.collect::<Vec<_>>(), "wide" => wide.collect::<Vec<_>>(), "flag" => flag.collect::<Vec<_>>(),
        "note" => note.collect::<Vec<_>>(), "city" => city.collect::<Vec<_>>(), "tier" => tier.collect::<Vec<Option<i64>>>()
    )
    .unwrap()
}

const N: u64 = 6_000;

fn streamed(max_distinct: u32) -> DescribeParams {
    DescribeParams::new().by(["city", "tier"]).reading(Reading::Streamed { max_distinct })
}

fn in_memory() -> Description {
    DescribeParams::new().by(["city", "tier"]).run(&frame(0..N).lazy()).unwrap()
}

/// Every numeric summary with its segment and column.
fn summaries(description: &Description) -> Vec<(String, &NumericSummary)> {
    let whole = description.columns.iter().map(|column| (String::new(), column));
    let segments = description
        .segments
        .iter()
        .flat_map(|segment| segment.columns.iter().map(|column| (format!("{:?}", segment.key), column)));
    let named = whole.chain(segments);
    named.filter_map(|(key, column)| Some((format!("{key} {}", column.column), column.numeric.as_ref()?))).collect()
}

/// The figures that a stream has as they are, as text with all digits.
fn exact_figures(summary: &NumericSummary) -> String {
    let s = summary;
    let counts = (s.n, s.n_null, s.n_nan, s.n_infinite, s.n_rounded, s.n_zero, s.n_negative);
    let moments = (s.n_effective, s.sum, s.mean, s.mean_interval, s.std_error, s.variance, s.sd, s.cv);
    let rest = (s.skewness, s.excess_kurtosis, s.min, s.max, s.range, s.mean_absolute_deviation);
    json!([counts, moments, rest]).to_string()
}

#[test]
fn columns_of_few_distinct_values_have_every_digit_of_a_table_in_memory() {
    let found = streamed(200_000).run(&frame(0..N).lazy()).unwrap();
    let expected = in_memory();
    assert_eq!(summaries(&found).len(), 5 * 13);
    for ((name, found), (other, expected)) in summaries(&found).into_iter().zip(summaries(&expected)) {
        assert_eq!(name, other);
        assert_eq!(json!(found).to_string(), json!(expected).to_string(), "{name}");
    }
    let keys = |description: &Description| {
        json!([
            description.by,
            description.segments.iter().map(|segment| (segment.key.clone(), segment.n_rows)).collect::<Vec<_>>()
        ])
    };
    assert_eq!(keys(&found), keys(&expected));
    let nulls = |description: &Description| {
        description
            .columns
            .iter()
            .map(|column| (column.n_rows, column.n_null, column.dtype.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(nulls(&found), nulls(&expected));
}

#[test]
fn counts_moments_and_ends_have_every_digit_of_a_table_in_memory() {
    let (found, expected) = (streamed(1).run(&frame(0..N).lazy()).unwrap(), in_memory());
    for ((name, found), (_, expected)) in summaries(&found).into_iter().zip(summaries(&expected)) {
        assert_eq!(exact_figures(found), exact_figures(expected), "{name}");
    }
}

/// Oracle: the same table in memory. Of 5,000 distinct amounts 3,000 are counted before they are
/// too many, and of 500 in a segment 188.
#[test]
fn quantiles_are_exact_while_the_values_near_them_are_kept() {
    for quantile_type in QuantileType::ALL {
        let params = || DescribeParams::new().by(["city", "tier"]).quantile_type(quantile_type);
        let found = params().reading(Reading::Streamed { max_distinct: 3_000 }).run(&frame(0..N).lazy()).unwrap();
        let expected = params().run(&frame(0..N).lazy()).unwrap();
        let mut n_estimated = 0;
        for ((name, found), (_, expected)) in summaries(&found).into_iter().zip(summaries(&expected)) {
            n_estimated += usize::from(found.distinct_error.is_some());
            let same = NumericSummary {
                n_distinct: expected.n_distinct,
                distinct_error: None,
                modes: expected.modes.clone(),
                undefined: expected.undefined.clone(),
                ..found.clone()
            };
            assert_eq!(json!(same).to_string(), json!(expected).to_string(), "{name}");
        }
        assert!(n_estimated >= 26, "{n_estimated}");
    }
}

proptest! {
    /// Oracle: the same table in memory; windows have to hold what they are to hold for any values.
    #[test]
    fn any_values_have_the_quantiles_of_a_table_in_memory(values in prop::collection::vec(prop_oneof![prop::num::f64::NORMAL, -10.0..10.0, 99.0..101.0, Just(0.0)], 1..200), scale in -30..30_i32) {
        let values: Vec<f64> = values.into_iter().map(|value| value * 10.0_f64.powi(scale)).filter(|value| value.abs() < 1e280).collect();
        let table = df!("x" => &values).unwrap().lazy();
        let expected = DescribeParams::new().run(&table).unwrap();
        // All distinct values are sketched, and all of those near are kept.
        let describe = DescribeParams::new().reading(Reading::Streamed { max_distinct: 1 }).check().unwrap();
        let mut first = FirstPass::new(&describe, &Schema::from_iter([Field::new("x".into(), DataType::Float64)]), 1).unwrap();
        let rows = df!("x" => &values).unwrap();
        first.add(&rows).unwrap();
        first.columns[0].numbers[0].most_near = 1_000;
        let mut second = SecondPass::after(&describe, &first);
        second.add(&rows).unwrap();
        let found = super::described(&describe, &first, &second).unwrap();
        let (found, expected) = (found.columns[0].numeric.clone().unwrap(), expected.columns[0].numeric.clone().unwrap());
        prop_assert_eq!(found.quantile_error, None);
        let figures = |s: &NumericSummary| json!([s.median, s.quantiles, s.iqr, s.mad, s.fences, s.sd, s.mean_absolute_deviation]).to_string();
        prop_assert_eq!(figures(&found), figures(&expected));
    }
}

/// Oracle: the same table in memory.
#[test]
fn estimates_keep_to_their_errors() {
    let (found, expected) = (streamed(1).run(&frame(0..N).lazy()).unwrap(), in_memory());
    let values: Vec<f64> =
        frame(0..N).column("amount").unwrap().f64().unwrap().iter().flatten().filter(|x| x.is_finite()).collect();
    for ((name, found), (_, expected)) in summaries(&found).into_iter().zip(summaries(&expected)) {
        let Some(error) = found.quantile_error else {
            continue;
        };
        let within = |found: Option<f64>, expected: Option<f64>, most: f64| {
            let (found, expected) = (found.unwrap(), expected.unwrap());
            assert!((found - expected).abs() <= most * (1.0 + 1e-9), "{name}: {found} {expected} {most}");
        };
        within(found.median, expected.median, error.relative * expected.median.unwrap().abs() + 1e-2);
        for (found, expected) in found.quantiles.iter().zip(&expected.quantiles).filter(|_| found.n > 300) {
            within(found.value, expected.value, error.relative * expected.value.unwrap().abs() + 1e-3);
        }
        within(found.iqr, expected.iqr, error.iqr.unwrap());
        within(found.mad, expected.mad, error.mad.unwrap());
        let distinct = found.distinct_error.unwrap();
        let off = found.n_distinct as f64 / expected.n_distinct as f64 - 1.0;
        assert!(off.abs() < 4.0 * distinct.relative_std_error + 1e-3, "{name}: {off}");
        assert_eq!(found.modes, None);
        let reason = found.undefined.iter().find(|undefined| undefined.statistics.contains(&"modes")).unwrap();
        assert_eq!(reason.reason, Undefined::TooManyDistinct);
    }
    let fences = found.column("amount").unwrap().numeric.as_ref().unwrap().fences.unwrap();
    let count = |is: &dyn Fn(f64) -> bool| values.iter().filter(|value| is(**value)).count() as u64;
    assert_eq!((fences.n_below, fences.n_above), (count(&|x| x < fences.low), count(&|x| x > fences.high)));
    assert!(fences.n_below > 0 && fences.n_above > 0);
}

#[test]
fn no_order_of_rows_and_no_batches_change_a_bit() {
    let folder = tempfile::tempdir().unwrap();
    let described = |mut rows: DataFrame, row_group_size: usize, max_distinct: u32| {
        let path = folder.path().join("rows.parquet");
        let file = std::fs::File::create(&path).unwrap();
        ParquetWriter::new(file).with_row_group_size(Some(row_group_size)).finish(&mut rows).unwrap();
        let path = PlRefPath::new(path.to_str().unwrap());
        let scan = LazyFrame::scan_parquet(path, ScanArgsParquet::default()).unwrap();
        json!(streamed(max_distinct).run(&scan).unwrap()).to_string()
    };
    for max_distinct in [16, 1_000] {
        let expected = described(frame(0..N), 6_000, max_distinct);
        for row_group_size in [97, 1_001, 2_500] {
            assert_eq!(described(frame(0..N), row_group_size, max_distinct), expected, "{row_group_size}");
            // 4,001 and 6,000 share no factor, so that every row comes once.
            let shuffled = frame((0..N).map(|row| row * 4_001 % N));
            assert_eq!(described(shuffled, row_group_size, max_distinct), expected, "{row_group_size}");
        }
    }
}

#[test]
fn batches_that_hold_more_than_one_thread_takes_say_the_same() {
    let amounts: Vec<f64> = (0..40_000).map(|row| hash(row) as f64 / 3e9 - 1e5).collect();
    let table = df!("amount" => &amounts).unwrap().lazy();
    let found = DescribeParams::new().reading(Reading::Streamed { max_distinct: 100 }).run(&table).unwrap();
    let expected = DescribeParams::new().run(&table).unwrap();
    assert_eq!(exact_figures(summaries(&found)[0].1), exact_figures(summaries(&expected)[0].1));
    let one_by_one = DescribeParams::new().reading(Reading::streamed()).run(&table).unwrap();
    assert_eq!(json!(summaries(&one_by_one)[0].1), json!(summaries(&expected)[0].1));
}

/// Of values beyond 1e280 a stream has no mean distance from the mean, and says so.
#[test]
fn tables_that_no_demo_has_are_described_as_in_memory() {
    let tables = [
        df!("x" => Vec::<f64>::new()).unwrap(),
        df!("x" => [None::<f64>, None]).unwrap(),
        df!("x" => [f64::NAN, f64::INFINITY]).unwrap(),
        df!("x" => [7.0]).unwrap(),
        df!("x" => [0.1; 50]).unwrap(),
        df!("x" => [5e-324, 0.0, -5e-324, 1e-310]).unwrap(),
        df!("x" => [1e-8, 2e-8, 3.5e-8]).unwrap(),
        df!("x" => [-1e280, 1e280, 3.0]).unwrap(),
        df!("x" => [i64::MAX, i64::MIN, 5]).unwrap(),
    ];
    for table in tables {
        let expected = DescribeParams::new().run(&table.clone().lazy()).unwrap();
        for max_distinct in [1, 100] {
            let found =
                DescribeParams::new().reading(Reading::Streamed { max_distinct }).run(&table.clone().lazy()).unwrap();
            assert_eq!(exact_figures(summaries(&found)[0].1), exact_figures(summaries(&expected)[0].1), "{table}");
            if max_distinct == 100 {
                assert_eq!(json!(found), json!(expected), "{table}");
            }
        }
    }
    let large = df!("x" => [f64::MAX, -f64::MAX, f64::MAX, 1.0]).unwrap().lazy();
    for max_distinct in [1, 100] {
        let found = DescribeParams::new().reading(Reading::Streamed { max_distinct }).run(&large).unwrap();
        let (x, exact) = (summaries(&found)[0].1.clone(), DescribeParams::new().run(&large).unwrap());
        let exact = exact.columns[0].numeric.clone().unwrap();
        assert_eq!(json!([x.mean, x.sd, x.max, x.sum]), json!([exact.mean, exact.sd, exact.max, exact.sum]));
        assert_eq!(x.mean_absolute_deviation, None);
    }
}

#[test]
fn text_alone_needs_one_pass_and_no_columns_none() {
    let table = df!("note" => [Some("a"), None]).unwrap();
    let found = DescribeParams::new().reading(Reading::streamed()).run(&table.lazy()).unwrap();
    assert_eq!((found.columns[0].n_rows, found.columns[0].n_null), (2, 1));
    assert!(found.columns[0].numeric.is_none());
    let found = DescribeParams::new().reading(Reading::streamed()).run(&DataFrame::empty().lazy()).unwrap();
    assert_eq!((found.n_rows, found.columns.len()), (0, 0));
}

#[test]
fn rows_that_differ_the_second_time_are_refused() {
    let rows = frame(0..500);
    let describe = streamed(4).check().unwrap();
    let mut first = FirstPass::new(&describe, rows.schema(), 4).unwrap();
    first.add(&rows).unwrap();
    let second_of = |rows: DataFrame| {
        let mut second = SecondPass::after(&describe, &first);
        second.add(&rows).and_then(|()| super::described(&describe, &first, &second).map(|_| ()))
    };
    assert!(second_of(rows.clone()).is_ok());
    let text = |rows: DataFrame| second_of(rows).unwrap_err().to_string();
    let expected = "describe: the query gave other rows when it ran a second time; write its result to a file and \
                    describe that, or read it in memory";
    assert_eq!(text(rows.head(Some(499))), expected, "a row is missing");
    assert_eq!(text(rows.vstack(&rows.head(Some(1))).unwrap()), expected, "a row is new");
    let mut higher = rows.clone();
    let amounts = higher.column("shifted").unwrap().f64().unwrap() + 5.0;
    higher.with_column(amounts.into_series().into()).unwrap();
    assert_eq!(text(higher), expected, "values are larger");
    let mut elsewhere = rows.clone();
    elsewhere.with_column(Column::new("city".into(), vec!["nice"; 500])).unwrap();
    assert_eq!(text(elsewhere), expected, "a segment is new");
}

#[test]
fn what_cannot_stream_is_refused_by_name() {
    use crate::kernel::weight::WeightKind;
    let refused = streamed(10).weights("w", WeightKind::Sampling).check().unwrap_err();
    assert!(refused.is_param());
    assert_eq!(refused.to_string(), "describe: `reading` must be in memory with weights, got streamed");
    let refused = streamed(0).check().unwrap_err();
    assert_eq!(refused.to_string(), "describe: `max_distinct` must be in 1..=16777216, got 0");
    let keys: Vec<u32> = (0..40_000).collect();
    let table = df!("key" => &keys, "a" => &keys, "b" => &keys).unwrap().lazy();
    let refused = DescribeParams::new().by(["key"]).reading(Reading::streamed()).run(&table).unwrap_err();
    assert!(refused.is_data());
    assert!(refused.to_string().starts_with("describe: more than 65536 segments times columns cannot stream"));
}
