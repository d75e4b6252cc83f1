//! Kolmogorov's limiting distribution of the largest distance between distribution functions.
//!
//! Notation: `lambda = sqrt(n) D` with the largest distance `D`, and `n = n1 n2 / (n1 + n2)` for
//! two samples. A. Kolmogorov (1933), Giornale dell'Istituto Italiano degli Attuari 4, 83-91; the
//! series for small `lambda` is its Jacobi theta transform, W. Feller (1948), Annals of
//! Mathematical Statistics 19(2), 177-189.

use std::f64::consts::{LN_2, PI};

use super::ln_one_minus_exp;
use crate::kernel::p_value::PValue;
use crate::kernel::undefined::Undefined;

/// Below it the second series is the shorter one; both have all digits on either side.
const SMALL: f64 = 1.0;

/// The natural logarithm of the limiting probability of more than `lambda`; 0, that is certainty,
/// at 0 and below; NaN for NaN.
#[must_use]
pub fn ln_sf(lambda: f64) -> f64 {
    if lambda <= 0.0 {
        return 0.0;
    }
    let square = lambda * lambda;
    if lambda < SMALL {
        let step = PI * PI / (8.0 * square);
        // The first term leads; the others are (2k - 1)^2 - 1 = 8, 24, 48 steps below it.
        let rest: f64 = [8.0_f64, 24.0, 48.0].iter().map(|below| (-below * step).exp()).sum();
        return ln_one_minus_exp((2.0 * PI).sqrt().ln() - lambda.ln() - step + rest.ln_1p());
    }
    // 2 (e^-2s - e^-8s + e^-18s - ...), each over the first.
    let rest = -(-6.0 * square).exp() + (-16.0 * square).exp() - (-30.0 * square).exp();
    LN_2 - 2.0 * square + rest.ln_1p()
}

/// The asymptotic p-value of the two-sample Kolmogorov-Smirnov distance `d`.
///
/// It is the limit for large samples, as in R with `exact = FALSE`; ties make it conservative.
///
/// # Errors
///
/// [`Undefined::NotFinite`] for NaN, [`Undefined::OutOfRange`] unless `0 <= d <= 1`,
/// [`Undefined::TooFew`] for an empty sample.
///
/// # References
///
/// N. Smirnov (1948), Annals of Mathematical Statistics 19(2), 279-281.
pub fn two_sample(d: f64, n1: u64, n2: u64) -> Result<PValue, Undefined> {
    if d.is_nan() {
        return Err(Undefined::NotFinite);
    }
    if !(0.0..=1.0).contains(&d) {
        return Err(Undefined::OutOfRange);
    }
    if n1.min(n2) == 0 {
        return Err(Undefined::TooFew { n: 0, needed: 1 });
    }
    let (n1, n2) = (n1 as f64, n2 as f64);
    Ok(PValue::from_ln(ln_sf(d * (n1 * (n2 / (n1 + n2))).sqrt())))
}
