//! Bad settings and frames for a correlation: a refusal that names the setting or the column
//! and the remedy, and never a cell.

use std::fmt::Debug;

use customer_analytics::correlation::{Correlation, CorrelationParams, Method};
use customer_analytics::kernel::weight::WeightKind;
use customer_analytics::polars::prelude::*;
use customer_analytics::prelude::*;

/// What no message may show.
const SECRET: &str = "geheim机密";

/// The error of a call that must fail: one lower-case line with the parts and no cell.
#[track_caller]
fn refused<T: Debug>(result: Result<T>, parts: &[&str]) -> Error {
    let error = result.expect_err("a refusal");
    let text = error.to_string();
    assert!(!text.contains('\n') && !text.starts_with(char::is_uppercase), "one lower-case line: {text:?}");
    assert!(!text.contains(SECRET), "shows a cell: {text}");
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
    error
}

fn frame() -> LazyFrame {
    df!(
        "age" => [31.0, 45.0, 28.0],
        "消费" => [10.0, 24.0, 13.0],
        "city" => [SECRET, "a", SECRET],
        "day" => [1, 2, 3],
        "w" => [1.0, 2.0, 0.5],
    )
    .unwrap()
    .lazy()
    .with_column(col("day").cast(DataType::Date))
}

fn params() -> CorrelationParams {
    CorrelationParams::new()
}

#[test]
fn settings_that_cannot_be_meant_are_refused_by_name() {
    let cases = [
        (params().columns(["a", "b", "a"]), "`columns` must be distinct columns, got `a` twice"),
        (params().columns(["a"]), "`columns` must be at least two columns, got 1"),
        (params().columns(["a"]).with("a"), "`columns` must be at least one column beside the target, got 0"),
        (params().categorical(["a", "a"]), "`categorical` must be distinct columns, got `a` twice"),
        (
            params().categorical(["a"]).method(Method::Spearman),
            "`categorical` must be left out for `method` spearman, which takes numbers, got `a`",
        ),
        (params().columns([""; 0]), "`columns` must be at least two columns, got 0"),
        (
            params().weights("w", WeightKind::Sampling).method(Method::Kendall),
            "`weights` must be left out for `method` kendall, as ranks take no weights, got `w`",
        ),
        (
            params().weights("a", WeightKind::Sampling).columns(["a", "b"]),
            "`weights` must be a column that is not correlated itself, got `a`",
        ),
        (params().given(["a"]), "`given` must be with `method` pearson or spearman, got `method` auto"),
        (params().given([""; 0]).method(Method::Pearson), "`given` must be at least one column, got none"),
        (
            params().columns(["a", "b"]).given(["b"]).method(Method::Pearson),
            "`given` must be columns that are not correlated themselves, got `b`",
        ),
        (
            params().semi_partial(["c"]).method(Method::Pearson),
            "`semi_partial` must be with a target (`with`), which it leaves as it is, got none",
        ),
        (params().conf_level(1.0), "`conf_level` must be between 0 and 1, without them, got 1"),
        (params().conf_level(f64::NAN), "`conf_level` must be between 0 and 1, without them, got NaN"),
        (params().max_levels(1), "`max_levels` must be in 2..=1000000, got 1"),
    ];
    for (params, text) in cases {
        let error = refused(params.clone().check(), &["correlation: ", text]);
        assert!(error.is_param());
        let from_a_job_file: std::result::Result<Correlation, _> =
            serde_json::from_value(serde_json::to_value(&params).unwrap());
        assert!(from_a_job_file.is_err());
    }
}

#[test]
fn all_problems_of_a_table_come_at_once() {
    let params = params()
        .columns(["agee", "day", "age"])
        .with("consumption")
        .weights("city", WeightKind::Sampling)
        .categorical(["gone"]);
    let error = refused(
        params.run(&frame()),
        &[
            "correlation: 5 schema problem(s): column `agee` is not there; did you mean `age`?",
            "column `day` cannot be correlated: date is neither numbers nor categories; make one of it, such as days since a date",
            "target `consumption` is not there; name one that is",
            "categorical column `gone` is not there",
            "weights column `city` is str; give one of numbers",
        ],
    );
    assert!(error.is_data());
}

#[test]
fn named_columns_of_the_wrong_sort_are_refused_with_the_remedy() {
    refused(
        params().columns(["age", "city"]).method(Method::Kendall).run(&frame()),
        &["column `city` cannot be correlated: str has no numbers; read them with `cleaning::ReadNumbers`, or take"],
    );
    refused(
        params().columns(["age", "city"]).method(Method::CramersV).run(&frame()),
        &[
            "column `age` cannot be correlated: f64 has no categories; name it in `categorical` to have its values as such",
        ],
    );
    refused(
        params().given(["city"]).method(Method::Pearson).run(&frame()),
        &["given column `city` is str; give one of numbers"],
    );
}

#[test]
fn fewer_than_two_columns_are_no_pair() {
    let one = frame().select([col("age"), col("day")]);
    refused(params().run(&one), &["1 of 2 column(s) can be correlated by `method` auto, which takes two"]);
    refused(
        params().method(Method::CramersV).run(&frame()),
        &["1 of 5 column(s) can be correlated by `method` cramers_v"],
    );
    refused(params().run(&DataFrame::empty().lazy()), &["0 of 0 column(s) can be correlated"]);
}

#[test]
fn a_target_that_is_an_id_is_refused() {
    let ids = df!("age" => [1.0, 2.0, 3.0], "id" => [SECRET, "b", "c"]).unwrap().lazy();
    refused(
        params().with("id").run(&ids),
        &["correlation: target `id` cannot be correlated: every category occurs once, as in an id"],
    );
    refused(params().with("id").max_levels(2).run(&ids), &["more than 2 categories, as an id has; raise `max_levels`"]);
}

#[test]
fn weights_that_are_none_are_refused_with_their_number() {
    let weighted = |weights: [Option<f64>; 3]| {
        let frame = df!("a" => [1.0, 2.0, 3.0], "b" => [2.0, 1.0, 5.0], "w" => weights).unwrap().lazy();
        params().weights("w", WeightKind::Sampling).run(&frame)
    };
    for bad in [f64::NAN, f64::INFINITY, -1.0] {
        let text = "correlation: 1 row(s) of the weights `w` are negative, NaN or infinite; filter them out, or clean the column with `cleaning::Outliers` or `cleaning::Checks`";
        assert!(refused(weighted([Some(1.0), Some(bad), None]), &[text]).is_data());
    }
    let found = weighted([Some(1.0), Some(0.0), None]).unwrap();
    assert_eq!((found.n_rows_of_zero_weight, found.n_rows_without_weight), (1, 1));
    weighted([Some(1.0), Some(0.0), Some(2.5)]).unwrap();
    refused(
        weighted([Some(5e-324), Some(1e308), Some(1.0)]),
        &["correlation: the largest of the weights `w` is more than 1e300 times the smallest"],
    );
    refused(
        params().weights("w", WeightKind::Frequency).run(&frame()),
        &["correlation: 1 row(s) of the weights `w` are no whole numbers; give them as `WeightKind::Sampling`"],
    );
}

#[test]
fn columns_that_polars_cannot_read_are_a_failed_query() {
    let missing = frame().select([col("nobody")]);
    refused(params().run(&missing), &["correlation: query failed"]);
}
