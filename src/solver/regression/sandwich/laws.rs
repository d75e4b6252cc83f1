//! Laws of robust errors: what they share with other ways of the same, and what has no answer.

use super::super::small_table::{
    AMOUNT, COUNT, FLAG, GROUP, PLAN, SIZE, WEIGHT, assert_close, blocks, fitted, observations,
};
use super::super::{Outcomes, RegressionOptions, fit};
use super::SandwichKind::{Cluster, Hc0, Hc1, Hc2, Hc3};
use super::WeightKind::{Frequency, Sampling};
use super::tests::errors;
use super::*;
use crate::solver::design::{DesignBlock, REFERENCE};

/// A frequency says no more and no less than rows written out.
#[test]
fn frequencies_are_rows_written_out() {
    let rows: Vec<usize> = (0..12).flat_map(|row| vec![row; WEIGHT[row] as usize]).collect();
    let pick = |values: &[f64]| rows.iter().map(|&row| values[row]).collect::<Vec<_>>();
    let codes = |codes: &[u32]| rows.iter().map(|&row| codes[row]).collect::<Vec<_>>();
    let size = DesignBlock::Numbers(pick(&SIZE).into());
    let plan = DesignBlock::Codes { codes: codes(&PLAN).into(), n_columns: 2 };
    let (response, groups) = (pick(&COUNT), codes(&GROUP));
    let outcomes = Outcomes { response: &response, groups: Some(&groups), ..Outcomes::default() };
    let written = Observations::new(&[size, plan], true, &outcomes).unwrap();
    let of_written = fit(&written, Family::Poisson, &RegressionOptions::default()).unwrap();
    let (counted, of_counted) = fitted(&COUNT, Some(&WEIGHT), Family::Poisson);
    for kind in [Hc0, Hc1, Hc2, Hc3, Cluster] {
        let long = sandwich(&written, Family::Poisson, &of_written, kind, Sampling).unwrap();
        let short = sandwich(&counted, Family::Poisson, &of_counted, kind, Frequency).unwrap();
        assert_close(&errors(&short), &errors(&long), 1e-12);
    }
}

/// Many levels and an interaction, as codes and as columns of zeros and ones; groups small
/// enough to add single products and large enough to be multiplied.
#[test]
fn codes_are_columns_of_zeros_and_ones() {
    let n = 3_000_u32;
    let noise = |seed: u32| (0..n).map(move |row| f64::from(row.wrapping_mul(2_654_435_761 ^ seed) >> 8) / 2e7 - 0.4);
    let (x, z, response): (Vec<_>, Vec<_>, Vec<_>) =
        (noise(1).collect(), noise(77).collect(), noise(123).map(|value| value * value).collect());
    let level = |row: u32, seed: u32, n_levels: u32| match row.wrapping_mul(40_503 ^ seed) / 7 % (n_levels + 1) {
        0 => REFERENCE,
        code => code - 1,
    };
    let region: Vec<u32> = (0..n).map(|row| level(row, 5, 20)).collect();
    let plan: Vec<u32> = (0..n).map(|row| level(row, 99, 3)).collect();
    let coded = [
        DesignBlock::Numbers(x.as_slice().into()),
        DesignBlock::Codes { codes: region.as_slice().into(), n_columns: 20 },
        DesignBlock::ScaledCodes { codes: plan.as_slice().into(), n_columns: 3, scale: z.as_slice().into() },
    ];
    let column = |codes: &[u32], code: u32, scale: Option<&[f64]>| -> DesignBlock<'static> {
        let cell = |row: usize| if codes[row] == code { scale.map_or(1.0, |scale| scale[row]) } else { 0.0 };
        DesignBlock::Numbers((0..codes.len()).map(cell).collect::<Vec<_>>().into())
    };
    let mut dense = vec![coded[0].clone()];
    dense.extend((0..20).map(|code| column(&region, code, None)));
    dense.extend((0..3).map(|code| column(&plan, code, Some(&z))));
    for group_size in [1, 2, 40] {
        let groups: Vec<u32> = (0..n).map(|row| row / group_size).collect();
        let outcomes = Outcomes { response: &response, groups: Some(&groups), ..Outcomes::default() };
        for kind in [Hc1, Hc3, Cluster] {
            let [got, expected] = [&coded[..], &dense[..]].map(|blocks| {
                let observations = Observations::new(blocks, true, &outcomes).unwrap();
                let fit = fit(&observations, Family::Poisson, &RegressionOptions::default()).unwrap();
                errors(&sandwich(&observations, Family::Poisson, &fit, kind, Sampling).unwrap())
            });
            assert_close(&got, &expected, 1e-10);
        }
    }
}

/// Groups of one row each are rows: only the factor differs.
#[test]
fn groups_of_one_row_are_rows() {
    let groups: Vec<u32> = (0..12).rev().collect();
    let outcomes = Outcomes { response: &FLAG, groups: Some(&groups), ..Outcomes::default() };
    let alone = Observations::new(&blocks(), true, &outcomes).unwrap();
    let of_alone = fit(&alone, Family::Binomial, &RegressionOptions::default()).unwrap();
    let rows = sandwich(&alone, Family::Binomial, &of_alone, Hc1, Sampling).unwrap();
    let groups = sandwich(&alone, Family::Binomial, &of_alone, Cluster, Sampling).unwrap();
    assert_close(groups.values(), rows.values(), 1e-13);
}

#[test]
fn what_has_no_answer_is_named() {
    let got = |observations: &Observations, kind| {
        let fit = fit(observations, Family::Gaussian, &RegressionOptions::default()).unwrap();
        sandwich(observations, Family::Gaussian, &fit, kind, Sampling)
    };
    let one = Outcomes { response: &AMOUNT, groups: Some(&[7; 12]), ..Outcomes::default() };
    let one_group = Observations::new(&blocks(), true, &one).unwrap();
    assert_eq!(got(&one_group, Cluster), Err(Undefined::OneGroup));
    let none = Observations::new(&blocks(), true, &Outcomes { groups: None, ..one }).unwrap();
    assert_eq!(got(&none, Cluster), Err(Undefined::OneGroup));
    // A level with one row, and as many rows as columns.
    let level = DesignBlock::Codes { codes: vec![0, REFERENCE, REFERENCE].into(), n_columns: 1 };
    let few = Outcomes { response: &[1.0, 2.0, 4.0], ..Outcomes::default() };
    let lone = Observations::new(std::slice::from_ref(&level), true, &few).unwrap();
    assert_eq!(got(&lone, Hc2), Err(Undefined::NotPositive));
    assert!(got(&lone, Hc1).is_ok());
    let number = DesignBlock::Numbers(vec![1.0, 2.0, 5.0].into());
    let full = Observations::new(&[level, number], true, &few).unwrap();
    assert_eq!(got(&full, Hc1), Err(Undefined::TooFew { n: 3, needed: 4 }));
}

#[test]
fn a_shuffled_table_gives_the_same_digits() {
    let order = [5, 0, 11, 3, 9, 1, 7, 2, 10, 4, 8, 6];
    let pick = |values: &[f64]| order.map(|row| values[row]);
    let codes = |codes: &[u32]| order.map(|row| codes[row]).to_vec();
    let size = DesignBlock::Numbers(pick(&SIZE).to_vec().into());
    let plan = DesignBlock::Codes { codes: codes(&PLAN).into(), n_columns: 2 };
    let (response, groups) = (pick(&FLAG), codes(&GROUP));
    let outcomes = Outcomes { response: &response, groups: Some(&groups), ..Outcomes::default() };
    let shuffled = Observations::new(&[size, plan], true, &outcomes).unwrap();
    let plain = observations(&FLAG, None);
    for kind in [Hc1, Hc3, Cluster] {
        let [a, b] = [&shuffled, &plain].map(|observations| {
            let fit = fit(observations, Family::Binomial, &RegressionOptions::default()).unwrap();
            sandwich(observations, Family::Binomial, &fit, kind, Sampling).unwrap()
        });
        assert_eq!(a, b);
    }
}
