//! Intervals that a statistic lies in with a stated confidence.

mod correlation;
mod mean;
mod proportion;

use serde::Serialize;

pub use correlation::{fisher_z, kendall_fieller, spearman_bonett_wright};
pub use mean::{mean_normal, mean_t};
pub use proportion::wilson;
pub(crate) use proportion::wilson_at;

use super::distribution::normal;
use super::undefined::Undefined;

/// Two ends, the lower first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// The interval of these ends, both of them finite.
    fn finite(low: f64, high: f64) -> Result<Self, Undefined> {
        if low.is_finite() && high.is_finite() { Ok(Self { low, high }) } else { Err(Undefined::Overflow) }
    }
}

/// The share in each tail; exact for a level of at least one half.
pub(crate) fn tail_share(conf_level: f64) -> Result<f64, Undefined> {
    if conf_level > 0.0 && conf_level < 1.0 { Ok(0.5 * (1.0 - conf_level)) } else { Err(Undefined::OutOfRange) }
}

/// The normal value that is exceeded in size with probability `1 - conf_level`.
pub(crate) fn normal_critical(conf_level: f64) -> Result<f64, Undefined> {
    normal::quantile(tail_share(conf_level)?).map(f64::abs)
}

fn all_finite(values: &[f64]) -> Result<(), Undefined> {
    if values.iter().all(|value| value.is_finite()) { Ok(()) } else { Err(Undefined::NotFinite) }
}

#[cfg(test)]
mod tests;
