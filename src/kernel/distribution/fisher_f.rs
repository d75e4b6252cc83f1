//! Fisher's F distribution.
//!
//! Notation: `F = (X1 / df1) / (X2 / df2)` with independent chi-squared `X1` and `X2`; then
//! `df1 F / (df1 F + df2)` has the beta distribution with parameters `df1 / 2` and `df2 / 2`.

use super::beta::BetaPoint;
use super::{LnTails, degrees};
use crate::kernel::p_value::PValue;
use crate::kernel::undefined::Undefined;

/// The natural logarithm of the probability of more than `f`; 0, that is certainty, at 0 and
/// below, and minus infinity at infinity.
///
/// # Errors
///
/// [`Undefined::NotFinite`] for NaN, [`Undefined::NotPositive`] unless both degrees of freedom
/// are positive. They need not be whole, and infinite ones are allowed.
pub fn ln_sf(f: f64, df1: f64, df2: f64) -> Result<f64, Undefined> {
    tails(f, df1, df2).map(|tails| tails.upper)
}

/// The natural logarithm of the probability of at most `f`.
///
/// # Errors
///
/// As [`ln_sf`].
pub fn ln_cdf(f: f64, df1: f64, df2: f64) -> Result<f64, Undefined> {
    tails(f, df1, df2).map(|tails| tails.lower)
}

/// The p-value of an F statistic: the probability of a larger one.
///
/// # Errors
///
/// As [`ln_sf`].
///
/// ```
/// use customer_analytics::kernel::distribution::fisher_f;
/// // With 2 and 2 degrees of freedom it is 1 / (1 + F).
/// let p = fisher_f::upper_tail(19.0, 2.0, 2.0)?;
/// assert!((p.value() - 0.05).abs() < 1e-15);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn upper_tail(f: f64, df1: f64, df2: f64) -> Result<PValue, Undefined> {
    ln_sf(f, df1, df2).map(PValue::from_ln)
}

fn tails(f: f64, df1: f64, df2: f64) -> Result<LnTails, Undefined> {
    let (df1, df2) = (degrees(df1)?, degrees(df2)?);
    if f.is_nan() {
        return Err(Undefined::NotFinite);
    }
    Ok(if f <= 0.0 {
        LnTails { lower: f64::NEG_INFINITY, upper: 0.0 }
    } else if f == f64::INFINITY {
        LnTails { lower: 0.0, upper: f64::NEG_INFINITY }
    } else {
        point(f, f - 1.0, df1, df2).tails()
    })
}

/// The beta point of a positive, finite `f`, with `f - 1` as exact as the caller has it.
pub(super) fn point(f: f64, f_less_one: f64, df1: f64, df2: f64) -> BetaPoint {
    let ratio = df2 / df1;
    // Halves first: the largest f plus the ratio is beyond the doubles.
    let whole = 0.5 * f + 0.5 * ratio;
    let (x, y) = (0.5 * f / whole, 0.5 * ratio / whole);
    let ln = |part: f64, rest: f64| {
        let odds = rest / part;
        if odds < 1e17 { -odds.ln_1p() } else { part.ln() - rest.ln() }
    };
    BetaPoint {
        a: 0.5 * df1,
        b: 0.5 * df2,
        x,
        y,
        ln_x: ln(f, ratio),
        ln_y: ln(ratio, f),
        above_x: y * f_less_one,
        above_y: -0.5 * f_less_one / whole,
    }
}
