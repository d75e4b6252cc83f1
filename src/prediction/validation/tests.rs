//! Cross-validation against the same done by hand.

use polars::prelude::*;

use super::*;
use crate::frame::{FeatureColumns, FeatureTable, ToDataFrame};
use crate::kernel::undefined::Undefined;
use crate::prediction::encoding::{EncodingParams, FeatureEncoding, Missing, MissingLabels, UnseenLevel};
use crate::prediction::evaluation::{CrossValidation, CrossValidationParams};
use crate::prediction::regression::{PenaltySearchParams, RegressionParams};

const N: usize = 120;

/// A number that looks like chance, from 0 to 1.
fn noise(row: usize, seed: usize) -> f64 {
    let mut x =
        (row as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (seed as u64).wrapping_mul(0xD1B5_4A32_D192_ED03);
    x = (x ^ (x >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    ((x ^ (x >> 29)) >> 11) as f64 / (1_u64 << 53) as f64
}

fn frame(order: &[usize]) -> DataFrame {
    let of = |cell: fn(usize) -> f64| order.iter().map(|&row| cell(row)).collect::<Vec<f64>>();
    let plans: Vec<&str> = order.iter().map(|&row| ["a", "b", "c"][row % 3]).collect();
    let tenure: Vec<Option<f64>> = order.iter().map(|&row| (row != 17).then_some(72.0 * noise(row, 1))).collect();
    let left: Vec<Option<bool>> =
        order.iter().map(|&row| (row != 5).then_some(noise(row, 2) < 0.2 + 0.25 * (row % 3) as f64)).collect();
    df!(
        "id" => order.iter().map(|&row| row as i64).collect::<Vec<i64>>(),
        "plan" => plans, "tenure" => tenure, "left" => left,
        "spend" => of(|row| 20.0 + 40.0 * noise(row, 1) + 5.0 * noise(row, 3)),
        "orders" => of(|row| (4.0 * noise(row, 4) + noise(row, 1)).floor()),
    )
    .unwrap()
}

fn table(order: &[usize], target: &str) -> FeatureTable {
    let columns = FeatureColumns::new().customer_id("id").features(["plan", "tenure"]).target(target);
    FeatureTable::new(frame(order).lazy(), &columns).unwrap()
}

fn in_order() -> Vec<usize> {
    (0..N).collect()
}

fn folds(n: u32) -> CrossValidation {
    CrossValidationParams::k_fold(n, 3).check().unwrap()
}

fn encoding() -> EncodingParams {
    let tenure = FeatureEncoding::numeric().standardise().missing(Missing::Drop);
    EncodingParams::new().unseen(UnseenLevel::Reference).feature("tenure", tenure)
}

fn logistic() -> RegressionParams {
    RegressionParams::logistic().encoding(encoding()).missing_target(MissingLabels::Drop)
}

/// Oracle: each fold filtered, fitted and predicted by hand.
#[test]
fn every_row_is_predicted_by_a_model_of_the_others() {
    let table = table(&in_order(), "left");
    let found = logistic().check().unwrap().cross_validate(&table, &folds(4)).unwrap();
    let assigned = folds(4).assign(&frame(&in_order()), table.columns()).unwrap();
    assert_eq!(found.fold_of_row(), assigned.of_row);
    for split in assigned.splits() {
        let part = |rows: &[u32]| frame(&rows.iter().map(|&row| row as usize).collect::<Vec<_>>());
        let model = logistic().fit(&table.with_frame(part(&split.train).lazy())).unwrap();
        let expected = model.predict_frame(&part(&split.test)).unwrap().values();
        let own: Vec<Option<f64>> = split.test.iter().map(|&row| found.predictions()[row as usize]).collect();
        assert_eq!(own, expected);
        assert_eq!(found.folds()[split.fold as usize].n_train, model.training_rows().n_fitted);
    }
    let tested: u64 = found.folds().iter().map(|fold| fold.n_test).sum();
    let missing: (u64, u64) = found.folds().iter().fold((0, 0), |(target, prediction), fold| {
        (target + fold.n_without_target, prediction + fold.n_without_prediction)
    });
    assert_eq!((tested, missing, found.predictions()[17]), (N as u64 - 2, (1, 1), None));
    let auc = &found.metrics()[0];
    let of_folds: Vec<f64> = found.folds().iter().map(|fold| *fold.figures[0].value.as_ref().unwrap()).collect();
    let mean = of_folds.iter().sum::<f64>() / 4.0;
    let sd = (of_folds.iter().map(|auc| (auc - mean).powi(2)).sum::<f64>() / 3.0).sqrt();
    assert_eq!((auc.metric, auc.n_folds), (Metric::RocAuc, 4));
    assert!((auc.mean.as_ref().unwrap() - mean).abs() < 1e-15);
    assert!((auc.std_error.as_ref().unwrap() - sd / 2.0).abs() < 1e-15);
    assert!(*auc.pooled.as_ref().unwrap() > 0.55, "{found}");
}

#[test]
fn the_order_of_the_rows_changes_nothing() {
    let turned: Vec<usize> = (0..N).map(|row| row * 37 % N).collect();
    let run = |order: &[usize]| {
        let params = RegressionParams::linear().encoding(encoding());
        params.check().unwrap().cross_validate(&table(order, "spend"), &folds(5)).unwrap()
    };
    let (found, shuffled) = (run(&in_order()), run(&turned));
    assert_eq!(found.metrics(), shuffled.metrics());
    for (place, &row) in turned.iter().enumerate() {
        assert_eq!(found.predictions()[row], shuffled.predictions()[place]);
    }
    let choose = |order: &[usize]| {
        let params = RegressionParams::linear().encoding(encoding());
        let search = PenaltySearchParams::new(params).n_penalties(5).check().unwrap();
        search.cross_validate(&table(order, "spend"), &folds(5)).unwrap()
    };
    assert_eq!(choose(&in_order()), choose(&turned));
}

/// A level that only the tested rows have is unseen by the encoding that tests it.
#[test]
fn an_encoding_knows_nothing_of_the_rows_it_is_tested_on() {
    let levels: Vec<String> =
        (0..40).map(|row| if row < 38 { "old".to_owned() } else { format!("new {row}") }).collect();
    let frame = df!(
        "id" => (0..40_i64).collect::<Vec<_>>(), "level" => levels,
        "x" => (0..40).map(|row| noise(row, 1)).collect::<Vec<f64>>(),
        "y" => (0..40).map(|row| noise(row, 2)).collect::<Vec<f64>>(),
    )
    .unwrap();
    let columns = FeatureColumns::new().customer_id("id").target("y");
    let table = FeatureTable::new(frame.lazy(), &columns).unwrap();
    let of = |unseen| RegressionParams::linear().encoding(EncodingParams::new().unseen(unseen)).check().unwrap();
    let refused = of(UnseenLevel::Error).cross_validate(&table, &folds(5)).unwrap_err().to_string();
    assert!(refused.contains("level"), "{refused}");
    assert!(of(UnseenLevel::Reference).cross_validate(&table, &folds(5)).is_ok());
}

#[test]
fn folds_of_one_class_have_no_area_and_say_so() {
    let left: Vec<bool> = (0..30).map(|row| [0, 1, 2, 9, 12, 14].contains(&row)).collect();
    let frame = df!(
        "id" => (0..30_i64).collect::<Vec<_>>(), "x" => (0..30).map(|row| noise(row, 1)).collect::<Vec<f64>>(),
        "left" => left,
    )
    .unwrap();
    let table = FeatureTable::new(frame.lazy(), &FeatureColumns::new().customer_id("id").target("left")).unwrap();
    let found = RegressionParams::logistic().check().unwrap().cross_validate(&table, &folds(10)).unwrap();
    let auc = &found.metrics()[0];
    assert!(auc.n_folds < 10 && auc.n_folds > 0);
    assert!(found.folds().iter().any(|fold| fold.figures[0].value == Err(Undefined::OneGroup)));
    let frame = found.folds_frame();
    assert_eq!((frame.height(), frame.column("value").unwrap().null_count() > 0), (40, true));
    assert_eq!(found.to_dataframe().height(), 4);
    assert_eq!(found.predictions_frame().get_column_names(), ["customer", "fold", "prob"]);
    assert!(found.to_string().starts_with("cross-validation in 10 folds: 30 rows judged\n"), "{found}");
}

/// Without a penalty, the mean deviance of a linear regression is the mean square of its errors.
#[test]
fn penalties_are_judged_by_what_cross_validation_finds() {
    let params = RegressionParams::linear().encoding(encoding());
    let search = PenaltySearchParams::new(params.clone()).penalties([0.0, 10.0, 1e5]).check().unwrap();
    let choice = search.cross_validate(&table(&in_order(), "spend"), &folds(5)).unwrap();
    let found = params.check().unwrap().cross_validate(&table(&in_order(), "spend"), &folds(5)).unwrap();
    let squares = found.folds().iter().map(|fold| fold.figures[0].value.as_ref().unwrap().powi(2)).sum::<f64>() / 5.0;
    let none = &choice.penalties()[2];
    assert_eq!((none.l2_penalty, choice.n_judged()), (0.0, N as u64 - 1));
    assert!((none.deviance / squares - 1.0).abs() < 1e-12);
    assert!(choice.penalties()[0].deviance > 2.0 * none.deviance);
    assert_eq!(choice.best(), choice.penalties().iter().min_by(|a, b| a.deviance.total_cmp(&b.deviance)).unwrap());
    assert!(choice.one_std_error().l2_penalty >= choice.best().l2_penalty);
    assert_eq!(choice.to_dataframe().height(), 3);
    assert!(choice.to_string().contains("best"), "{choice}");
}

/// Where nothing is to be learned, the largest penalty is as good as any.
#[test]
fn noise_is_held_back_and_a_signal_is_not() {
    let choose = |params: RegressionParams, target: &str| {
        let search = PenaltySearchParams::new(params.encoding(encoding())).n_penalties(9).check().unwrap();
        search.cross_validate(&table(&in_order(), target), &folds(6)).unwrap()
    };
    let counts = choose(RegressionParams::poisson(), "orders");
    let clear = choose(RegressionParams::linear(), "spend");
    let share = |choice: &PenaltyChoice| choice.one_std_error().l2_penalty / choice.penalties()[0].l2_penalty;
    assert!(share(&counts) > 100.0 * share(&clear), "{counts}\n{clear}");
    let model = clear.simplest_regression().fit(&table(&in_order(), "spend")).unwrap();
    assert_eq!(model.definition().clone(), clear.simplest_regression());
}
