//! Twelve rows that the tests of errors and influence share.

use super::{Family, Observations, Outcomes, RegressionFit, RegressionOptions, fit};
use crate::solver::design::{DesignBlock, REFERENCE};

pub(super) const SIZE: [f64; 12] = [1.5, 2.5, 0.5, 4.0, 3.5, 6.0, 5.5, 7.0, 2.0, 4.5, 6.5, 3.0];
const R: u32 = REFERENCE;
pub(super) const PLAN: [u32; 12] = [R, 0, R, 1, 0, 1, R, 0, 1, 0, R, 1];
pub(super) const GROUP: [u32; 12] = [1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 5, 5];
pub(super) const AMOUNT: [f64; 12] = [2.0, 4.5, 1.0, 7.5, 5.0, 9.0, 8.5, 9.5, 5.5, 6.0, 8.0, 4.0];
pub(super) const FLAG: [f64; 12] = [0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0];
pub(super) const COUNT: [f64; 12] = [1.0, 0.0, 0.0, 3.0, 2.0, 5.0, 4.0, 3.0, 1.0, 2.0, 6.0, 2.0];
pub(super) const WEIGHT: [f64; 12] = [1.0, 2.0, 1.0, 3.0, 1.0, 1.0, 2.0, 1.0, 4.0, 1.0, 2.0, 1.0];

pub(super) fn blocks() -> Vec<DesignBlock<'static>> {
    let plan = DesignBlock::Codes { codes: PLAN.as_slice().into(), n_columns: 2 };
    vec![DesignBlock::Numbers(SIZE.as_slice().into()), plan]
}

pub(super) fn observations(response: &[f64], weights: Option<&[f64]>) -> Observations {
    let outcomes = Outcomes { response, weights, groups: Some(&GROUP), ..Outcomes::default() };
    Observations::new(&blocks(), true, &outcomes).unwrap()
}

pub(super) fn fitted(response: &[f64], weights: Option<&[f64]>, family: Family) -> (Observations, RegressionFit) {
    let observations = observations(response, weights);
    let fit = fit(&observations, family, &RegressionOptions::default()).unwrap();
    (observations, fit)
}

/// The row of the table that each row of the observations is, by its response and its code.
pub(super) fn rows_of(observations: &Observations, response: &[f64]) -> Vec<usize> {
    let (numbers, codes) = (&observations.rows.numbers, &observations.rows.codes);
    let held = numbers.iter().zip(codes).zip(observations.response());
    held.map(|((size, code), y)| {
        (0..SIZE.len()).find(|&row| SIZE[row] == *size && PLAN[row] == *code && response[row] == *y).unwrap()
    })
    .collect()
}

#[track_caller]
pub(super) fn assert_close(got: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len());
    for (got, expected) in got.iter().zip(expected) {
        assert!((got - expected).abs() <= tolerance * expected.abs(), "got {got:e}, expected {expected:e}");
    }
}
