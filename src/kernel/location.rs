//! Geometric and harmonic means.
//!
//! Notation: `n` positive values `x`, each `m 2^e` with `m` about 1.
//!
//! ```text
//! geometric   exp(mean ln x) = 2^(sum e / n) exp(sum ln m / n)
//! harmonic    n / sum (1 / x)
//! ```
//! The exponents are added as whole numbers, so that 1e-300 and 1e300 have a mean as good as
//! that of 1 and 2; both sums are exact, so that no order changes a bit.

use std::f64::consts::{LN_2, SQRT_2};

use super::exact_sum::ExactSum;
use super::undefined::Undefined;

/// The geometric mean: of growth rates, ratios and prices that vary by factors.
///
/// # Errors
/// `TooFew` without values, `NotFinite` with NaN or an infinite one, `NotPositive` with zero or
/// a negative one.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::location::geometric_mean;
///
/// assert_eq!(geometric_mean(&[1.0, 4.0, 16.0]), Ok(4.0));
/// ```
pub fn geometric_mean(values: &[f64]) -> Result<f64, Undefined> {
    let (min, max) = positive_ends(values)?;
    let (mut logarithms, mut exponents) = (ExactSum::default(), 0_i64);
    for &value in values {
        let (mantissa, exponent) = split(value);
        logarithms.add(mantissa.ln());
        exponents += exponent;
    }
    let n = values.len() as i64;
    let (whole, rest) = (exponents.div_euclid(n), exponents.rem_euclid(n));
    let logarithm = logarithms.value().ok_or(Undefined::Overflow)?;
    let mantissa = (logarithm / n as f64 + rest as f64 / n as f64 * LN_2).exp();
    Ok(grown(mantissa, whole as i32).clamp(min, max))
}

/// The harmonic mean: of rates over equal distances, such as orders per visit over equal orders.
///
/// # Errors
/// As [`geometric_mean`].
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::location::harmonic_mean;
///
/// assert_eq!(harmonic_mean(&[1.0, 2.0, 4.0, 4.0]), Ok(2.0));
/// ```
pub fn harmonic_mean(values: &[f64]) -> Result<f64, Undefined> {
    let (min, max) = positive_ends(values)?;
    // In units of the smallest value no reciprocal is above 1; those that vanish do not matter.
    let exponent = split(min).1 as i32;
    let mut reciprocals = ExactSum::default();
    values.iter().for_each(|&value| reciprocals.add(1.0 / grown(value, -exponent)));
    let sum = reciprocals.value().ok_or(Undefined::Overflow)?;
    Ok(grown(values.len() as f64 / sum, exponent).clamp(min, max))
}

/// The smallest and the largest of positive values.
fn positive_ends(values: &[f64]) -> Result<(f64, f64), Undefined> {
    if values.is_empty() {
        return Err(Undefined::TooFew { n: 0, needed: 1 });
    }
    if values.iter().any(|value| !value.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    let ends = values.iter().fold((f64::INFINITY, 0.0_f64), |(min, max), &value| (min.min(value), max.max(value)));
    if ends.0 > 0.0 { Ok(ends) } else { Err(Undefined::NotPositive) }
}

/// A positive value as `m 2^e` with `m` between the square roots of 1/2 and 2.
fn split(value: f64) -> (f64, i64) {
    // 2^54 makes a normal number of a subnormal one.
    let (value, shift) = if value < f64::MIN_POSITIVE { (value * (1_u64 << 54) as f64, 54) } else { (value, 0) };
    let bits = value.to_bits();
    let exponent = (bits >> 52) as i64 - 1023 - shift;
    let mantissa = f64::from_bits(bits & ((1 << 52) - 1) | 1.0_f64.to_bits());
    if mantissa > SQRT_2 { (mantissa / 2.0, exponent + 1) } else { (mantissa, exponent) }
}

/// `value 2^exponent`, in two steps where one factor would be no double.
fn grown(value: f64, exponent: i32) -> f64 {
    let first = exponent.clamp(-1_000, 1_000);
    value * 2.0_f64.powi(first) * 2.0_f64.powi(exponent - first)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(found: Result<f64, Undefined>, expected: f64) {
        let found = found.unwrap();
        assert!((found / expected - 1.0).abs() <= 4e-16, "{found} {expected}");
    }

    /// Oracle: mpmath 1.4.1, 50 digits.
    #[test]
    fn means_agree_with_exact_arithmetic() {
        let values = [0.1, 2.5, 30.0, 4.75];
        close(geometric_mean(&values), 2.443_085_793_245_227);
        close(harmonic_mean(&values), 0.375_803_527_278_720_97);
        close(geometric_mean(&[1e-300, 1e300]), 1.0);
        close(geometric_mean(&[1e300, 2e300, 4e300]), 2e300);
        close(geometric_mean(&[1e-320, 1e308]), 9.999_944_335_758_49e-7);
        close(harmonic_mean(&[1e-300, 1e300]), 2e-300);
        close(harmonic_mean(&[1.5e308, 1.5e308, 1e308]), 1.285_714_285_714_285_7e308);
    }

    #[test]
    fn equal_values_are_their_own_mean() {
        for value in [0.1, 1.0, 5e-324, f64::MAX, f64::MIN_POSITIVE, 1.7e-310] {
            assert_eq!(geometric_mean(&[value; 7]), Ok(value));
            assert_eq!(harmonic_mean(&[value; 7]), Ok(value));
        }
    }

    #[test]
    fn what_is_undefined_says_why() {
        for mean in [geometric_mean, harmonic_mean] {
            assert_eq!(mean(&[]), Err(Undefined::TooFew { n: 0, needed: 1 }));
            assert_eq!(mean(&[1.0, 0.0]), Err(Undefined::NotPositive));
            assert_eq!(mean(&[1.0, -0.0]), Err(Undefined::NotPositive));
            assert_eq!(mean(&[-2.0, 3.0]), Err(Undefined::NotPositive));
            assert_eq!(mean(&[1.0, f64::INFINITY]), Err(Undefined::NotFinite));
            assert_eq!(mean(&[f64::NAN, -1.0]), Err(Undefined::NotFinite));
        }
    }

    proptest! {
        #[test]
        fn the_means_are_in_their_order(mut values in prop::collection::vec(1e-3..1e3, 1..40)) {
            let (harmonic, geometric) = (harmonic_mean(&values).unwrap(), geometric_mean(&values).unwrap());
            let arithmetic = ExactSum::of(&values).value().unwrap() / values.len() as f64;
            prop_assert!(harmonic <= geometric * (1.0 + 1e-15) && geometric <= arithmetic * (1.0 + 1e-15));
            values.reverse();
            prop_assert_eq!((harmonic_mean(&values), geometric_mean(&values)), (Ok(harmonic), Ok(geometric)));
        }
    }
}
