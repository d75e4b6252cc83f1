//! Fitted models on real data against 60-digit arithmetic and exact rationals.
//!
//! Tolerances, all relative: linear regression 1e-10; coefficients, standard errors and what
//! follows from them 1e-8 for the others (Newton's last step leaves about 1e-13); p-values 1e-8
//! down to 1e-300 and their logarithms below it; predictions 1e-12.

use customer_analytics::frame::{FeatureColumns, FeatureTable};
use customer_analytics::kernel::interval::Interval;
use customer_analytics::kernel::p_value::PValue;
use customer_analytics::polars::prelude::*;
use customer_analytics::prediction::encoding::MissingLabels;
use customer_analytics::prediction::regression::{
    Coefficient, Offset, RegressionModel, RegressionParams, StandardErrors, WeightMeaning,
};
use serde_json::Value;

use crate::golden::{reference, shared};

const SERVICES: [&str; 7] = [
    "MultipleLines",
    "OnlineSecurity",
    "OnlineBackup",
    "DeviceProtection",
    "TechSupport",
    "StreamingTV",
    "StreamingMovies",
];

/// The customers as they are read from the file, with their numbers; `row` counts from 0.
pub(crate) fn telco() -> Option<LazyFrame> {
    let path = shared("data/WA_Fn-UseC_-Telco-Customer-Churn.csv")?;
    let reader = LazyCsvReader::new(PlRefPath::new(path.to_str().unwrap()))
        .with_row_index(Some(RowIndex { name: "row".into(), offset: 0 }));
    let number = |name: &str| col(name).cast(DataType::Float64);
    let text = reader.with_infer_schema_length(Some(0)).finish().unwrap();
    Some(text.with_columns([
        number("SeniorCitizen"),
        number("tenure"),
        number("MonthlyCharges"),
        number("TotalCharges"),
    ]))
}

/// Services of those who have none count as No.
pub(crate) fn merged(frame: LazyFrame) -> LazyFrame {
    frame.with_columns(
        SERVICES.map(|name| when(col(name).eq(lit("Yes"))).then(lit("Yes")).otherwise(lit("No")).alias(name)),
    )
}

pub(crate) fn complete(frame: LazyFrame) -> LazyFrame {
    frame.filter(col("TotalCharges").is_not_null())
}

fn table(frame: LazyFrame, target: &str, features: &[&str]) -> FeatureTable {
    FeatureTable::new(frame, &FeatureColumns::new().target(target).features(features.to_vec())).unwrap()
}

/// All columns but the number of the customer and of the row.
pub(crate) fn all_columns(frame: LazyFrame) -> FeatureTable {
    let columns = FeatureColumns::new().target("Churn").customer_id("customerID").ignore(["row"]);
    FeatureTable::new(frame, &columns).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|cell| cell.as_f64().unwrap_or(f64::NAN)).collect()
}

/// The terms of a block in our names: `const` is the intercept, `a_b` is `a[b]` where we say so.
fn named(term: &str, model: &RegressionModel) -> usize {
    let rows = model.coefficients();
    let is_it = |row: &Coefficient| {
        let ours = match (&row.feature, &row.level) {
            (None, _) => "const".to_owned(),
            (Some(feature), Some(level)) => format!("{feature}_{level}"),
            (Some(feature), None) => feature.clone(),
        };
        ours == term
    };
    rows.iter()
        .position(is_it)
        .unwrap_or_else(|| panic!("no term {term} in {:?}", rows.iter().map(|row| &row.term).collect::<Vec<_>>()))
}

#[track_caller]
fn assert_close(got: Option<f64>, expected: f64, tolerance: f64, what: &str) {
    let got = got.unwrap_or(f64::NAN);
    assert!((got - expected).abs() <= tolerance * expected.abs(), "{what}: got {got:e}, expected {expected:e}");
}

#[track_caller]
fn assert_p(got: Option<PValue>, p: f64, log10_p: f64, what: &str) {
    let got = got.unwrap();
    if p >= 1e-300 {
        assert_close(Some(got.value()), p, 1e-8, what);
    }
    assert_close(Some(got.log10()), log10_p, 1e-10, what);
}

/// Coefficients with all that is beside them.
#[track_caller]
fn assert_coefficients(model: &RegressionModel, block: &Value, tolerance: f64) {
    let rows = model.coefficients();
    let statistic = if block["t"].is_null() { "z" } else { "t" };
    let of = |key: &str| numbers(&block[key]);
    let (coef, se, z, low, high) = (of("coef"), of("se"), of(statistic), of("ci95_low"), of("ci95_high"));
    let (p, log10_p) = (of("p"), of("log10_p"));
    for (at, term) in block["terms"].as_array().unwrap().iter().enumerate() {
        let term = term.as_str().unwrap();
        let row = &rows[named(term, model)];
        assert_close(row.estimate, coef[at], tolerance, &format!("{term} estimate"));
        assert_close(row.std_error, se[at], tolerance, &format!("{term} standard error"));
        assert_close(row.statistic, z[at], tolerance, &format!("{term} statistic"));
        assert_p(row.p_value, p[at], log10_p[at], &format!("{term} p"));
        let Interval { low: got_low, high: got_high, .. } = row.interval.unwrap();
        // An end near 0 is a difference, so it is held to the size of the estimate.
        let slack = tolerance * (coef[at].abs() + 2.0 * se[at]);
        assert!((got_low - low[at]).abs() <= slack && (got_high - high[at]).abs() <= slack, "{term} interval");
    }
}

/// Figures of a fit with the names that the oracle has for them.
#[track_caller]
fn assert_figures(block: &Value, tolerance: f64, figures: &[(Option<f64>, &str)]) {
    for (got, key) in figures {
        assert_close(*got, block[key].as_f64().unwrap(), tolerance, key);
    }
}

#[track_caller]
fn assert_logistic(model: &RegressionModel, block: &Value) {
    assert_coefficients(model, block, 1e-8);
    let facts = model.statistics();
    let figures = [
        (Some(facts.deviance), "deviance"),
        (Some(facts.pearson_chi2), "pearson_chi2"),
        (facts.log_likelihood, "llf"),
        (facts.null_log_likelihood, "llnull"),
        (facts.mcfadden_r2(), "mcfadden_r2"),
        (facts.cox_snell_r2(), "cox_snell_r2"),
        (facts.nagelkerke_r2(), "nagelkerke_r2"),
        (facts.aic(), "aic"),
        (facts.bic(), "bic"),
        (facts.overall_test().map(|test| test.statistic), "lr_chi2"),
        (facts.overall_test().map(|test| test.df), "lr_df"),
        (facts.overall_test().map(|test| test.p_value.log10()), "lr_log10_p"),
    ];
    assert_figures(block, 1e-11, &figures);
    let rows = model.coefficients();
    let of = |key: &str| numbers(&block[key]);
    let (ratio, low, high) = (of("odds_ratio"), of("odds_ratio_ci95_low"), of("odds_ratio_ci95_high"));
    let effects = of("average_marginal_effect_treating_all_as_continuous");
    for (at, term) in block["terms"].as_array().unwrap().iter().enumerate().skip(1) {
        let term = term.as_str().unwrap();
        let row = &rows[named(term, model)];
        assert_close(row.ratio, ratio[at], 1e-8, term);
        assert_close(row.ratio_interval.map(|ends| ends.low), low[at], 1e-8, term);
        assert_close(row.ratio_interval.map(|ends| ends.high), high[at], 1e-8, term);
        assert_close(row.marginal_effect.map(|effect| effect.estimate), effects[at], 1e-8, term);
    }
}

#[test]
fn a_small_logistic_model_of_churn() {
    let (Some(frame), Some(golden)) = (telco(), reference("logistic.json")) else { return };
    let table = table(frame, "Churn", &["SeniorCitizen", "tenure", "MonthlyCharges", "Contract"]);
    let model = RegressionParams::logistic().fit(&table).unwrap();
    assert_logistic(&model, &golden["telco_small"]);
    let mean = model.predict(&table).unwrap().complete().unwrap().iter().sum::<f64>() / 7_043.0;
    assert_close(Some(mean), golden["telco_small"]["mean_predicted_probability"].as_f64().unwrap(), 1e-12, "mean");
}

#[test]
fn the_full_logistic_model_of_churn() {
    let (Some(frame), Some(golden)) = (telco(), reference("logistic.json")) else { return };
    let model = RegressionParams::logistic().fit(&all_columns(complete(merged(frame)))).unwrap();
    assert_logistic(&model, &golden["telco_full"]);
    assert!(model.aliased().is_empty());
}

/// Raw levels repeat each other; the columns that add nothing are named, and the fit is the same.
#[test]
fn collinear_services_are_named_and_change_nothing() {
    let (Some(frame), Some(golden)) = (telco(), reference("logistic.json")) else { return };
    let model = RegressionParams::logistic().fit(&all_columns(complete(frame))).unwrap();
    assert_eq!(model.coefficients().len() as u64, golden["telco_raw_one_hot"]["columns"].as_u64().unwrap());
    assert_eq!(
        model.aliased(),
        [
            "MultipleLines[No phone service]",
            "OnlineSecurity[No internet service]",
            "OnlineBackup[No internet service]",
            "DeviceProtection[No internet service]",
            "TechSupport[No internet service]",
            "StreamingTV[No internet service]",
            "StreamingMovies[No internet service]"
        ]
    );
    let expected = golden["telco_raw_one_hot"]["llf"].as_f64().unwrap();
    assert_close(model.statistics().log_likelihood, expected, 1e-12, "log-likelihood");
    assert_eq!(model.statistics().n_parameters, 24.0);
}

/// Fitted on four fifths of the file, asked about the last one.
#[test]
fn customers_of_the_test_part_are_predicted() {
    let (Some(frame), Some(golden)) = (telco(), reference("logistic.json")) else { return };
    let frame = complete(merged(frame));
    let train = all_columns(frame.clone().filter((col("row") % lit(5)).neq(lit(0))));
    let test = all_columns(frame.filter((col("row") % lit(5)).eq(lit(0))));
    let model = RegressionParams::logistic().fit(&train).unwrap();
    let split = &golden["telco_split"];
    assert_eq!(model.training_rows().n_fitted, split["n_train"].as_u64().unwrap());
    let path = shared("reference/telco_test_predictions.csv").unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    let expected: Vec<f64> =
        text.lines().skip(1).map(|line| line.rsplit(',').next().unwrap().parse().unwrap()).collect();
    let predicted = model.predict(&test).unwrap();
    let predicted = predicted.complete().unwrap();
    assert_eq!(predicted.len(), expected.len());
    for (got, expected) in predicted.iter().zip(&expected) {
        assert_close(Some(*got), *expected, 1e-10, "probability");
    }
    // The same numbers inside a plan, and from a saved model.
    let again = RegressionModel::from_json(&model.to_json()).unwrap();
    assert_eq!(again.predict(&test).unwrap().complete().unwrap(), predicted);
    let lazily = collected(test.lazy().select([model.score_expr().unwrap()]));
    let lazily: Vec<f64> = lazily.column("prob").unwrap().f64().unwrap().iter().map(Option::unwrap).collect();
    assert_eq!(lazily, predicted);
}

#[allow(clippy::disallowed_methods, reason = "a plan of the caller's own")]
pub(crate) fn collected(frame: LazyFrame) -> DataFrame {
    frame.collect().unwrap()
}

#[track_caller]
fn assert_linear(model: &RegressionModel, block: &Value) {
    assert_coefficients(model, block, 1e-10);
    let facts = model.statistics();
    let figures = [
        (Some(facts.deviance), "ssr"),
        (Some(facts.null_deviance), "tss"),
        (Some(facts.dispersion.sqrt()), "sigma_resid_se"),
        (facts.r_squared(), "r2"),
        (facts.adj_r_squared(), "adj_r2"),
        (facts.overall_test().map(|test| test.statistic), "F"),
        (facts.overall_test().map(|test| test.p_value.log10()), "F_log10_p"),
        (facts.log_likelihood, "llf"),
        (facts.aic(), "aic_statsmodels"),
        (facts.bic(), "bic_statsmodels"),
    ];
    assert_figures(block, 1e-10, &figures);
}

/// Monthly charges are nearly the sum of what the services cost.
#[test]
fn a_linear_model_that_explains_nearly_all() {
    let (Some(frame), Some(golden)) = (telco(), reference("ols.json")) else { return };
    let features = [
        "tenure",
        "PhoneService",
        "MultipleLines",
        "InternetService",
        "OnlineSecurity",
        "OnlineBackup",
        "DeviceProtection",
        "TechSupport",
        "StreamingTV",
        "StreamingMovies",
    ];
    let table = table(merged(frame), "MonthlyCharges", &features);
    assert_linear(&RegressionParams::linear().fit(&table).unwrap(), &golden["telco_monthly"]);
}

#[test]
fn linear_models_of_charges() {
    let (Some(frame), Some(golden)) = (telco(), reference("ols.json")) else { return };
    let table = table(complete(frame), "TotalCharges", &["tenure", "MonthlyCharges"]);
    let linear = RegressionParams::linear;
    let model = linear().fit(&table).unwrap();
    assert_linear(&model, &golden["telco_total"]);
    let vif = numbers(&golden["telco_total"]["vif"]);
    assert_close(model.coefficients()[1].vif, vif[0], 1e-12, "vif");
    assert_linear(&linear().fit_intercept(false).fit(&table).unwrap(), &golden["telco_total_no_intercept"]);
    for (errors, key) in [
        (StandardErrors::Hc0, "se_HC0"),
        (StandardErrors::Hc1, "se_HC1"),
        (StandardErrors::Hc2, "se_HC2"),
        (StandardErrors::Hc3, "se_HC3"),
    ] {
        for (block, has_intercept) in [("telco_total", true), ("telco_total_no_intercept", false)] {
            let model = linear().fit_intercept(has_intercept).std_errors(errors).fit(&table).unwrap();
            let expected = numbers(&golden[block][key]);
            for (row, expected) in model.coefficients().iter().zip(expected) {
                assert_close(row.std_error, expected, 1e-10, key);
            }
        }
    }
}

/// The 2,357 customers of the CDNOW sample.
fn cdnow() -> Option<LazyFrame> {
    let path = shared("reference/cdnow_sample_cal_holdout.csv")?;
    let frame = LazyCsvReader::new(PlRefPath::new(path.to_str().unwrap())).finish().unwrap();
    let weeks = |days: &str| col(days).cast(DataType::Float64) / lit(7.0);
    Some(frame.with_columns([weeks("t_x_days").alias("t_x"), weeks("T_days").alias("T")]))
}

#[test]
fn models_of_what_customers_buy() {
    let (Some(frame), Some(glm), Some(ols)) = (cdnow(), reference("glm.json"), reference("ols.json")) else { return };
    let holdout = table(frame.clone(), "holdout_purchases", &["x", "t_x", "T"]);
    let poisson = RegressionParams::poisson().fit(&holdout).unwrap();
    assert_glm(&poisson, &glm["poisson_holdout_purchases"]);
    let repeats = FeatureColumns::new().target("x").features(["first_amount", "first_quantity"]);
    let repeats = FeatureTable::new(frame.clone(), &repeats).unwrap();
    let offset = RegressionParams::poisson().offset(Offset::Exposure("T".into())).fit(&repeats).unwrap();
    assert_glm(&offset, &glm["poisson_offset"]);
    let buyers = frame.clone().filter(col("cal_amount").gt(lit(0.0)));
    let gamma = RegressionParams::gamma().fit(&table(buyers, "cal_amount", &["x", "first_quantity"])).unwrap();
    assert_glm(&gamma, &glm["gamma_log"]);
    let key = "llf_statsmodels_phi_pearson";
    assert_close(gamma.statistics().log_likelihood, glm["gamma_log"][key].as_f64().unwrap(), 1e-10, key);
    for power in [1.2, 1.5, 1.9] {
        let model =
            RegressionParams::tweedie(power).fit(&table(frame.clone(), "holdout_amount", &["x", "t_x", "T"])).unwrap();
        assert_glm(&model, &glm[format!("tweedie_{power}_log")]);
        assert_eq!(model.statistics().log_likelihood, None);
    }
    let linear = RegressionParams::linear().missing_target(MissingLabels::Error);
    let amounts = table(frame.clone(), "holdout_amount", &["x", "t_x", "T", "cal_amount"]);
    assert_linear(&linear.clone().fit(&amounts).unwrap(), &ols["cdnow_holdout_amount"]);
    let repeat = table(frame.filter(col("x").gt(lit(0))), "mean_repeat_amount", &["first_amount", "first_quantity"]);
    let weighted = linear.weights("x", WeightMeaning::Precision).fit(&repeat).unwrap();
    assert_linear(&weighted, &ols["cdnow_weighted"]);
}

#[track_caller]
fn assert_glm(model: &RegressionModel, block: &Value) {
    assert_coefficients(model, block, 1e-8);
    let facts = model.statistics();
    let number = |key: &str| block[key].as_f64();
    for (got, key) in [
        (Some(facts.deviance), "deviance"),
        (Some(facts.null_deviance), "null_deviance"),
        (Some(facts.pearson_chi2), "pearson_chi2"),
        (facts.log_likelihood, "llf"),
        (facts.aic(), "aic"),
        (facts.bic(), "bic"),
    ] {
        if let Some(expected) = number(key) {
            assert_close(got, expected, 1e-9, key);
        }
    }
}

/// A file that is read anew for each step gives the coefficients of the table in memory.
#[test]
fn a_file_is_fitted_by_passes() {
    let Some(frame) = telco() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("telco.parquet");
    let mut frame = collected(complete(merged(frame)));
    let target = std::fs::File::create(&path).unwrap();
    ParquetWriter::new(target).with_row_group_size(Some(500)).finish(&mut frame).unwrap();
    let path = PlRefPath::new(path.to_str().unwrap());
    let scan = LazyFrame::scan_parquet(path, ScanArgsParquet::default()).unwrap();
    let churn = all_columns(scan.clone());
    let charges = table(scan, "TotalCharges", &["tenure", "MonthlyCharges", "Contract"]);
    for (params, table) in [
        (RegressionParams::logistic(), &churn),
        (RegressionParams::linear(), &charges),
        (RegressionParams::gamma(), &charges),
    ] {
        let regression = params.check().unwrap();
        let whole = regression.fit(table).unwrap();
        let streamed = regression.fit_streamed(table, whole.encoder()).unwrap();
        assert_eq!(streamed.training_rows(), whole.training_rows());
        for (streamed, whole) in streamed.coefficients().iter().zip(whole.coefficients()) {
            assert_close(streamed.estimate, whole.estimate.unwrap(), 1e-10, &whole.term);
            assert_close(streamed.std_error, whole.std_error.unwrap(), 1e-10, &whole.term);
        }
        let (streamed, whole) = (streamed.statistics(), whole.statistics());
        assert_close(streamed.log_likelihood, whole.log_likelihood.unwrap(), 1e-12, "log-likelihood");
        assert_close(Some(streamed.null_deviance), whole.null_deviance, 1e-12, "null deviance");
    }
    let robust = RegressionParams::linear().std_errors(StandardErrors::Hc1).check().unwrap();
    let encoder = RegressionParams::linear().fit(&charges).unwrap().encoder().clone();
    assert_eq!(
        robust.fit_streamed(&charges, &encoder).unwrap_err().to_string(),
        "regression: `std_errors` must be unset for a fit by batches, got robust ones, or weights that need them"
    );
}
