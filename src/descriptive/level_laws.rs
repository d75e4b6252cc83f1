//! What levels, texts and days of a description say, by hand and against the definitions.

use polars::prelude::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

use super::{CategoricalSummary, DescribeParams, Description, TemporalSummary, TextSummary};
use crate::frame::ToDataFrame;
use crate::kernel::undefined::Undefined;
use crate::kernel::weight::WeightKind;

fn described(params: DescribeParams, frame: DataFrame) -> Description {
    params.run(&frame.lazy()).unwrap()
}

fn levels(params: DescribeParams, cells: &[Option<&str>]) -> CategoricalSummary {
    let described = described(params, df!("x" => cells).unwrap());
    described.column("x").unwrap().categorical.clone().unwrap()
}

fn texts(cells: &[Option<&str>]) -> TextSummary {
    let described = described(DescribeParams::new(), df!("x" => cells).unwrap());
    described.column("x").unwrap().text.clone().unwrap()
}

fn days(column: Series) -> TemporalSummary {
    let frame = DataFrame::new(column.len(), vec![column.with_name("x".into()).into()]).unwrap();
    described(DescribeParams::new(), frame).column("x").unwrap().temporal.clone().unwrap()
}

fn dates(days: &[Option<i32>]) -> Series {
    Series::new("x".into(), days).cast(&DataType::Date).unwrap()
}

fn listed(summary: &CategoricalSummary) -> Vec<(&str, u64, f64)> {
    summary.levels.iter().flatten().map(|one| (one.level.as_str(), one.n, one.share)).collect()
}

/// By hand: five filled cells, of which two are b, two are a and one is c.
/// Entropy: 2 * 0.4 log2(1 / 0.4) + 0.2 log2(1 / 0.2) = 1.5219280948873621 (mpmath 1.4.1).
#[test]
fn equally_frequent_levels_are_in_the_order_of_their_labels() {
    let cells = [Some("b"), Some("a"), None, Some("c"), Some("a"), Some("b")];
    let found = levels(DescribeParams::new().rare_share(0.3), &cells);
    assert_eq!((found.n, found.n_missing, found.n_levels), (5, 1, 3));
    assert_eq!(listed(&found), [("a", 2, 0.4), ("b", 2, 0.4), ("c", 1, 0.2)]);
    let (rest, rare) = (found.rest.unwrap(), found.rare.clone().unwrap());
    assert_eq!((rest.n_levels, rest.n), (0, 0));
    assert_eq!((rare.n_levels, rare.n, rare.levels), (1, 1, vec!["c".to_owned()]));
    let modes = found.modes.clone().unwrap();
    assert_eq!((modes.levels, modes.count, modes.n_modes), (vec!["a".to_owned(), "b".to_owned()], 2, 2));
    assert!((found.entropy_bits.unwrap() - 1.521_928_094_887_362_1).abs() < 1e-15);
    assert!((found.evenness.unwrap() - 1.521_928_094_887_362_1 / 3_f64.log2()).abs() < 1e-15);
    // 1 - (4 + 4 + 1) / 25
    assert!((found.gini_simpson.unwrap() - 0.64).abs() < 1e-15);
    assert_eq!(found.undefined, []);
}

#[test]
fn levels_beyond_those_listed_are_the_rest() {
    let cells = [Some("茶"), Some("茶"), Some("茶"), Some("y"), Some("x"), Some("z"), Some("y")];
    let found = levels(DescribeParams::new().n_levels(2), &cells);
    assert_eq!(listed(&found), [("茶", 3, 3.0 / 7.0), ("y", 2, 2.0 / 7.0)]);
    let rest = found.rest.unwrap();
    assert_eq!((rest.n_levels, rest.n, found.n_levels), (2, 2, 4));
    let none = levels(DescribeParams::new().n_levels(0).rare_share(0.2), &cells);
    let (rest, rare) = (none.rest.unwrap(), none.rare.unwrap());
    assert_eq!((none.levels.unwrap().len(), rest.n_levels, rest.n), (0, 4, 7));
    assert_eq!((rare.n_levels, rare.n, rare.levels.len()), (2, 2, 0));
    assert_eq!(none.modes.unwrap().levels, ["茶"]);
}

#[test]
fn a_share_at_the_bound_is_not_rare() {
    let mut cells = vec![Some("often"); 99];
    cells.push(Some("once"));
    assert_eq!(levels(DescribeParams::new(), &cells).rare.unwrap().n_levels, 0);
    cells.push(Some("again"));
    let found = levels(DescribeParams::new(), &cells);
    let rare = found.rare.unwrap();
    assert_eq!((rare.n_levels, rare.levels), (2, vec!["again".to_owned(), "once".to_owned()]));
}

#[test]
fn one_level_has_no_evenness_and_no_cell_has_nothing() {
    let one = levels(DescribeParams::new(), &[Some("a"), None]);
    assert_eq!((one.entropy_bits, one.evenness, one.gini_simpson), (Some(0.0), None, Some(0.0)));
    assert_eq!(
        (one.undefined[0].reason.clone(), one.undefined[0].statistics.clone()),
        (Undefined::Constant, vec!["evenness"])
    );
    let none = levels(DescribeParams::new(), &[None, None]);
    assert_eq!((none.n, none.n_missing, none.n_levels, none.modes.clone()), (0, 2, 0, None));
    assert_eq!(none.undefined[0].reason, Undefined::TooFew { n: 0, needed: 1 });
    assert_eq!(none.undefined[0].statistics, ["modes", "entropy_bits", "evenness", "gini_simpson"]);
}

/// By hand: a weighs 1 + 2, b 4 and 5, c 0 and is left out; of 12.
#[test]
fn weights_make_shares_and_change_no_count() {
    let frame = df!(
        "x" => [Some("a"), Some("b"), Some("a"), Some("b"), Some("c"), None, Some("b")],
        "w" => [Some(1.0), Some(4.0), Some(2.0), Some(5.0), Some(0.0), Some(8.0), None],
        "g" => [1, 1, 2, 2, 2, 2, 2],
    );
    let params = DescribeParams::new().by(["g"]).weights("w", WeightKind::Sampling);
    let described = described(params, frame.unwrap());
    let shares = |found: &CategoricalSummary| -> Vec<(String, u64, Option<f64>)> {
        found.levels.iter().flatten().map(|one| (one.level.clone(), one.n, one.weighted_share)).collect()
    };
    let whole = described.column("x").unwrap().categorical.as_ref().unwrap();
    assert_eq!(shares(whole), [("a".to_owned(), 2, Some(0.25)), ("b".to_owned(), 2, Some(0.75))]);
    let second = described.segment(&["2"]).unwrap().column("x").unwrap().categorical.as_ref().unwrap();
    assert_eq!(shares(second), [("a".to_owned(), 1, Some(2.0 / 7.0)), ("b".to_owned(), 1, Some(5.0 / 7.0))]);
    assert_eq!((second.n, second.n_missing), (2, 1));
}

#[test]
fn booleans_are_numbers_and_levels() {
    let frame = df!("x" => [Some(true), None, Some(true), Some(false)], "y" => [true; 4]).unwrap();
    let described = described(DescribeParams::new(), frame);
    let column = described.column("x").unwrap();
    assert_eq!(column.numeric.as_ref().unwrap().mean, Some(2.0 / 3.0));
    assert_eq!(listed(column.categorical.as_ref().unwrap()), [("true", 2, 2.0 / 3.0), ("false", 1, 1.0 / 3.0)]);
    assert!(column.text.is_none() && column.temporal.is_none());
    assert_eq!(described.column("y").unwrap().categorical.as_ref().unwrap().n_levels, 1);
}

#[test]
fn levels_of_an_enum_that_do_not_occur_are_none() {
    let enumeration = DataType::from_frozen_categories(FrozenCategories::new(["low", "mid", "high"]).unwrap());
    for dtype in [enumeration, DataType::from_categories(Categories::global())] {
        let cells = Series::new("x".into(), [Some("high"), None, Some("low"), Some("high")]).cast(&dtype).unwrap();
        let described = described(DescribeParams::new(), df!("x" => cells).unwrap());
        let column = described.column("x").unwrap();
        assert_eq!(listed(column.categorical.as_ref().unwrap()), [("high", 2, 2.0 / 3.0), ("low", 1, 1.0 / 3.0)]);
        assert!(column.text.is_none(), "lengths are of text");
    }
}

/// By hand: lengths 0, 2, 3, 2 and 2.
#[test]
fn texts_are_measured_in_characters() {
    let found = texts(&[Some(""), Some("王芳"), Some(" a "), None, Some("\t\u{3000}"), Some("ok")]);
    assert_eq!((found.n, found.n_blank, found.n_padded), (5, 2, 1));
    assert_eq!((found.min_length, found.mean_length, found.max_length), (Some(0), Some(9.0 / 5.0), Some(3)));
    let none = texts(&[None]);
    assert_eq!((none.n, none.min_length, none.mean_length, none.max_length), (0, None, None, None));
    assert_eq!(none.undefined[0].statistics, ["min_length", "mean_length", "max_length"]);
}

/// By hand, with a calendar: 2024-02-28 (Wednesday), twice; 2024-03-01 (Friday); 2024-05-20 (Monday).
#[test]
fn days_have_a_span_gaps_and_months() {
    let found = days(dates(&[Some(19_863), None, Some(19_781), Some(19_783), Some(19_781)]));
    assert_eq!((found.n, found.n_null, found.n_days, found.span_days), (4, 1, Some(3), Some(82)));
    let date = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
    assert_eq!(found.first, date("2024-02-28").and_hms_opt(0, 0, 0));
    assert_eq!(found.last, date("2024-05-20").and_hms_opt(0, 0, 0));
    let gap = found.longest_gap.unwrap();
    assert_eq!((gap.from, gap.to, gap.n_days), (date("2024-03-01"), date("2024-05-20"), 79));
    // Two of four rows have come by the first day.
    assert_eq!(found.median_date, Some(date("2024-02-28")));
    let months: Vec<(&str, u64)> = found.months.iter().flatten().map(|one| (one.month.as_str(), one.n)).collect();
    assert_eq!(months, [("2024-02", 2), ("2024-03", 1), ("2024-04", 0), ("2024-05", 1)]);
    assert_eq!(found.weekdays, [1, 0, 2, 0, 1, 0, 0]);
    assert_eq!(found.undefined, []);
}

#[test]
fn days_next_to_each_other_have_no_gap_and_one_day_has_none_to_speak_of() {
    assert_eq!(days(dates(&[Some(-1), Some(0), Some(1)])).longest_gap.unwrap().n_days, 0);
    let one = days(dates(&[Some(7), Some(7)]));
    assert_eq!((one.longest_gap, one.span_days, one.n_days), (None, Some(0), Some(1)));
    assert_eq!(one.undefined[0].reason, Undefined::TooFew { n: 1, needed: 2 });
    let none = days(dates(&[None]));
    assert_eq!((none.first, none.last, none.span_days, none.median_date), (None, None, None, None));
    assert!(none.months.unwrap().is_empty() && none.weekdays == [0; 7]);
}

#[test]
fn of_more_than_a_hundred_years_only_months_with_rows_are_listed() {
    // 1970-01-01 and 2069-12-31: 1,200 months; and the day after.
    let century = days(dates(&[Some(0), Some(36_524)]));
    let months = century.months.unwrap();
    assert_eq!((months.len(), months[1_199].n), (1_200, 1));
    let beyond = days(dates(&[Some(0), Some(40), Some(36_525)]));
    let months: Vec<&str> = beyond.months.iter().flatten().map(|one| one.month.as_str()).collect();
    assert_eq!(months, ["1970-01", "1970-02", "2070-01"]);
}

#[test]
fn days_that_no_calendar_reaches_are_counted_apart() {
    let found = days(dates(&[Some(i32::MAX), Some(i32::MIN), Some(0), None]));
    assert_eq!((found.n, found.n_null, found.n_beyond_calendar, found.n_days), (1, 1, 2, Some(1)));
    for unit in [TimeUnit::Milliseconds, TimeUnit::Microseconds] {
        for zone in [None, Some(TimeZone::UTC), TimeZone::opt_try_new(Some("Asia/Shanghai")).unwrap()] {
            let times = Int64Chunked::new("x".into(), [Some(i64::MAX), Some(i64::MIN), Some(0), None]);
            let found = days(times.into_datetime(unit, zone.clone()).into_series());
            assert_eq!((found.n, found.n_null, found.n_beyond_calendar), (1, 1, 2), "{unit:?} {zone:?}");
        }
    }
    let nanoseconds = Int64Chunked::new("x".into(), [i64::MAX, i64::MIN]);
    let found = days(nanoseconds.into_datetime(TimeUnit::Nanoseconds, None).into_series());
    assert_eq!(found.last.unwrap().to_string(), "2262-04-11 23:47:16.854775807");
}

/// 1970-01-01 20:00 in UTC is 04:00 of the next day in Shanghai.
#[test]
fn a_zone_shows_its_own_clock() {
    let at_20 = Int64Chunked::new("x".into(), [Some(72_000_000_000), None]);
    let shanghai = TimeZone::opt_try_new(Some("Asia/Shanghai")).unwrap();
    let found = days(at_20.into_datetime(TimeUnit::Microseconds, shanghai).into_series());
    assert_eq!(found.first.unwrap().to_string(), "1970-01-02 04:00:00");
    assert_eq!((found.weekdays, found.n_null, found.n_beyond_calendar), ([0, 0, 0, 0, 1, 0, 0], 1, 0));
}

/// The columns of a frame that tell of one scope and column.
fn row(frame: &DataFrame, scope: &str, column: &str) -> DataFrame {
    let mask = frame.column("scope").unwrap().str().unwrap().equal(scope)
        & frame.column("column").unwrap().str().unwrap().equal(column);
    frame.filter(&mask).unwrap()
}

#[test]
fn the_frame_has_a_row_for_each_segment_and_column() {
    let frame = df!(
        "segment" => [Some("vip"), None, Some("vip")],
        "n" => ["x", "x", "y"],
        "spend" => [Some(1.0), Some(2.0), None],
        "when" => dates(&[Some(0), Some(31), None]),
    )
    .unwrap();
    let described = described(DescribeParams::new().by(["segment", "n"]).quantiles([0.0, 0.25]), frame);
    let table = described.to_dataframe();
    assert_eq!(table.height(), 2 * (1 + 3));
    let names: Vec<&str> = table.get_column_names().into_iter().map(PlSmallStr::as_str).collect();
    // A key that is called as a column of ours steps aside.
    assert_eq!(names[..6], ["scope", "segment", "by_n", "column", "dtype", "n_rows"]);
    assert!(names.contains(&"q0") && names.contains(&"q0.25"));
    let whole = row(&table, "whole", "spend");
    assert_eq!((whole.height(), whole.column("segment").unwrap().null_count()), (1, 1));
    assert_eq!(whole.column("mean").unwrap().f64().unwrap().get(0), Some(1.5));
    assert_eq!(whole.column("q0.25").unwrap().f64().unwrap().get(0), Some(1.25));
    assert_eq!(whole.column("top_level").unwrap().null_count(), 1);
    let segments = row(&table, "segment", "spend");
    assert_eq!(segments.column("by_n").unwrap().str().unwrap().iter().flatten().collect::<Vec<_>>(), ["x", "y", "x"]);
    assert_eq!(segments.column("segment").unwrap().null_count(), 1);
    let months = described.months();
    let expected = ["1970-01", "1970-02", "1970-01", "1970-02"];
    assert_eq!(months.column("month").unwrap().str().unwrap().iter().flatten().collect::<Vec<_>>(), expected);
}

#[test]
fn the_frame_of_levels_has_a_row_for_each_of_them() {
    let frame = df!("g" => [1, 2, 2], "x" => ["a", "b", "a"]).unwrap();
    let found = described(DescribeParams::new().by(["g"]), frame).levels();
    assert_eq!(
        found.column("level").unwrap().str().unwrap().iter().flatten().collect::<Vec<_>>(),
        ["a", "b", "a", "a", "b"]
    );
    assert_eq!(found.column("n").unwrap().u64().unwrap().iter().flatten().collect::<Vec<_>>(), [2, 1, 1, 1, 1]);
    assert_eq!(found.column("g").unwrap().null_count(), 2);
    assert_eq!(found.column("weighted_share").unwrap().null_count(), 5);
}

proptest! {
    /// A segment says what its rows say by themselves, whether its levels are counted or sorted.
    #[test]
    fn a_segment_is_the_description_of_its_rows(
        cells in prop::collection::vec((0_u8..4, prop::option::of(0_u32..40), prop::option::of(-900..900_i32)), 1..120),
    ) {
        let text = |cell: Option<u32>| cell.map(|cell| "ab ".repeat(cell as usize % 9) + &cell.to_string());
        let of = |cells: &[(u8, Option<u32>, Option<i32>)]| df!(
            "g" => cells.iter().map(|cell| u32::from(cell.0)).collect::<Vec<_>>(),
            "x" => cells.iter().map(|cell| text(cell.1)).collect::<Vec<_>>(),
            "d" => dates(&cells.iter().map(|cell| cell.2).collect::<Vec<_>>()),
        ).unwrap();
        let params = || DescribeParams::new().columns(["x", "d"]).n_levels(5).rare_share(0.1);
        let found = described(params().by(["g"]), of(&cells));
        let mut n_segments = 0;
        for g in 0..4 {
            let rows: Vec<_> = cells.iter().filter(|cell| cell.0 == g).copied().collect();
            let Some(segment) = found.segment(&[g.to_string().as_str()]) else {
                prop_assert!(rows.is_empty());
                continue;
            };
            n_segments += 1;
            let alone = described(params(), of(&rows));
            for (of_segment, of_rows) in segment.columns.iter().zip(&alone.columns) {
                prop_assert_eq!(serde_json::to_string(of_segment).unwrap(), serde_json::to_string(of_rows).unwrap());
            }
        }
        prop_assert_eq!(n_segments, found.segments.len());
    }

    /// Oracle: a map, sorted.
    #[test]
    fn levels_are_those_of_a_map(cells in prop::collection::vec(prop::option::of("[ab茶]{0,2}"), 0..60), most in 0_u32..6) {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        cells.iter().flatten().for_each(|cell| *counts.entry(cell.as_str()).or_default() += 1);
        let mut expected: Vec<(&str, u64)> = counts.into_iter().collect();
        expected.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let cells: Vec<Option<&str>> = cells.iter().map(Option::as_deref).collect();
        let found = levels(DescribeParams::new().n_levels(most), &cells);
        let got: Vec<(&str, u64)> = found.levels.iter().flatten().map(|one| (one.level.as_str(), one.n)).collect();
        prop_assert_eq!(&got[..], &expected[..expected.len().min(most as usize)]);
        prop_assert_eq!(found.n_levels as usize, expected.len());
        prop_assert_eq!(found.n, expected.iter().map(|(_, n)| n).sum::<u64>());
        let n_modes = expected.iter().filter(|(_, n)| *n == expected[0].1).count() as u64;
        prop_assert_eq!(found.modes.map_or(0, |modes| modes.n_modes), n_modes);
    }
}
