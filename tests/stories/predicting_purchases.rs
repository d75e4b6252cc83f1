//! "Which of our customers will buy again in the next ninety days? Prove that the forecast is
//! better than assuming that everybody goes on as before."
//!
//! Snapshots of CDNOW and Online Retail II at several cutoffs: a model learns from those whose
//! ninety days have passed, and is tried on the next against "the same as last period".
//!
//! Oracle: pandas 2.3.3 for the tables and the naive forecast: counts exact, its area under the
//! curve, half the sum of two shares, 1e-12. That the model is better is a finding of its own.

use chrono::Days;
use customer_analytics::polars::prelude::*;
use customer_analytics::prediction::encoding::{EncodingParams, FeatureEncoding, Missing};
use customer_analytics::prediction::evaluation::{BinaryEvaluationParams, RegressionEvaluationParams};
use customer_analytics::prediction::regression::RegressionParams;
use customer_analytics::prediction::snapshot::{RollingFold, RollingSnapshots, SnapshotParams, SnapshotTarget};
use customer_analytics::prelude::*;

use crate::golden_snapshot::{cdnow, date, n_right, online_retail};

/// Per cutoff: customers, buyers of the next ninety days, and customers of whom it is right that
/// they do as in the ninety days before.
type Expected = [(u64, u64, usize)];

fn rolling(log: &TransactionLog, target: SnapshotTarget, first: &str, step_days: u32, n: u32) -> RollingSnapshots {
    let params = SnapshotParams::new(date(first)).horizon_days(90).target(target);
    params.rolling(step_days, n).run(log).unwrap()
}

#[track_caller]
fn assert_cutoffs(rolling: &RollingSnapshots, expected: &Expected) {
    let frame = rolling.to_dataframe();
    let days: Vec<Option<i32>> = frame.column("cutoff").unwrap().date().unwrap().physical().iter().collect();
    assert_eq!(rolling.reports().len(), expected.len());
    for (report, &(n_rows, n_buyers, n_naive)) in rolling.reports().iter().zip(expected) {
        let is: BooleanChunked = days.iter().map(|&day| day == Some(report.cutoff.to_epoch_days())).collect();
        let got = (
            report.n_rows,
            report.target.as_ref().unwrap().n_positive,
            n_right(&frame.filter(&is).unwrap(), "purchased"),
        );
        assert_eq!(got, (n_rows, n_buyers, n_naive), "{}", report.cutoff);
    }
}

#[test]
fn cdnow_is_looked_at_every_month_and_tried_in_the_order_of_time() {
    let Some(log) = cdnow() else { return };
    let rolling = rolling(&log, SnapshotTarget::Purchase, "1997-09-30", 30, 7);
    let expected = [
        (23_570, 4_177, 19_254),
        (23_570, 4_012, 19_494),
        (23_570, 3_746, 19_520),
        (23_570, 3_798, 19_425),
        (23_570, 3_755, 19_565),
        (23_570, 3_635, 19_803),
        (23_570, 3_313, 19_949),
    ];
    assert_cutoffs(&rolling, &expected);
    // Three steps of thirty days close a label window of ninety.
    let folds = rolling.folds();
    let n_train: Vec<usize> = folds.iter().map(|fold| fold.train.len()).collect();
    assert_eq!((folds[0].test, n_train), (date("1997-12-29"), vec![1, 2, 3, 4]));
    for fold in &folds {
        let (train, test) = rolling.tables(fold);
        assert_eq!((train.target(), test.target()), (Some("purchased"), Some("purchased")));
        assert!(fold.train.iter().all(|&cutoff| cutoff + Days::new(90) <= fold.test));
    }
}

#[test]
fn online_retail_is_looked_at_every_quarter_and_tried_in_the_order_of_time() {
    let Some(log) = online_retail() else { return };
    let rolling = rolling(&log, SnapshotTarget::Purchase, "2010-12-01", 90, 4);
    let expected = [(4_272, 1_395, 2_402), (4_544, 1_579, 3_202), (4_930, 1_633, 3_564), (5_242, 2_209, 3_708)];
    assert_cutoffs(&rolling, &expected);
    assert_eq!(rolling.folds().iter().map(|fold| fold.train.len()).collect::<Vec<_>>(), [1, 2, 3]);
    for feature in ["n_orders", "n_products", "same_season_spend"] {
        assert!(rolling.table().features().iter().any(|name| name == feature), "{feature}");
    }
}

/// What is missing among the features is told apart: who bought once has no time between purchases.
fn encoding() -> EncodingParams {
    EncodingParams::new()
        .missing_numbers(Missing::ImputeWithIndicator)
        .feature("n_purchase_days", FeatureEncoding::log())
}

/// The rows of a test cutoff as a frame.
fn test_rows(rolling: &RollingSnapshots, fold: &RollingFold) -> DataFrame {
    let frame = rolling.to_dataframe();
    let days = frame.column("cutoff").unwrap().date().unwrap().physical().clone();
    let is: BooleanChunked = days.iter().map(|day| day == Some(fold.test.to_epoch_days())).collect();
    frame.filter(&is).unwrap()
}

fn column(frame: &DataFrame, name: &str) -> Vec<f64> {
    frame.column(name).unwrap().cast(&DataType::Float64).unwrap().f64().unwrap().iter().map(Option::unwrap).collect()
}

/// Tries a logistic regression on every fold; the naive forecast has the areas that are expected.
#[track_caller]
fn assert_better_than_naive(rolling: &RollingSnapshots, expected: &[(&str, f64)]) {
    let folds = rolling.folds();
    assert_eq!(folds.len(), expected.len());
    for (fold, &(cutoff, naive_auc)) in folds.iter().zip(expected) {
        assert_eq!(fold.test, date(cutoff));
        let (train, test) = rolling.tables(fold);
        let model = RegressionParams::logistic().encoding(encoding()).fit(&train).unwrap();
        let rows = test_rows(rolling, fold);
        let prob: Vec<f64> = model.predict(&test).unwrap().values().into_iter().map(Option::unwrap).collect();
        let naive = column(&rows, "baseline");
        let purchased: Vec<bool> = column(&rows, "purchased").into_iter().map(|value| value == 1.0).collect();
        let compared = BinaryEvaluationParams::new().compare(&purchased, &prob, &naive).unwrap();
        let areas = compared.roc_auc.unwrap();
        assert!((areas.second.auc - naive_auc).abs() <= 1e-12, "{cutoff}: {}", areas.second.auc);
        println!("{cutoff}: model {:.4}, naive {:.4}", areas.first.auc, areas.second.auc);
        assert!(areas.difference > 0.05, "{cutoff}: {}", areas.difference);
        assert!(areas.p_value.unwrap().value() < 1e-10, "{cutoff}");
        assert!(compared.brier.unwrap().interval.high < 0.0, "{cutoff}: probabilities are closer than yes and no");
    }
}

#[test]
fn a_logistic_regression_ranks_the_buyers_of_cdnow_better_than_the_last_period_does() {
    let Some(log) = cdnow() else { return };
    let rolling = rolling(&log, SnapshotTarget::Purchase, "1997-09-30", 30, 7);
    let expected = [
        ("1997-12-29", 0.694_904_267_789_184_2),
        ("1998-01-28", 0.696_693_650_622_452_1),
        ("1998-02-27", 0.699_922_650_953_977_3),
        ("1998-03-29", 0.712_682_633_353_082),
    ];
    assert_better_than_naive(&rolling, &expected);
}

#[test]
fn a_logistic_regression_ranks_the_buyers_of_online_retail_better_than_the_last_period_does() {
    let Some(log) = online_retail() else { return };
    let rolling = rolling(&log, SnapshotTarget::Purchase, "2010-12-01", 90, 4);
    let expected = [
        ("2011-03-01", 0.680_883_262_294_854_4),
        ("2011-05-30", 0.712_948_976_049_595_8),
        ("2011-08-28", 0.691_832_426_677_604_1),
    ];
    assert_better_than_naive(&rolling, &expected);
}

#[test]
fn a_poisson_regression_counts_the_purchases_of_cdnow_better_than_the_last_period_does() {
    let Some(log) = cdnow() else { return };
    let rolling = rolling(&log, SnapshotTarget::PurchaseCount, "1997-09-30", 30, 7);
    for fold in rolling.folds() {
        let (train, test) = rolling.tables(&fold);
        // Without refunds no amount is below zero.
        let amounts = ["net_value", "mean_order_value"];
        let encoding = amounts.into_iter().fold(encoding(), |all, name| all.feature(name, FeatureEncoding::log()));
        let model = RegressionParams::poisson().encoding(encoding).fit(&train).unwrap();
        let rows = test_rows(&rolling, &fold);
        let predicted: Vec<f64> = model.predict(&test).unwrap().values().into_iter().map(Option::unwrap).collect();
        let actual = column(&rows, "future_purchase_days");
        let squared_error = |predicted: &[f64]| {
            let report = RegressionEvaluationParams::new().evaluate(&actual, predicted).unwrap();
            report.errors.mse
        };
        let (model, naive) = (squared_error(&predicted), squared_error(&column(&rows, "baseline")));
        println!("{}: mean squared error {model:?}, naive {naive:?}", fold.test);
        assert!(model.unwrap() < 0.9 * naive.unwrap(), "{}", fold.test);
    }
}
