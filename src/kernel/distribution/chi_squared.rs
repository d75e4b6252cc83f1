//! The chi-squared distribution: twice a gamma variable of shape `df / 2`.

use super::gamma::{GammaPoint, ln_gamma_of_positive};
use super::{degrees, gamma, inside, normal, solve};
use crate::kernel::p_value::PValue;
use crate::kernel::undefined::Undefined;

/// The natural logarithm of the probability of more than `x`; 0, that is certainty, at 0 and
/// below, and minus infinity at infinity.
///
/// # Errors
///
/// [`Undefined::NotFinite`] for NaN, [`Undefined::NotPositive`] unless `df > 0`.
pub fn ln_sf(x: f64, df: f64) -> Result<f64, Undefined> {
    gamma::ln_tails(0.5 * degrees(df)?, 0.5 * x).map(|tails| tails.upper)
}

/// The probability of at most `x`.
///
/// # Errors
///
/// As [`ln_sf`].
pub fn cdf(x: f64, df: f64) -> Result<f64, Undefined> {
    gamma::ln_tails(0.5 * degrees(df)?, 0.5 * x).map(|tails| tails.lower.exp())
}

/// The p-value of a chi-squared statistic: the probability of a larger one.
///
/// # Errors
///
/// As [`ln_sf`].
///
/// ```
/// use customer_analytics::kernel::distribution::chi_squared;
/// // With 2 degrees of freedom it is e^(-x/2).
/// let p = chi_squared::upper_tail(2.0, 2.0)?;
/// assert!((p.ln() + 1.0).abs() < 2e-15);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn upper_tail(x: f64, df: f64) -> Result<PValue, Undefined> {
    ln_sf(x, df).map(PValue::from_ln)
}

/// The value that a chi-squared variable stays below with probability `p`; 0 where it is below
/// the smallest double.
///
/// # Errors
///
/// [`Undefined::NotFinite`] for NaN degrees of freedom, [`Undefined::NotPositive`] unless
/// `df > 0`, [`Undefined::OutOfRange`] unless `0 < p < 1`.
pub fn quantile(p: f64, df: f64) -> Result<f64, Undefined> {
    let (p, a) = (inside(p)?, 0.5 * degrees(df)?);
    let point = |x: f64| GammaPoint { a, x };
    let root = if p <= 0.5 {
        solve(start(p, a)?, p.ln(), |x| {
            let ln = point(x).tails().lower;
            (ln, (point(x).ln_density() - ln).exp())
        })
    } else {
        solve(start(p, a)?, (1.0 - p).ln(), |x| {
            let ln = point(x).tails().upper;
            (ln, -(point(x).ln_density() - ln).exp())
        })
    };
    root.map(|x| 2.0 * x).ok_or(Undefined::Overflow)
}

/// The cube-root approximation of E. B. Wilson & M. M. Hilferty (1931), PNAS 17(12), 684-688, or
/// the leading term of the lower tail where that is no good.
fn start(p: f64, a: f64) -> Result<f64, Undefined> {
    let root = 1.0 - 1.0 / (9.0 * a) + normal::quantile(p)? / (3.0 * a.sqrt());
    let leading = ((p.ln() + ln_gamma_of_positive(a + 1.0)) / a).exp();
    Ok(if root > 0.3 { a * root.powi(3) } else { leading })
}
