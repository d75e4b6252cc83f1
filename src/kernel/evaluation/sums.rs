//! Checks of slices and exact sums over rows.

use std::array::from_fn;

use rayon::prelude::*;

use crate::kernel::exact_sum::ExactSum;
use crate::kernel::undefined::Undefined;

/// Rows that one task sums; exact sums merge to the same digits wherever they are cut.
const BLOCK: usize = 1 << 16;

/// Slices of one length that is not zero.
pub(super) fn same_length(n: usize, other: usize) -> Result<(), Undefined> {
    if n != other {
        return Err(Undefined::TooFew { n: n.min(other) as u64, needed: n.max(other) as u64 });
    }
    if n == 0 { Err(Undefined::TooFew { n: 0, needed: 1 }) } else { Ok(()) }
}

/// Numbers without NaN and infinities.
pub(super) fn all_finite(values: &[f64]) -> Result<(), Undefined> {
    if values.iter().fold(true, |all, value| all & value.is_finite()) { Ok(()) } else { Err(Undefined::NotFinite) }
}

/// Numbers from 0 to 1.
pub(super) fn probabilities(values: &[f64]) -> Result<(), Undefined> {
    if values.iter().fold(true, |all, value| all & (0.0..=1.0).contains(value)) {
        return Ok(());
    }
    Err(if values.iter().any(|value| value.is_nan()) { Undefined::NotFinite } else { Undefined::OutOfRange })
}

/// Finite numbers that are not negative, one of them above 0.
pub(super) fn check_weights(weights: &[f64]) -> Result<(), Undefined> {
    all_finite(weights)?;
    if weights.iter().any(|&weight| weight < 0.0) {
        return Err(Undefined::OutOfRange);
    }
    if weights.iter().any(|&weight| weight > 0.0) { Ok(()) } else { Err(Undefined::NoWeight) }
}

/// Exact sums of `K` terms of each row, on all threads.
pub(super) fn sums_over<const K: usize>(n: usize, terms: impl Fn(usize) -> [f64; K] + Sync) -> [ExactSum; K] {
    let nothing = || from_fn(|_| ExactSum::default());
    let block = |start: usize| {
        let mut sums = nothing();
        for row in start..(start + BLOCK).min(n) {
            sums.iter_mut().zip(terms(row)).for_each(|(sum, term)| sum.add(term));
        }
        sums
    };
    if n <= BLOCK {
        return block(0);
    }
    let merge = |left: [ExactSum; K], right: [ExactSum; K]| from_fn(|at| left[at].clone().merge(&right[at]));
    (0..n.div_ceil(BLOCK)).into_par_iter().map(|at| block(at * BLOCK)).reduce(nothing, merge)
}

/// The mean of a term over rows, weighted or not.
///
/// # Errors
/// `Overflow` when a term or the mean is not finite; `TooFew` and those of weights.
pub(super) fn mean_over(
    n: usize,
    weights: Option<&[f64]>,
    term: impl Fn(usize) -> f64 + Sync,
) -> Result<f64, Undefined> {
    let Some(weights) = weights else {
        let [sum] = sums_over(n, |row| [term(row)]);
        return sum.quotient(n as f64).ok_or(Undefined::Overflow);
    };
    same_length(n, weights.len())?;
    check_weights(weights)?;
    let weighted = |row: usize| {
        let weight = weights[row];
        // A row without weight is not there, whatever its term.
        if weight == 0.0 { [0.0, 0.0] } else { [weight * term(row), weight] }
    };
    let [sum, total] = sums_over(n, weighted);
    total.value().and_then(|total| sum.quotient(total)).ok_or(Undefined::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_sum_to_what_the_whole_sums_to() {
        let values: Vec<f64> = (0..200_000).map(|row| f64::from(row).sin() * 10_f64.powi(row % 40 - 20)).collect();
        let [found, ones] = sums_over(values.len(), |row| [values[row], 1.0]);
        assert_eq!((found.value(), ones.value()), (ExactSum::of(&values).value(), Some(200_000.0)));
    }

    #[test]
    fn rows_without_weight_may_hold_anything() {
        let terms = [f64::INFINITY, 3.0, 5.0];
        assert_eq!(mean_over(3, Some(&[0.0, 1.0, 3.0]), |row| terms[row]), Ok(4.5));
        assert_eq!(mean_over(3, None, |row| terms[row]), Err(Undefined::Overflow));
        assert_eq!(mean_over(3, Some(&[0.0, 1.0]), |row| terms[row]), Err(Undefined::TooFew { n: 2, needed: 3 }));
    }

    #[test]
    fn only_numbers_from_nought_to_one_are_probabilities() {
        assert_eq!(probabilities(&[0.0, 1.0, -0.0]), Ok(()));
        assert_eq!(probabilities(&[0.5, 1.0 + f64::EPSILON]), Err(Undefined::OutOfRange));
        assert_eq!(probabilities(&[-5e-324]), Err(Undefined::OutOfRange));
        assert_eq!(probabilities(&[2.0, f64::NAN]), Err(Undefined::NotFinite));
    }
}
