use polars::prelude::*;
use proptest::prelude::*;

use super::{DataQuality, Quality, QualityParams, compare};
use crate::analysis::Analysis;
use crate::error::Result;
use crate::frame::{ToDataFrame, column};

fn run(frame: DataFrame, params: QualityParams) -> DataQuality {
    params.run(&frame.lazy()).unwrap()
}

fn of(frame: DataFrame) -> DataQuality {
    run(frame, QualityParams::new())
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

#[test]
fn numbers_are_counted_by_what_they_are() {
    let x = [Some(1.0), Some(-0.0), Some(0.0), None, Some(f64::NAN), Some(f64::INFINITY), Some(f64::NEG_INFINITY)];
    let report = of(df!("x" => x, "n" => [Some(i64::MIN), Some(7), Some(7), Some(0), Some(-1), None, None]).unwrap());
    let x = &report.columns[0];
    assert_eq!((x.n_rows, x.n_null, x.n_nan, x.n_infinite, x.n_missing), (7, 1, 1, 2, 2));
    assert_eq!((x.n_zero, x.n_negative, x.n_distinct), (Some(2), Some(1), Some(4)));
    assert_eq!((x.min, x.max, x.completeness), (Some(0.0), Some(1.0), Some(5.0 / 7.0)));
    assert_eq!((x.is_unique, x.is_constant, x.top_share), (Some(false), Some(false), Some(0.4)));
    let n = &report.columns[1];
    assert_eq!((n.n_zero, n.n_negative, n.n_distinct, n.top_share), (Some(1), Some(2), Some(4), Some(0.4)));
    assert_eq!((n.min, n.max), (Some(i64::MIN as f64), Some(7.0)));
    assert_eq!((n.min_length, n.n_text_numbers, n.n_distinct_folded), (None, None, None));
}

#[test]
fn text_is_counted_by_its_ends_case_and_shape() {
    let code = [
        Some("85123a"),
        Some("85123A "),
        Some("85123A"),
        Some(""),
        Some("\u{3000} "),
        None,
        Some("王 芳"),
        Some("85123a"),
    ];
    let code = &of(df!("code" => code).unwrap()).columns[0];
    assert_eq!((code.n_null, code.n_blank, code.n_padded, code.n_missing), (1, 2, 1, 3));
    assert_eq!((code.n_distinct, code.n_distinct_folded, code.is_unique), (Some(6), Some(3), Some(false)));
    assert_eq!((code.min_length, code.max_length, code.min), (Some(0), Some(7), None));
    let shapes: Vec<(&str, u64)> = code.shapes.iter().map(|one| (one.shape.as_str(), one.n_rows)).collect();
    assert_eq!(shapes, [("99999a", 2), ("99999A", 1), ("99999A ", 1), ("字 字", 1)]);
    assert!(code.hints.iter().any(|hint| hint.starts_with("6 values are 3 without case")), "{:?}", code.hints);
}

#[test]
fn long_texts_and_short_ones_are_told_apart() {
    let long = "x".repeat(1 << 20);
    let texts = ["abcdefghijkl", "abcdefghijklm", "abcdefghijkl\0", long.as_str(), long.as_str(), "a", "a\0"];
    let column = &of(df!("t" => texts).unwrap()).columns[0];
    assert_eq!((column.n_distinct, column.max_length), (Some(6), Some(1 << 20)));
    assert_eq!(column.shapes[0].shape, "aaaaaaaaaaaa…");
}

#[test]
fn placeholders_count_where_the_shop_names_them() {
    let frame = || df!("t" => ["N/A", " n/a", "unknown", "-", "Nina", "王", "无"]).unwrap();
    let usual = &of(frame()).columns[0];
    assert_eq!((usual.n_placeholder, usual.n_missing), (0, 0));
    let suspects: Vec<(&str, u64)> = usual.suspects.iter().map(|one| (one.placeholder, one.n_rows)).collect();
    assert_eq!(suspects, [("-", 1), ("n/a", 2), ("unknown", 1), ("无", 1)]);
    assert!(usual.hints[1].starts_with("5 cell(s) read like `-`, `n/a`, `unknown`; name them"), "{:?}", usual.hints);
    let told = &run(frame(), QualityParams::new().placeholders(["n/A ", "无"])).columns[0];
    assert_eq!((told.n_placeholder, told.n_missing, told.suspects.len()), (3, 3, 2));
}

#[test]
fn blank_text_can_be_a_value() {
    let report = run(df!("t" => ["", "a"]).unwrap(), QualityParams::new().blank_is_missing(false));
    assert_eq!((report.columns[0].n_blank, report.columns[0].n_missing), (1, 0));
}

#[test]
fn every_type_is_measured_as_far_as_it_goes() {
    let n = 3;
    let stamps = Series::new("at".into(), [Some(0_i64), Some(86_400_000_000 * 2 - 1), None])
        .cast(&DataType::Datetime(TimeUnit::Microseconds, None))
        .unwrap();
    let list = Series::new("tags".into(), [Some(Series::new("".into(), ["a"])), None, None]);
    let pair = df!("a" => [1, 2, 3]).unwrap().into_struct("pair".into()).into_series();
    let frame = df!(
        "decimal" => Series::new("".into(), [Some(-1.5), Some(0.0), None]).cast(&DataType::Decimal(10, 2)).unwrap(),
        "category" => Series::new("".into(), [Some("甲 "), Some("乙"), None]).cast(&DataType::from_categories(Categories::global())).unwrap(),
        "yes" => [Some(true), Some(true), None],
        "on" => stamps.cast(&DataType::Date).unwrap(),
        "at" => stamps,
        "span" => Series::new("".into(), [Some(-1_i64), Some(0), None]).cast(&DataType::Duration(TimeUnit::Milliseconds)).unwrap(),
        "tags" => list,
        "pair" => pair,
        "nothing" => Series::new_null("".into(), n),
        "tiny" => Series::new("".into(), [Some(-1_i8), None, None]),
        "wide" => [Some(u64::MAX), Some(u64::MAX), None],
        "single" => [Some(0.5_f32), Some(f32::NAN), None],
    )
    .unwrap();
    let report = of(frame);
    let get = |name: &str| report.columns.iter().find(|column| column.column == name).unwrap();
    let decimal = get("decimal");
    assert_eq!(
        (decimal.min, decimal.max, decimal.n_zero, decimal.n_negative),
        (Some(-1.5), Some(0.0), Some(1), Some(1))
    );
    assert_eq!((get("category").n_padded, get("category").n_distinct), (1, Some(2)));
    assert_eq!((get("yes").is_constant, get("yes").n_zero), (Some(true), None));
    for name in ["on", "at"] {
        let dates = (get(name).min_date, get(name).max_date, get(name).n_distinct);
        assert_eq!(dates, (Some(day("1970-01-01")), Some(day("1970-01-02")), Some(2)), "{name}");
    }
    assert_eq!((get("span").n_negative, get("span").n_zero, get("span").min), (Some(1), Some(1), None));
    for (name, n_null) in [("tags", 2), ("pair", 0), ("nothing", 3)] {
        let opaque = get(name);
        assert_eq!((opaque.n_null, opaque.n_distinct, opaque.is_unique), (n_null, None, None), "{name}");
        assert!(opaque.unmeasured[0].contains("not looked into"), "{name}");
    }
    assert_eq!(get("tiny").min, Some(-1.0));
    assert_eq!((get("wide").n_distinct, get("wide").max), (Some(1), Some(u64::MAX as f64)));
    assert_eq!((get("single").n_nan, get("single").max), (1, Some(0.5)));
    let shown = report.to_string();
    assert!(shown.lines().all(|line| line.chars().count() <= 100), "{shown}");
    assert_eq!(report.to_dataframe().height(), 12);
}

#[test]
fn the_key_is_judged_by_whole_keys() {
    let frame = || df!("a" => [Some(1), Some(1), Some(1), None, Some(2)], "b" => ["x", "x", "y", "x", "x"]).unwrap();
    let of = |key: &[&str]| run(frame(), QualityParams::new().key(key.iter().copied()));
    let pair = of(&["a", "b"]);
    let key = pair.key.clone().unwrap();
    assert_eq!((key.n_incomplete, key.n_distinct, key.n_duplicates), (1, 3, 1));
    assert_eq!(pair.scores.uniqueness, Some(0.75));
    let one = of(&["a"]).key.unwrap();
    assert_eq!((one.n_incomplete, one.n_distinct, one.n_duplicates), (1, 2, 2));
    assert_eq!(of(&[]).key, None);
    // Cells do not run into each other.
    let split = df!("a" => ["ab", "a"], "b" => ["c", "bc"]).unwrap();
    assert_eq!(run(split, QualityParams::new().key(["a", "b"])).key.unwrap().n_duplicates, 0);
}

#[test]
fn expectations_count_what_passes_fails_and_cannot_be_judged() {
    let frame = df!(
        "age" => [Some(30.0), Some(-1.0), Some(f64::NAN), None],
        "码" => [Some("A1"), Some("BB-22"), None, Some("cc-33")],
        "limit" => [20.0, 20.0, 20.0, 20.0],
    )
    .unwrap();
    let params = QualityParams::new()
        .expect("aged", column("age").between(0, 120))
        .expect("coded", column("码").matches("[A-Z]\\d"))
        .expect("below", column("age").le(column("limit")));
    let report = run(frame, params);
    let counts: Vec<(u64, u64, u64)> =
        report.expectations.iter().map(|one| (one.n_pass, one.n_fail, one.n_unjudged)).collect();
    assert_eq!(counts, [(1, 1, 2), (1, 2, 1), (1, 1, 2)]);
    let shapes: Vec<&str> = report.expectations[1].shapes.iter().map(|one| one.shape.as_str()).collect();
    assert_eq!(shapes, ["AA-99", "aa-99"]);
    assert!(report.expectations[0].shapes.is_empty());
    assert_eq!(report.scores.validity, Some((0.5 + 1.0 / 3.0) / 2.0));
    assert_eq!(report.scores.consistency, Some(0.5));
    let shown = report.to_string();
    assert!(shown.contains("aged: age between 0 and 120"), "{shown}");
    assert!(!shown.contains("BB-22"), "{shown}");
}

#[test]
fn days_tell_how_recent_the_rows_are() {
    let days = ["2026-01-01", "2026-01-02", "2026-01-10", "2026-02-01", "2026-01-02"];
    let mut days: Vec<Option<i32>> = days.iter().map(|text| Some(day(text).to_epoch_days())).collect();
    days.push(None);
    let on = Series::new("on".into(), days).cast(&DataType::Date).unwrap();
    let frame = || df!("on" => on.clone()).unwrap();
    let report = run(frame(), QualityParams::new().time("on", day("2026-01-20")).max_age_days(10));
    let time = report.timeliness.clone().unwrap();
    assert_eq!((time.oldest, time.newest), (Some(day("2026-01-01")), Some(day("2026-01-10"))));
    assert_eq!((time.age_days, time.longest_gap_days, time.is_late), (Some(10), Some(7), Some(false)));
    assert_eq!((time.n_missing, time.n_future), (1, 1));
    assert_eq!(report.scores.timeliness, Some(4.0 / 6.0));
    let late = run(frame(), QualityParams::new().time("on", day("2026-01-20")).max_age_days(9));
    assert_eq!((late.timeliness.unwrap().is_late, late.scores.timeliness), (Some(true), Some(0.0)));
    let before = run(frame(), QualityParams::new().time("on", day("2025-01-01")).max_age_days(9)).timeliness.unwrap();
    assert_eq!((before.newest, before.age_days, before.longest_gap_days, before.is_late), (None, None, None, None));
}

#[test]
fn the_day_of_a_zoned_datetime_is_that_of_its_own_clock() {
    let at = Series::new("at".into(), [day("2026-01-31").and_hms_opt(20, 0, 0).unwrap()]);
    let plan = df!("at" => at).unwrap().lazy().with_column(col("at").dt().replace_time_zone(
        TimeZone::opt_try_new(Some("UTC")).unwrap(),
        lit("raise"),
        NonExistent::Raise,
    ));
    let zone = TimeZone::opt_try_new(Some("Asia/Shanghai")).unwrap();
    let plan = plan.with_column(col("at").dt().convert_time_zone(zone.unwrap()));
    let report = QualityParams::new().time("at", day("2026-02-28")).run(&plan).unwrap();
    assert_eq!(report.timeliness.unwrap().newest, Some(day("2026-02-01")));
    assert_eq!(report.columns[0].max_date, Some(day("2026-02-01")));
}

#[test]
fn more_distinct_values_than_allowed_are_not_counted_and_say_so() {
    let texts: Vec<String> = (0..50).map(|n| format!(" v{n}")).collect();
    let frame = || df!("t" => texts.clone(), "n" => (0..50_i64).collect::<Vec<_>>()).unwrap();
    let report = run(frame(), QualityParams::new().max_distinct(49).key(["t"]));
    for column in &report.columns {
        assert_eq!((column.n_distinct, column.is_unique, column.top_share), (None, None, None));
        assert_eq!(column.unmeasured, ["distinct values: there are more than 49; raise `max_distinct`"]);
    }
    assert_eq!(report.columns[0].n_distinct_folded, None);
    assert_eq!(report.columns[0].n_padded, 50, "what is said of single cells is counted all the same");
    assert_eq!(report.columns[0].shapes[0].n_rows, 40);
    assert_eq!(report.key.unwrap().n_distinct, 50);
    let whole = run(frame(), QualityParams::new().max_distinct(50));
    assert_eq!((whole.columns[0].n_distinct, whole.columns[0].is_unique), (Some(50), Some(true)));
}

#[test]
fn free_text_has_no_shapes_and_says_so() {
    let letter = |n: usize, place: u32| ["A", "a", "9", "-", ".", "?"][n / 6_usize.pow(place) % 6];
    let texts: Vec<String> = (0..20_000).map(|n| (0..6).map(|place| letter(n, place)).collect()).collect();
    let column = &of(df!("t" => texts).unwrap()).columns[0];
    assert!(column.shapes.is_empty());
    assert!(column.unmeasured[0].starts_with("shapes: there are more than 10000"));
}

#[test]
fn tables_of_nothing_are_measured() {
    let none = of(DataFrame::empty());
    assert_eq!((none.n_rows, none.columns.len(), none.scores.completeness), (0, 0, None));
    assert_eq!(none.scores.unscored.len(), 5);
    assert!(none.to_string().starts_with("data quality: 0 row(s), 0 column(s)\ncompleteness -"));
    assert_eq!(none.to_dataframe().height(), 0);
    let empty = run(
        df!("t" => [] as [&str; 0], "on" => Series::new_empty("on".into(), &DataType::Date)).unwrap(),
        QualityParams::new().key(["t"]).time("on", day("2026-01-01")).expect("a", column("t").eq("a")),
    );
    assert_eq!(
        (empty.columns[0].completeness, empty.columns[0].is_unique, empty.columns[0].top_share),
        (None, None, None)
    );
    assert_eq!((empty.expectations[0].pass_share, empty.key.unwrap().n_duplicates), (None, 0));
    assert_eq!((empty.scores.unscored.len(), empty.timeliness.unwrap().missing_share), (5, None));
    let null = of(df!("t" => [None::<&str>, None], "x" => [None::<f64>, None]).unwrap());
    for column in &null.columns {
        assert_eq!((column.n_missing, column.completeness, column.n_distinct), (2, Some(0.0), Some(0)));
        assert_eq!((column.is_unique, column.is_constant, column.top_share), (None, None, None));
        assert_eq!(column.hints, ["no cell is filled; leave the column out"]);
    }
}

#[test]
fn all_problems_of_a_table_come_at_once() {
    let list = Series::new("tags".into(), [Series::new("".into(), ["a"])]);
    let frame = df!("t" => ["a"], "tags" => list).unwrap().lazy();
    let params = QualityParams::new()
        .key(["id", "tag", "tags"])
        .time("t", day("2026-01-01"))
        .expect("aged", column("t").ge(0))
        .expect("gone", column("lost").is_null());
    assert_eq!(
        params.run(&frame).unwrap_err().to_string(),
        "quality: 6 schema problem(s): key column `id` is not there; name one that is; \
         key column `tag` is not there; did you mean `tags`?; \
         key column `tags` is list[str], whose values are not told apart; cast it to text or a number first; \
         time column `t` is str; parse it into a Date or Datetime first; \
         expectation `aged`: `t >= 0` compares column `t`, which is str, with a number; parse the text into numbers first; \
         expectation `gone`: column `lost` of the condition `lost is missing` is not there; name one that is"
    );
}

#[test]
fn settings_outside_their_range_are_refused() {
    let refused = |params: QualityParams| params.check().unwrap_err().to_string();
    assert!(
        refused(QualityParams::new().key(["a", "a"])).contains("`key` must be made of distinct columns, got `a` twice")
    );
    assert!(refused(QualityParams::new().placeholders([" "])).contains("`placeholders`"));
    assert!(refused(QualityParams::new().max_distinct(0)).contains("in 1..=1000000000, got 0"));
    assert!(refused(QualityParams::new().max_age_days(1)).contains("with a `time` column"));
    let a = || column("a").is_null();
    assert!(refused(QualityParams::new().expect("x", a()).expect("x", a())).contains("`x` twice"));
    assert!(refused(QualityParams::new().expect(" ", a())).contains("named"));
    assert!(refused(QualityParams::new().expect("x", column("a").matches("("))).contains("regular expression"));
}

#[test]
fn settings_survive_a_job_file_and_cannot_skip_their_check() {
    let params = QualityParams::new()
        .key(["id"])
        .placeholders(["未知"])
        .time("on", day("2026-01-01"))
        .max_age_days(3)
        .expect("aged", column("age").between(0, 120));
    let quality = params.clone().check().unwrap();
    let json = serde_json::to_string(&quality).unwrap();
    assert_eq!(serde_json::from_str::<Quality>(&json).unwrap(), quality);
    assert_eq!(toml::from_str::<QualityParams>(&toml::to_string(&params).unwrap()).unwrap(), params);
    assert!(serde_json::from_str::<Quality>(r#"{"max_distinct": 0}"#).is_err());
    assert!(serde_json::from_str::<Quality>(r#"{"distinct": 1}"#).is_err());
}

#[test]
fn a_cleaning_shows_in_the_comparison() {
    let before = of(df!("名" => ["王 ", "王", ""], "old" => [1, 2, 3]).unwrap());
    let after = of(df!("new" => [1.5, 2.0], "名" => [Some("王"), Some("王")]).unwrap());
    let change = compare(&before, &after);
    let names: Vec<&str> = change.columns.iter().map(|one| one.column.as_str()).collect();
    assert_eq!(names, ["名", "old", "new"]);
    let name = &change.columns[0];
    assert_eq!((name.n_missing_before, name.n_missing_after), (Some(1), Some(0)));
    assert_eq!((name.n_padded_before, name.n_distinct_after), (Some(1), Some(1)));
    assert_eq!((change.columns[1].n_missing_after, change.columns[2].n_missing_before), (None, None));
    let shown = change.to_string();
    assert!(shown.contains("1 -> 0") && shown.starts_with("data quality: 3 row(s) before, 2 after"), "{shown}");
    let lines: Vec<&str> = shown.lines().skip(3).collect();
    assert!(lines[0].ends_with("      type  column"), "{shown}");
    assert!(lines[1].ends_with("       str  名"), "{shown}");
    assert!(lines[2].ends_with("  i32 -> -  old"), "{shown}");
    assert!(lines[3].ends_with("  - -> f64  new"), "{shown}");
    let frame = change.to_dataframe();
    assert_eq!(frame.shape(), (3, 11));
    assert_eq!(frame.column("dtype_after").unwrap().str().unwrap().iter().last(), Some(Some("f64")));
}

/// Rows that have something of everything, drawn by number.
fn table(rows: &[u8]) -> DataFrame {
    const TEXTS: [Option<&str>; 9] = [
        None,
        Some(""),
        Some(" a"),
        Some("A"),
        Some("a"),
        Some("12"),
        Some("n/a"),
        Some("a very long text of 王"),
        Some("b"),
    ];
    let text: Vec<Option<&str>> = rows.iter().map(|&row| TEXTS[usize::from(row % 9)]).collect();
    let x: Vec<Option<f64>> = rows
        .iter()
        .map(|&row| {
            [None, Some(f64::NAN), Some(-1.5), Some(0.0)]
                .get(usize::from(row / 9 % 6))
                .copied()
                .unwrap_or(Some(f64::from(row)))
        })
        .collect();
    let days: Vec<Option<i32>> = rows.iter().map(|&row| (row % 7 > 0).then(|| i32::from(row) * 3)).collect();
    df!("text" => text, "x" => x, "on" => Series::new("on".into(), days).cast(&DataType::Date).unwrap()).unwrap()
}

fn quality(max_distinct: u32) -> Quality {
    let params = QualityParams::new()
        .key(["text", "x"])
        .placeholders(["b"])
        .max_distinct(max_distinct)
        .time("on", day("1971-06-01"))
        .expect("short", column("text").matches(".{0,3}"))
        .expect("after", (column("x") * 10).le(column("x") * column("x") + 25));
    params.check().unwrap()
}

fn json(report: Result<DataQuality>) -> String {
    serde_json::to_string(&report.unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn merging_halves_equals_reading_whole(rows in prop::collection::vec(any::<u8>(), 0..60), cut in any::<prop::sample::Index>(), most in 1_u32..12) {
        let quality = quality(most);
        let cut = cut.index(rows.len() + 1);
        let state = |rows: &[u8]| quality.reduce(quality.plan(&table(rows).lazy()).unwrap()).unwrap();
        let whole = json(quality.finish(state(&rows)));
        let (first, second) = (state(&rows[..cut]), state(&rows[cut..]));
        prop_assert_eq!(&json(quality.finish(first.clone().merge(&second).unwrap())), &whole);
        prop_assert_eq!(&json(quality.finish(second.merge(&first).unwrap())), &whole);
    }

    #[test]
    fn the_order_of_rows_and_their_chunks_change_nothing(rows in prop::collection::vec(any::<u8>(), 1..60), most in 1_u32..12) {
        let quality = quality(most);
        let whole = json(quality.run(&table(&rows).lazy()));
        let mut sorted = rows.clone();
        sorted.sort_unstable();
        prop_assert_eq!(&json(quality.run(&table(&sorted).lazy())), &whole);
        let mut chunks = table(&rows[..1]);
        for row in &rows[1..] {
            chunks.vstack_mut(&table(&[*row])).unwrap();
        }
        prop_assert_eq!(&json(quality.run(&chunks.lazy())), &whole);
    }

    #[test]
    fn every_row_is_accounted_for(rows in prop::collection::vec(any::<u8>(), 0..60)) {
        let report = quality(100).run(&table(&rows).lazy()).unwrap();
        let n = rows.len() as u64;
        prop_assert!(report.columns.iter().all(|column| column.n_rows == n && column.n_missing <= n));
        prop_assert!(report.expectations.iter().all(|one| one.n_pass + one.n_fail + one.n_unjudged == n));
        let key = report.key.unwrap();
        prop_assert_eq!(key.n_incomplete + key.n_distinct + key.n_duplicates, n);
    }
}

#[test]
fn states_of_different_tables_do_not_merge() {
    let state = |frame: DataFrame| {
        let quality = QualityParams::new().check().unwrap();
        quality.reduce(quality.plan(&frame.lazy()).unwrap()).unwrap()
    };
    let refused = state(df!("a" => [1]).unwrap()).merge(&state(df!("a" => ["1"]).unwrap())).unwrap_err();
    assert!(refused.to_string().contains("not of the same table and settings"));
}
