//! Intervals that a statistic lies in with a stated confidence.

use serde::Serialize;

/// Two ends, the lower first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}
