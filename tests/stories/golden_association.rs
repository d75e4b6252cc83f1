//! Association of real columns, against answers computed in exact and 60-digit arithmetic.
//!
//! Telco: correlations of the 7,032 customers who have total charges, categories of all 7,043.
//! Airline: ratings above 0 against satisfaction, heavily tied. Tolerances: counts exact,
//! estimates 1e-12 relative, p-values 1e-10 relative down to 1e-300 and their logarithms beyond.

use std::fs::File;

use customer_analytics::kernel::anova::{OneWayAnova, one_way};
use customer_analytics::kernel::association::contingency::ContingencyTable;
use customer_analytics::kernel::association::cramer::{association, fourfold};
use customer_analytics::kernel::association::kendall::{Kendall, kendall};
use customer_analytics::kernel::association::partial::partial_correlation;
use customer_analytics::kernel::association::spearman::{Spearman, spearman};
use customer_analytics::kernel::association::spearman_matrix::SpearmanMatrix;
use customer_analytics::kernel::masked::Masked;
use customer_analytics::kernel::p_value::PValue;
use customer_analytics::polars::prelude::*;
use serde_json::Value;

use crate::golden::{reference, shared};

const NUMERIC: [&str; 5] = ["SeniorCitizen", "tenure", "MonthlyCharges", "TotalCharges", "churn"];

#[track_caller]
fn assert_close(got: f64, expected: &Value, tolerance: f64, what: &str) {
    let expected = expected.as_f64().unwrap();
    assert!((got - expected).abs() <= tolerance * expected.abs(), "{what}: got {got}, expected {expected}");
}

#[track_caller]
fn assert_p(got: PValue, expected: &Value, what: &str) {
    assert_close(got.log10(), &expected["log10_p"], 1e-10, what);
    if expected["p"].as_f64().unwrap() > 1e-300 {
        assert_close(got.value(), &expected["p"], 1e-10, what);
    }
}

/// The columns of the Telco file as text.
fn telco() -> Option<impl Fn(&str) -> Vec<String>> {
    let path = shared("data/WA_Fn-UseC_-Telco-Customer-Churn.csv")?;
    let options = CsvReadOptions::default().with_infer_schema_length(Some(0));
    let frame = options.into_reader_with_file_handle(File::open(path).unwrap()).finish().unwrap();
    Some(move |name: &str| {
        let column = frame.column(name).unwrap().str().unwrap();
        column.iter().map(|cell| cell.unwrap_or_default().to_owned()).collect()
    })
}

/// Numbers of the Telco file; NaN where blank.
fn numbers(column: &impl Fn(&str) -> Vec<String>, name: &str) -> Vec<f64> {
    match name {
        "churn" => column("Churn").iter().map(|text| f64::from(u8::from(text == "Yes"))).collect(),
        name => column(name).iter().map(|text| text.trim().parse().unwrap_or(f64::NAN)).collect(),
    }
}

/// The numeric columns, and the bits of the rows that have total charges.
fn complete_rows(column: &impl Fn(&str) -> Vec<String>) -> ([Vec<f64>; 5], Vec<u64>) {
    let columns = NUMERIC.map(|name| numbers(column, name));
    let words = columns[3].chunks(64).map(|charges| {
        charges.iter().enumerate().fold(0, |word, (bit, charge)| word | u64::from(charge.is_finite()) << bit)
    });
    let words = words.collect();
    (columns, words)
}

fn codes(texts: &[String]) -> Vec<u32> {
    let mut levels: Vec<&String> = texts.iter().collect();
    levels.sort_unstable();
    levels.dedup();
    texts.iter().map(|text| levels.binary_search(&text).unwrap() as u32).collect()
}

fn check_kendall(found: &Kendall, expected: &Value, what: &str) {
    assert_close(found.tau_b, &expected["tau_b"], 1e-12, what);
    assert_close(found.z, &expected["z"], 1e-12, what);
    assert_p(found.p_value, expected, what);
    let counts = [found.concordant, found.discordant, found.ties_x, found.ties_y, found.ties_both];
    let names = ["concordant", "discordant", "ties_x_pairs", "ties_y_pairs", "ties_both_pairs"];
    assert_eq!(counts.map(Some), names.map(|name| expected[name].as_u64()), "{what}");
}

fn check_spearman(found: &Spearman, expected: &Value, what: &str) {
    assert_close(found.rho, &expected["rho"], 1e-12, what);
    assert_close(found.t.unwrap(), &expected["t"], 1e-12, what);
    assert_p(found.p_value.unwrap(), expected, what);
}

#[test]
fn ranks_of_telco_customers_go_together_as_they_should() {
    let Some((column, truth)) = telco().zip(reference("correlation.json")) else { return };
    let (columns, words) = complete_rows(&column);
    let masked: Vec<_> = columns.iter().map(|values| Masked { values, valid: Some(&words) }).collect();
    let matrix = SpearmanMatrix::of(&masked);
    let kept = |i: usize| masked[i].present().collect::<Vec<f64>>();
    for expected in truth["telco_numeric"]["pairs"].as_array().unwrap() {
        let place = |side: &str| NUMERIC.iter().position(|name| expected[side] == **name).unwrap();
        let (x, y) = (place("x"), place("y"));
        let what = format!("{} {}", NUMERIC[x], NUMERIC[y]);
        let found = matrix.pair(x, y).unwrap().as_ref().unwrap();
        assert_eq!(found.n, 7_032);
        check_spearman(found, &expected["spearman"], &what);
        check_spearman(&spearman(&kept(x), &kept(y)).unwrap(), &expected["spearman"], &what);
        check_kendall(&kendall(&kept(x), &kept(y)).unwrap(), &expected["kendall"], &what);
    }
}

#[test]
fn what_others_say_is_held_fixed() {
    let Some(truth) = reference("correlation.json") else { return };
    let pairs = truth["telco_numeric"]["pairs"].as_array().unwrap();
    let matrix = |kind: &str, estimate: &str| {
        let mut matrix = vec![1.0; 25];
        for pair in pairs {
            let place = |side: &str| NUMERIC.iter().position(|name| pair[side] == **name).unwrap();
            let (x, y) = (place("x"), place("y"));
            matrix[5 * x + y] = pair[kind][estimate].as_f64().unwrap();
            matrix[5 * y + x] = matrix[5 * x + y];
        }
        matrix
    };
    for expected in truth["telco_partial"].as_array().unwrap() {
        let place = |name: &Value| NUMERIC.iter().position(|known| name == *known).unwrap();
        let given: Vec<usize> = expected["given"].as_array().unwrap().iter().map(place).collect();
        let r = if expected["method"] == "pearson" { matrix("pearson", "r") } else { matrix("spearman", "rho") };
        let found = partial_correlation(&r, place(&expected["x"]), place(&expected["y"]), &given, 7_032).unwrap();
        let what = format!("{expected}");
        assert_close(found.partial, &expected["r"], 1e-12, &what);
        assert_eq!(Some(found.df), expected["df"].as_u64());
        assert_p(found.p_value, expected, &what);
    }
}

#[test]
fn contracts_services_and_churn_are_associated_as_they_should_be() {
    let Some((column, truth)) = telco().zip(reference("correlation.json")) else { return };
    for (pair, expected) in truth["telco_categorical"].as_object().unwrap() {
        let (x, y) = pair.split_once(" x ").unwrap();
        let table = ContingencyTable::of(&codes(&column(x)), &codes(&column(y))).unwrap();
        let found = association(&table).unwrap();
        assert_eq!((found.n, Some(found.df)), (7_043.0, expected["df"].as_u64()), "{pair}");
        assert_close(found.chi_squared, &expected["chi2"], 1e-12, pair);
        assert_p(found.p_value, expected, pair);
        assert_close(found.cramers_v, &expected["cramers_v"], 1e-12, pair);
        let corrected = found.cramers_v_bias_corrected.unwrap();
        assert_close(corrected, &expected["cramers_v_bias_corrected"], 1e-12, pair);
        assert_close(found.contingency_coefficient, &expected["contingency_coef"], 1e-12, pair);
    }
    let table = ContingencyTable::of(&codes(&column("Partner")), &codes(&column("Churn"))).unwrap();
    let (found, expected) = (fourfold(&table).unwrap(), &truth["partner_x_churn_2x2"]);
    assert_close(found.phi, &expected["phi_signed"], 1e-12, "phi");
    assert_close(found.odds_ratio.unwrap(), &expected["odds_ratio"], 1e-12, "odds ratio");
    assert_close(found.chi_squared_yates, &expected["chi2_yates"], 1e-12, "Yates");
    assert_close(found.p_value_yates.value(), &expected["p_yates"], 1e-10, "Yates");
}

fn check_anova(found: &OneWayAnova, expected: &Value) {
    assert_close(found.ss_between.unwrap(), &expected["ss_between"], 1e-12, "between");
    assert_close(found.ss_within.unwrap(), &expected["ss_within"], 1e-12, "within");
    assert_close(found.f.unwrap(), &expected["F"], 1e-12, "F");
    assert_close(found.eta_squared, &expected["eta_squared"], 1e-12, "eta squared");
    assert_close(found.omega_squared, &expected["omega_squared"], 1e-12, "omega squared");
    assert_p(found.p_value, expected, "p");
}

#[test]
fn services_and_contracts_determine_charges_and_tenure() {
    let Some((column, truth)) = telco().zip(reference("correlation.json")) else { return };
    let by = |value, group| one_way(&numbers(&column, value), &codes(&column(group))).unwrap();
    check_anova(&by("MonthlyCharges", "InternetService"), &truth["telco_anova_MonthlyCharges_by_InternetService"]);
    check_anova(&by("tenure", "Contract"), &truth["telco_anova_tenure_by_Contract"]);
}

#[test]
fn ratings_of_an_airline_go_with_satisfaction() {
    let Some((path, truth)) = shared("data/airline_passenger_satisfaction.parquet").zip(reference("correlation.json"))
    else {
        return;
    };
    let frame = ParquetReader::new(File::open(path).unwrap()).finish().unwrap();
    let satisfied = frame.column("Satisfaction").unwrap().cast(&DataType::String).unwrap();
    let satisfied: Vec<f64> =
        satisfied.str().unwrap().iter().map(|text| f64::from(u8::from(text == Some("Satisfied")))).collect();
    for (name, expected) in truth["airline_ratings_vs_satisfied"].as_object().unwrap() {
        let ratings = frame.column(name).unwrap().cast(&DataType::Float64).unwrap();
        let rated = ratings.f64().unwrap().iter().zip(&satisfied);
        let (x, y): (Vec<f64>, Vec<f64>) = rated.filter_map(|(x, y)| Some((x.filter(|x| *x > 0.0)?, *y))).unzip();
        assert_eq!(Some(x.len() as u64), expected["n"].as_u64());
        assert_close(spearman(&x, &y).unwrap().rho, &expected["spearman"], 1e-12, name);
        check_kendall(&kendall(&x, &y).unwrap(), &expected["kendall"], name);
    }
}
