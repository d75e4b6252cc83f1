//! Customer satisfaction indexes of real surveys against answers of exact arithmetic.
//!
//! Oracle: csi.json, from whole numbers and 60 digits. Tolerance: `CLOSED`, 1e-12 relative.

use customer_analytics::frame::{CsvOptions, Question, Scale, SurveyColumns, SurveyResponses, read_csv};
use customer_analytics::kernel::interval::{mean_normal, mean_t};
use customer_analytics::polars::prelude::*;
use customer_analytics::satisfaction::csi::{CsiGroup, CsiMean, CsiParams, CsiReport, ItemWeighting, MissingItems};
use customer_analytics::text::TextEncoding;
use serde_json::Value;

use crate::golden::{reference, shared};

#[track_caller]
fn close(got: Option<f64>, expected: &Value, what: &str) {
    let (got, expected) = (got.unwrap(), expected.as_f64().unwrap());
    let off = (got - expected).abs() / expected.abs();
    assert!(off <= 1e-12, "{what}: got {got}, expected {expected}, off by {off:e}");
}

#[track_caller]
fn check_mean(mean: &CsiMean, expected: &Value, what: &str) {
    assert_eq!(Some(mean.n), expected["n"].as_u64(), "{what}");
    close(mean.csi, &expected["csi"], what);
    close(mean.std_error, &expected["se"], what);
    if expected.get("ci95_low").is_some() {
        // The reference has the interval by the normal distribution, reports have the one by Student's t.
        let (csi, error) = (mean.csi.unwrap(), mean.std_error.unwrap());
        let normal = mean_normal(csi, error, 0.95).unwrap();
        close(Some(normal.low), &expected["ci95_low"], what);
        close(Some(normal.high), &expected["ci95_high"], what);
        let student = mean_t(csi, error, mean.n_eff.unwrap() - 1.0, 0.95).unwrap();
        let ends = mean.interval.unwrap();
        assert_eq!((ends.low, ends.high), (student.low.max(0.0), student.high.min(100.0)), "{what}");
        assert!(ends.low < normal.low && ends.high > normal.high, "{what}: t is wider");
    }
}

fn names(expected: &Value) -> Vec<String> {
    expected["items"].as_array().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}

fn weights(expected: &Value) -> Vec<(String, f64)> {
    let weights = expected["weights"].as_array().unwrap().iter().map(|one| one.as_str().unwrap().parse().unwrap());
    names(expected).into_iter().zip(weights).collect()
}

#[track_caller]
fn check(report: &CsiReport, expected: &Value) {
    let overall: &CsiGroup = &report.overall;
    close(overall.of_item_means, &expected["csi_from_item_means_0_100"], "item means");
    check_mean(&overall.complete, &expected["csi_complete_answers_only"], "complete answers");
    let renormalised = &expected["csi_respondent_mean_weights_renormalised_over_answered"];
    check_mean(&overall.answered, renormalised, "renormalised");
    let alpha = &expected["cronbach_alpha_complete_answers"];
    assert_eq!(Some(report.reliability.n), alpha["n"].as_u64());
    close(report.reliability.alpha, &alpha["alpha"], "alpha");
    for item in &report.items {
        let of_item = &expected["per_item"][&item.item];
        assert_eq!(Some(item.answers.n_answered), of_item["n"].as_u64(), "{}", item.item);
        close(item.mean, &of_item["mean"], &item.item);
        close(item.index, &of_item["index_0_100"], &item.item);
    }
}

/// The airline survey, in which 0 means not applicable.
fn airline(items: &[String]) -> Option<SurveyResponses> {
    let path = shared("data/airline_passenger_satisfaction.parquet")?;
    let frame = LazyFrame::scan_parquet(PlRefPath::new(path.to_str().unwrap()), ScanArgsParquet::default()).unwrap();
    let satisfied = col("Satisfaction").eq(lit("Satisfied")).cast(DataType::Int8).alias("satisfied");
    let questions = items.iter().map(|item| Question::new(item, Scale::ONE_TO_FIVE).not_applicable([0]));
    let columns =
        SurveyColumns::new().items(questions).score(Question::new("satisfied", Scale::new(0, 1))).segments(["Class"]);
    Some(SurveyResponses::new(frame.with_column(satisfied), &columns).unwrap())
}

#[test]
fn airline_indexes_are_those_of_the_reference() {
    let Some(all) = reference("csi.json") else { return };
    for name in ["airline_equal_weights", "airline_five_weighted"] {
        let expected = &all[name];
        let Some(survey) = airline(&names(expected)) else { return };
        check(&CsiParams::new().stated_weights(weights(expected)).run(&survey).unwrap(), expected);
    }
    let expected = &all["airline_equal_weights"];
    let Some(survey) = airline(&names(expected)) else { return };
    check(&CsiParams::new().run(&survey).unwrap(), expected);
}

#[test]
fn airline_indexes_by_class_are_those_of_the_reference() {
    let Some(all) = reference("csi.json") else { return };
    let Some(survey) = airline(&names(&all["airline_five_weighted"])) else { return };
    let params = CsiParams::new().stated_weights(weights(&all["airline_five_weighted"])).by(["Class"]);
    let report = params.missing_items(MissingItems::CompleteOnly).run(&survey).unwrap();
    assert_eq!(report.segments.len(), 3);
    for (class, expected) in all["airline_five_by_class"].as_object().unwrap() {
        let group = report.segment(&[class]).unwrap();
        check_mean(&group.complete, expected, class);
        close(group.csi, &expected["csi"], class);
    }
}

#[test]
fn weights_by_correlation_are_those_of_the_reference() {
    let Some(all) = reference("csi.json") else { return };
    let expected = &all["airline_five_correlation_weights"];
    let Some(survey) = airline(&names(expected)) else { return };
    let report = CsiParams::new().item_weights(ItemWeighting::Correlation).run(&survey).unwrap();
    assert_eq!(report.derived.as_ref().map(|derived| derived.n), expected["n"].as_u64());
    for (at, item) in report.items.iter().enumerate() {
        close(item.measure, &expected["pearson_with_satisfied"][at], &item.item);
        close(Some(item.weight), &expected["weights"][at], &item.item);
    }
    close(report.overall.complete.csi, &expected["csi_0_100"], "index");
}

/// The same shares as the key drivers of the airline have.
#[test]
fn weights_by_lmg_are_those_of_the_drivers() {
    let Some(all) = reference("drivers.json") else { return };
    let expected = &all["airline_satisfied"];
    let Some(survey) = airline(&names(expected)) else { return };
    let report = CsiParams::new().item_weights(ItemWeighting::Lmg).run(&survey).unwrap();
    for (at, item) in report.items.iter().enumerate() {
        close(item.measure, &expected["lmg"][at], &item.item);
        close(Some(item.weight), &expected["lmg_share"][at], &item.item);
    }
}

#[test]
fn garden_store_indexes_are_those_of_the_reference() {
    let paths = shared("data/nps_garden_retail_fr.csv").zip(reference("csi.json"));
    let Some((path, all)) = paths else { return };
    let expected = &all["garden_retail_three_questions"];
    let mixture = TextEncoding::Mixed(vec![TextEncoding::Windows1252, TextEncoding::Cp850]);
    let (frame, _) = read_csv(&path, &CsvOptions::new().encoding(mixture).null_values(["NA"])).unwrap();
    let questions = names(expected).into_iter().map(|item| Question::new(item, Scale::ONE_TO_TEN).text_scores(true));
    let survey = SurveyResponses::new(frame, &SurveyColumns::new().items(questions)).unwrap();
    let report = CsiParams::new().stated_weights(weights(expected)).run(&survey).unwrap();
    check(&report, expected);
    assert_eq!(report.rows.n_too_few, 13_954 - 13_950);
}
