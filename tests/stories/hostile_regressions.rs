//! Designs and responses that no demonstration has: what a regression answers, or why it does not.

use customer_analytics::kernel::undefined::Undefined;
use customer_analytics::solver::design::{DesignBlock, REFERENCE};
use customer_analytics::solver::regression::{
    Family, Observations, Outcomes, RegressionError, RegressionFit, RegressionOptions, fit,
};

use crate::data::Dice;
use crate::regression_data::assert_all_close;

const FAMILIES: [Family; 5] =
    [Family::Gaussian, Family::Binomial, Family::Poisson, Family::Gamma, Family::Tweedie { power: 1.5 }];

fn numbers(values: &[f64]) -> DesignBlock<'_> {
    DesignBlock::Numbers(values.into())
}

fn codes(codes: &[u32], n_columns: usize) -> DesignBlock<'_> {
    DesignBlock::Codes { codes: codes.into(), n_columns }
}

fn regress(
    blocks: &[DesignBlock<'_>],
    has_intercept: bool,
    response: &[f64],
    family: Family,
) -> Result<RegressionFit, RegressionError> {
    let outcomes = Outcomes { response, ..Outcomes::default() };
    fit(&Observations::new(blocks, has_intercept, &outcomes)?, family, &RegressionOptions::default())
}

/// Columns of 64ths between -8 and 8, and a response that every family allows.
struct Sample {
    columns: Vec<Vec<f64>>,
    response: Vec<f64>,
}

fn sample(n_rows: usize, n_columns: usize, family: Family) -> Sample {
    let mut dice = Dice::seeded(7);
    let mut column = || (0..n_rows).map(|_| dice.below(1_024) as f64 / 64.0 - 8.0).collect::<Vec<f64>>();
    let columns: Vec<Vec<f64>> = (0..n_columns).map(|_| column()).collect();
    let noise = column();
    let response = (0..n_rows)
        .map(|row| {
            let signal = columns.iter().map(|column| column[row]).sum::<f64>() / 16.0 + noise[row] / 4.0;
            match family {
                Family::Gaussian => signal,
                Family::Binomial => f64::from(u8::from(signal > 0.0)),
                Family::Poisson => (signal.exp() * 2.0).floor(),
                Family::Gamma => signal.exp(),
                _ => (signal.exp() - 0.5).max(0.0),
            }
        })
        .collect();
    Sample { columns, response }
}

#[test]
fn one_row_has_a_mean_and_nothing_else() {
    for (family, mean) in [(Family::Gaussian, 3.0), (Family::Poisson, 3.0), (Family::Gamma, 0.25)] {
        let fit = regress(&[numbers(&[7.0])], true, &[mean], family).unwrap();
        assert_eq!((fit.aliased.as_slice(), fit.coefficients[1]), ([1].as_slice(), 0.0), "{family:?}");
        assert!((fit.coefficients[0] - family.link(mean)).abs() < 1e-15 && fit.deviance < 1e-15, "{family:?}");
    }
    let one = regress(&[numbers(&[7.0])], true, &[1.0], Family::Binomial);
    assert_eq!(one.unwrap_err(), RegressionError::OneOutcome { value: 1.0 });
}

#[test]
fn more_columns_than_rows_go_through_all_points() {
    let Sample { columns, response } = sample(5, 8, Family::Gaussian);
    let blocks: Vec<DesignBlock<'_>> = columns.iter().map(|column| numbers(column)).collect();
    let fit = regress(&blocks, true, &response, Family::Gaussian).unwrap();
    assert_eq!(fit.aliased, [5, 6, 7, 8]);
    assert_eq!(fit.effective_parameters, 5.0);
    assert!(fit.deviance < 1e-40, "{:e}", fit.deviance);
}

#[test]
fn no_rows_and_no_columns() {
    assert_eq!(regress(&[], true, &[], Family::Gaussian).unwrap_err(), Undefined::NoWeight.into());
    let mean = regress(&[], true, &[1.0, 2.0, 6.0], Family::Gaussian).unwrap();
    assert_eq!((mean.coefficients.as_slice(), mean.deviance, mean.null_deviance), ([3.0].as_slice(), 14.0, 14.0));
    assert!((mean.covariance.get(0, 0) - 1.0 / 3.0).abs() < 1e-16);
    for family in FAMILIES {
        let nothing = regress(&[], false, &[1.0, 0.5], family).unwrap();
        assert_eq!((nothing.coefficients.len(), nothing.covariance.order()), (0, 0), "{family:?}");
        assert_eq!((nothing.predictors.as_slice(), nothing.deviance), ([0.0, 0.0].as_slice(), nothing.null_deviance));
    }
}

/// A constant, a copy, a copy in other units, a sum with its rounding, empty codes and a copy of a
/// code are determined; a column that differs from another by a little in 40 rows of 400 is not.
#[test]
fn columns_that_others_determine_are_dropped_in_their_order() {
    for family in FAMILIES {
        let Sample { columns, response } = sample(400, 2, family);
        let (x, y) = (&columns[0], &columns[1]);
        let tenth = |values: &[f64]| values.iter().map(|value| value * 0.1).collect::<Vec<f64>>();
        let sum: Vec<f64> = tenth(x).iter().zip(tenth(y)).map(|(x, y)| x + y).collect();
        let small: Vec<f64> = x.iter().map(|x| x * 1e-8 + 3.0).collect();
        let mut nearly = x.clone();
        nearly.iter_mut().step_by(10).for_each(|cell| *cell += 1.0 / 64.0);
        let half: Vec<u32> = x.iter().map(|x| if *x < 0.0 { 0 } else { REFERENCE }).collect();
        let blocks = [
            numbers(&[0.1; 400]),
            numbers(x),
            numbers(x),
            numbers(&small),
            numbers(y),
            numbers(&sum),
            codes(&half, 2),
            codes(&half, 1),
            numbers(&nearly),
        ];
        let fit = regress(&blocks, true, &response, family).unwrap();
        // 3 is a copy of 2, 4 of it in other units, 6 the sum, 8 a code that no row has.
        assert_eq!(fit.aliased, [1, 3, 4, 6, 8, 9], "{family:?}");
        assert!(fit.aliased.iter().all(|&column| fit.coefficients[column] == 0.0 && fit.std_errors[column] == 0.0));
        let lean =
            regress(&[numbers(x), numbers(y), codes(&half, 1), numbers(&nearly)], true, &response, family).unwrap();
        let kept = [0, 2, 5, 7, 10].map(|column| fit.coefficients[column]);
        assert_all_close(&kept, &lean.coefficients, 1e-9, &format!("{family:?} without dropped columns"));
    }
    // Without an intercept a constant is a column like any other, zeros are none.
    let fit = regress(&[numbers(&[2.0; 3]), numbers(&[0.0; 3])], false, &[1.0, 2.0, 6.0], Family::Gaussian).unwrap();
    assert_eq!((fit.coefficients, fit.aliased), (vec![1.5, 0.0], vec![1]));
}

/// Law: of `x` and `x + d` the slopes are those of `x` and `d`: `b_x + b_d`, `b_d`; the sums of
/// these binary fractions are exact, and `d` is a millionth of `x`.
#[test]
fn columns_that_others_nearly_determine_keep_their_digits() {
    for family in FAMILIES {
        let Sample { columns, response } = sample(400, 2, family);
        let difference: Vec<f64> = columns[1].iter().map(|value| value / 1_048_576.0).collect();
        let near: Vec<f64> = columns[0].iter().zip(&difference).map(|(x, d)| x + d).collect();
        let apart = regress(&[numbers(&columns[0]), numbers(&difference)], true, &response, family).unwrap();
        let fit = regress(&[numbers(&columns[0]), numbers(&near)], true, &response, family).unwrap();
        assert!(fit.aliased.is_empty());
        let expected = [apart.coefficients[0], apart.coefficients[1] - apart.coefficients[2], apart.coefficients[2]];
        assert_all_close(&fit.coefficients, &expected, 1e-11, &format!("{family:?} coefficients"));
        let variance = apart.covariance.get(1, 1) - 2.0 * apart.covariance.get(1, 2) + apart.covariance.get(2, 2);
        let errors = [apart.std_errors[0], variance.sqrt(), apart.std_errors[2]];
        assert_all_close(&fit.std_errors, &errors, 1e-11, &format!("{family:?} errors"));
        assert!((fit.deviance - apart.deviance).abs() <= 1e-13 * apart.deviance);
        let again = Outcomes { response: &response, ..Outcomes::default() };
        let observations = Observations::new(&[numbers(&columns[0]), numbers(&near)], true, &again).unwrap();
        let told = observations.predictors(&fit.coefficients);
        let furthest = told.iter().zip(&fit.predictors).fold(0.0, |far: f64, (a, b)| far.max((a - b).abs()));
        assert!(furthest < 1e-8, "{furthest:e}");
    }
}

/// Law: of two codes that agree but for three rows, the second and the difference of the two say
/// the same; the difference as numbers is no code.
#[test]
fn codes_that_others_nearly_determine_keep_their_digits() {
    const N: usize = 6_000;
    for family in FAMILIES {
        let Sample { columns, response } = sample(N, 1, family);
        let first: Vec<u32> = columns[0].iter().map(|x| if *x < 0.0 { 0 } else { 1 }).collect();
        let mut second = first.clone();
        (0..3).for_each(|row| second[row] = 1 - second[row]);
        let difference: Vec<f64> =
            first.iter().zip(&second).map(|(first, second)| f64::from(*second) - f64::from(*first)).collect();
        let ones: Vec<u32> = first.iter().map(|code| if *code == 1 { 0 } else { REFERENCE }).collect();
        let apart = regress(&[codes(&ones, 1), numbers(&difference)], true, &response, family).unwrap();
        // The second block has both of its codes; the last of them is determined.
        let fit = regress(&[codes(&ones, 1), codes(&second, 2)], true, &response, family).unwrap();
        assert_eq!(fit.aliased, [3], "{family:?}");
        // 1[second = 0] = 1 - first - difference.
        let [b0, b1, bd] = [0, 1, 2].map(|column| apart.coefficients[column]);
        let expected = [b0 + bd, b1 - bd, -bd, 0.0];
        for (found, expected) in fit.coefficients.iter().zip(expected) {
            assert!((found - expected).abs() <= 1e-10 * bd.abs().max(1.0), "{family:?}: {found} {expected}");
        }
        assert_all_close(&[fit.std_errors[2]], &[apart.std_errors[2]], 1e-10, &format!("{family:?} error"));
    }
}

/// Law: at the best penalised coefficients, what the score says of each column is what the
/// penalty takes; columns that are held reduced too.
#[test]
fn a_penalty_holds_back_the_columns_as_they_are() {
    for family in [Family::Gaussian, Family::Binomial, Family::Poisson] {
        let Sample { columns, response } = sample(400, 2, family);
        let near: Vec<f64> = columns[0].iter().zip(&columns[1]).map(|(x, d)| x + d / 1_024.0).collect();
        let design = [&columns[0], &near];
        let outcomes = Outcomes { response: &response, ..Outcomes::default() };
        let observations = Observations::new(&design.map(|column| numbers(column)), true, &outcomes).unwrap();
        let mut options = RegressionOptions::default();
        options.l2_penalty = 0.5;
        let fit = fit(&observations, family, &options).unwrap();
        for (column, own) in design.iter().zip(&fit.coefficients[1..]) {
            let n = column.len() as f64;
            let mean = column.iter().sum::<f64>() / n;
            let variance = column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
            let score: f64 = (0..column.len())
                .map(|row| {
                    let eta = fit.coefficients[0]
                        + design.iter().zip(&fit.coefficients[1..]).map(|(x, b)| x[row] * b).sum::<f64>();
                    (column[row] - mean) * (response[row] - family.mean(eta))
                })
                .sum();
            let held = options.l2_penalty * variance * own;
            assert!((score - held).abs() <= 1e-9 * held.abs(), "{family:?}: {score} {held}");
        }
        assert!(fit.effective_parameters < 2.99 && fit.effective_parameters > 1.0, "{}", fit.effective_parameters);
    }
}

/// Law: a column in other units changes its own coefficient alone.
#[test]
fn units_change_nothing_but_the_coefficient() {
    for family in FAMILIES {
        let Sample { columns, response } = sample(300, 2, family);
        let plain = regress(&[numbers(&columns[0]), numbers(&columns[1])], true, &response, family).unwrap();
        for unit in [1e-300, 1e-160, 1e-8, 1.0 / 1_024.0, 1e8, 1e160, 1e300] {
            let scaled: Vec<f64> = columns[1].iter().map(|x| x * unit).collect();
            let fit = regress(&[numbers(&columns[0]), numbers(&scaled)], true, &response, family).unwrap();
            let back = |values: &[f64]| [values[0], values[1], values[2] * unit];
            let what = format!("{family:?} in units of {unit:e}");
            assert_all_close(&back(&fit.coefficients), &plain.coefficients, 1e-12, &what);
            assert_all_close(&back(&fit.std_errors), &plain.std_errors, 1e-12, &what);
            assert_all_close(&[fit.deviance], &[plain.deviance], 1e-13, &what);
        }
        // 64ths are exact beside 2^30, about 1e9.
        let moved: Vec<f64> = columns[1].iter().map(|x| x + 1_073_741_824.0).collect();
        let fit = regress(&[numbers(&columns[0]), numbers(&moved)], true, &response, family).unwrap();
        assert_all_close(&fit.coefficients[1..], &plain.coefficients[1..], 1e-12, &format!("{family:?} far from zero"));
        assert_all_close(&fit.std_errors[1..], &plain.std_errors[1..], 1e-12, &format!("{family:?} far from zero"));
    }
}

/// Law: of least squares, a response in other units changes coefficients and squares with them;
/// squares beyond doubles are refused, not infinite or zero.
#[test]
fn responses_in_other_units() {
    let Sample { columns, response } = sample(300, 1, Family::Gaussian);
    let plain = regress(&[numbers(&columns[0])], true, &response, Family::Gaussian).unwrap();
    for unit in [1e-140, 1e-9, 1e9, 1e140] {
        let scaled: Vec<f64> = response.iter().map(|y| y * unit).collect();
        let fit = regress(&[numbers(&columns[0])], true, &scaled, Family::Gaussian).unwrap();
        let back: Vec<f64> = fit.coefficients.iter().map(|b| b / unit).collect();
        assert_all_close(&back, &plain.coefficients, 1e-12, "coefficients");
        assert_all_close(&[fit.deviance / unit / unit], &[plain.deviance], 1e-12, "deviance");
    }
    for (unit, reason) in [(1e300, Undefined::Overflow), (1e-300, Undefined::OutOfRange)] {
        let scaled: Vec<f64> = response.iter().map(|y| y * unit).collect();
        let refused = regress(&[numbers(&columns[0])], true, &scaled, Family::Gaussian).unwrap_err();
        assert_eq!(refused, reason.into());
    }
}

/// Law: under a logarithmic link a response in other units moves the intercept alone; the variance
/// is that power of the mean.
#[test]
fn responses_in_other_units_under_a_logarithmic_link() {
    for (family, power) in [(Family::Poisson, 1.0), (Family::Gamma, 2.0), (Family::Tweedie { power: 1.5 }, 1.5)] {
        let Sample { columns, response } = sample(300, 2, family);
        let blocks = [numbers(&columns[0]), numbers(&columns[1])];
        let plain = regress(&blocks, true, &response, family).unwrap();
        for unit in [1e-290, 1e-160, 1e-9, 1e9, 1e160, 1e290] {
            let what = format!("{family:?} in units of {unit:e}");
            let scaled: Vec<f64> = response.iter().map(|y| y * unit).collect();
            let fit = regress(&blocks, true, &scaled, family).unwrap();
            let moved = fit.coefficients[0] - unit.ln() - plain.coefficients[0];
            assert!(moved.abs() < 1e-11, "{what}: {moved:e}");
            assert_all_close(&fit.coefficients[1..], &plain.coefficients[1..], 1e-11, &what);
            // Of each the power of the unit that its squares have.
            let of_squares = unit.powf(2.0 - power);
            let squares = [fit.deviance, fit.null_deviance, fit.pearson_chi2].map(|square| square / of_squares);
            assert_all_close(&squares, &[plain.deviance, plain.null_deviance, plain.pearson_chi2], 1e-11, &what);
            let errors: Vec<f64> = fit.std_errors.iter().map(|error| error * of_squares.sqrt()).collect();
            assert_all_close(&errors, &plain.std_errors, 1e-11, &what);
        }
    }
}

/// Law: shuffled rows give the same bits, doubled rows the same coefficients.
#[test]
fn order_of_rows_changes_no_digit() {
    for family in FAMILIES {
        let Sample { columns, response } = sample(300, 2, family);
        let near: Vec<f64> = columns[0].iter().zip(&columns[1]).map(|(x, d)| x + d / 65_536.0).collect();
        let of_order = |order: &[usize]| {
            let pick = |values: &[f64]| order.iter().map(|&row| values[row]).collect::<Vec<f64>>();
            let (x, near, response) = (pick(&columns[0]), pick(&near), pick(&response));
            regress(&[numbers(&x), numbers(&near)], true, &response, family).unwrap()
        };
        let rows: Vec<usize> = (0..300).collect();
        let (plain, shuffled) = (of_order(&rows), of_order(&crate::data::shuffled(3, &rows)));
        assert_eq!(plain, shuffled, "{family:?}");
        let twice: Vec<usize> = rows.iter().chain(&rows).copied().collect();
        assert_all_close(&of_order(&twice).coefficients, &plain.coefficients, 1e-11, &format!("{family:?} twice"));
    }
}

#[test]
fn rows_of_no_weight_are_not_there() {
    for family in FAMILIES {
        let Sample { columns, response } = sample(200, 1, family);
        let weights: Vec<f64> = (0..200).map(|row| if row < 120 { 1.0 } else { 0.0 }).collect();
        let outcomes = Outcomes { response: &response, weights: Some(&weights), ..Outcomes::default() };
        let observations = Observations::new(&[numbers(&columns[0])], true, &outcomes).unwrap();
        assert_eq!(observations.n_rows(), 120);
        let weighted = fit(&observations, family, &RegressionOptions::default()).unwrap();
        let some = regress(&[numbers(&columns[0][..120])], true, &response[..120], family).unwrap();
        assert_all_close(&weighted.coefficients, &some.coefficients, 1e-12, &format!("{family:?}"));
        assert_all_close(&weighted.std_errors, &some.std_errors, 1e-12, &format!("{family:?}"));
    }
}

#[test]
fn what_is_no_number_or_out_of_range_is_refused() {
    let refused = |column: &[f64], response: &[f64], weights: Option<&[f64]>, offset: Option<&[f64]>| {
        let outcomes = Outcomes { response, weights, offset, groups: None };
        Observations::new(&[numbers(column)], true, &outcomes).unwrap_err()
    };
    let (fine, infinite, nan) = ([1.0, 2.0], [1.0, f64::INFINITY], [1.0, f64::NAN]);
    for bad in [infinite, nan] {
        assert_eq!(refused(&bad, &fine, None, None), Undefined::NotFinite);
        assert_eq!(refused(&fine, &bad, None, None), Undefined::NotFinite);
        assert_eq!(refused(&fine, &fine, Some(&bad), None), Undefined::NotFinite);
        assert_eq!(refused(&fine, &fine, None, Some(&bad)), Undefined::NotFinite);
    }
    assert_eq!(refused(&fine, &fine, Some(&[1.0, -1.0]), None), Undefined::NotPositive);
    assert_eq!(refused(&fine, &fine, Some(&[0.0, 0.0]), None), Undefined::NoWeight);
    assert_eq!(refused(&fine, &[1.0], None, None), Undefined::TooFew { n: 1, needed: 2 });
    let outcomes = Outcomes { response: &fine, ..Outcomes::default() };
    let unknown = Observations::new(&[codes(&[0, 3], 2)], true, &outcomes).unwrap_err();
    assert_eq!(unknown, Undefined::OutOfRange);
    for (family, response) in [
        (Family::Binomial, [0.0, 1.5]),
        (Family::Poisson, [1.0, -1.0]),
        (Family::Gamma, [1.0, 0.0]),
        (Family::Tweedie { power: 1.5 }, [1.0, -0.1]),
    ] {
        let refused = regress(&[numbers(&fine)], true, &response, family).unwrap_err();
        assert_eq!(refused, RegressionError::Response { n: 1 }, "{family:?}");
    }
}

#[test]
fn one_outcome_is_refused() {
    let x = [1.0, 2.0, 3.0];
    for (family, value) in [(Family::Binomial, 0.0), (Family::Binomial, 1.0), (Family::Poisson, 0.0)] {
        let refused = regress(&[numbers(&x)], true, &[value; 3], family).unwrap_err();
        assert_eq!(refused, RegressionError::OneOutcome { value });
    }
    // A constant response of other families is a fit without slopes.
    let flat = regress(&[numbers(&x)], true, &[4.0; 3], Family::Poisson).unwrap();
    assert!((flat.coefficients[0] - 4.0_f64.ln()).abs() < 1e-14 && flat.coefficients[1].abs() < 1e-14);
    let flat = regress(&[numbers(&x)], true, &[4.0; 3], Family::Gaussian).unwrap();
    assert_eq!((flat.coefficients.as_slice(), flat.deviance), ([4.0, 0.0].as_slice(), 0.0));
}

#[track_caller]
fn assert_separated(fit: Result<RegressionFit, RegressionError>, expected: &[usize], least: u64) {
    match fit {
        Err(RegressionError::Separated { columns, n_separated, n_rows }) => {
            assert_eq!(columns, expected);
            assert!(n_separated >= least && n_separated <= n_rows, "{n_separated} of {n_rows}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn separation_is_named_with_its_columns() {
    let Sample { columns, .. } = sample(200, 2, Family::Binomial);
    let (x, y) = (&columns[0], &columns[1]);
    // Completely, by one column beside an innocent one, and by the sum of two.
    let above: Vec<f64> = x.iter().map(|x| f64::from(u8::from(*x > 1.0))).collect();
    assert_separated(regress(&[numbers(y), numbers(x)], true, &above, Family::Binomial), &[2], 200);
    let both: Vec<f64> = x.iter().zip(y).map(|(x, y)| f64::from(u8::from(x + y > 1.0))).collect();
    assert_separated(regress(&[numbers(y), numbers(x)], true, &both, Family::Binomial), &[1, 2], 200);
    // In units that make the column tiny or huge.
    for unit in [1e-300, 1e300] {
        let scaled: Vec<f64> = x.iter().map(|x| x * unit).collect();
        assert_separated(regress(&[numbers(y), numbers(&scaled)], true, &above, Family::Binomial), &[2], 200);
    }
    // Quasi: one category in which all say yes; of counts and amounts, one in which all are zero.
    let level: Vec<u32> = (0..200).map(|row| if row % 10 == 3 { 1 } else { u32::from(row % 2 == 0) * 2 }).collect();
    for (family, end) in [(Family::Binomial, 1.0), (Family::Poisson, 0.0), (Family::Tweedie { power: 1.5 }, 0.0)] {
        let Sample { response, .. } = sample(200, 2, family);
        let mut response = response;
        (0..200).filter(|row| level[*row] == 1).for_each(|row| response[row] = end);
        let coded: Vec<u32> = level.iter().map(|code| if *code == 0 { REFERENCE } else { code - 1 }).collect();
        assert_separated(regress(&[numbers(y), codes(&coded, 2)], true, &response, family), &[2], 20);
    }
}

#[test]
fn separation_by_columns_that_nearly_determine_each_other() {
    let Sample { columns, .. } = sample(200, 2, Family::Binomial);
    let near: Vec<f64> = columns[0].iter().zip(&columns[1]).map(|(x, d)| x + d / 65_536.0).collect();
    let above: Vec<f64> = columns[1].iter().map(|d| f64::from(u8::from(*d > 0.5))).collect();
    assert_separated(regress(&[numbers(&columns[0]), numbers(&near)], true, &above, Family::Binomial), &[1, 2], 200);
}
