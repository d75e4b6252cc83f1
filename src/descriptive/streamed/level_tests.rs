//! Levels, days and texts that stream by, against those in memory.

use polars::prelude::*;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{ColumnDescription, DescribeParams, Description, Reading};
use super::first_pass::FirstPass;
use super::second_pass::SecondPass;
use super::tests::hash;
use crate::frame::ToDataFrame;
use crate::kernel::undefined::Undefined;

/// Rows in three segments and one without a key: names and ids of many levels, cities in Chinese,
/// blanks, flags, days, and times with a zone.
fn frame(rows: impl Iterator<Item = u64> + Clone) -> DataFrame {
    let each = |salt: u64| rows.clone().map(move |row| hash(row * 11 + salt));
    let city =
        each(0).map(|h| [Some("北京"), Some(""), Some("  "), Some("Lyon "), None, Some("上海")][(h % 6) as usize]);
    let name = each(1).map(|h| (h % 9 > 0).then(|| format!("{}{}", ["王", "李", "o'"][(h % 3) as usize], h % 700)));
    let id = rows.clone().map(|row| format!("customer {row}"));
    let flag = each(2).map(|h| [Some(true), Some(false), None][(h % 3) as usize]);
    let day = each(3).map(|h| (h % 7 > 0).then_some((h % 1_500) as i32 - 300));
    let at = each(4).map(|h| (h % 5 > 0).then_some((h % 90_000_000) as i64 * 1_000_003 - 7));
    let amount = each(5).map(|h| (h % 500) as f64 / 8.0);
    let tier = each(6).map(|h| [Some("金"), Some("银"), Some("b"), None][(h % 4) as usize]);
    let day = Series::new("day".into(), day.collect::<Vec<_>>()).cast(&DataType::Date).unwrap();
    let shanghai = TimeZone::opt_try_new(Some("Asia/Shanghai")).unwrap();
    let at = at.collect::<Int64Chunked>().with_name("at".into()).into_datetime(TimeUnit::Microseconds, shanghai);
    df!(
        "city" => city.collect::<Vec<_>>(), "name" => name.collect::<Vec<_>>(), "id" => id.collect::<Vec<_>>(),
        "flag" => flag.collect::<Vec<_>>(), "day" => day, "at" => at.into_series(),
        "amount" => amount.collect::<Vec<_>>(), "tier" => tier.collect::<Vec<_>>(),
    )
    .unwrap()
}

const N: u64 = 4_000;

fn streamed(max_distinct: u32) -> DescribeParams {
    DescribeParams::new().by(["tier", "flag"]).reading(Reading::Streamed { max_distinct })
}

fn in_memory(table: &DataFrame) -> Description {
    DescribeParams::new().by(["tier", "flag"]).run(&table.clone().lazy()).unwrap()
}

/// Every column of the whole and of the segments, with what it may count one by one.
fn columns(description: &Description, max_distinct: u32) -> Vec<(&ColumnDescription, u64)> {
    let whole = description.columns.iter().map(|column| (column, u64::from(max_distinct)));
    let segments = description.segments.iter().flat_map(|segment| &segment.columns);
    whole.chain(segments.map(|column| (column, u64::from(max_distinct.div_ceil(16))))).collect()
}

#[test]
fn mixed_tables_are_described_with_every_digit_of_a_table_in_memory() {
    let mut table = frame(0..N);
    let cities = table.column("city").unwrap().as_materialized_series().clone();
    let levels = FrozenCategories::new(["上海", "Lyon ", "北京", "", "  ", "never"]).unwrap();
    let enumeration = cities.cast(&DataType::from_frozen_categories(levels)).unwrap();
    let categories = cities.cast(&DataType::from_categories(Categories::global())).unwrap();
    table.with_column(enumeration.with_name("enumeration".into()).into()).unwrap();
    table.with_column(categories.with_name("categories".into()).into()).unwrap();
    let found = streamed(1 << 17).run(&table.clone().lazy()).unwrap();
    let expected = in_memory(&table);
    assert_eq!((found.segments.len(), found.columns.len()), (12, 8));
    assert_eq!(json!(found).to_string(), json!(expected).to_string());
    assert_eq!(found.to_string(), expected.to_string());
    let rows = found.to_dataframe();
    assert!(rows.equals_missing(&expected.to_dataframe()));
    assert_eq!(rows.column("n_distinct_relative_std_error").unwrap().null_count(), rows.height());
    assert!(found.levels().equals_missing(&expected.levels()) && found.months().equals_missing(&expected.months()));
}

/// Oracle: the same table in memory. 4,000 ids and some 1,700 names are more than 200, and
/// in a segment more than 13.
#[test]
fn levels_are_counted_up_to_the_last_that_fits_and_estimated_beyond() {
    let table = frame(0..N);
    let (found, expected) = (streamed(200).run(&table.clone().lazy()).unwrap(), in_memory(&table));
    let (mut n_exact, mut n_estimated) = (0, 0);
    for ((found, most), (exact, _)) in columns(&found, 200).into_iter().zip(columns(&expected, 200)) {
        let name = &found.column;
        assert_eq!(
            json!([found.text, found.temporal, found.n_null]),
            json!([exact.text, exact.temporal, exact.n_null])
        );
        let (Some(levels), Some(exact)) = (&found.categorical, &exact.categorical) else { continue };
        if exact.n_levels <= most {
            assert_eq!(json!(levels).to_string(), json!(exact).to_string(), "{name}");
            n_exact += 1;
            continue;
        }
        n_estimated += 1;
        assert_eq!((levels.n, levels.n_missing), (exact.n, exact.n_missing), "{name}");
        let error = levels.distinct_error.unwrap().relative_std_error;
        let off = levels.n_levels as f64 / exact.n_levels as f64 - 1.0;
        assert!(off.abs() < 4.0 * error, "{name}: {off}");
        assert!(levels.levels.is_none() && levels.rest.is_none() && levels.rare.is_none() && levels.modes.is_none());
        assert_eq!((levels.entropy_bits, levels.evenness, levels.gini_simpson), (None, None, None));
        let [reason] = levels.undefined.as_slice() else { panic!("{name}: {:?}", levels.undefined) };
        assert_eq!(reason.reason, Undefined::TooManyDistinct);
        let all = ["levels", "rest", "rare", "modes", "entropy_bits", "evenness", "gini_simpson"];
        assert_eq!(reason.statistics, all);
    }
    // Names and ids, of the whole and of 12 segments; cities.
    assert_eq!((n_exact, n_estimated), (13, 26));
}

/// By hand: the last level that fits in the whole and in a segment, and one more.
#[test]
fn a_segment_counts_a_sixteenth_of_the_levels() {
    let described = |n_levels: u64| {
        let levels: Vec<String> = (0..n_levels).chain(0..n_levels).map(|level| format!("茶 {level}")).collect();
        let keys: Vec<u64> = (0..2 * n_levels).map(|row| row % 16).collect();
        let table = df!("x" => levels, "key" => keys).unwrap().lazy();
        DescribeParams::new().by(["key"]).reading(Reading::Streamed { max_distinct: 160 }).run(&table).unwrap()
    };
    let n_of = |column: &ColumnDescription| {
        let levels = column.categorical.as_ref().unwrap();
        (levels.n_levels, levels.distinct_error.is_none(), levels.levels.is_some())
    };
    let fits = described(160);
    assert_eq!(n_of(&fits.columns[0]), (160, true, true));
    assert!(fits.segments.iter().all(|segment| n_of(&segment.columns[0]) == (10, true, true)));
    let one_more = described(176);
    assert!(!n_of(&one_more.columns[0]).1);
    assert!(one_more.segments.iter().all(|segment| n_of(&segment.columns[0]) == (11, false, false)));
}

#[test]
fn what_is_estimated_says_so_where_it_is_shown() {
    let table = frame(0..1_000);
    let found = DescribeParams::new().columns(["id", "city"]).reading(Reading::Streamed { max_distinct: 64 });
    let found = found.run(&table.lazy()).unwrap();
    assert_eq!(found.columns[0].categorical.as_ref().unwrap().n_levels, 1_000);
    let shown = found.to_string();
    let row = shown.lines().find(|line| line.ends_with("  id") && line.contains('~')).unwrap();
    let cells: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(cells, ["1,000", "0", "~1,000", "-", "-", "-", "-", "id"]);
    assert!(shown.contains(
        "\n- `id`: no levels, rare, entropy_bits, evenness (more distinct values than are kept of a stream)"
    ));
    assert!(shown.contains("\n- `id`: number of levels estimated, standard error 0.8125%"), "{shown}");
    assert_eq!(shown.matches('~').count(), 1);
    let rows = found.to_dataframe();
    let errors = rows.column("n_distinct_relative_std_error").unwrap().f64().unwrap();
    assert_eq!(errors.iter().collect::<Vec<_>>(), [Some(0.008_125), None]);
    assert_eq!(rows.column("n_distinct").unwrap().u64().unwrap().get(0), Some(1_000));
    assert_eq!(rows.column("n_rare_levels").unwrap().u64().unwrap().iter().collect::<Vec<_>>(), [None, Some(0)]);
    let levels = found.levels();
    assert!(levels.column("column").unwrap().str().unwrap().iter().all(|column| column == Some("city")));
    assert_eq!(levels.height(), 5);
}

/// 50,000 days are counted, and of 50,001 what lies between the ends is not known.
#[test]
fn days_are_counted_up_to_the_last_that_fits() {
    let described = |n: i32, reading: Reading| {
        let days = Series::new("day".into(), (0..n).rev().chain([40, 41]).collect::<Vec<_>>());
        let keys: Vec<&str> = (0..n + 2).map(|row| if row < 10 { "few" } else { "many" }).collect();
        let table = df!("day" => days.cast(&DataType::Date).unwrap(), "key" => keys).unwrap();
        DescribeParams::new().by(["key"]).reading(reading).run(&table.lazy()).unwrap()
    };
    let both = |n: i32| (described(n, Reading::streamed()), described(n, Reading::InMemory));
    let (found, expected) = both(50_000);
    assert_eq!(json!(found).to_string(), json!(expected).to_string());
    let (found, expected) = both(50_001);
    assert_eq!(json!(found.segments).to_string(), json!(expected.segments).to_string(), "49,991 and 10 days");
    let (days, exact) = (found.columns[0].temporal.clone().unwrap(), expected.columns[0].temporal.clone().unwrap());
    assert_eq!((days.n, days.first, days.last, days.span_days), (exact.n, exact.first, exact.last, exact.span_days));
    assert_eq!((days.weekdays, exact.n_days), (exact.weekdays, Some(50_001)));
    assert_eq!((days.n_days, days.longest_gap, days.median_date, days.months), (None, None, None, None));
    assert_eq!(days.undefined.len(), 1);
    assert_eq!(days.undefined[0].reason, Undefined::TooManyDistinct);
    assert_eq!(days.undefined[0].statistics, ["n_days", "longest_gap", "median_date", "months"]);
    let only_segments = found.months().filter(&found.months().column("scope").unwrap().str().unwrap().equal("whole"));
    assert_eq!(only_segments.unwrap().height(), 0);
    let reason = "\n- `day`: no n_days, longest_gap, median_date (more distinct values than are kept of a stream)";
    assert!(found.to_string().contains(reason), "{found}");
}

#[test]
fn no_order_of_rows_and_no_row_groups_change_a_bit() {
    let folder = tempfile::tempdir().unwrap();
    let described = |mut rows: DataFrame, row_group_size: usize, max_distinct: u32| {
        let path = folder.path().join("rows.parquet");
        let file = std::fs::File::create(&path).unwrap();
        ParquetWriter::new(file).with_row_group_size(Some(row_group_size)).finish(&mut rows).unwrap();
        let path = PlRefPath::new(path.to_str().unwrap());
        let scan = LazyFrame::scan_parquet(path, ScanArgsParquet::default()).unwrap();
        json!(streamed(max_distinct).run(&scan).unwrap()).to_string()
    };
    for max_distinct in [16, 200, 100_000] {
        let expected = described(frame(0..N), N as usize, max_distinct);
        for row_group_size in [97, 1_001, 2_500] {
            assert_eq!(described(frame(0..N), row_group_size, max_distinct), expected, "{row_group_size}");
            // 2,003 and 4,000 share no factor, so that every row comes once.
            let shuffled = frame((0..N).map(|row| row * 2_003 % N));
            assert_eq!(described(shuffled, row_group_size, max_distinct), expected, "{row_group_size}");
        }
    }
}

#[test]
fn columns_that_no_demo_has_are_described_as_in_memory() {
    let dates = |days: &[Option<i32>]| Series::new("x".into(), days).cast(&DataType::Date).unwrap();
    let times = |unit, zone: Option<&str>, at: &[Option<i64>]| {
        let zone = TimeZone::opt_try_new(zone).unwrap();
        Int64Chunked::new("x".into(), at).into_datetime(unit, zone).into_series()
    };
    let far = [Some(i64::MAX), Some(i64::MIN), Some(-1), None];
    let long = "茶".repeat(9_000);
    let columns = [
        Series::new_empty("x".into(), &DataType::String),
        Series::new("x".into(), [None::<&str>, None]),
        Series::new("x".into(), ["", " ", "\u{3000}", "\t"]),
        Series::new("x".into(), ["a", "a\0", "é", "e\u{301}"]),
        Series::new("x".into(), [Some(true), None]),
        Series::new_empty("x".into(), &DataType::Boolean),
        Series::new_empty("x".into(), &DataType::Date),
        dates(&[None, None]),
        dates(&[Some(7)]),
        dates(&[Some(i32::MAX), Some(i32::MIN), Some(0), None]),
        times(TimeUnit::Milliseconds, None, &far),
        times(TimeUnit::Microseconds, Some("Asia/Shanghai"), &far),
        times(TimeUnit::Nanoseconds, Some("UTC"), &far),
        Series::new_null("x".into(), 3),
    ];
    for column in columns {
        let table = DataFrame::new(column.len(), vec![column.into()]).unwrap();
        let expected = DescribeParams::new().run(&table.clone().lazy()).unwrap();
        let found = DescribeParams::new().reading(Reading::streamed()).run(&table.clone().lazy()).unwrap();
        assert_eq!(json!(found).to_string(), json!(expected).to_string(), "{table}");
    }
    // 27,000 bytes are more than texts of so few levels may take.
    let table = df!("x" => [long.as_str(), "b", long.as_str()]).unwrap().lazy();
    let found = DescribeParams::new().reading(Reading::Streamed { max_distinct: 9 }).run(&table).unwrap();
    let levels = found.columns[0].categorical.as_ref().unwrap();
    assert_eq!((levels.n, levels.n_levels, levels.levels.is_none()), (3, 2, true));
    assert_eq!(found.columns[0].text.as_ref().unwrap().max_length, Some(9_000));
}

/// The description that batches make, of which each is added by itself.
fn in_batches(describe: &DescribeParams, table: &DataFrame, cuts: &[usize]) -> Value {
    let describe = describe.clone().check().unwrap();
    let mut first = FirstPass::new(&describe, table.schema(), 1 << 11).unwrap();
    let mut start = 0;
    for end in cuts.iter().copied().chain([table.height()]).map(|cut| cut.min(table.height())) {
        first.add(&table.slice(start as i64, end.saturating_sub(start))).unwrap();
        start = start.max(end);
    }
    let second = SecondPass::after(&describe, &first);
    json!(super::described(&describe, &first, &second).unwrap())
}

proptest! {
    /// Oracle: the same table in memory.
    #[test]
    fn any_cells_in_any_batches_are_described_as_in_memory(
        cells in prop::collection::vec((0_u8..4, prop::option::of("[ab 茶]{0,3}"), prop::option::of(-900..900_i32), prop::option::of(any::<bool>())), 1..100),
        cuts in prop::collection::vec(0_usize..110, 0..5),
    ) {
        let days = Series::new("d".into(), cells.iter().map(|cell| cell.2).collect::<Vec<_>>());
        let table = df!(
            "g" => cells.iter().map(|cell| u32::from(cell.0)).collect::<Vec<_>>(),
            "x" => cells.iter().map(|cell| cell.1.as_deref()).collect::<Vec<_>>(),
            "d" => days.cast(&DataType::Date).unwrap(),
            "b" => cells.iter().map(|cell| cell.3).collect::<Vec<_>>(),
        ).unwrap();
        let params = DescribeParams::new().by(["g"]).n_levels(5).rare_share(0.1);
        let expected = json!(params.clone().run(&table.clone().lazy()).unwrap());
        let mut cuts = cuts;
        cuts.sort_unstable();
        let params = params.reading(Reading::Streamed { max_distinct: 1 << 11 });
        prop_assert_eq!(in_batches(&params, &table, &cuts).to_string(), expected.to_string());
    }
}
