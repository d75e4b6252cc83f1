//! Limits within which a series moves by chance.
//!
//! Notation: `x_i` the estimate of period `i` from `n_i` responses whose standard deviation is
//! `s_i`; `k` how many sigmas wide the limits are.
//!
//! ```text
//! sampling      centre = sum n x / sum n     sigma_i = sqrt(sum n s^2 / sum n) / sqrt(n_i)
//! Laney         the same, times the mean of |z_i - z_(i-1)| by 2 / sqrt(pi), z_i = (x_i - centre) / sigma_i
//! moving range  centre = mean of x           sigma = mean of |x_i - x_(i-1)| by 2 / sqrt(pi)
//! limits        centre -+ k sigma_i
//! ```
//! W. A. Shewhart (1931), Economic Control of Quality of Manufactured Product; D. B. Laney (2002),
//! "Improved control charts for attributes", Quality Engineering 14(4), 531-537; D. C. Montgomery
//! (2013), Introduction to Statistical Quality Control, 7th ed., sections 6.4 and 7.3. Eight
//! points on one side: Western Electric (1956), Statistical Quality Control Handbook.

use serde::{Deserialize, Serialize};

use crate::kernel::undefined::Undefined;

/// Points in a row on one side of the centre that chance hardly makes: once in 128.
const RUN: usize = 8;
/// The mean distance of two normal values in standard deviations, 2 / sqrt(pi).
const MEAN_DISTANCE: f64 = std::f64::consts::FRAC_2_SQRT_PI;

/// What chance is taken to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ControlChart {
    /// The drawing of respondents alone. Of many responses these limits are so narrow that
    /// ordinary change from period to period lies outside.
    Sampling,
    /// The drawing of respondents, widened or narrowed to how far neighbouring periods lie apart.
    #[default]
    Laney,
    /// How far neighbouring periods lie apart, whatever their size.
    MovingRange,
}

/// One period of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ControlPoint {
    /// The estimate.
    pub estimate: f64,
    /// Responses, or how many of equal weight they are worth.
    pub n: f64,
    /// Standard deviation of one response.
    pub sd: f64,
}

/// Why a point is more than chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ControlSignal {
    /// It lies outside the limits.
    BeyondLimits,
    /// It is at least the eighth in a row on one side of the centre.
    Run,
}

/// The limits of one period.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ControlLimit {
    /// Lower limit.
    pub low: f64,
    /// Upper limit.
    pub high: f64,
    /// Why the point is more than chance; `None` where it is not.
    pub signal: Option<ControlSignal>,
}

/// The limits of a series.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ControlLimits {
    /// What chance is taken to be.
    pub chart: ControlChart,
    /// The line that points scatter about.
    pub centre: f64,
    /// How much wider than by sampling alone the limits are; `None` where sampling plays no part.
    pub widening: Option<f64>,
    /// One for each period, in their order.
    pub limits: Vec<ControlLimit>,
}

impl ControlChart {
    /// The limits of a series in order of time, `n_sigmas` wide to either side: 3 by custom.
    ///
    /// A point outside is more than the usual coming and going, and worth asking why.
    ///
    /// # Errors
    /// `TooFew` without a point, or under two where neighbours are compared; `NotFinite`;
    /// `NotPositive` unless every `n` and `n_sigmas` is above 0 and no `sd` is below;
    /// `Constant` when nothing varies.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_analytics::kernel::survey::{ControlChart, ControlPoint};
    ///
    /// let points = [30.0, 31.0, 30.0, 40.0].map(|estimate| ControlPoint { estimate, n: 400.0, sd: 80.0 });
    /// let found = ControlChart::Sampling.limits(&points, 3.0)?;
    /// // 80 / sqrt(400) = 4 to one sigma.
    /// assert_eq!((found.centre, found.limits[0].low, found.limits[0].high), (32.75, 20.75, 44.75));
    /// assert!(found.limits.iter().all(|limit| limit.signal.is_none()));
    /// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
    /// ```
    pub fn limits(self, points: &[ControlPoint], n_sigmas: f64) -> Result<ControlLimits, Undefined> {
        let needed = if self == Self::Sampling { 1 } else { 2 };
        if points.len() < needed {
            return Err(Undefined::TooFew { n: points.len() as u64, needed: needed as u64 });
        }
        check(points, n_sigmas)?;
        let (centre, sigmas, widening) = match self {
            Self::MovingRange => {
                let estimates: Vec<f64> = points.iter().map(|point| point.estimate).collect();
                let centre = centre_of(points, |_| 1.0);
                (centre, vec![mean_step(&estimates) / MEAN_DISTANCE; points.len()], None)
            }
            Self::Sampling | Self::Laney => {
                let (centre, mut sigmas) = by_sampling(points);
                let mut widening = 1.0;
                if self == Self::Laney && sigmas.iter().all(|&sigma| sigma > 0.0) {
                    let z = |(point, sigma): (&ControlPoint, &f64)| (point.estimate - centre) / sigma;
                    let z: Vec<f64> = points.iter().zip(&sigmas).map(z).collect();
                    widening = mean_step(&z) / MEAN_DISTANCE;
                    sigmas.iter_mut().for_each(|sigma| *sigma *= widening);
                }
                (centre, sigmas, Some(widening))
            }
        };
        if !centre.is_finite() || !sigmas.iter().all(|sigma| sigma.is_finite()) {
            return Err(Undefined::Overflow);
        }
        if sigmas.contains(&0.0) {
            return Err(Undefined::Constant);
        }
        let ends = sigmas.iter().map(|sigma| (centre - n_sigmas * sigma, centre + n_sigmas * sigma)).collect();
        Ok(ControlLimits { chart: self, centre, widening, limits: signalled(points, centre, ends) })
    }
}

fn check(points: &[ControlPoint], n_sigmas: f64) -> Result<(), Undefined> {
    let numbers = points.iter().flat_map(|point| [point.estimate, point.n, point.sd]);
    if !numbers.chain([n_sigmas]).all(f64::is_finite) {
        return Err(Undefined::NotFinite);
    }
    let is_good = |point: &ControlPoint| point.n > 0.0 && point.sd >= 0.0;
    if points.iter().all(is_good) && n_sigmas > 0.0 { Ok(()) } else { Err(Undefined::NotPositive) }
}

/// The mean of all responses, and what one sigma is for each period.
fn by_sampling(points: &[ControlPoint]) -> (f64, Vec<f64>) {
    let sum = |of: fn(&ControlPoint) -> f64| points.iter().map(of).sum::<f64>();
    let n = sum(|point| point.n);
    let centre = centre_of(points, |point| point.n);
    let sd = (sum(|point| point.n * point.sd * point.sd) / n).sqrt();
    (centre, points.iter().map(|point| sd / point.n.sqrt()).collect())
}

/// A weighted mean, from the first point on, so that it is exact where all are equal.
fn centre_of(points: &[ControlPoint], weight: fn(&ControlPoint) -> f64) -> f64 {
    let first = points.first().map_or(0.0, |point| point.estimate);
    let above = |point: &ControlPoint| weight(point) * (point.estimate - first);
    first + points.iter().map(above).sum::<f64>() / points.iter().map(weight).sum::<f64>()
}

/// The mean distance of neighbours.
fn mean_step(values: &[f64]) -> f64 {
    let steps: f64 = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum();
    steps / (values.len() - 1) as f64
}

fn signalled(points: &[ControlPoint], centre: f64, ends: Vec<(f64, f64)>) -> Vec<ControlLimit> {
    let (mut side, mut run) = (0.0, 0);
    // What rounding moves the centre by: nearer to it no point is on a side.
    let largest = points.iter().fold(centre.abs(), |largest, point| largest.max(point.estimate.abs()));
    let slack = f64::EPSILON * points.len() as f64 * largest;
    let limit = |(point, (low, high)): (&ControlPoint, (f64, f64))| {
        let own = match point.estimate - centre {
            distance if distance.abs() <= slack => 0.0,
            distance => distance.signum(),
        };
        run = if own == side && own != 0.0 { run + 1 } else { usize::from(own != 0.0) };
        side = own;
        let signal = if !(low..=high).contains(&point.estimate) {
            Some(ControlSignal::BeyondLimits)
        } else {
            (run >= RUN).then_some(ControlSignal::Run)
        };
        ControlLimit { low, high, signal }
    };
    points.iter().zip(ends).map(limit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(estimates: &[f64], n: f64, sd: f64) -> Vec<ControlPoint> {
        estimates.iter().map(|&estimate| ControlPoint { estimate, n, sd }).collect()
    }

    /// Oracle: by hand; centre 12, mean step 2, sigma 2 sqrt(pi) / 2.
    #[test]
    fn moving_ranges_by_hand() {
        let found = ControlChart::MovingRange.limits(&points(&[11.0, 13.0, 11.0, 13.0], 9.0, 0.0), 3.0).unwrap();
        let sigma = std::f64::consts::PI.sqrt();
        assert_eq!((found.centre, found.widening), (12.0, None));
        assert!((found.limits[0].high - 12.0 - 3.0 * sigma).abs() < 1e-14);
        assert!((found.limits[3].low - 12.0 + 3.0 * sigma).abs() < 1e-14);
    }

    /// Oracle: by hand; pooled variance (100 * 1 + 300 * 9) / 400 = 7, centre (0 + 300 * 4) / 400.
    #[test]
    fn small_periods_have_wide_limits() {
        let two =
            [ControlPoint { estimate: 0.0, n: 100.0, sd: 1.0 }, ControlPoint { estimate: 4.0, n: 300.0, sd: 3.0 }];
        let found = ControlChart::Sampling.limits(&two, 3.0).unwrap();
        assert_eq!(found.centre, 3.0);
        assert!((found.limits[0].high - 3.0 - 0.3 * 7.0_f64.sqrt()).abs() < 1e-14);
        assert!((found.limits[1].high - 3.0 - 3.0 * (7.0_f64 / 300.0).sqrt()).abs() < 1e-14);
        assert_eq!(found.limits[0].signal, Some(ControlSignal::BeyondLimits));
    }

    /// Oracle: by hand; z is -10, 10, -10, 10, so that mean steps of 20 widen by 20 sqrt(pi) / 2.
    #[test]
    fn limits_of_many_responses_are_widened_to_what_is_usual() {
        let series = points(&[40.0, 60.0, 40.0, 60.0], 10_000.0, 100.0);
        let narrow = ControlChart::Sampling.limits(&series, 3.0).unwrap();
        assert!(narrow.limits.iter().all(|limit| limit.signal == Some(ControlSignal::BeyondLimits)));
        let found = ControlChart::Laney.limits(&series, 3.0).unwrap();
        assert!((found.widening.unwrap() - 10.0 * std::f64::consts::PI.sqrt()).abs() < 1e-13);
        assert!(found.limits.iter().all(|limit| limit.signal.is_none()));
    }

    #[test]
    fn eight_on_one_side_are_a_signal() {
        let mut estimates = vec![0.0; 8];
        estimates.extend([1.0; 8]);
        let found = ControlChart::Sampling.limits(&points(&estimates, 4.0, 2.0), 3.0).unwrap();
        let runs: Vec<usize> = (0..16).filter(|&at| found.limits[at].signal == Some(ControlSignal::Run)).collect();
        assert_eq!(runs, [7, 15]);
    }

    /// Oracle: by hand; the mean of equal numbers is each of them, and sum n x / sum n of 0.1 and these sizes
    /// is 0.1 less 1e-17.
    #[test]
    fn a_series_that_does_not_move_has_no_signal() {
        for x in [0.1, 33.3, -7.7, 1.0 / 3.0] {
            let sizes = [113.0, 57.0, 301.0, 91.0, 3.0, 77.0, 1_009.0, 13.0, 411.0, 5.0, 19.0, 23.0];
            let series = sizes.map(|n| ControlPoint { estimate: x, n, sd: 2.0 });
            let found = ControlChart::Sampling.limits(&series, 3.0).unwrap();
            assert_eq!(found.centre, x);
            assert!(found.limits.iter().all(|limit| limit.signal.is_none()), "{x}");
            assert_eq!(ControlChart::Laney.limits(&series, 3.0).unwrap_err(), Undefined::Constant);
            assert_eq!(ControlChart::MovingRange.limits(&series, 3.0).unwrap_err(), Undefined::Constant);
        }
    }

    /// Oracle: by hand; the centre is 0.2, where ten of the points lie.
    #[test]
    fn points_at_the_centre_are_on_no_side() {
        let mut estimates = vec![0.1, 0.3];
        estimates.extend([0.2; 10]);
        for chart in [ControlChart::Sampling, ControlChart::MovingRange] {
            let found = chart.limits(&points(&estimates, 7.0, 2.0), 9.0).unwrap();
            assert!(found.limits.iter().all(|limit| limit.signal.is_none()), "{found:?}");
        }
    }

    #[test]
    fn what_has_no_limits_says_why() {
        let limits = |chart: ControlChart, of: &[ControlPoint], k: f64| chart.limits(of, k).unwrap_err();
        let one = points(&[1.0], 5.0, 1.0);
        assert_eq!(limits(ControlChart::Laney, &one, 3.0), Undefined::TooFew { n: 1, needed: 2 });
        assert_eq!(limits(ControlChart::Sampling, &[], 3.0), Undefined::TooFew { n: 0, needed: 1 });
        assert_eq!(limits(ControlChart::Sampling, &points(&[1.0], 0.0, 1.0), 3.0), Undefined::NotPositive);
        assert_eq!(limits(ControlChart::Sampling, &one, 0.0), Undefined::NotPositive);
        assert_eq!(limits(ControlChart::Sampling, &points(&[1.0], 5.0, 0.0), 3.0), Undefined::Constant);
        assert_eq!(limits(ControlChart::MovingRange, &points(&[1.0; 4], 5.0, 1.0), 3.0), Undefined::Constant);
        assert_eq!(limits(ControlChart::Sampling, &points(&[f64::NAN], 5.0, 1.0), 3.0), Undefined::NotFinite);
    }
}
