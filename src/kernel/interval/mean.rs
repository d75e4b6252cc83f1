//! Intervals of a mean, or of any estimate with a standard error.

use super::{Interval, all_finite, normal_critical, tail_share};
use crate::kernel::distribution::student_t;
use crate::kernel::undefined::Undefined;

/// The interval `mean -+ t std_error`, with Student's t at `df` degrees of freedom.
///
/// Degrees of freedom need not be whole, as Welch's are not. A standard error of 0 gives the
/// interval of the mean alone.
///
/// # Errors
///
/// [`Undefined::NotFinite`] for a mean or standard error that is not finite, or NaN degrees of
/// freedom; [`Undefined::NotPositive`] unless `df > 0`; [`Undefined::OutOfRange`] for a negative
/// standard error, or unless `0 < conf_level < 1`; [`Undefined::Overflow`] where an end is beyond
/// the doubles.
pub fn mean_t(mean: f64, std_error: f64, df: f64, conf_level: f64) -> Result<Interval, Undefined> {
    symmetric(mean, std_error, -student_t::quantile(tail_share(conf_level)?, df)?)
}

/// The interval `mean -+ z std_error`, with the normal distribution.
///
/// # Errors
///
/// As [`mean_t`], without degrees of freedom.
pub fn mean_normal(mean: f64, std_error: f64, conf_level: f64) -> Result<Interval, Undefined> {
    symmetric(mean, std_error, normal_critical(conf_level)?)
}

fn symmetric(centre: f64, std_error: f64, critical: f64) -> Result<Interval, Undefined> {
    all_finite(&[centre, std_error])?;
    if std_error < 0.0 {
        return Err(Undefined::OutOfRange);
    }
    let half = critical * std_error;
    Interval::finite(centre - half, centre + half)
}
