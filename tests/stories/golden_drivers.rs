//! Key drivers of real surveys against answers computed with 60 digits.
//!
//! Tolerance: `CLOSED`, 1e-12 relative; Johnson's weights in the reference are plain doubles, so
//! 1e-9 there.

use customer_analytics::cleaning::{ReadNumbers, Unreadable};
use customer_analytics::correlation::{ImportanceMethod, KeyDriverReport};
use customer_analytics::polars::prelude::{NULL, PlRefPath, ScanArgsParquet, col, lit, when};
use customer_analytics::prelude::*;
use customer_analytics::text::TextEncoding;
use serde_json::Value;

use crate::golden::{reference, shared};

#[track_caller]
fn check(report: &KeyDriverReport, expected: &Value) {
    let close = |got: f64, expected: &Value, tolerance: f64, what: &str| {
        let expected = expected.as_f64().unwrap();
        let off = (got - expected).abs() / expected.abs();
        assert!(off <= tolerance, "{what}: got {got}, expected {expected}, off by {off:e}");
    };
    assert_eq!(report.n_rows_used, expected["n"].as_u64().unwrap());
    close(report.r_squared, &expected["r2"], 1e-12, "r2");
    for (at, driver) in report.drivers.iter().enumerate() {
        let value = |method| driver.importance(method).unwrap().value.unwrap();
        for (method, name, tolerance) in [
            (ImportanceMethod::Lmg, "lmg", 1e-12),
            (ImportanceMethod::StandardizedBeta, "standardized_beta", 1e-12),
            (ImportanceMethod::Pratt, "beta_times_r", 1e-12),
            (ImportanceMethod::First, "first", 1e-12),
            (ImportanceMethod::Last, "last", 1e-12),
            (ImportanceMethod::RelativeWeights, "johnson_double", 1e-9),
        ] {
            close(value(method), &expected[name][at], tolerance, &format!("{} {name}", driver.driver));
        }
        let share = driver.importance(ImportanceMethod::Lmg).unwrap().share.unwrap();
        close(share, &expected["lmg_share"][at], 1e-12, &format!("{} share", driver.driver));
        close(report.terms[at].correlation.unwrap(), &expected["correlation_with_target"][at], 1e-12, "correlation");
    }
}

fn items(expected: &Value) -> Vec<String> {
    expected["items"].as_array().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}

/// Airline ratings; 0 means not applicable.
fn airline(items: &[String]) -> Option<LazyFrame> {
    let path = shared("data/airline_passenger_satisfaction.parquet")?;
    let frame = LazyFrame::scan_parquet(PlRefPath::new(path.to_str().unwrap()), ScanArgsParquet::default()).unwrap();
    let rated = |item: &String| when(col(item).gt(0)).then(col(item)).otherwise(lit(NULL)).alias(item);
    Some(frame.with_columns(items.iter().map(rated).collect::<Vec<_>>()))
}

#[test]
fn airline_drivers_are_those_of_the_reference() {
    let Some(all) = reference("drivers.json") else { return };
    let expected = &all["airline_satisfied"];
    let Some(frame) = airline(&items(expected)) else { return };
    let report = KeyDriversParams::new("Satisfaction", items(expected)).event("Satisfied").run(&frame).unwrap();
    check(&report, expected);
    let shown = report.to_string();
    assert!(
        shown.contains(
            "Satisfaction is Satisfied: 42.2% of variance explained; Online Boarding accounts for 45.6% of that"
        ),
        "{shown}"
    );
}

#[test]
fn the_drivers_of_the_french_survey_are_those_of_the_reference() {
    let Some(all) = reference("drivers.json") else { return };
    let expected = &all["garden_retail_nps"];
    let Some(path) = shared("data/nps_garden_retail_fr.csv") else { return };
    let mixture = TextEncoding::Mixed(vec![TextEncoding::Windows1252, TextEncoding::Cp850]);
    let (frame, _) = read_csv(&path, &CsvOptions::new().encoding(mixture).null_values(["NA"])).unwrap();
    let numbers = ["nps", "satisfaction", "intention", "NbPassageKS", "CaTicket"];
    let rules = CleaningParams::new().rule(ReadNumbers::new(numbers).unreadable(Unreadable::Fail));
    let clean = rules.run(frame).unwrap().frame();
    let report = KeyDriversParams::new("nps", items(expected)).run(&clean).unwrap();
    check(&report, expected);
}
