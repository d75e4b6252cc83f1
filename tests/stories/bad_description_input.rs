//! Hostile tables, settings and weights for a description: a refusal that names the column and
//! the remedy, or a counted exclusion with a reason for every number that is not there.

use std::fmt::Debug;

use customer_analytics::descriptive::{ColumnDescription, DescribeParams, Description, NumericSummary};
use customer_analytics::kernel::undefined::Undefined;
use customer_analytics::kernel::weight::WeightKind;
use customer_analytics::polars::prelude::*;
use customer_analytics::prelude::*;

/// What no message may show.
const SECRET: &str = "geheim机密";

/// The error of a call that must fail: one lower-case line, with all of this text.
#[track_caller]
fn refused<T: Debug>(result: Result<T>, expected: &str) -> Error {
    let error = result.expect_err("a refusal");
    let text = error.to_string();
    assert!(!text.contains('\n') && !text.contains(SECRET), "{text:?}");
    assert!(text.contains(expected), "`{expected}` is not in: {text}");
    error
}

/// A description that can be shown, saved and had as frames.
fn described(params: DescribeParams, frame: DataFrame) -> Description {
    let description = params.run(&frame.lazy()).unwrap();
    assert!(!description.to_string().is_empty());
    assert!(!serde_json::to_string(&description).unwrap().contains("NaN"));
    let (n_columns, n_segments) = (description.columns.len(), description.segments.len());
    assert_eq!(description.to_dataframe().height(), n_columns * (1 + n_segments));
    description
}

fn one(cells: Series) -> ColumnDescription {
    let frame = DataFrame::new(cells.len(), vec![cells.with_name("x".into()).into()]).unwrap();
    described(DescribeParams::new(), frame).columns[0].clone()
}

fn numbers(cells: impl AsRef<[f64]>) -> NumericSummary {
    one(Series::new("x".into(), cells.as_ref())).numeric.unwrap()
}

/// The reason why a statistic of numbers is not there.
fn reason(summary: &NumericSummary, statistic: &str) -> Option<Undefined> {
    let noted = summary.undefined.iter().find(|one| one.statistics.contains(&statistic));
    noted.map(|one| one.reason.clone())
}

#[test]
fn a_table_without_rows_or_columns_is_described_as_such() {
    let rows = df!("a" => Vec::<f64>::new(), "b" => Vec::<String>::new(), "c" => Vec::<bool>::new()).unwrap();
    let empty = described(DescribeParams::new(), rows.clone());
    assert_eq!((empty.n_rows, empty.columns.len()), (0, 3));
    let a = empty.column("a").unwrap().numeric.as_ref().unwrap();
    assert_eq!((a.n, a.mean, a.n_distinct), (0, None, 0));
    assert_eq!(reason(a, "mean"), Some(Undefined::TooFew { n: 0, needed: 1 }));
    let by = described(DescribeParams::new().by(["b"]).weights("a", WeightKind::Sampling), rows);
    assert!(by.segments.is_empty() && by.columns.len() == 1);
    let none = described(DescribeParams::new(), DataFrame::empty());
    assert_eq!((none.n_rows, none.columns.len()), (0, 0));
    // All columns are keys: nothing is left to describe.
    let keys = described(DescribeParams::new().by(["k"]), df!("k" => [1, 2]).unwrap());
    assert_eq!((keys.columns.len(), keys.segments.len(), keys.n_rows), (0, 2, 2));
}

#[test]
fn one_row_has_a_mean_and_no_spread() {
    let found = numbers([-0.0]);
    assert_eq!((found.n, found.mean, found.median, found.range), (1, Some(0.0), Some(0.0), Some(0.0)));
    assert_eq!((found.sd, found.mean_interval), (None, None));
    for statistic in ["variance", "sd", "std_error", "mean_interval"] {
        assert_eq!(reason(&found, statistic), Some(Undefined::TooFew { n: 1, needed: 2 }), "{statistic}");
    }
}

#[test]
fn cells_that_are_no_finite_numbers_are_counted_each_by_itself() {
    let cells = [Some(f64::NAN), None, Some(f64::INFINITY), Some(f64::NEG_INFINITY), Some(2.0), Some(4.0)];
    let found = one(Series::new("x".into(), cells)).numeric.unwrap();
    assert_eq!((found.n, found.n_null, found.n_nan, found.n_infinite), (2, 1, 1, 2));
    assert_eq!((found.mean, found.min, found.max), (Some(3.0), Some(2.0), Some(4.0)));
    let none = numbers([f64::NAN, f64::INFINITY]);
    assert_eq!((none.n, none.n_nan, none.n_infinite, none.mean), (0, 1, 1, None));
    let nulls = one(Series::full_null("x".into(), 3, &DataType::Float64));
    assert_eq!((nulls.n_null, nulls.numeric.unwrap().n_null), (3, 3));
}

#[test]
fn constants_have_no_skewness_and_zeros_no_variation() {
    let found = numbers([0.1; 10]);
    assert_eq!((found.mean, found.sd, found.skewness), (Some(0.1), Some(0.0), None));
    assert_eq!(reason(&found, "skewness"), Some(Undefined::Constant));
    assert_eq!(reason(&numbers([-1.0, 1.0]), "cv"), Some(Undefined::ZeroMean));
}

#[test]
fn numbers_at_the_ends_of_the_doubles_give_numbers_or_reasons() {
    let large = numbers([1e308, 1e308, -1e308, 1e308]);
    assert_eq!((large.sum, reason(&large, "sum")), (None, Some(Undefined::Overflow)));
    assert_eq!(large.mean, Some(5e307));
    assert_eq!((large.range, reason(&large, "range")), (None, Some(Undefined::Overflow)));
    let tiny = f64::from_bits(1);
    let small = numbers([tiny, 3.0 * tiny, 2.0 * tiny]);
    assert_eq!((small.mean, small.median, small.n_distinct), (Some(2.0 * tiny), Some(2.0 * tiny), 3));
    assert_eq!(small.sum, Some(6.0 * tiny));
    let all = [large, small];
    let values =
        |one: &NumericSummary| [one.sum, one.mean, one.variance, one.sd, one.cv, one.skewness, one.iqr, one.mad];
    assert!(all.iter().flat_map(values).flatten().all(f64::is_finite));
}

/// An offset of 1e9 costs no digit: the variance of 4, 7, 13 and 16 is 30 (by hand).
#[test]
fn an_offset_changes_no_spread() {
    let found = numbers([1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0]);
    assert_eq!((found.variance, found.mean), (Some(30.0), Some(1e9 + 10.0)));
}

#[test]
fn whole_numbers_that_are_no_doubles_are_rounded_and_counted() {
    let found = one(Series::new("x".into(), [(1_i64 << 53) + 1, 1 << 53, i64::MAX])).numeric.unwrap();
    assert_eq!((found.n, found.n_rounded, found.n_distinct), (3, Some(2), 2));
    let unsigned = one(Series::new("x".into(), [u64::MAX, 0])).numeric.unwrap();
    assert_eq!((unsigned.n_rounded, unsigned.max), (Some(1), Some(u64::MAX as f64)));
}

#[test]
fn booleans_decimals_and_durations_are_numbers() {
    let flags = one(Series::new("x".into(), [Some(true), Some(false), None, Some(true)]));
    assert_eq!(flags.numeric.unwrap().mean, Some(2.0 / 3.0));
    let text = Series::new("x".into(), ["0.10", "0.30"]);
    let decimals = one(text.cast(&DataType::Decimal(10, 2)).unwrap()).numeric.unwrap();
    assert_eq!((decimals.sum, decimals.min), (Some(0.4), Some(0.1)));
    let millis = Series::new("x".into(), [1_500_i64, 500]);
    let duration = one(millis.cast(&DataType::Duration(TimeUnit::Milliseconds)).unwrap()).numeric.unwrap();
    assert_eq!((duration.mean, duration.max), (Some(1.0), Some(1.5)));
}

#[test]
fn columns_that_have_no_statistics_are_counted_and_named() {
    let lists = [Some(Series::new("".into(), [1, 2])), None, Some(Series::new("".into(), [3]))];
    let lists: ListChunked = lists.into_iter().collect();
    let texts = Series::new("x".into(), [Some(SECRET), None, Some("b")]);
    let parts = df!("a" => [1, 2, 3]).unwrap().into_struct("x".into()).into_series();
    let opaque = [
        lists.into_series(),
        texts.cast(&DataType::Binary).unwrap(),
        parts,
        Series::new_null("x".into(), 3),
        Series::new("x".into(), [1_i64, 2, 3]).cast(&DataType::Time).unwrap(),
    ];
    for cells in opaque {
        let expected = cells.null_count() as u64;
        let frame = df!("g" => [1, 2, 2], "x" => cells).unwrap();
        let found = described(DescribeParams::new().by(["g"]), frame);
        let x = found.column("x").unwrap();
        assert_eq!((x.n_rows, x.n_null), (3, expected), "{}", x.dtype);
        assert!(x.numeric.is_none() && x.categorical.is_none() && x.temporal.is_none() && x.text.is_none());
        let in_segments: u64 = found.segments.iter().map(|segment| segment.column("x").unwrap().n_null).sum();
        assert_eq!(in_segments, expected);
        let shown = found.to_string();
        assert!(shown.contains("not described") && shown.ends_with(": 2 row(s)"), "{shown}");
        assert!(!shown.contains(SECRET));
    }
}

#[test]
fn names_in_any_script_are_described_and_asked_for() {
    let frame = df!("客户编号" => ["王", "李", "王"], "金额" => [1.5, 2.5, 3.5]).unwrap();
    let found = described(DescribeParams::new().by(["客户编号"]), frame.clone());
    assert_eq!(found.segment(&["王"]).unwrap().column("金额").unwrap().numeric.as_ref().unwrap().mean, Some(2.5));
    assert!(found.to_string().contains("`客户编号` = 王: 2 row(s)"), "{found}");
    refused(DescribeParams::new().by(["客户编码"]).run(&frame.lazy()), "did you mean `客户编号`?");
}

#[test]
fn settings_out_of_their_range_are_refused() {
    let params = DescribeParams::new;
    let refusals = [
        (params().columns(["a", "b", "a"]), "`columns` must be made of distinct columns, got `a` twice"),
        (params().by(["g", "g"]), "`by` must be made of distinct columns, got `g` twice"),
        (
            params().columns(Vec::<String>::new()),
            "`columns` must be at least one column (leave it out for all), got none",
        ),
        (params().quantiles([0.5, 1.5]), "`quantiles` must be in 0..=1, got 1.5"),
        (params().quantiles([f64::NAN]), "`quantiles` must be in 0..=1, got NaN"),
        (params().quantiles([0.5, 0.25, 0.5]), "`quantiles` must be distinct, got 0.5 twice"),
        (params().conf_level(1.0), "`conf_level` must be between 0 and 1, got 1"),
        (params().conf_level(f64::NAN), "`conf_level` must be between 0 and 1, got NaN"),
        (params().fence_multiplier(-1.0), "`fence_multiplier` must be a number from 0 on, got -1"),
        (params().fence_multiplier(f64::INFINITY), "`fence_multiplier` must be a number from 0 on, got inf"),
        (params().rare_share(-0.1), "`rare_share` must be in 0..=1, got -0.1"),
    ];
    for (params, expected) in refusals {
        let error = refused(params.check(), &format!("describe: {expected}"));
        assert!(error.is_param());
    }
}

#[test]
fn every_column_that_is_missing_or_unusable_is_told_at_once() {
    let tags: ListChunked = [Some(Series::new("".into(), [1]))].into_iter().collect();
    let frame = df!("age" => [31], "region" => [SECRET], "tags" => tags.into_series()).unwrap();
    let params = DescribeParams::new().columns(["agee"]).by(["regon", "tags"]).weights("region", WeightKind::Sampling);
    let error = refused(
        params.run(&frame.lazy()),
        "describe: 4 schema problem(s): column `agee` is not there; did you mean `age`?; \
         segment column `regon` is not there; did you mean `region`?; \
         segment column `tags` is list[i32]; give text, categories, numbers, booleans or dates; \
         weights column `region` is str; give one of numbers",
    );
    assert!(error.is_data());
}

#[test]
fn weights_that_mean_nothing_are_refused_or_left_out_and_counted() {
    let run = |weights: &[Option<f64>], kind| {
        let frame = df!("x" => (1..=weights.len() as i64).collect::<Vec<_>>(), "w" => weights).unwrap();
        DescribeParams::new().weights("w", kind).run(&frame.lazy())
    };
    let remedy = "filter them out, or clean the column with `cleaning::Outliers` or `cleaning::Checks`";
    for kind in [WeightKind::Sampling, WeightKind::Frequency] {
        let expected = format!("describe: 3 row(s) of the weights `w` are negative, NaN or infinite; {remedy}");
        refused(run(&[Some(1.0), Some(-1.0), Some(f64::NAN), Some(f64::INFINITY), None], kind), &expected);
        let found = run(&[Some(2.0), None, Some(0.0), None], kind).unwrap();
        assert_eq!((found.n_rows, found.n_rows_without_weight, found.n_rows_of_zero_weight), (1, 2, 1));
        assert!(found.to_string().contains("left out: 2 row(s) without a weight, 1 of weight 0"), "{found}");
        let none = run(&[Some(0.0), None], kind).unwrap();
        let x = none.column("x").unwrap().numeric.as_ref().unwrap();
        assert_eq!((none.n_rows, x.n, x.mean), (0, 0, None));
    }
    let fractions = [Some(1.5), Some(2.0), Some(0.25)];
    refused(
        run(&fractions, WeightKind::Frequency),
        "describe: 2 row(s) of the weights `w` are no whole numbers; give them as `WeightKind::Sampling`",
    );
    // (1.5 * 1 + 2 * 2 + 0.25 * 3) / 3.75
    let found = run(&fractions, WeightKind::Sampling).unwrap();
    assert!((found.column("x").unwrap().numeric.as_ref().unwrap().mean.unwrap() - 6.25 / 3.75).abs() < 1e-15);
}
