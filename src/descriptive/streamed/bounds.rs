//! How far statistics that are made of estimated order statistics can be from the exact ones, and
//! so where these are.
//!
//! With an estimate `x'` of `x` and `|x' - x| <= a |x|` the error is at most `b |x'|`, `b = a / (1 - a)`.
//! A distance `|x - m|` is off by no more than the errors of both. Where half of the distances from
//! `m'` are at most `d'`, half of those from `m` are at most `d' + b (2 |m'| + d')`, and the other
//! way round, so that this is how far apart their medians can be.

use super::super::params::Describe;
use super::super::reading::{QuantileError, Sketch};
use crate::kernel::interval::Interval;
use crate::kernel::order::Tallied;
use crate::kernel::quantile::Place;
use crate::kernel::sketch::QuantileSketch;

/// Makes a window wider than the bound by more than rounding can have cost.
const ROUNDING: f64 = 1.001;

/// Estimated order statistics and what is made of them.
pub(super) struct Bounds<'a> {
    settings: &'a Describe,
    statistics: &'a Tallied,
}

/// The largest error of an estimate of this size.
fn of_size(size: f64) -> f64 {
    let relative = QuantileSketch::RELATIVE_ERROR;
    relative / (1.0 - relative) * size + QuantileSketch::LEAST_ERROR
}

/// The points that are no further from one than a bound.
fn around(point: f64, error: f64) -> Interval {
    Interval { low: point - error * ROUNDING, high: point + error * ROUNDING }
}

impl<'a> Bounds<'a> {
    pub(super) fn of(settings: &'a Describe, statistics: &'a Tallied) -> Self {
        Self { settings, statistics }
    }

    /// The order statistics that a quantile lies between.
    fn neighbours(&self, share: f64) -> Option<[f64; 2]> {
        let Place { below, .. } = self.settings.quantile_type().place(self.statistics.n() as usize, share)?;
        let low = self.statistics.at(below as u64)?;
        Some([low, self.statistics.at(below as u64 + 1).unwrap_or(low)])
    }

    /// Of the quantile at a share.
    fn quantile(&self, share: f64) -> Option<f64> {
        let [low, high] = self.neighbours(share)?;
        Some(of_size(low.abs().max(high.abs())))
    }

    fn iqr(&self) -> Option<f64> {
        Some(self.quantile(0.25)? + self.quantile(0.75)?)
    }

    /// Of each of both order statistics in the middle.
    fn middle(&self) -> f64 {
        let [low, high] = self.statistics.middle();
        of_size(low.abs().max(high.abs()))
    }

    fn distance(&self, distance: f64) -> f64 {
        2.0 * self.middle() + of_size(distance)
    }

    /// What is said of the error.
    pub(super) fn quantile_error(&self) -> QuantileError {
        let finite = |bound: &f64| bound.is_finite();
        let mad = self.statistics.mad().ok().map(|mad| self.distance(mad));
        QuantileError {
            sketch: Sketch::DdSketch,
            relative: QuantileSketch::RELATIVE_ERROR,
            iqr: self.iqr().filter(finite),
            mad: mad.filter(finite),
        }
    }

    /// Where the values are that all statistics of order are made of.
    pub(super) fn windows(&self) -> Vec<Interval> {
        let shares = self.settings.quantiles().iter().copied().chain([0.25, 0.5, 0.75]);
        let statistics = shares.filter_map(|share| self.neighbours(share)).chain([self.statistics.middle()]);
        let mut windows: Vec<Interval> = statistics.flatten().map(QuantileSketch::bucket).collect();
        windows.extend(self.fences().into_iter().flatten());
        let [low, high] = self.statistics.middle();
        let middle = low / 2.0 + high / 2.0;
        for distance in self.statistics.middle_distances() {
            let error = self.distance(distance) + self.middle();
            windows.extend([around(middle - distance, error), around(middle + distance, error)]);
        }
        windows
    }

    fn fences(&self) -> Option<[Interval; 2]> {
        let multiplier = self.settings.fence_multiplier();
        let fences = self.statistics.fences(multiplier, self.settings.quantile_type()).ok()?;
        let reach = multiplier * self.iqr()?;
        Some([around(fences.low, self.quantile(0.25)? + reach), around(fences.high, self.quantile(0.75)? + reach)])
    }
}
