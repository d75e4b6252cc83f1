//! Rows that each stand for many trials: shares of successes, weighted by trials, in their order.

use super::fit::{Coefficients, fit_coefficients};
use super::small_table::assert_close;
use super::{Family, Observations, Outcomes, RegressionError, RegressionFit, RegressionOptions, fit};
use crate::kernel::undefined::Undefined;
use crate::solver::design::DesignBlock;

fn observations(columns: &[&[f64]], successes: &[f64], trials: &[f64]) -> Result<Observations, Undefined> {
    let blocks: Vec<DesignBlock<'_>> = columns.iter().map(|&column| DesignBlock::Numbers(column.into())).collect();
    let shares: Vec<f64> = successes.iter().zip(trials).map(|(successes, trials)| successes / trials).collect();
    Observations::in_order(&blocks, true, &Outcomes { response: &shares, weights: Some(trials), ..Outcomes::default() })
}

fn fitted(columns: &[&[f64]], successes: &[f64], trials: &[f64]) -> Result<RegressionFit, RegressionError> {
    fit(&observations(columns, successes, trials)?, Family::Binomial, &RegressionOptions::default())
}

/// Oracle: by hand; with one column of 0 and 1 the fit is saturated: 1 of 4 and 3 of 5 give an
/// intercept of ln(1/3) and a slope of ln(3/2) - ln(1/3), and nothing is left of the deviance.
#[test]
fn two_groups_give_the_log_odds_ratio() {
    let found = fitted(&[&[0.0, 1.0]], &[1.0, 3.0], &[4.0, 5.0]).unwrap();
    assert_close(&found.coefficients, &[(1.0_f64 / 3.0).ln(), 4.5_f64.ln()], 1e-15);
    let likelihood = 0.25_f64.ln() + 3.0 * 0.75_f64.ln() + 3.0 * 0.6_f64.ln() + 2.0 * 0.4_f64.ln();
    let null = 4.0 * (4.0_f64 / 9.0).ln() + 5.0 * (5.0_f64 / 9.0).ln();
    assert!(found.deviance.abs() < 1e-14, "{}", found.deviance);
    assert_close(&[found.null_deviance], &[2.0 * (likelihood - null)], 1e-13);
}

#[test]
fn counted_rows_fit_like_repeated_ones() {
    let counted = fitted(&[&[-1.0, 0.5, 2.0]], &[1.0, 2.0, 1.0], &[4.0, 3.0, 2.0]).unwrap();
    let x = [-1.0, -1.0, -1.0, -1.0, 0.5, 0.5, 0.5, 2.0, 2.0];
    let y = [1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0];
    let repeated = fitted(&[&x], &y, &[1.0; 9]).unwrap();
    assert_close(&counted.coefficients, &repeated.coefficients, 1e-14);
    assert_close(&counted.std_errors, &repeated.std_errors, 1e-14);
}

#[test]
fn coefficients_alone_are_those_of_the_fit() {
    let (x, successes, trials) = ([-1.0, 0.5, 2.0, 3.0], [1.0, 2.0, 1.0, 3.5], [4.0, 3.0, 2.0, 4.0]);
    let whole = fitted(&[&x], &successes, &trials).unwrap();
    let rows = observations(&[&x], &successes, &trials).unwrap();
    let found = fit_coefficients(&rows, Family::Binomial, &RegressionOptions::default()).unwrap();
    assert_eq!(found, Coefficients { estimates: whole.coefficients, covariance: whole.covariance });
    let ones = observations(&[&x], &trials, &trials).unwrap();
    let refused = fit_coefficients(&ones, Family::Binomial, &RegressionOptions::default());
    assert_eq!(refused, Err(RegressionError::OneOutcome { value: 1.0 }));
}

#[test]
fn rows_in_their_order_have_their_predictors_in_it() {
    let (x, y) = ([3.0, -1.0, 2.0, 0.5, 7.0, 1.0], [1.0, 0.0, 0.0, 1.0, 1.0, 0.0]);
    let rows = observations(&[&x], &y, &[1.0; 6]).unwrap();
    let found = fit(&rows, Family::Binomial, &RegressionOptions::default()).unwrap();
    let expected = x.map(|x| found.coefficients[0] + found.coefficients[1] * x);
    assert_eq!(rows.response(), y);
    assert_close(&found.predictors, &expected, 1e-13);
}

/// One event in a million is rare, and no separation; none is one. Oracle: by hand, as above.
#[test]
fn rare_events_are_no_separation() {
    let found = fitted(&[&[0.0, 1.0]], &[3.0, 1.0], &[7.0, 1e6]).unwrap();
    assert_close(&found.coefficients[1..], &[(1.0_f64 / (1e6 - 1.0)).ln() - 0.75_f64.ln()], 1e-12);
    let error = fitted(&[&[0.0, 1.0]], &[3.0, 0.0], &[7.0, 1e6]).unwrap_err();
    assert_eq!(error, RegressionError::Separated { n_separated: 1, n_rows: 2, columns: vec![1] });
}
