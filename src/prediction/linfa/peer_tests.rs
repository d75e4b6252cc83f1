//! Our regressions beside linfa-linear's on the same datasets.

use ::linfa::Dataset;
use ::linfa::traits::{Fit, Predict};
use ::linfa_linear::TweedieRegressor;
use ::ndarray::{Array1, Array2, Axis, Ix1, array};
use polars::prelude::*;
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64;

use super::*;
use crate::frame::{FeatureColumns, FeatureTable};
use crate::kernel::evaluation::{Deviance, mean_deviance};
use crate::kernel::isotonic::IsotonicBlock;
use crate::prediction::calibration::{CalibrationMap, Calibrator, Isotonic};
use crate::prediction::encoding::{EncodingParams, FeatureEncoding};
use crate::prediction::regression::{Predictions, RegressionParams};

/// A uniform number in 0..1.
fn uniform(rng: &mut Pcg64) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance * expected.abs().max(1.0), "{found} {expected}");
}

fn lines() -> Dataset<f64, f64, Ix1> {
    let mut rng = Pcg64::seed_from_u64(7);
    let records = Array2::from_shape_fn((200, 3), |(_, column)| uniform(&mut rng) * 10.0_f64.powi(column as i32));
    let targets = records.dot(&array![2.0, -0.3, 0.01]).mapv(|mean| mean + 5.0)
        + Array1::from_shape_fn(200, |_| uniform(&mut rng));
    Dataset::new(records, targets)
}

/// Oracle: linfa-linear 0.8.1, QR of the columns beside ones.
#[test]
fn least_squares_are_those_of_linfa_linear() {
    let dataset = lines();
    for has_intercept in [true, false] {
        let theirs = ::linfa_linear::LinearRegression::new().with_intercept(has_intercept).fit(&dataset).unwrap();
        let ours = LinearRegression::new().fit_intercept(has_intercept).fit(&dataset).unwrap();
        close(ours.intercept(), theirs.intercept(), 1e-8);
        ours.coefficients().iter().zip(theirs.params()).for_each(|(&ours, &theirs)| close(ours, theirs, 1e-8));
        let records = dataset.records().select(Axis(0), &[0, 1, 2, 3, 4]);
        let (ours, theirs): (Array1<f64>, Array1<f64>) = (ours.predict(&records), theirs.predict(&records));
        ours.iter().zip(&theirs).for_each(|(&ours, &theirs)| close(ours, theirs, 1e-8));
    }
}

/// linfa-linear minimises half of `deviance + alpha |b|^2` over the columns as they come, with an
/// `alpha` of 1 by default. Wherever its steps end, ours end no higher.
#[test]
fn tweedie_regressions_of_linfa_linear_are_judged_beside_ours() {
    let mut rng = Pcg64::seed_from_u64(11);
    let visits: Vec<f64> = (0..300).map(|_| 20.0 * uniform(&mut rng)).collect();
    let spend: Vec<f64> = visits
        .iter()
        .map(
            |visits| if uniform(&mut rng) < 0.3 { 0.0 } else { (0.1 * visits).exp() * (0.2 + 2.0 * uniform(&mut rng)) },
        )
        .collect();
    let frame = df!("visits" => visits, "spend" => spend).unwrap().lazy();
    let table = FeatureTable::new(frame, &FeatureColumns::new().target("spend")).unwrap();
    let params = EncodingParams::new().feature("visits", FeatureEncoding::numeric().standardise());
    let encoder = params.clone().check().unwrap().fit(&table).unwrap();
    let read = LinfaTableParams::new().read_amounts(&encoder, &table).unwrap();
    let theirs = read.train(&TweedieRegressor::params().power(1.5).alpha(0.0)).unwrap();
    let ours = RegressionParams::tweedie(1.5).encoding(params).fit(&table).unwrap();
    let actual = read.dataset().targets.to_vec();
    let deviance = |predictions: Predictions| {
        mean_deviance(&actual, predictions.complete().unwrap(), None, Deviance::Tweedie { power: 1.5 }).unwrap()
    };
    let (theirs, ours) = (deviance(theirs.predict(&table).unwrap()), deviance(ours.predict(&table).unwrap()));
    assert!(ours <= theirs + 1e-12 && ours > 0.0, "{ours} {theirs}");
}

fn blocks(calibrator: &Calibrator) -> &[IsotonicBlock] {
    match calibrator.map() {
        CalibrationMap::Isotonic { blocks, .. } => blocks,
        CalibrationMap::Platt { .. } => &[],
    }
}

/// Without a step back the curves are the same, at the scores where steps end.
#[test]
fn isotonic_steps_are_those_of_our_own() {
    let labels = [false, true, false, false, true, false, true];
    let scores = [0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.9];
    let theirs = LinfaIsotonic::new().fit(&labels, &scores, None).unwrap();
    let ours = Isotonic::new().fit(&labels, &scores, None).unwrap();
    // By hand: 0, one of three, one of two, 1.
    let highs: Vec<(f64, f64)> = blocks(&ours).iter().map(|block| (block.high, block.value)).collect();
    assert_eq!(highs, [(0.1, 0.0), (0.3, 1.0 / 3.0), (0.5, 0.5), (0.9, 1.0)]);
    for (high, value) in highs {
        close(theirs.apply(&[high]).unwrap()[0], value, 1e-12);
    }
    let reversed: Vec<bool> = labels.iter().rev().copied().collect();
    let turned: Vec<f64> = scores.iter().rev().copied().collect();
    assert_eq!(LinfaIsotonic::new().fit(&reversed, &turned, None).unwrap(), theirs);
}

/// By hand: the last two of 0 1 0 1 0 0 pull the steps before down to 2 of 5, and linfa-linear
/// 0.8.1 takes the first row along, to 2 of 6.
#[test]
fn linfa_puts_a_step_too_many_together_and_ours_does_not() {
    let labels = [false, true, false, true, false, false, true];
    let scores = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.9];
    let theirs = LinfaIsotonic::new().fit(&labels, &scores, None).unwrap().apply(&scores).unwrap();
    let ours = Isotonic::new().fit(&labels, &scores, None).unwrap().apply(&scores).unwrap();
    close(theirs[0], 1.0 / 3.0, 1e-12);
    assert_eq!((ours[0], ours[5]), (0.0, 0.4));
}

#[test]
fn a_curve_that_linfa_turns_round_is_refused() {
    let refused = LinfaIsotonic::new().fit(&[true, true, false, false], &[0.1, 0.2, 0.8, 0.9], None).unwrap_err();
    assert!(refused.to_string().contains("high scores do not mean more events"), "{refused}");
    assert!(LinfaIsotonic::new().fit(&[true, true], &[0.1, 0.2], None).is_err());
    assert!(LinfaIsotonic::new().fit(&[true, false], &[0.1], None).is_err());
    assert!(LinfaIsotonic::new().fit(&[true, false], &[f64::NAN, 0.1], None).is_err());
}

/// linfa has weights in single precision; those of any unit give one curve.
#[test]
fn weights_of_any_unit_give_one_curve() {
    let (labels, scores) = ([false, true, false, true, true], [0.1, 0.2, 0.3, 0.6, 0.7]);
    let weights = [1.0, 2.0, 3.0, 1.0, 2.0];
    let of = |unit: f64| LinfaIsotonic::new().fit(&labels, &scores, Some(&weights.map(|weight| weight * unit)));
    let grid = [0.0, 0.15, 0.25, 0.45, 0.65, 1.0];
    let plain = of(1.0).unwrap().apply(&grid).unwrap();
    for unit in [1e-300, 1e-60, 1e60, 1e300] {
        let found = of(unit).unwrap().apply(&grid).unwrap();
        for (found, plain) in found.iter().zip(&plain) {
            assert!((found - plain).abs() < 1e-6, "{unit:e}: {found} {plain}");
        }
    }
    let beyond = LinfaIsotonic::new().fit(&labels, &[0.1, 0.1, 0.1, 0.6, 0.6], Some(&[1e308; 5])).unwrap_err();
    assert_eq!(beyond.to_string(), "linfa: weights add up beyond the largest double; divide all by a power of ten");
}
