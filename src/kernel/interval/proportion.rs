//! Intervals of a proportion.

use super::{Interval, all_finite, normal_critical};
use crate::kernel::undefined::Undefined;

/// Wilson's score interval of a proportion: it stays in 0..=1 and has a width at 0 and 1 too.
///
/// Counts need not be whole, so that weighted ones and effective sample sizes are welcome.
///
/// ```text
/// (s + z^2/2 -+ z sqrt(s (n - s)/n + z^2/4)) / (n + z^2)
/// ```
///
/// # Errors
///
/// [`Undefined::NotFinite`] for counts that are not finite, [`Undefined::TooFew`] for `n` of 0,
/// [`Undefined::OutOfRange`] unless `0 <= successes <= n` and `0 < conf_level < 1`.
///
/// # References
///
/// E. B. Wilson (1927), Journal of the American Statistical Association 22(158), 209-212.
pub fn wilson(successes: f64, n: f64, conf_level: f64) -> Result<Interval, Undefined> {
    // What is wrong with the counts is said before what is wrong with the confidence.
    checked(successes, n)?;
    wilson_at(successes, n, normal_critical(conf_level)?)
}

/// [`wilson`] by the normal quantile, which takes longer to find than all the rest: for many
/// proportions of one confidence.
pub(crate) fn wilson_at(successes: f64, n: f64, z: f64) -> Result<Interval, Undefined> {
    checked(successes, n)?;
    let square = z * z;
    let share = successes / n;
    let root = z * (successes * (1.0 - share) + 0.25 * square).sqrt();
    let high = ((successes + 0.5 * square + root) / (n + square)).min(1.0);
    // The product of both ends is s^2 / (n (n + z^2)): no subtraction, so a low end near 0 keeps
    // its digits.
    let low = share * (successes / (n + square)) / high;
    Interval::finite(low, high)
}

fn checked(successes: f64, n: f64) -> Result<(), Undefined> {
    all_finite(&[successes, n])?;
    if n == 0.0 {
        return Err(Undefined::TooFew { n: 0, needed: 1 });
    }
    if !(0.0..=n).contains(&successes) {
        return Err(Undefined::OutOfRange);
    }
    Ok(())
}
