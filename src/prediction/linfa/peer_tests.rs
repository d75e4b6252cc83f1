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
use crate::kernel::isotonic::IsotonicBlock;
use crate::prediction::calibration::{CalibrationMap, Calibrator, Isotonic};
use crate::prediction::encoding::{EncodingParams, FeatureEncoding};
use crate::prediction::regression::RegressionParams;

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

/// linfa-linear minimises half of `deviance + alpha |b|^2` over the columns as they come, our
/// `l2_penalty` holds the coefficients of the standardised ones: the same where the encoding
/// standardises. Oracle: linfa-linear 0.8.1, L-BFGS.
#[test]
fn tweedie_regressions_are_those_of_linfa_linear_on_standardised_columns() {
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
    for penalty in [0.0, 25.0] {
        let estimator = TweedieRegressor::params().power(1.5).alpha(penalty).tol(1e-9).max_iter(1_000);
        let theirs = read.train(&estimator).unwrap();
        let ours = RegressionParams::tweedie(1.5).l2_penalty(penalty).encoding(params.clone()).fit(&table).unwrap();
        let ours: Vec<f64> = ours.coefficients().iter().map(|one| one.estimate.unwrap()).collect();
        close(theirs.fitted().intercept, ours[0], 1e-7);
        close(theirs.fitted().coef[0], ours[1], 1e-7);
    }
}

fn blocks(calibrator: &Calibrator) -> &[IsotonicBlock] {
    match calibrator.map() {
        CalibrationMap::Isotonic { blocks, .. } => blocks,
        CalibrationMap::Platt { .. } => &[],
    }
}

/// Steps of linfa's isotonic regression are those of ours, with equal scores and without, in
/// any order of the rows.
#[test]
fn isotonic_steps_are_those_of_our_own() {
    let mut rng = Pcg64::seed_from_u64(3);
    for distinct in [f64::INFINITY, 40.0] {
        let (labels, scores): (Vec<bool>, Vec<f64>) = (0..500)
            .map(|_| {
                let score = uniform(&mut rng);
                let score = if distinct.is_finite() { (score * distinct).floor() / distinct } else { score };
                (uniform(&mut rng) < score * score, score)
            })
            .unzip();
        let theirs = LinfaIsotonic::new().fit(&labels, &scores, None).unwrap();
        let ours = Isotonic::new().fit(&labels, &scores, None).unwrap();
        assert!(blocks(&ours).len() > 5);
        assert_eq!(blocks(&theirs).len(), blocks(&ours).len());
        for (theirs, ours) in blocks(&theirs).iter().zip(blocks(&ours)) {
            assert_eq!((theirs.high, theirs.weight), (ours.high, ours.weight));
            close(theirs.value, ours.value, 1e-12);
        }
        let turned = |values: &[bool]| values.iter().rev().copied().collect::<Vec<bool>>();
        let reversed: Vec<f64> = scores.iter().rev().copied().collect();
        assert_eq!(LinfaIsotonic::new().fit(&turned(&labels), &reversed, None).unwrap(), theirs);
        // Twice the rows is twice the weight.
        let twice = LinfaIsotonic::new().fit(&labels, &scores, Some(&vec![2.0; 500])).unwrap();
        assert_eq!(twice.apply(&scores).unwrap(), theirs.apply(&scores).unwrap());
    }
}

#[test]
fn a_curve_that_linfa_turns_round_is_refused() {
    let refused = LinfaIsotonic::new().fit(&[true, true, false, false], &[0.1, 0.2, 0.8, 0.9], None).unwrap_err();
    assert!(refused.to_string().contains("high scores mean fewer events"), "{refused}");
    assert!(LinfaIsotonic::new().fit(&[true, true], &[0.1, 0.2], None).is_err());
    assert!(LinfaIsotonic::new().fit(&[true, false], &[0.1], None).is_err());
    assert!(LinfaIsotonic::new().fit(&[true, false], &[f64::NAN, 0.1], None).is_err());
}
