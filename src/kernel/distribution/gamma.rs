//! The gamma function and its incomplete integrals, as logarithms.
//!
//! Notation: `Delta(x)` is Stirling's remainder,
//! `ln Gamma(x) = (x - 1/2) ln x - x + ln(2 pi)/2 + Delta(x)`; `P(a, x)` and `Q(a, x)` are the
//! regularised lower and upper incomplete gamma integrals. NIST Digital Library of Mathematical
//! Functions, 5.11.1 (series of `Delta`) and 8.7.1 (series of `P`).

use std::f64::consts::TAU;

use super::fall_off::{self, Shape, excess_of_exp, excess_over};
use super::{LnTails, positive};
use crate::kernel::undefined::Undefined;

/// `ln(2 pi) / 2`.
pub(super) const HALF_LN_TAU: f64 = 0.918_938_533_204_672_7;
/// Coefficients of `Delta` in `x^-1, x^-3, ...`: `B_2k / (2k (2k - 1))`.
const STIRLING: [f64; 8] = [
    1.0 / 12.0,
    -1.0 / 360.0,
    1.0 / 1_260.0,
    -1.0 / 1_680.0,
    1.0 / 1_188.0,
    -691.0 / 360_360.0,
    1.0 / 156.0,
    -3_617.0 / 122_400.0,
];
/// From here on the series has all digits.
const STIRLING_FROM: f64 = 10.0;
/// Up to here a lower tail takes a short series.
pub(super) const SERIES_TO: f64 = 40.0;
/// Distance beyond which `e^-s` is nothing beside 1.
pub(super) const STRAIGHT_FROM: f64 = 45.0;

/// What Stirling's formula for `ln Gamma(x)` lacks, for positive `x`.
pub(in crate::kernel) fn stirling_remainder(x: f64) -> f64 {
    let (mut x, mut sum) = (x, 0.0);
    while x < STIRLING_FROM {
        sum += (x + 0.5) * (1.0 / x).ln_1p() - 1.0;
        x += 1.0;
    }
    let inverse = 1.0 / x;
    let square = inverse * inverse;
    sum + inverse * STIRLING.iter().rev().fold(0.0, |value, term| value * square + term)
}

/// The natural logarithm of the gamma function at a positive number.
///
/// Accurate to 1e-15, relative where the logarithm is above 1 and absolute below.
///
/// # Errors
///
/// [`Undefined::NotFinite`] for NaN, [`Undefined::NotPositive`], and [`Undefined::Overflow`] where
/// the logarithm itself is beyond the doubles, above 2.5e305.
pub fn ln_gamma(x: f64) -> Result<f64, Undefined> {
    let ln = ln_gamma_of_positive(positive(x)?);
    if ln.is_finite() { Ok(ln) } else { Err(Undefined::Overflow) }
}

pub(super) fn ln_gamma_of_positive(x: f64) -> f64 {
    (x - 0.5) * (x.ln() - 1.0) - 0.5 + HALF_LN_TAU + stirling_remainder(x)
}

/// Natural logarithms of the regularised incomplete gamma integrals `P(a, x)` and `Q(a, x)`.
///
/// For `x` of 0 or less the lower tail is 0, at infinity the upper one.
///
/// # Errors
///
/// [`Undefined::NotFinite`] for NaN, [`Undefined::NotPositive`] unless `a > 0`.
pub fn ln_tails(a: f64, x: f64) -> Result<LnTails, Undefined> {
    let a = positive(a)?.clamp(1e-100, 1e150);
    if x.is_nan() {
        return Err(Undefined::NotFinite);
    }
    Ok(GammaPoint { a, x: x.max(0.0) }.tails())
}

/// A point of the gamma distribution with shape `a` and rate 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct GammaPoint {
    pub(super) a: f64,
    pub(super) x: f64,
}

impl GammaPoint {
    /// Logarithm of `x^a e^-x / Gamma(a)`, the density over `ln x`.
    pub(super) fn ln_density(self) -> f64 {
        let Self { a, x } = self;
        let excess = excess_over((x - a) / a, || x.ln() - a.ln());
        0.5 * (a / TAU).ln() - a * excess - stirling_remainder(a)
    }

    pub(super) fn tails(self) -> LnTails {
        let Self { a, x } = self;
        if x <= a {
            return LnTails::of_lower(self.ln_density() + self.lower_fall_off().ln());
        }
        if x == f64::INFINITY {
            return LnTails { lower: 0.0, upper: f64::NEG_INFINITY };
        }
        let shape = Shape { slope: x - a, curvature: x, straight: None };
        let upper = fall_off::integral(shape, |s| shape.slope * s + x * excess_of_exp(s));
        LnTails::of_lower(self.ln_density() + upper.ln()).swapped()
    }

    fn lower_fall_off(self) -> f64 {
        let Self { a, x } = self;
        if a <= SERIES_TO {
            let (mut below, mut term, mut sum) = (a, 1.0, 1.0);
            while term > f64::EPSILON / 8.0 * sum {
                below += 1.0;
                term *= x / below;
                sum += term;
            }
            return sum / a;
        }
        let shape = Shape { slope: a - x, curvature: x, straight: Some((STRAIGHT_FROM, a)) };
        fall_off::integral(shape, |s| shape.slope * s + x * excess_of_exp(-s))
    }
}
