//! "Here is our customer file. The charges come as text, the flags in two ways, some cells are
//! empty. Give me a table that I can compute with, and tell me what you did to it."
//!
//! The Telco churn file against answers computed in exact arithmetic. Where the files are
//! absent the tests say so and pass. Tolerances: counts exact, the rest 1e-12 relative.

use customer_analytics::cleaning::{
    Cleaned, CleaningReport, ColumnNames, ExactDuplicates, Fact, Fill, ReadFlags, ReadNumbers, Text, Unreadable,
};
use customer_analytics::frame::{CsvOptions, read_csv};
use customer_analytics::polars::prelude::*;
use customer_analytics::prelude::*;
use serde_json::Value;

use crate::golden::{reference, shared};

const FLAGS: [&str; 6] = ["SeniorCitizen", "Partner", "Dependents", "PhoneService", "PaperlessBilling", "Churn"];

/// The file with every column as text, and what is known of it.
fn telco() -> Option<(LazyFrame, Value)> {
    let path = shared("data/WA_Fn-UseC_-Telco-Customer-Churn.csv")?;
    let (frame, report) = read_csv(path, &CsvOptions::new()).unwrap();
    let expected = reference("cleaning.json")?["telco"].clone();
    assert_eq!(report.n_rows, expected["rows"]);
    Some((frame, expected))
}

/// Text trimmed, numbers and flags read.
fn reading() -> CleaningParams {
    CleaningParams::new()
        .rule(Text::new())
        .rule(ReadNumbers::new(["TotalCharges", "MonthlyCharges"]).unreadable(Unreadable::Fail))
        .rule(ReadNumbers::new(["tenure"]).whole(true).unreadable(Unreadable::Fail))
        .rule(ReadFlags::new(FLAGS).unreadable(Unreadable::Fail))
}

#[track_caller]
fn assert_close(got: f64, expected: &Value) {
    let expected = expected.as_f64().unwrap();
    assert!((got - expected).abs() <= 1e-12 * expected.abs(), "got {got}, expected {expected}");
}

fn n_cells(report: &CleaningReport, rule: usize, column: &str, what: &str) -> u64 {
    report.rules[rule].n_cells(column, what)
}

#[test]
fn eleven_total_charges_are_blank_and_all_others_are_numbers() {
    let Some((frame, expected)) = telco() else { return };
    let (clean, quarantine, report) = reading().run(frame).unwrap().into_parts();
    assert_eq!((clean.height(), quarantine.height()), (7_043, 0));
    let counts = ["read", "blank", "unreadable"].map(|what| n_cells(&report, 1, "TotalCharges", what));
    assert_eq!(counts, [7_032, 11, 0]);
    let charges = clean.column("TotalCharges").unwrap().f64().unwrap();
    let tenure = clean.column("tenure").unwrap().i64().unwrap();
    let blank: Vec<usize> = (0..clean.height()).filter(|&row| charges.get(row).is_none()).collect();
    assert_eq!(serde_json::json!(blank), expected["blank_TotalCharges_rows_0based"]);
    let of_them: Vec<Option<i64>> = blank.iter().map(|&row| tenure.get(row)).collect();
    assert_eq!(serde_json::json!(of_them), expected["tenure_of_those_rows"]);
}

#[test]
fn flags_in_two_ways_become_one() {
    let Some((frame, _)) = telco() else { return };
    let (clean, _, report) = reading().run(frame).unwrap().into_parts();
    for flag in FLAGS {
        assert_eq!(clean.column(flag).unwrap().dtype(), &DataType::Boolean, "{flag}");
        assert_eq!(n_cells(&report, 3, flag, "read"), 7_043, "{flag}");
    }
    let n_true = |flag: &str| clean.column(flag).unwrap().bool().unwrap().num_trues();
    // Counted by the text of the file: 1,869 of Yes and 1,142 of 1.
    assert_eq!((n_true("Churn"), n_true("SeniorCitizen")), (1_869, 1_142));
    // A third level is no flag, and is said to be none.
    let Some((frame, _)) = telco() else { return };
    let refused = CleaningParams::new().rule(ReadFlags::new(["OnlineBackup"]).unreadable(Unreadable::Fail)).run(frame);
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("rule 1 `read_flags` failed 1526 of 7043 row(s)"), "{refused}");
}

/// Cleans and gives the filled column.
fn filled(frame: &LazyFrame, fill: Fill) -> (Cleaned, Vec<f64>) {
    let cleaned = reading().rule(fill.indicator(true)).run(frame.clone()).unwrap();
    assert_eq!(n_cells(cleaned.report(), 4, "TotalCharges", "filled"), 11);
    let (clean, ..) = cleaned.clone().into_parts();
    assert_eq!(clean.column("TotalCharges_was_missing").unwrap().bool().unwrap().num_trues(), 11);
    let values: Vec<f64> = clean.column("TotalCharges").unwrap().f64().unwrap().iter().flatten().collect();
    assert_eq!(values.len(), 7_043);
    (cleaned, values)
}

/// What the filling learned about the charges.
fn learned(cleaned: &Cleaned) -> f64 {
    let learned = &cleaned.fitted().learned()[4].columns[0];
    assert_eq!(learned.groups[0].n_rows, 7_032);
    learned.fact("value").and_then(Fact::number).unwrap()
}

#[test]
fn charges_that_are_missing_are_filled_as_in_the_reference() {
    let Some((frame, expected)) = telco() else { return };
    let expected = &expected["impute_TotalCharges"];
    let charges = || Fill::new(["TotalCharges"]);
    for (fill, name) in [(charges().mean(), "mean"), (charges().median(), "median")] {
        let (cleaned, mut values) = filled(&frame, fill);
        assert_close(learned(&cleaned), &expected[name]);
        values.sort_by(f64::total_cmp);
        assert_close(values.iter().sum(), &expected[format!("sum_after_{name}_imputation")]);
    }
    let (cleaned, values) = filled(&frame, charges().mode());
    let mode = learned(&cleaned);
    assert_close(mode, &expected["most_frequent"][0]);
    let n_modes = values.iter().filter(|&&value| value == mode).count() as u64;
    assert_eq!(n_modes, expected["mode_count"].as_u64().unwrap() + 11);
}

#[test]
fn customers_alike_but_for_their_id_are_found() {
    let Some((mut frame, expected)) = telco() else { return };
    let schema = frame.collect_schema().unwrap();
    let others: Vec<String> =
        schema.iter_names().map(ToString::to_string).filter(|name| name != "customerID").collect();
    let by_others = reading().rule(ExactDuplicates::new().columns(others)).run(frame.clone()).unwrap();
    assert_eq!(by_others.report().rules[4].n_rows_taken, expected["duplicate_rows_ignoring_customerID"]);
    let by_id = reading().rule(ExactDuplicates::new().columns(["customerID"])).run(frame).unwrap();
    assert_eq!(by_id.report().rules[4].n_rows_taken, expected["duplicate_customerID"]);
}

#[test]
fn the_table_comes_out_under_names_that_programs_like() {
    let Some((frame, _)) = telco() else { return };
    let names = ColumnNames::new().rename("customerID", "customer");
    let cleaned = reading().rule(Fill::new(["TotalCharges"])).rule(names).run(frame).unwrap();
    // `gender` and `tenure` are in snake case as they are.
    assert_eq!(cleaned.report().renamed.len(), 19);
    println!("{}", cleaned.report());
    let (clean, ..) = cleaned.into_parts();
    assert_eq!(clean.get_column_names()[..3], ["customer", "gender", "senior_citizen"]);
    assert_eq!(clean.column("total_charges").unwrap().null_count(), 0);
}
