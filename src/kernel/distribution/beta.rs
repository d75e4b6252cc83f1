//! The beta function and its incomplete integral, as logarithms.
//!
//! Notation: `n = a + b`, `p = a / n`, `q = b / n`, `y = 1 - x`; `I_x(a, b)` is the regularised
//! incomplete beta integral. Over the logit `ln(x / y)` its density is
//! `x^a y^b / B(a, b) = sqrt(n p q / (2 pi)) exp(-a f(x/p - 1) - b f(y/q - 1) + Delta(n) -
//! Delta(a) - Delta(b))`, with `f(u) = u - ln(1 + u)` and Stirling's remainder `Delta`: nothing
//! large is subtracted, however large `a` and `b` are. Cf. C. Loader (2000), "Fast and accurate
//! computation of binomial probabilities", and NIST Digital Library of Mathematical Functions,
//! 8.17.8 (the series).

use std::f64::consts::TAU;

use super::fall_off::{self, Shape, excess_of_exp, excess_over, excess_over_ln};
use super::gamma::{SERIES_TO, STRAIGHT_FROM, stirling_remainder};
use super::{LnTails, positive};
use crate::kernel::undefined::Undefined;

/// Up to this `x` the series is short.
const SERIES_TO_X: f64 = 0.8;

/// The natural logarithm of the beta function, without the cancellation of three logarithms of
/// gamma functions.
///
/// # Errors
///
/// [`Undefined::NotFinite`] for NaN, [`Undefined::NotPositive`] unless both are positive.
pub fn ln_beta(a: f64, b: f64) -> Result<f64, Undefined> {
    let (a, b) = parameters(a, b)?;
    let n = a + b;
    Ok(a * ln_share(a, b) + b * ln_share(b, a) - ln_density_scale(a, b, n))
}

/// Natural logarithms of `I_x(a, b)` and `1 - I_x(a, b)`.
///
/// `y` is `1 - x`, asked for as well because it has digits that `x` near 1 has lost.
///
/// # Errors
///
/// [`Undefined::NotFinite`] for NaN, [`Undefined::NotPositive`] unless `a` and `b` are positive,
/// [`Undefined::OutOfRange`] unless `x` and `y` lie in 0..=1.
pub fn ln_tails(a: f64, b: f64, x: f64, y: f64) -> Result<LnTails, Undefined> {
    let (a, b) = parameters(a, b)?;
    if x.is_nan() || y.is_nan() {
        return Err(Undefined::NotFinite);
    }
    if !(0.0..=1.0).contains(&x) || !(0.0..=1.0).contains(&y) {
        return Err(Undefined::OutOfRange);
    }
    // x b - y a, whose rounding is that of the difference and not of its terms.
    let product = y * a;
    let gap = x.mul_add(b, -product) - y.mul_add(a, -product);
    let ln = |part: f64, rest: f64| if part < rest { part.ln() } else { (-rest).ln_1p() };
    let point = BetaPoint { a, b, x, y, ln_x: ln(x, y), ln_y: ln(y, x), above_x: gap / a, above_y: -gap / b };
    Ok(point.tails())
}

fn parameters(a: f64, b: f64) -> Result<(f64, f64), Undefined> {
    Ok((positive(a)?.clamp(1e-100, 1e150), positive(b)?.clamp(1e-100, 1e150)))
}

/// `ln(part / (part + rest))`.
fn ln_share(part: f64, rest: f64) -> f64 {
    let n = part + rest;
    if part < rest { (part / n).ln() } else { (-rest / n).ln_1p() }
}

/// Logarithm of the density over the logit at its mode, `x = p`.
fn ln_density_scale(a: f64, b: f64, n: f64) -> f64 {
    0.5 * (a * (b / n) / TAU).ln() + stirling_remainder(n) - stirling_remainder(a) - stirling_remainder(b)
}

/// A point of the beta distribution, with what is small held by itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct BetaPoint {
    pub(super) a: f64,
    pub(super) b: f64,
    pub(super) x: f64,
    /// `1 - x`.
    pub(super) y: f64,
    pub(super) ln_x: f64,
    pub(super) ln_y: f64,
    /// `x / p - 1`.
    pub(super) above_x: f64,
    /// `y / q - 1`.
    pub(super) above_y: f64,
}

impl BetaPoint {
    pub(super) fn tails(self) -> LnTails {
        if self.above_x <= 0.0 {
            LnTails::of_lower(self.ln_density() + self.lower_fall_off().ln())
        } else {
            let mirrored = self.mirrored();
            LnTails::of_lower(mirrored.ln_density() + mirrored.lower_fall_off().ln()).swapped()
        }
    }

    fn mirrored(self) -> Self {
        let Self { a, b, x, y, ln_x, ln_y, above_x, above_y } = self;
        Self { a: b, b: a, x: y, y: x, ln_x: ln_y, ln_y: ln_x, above_x: above_y, above_y: above_x }
    }

    /// Logarithm of `x^a y^b / B(a, b)`, the density over the logit of `x`.
    pub(super) fn ln_density(self) -> f64 {
        let Self { a, b, .. } = self;
        let x_excess = excess_over(self.above_x, || self.ln_x - ln_share(a, b));
        let y_excess = excess_over(self.above_y, || self.ln_y - ln_share(b, a));
        ln_density_scale(a, b, a + b) - a * x_excess - b * y_excess
    }

    /// `I_x(a, b)` divided by the density, for `x` at or below `p`.
    fn lower_fall_off(self) -> f64 {
        let Self { a, b, x, y, .. } = self;
        let n = a + b;
        if a <= SERIES_TO && x <= SERIES_TO_X {
            let (mut step, mut term, mut sum) = (0.0, 1.0, 1.0);
            while term > f64::EPSILON / 8.0 * sum {
                term *= x * (n + step) / (a + 1.0 + step);
                sum += term;
                step += 1.0;
            }
            return sum / a;
        }
        // Never minus 0, whose reciprocal has the wrong sign.
        let slope = a * self.above_x.abs();
        let shape = Shape { slope, curvature: n * x * y, straight: Some((STRAIGHT_FROM, a)) };
        fall_off::integral(shape, |s| slope * s + n * curve(x, y, s))
    }
}

/// `ln(x e^-s + y) + x s`, which is not negative; of `x` and `y` the smaller one is scaled up.
fn curve(x: f64, y: f64, s: f64) -> f64 {
    if x <= 0.5 {
        return x * excess_of_exp(-s) - excess_over_ln(x * (-s).exp_m1());
    }
    let z = y * s.exp_m1();
    if z > 1.0 { z.ln_1p() - y * s } else { y * excess_of_exp(s) - excess_over_ln(z) }
}
