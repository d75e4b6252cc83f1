//! Poisson, Gamma and Tweedie regressions on the CDNOW sample against 60-digit arithmetic.
//!
//! `glm.json`: coefficients, standard errors, deviances, Pearson's statistic and, of counts, the
//! likelihood. Tolerance, relative: 1e-11, a thousandth of what is promised.

use customer_analytics::solver::design::DesignBlock;
use customer_analytics::solver::regression::{Family, Observations, Outcomes, RegressionFit, RegressionOptions, fit};
use serde_json::Value;

use crate::golden::reference;
use crate::regression_data::{Table, assert_all_close, cdnow, reals};

const TOLERANCE: f64 = 1e-11;

fn fitted(table: &Table, truth: &Value, family: Family, response: &[f64], offset: Option<&[f64]>) -> RegressionFit {
    let terms = truth["terms"].as_array().unwrap().iter().skip(1).map(|term| term.as_str().unwrap());
    let blocks: Vec<DesignBlock<'_>> = terms.map(|term| DesignBlock::Numbers(table.numbers(term).into())).collect();
    let outcomes = Outcomes { response, offset, ..Outcomes::default() };
    let observations = Observations::new(&blocks, true, &outcomes).unwrap();
    assert_eq!(observations.n_rows() as u64, truth["n"].as_u64().unwrap());
    let fit = fit(&observations, family, &RegressionOptions::default()).unwrap();
    if family == Family::Poisson {
        // ln y! of the counts, term by term.
        let counts = observations.response().iter();
        let likelihood = |(y, eta): (&f64, &f64)| {
            let factorial: f64 = (1..=*y as u32).map(|k| f64::from(k).ln()).sum();
            y * eta - eta.exp() - factorial
        };
        let total: f64 = counts.zip(&fit.predictors).map(likelihood).sum();
        assert_all_close(&[total], &[truth["llf"].as_f64().unwrap()], 1e-12, "likelihood");
    }
    fit
}

fn check(name: &str, truth: &Value, fit: &RegressionFit) {
    let dispersion = match truth["dispersion_used_for_se"].as_f64().unwrap() {
        1.0 => 1.0,
        _ => fit.pearson_chi2 / truth["df_resid"].as_f64().unwrap(),
    };
    let errors: Vec<f64> = fit.std_errors.iter().map(|error| error * dispersion.sqrt()).collect();
    assert_all_close(&fit.coefficients, &reals(&truth["coef"]), TOLERANCE, &format!("{name} coef"));
    assert_all_close(&errors, &reals(&truth["se"]), TOLERANCE, &format!("{name} se"));
    let expected = ["deviance", "null_deviance", "pearson_chi2"].map(|key| truth[key].as_f64().unwrap());
    let found = [fit.deviance, fit.null_deviance, fit.pearson_chi2];
    assert_all_close(&found, &expected, TOLERANCE, &format!("{name} deviances"));
}

#[test]
fn counts_with_and_without_an_offset() {
    let (Some(all), Some(truth)) = (cdnow(), reference("glm.json")) else { return };
    let name = "poisson_holdout_purchases";
    let response = all.numbers("holdout_purchases");
    check(name, &truth[name], &fitted(&all, &truth[name], Family::Poisson, &response, None));
    let name = "poisson_offset";
    let offset: Vec<f64> = all.numbers("T").iter().map(|weeks| weeks.ln()).collect();
    let response = all.numbers("x");
    check(name, &truth[name], &fitted(&all, &truth[name], Family::Poisson, &response, Some(&offset)));
}

#[test]
fn amounts_above_zero() {
    let (Some(all), Some(truth)) = (cdnow(), reference("glm.json")) else { return };
    let buyers = all.filter("cal_amount", |_, amount| amount > 0.0);
    let response = buyers.numbers("cal_amount");
    check("gamma_log", &truth["gamma_log"], &fitted(&buyers, &truth["gamma_log"], Family::Gamma, &response, None));
}

#[test]
fn amounts_of_which_many_are_zero() {
    let (Some(all), Some(truth)) = (cdnow(), reference("glm.json")) else { return };
    let response = all.numbers("holdout_amount");
    for power in [1.2, 1.5, 1.9] {
        let name = format!("tweedie_{power}_log");
        let fit = fitted(&all, &truth[&name], Family::Tweedie { power }, &response, None);
        check(&name, &truth[&name], &fit);
    }
}
