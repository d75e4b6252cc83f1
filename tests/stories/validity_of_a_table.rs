//! "Every month I get this table from another department. I want to write down once what a
//! valid row is, see which rows are not and why, and be stopped when it is too many."
//!
//! Real files, whose dirt was counted by CPython 3 over the same files. Where the files are
//! absent the tests say so and pass. Tolerance: none, as all are counts.

use std::collections::BTreeSet;

use customer_analytics::cleaning::{Check, Checks, Cleaned, CleaningInput, OnFailure};
use customer_analytics::frame::{Condition, column};
use customer_analytics::polars::prelude::*;
use customer_analytics::prelude::*;

use crate::dirt_is_found::{as_text, expected, parquet, rated};

fn telco() -> Option<LazyFrame> {
    let frame = as_text("data/WA_Fn-UseC_-Telco-Customer-Churn.csv")?;
    Some(frame.with_column(col("tenure").strict_cast(DataType::Int64)))
}

fn is_filled(name: &str) -> Condition {
    column(name).contains_match(r"\S")
}

/// What the department has promised.
fn promised() -> Checks {
    let is_new = || column("tenure").eq(0);
    let agrees = is_new().and(!is_filled("TotalCharges")).or((!is_new()).and(is_filled("TotalCharges")));
    Checks::new()
        .unique(["customerID"])
        .not_null(["customerID", "tenure", "MonthlyCharges"])
        .check("tenure within six years", column("tenure").between(0, 72))
        .check("churn is yes or no", column("Churn").is_in(["Yes", "No"]))
        .check("total charges filled", is_filled("TotalCharges"))
        .check("no charges exactly in the first month", agrees)
        .check("code of a customer", column("customerID").matches("[0-9]{4}-[A-Z]{5}"))
        .in_table("Contract", "contracts", "contract")
}

fn contracts() -> LazyFrame {
    df!("contract" => ["Month-to-month", "One year", "Two year"]).unwrap().lazy()
}

fn judged(frame: LazyFrame, rule: Checks) -> Result<Cleaned, Error> {
    CleaningParams::new().rule(rule).run(CleaningInput::new(frame).table("contracts", contracts()))
}

fn failed(cleaned: &Cleaned) -> Vec<(&str, u64)> {
    let checks = cleaned.report().rules[0].checks.iter().filter(|check| check.n_failed > 0);
    checks.map(|check| (check.check.as_str(), check.n_failed)).collect()
}

fn quarantined(cleaned: &Cleaned) -> Vec<(u64, String)> {
    let rows = cleaned.quarantine().column("source_row").unwrap().cast(&DataType::UInt64).unwrap();
    let reasons = cleaned.quarantine().column("rule_reason").unwrap().str().unwrap().clone();
    let reasons = reasons.iter().map(|reason| reason.unwrap().to_owned());
    rows.u64().unwrap().iter().flatten().zip(reasons).collect()
}

#[test]
fn a_table_of_customers_is_valid_but_for_eleven_blanks() {
    let (Some(frame), Some(truth)) = (telco(), expected("telco")) else { return };
    let cleaned = judged(frame, promised()).unwrap();
    assert_eq!(failed(&cleaned), [("total charges filled", 11)]);
    let report = &cleaned.report().rules[0];
    assert_eq!((report.n_rows_in, report.n_rows_unjudged, cleaned.report().n_rows_out), (7_043, 0, 7_032));
    assert_eq!(report.check("total charges filled").unwrap().shapes[" "], 11);
    assert_eq!(report.check("customerID unique").unwrap().n_failed, truth["duplicate_customerID"]);
    let blank: Vec<u64> =
        truth["blank_TotalCharges_rows_0based"].as_array().unwrap().iter().map(|row| row.as_u64().unwrap()).collect();
    let rows: Vec<u64> = quarantined(&cleaned).into_iter().map(|(row, _)| row).collect();
    assert_eq!(rows, blank);
}

#[test]
fn rows_that_repeat_once_the_code_is_left_out_are_found() {
    let (Some(mut frame), Some(truth)) = (telco(), expected("telco")) else { return };
    let names = frame.collect_schema().unwrap();
    let rest: Vec<&str> = names.iter_names().map(PlSmallStr::as_str).filter(|name| *name != "customerID").collect();
    let rule = |rule: Checks| rule.on_failure(OnFailure::Report);
    let all = judged(frame.clone(), rule(Checks::new().unique(rest.clone()))).unwrap();
    assert_eq!(all.report().rules[0].n_rows_spared, 42, "the 22 and the first ones of their 20 groups");
    let later = judged(frame, rule(Checks::new().unique_keep_first(rest))).unwrap();
    assert_eq!(later.report().rules[0].n_rows_spared, truth["duplicate_rows_ignoring_customerID"]);
    assert_eq!(later.quarantine().height(), 0);
}

/// The file of the next month, in which five rows went wrong.
fn spoilt(frame: LazyFrame) -> LazyFrame {
    let at = |row: u32| col("row").eq(lit(row));
    let put = |row: u32, name: &str, value: Expr| when(at(row)).then(value).otherwise(col(name)).alias(name);
    frame
        .with_row_index("row", None)
        .with_columns([put(5, "tenure", lit(99_i64)), put(6, "Churn", lit("maybe"))])
        .with_columns([put(6, "tenure", lit(-1_i64)), put(7, "Contract", lit("二年"))])
        .with_columns([put(8, "tenure", lit(NULL)), put(9, "customerID", lit("7590-VHVEG"))])
        .with_columns([put(9, "Churn", lit(NULL)), put(488, "tenure", lit(3_i64))])
        .select([all().exclude_cols(["row"]).as_expr()])
}

#[test]
fn every_reason_of_a_spoilt_row_is_told() {
    let Some(frame) = telco() else { return };
    let cleaned = judged(spoilt(frame), promised()).unwrap();
    let taken = quarantined(&cleaned);
    let told: Vec<(u64, &str)> = taken.iter().map(|(row, reason)| (*row, reason.as_str())).take(7).collect();
    assert_eq!(
        told,
        [
            (0, "customerID unique"),
            (5, "tenure within six years"),
            (6, "tenure within six years; churn is yes or no"),
            (7, "Contract in contracts.contract"),
            (8, "tenure not null"),
            (9, "customerID unique"),
            (488, "total charges filled; no charges exactly in the first month"),
        ]
    );
    assert_eq!(taken.len(), 6 + 11);
    let report = &cleaned.report().rules[0];
    assert_eq!(report.check("churn is yes or no").unwrap().n_unjudged, 1);
    // What row 8 lacks leaves two checks open, and its charges are there.
    assert_eq!(report.check("tenure within six years").unwrap().n_unjudged, 1);
    assert_eq!(report.check("no charges exactly in the first month").unwrap().n_unjudged, 1);
    assert_eq!(report.check("Contract in contracts.contract").unwrap().shapes["字字"], 1);
    let shown = cleaned.report().to_string();
    assert!(shown.contains("failed `churn is yes or no`, 1 not judged, of the form \"aaaaa\" (1)"), "{shown}");
    assert!(!shown.contains("maybe") && !shown.contains("7590"), "{shown}");
}

#[test]
fn too_many_invalid_rows_stop_the_job() {
    let Some(frame) = telco() else { return };
    assert!(judged(frame.clone(), promised().fail_above(0.002)).is_ok());
    let stopped = judged(frame.clone(), promised().fail_above(0.001)).unwrap_err();
    assert!(stopped.is_data());
    assert_eq!(
        stopped.to_string(),
        "cleaning: rule 1 `checks` failed 11 of 7043 row(s), more than the share 0.001 it was allowed (total charges filled: 11); look at the \
         rows, or raise its `fail_above`"
    );
    let filled = Check::that("filled", is_filled("TotalCharges")).on_failure(OnFailure::Report).fail_above(0.0);
    let stopped = judged(frame, promised().with(filled)).unwrap_err().to_string();
    assert!(stopped.starts_with("cleaning: check `filled` of rule 1 `checks` failed 11 of 7043 row(s)"), "{stopped}");
}

#[test]
fn ratings_of_zero_are_reported_and_the_rows_kept() {
    let Some(mut frame) = parquet("data/airline_passenger_satisfaction.parquet") else { return };
    let items: Vec<String> = frame.collect_schema().unwrap().iter().filter_map(rated).collect();
    let rule = items
        .iter()
        .fold(Checks::new(), |rule, item| rule.check(item.as_str(), column(item.as_str()).between(1, 5)))
        .with(Check::not_null("Arrival Delay").named("delay known"))
        .on_failure(OnFailure::Report)
        .reasons_column("not applicable");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rated.parquet");
    let plan = CleaningParams::new().rule(rule).check().unwrap().plan(frame).unwrap();
    let report = plan.write(path.to_str().unwrap(), None).unwrap();
    let checks = &report.rules[0].checks;
    assert_eq!((checks.len(), report.n_rows_out, report.n_rows_quarantined), (15, 129_880, 0));
    assert_eq!(checks[..14].iter().map(|check| check.n_failed).max(), Some(6_681));
    assert_eq!(report.rules[0].check("delay known").unwrap().n_failed, 393);
    let written = ParquetReader::new(std::fs::File::open(path).unwrap()).finish().unwrap();
    let texts = written.column("not applicable").unwrap().str().unwrap().clone();
    let n_noted = texts.iter().flatten().count() as u64;
    assert_eq!(report.rules[0].n_rows_spared, n_noted);
    let of_ratings = texts.iter().flatten().filter(|text| *text != "delay known").count();
    assert_eq!(of_ratings, 10_313, "rows with one rating of zero at least");
    let named: BTreeSet<&str> = texts.iter().flatten().flat_map(|text| text.split("; ")).collect();
    assert!(named.iter().all(|name| checks.iter().any(|check| check.check == *name)), "{named:?}");
}
