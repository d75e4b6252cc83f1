//! Student's t distribution.
//!
//! `t^2` has the F distribution with 1 and `df` degrees of freedom; everything follows from that.

use std::f64::consts::LN_2;

use super::beta::BetaPoint;
use super::{LnTails, degrees, fisher_f, inside, normal, solve};
use crate::kernel::p_value::PValue;
use crate::kernel::undefined::Undefined;

/// From here on `t^2` may be beyond the doubles.
const LARGE: f64 = 1e150;

/// The p-value of a t statistic against both sides; 0 at an infinite one.
///
/// Degrees of freedom need not be whole; infinite ones give the normal distribution.
///
/// # Errors
///
/// [`Undefined::NotFinite`] for NaN, [`Undefined::NotPositive`] unless `df > 0`.
///
/// ```
/// use customer_analytics::kernel::distribution::student_t;
/// // With one degree of freedom, 1 lies at the quartile.
/// assert!((student_t::two_sided(1.0, 1.0)?.value() - 0.5).abs() < 1e-15);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn two_sided(t: f64, df: f64) -> Result<PValue, Undefined> {
    tails_of_size(t, df).map(|tails| PValue::from_ln(tails.upper))
}

/// The p-value of a t statistic against large values.
///
/// # Errors
///
/// As [`two_sided`].
pub fn upper_tail(t: f64, df: f64) -> Result<PValue, Undefined> {
    ln_sf(t, df).map(PValue::from_ln)
}

/// The natural logarithm of the probability of more than `t`.
///
/// # Errors
///
/// As [`two_sided`].
pub fn ln_sf(t: f64, df: f64) -> Result<f64, Undefined> {
    let beyond = tails_of_size(t, df)?.upper;
    Ok(if t >= 0.0 { beyond - LN_2 } else { (-0.5 * beyond.exp()).ln_1p() })
}

/// The probability of at most `t`.
///
/// # Errors
///
/// As [`two_sided`].
pub fn cdf(t: f64, df: f64) -> Result<f64, Undefined> {
    ln_sf(-t, df).map(f64::exp)
}

/// The value that a t variable stays below with probability `p`.
///
/// For an upper tail of probability `q` below 1e-3 or so, `-quantile(q, df)` has digits that
/// `quantile(1 - q, df)` has lost.
///
/// # Errors
///
/// [`Undefined::NotFinite`] for NaN degrees of freedom, [`Undefined::NotPositive`] unless
/// `df > 0`, [`Undefined::OutOfRange`] unless `0 < p < 1`, [`Undefined::Overflow`] where the
/// quantile is beyond the doubles, as for `p = 1e-300` at half a degree of freedom.
pub fn quantile(p: f64, df: f64) -> Result<f64, Undefined> {
    let (p, df) = (inside(p)?, degrees(df)?);
    // Exact for p from a quarter to three quarters.
    let centred = 2.0 * p - 1.0;
    if centred == 0.0 {
        return Ok(0.0);
    }
    let z = normal::quantile(p)?.abs();
    let size = if centred.abs() < 0.5 {
        solve(z, centred.abs().ln(), |t| with_slope(t, df, |tails| tails.lower, 2.0))
    } else {
        let target = p.min(1.0 - p).ln() + LN_2;
        solve(start(z, df), target, |t| with_slope(t, df, |tails| tails.upper, -2.0))
    };
    size.map(|size| size.copysign(centred)).ok_or(Undefined::Overflow)
}

/// The normal quantile stretched to heavier tails, where that is not far too much.
fn start(z: f64, df: f64) -> f64 {
    let stretched = z * z / df;
    if stretched < 5.0 { (df * stretched.exp_m1()).sqrt() } else { z }
}

/// One logarithmic tail of `|t|` and its slope over `ln t`; the logit of the beta point moves
/// twice as fast as `ln t`.
fn with_slope(t: f64, df: f64, tail: impl Fn(LnTails) -> f64, logit_slope: f64) -> (f64, f64) {
    let point = point(t, df);
    let ln = tail(point.tails());
    (ln, logit_slope * (point.ln_density() - ln).exp())
}

/// Tails of `|t|`: below it is the probability of a smaller one.
fn tails_of_size(t: f64, df: f64) -> Result<LnTails, Undefined> {
    let df = degrees(df)?;
    if t.is_nan() {
        return Err(Undefined::NotFinite);
    }
    Ok(if t == 0.0 {
        LnTails { lower: f64::NEG_INFINITY, upper: 0.0 }
    } else if t.is_infinite() {
        LnTails { lower: 0.0, upper: f64::NEG_INFINITY }
    } else {
        point(t.abs(), df).tails()
    })
}

/// The beta point of `t^2 / (df + t^2)`, with parameters `1/2` and `df / 2`.
fn point(t: f64, df: f64) -> BetaPoint {
    if t < LARGE {
        return fisher_f::point((t * t).max(f64::MIN_POSITIVE), (t - 1.0) * (t + 1.0), 1.0, df);
    }
    // All of x, and of y its logarithm only.
    let ln_y = df.ln() - 2.0 * t.ln();
    BetaPoint { a: 0.5, b: 0.5 * df, x: 1.0, y: ln_y.exp(), ln_x: 0.0, ln_y, above_x: df, above_y: -1.0 }
}
