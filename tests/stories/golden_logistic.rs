//! Logistic regression on Telco against 60-digit arithmetic.
//!
//! `logistic.json`: coefficients, standard errors, deviance and Pearson's statistic, the exactly
//! collinear design, fits with a penalty. Tolerance, relative: 1e-11, a thousandth of what is
//! promised.

use customer_analytics::solver::design::DesignBlock;
use customer_analytics::solver::regression::{Family, Observations, Outcomes, RegressionFit, RegressionOptions, fit};
use serde_json::Value;

use crate::golden::reference;
use crate::regression_data::{TELCO_TERMS, Table, assert_all_close, reals, telco};

const TOLERANCE: f64 = 1e-11;

fn churn(table: &Table, blocks: &[DesignBlock<'_>], options: &RegressionOptions) -> RegressionFit {
    let response = table.flags("Churn", "Yes");
    let outcomes = Outcomes { response: &response, ..Outcomes::default() };
    let observations = Observations::new(blocks, true, &outcomes).unwrap();
    fit(&observations, Family::Binomial, options).unwrap()
}

fn check(name: &str, truth: &Value, fit: &RegressionFit) {
    assert_all_close(&fit.coefficients, &reals(&truth["coef"]), TOLERANCE, &format!("{name} coef"));
    assert_all_close(&fit.std_errors, &reals(&truth["se"]), TOLERANCE, &format!("{name} se"));
    let likelihood = truth["llf"].as_f64().unwrap();
    assert_all_close(&[fit.deviance / -2.0], &[likelihood], TOLERANCE, &format!("{name} llf"));
    if let Some(pearson) = truth["pearson_chi2"].as_f64() {
        let null = truth["llnull"].as_f64().unwrap();
        assert_all_close(&[fit.null_deviance / -2.0], &[null], TOLERANCE, &format!("{name} llnull"));
        assert_all_close(&[fit.pearson_chi2], &[pearson], TOLERANCE, &format!("{name} pearson"));
    }
}

#[test]
fn churn_on_few_and_on_all_columns() {
    let (Some(all), Some(truth)) = (telco(), reference("logistic.json")) else { return };
    let few = ["SeniorCitizen", "tenure", "MonthlyCharges", "Contract_One year", "Contract_Two year"];
    let options = RegressionOptions::default();
    check("telco_small", &truth["telco_small"], &churn(&all, &all.blocks(&few), &options));
    let billed = all.filter("TotalCharges", |_, _| true);
    check("telco_full", &truth["telco_full"], &churn(&billed, &billed.blocks(&TELCO_TERMS), &options));
    let dense: Vec<DesignBlock<'_>> =
        TELCO_TERMS.iter().map(|term| DesignBlock::Numbers(billed.column_of(term).into())).collect();
    check("telco_full of numbers alone", &truth["telco_full"], &churn(&billed, &dense, &options));
    let train = all.filter("TotalCharges", |row, _| row % 5 != 0);
    check("telco_split", &truth["telco_split"], &churn(&train, &train.blocks(&TELCO_TERMS), &options));
}

/// Columns of text as they are in the file, the first level of each left out: seven columns of
/// "No internet service" and "No phone service" say what others say.
#[test]
fn columns_that_others_determine_are_named() {
    let (Some(all), Some(truth)) = (telco(), reference("logistic.json")) else { return };
    let billed = all.filter("TotalCharges", |_, _| true);
    let (mut blocks, mut names) = (Vec::new(), vec!["const".to_owned()]);
    for name in &billed.names()[1..billed.names().len() - 1] {
        if ["SeniorCitizen", "tenure", "MonthlyCharges", "TotalCharges"].contains(&name.as_str()) {
            blocks.push(DesignBlock::Numbers(billed.numbers(name).into()));
            names.push(name.clone());
        } else {
            let levels = billed.levels(name)[1..].to_vec();
            blocks.push(billed.codes(name, &levels));
            names.extend(levels.iter().map(|level| format!("{name}_{level}")));
        }
    }
    let (block, full) = (&truth["telco_raw_one_hot"], &truth["telco_full"]);
    assert_eq!(names.len() as u64, block["columns"].as_u64().unwrap());
    let fit = churn(&billed, &blocks, &RegressionOptions::default());
    let aliased: Vec<&str> = fit.aliased.iter().map(|&column| names[column].as_str()).collect();
    let relations = block["exact_relations"].as_array().unwrap().iter().map(|relation| relation.as_str().unwrap());
    let expected: Vec<&str> = relations.map(|relation| relation.split_once(" = ").unwrap().0).collect();
    assert_eq!(aliased, expected);
    let rank = names.len() - aliased.len();
    assert_eq!((rank as u64, fit.effective_parameters), (block["rank"].as_u64().unwrap(), rank as f64));
    let likelihood = block["llf"].as_f64().unwrap();
    assert_all_close(&[fit.deviance / -2.0], &[likelihood], 1e-13, "likelihood of the collinear design");
    // What is not tied to an aliased column has the coefficients of the merged design.
    for (term, at) in [("tenure", 5), ("Contract_Two year", 17), ("TotalCharges", 23)] {
        let own = names.iter().position(|name| name == term).unwrap();
        let expected = [reals(&full["coef"])[at], reals(&full["se"])[at]];
        assert_all_close(&[fit.coefficients[own], fit.std_errors[own]], &expected, TOLERANCE, term);
    }
}

/// Coefficients of standardised columns, as scikit-learn tells them.
#[test]
fn coefficients_held_back_by_a_penalty() {
    let (Some(all), Some(truth)) = (telco(), reference("logistic.json")) else { return };
    let billed = all.filter("TotalCharges", |_, _| true);
    let blocks = billed.blocks(&TELCO_TERMS);
    let shapes: Vec<(f64, f64)> = TELCO_TERMS
        .iter()
        .map(|term| {
            let column = billed.column_of(term);
            let n = column.len() as f64;
            let mean = column.iter().sum::<f64>() / n;
            (mean, (column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt())
        })
        .collect();
    for block in truth["telco_ridge"]["fits"].as_array().unwrap() {
        let mut options = RegressionOptions::default();
        options.l2_penalty = 1.0 / block["C"].as_f64().unwrap();
        let fit = churn(&billed, &blocks, &options);
        let slopes = fit.coefficients[1..].iter().zip(&shapes);
        let intercept = fit.coefficients[0] + slopes.clone().map(|(slope, (mean, _))| slope * mean).sum::<f64>();
        let standardised: Vec<f64> =
            std::iter::once(intercept).chain(slopes.map(|(slope, (_, deviation))| slope * deviation)).collect();
        let name = format!("telco_ridge of C {}", block["C"]);
        assert_all_close(&standardised, &reals(&block["coef"]), TOLERANCE, &name);
        let likelihood = block["llf_without_penalty"].as_f64().unwrap();
        assert_all_close(&[fit.deviance / -2.0], &[likelihood], TOLERANCE, &name);
        assert!(fit.effective_parameters < 24.0 && fit.effective_parameters > 1.0);
    }
}
