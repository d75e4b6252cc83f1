//! Hostile tables and settings for a comparison: a refusal that names the column and the remedy, or
//! a reason in place of every answer that there is not.

use std::fmt::Debug;

use customer_analytics::descriptive::compare::{CompareParams, Comparison, TestName};
use customer_analytics::kernel::undefined::Undefined;
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
    assert_eq!(text, expected);
    error
}

/// A comparison that can be shown, saved and had as frames.
fn compared(params: CompareParams, frame: DataFrame) -> Comparison {
    let found = params.run(&frame.lazy()).unwrap();
    assert!(!found.to_string().is_empty());
    assert!(!serde_json::to_string(&found).unwrap().contains("NaN"));
    assert_eq!(found.summaries().height(), found.columns.len() * found.segments.len());
    found.to_dataframe();
    found.levels();
    found
}

fn table() -> DataFrame {
    let days = Series::new("day".into(), [0, 1, 2, 3]).cast(&DataType::Date).unwrap();
    df!("g" => [SECRET, SECRET, "b", "b"], "x" => [1.0, 2.0, 3.0, 5.0], "day" => days).unwrap()
}

#[test]
fn settings_out_of_their_range_say_the_range() {
    let check = |params: CompareParams, expected: &str| {
        assert!(refused(params.check(), expected).is_param());
    };
    let of = || CompareParams::new("g");
    check(
        CompareParams::by(Vec::<String>::new()),
        "compare: `by` must be at least one column, whose values make the segments, got none",
    );
    check(CompareParams::by(["g", "g"]), "compare: `by` must be made of distinct columns, got `g` twice");
    check(of().columns(["x", "x"]), "compare: `columns` must be made of distinct columns, got `x` twice");
    check(
        of().columns(Vec::<String>::new()),
        "compare: `columns` must be at least one column (leave it out for all), got none",
    );
    check(of().columns(["g"]), "compare: `columns` must be others than those that make the segments, got `g`");
    check(of().tests([]), "compare: `tests` must be at least one test (leave it out for the usual ones), got none");
    check(of().tests([TestName::WelchT, TestName::WelchT]), "compare: `tests` must be distinct, got `welch_t` twice");
    check(of().event("g", "b"), "compare: `events` must be of columns that are compared, got `g`");
    check(of().columns(["x"]).event("y", "b"), "compare: `events` must be of columns that are compared, got `y`");
    check(
        CompareParams::by(["g", "x"]).reference("b"),
        "compare: `reference` must be one value for each of the 2 segment column(s), got 1",
    );
    check(
        of().reference("b").pairwise(true),
        "compare: `pairwise` must be false beside `reference`, which every segment is compared with, got true",
    );
    for level in [0.0, 1.0, f64::NAN] {
        check(of().conf_level(level), &format!("compare: `conf_level` must be between 0 and 1, got {level}"));
    }
    check(of().min_rows(0), "compare: `min_rows` must be at least 1, got 0");
}

#[test]
fn columns_that_do_not_fit_are_told_all_at_once() {
    let params = CompareParams::by(["gg", "tags"]).columns(["day", "y"]).event("y", "1");
    let tags: ListChunked = (0..4).map(|_| Some(Series::new("".into(), [1]))).collect();
    let mut frame = table();
    frame.with_column(tags.into_series().with_name("tags".into()).into()).unwrap();
    let error = params.run(&frame.lazy()).unwrap_err();
    assert!(error.is_data());
    let text = error.to_string();
    assert!(text.starts_with("compare: 4 schema problem(s): segment column `gg` is not there; "), "{text}");
    assert!(
        text.contains("segment column `tags` is list[i32]; give text, categories, numbers, booleans or dates"),
        "{text}"
    );
    assert!(text.contains("column `day` is date; give numbers, durations, booleans, text or categories"), "{text}");
    assert!(text.contains("event column `y` is not there; "), "{text}");
}

#[test]
fn a_reference_that_is_no_segment_is_refused_without_naming_any() {
    let result = CompareParams::new("g").reference("missing").run(&table().lazy());
    let expected = "compare: none of the 2 segment(s) is the `reference`; name one by the text of its values";
    assert!(refused(result, expected).is_data());
}

#[test]
fn more_pairs_than_anybody_reads_are_refused() {
    let frame = df!("g" => (0..300).collect::<Vec<_>>(), "x" => (0..300).collect::<Vec<_>>()).unwrap();
    let result = CompareParams::new("g").pairwise(true).run(&frame.clone().lazy());
    let expected = "compare: 300 segments make 44850 pairs, more than 10000; name a `reference`, or put rare segments \
                    together with `cleaning::RareLevels`";
    assert!(refused(result, expected).is_data());
    // Segments of one row each: all stay out, with the reason.
    let found = compared(CompareParams::new("g").reference("7"), frame);
    let x = &found.columns[0];
    assert_eq!((found.segments.len(), x.pairs.len()), (300, 299));
    let reason = Undefined::TooFew { n: 1, needed: 2 };
    assert!(x.pairs.iter().all(|pair| pair.findings.undefined.iter().all(|one| one.reason == reason)));
}

#[test]
fn values_at_the_ends_of_the_doubles_have_answers_or_reasons() {
    let frame = df!(
        "g" => ["a", "a", "a", "b", "b", "b"],
        "huge" => [1e308, -1e308, 1.7e308, 1.6e308, -1.7e308, 1e308],
        "tiny" => [5e-324, 1e-320, 0.0, 2e-320, 3e-320, 5e-320],
        "offset" => [1e15, 1e15 + 1.0, 1e15 + 2.0, 1e15 + 4.0, 1e15 + 5.0, 1e15 + 6.0],
        "one_is_constant" => [1.0, 1.0, 1.0, 1.0, 2.0, 3.0],
    )
    .unwrap();
    let found = compared(CompareParams::new("g"), frame);
    let welch = |name: &str| found.column(name).unwrap().findings.test(TestName::WelchT).map(|test| test.statistic);
    // By hand: means 4 apart, variances 1: 4 / sqrt(2 / 3).
    assert!((welch("offset").unwrap() / (4.0 / (2.0_f64 / 3.0).sqrt()) - 1.0).abs() < 1e-12);
    assert!(welch("tiny").is_some_and(f64::is_finite));
    // Means 1 and 2, one variance of 1.
    assert!((welch("one_is_constant").unwrap() / 3.0_f64.sqrt() - 1.0).abs() < 1e-12);
    let huge = found.column("huge").unwrap();
    let answers = huge.findings.tests.len();
    let reasons = huge.findings.undefined.iter().filter(|one| one.effect.is_none()).count();
    assert_eq!(answers + reasons, 3, "every test has an answer or a reason");
}

#[test]
fn odd_columns_and_names_do_not_break_a_comparison() {
    let none: [Option<f64>; 4] = [None; 4];
    let frame = df!(
        "g" => [Some("a"), Some("b"), Some("a"), Some("b")],
        "all null" => none,
        "无\nname" => [true, false, true, true],
        "nothing" => Series::new_null("nothing".into(), 4),
    )
    .unwrap();
    let found = compared(CompareParams::new("g"), frame);
    assert_eq!(found.not_compared, ["nothing"]);
    let empty = found.column("all null").unwrap();
    assert_eq!(empty.findings.reason(TestName::WelchT), Some(&Undefined::TooFew { n: 0, needed: 2 }));
    let nowhere = df!("g" => [None::<&str>, None], "x" => [1, 2]).unwrap();
    let found = compared(CompareParams::new("g"), nowhere);
    assert_eq!((found.segments.len(), found.n_rows_without_segment), (0, 2));
    let empty = df!("g" => Vec::<String>::new(), "x" => Vec::<i64>::new()).unwrap();
    assert!(compared(CompareParams::new("g").pairwise(true), empty).segments.is_empty());
}
