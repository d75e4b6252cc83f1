//! Intervals of correlation coefficients: normal on the scale of Fisher's z, `artanh r`.

use super::{Interval, normal_critical};
use crate::kernel::undefined::Undefined;

/// Fisher's interval of a Pearson coefficient from `n` pairs: standard error `1 / sqrt(n - 3)`.
///
/// A coefficient of exactly 1 or -1 gives the interval of that point alone, as the limit does.
/// For a partial coefficient that `k` columns were held fixed for, give `n - k`.
///
/// # Errors
///
/// [`Undefined::NotFinite`] for NaN, [`Undefined::OutOfRange`] unless `-1 <= r <= 1` and
/// `0 < conf_level < 1`, [`Undefined::TooFew`] for three pairs and fewer.
///
/// # References
///
/// R. A. Fisher (1921), Metron 1, 3-32.
pub fn fisher_z(r: f64, n: u64, conf_level: f64) -> Result<Interval, Undefined> {
    on_fisher_scale(r, n, 4, conf_level, |n| 1.0 / (n - 3.0))
}

/// The interval of a Spearman coefficient: standard error `sqrt((1 + r^2/2) / (n - 3))`.
///
/// # Errors
///
/// As [`fisher_z`].
///
/// # References
///
/// D. G. Bonett & T. A. Wright (2000), Psychometrika 65(1), 23-28.
pub fn spearman_bonett_wright(r: f64, n: u64, conf_level: f64) -> Result<Interval, Undefined> {
    on_fisher_scale(r, n, 4, conf_level, |n| (1.0 + 0.5 * r * r) / (n - 3.0))
}

/// The interval of a Kendall coefficient: standard error `sqrt(0.437 / (n - 4))`.
///
/// # Errors
///
/// As [`fisher_z`], but five pairs are needed.
///
/// # References
///
/// E. C. Fieller, H. O. Hartley & E. S. Pearson (1957), Biometrika 44(3/4), 470-481.
pub fn kendall_fieller(tau: f64, n: u64, conf_level: f64) -> Result<Interval, Undefined> {
    on_fisher_scale(tau, n, 5, conf_level, |n| 0.437 / (n - 4.0))
}

fn on_fisher_scale(
    r: f64,
    n: u64,
    needed: u64,
    conf_level: f64,
    variance: impl Fn(f64) -> f64,
) -> Result<Interval, Undefined> {
    let critical = normal_critical(conf_level)?;
    if r.is_nan() {
        return Err(Undefined::NotFinite);
    }
    if r.abs() > 1.0 {
        return Err(Undefined::OutOfRange);
    }
    if n < needed {
        return Err(Undefined::TooFew { n, needed });
    }
    if r.abs() == 1.0 {
        return Ok(Interval { low: r, high: r });
    }
    let (z, half) = (r.atanh(), critical * variance(n as f64).sqrt());
    Ok(Interval { low: (z - half).tanh(), high: (z + half).tanh() })
}
