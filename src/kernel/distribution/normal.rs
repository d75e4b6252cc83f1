//! The normal distribution, as far out as doubles go.
//!
//! Notation: `phi` density, `Phi` cdf, `sf = 1 - Phi`; beyond `z = 1` the tail is `phi(z)` times
//! Mills' ratio, the integral of `exp(-z s - s^2/2)` over `s > 0`. Nearer to the middle,
//! `Phi(z) - 1/2 = phi(z) (z + z^3/3 + z^5/15 + ...)`, the divisors being products of odd numbers:
//! M. Abramowitz & I. A. Stegun (1964), Handbook of Mathematical Functions, 26.2.11.

use std::f64::consts::{LN_2, SQRT_2};

use statrs::function::erf;

use super::fall_off::{self, Shape};
use super::gamma::HALF_LN_TAU;
use super::inside;
use crate::kernel::p_value::PValue;
use crate::kernel::undefined::Undefined;

/// Up to here the series is short; from here on the tail by itself keeps its digits. The error
/// functions of statrs have ten digits between the two, which is too few for both.
const SERIES_TO: f64 = 1.0;

/// The probability of at most `z`; NaN for NaN.
///
/// ```
/// use customer_analytics::kernel::distribution::normal;
/// assert!((normal::cdf(1.959963984540054) - 0.975).abs() < 1e-15);
/// ```
#[must_use]
pub fn cdf(z: f64) -> f64 {
    sf(-z)
}

/// The probability of more than `z`; NaN for NaN.
#[must_use]
pub fn sf(z: f64) -> f64 {
    if z < -SERIES_TO {
        1.0 - sf(-z)
    } else if z <= SERIES_TO {
        0.5 - from_the_middle(z)
    } else {
        ln_sf(z).exp()
    }
}

/// `Phi(z) - 1/2` for `z` up to 1 in size.
fn from_the_middle(z: f64) -> f64 {
    let square = z * z;
    // From the last term that counts, so that the small ones are added first.
    let sum = (1..=21).rev().fold(1.0, |sum, term| 1.0 + sum * square / f64::from(2 * term + 1));
    z * sum * (-0.5 * square - HALF_LN_TAU).exp()
}

/// The natural logarithm of the probability of more than `z`; NaN for NaN.
///
/// It is finite as long as `z^2` is.
#[must_use]
pub fn ln_sf(z: f64) -> f64 {
    if z.is_nan() {
        return z;
    }
    if z < -SERIES_TO {
        return (-sf(-z)).ln_1p();
    }
    if z <= SERIES_TO {
        return sf(z).ln();
    }
    if z == f64::INFINITY {
        return f64::NEG_INFINITY;
    }
    let shape = Shape { slope: z, curvature: 1.0, straight: None };
    let mills = fall_off::integral(shape, |s| s * (z + 0.5 * s));
    mills.ln() - HALF_LN_TAU - 0.5 * z * z
}

/// The p-value of a standard normal statistic against both sides; 0 at an infinite one.
///
/// # Errors
///
/// [`Undefined::NotFinite`] for NaN.
pub fn two_sided(z: f64) -> Result<PValue, Undefined> {
    upper_tail(z.abs()).map(|p| PValue::from_ln(p.ln() + LN_2))
}

/// The p-value of a standard normal statistic against large values.
///
/// # Errors
///
/// [`Undefined::NotFinite`] for NaN.
pub fn upper_tail(z: f64) -> Result<PValue, Undefined> {
    if z.is_nan() { Err(Undefined::NotFinite) } else { Ok(PValue::from_ln(ln_sf(z))) }
}

/// The value that a standard normal variable stays below with probability `p`.
///
/// For an upper tail of probability `q` below 1e-3 or so, `-quantile(q)` has digits that
/// `quantile(1 - q)` has lost.
///
/// # Errors
///
/// [`Undefined::OutOfRange`] unless `0 < p < 1`.
///
/// ```
/// use customer_analytics::kernel::distribution::normal;
/// assert!((normal::quantile(0.975)? - 1.959963984540054).abs() < 2e-15);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn quantile(p: f64) -> Result<f64, Undefined> {
    let p = inside(p)?;
    // Both are exact: 1 - p for p at least one half, 2 p - 1 near one half.
    if (0.25..=0.75).contains(&p) {
        let centred = 2.0 * p - 1.0;
        let start = SQRT_2 * erf::erf_inv(centred);
        let ln_density = -0.5 * start * start - HALF_LN_TAU;
        return Ok(start - (from_the_middle(start) - 0.5 * centred) / ln_density.exp());
    }
    if p > 0.5 { Ok(upper_quantile(1.0 - p)) } else { Ok(-upper_quantile(p)) }
}

/// The value above which lies the share `q`, for `q` up to one half.
fn upper_quantile(q: f64) -> f64 {
    let target = q.ln();
    let mut z = SQRT_2 * erf::erfc_inv(2.0 * q);
    if !z.is_finite() {
        // 2 q is too small for the approximation; the leading term is close enough.
        z = (-2.0 * target).sqrt();
    }
    for _ in 0..MOST_STEPS {
        let ln = ln_sf(z);
        let hazard = (-0.5 * z * z - HALF_LN_TAU - ln).exp();
        let step = (ln - target) / hazard;
        z += step;
        if step.abs() < 1e-9 * z {
            break;
        }
    }
    z
}

const MOST_STEPS: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: mpmath 1.4.1, 40 digits, `erfc(z / sqrt(2))` of these doubles.
    #[test]
    fn between_the_middle_and_the_far_tail_all_digits_are_there() {
        let expected = [
            (0.5, 0.617_075_077_451_973_8),
            (1.0, 0.317_310_507_862_914_1),
            (1.4, 0.161_513_318_467_542_12),
            (1.959_963_984_540_054, 0.05),
            (2.65, 0.008_049_177_085_516_617),
            (4.0, 6.334_248_366_623_984e-5),
            (4.9, 9.583_665_531_806_38e-7),
            (5.0, 5.733_031_437_583_878e-7),
        ];
        for (z, p) in expected {
            let got = two_sided(z).unwrap().value();
            assert!((got / p - 1.0).abs() < 4e-15, "{z}: {got}");
            assert!((2.0 * cdf(-z) / p - 1.0).abs() < 4e-15, "{z}");
            assert!((cdf(z) - (1.0 - 0.5 * p)).abs() < 2e-16, "{z}");
        }
    }

    #[test]
    fn quantiles_lead_back_to_their_shares() {
        for p in [1e-300, 1e-9, 0.001, 0.025, 0.2, 0.25, 0.3, 0.5, 0.7, 0.75, 0.9, 0.975] {
            let z = quantile(p).unwrap();
            assert!((cdf(z) / p - 1.0).abs() < 1e-14 * z.abs().max(1.0), "{p}: {z}");
        }
        assert_eq!(quantile(0.5), Ok(0.0));
    }
}
