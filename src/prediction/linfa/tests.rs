//! Tables to datasets, estimators on them, and our own regressions behind linfa's traits.

use ::linfa::Dataset;
use ::linfa::ParamGuard;
use ::linfa::prelude::SingleTargetRegression;
use ::linfa::traits::{Fit, Predict};
use ::ndarray::{Array1, Array2, array};
use linfa_trees::DecisionTree;
use polars::prelude::*;

use super::*;
use crate::frame::{FeatureColumns, FeatureTable};
use crate::prediction::calibration::{Platt, ScoreScale};
use crate::prediction::encoding::{Encoder, EncodingParams, FeatureEncoding, Missing, MissingLabels, UnseenLevel};
use crate::prediction::evaluation::BinaryEvaluationParams;
use crate::prediction::regression::RegressionParams;

/// Customers of a telephone company: those on monthly contracts with short tenures leave.
fn telco(n: usize) -> FeatureTable {
    let contract: Vec<&str> = (0..n).map(|row| ["month", "year", "two years"][row * 7 % 3]).collect();
    let tenure: Vec<Option<f64>> = (0..n).map(|row| (row % 41 != 0).then_some((row * 29 % 72) as f64)).collect();
    let churn: Vec<Option<&str>> = (0..n)
        .map(|row| {
            let risk = f64::from(u8::from(row * 7 % 3 == 0)) * 50.0 + 40.0 - (row * 29 % 72) as f64;
            let chance = (row * 37 % 100) as f64 * 0.6;
            (row % 50 != 7).then_some(if risk > chance { "Yes" } else { "No" })
        })
        .collect();
    let weight: Vec<f64> = (0..n).map(|row| [1.0, 2.0, 0.0, 0.5][row % 4]).collect();
    let frame = df!("客户" => (0..n as i64).collect::<Vec<i64>>(), "Contract" => contract, "tenure" => tenure,
        "Churn" => churn, "w" => weight)
    .unwrap();
    let columns = FeatureColumns::new().target("Churn").customer_id("客户").ignore(["w"]);
    FeatureTable::new(frame.lazy(), &columns).unwrap()
}

fn encoder(table: &FeatureTable, missing: Missing) -> Encoder {
    let tenure = FeatureEncoding::numeric().missing(missing);
    let params = EncodingParams::new().unseen(UnseenLevel::Reference).feature("tenure", tenure);
    params.check().unwrap().fit(table).unwrap()
}

fn params() -> LinfaTableParams {
    LinfaTableParams::new().missing_target(MissingLabels::Drop)
}

#[test]
fn every_row_that_is_left_out_is_counted_once() {
    let table = telco(400);
    let encoder = encoder(&table, Missing::Drop);
    let read = params().weights("w").read_labels(&encoder, &table).unwrap();
    let rows = read.rows();
    // By hand: rows ending in 07 or 57 lack the label; every fourth one from 2 on, none of them
    // odd, has no weight; multiples of 41 that are left lack the tenure.
    let is_left = |row: &usize| row % 50 != 7 && row % 4 != 2;
    let n_missing = (0..400).step_by(41).filter(is_left).count() as u64;
    assert_eq!((rows.n_read, rows.n_missing_target, rows.n_zero_weight), (400, 8, 100));
    assert_eq!((rows.n_missing_feature, rows.n_fitted), (n_missing, 292 - n_missing));
    let dataset = read.dataset();
    assert_eq!(dataset.records.dim(), (rows.n_fitted as usize, 3));
    assert_eq!(dataset.feature_names(), ["Contract[two years]", "Contract[year]", "tenure"]);
    assert_eq!(dataset.target_names(), ["Churn"]);
    let expected: Vec<f32> =
        (0..400).filter(|row| is_left(row) && row % 41 != 0).map(|row| [1.0, 2.0, 0.0, 0.5][row % 4]).collect();
    assert_eq!(dataset.weights().unwrap(), expected);
    let tenures: Vec<f64> =
        (0..400).filter(|row| is_left(row) && row % 41 != 0).map(|row| (row * 29 % 72) as f64).collect();
    assert_eq!(dataset.records.column(2).to_vec(), tenures);
    assert_eq!(read.coding().unwrap().positive(), "Yes");
    let classes = read.into_dataset().map_targets(|&is| usize::from(is));
    assert!(classes.targets.iter().all(|&class| class < 2));
}

#[test]
fn what_no_dataset_can_be_made_of_is_refused() {
    let table = telco(60);
    let encoder = encoder(&table, Missing::ImputeWithIndicator);
    let refused = |result: crate::error::Result<LinfaTable<bool>>| result.unwrap_err().to_string();
    let missing = LinfaTableParams::new().read_labels(&encoder, &table).unwrap_err();
    assert!(missing.is_data(), "{missing}");
    assert!(refused(params().weights("v").read_labels(&encoder, &table)).contains("column `v` is not there"));
    let amounts = params().read_amounts(&encoder, &table).unwrap_err().to_string();
    assert_eq!(amounts, "linfa: target `Churn` is no number; give one, or use `read_labels`");
    let none = FeatureTable::new(table.lazy(), &FeatureColumns::new().features(["Contract", "tenure"])).unwrap();
    assert!(refused(params().read_labels(&encoder, &none)).contains("FeatureColumns::target"));
    let numbers = |target: [Option<f64>; 2]| {
        let frame = df!("x" => [1.0, 2.0], "y" => target).unwrap();
        FeatureTable::new(frame.lazy(), &FeatureColumns::new().target("y")).unwrap()
    };
    let table = numbers([Some(1.0), None]);
    let encoder = EncodingParams::new().check().unwrap().fit(&table).unwrap();
    let read = |params: LinfaTableParams, target| params.read_amounts(&encoder, &numbers(target));
    assert!(
        read(LinfaTableParams::new(), [Some(1.0), None]).unwrap_err().to_string().contains("1 row(s) lack a target")
    );
    assert_eq!(read(params(), [Some(1.0), Some(f64::NAN)]).unwrap().dataset().targets, array![1.0]);
    assert!(read(params(), [Some(1.0), Some(f64::INFINITY)]).is_err());
    let empty = read(params(), [None, None]).unwrap_err().to_string();
    assert!(empty.starts_with("linfa: 0 row(s) of 1 column(s) are left to learn from"), "{empty}");
}

/// A tree of another crate learns from our columns and is judged by our report; levels that it
/// never saw and missing cells are no reason to stop.
#[test]
fn a_decision_tree_is_judged_and_deployed_like_our_own_models() {
    let table = telco(600);
    for (missing, n_without) in [(Missing::ImputeWithIndicator, 0), (Missing::Drop, 1)] {
        let encoder = encoder(&table, missing);
        let training = params().read_labels(&encoder, &table).unwrap();
        let tree = training.train(&DecisionTree::params().max_depth(Some(4))).unwrap();
        assert_eq!(tree.training_rows(), Some(training.rows()));
        let labels = training.dataset().targets.to_vec();
        let own: Array1<bool> = tree.fitted().predict(training.dataset());
        let scores: Vec<f64> = own.iter().map(AsScore::as_score).collect();
        let report = BinaryEvaluationParams::new().evaluate(&labels, &scores).unwrap();
        // The area under a curve of one point is the mean of both rates.
        let rate = |class: bool| {
            let found: Vec<f64> =
                labels.iter().zip(&scores).filter(|(label, _)| **label == class).map(|(_, score)| *score).collect();
            found.iter().sum::<f64>() / found.len() as f64
        };
        let area = (rate(true) + 1.0 - rate(false)) / 2.0;
        assert!((report.roc_auc.as_ref().unwrap() - area).abs() < 1e-12 && area > 0.55, "{area}");
        let calibrator = Platt::new().scale(ScoreScale::Score).fit(&labels, &scores, None).unwrap();
        let new = df!("Contract" => ["month", "ten years", "year"], "tenure" => [Some(2.0), Some(70.0), None]).unwrap();
        let found = tree.predict_frame(&new).unwrap();
        assert_eq!((found.n_without(), found.counts().features[0].n_unseen), (n_without, 1));
        assert_eq!((found.get(0), found.get(1)), (Some(1.0), Some(0.0)));
        assert!(calibrator.apply(&[found.get(0).unwrap()]).unwrap()[0] > 0.5);
        let named = tree.predict(&table).unwrap().to_dataframe();
        assert_eq!((named.height(), named.width()), (600, 2));
        let planned = crate::analysis::collect("test", new.lazy().select([tree.score_expr()])).unwrap();
        assert_eq!(planned.column("prob").unwrap().f64().unwrap().to_vec(), found.values());
    }
}

#[test]
fn estimators_that_panic_or_refuse_are_errors() {
    let table = telco(200);
    let encoder = encoder(&table, Missing::ImputeWithIndicator);
    let read = params().read_labels(&encoder, &table).unwrap();
    let refused = read.train(&DecisionTree::params().min_impurity_decrease(0.0)).unwrap_err().to_string();
    assert!(refused.starts_with("linfa: the estimator refused: "), "{refused}");
    let amounts = Dataset::new(read.dataset().records.clone(), read.dataset().targets.map(AsScore::as_score));
    // linfa-linear asserts a single column.
    let fitted = error::guarded("fit", || ::linfa_linear::IsotonicRegression::new().fit(&amounts));
    assert!(fitted.unwrap_err().to_string().contains("the estimator panicked in `fit`"));
    let narrow = LinearRegression::new().fit(&Dataset::new(Array2::ones((3, 1)), array![1.0, 2.0, 3.0])).unwrap();
    let frame = crate::analysis::collect("test", table.lazy()).unwrap();
    let panicked = LinfaModel::new(encoder, narrow).predict_frame(&frame).unwrap_err().to_string();
    assert!(panicked.contains("the estimator panicked in `predict`"), "{panicked}");
}

/// The same numbers as the regression of the same table, errors included.
#[test]
fn our_estimators_are_our_regressions() {
    let table = telco(600);
    let encoding = EncodingParams::new().feature("tenure", FeatureEncoding::numeric().missing(Missing::Drop));
    let encoder = encoding.clone().check().unwrap().fit(&table).unwrap();
    let training = params().read_labels(&encoder, &table).unwrap();
    for penalty in [0.0, 3.0] {
        let ours = RegressionParams::logistic().encoding(encoding.clone()).missing_target(MissingLabels::Drop);
        let ours = ours.l2_penalty(penalty).fit(&table).unwrap();
        let model = training.train(&LogisticRegression::new().l2_penalty(penalty)).unwrap();
        let (fitted, expected) = (model.fitted(), ours.coefficients());
        assert!((fitted.intercept() - expected[0].estimate.unwrap()).abs() < 1e-10);
        for (column, expected) in expected[1..].iter().enumerate() {
            assert!((fitted.coefficients()[column] - expected.estimate.unwrap()).abs() < 1e-10);
            let error = fitted.std_errors()[column].unwrap();
            assert!((error - expected.std_error.unwrap()).abs() < 1e-10, "{error} {expected:?}");
        }
        let classes = model.predict::<bool>(&table).unwrap().values();
        let prob = model.map(FittedLogisticRegression::into_probability).predict(&table).unwrap().values();
        let expected = ours.predict(&table).unwrap().values();
        assert!(prob.iter().any(Option::is_none));
        for ((prob, expected), class) in prob.iter().zip(&expected).zip(&classes) {
            assert_eq!(prob.is_some(), expected.is_some());
            assert!((prob.unwrap_or(0.0) - expected.unwrap_or(0.0)).abs() < 1e-12);
            assert_eq!(class.map(|class| class == 1.0), prob.map(|prob| prob >= 0.5));
        }
    }
}

#[test]
fn linfa_cross_validates_our_estimators() {
    let records = Array2::from_shape_fn((60, 2), |(row, column)| ((row * 17 + column * 5) % 23) as f64 + row as f64);
    let line = records.dot(&array![1.0, 2.0]).mapv(|mean| mean + 30.0);
    let mut dataset = Dataset::new(records.clone(), line);
    let candidates = [LinearRegression::new(), LinearRegression::new().fit_intercept(false)];
    let errors: Array1<f64> = dataset
        .cross_validate_single(5, &candidates, |found, truth| found.mean_squared_error(truth))
        .map_err(|error: EstimatorError| error.to_string())
        .unwrap();
    assert!(errors[0] < 1e-18 && errors[1] > 0.1, "{errors}");

    let labels = Array1::from_shape_fn(60, |row| (row * 17 % 23) > 6 + row * 11 % 9);
    let mut dataset = Dataset::new(records, labels);
    let candidates = [LogisticRegression::new().l2_penalty(0.1), LogisticRegression::new().l2_penalty(1e9)];
    let hits: Array1<f64> = dataset
        .cross_validate_single(5, &candidates, |found, truth| {
            Ok(found.iter().zip(truth).filter(|(found, truth)| found == truth).count() as f64 / truth.len() as f64)
        })
        .map_err(|error: EstimatorError| error.to_string())
        .unwrap();
    assert!(hits[0] > hits[1], "{hits}");
    let bad = [LogisticRegression::new().l2_penalty(f64::NAN)];
    let refused: EstimatorError = dataset.cross_validate_single(5, &bad, |_, _| Ok(0.0)).unwrap_err();
    assert!(matches!(&refused, EstimatorError::Own(error) if error.is_param()), "{refused}");
    let short = dataset.cross_validate_single(5, &[LogisticRegression::new().l2_penalty(1.0)], |_, _| {
        Err(::linfa::Error::NotEnoughSamples)
    });
    assert!(matches!(short, Err::<Array1<f64>, _>(EstimatorError::Linfa(_))));
}

/// Weights of a dataset are repeated rows.
#[test]
fn weights_of_a_dataset_count() {
    let once = Dataset::new(array![[0.0], [1.0], [2.0], [3.0]], array![1.0, 0.0, 4.0, 5.0]);
    let weighted = once.with_weights(array![1.0, 2.0, 1.0, 1.0]);
    let repeated = Dataset::new(array![[0.0], [1.0], [1.0], [2.0], [3.0]], array![1.0, 0.0, 0.0, 4.0, 5.0]);
    let (found, expected) =
        (LinearRegression::new().fit(&weighted).unwrap(), LinearRegression::new().fit(&repeated).unwrap());
    assert!((found.coefficients()[0] - expected.coefficients()[0]).abs() < 1e-14);
    assert!((found.intercept() - expected.intercept()).abs() < 1e-14);
}

#[test]
fn datasets_that_cannot_be_fitted_are_refused() {
    let logistic = |records: Array2<f64>, labels: Vec<bool>| {
        let dataset = Dataset::new(records, Array1::from(labels)).with_feature_names(vec!["tenure"]);
        LogisticRegression::new().fit(&dataset).unwrap_err().to_string()
    };
    let column = |values: &[f64]| Array2::from_shape_vec((values.len(), 1), values.to_vec()).unwrap();
    let separated = logistic(column(&[1.0, 2.0, 3.0, 4.0]), vec![false, false, true, true]);
    assert!(separated.contains("`tenure` separate(s) the classes: 4 of 4 row(s)"), "{separated}");
    assert_eq!(logistic(column(&[1.0, 2.0]), vec![true; 2]), "linfa: the labels are of 1 class(es); give rows of two");
    assert!(logistic(column(&[f64::NAN, 2.0]), vec![true, false]).contains("NaN or infinite"));
    assert_eq!(logistic(column(&[1.0, 2.0]), vec![true, false, true]), "linfa: 3 target(s) for 2 row(s)");
    let linear = |records: Array2<f64>, targets: Vec<f64>| {
        LinearRegression::new().fit(&Dataset::new(records, Array1::from(targets)))
    };
    assert_eq!(linear(column(&[]), vec![]).unwrap_err().to_string(), "linfa: there is no row to learn from");
    let one = linear(column(&[1.0]), vec![2.0]).unwrap();
    assert_eq!((one.intercept(), one.aliased(), one.std_errors()), (2.0, &[0][..], &[None][..]));
    let twice = linear(array![[1.0, 2.0], [2.0, 4.0], [4.0, 8.0]], vec![1.0, 2.0, 5.0]).unwrap();
    assert_eq!((twice.aliased(), twice.coefficients()[1]), (&[1][..], 0.0));
}

/// Settings from a job file are those of the builder; checked ones cannot be had without the check.
#[test]
fn settings_are_read_from_a_file() {
    let estimator: LogisticRegression = serde_json::from_str(r#"{"l2_penalty": 0.5, "max_iter": 20}"#).unwrap();
    assert_eq!(estimator, LogisticRegression::new().l2_penalty(0.5).max_iter(20));
    let text = serde_json::to_string(&estimator.check().unwrap()).unwrap();
    assert_eq!(serde_json::from_str::<CheckedLogisticRegression>(&text).unwrap(), estimator.check().unwrap());
    assert_eq!(serde_json::from_str::<LogisticRegression>(&text).unwrap(), estimator);
    let refused = serde_json::from_str::<CheckedLinearRegression>(r#"{"l2_penalty": -1.0}"#).unwrap_err().to_string();
    assert_eq!(refused, "linfa: `l2_penalty` must be 0 or above, got -1");
    assert!(serde_json::from_str::<LinearRegression>(r#"{"alpha": 1.0}"#).is_err());
}

/// Weights that are 0 or infinite to linfa are no weights.
#[test]
fn weights_beyond_single_precision_are_refused() {
    let read = |unit: f64| {
        let frame = df!("x" => [1.0, 2.0, 3.0], "y" => [1.0, 3.0, 2.0], "w" => [unit, 2.0 * unit, 0.0]).unwrap();
        let columns = FeatureColumns::new().features(["x"]).target("y");
        let table = FeatureTable::new(frame.lazy(), &columns).unwrap();
        let encoder = EncodingParams::new().check().unwrap().fit(&table).unwrap();
        LinfaTableParams::new().weights("w").read_amounts(&encoder, &table)
    };
    assert_eq!(read(1e-30).unwrap().rows().n_zero_weight, 1);
    for unit in [1e-60, 1e60] {
        let told = "linfa: 2 row(s) have a weight that single precision, which linfa has, does not hold; multiply all \
                    weights by a power of ten";
        assert_eq!(read(unit).unwrap_err().to_string(), told);
    }
}
