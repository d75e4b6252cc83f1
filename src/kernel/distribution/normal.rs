//! The normal distribution, as far out as doubles go.
//!
//! Notation: density `phi`, `sf(z)` the probability above `z`. Near the centre
//! `1/2 - sf(z) = phi(z) (z + z^3/3 + z^5/15 + ...)`; further out the tail is `phi(z)` times Mills'
//! ratio, the integral of `exp(-z s - s^2/2)` over `s > 0`. NIST Digital Library of Mathematical
//! Functions, 7.6.2 and 7.8.1.

use std::f64::consts::{LN_2, SQRT_2};

use statrs::function::erf;

use super::fall_off::{self, Shape};
use super::gamma::HALF_LN_TAU;
use super::inside;
use crate::kernel::p_value::PValue;
use crate::kernel::undefined::Undefined;

/// Up to here the series is short and subtracting it from one half costs nothing.
const CENTRE_TO: f64 = 1.0;

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
    if z < -CENTRE_TO {
        1.0 - sf(-z)
    } else if z <= CENTRE_TO {
        0.5 - above_median(z)
    } else {
        ln_sf(z).exp()
    }
}

/// The natural logarithm of the probability of more than `z`; NaN for NaN.
///
/// It is finite as long as `z^2` is.
#[must_use]
pub fn ln_sf(z: f64) -> f64 {
    if z < -CENTRE_TO {
        return (-sf(-z)).ln_1p();
    }
    if z <= CENTRE_TO {
        return (0.5 - above_median(z)).ln();
    }
    if z.is_nan() {
        return z;
    }
    if z == f64::INFINITY {
        return f64::NEG_INFINITY;
    }
    let shape = Shape { slope: z, curvature: 1.0, straight: None };
    let mills = fall_off::integral(shape, |s| s * (z + 0.5 * s));
    mills.ln() - HALF_LN_TAU - 0.5 * z * z
}

/// The probability between 0 and `z`, with the sign of `z`, near the centre.
fn above_median(z: f64) -> f64 {
    let square = z * z;
    let (mut odd, mut term, mut sum) = (1.0, z, z);
    while term.abs() > f64::EPSILON / 8.0 * sum.abs() {
        odd += 2.0;
        term *= square / odd;
        sum += term;
    }
    sum * (-0.5 * square - HALF_LN_TAU).exp()
}

/// The p-value of a standard normal statistic against both sides; 0 at an infinite one.
///
/// # Errors
///
/// [`Undefined::NotFinite`] for NaN.
pub fn two_sided(z: f64) -> Result<PValue, Undefined> {
    let size = z.abs();
    if size <= CENTRE_TO {
        return Ok(PValue::from_ln((-2.0 * above_median(size)).ln_1p()));
    }
    upper_tail(size).map(|p| PValue::from_ln(p.ln() + LN_2))
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
/// assert!((normal::quantile(0.975)? - 1.959963984540054).abs() < 1e-15);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn quantile(p: f64) -> Result<f64, Undefined> {
    let p = inside(p)?;
    // Both are exact: 1 - p for p at least one half, 2 p - 1 near one half.
    if (0.25..=0.75).contains(&p) {
        let centred = 2.0 * p - 1.0;
        let start = SQRT_2 * erf::erf_inv(centred);
        let density = (-0.5 * start * start - HALF_LN_TAU).exp();
        return Ok(start - (above_median(start) - 0.5 * centred) / density);
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
