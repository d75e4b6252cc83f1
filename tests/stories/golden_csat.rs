//! Shares of satisfied passengers against exact answers, from reports and from expressions.
//!
//! Oracle: csi.json, from whole numbers and 60 digits. Tolerance: `CLOSED`, 1e-12 relative.

use customer_analytics::polars::prelude::*;
use customer_analytics::prelude::*;
use customer_analytics::satisfaction::csat::CsatGroup;
use customer_analytics::satisfaction::{csat_expr, csat_scores_expr};
use serde_json::Value;

use crate::golden::{reference, shared};

#[track_caller]
fn close(got: f64, expected: &Value, what: &str) {
    let expected = expected.as_f64().unwrap();
    assert!((got - expected).abs() <= 1e-12 * expected.abs(), "{what}: got {got}, expected {expected}");
}

/// The airline survey, with satisfaction as 1 and 0.
fn airline() -> Option<(LazyFrame, Value)> {
    let path = shared("data/airline_passenger_satisfaction.parquet")?;
    let raw = LazyFrame::scan_parquet(PlRefPath::new(path.to_str().unwrap()), ScanArgsParquet::default()).unwrap();
    let satisfied = col("Satisfaction").eq(lit("Satisfied")).cast(DataType::Int32).alias("satisfied");
    Some((raw.with_column(satisfied), reference("csi.json")?))
}

/// Satisfied or not, which is a scale of two answers.
fn yes_or_no() -> (SurveyColumns, CsatParams) {
    let columns = SurveyColumns::new().score(Question::new("satisfied", Scale::new(0, 1))).segments(["Class"]);
    (columns, CsatParams::new().top_box(1).bottom_box(1))
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a plan of the caller's own")]
fn less_than_half_of_the_passengers_are_satisfied() {
    let Some((airline, expected)) = airline() else { return };
    let expected = &expected["airline_csat_pct_satisfied"];
    let (columns, params) = yes_or_no();
    let survey = SurveyResponses::new(airline, &columns).unwrap();
    let report = params.clone().by(["Class"]).run(&survey).unwrap();
    assert_eq!(Some(report.overall.n), expected["n"].as_u64());
    let top = report.overall.top_box.unwrap();
    close(100.0 * top.estimate, &expected["pct"], "satisfied");
    assert_eq!(Some(top.estimate), report.overall.mean, "of a yes or no the mean is the share");
    assert_eq!(report.segments.iter().map(|group| group.n).sum::<u64>(), report.overall.n);
    // The same by expressions, in a group_by of one's own.
    let whole = survey.lazy().select([csat_expr(&columns, &params).unwrap()]).collect().unwrap();
    let share = whole.column("top_box").unwrap().f64().unwrap().get(0).unwrap();
    close(100.0 * share, &expected["pct"], "satisfied, by an expression");
    let by_class = survey.lazy().group_by([col("Class")]).agg([csat_scores_expr(&columns, &params).unwrap()]);
    let by_class =
        by_class.sort(["Class"], SortMultipleOptions::default()).unnest(by_name(["csat"], true, false), None);
    let by_class = by_class.collect().unwrap();
    let numbers = |column: &str| by_class.column(column).unwrap().f64().unwrap().iter().flatten().collect::<Vec<f64>>();
    let of = |of: fn(&CsatGroup) -> f64| report.segments.iter().map(of).collect::<Vec<f64>>();
    assert_eq!(numbers("top_box"), of(|group| group.top_box.unwrap().estimate));
    assert_eq!(numbers("top_box_conf_low"), of(|group| group.top_box.unwrap().interval.low));
    assert_eq!(numbers("bottom_box_conf_high"), of(|group| group.bottom_box.unwrap().interval.high));
    assert_eq!(numbers("n"), of(|group| group.n as f64));
}

/// Ratings from 1 to 5, where 0 means not applicable.
#[test]
fn every_touchpoint_scores_what_the_reference_says() {
    let Some((airline, expected)) = airline() else { return };
    let per_item = expected["airline_equal_weights"]["per_item"].as_object().unwrap();
    assert_eq!(per_item.len(), 14);
    for (item, expected) in per_item {
        let question = Question::new(item.as_str(), Scale::ONE_TO_FIVE).not_applicable([0]);
        let columns = SurveyColumns::new().score(question);
        let survey = SurveyResponses::new(airline.clone(), &columns).unwrap();
        let report = CsatParams::new().run(&survey).unwrap();
        let overall = &report.overall;
        assert_eq!(Some(overall.n), expected["n"].as_u64(), "{item}");
        assert_eq!(report.rows.n_not_applicable, report.rows.n_rows - overall.n, "{item}");
        close(overall.mean.unwrap(), &expected["mean"], item);
        close(overall.sd.unwrap(), &expected["sd"], item);
        close(100.0 * overall.top_box.unwrap().estimate, &expected["top2_box_pct"], item);
        close(100.0 * overall.bottom_box.unwrap().estimate, &expected["bottom2_box_pct"], item);
        let ends = overall.interval.unwrap();
        assert!(ends.low < overall.mean.unwrap() && overall.mean.unwrap() < ends.high, "{item}");
    }
}
