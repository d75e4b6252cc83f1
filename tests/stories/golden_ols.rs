//! Least squares on real data against exact rationals.
//!
//! All tasks of `ols.json`: coefficients and classical standard errors, residual and total
//! squares. Tolerance, relative: 1e-12, a hundredth of what is promised; leverages and Cook's
//! distances 1e-10.

use customer_analytics::kernel::weight::WeightKind;
use customer_analytics::solver::design::DesignBlock;
use customer_analytics::solver::regression::{
    Family, Observations, Outcomes, RegressionOptions, cooks_distances, fit, leverages,
};
use serde_json::Value;

use crate::golden::reference;
use crate::regression_data::{assert_all_close, cdnow, reals, telco};

const TOLERANCE: f64 = 1e-12;

fn check(name: &str, truth: &Value, blocks: &[DesignBlock<'_>], outcomes: &Outcomes<'_>) {
    let has_intercept = truth["terms"][0] == "const";
    let observations = Observations::new(blocks, has_intercept, outcomes).unwrap();
    let fit = fit(&observations, Family::Gaussian, &RegressionOptions::default()).unwrap();
    assert_eq!(observations.n_rows() as u64, truth["n"].as_u64().unwrap());
    assert!(fit.aliased.is_empty());
    let dispersion = fit.deviance / truth["df_resid"].as_f64().unwrap();
    let errors: Vec<f64> = fit.std_errors.iter().map(|error| error * dispersion.sqrt()).collect();
    assert_all_close(&fit.coefficients, &reals(&truth["coef"]), TOLERANCE, &format!("{name} coef"));
    assert_all_close(&errors, &reals(&truth["se"]), TOLERANCE, &format!("{name} se"));
    let squares = [&truth["ssr"], &truth["tss"]].map(|square| square.as_f64().unwrap());
    assert_all_close(&[fit.deviance, fit.null_deviance], &squares, TOLERANCE, &format!("{name} squares"));
    let of_diagonal: Vec<f64> =
        (0..errors.len()).map(|column| (fit.covariance.get(column, column) * dispersion).sqrt()).collect();
    assert_all_close(&of_diagonal, &errors, 1e-14, &format!("{name} covariance"));
    if let Some(largest) = truth["max_leverage"].as_f64() {
        let leverages = leverages(&observations, Family::Gaussian, &fit, WeightKind::Sampling).unwrap();
        assert_all_close(
            &[leverages.iter().copied().fold(0.0, f64::max)],
            &[largest],
            1e-10,
            &format!("{name} leverage"),
        );
        let mut distances: Vec<f64> = cooks_distances(&observations, Family::Gaussian, &fit, WeightKind::Sampling)
            .unwrap()
            .into_iter()
            .flatten()
            .collect();
        distances.sort_by(|a, b| b.total_cmp(a));
        let top: Vec<f64> =
            truth["cooks_distance_top3"].as_array().unwrap().iter().map(|row| row["d"].as_f64().unwrap()).collect();
        assert_all_close(&distances[..3], &top, 1e-10, &format!("{name} Cook's distances"));
    }
}

fn terms(truth: &Value) -> Vec<&str> {
    let terms = truth["terms"].as_array().unwrap().iter().map(|term| term.as_str().unwrap());
    terms.filter(|term| *term != "const").collect()
}

#[test]
fn telco_charges() {
    let (Some(all), Some(truth)) = (telco(), reference("ols.json")) else { return };
    let billed = all.filter("TotalCharges", |_, _| true);
    let total = billed.numbers("TotalCharges");
    let outcomes = Outcomes { response: &total, ..Outcomes::default() };
    for name in ["telco_total", "telco_total_no_intercept"] {
        check(name, &truth[name], &billed.blocks(&terms(&truth[name])), &outcomes);
    }
    let monthly = all.numbers("MonthlyCharges");
    let outcomes = Outcomes { response: &monthly, ..Outcomes::default() };
    let truth = &truth["telco_monthly"];
    check("telco_monthly", truth, &all.blocks(&terms(truth)), &outcomes);
}

#[test]
fn cdnow_amounts_plain_and_weighted() {
    let (Some(all), Some(truth)) = (cdnow(), reference("ols.json")) else { return };
    let amount = all.numbers("holdout_amount");
    let outcomes = Outcomes { response: &amount, ..Outcomes::default() };
    let block = &truth["cdnow_holdout_amount"];
    let blocks: Vec<DesignBlock<'_>> =
        terms(block).iter().map(|term| DesignBlock::Numbers(all.numbers(term).into())).collect();
    check("cdnow_holdout_amount", block, &blocks, &outcomes);
    let repeat = all.filter("x", |_, x| x > 0.0);
    let (mean, weights) = (repeat.numbers("mean_repeat_amount"), repeat.numbers("x"));
    let outcomes = Outcomes { response: &mean, weights: Some(&weights), ..Outcomes::default() };
    let block = &truth["cdnow_weighted"];
    let blocks: Vec<DesignBlock<'_>> =
        terms(block).iter().map(|term| DesignBlock::Numbers(repeat.numbers(term).into())).collect();
    check("cdnow_weighted", block, &blocks, &outcomes);
}
