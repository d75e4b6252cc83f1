//! The linear regression sets of NIST's Statistical Reference Datasets, against what NIST
//! certifies, against exact arithmetic, and against the digits that other programs find.
//!
//! Data, certified values and both comparisons are in `tests/reference/nist_regression.json`,
//! whose script beside it names sources and versions. Powers of a column enter as doubles, so that
//! those of Filip are rounded and their exact solution has 7.9 of the certified digits; no program
//! that is given these columns can be relied on for more.
//!
//! R's `lm` drops the tenth power of Filip at its default tolerance ("1 not defined because of
//! singularities"), and finds 9.6 digits of Wampler1: `summary(lm)` to 12 digits as published in
//! a qualification of R with these sets. Its algorithm, Householder QR, is one of the three others.

use customer_analytics::solver::design::DesignBlock;
use customer_analytics::solver::regression::{Family, Observations, Outcomes, RegressionFit, RegressionOptions, fit};
use serde_json::Value;

/// Digits of the exact solution of the doubles that are found on every set.
const COEFFICIENTS: f64 = 14.5;
const STD_ERRORS: f64 = 13.5;

fn sets() -> Value {
    serde_json::from_str(include_str!("../reference/nist_regression.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// The columns of a set, powers as products of doubles.
fn columns(set: &Value) -> Vec<Vec<f64>> {
    let mut columns: Vec<Vec<f64>> = set["x"].as_array().unwrap().iter().map(numbers).collect();
    let x = columns[0].clone();
    for _ in 1..set["degree"].as_u64().unwrap() {
        let power = columns[columns.len() - 1].iter().zip(&x).map(|(power, x)| power * x).collect();
        columns.push(power);
    }
    columns
}

fn fitted(set: &Value) -> RegressionFit {
    let response = numbers(&set["y"]);
    let blocks: Vec<DesignBlock<'_>> =
        columns(set).into_iter().map(|column| DesignBlock::Numbers(column.into())).collect();
    let outcomes = Outcomes { response: &response, ..Outcomes::default() };
    let has_intercept = set["has_intercept"].as_bool().unwrap();
    let observations = Observations::new(&blocks, has_intercept, &outcomes).unwrap();
    fit(&observations, Family::Gaussian, &RegressionOptions::default()).unwrap()
}

/// The smallest count of correct digits, 15 at the most; of a true 0, of the value itself.
fn digits(found: &[f64], truth: &[f64]) -> f64 {
    assert_eq!(found.len(), truth.len());
    let of_one = |(found, truth): (&f64, &f64)| {
        let error = if *truth == 0.0 { found.abs() } else { (found - truth).abs() / truth.abs() };
        if error == 0.0 { 15.0 } else { (-error.log10()).clamp(0.0, 15.0) }
    };
    found.iter().zip(truth).map(of_one).fold(15.0, f64::min)
}

/// Coefficients and standard errors.
fn found(set: &Value) -> [Vec<f64>; 2] {
    let fit = fitted(set);
    assert!(fit.aliased.is_empty(), "a column is dropped");
    let n = set["y"].as_array().unwrap().len();
    let dispersion = fit.deviance / (n - fit.coefficients.len()) as f64;
    let errors = fit.std_errors.iter().map(|error| error * dispersion.sqrt()).collect();
    [fit.coefficients, errors]
}

#[test]
fn digits_of_the_exact_solution_and_of_the_certified_one() {
    let sets = sets();
    assert_eq!(sets.as_object().unwrap().len(), 11);
    println!("{:9} {:>14} {:>14} {:>14}", "", "exact", "certified", "best of others");
    let mut short = Vec::new();
    for (name, set) in sets.as_object().unwrap() {
        let found = found(set);
        for (at, (what, least)) in [("coefficients", COEFFICIENTS), ("std_errors", STD_ERRORS)].into_iter().enumerate()
        {
            let of_exact = digits(&found[at], &numbers(&set["exact"][what]));
            let of_certified = digits(&found[at], &numbers(&set["certified"][what]));
            let others = set["digits_of_others"].as_object().unwrap().values();
            let best = others.map(|digits| digits[at].as_f64().unwrap()).fold(0.0, f64::max);
            let possible = set["digits_of_doubles"][at].as_f64().unwrap();
            println!("{name:9} {of_exact:14.2} {of_certified:14.2} {best:14.2}  {what}");
            // Beyond the digits of the exact solution, others are lucky.
            if of_certified < best.min(possible) - 0.1 || of_exact < least {
                short.push(format!("{name} {what}"));
            }
        }
    }
    assert!(short.is_empty(), "{short:?}");
}

/// Squares of residuals, which cancel most; of exact fits they are 0 beside the response.
#[test]
fn residuals_keep_their_digits() {
    for (name, set) in sets().as_object().unwrap() {
        let (fit, truth) = (fitted(set), set["exact"]["residual_square"].as_f64().unwrap());
        let square: f64 = numbers(&set["y"]).iter().map(|y| y * y).sum();
        let error = (fit.deviance - truth).abs();
        assert!(error <= 1e-14 * truth + 1e-33 * square, "{name}: {:e}, expected {truth:e}", fit.deviance);
    }
}
