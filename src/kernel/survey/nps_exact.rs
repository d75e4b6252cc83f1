//! An interval of a net promoter score that covers what it says for any number of answers.
//!
//! Notation: `P`, `D` promoters and detractors of `n` answers, `M = P + D`; `delta = p - d` of the
//! population, `tau = p + d`; `l(P, D)` the lower end of the adjusted Wald interval, which puts samples
//! in an order; `R` the samples that speak for at least as high a score as the one at hand.
//!
//! ```text
//! l*(P, D) = largest l of the samples from which (P, D) comes by answers moving up
//! R = { samples with l* at least that of the sample at hand }
//! low = smallest delta with  max over tau of  Pr(R; delta, tau) >= (1 - conf_level) / 2
//! Pr(R) = sum_m Pr(M = m) Pr(P >= c(m) | M = m),   M ~ Bin(n, tau),  P | m ~ Bin(m, (tau + delta) / (2 tau))
//! ```
//!
//! A sample with an answer moved up is in `R` whenever the one before is. So raising `delta` can only
//! raise the maximum, and bisection finds the one end there is: Buehler's limit, the highest that the
//! order allows and that covers. The upper end is that of promoters and detractors changed over. Each
//! is wrong with a chance of at most half of what is left to the interval, whatever the share of
//! passives. What is not proven is that the maximum over `tau` is found: it is looked for on a grid
//! that is finer than the polynomial can turn, and then between the grid points.
//!
//! R. J. Buehler (1957), "Confidence intervals for the product of two binomial parameters", Journal of
//! the American Statistical Association 52, 482-493; C. J. Lloyd & M. V. Moldovan (2007), "Exact
//! one-sided confidence limits for the difference between two correlated proportions", Statistics in
//! Medicine 26(18), 3369-3384 (the same problem, with promoters and detractors as discordant pairs).

use std::f64::consts::PI;

use super::nps_counts::NpsCounts;
use super::nps_estimate::{NpsEstimate, POINTS};
use crate::kernel::distribution::gamma::ln_gamma;
use crate::kernel::interval::{Interval, tail_share};
use crate::kernel::undefined::Undefined;

/// The largest number of answers that [`exact_nps`] takes.
pub const MOST_EXACT: u64 = 1_000;
/// Samples whose lower ends are this near to each other count as equal, which widens the interval.
const EQUAL: f64 = 1e-12;
/// The `z` of the ends that put samples in an order, the same for all confidences: so intervals of less
/// confidence lie inside those of more.
const ORDER_Z: f64 = 1.959_963_984_540_054;
/// Bisections of -1..=1, to 4e-12 points.
const BISECTIONS: usize = 45;
/// Steps of the golden section within two steps of the grid.
const GOLDEN_STEPS: usize = 30;

/// The exact interval of a net promoter score, for at most [`MOST_EXACT`] answers.
///
/// It covers with at least the chance it says, for one answer and for all promoters too, and is wider
/// than the adjusted interval for that. It takes 10 ms for 200 answers and 0.1 s for 1,000. There is none
/// of weighted answers, nor of a finite population.
///
/// # Errors
///
/// [`Undefined::TooFew`] when there are no answers; [`Undefined::TooMany`] for more than
/// [`MOST_EXACT`] of them, where the [adjusted interval](NpsEstimate::adjusted_wald) is within a tenth
/// of a percentage point of what it says unless nearly all are in one class;
/// [`Undefined::OutOfRange`] for a confidence outside 0..1.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::survey::{NpsCounts, exact_nps};
///
/// // All of 5 are promoters: the lowest score for which that has a chance of 0.025 has a share of
/// // 0.025^(1/5) promoters, and nobody but detractors beside.
/// let ends = exact_nps(&NpsCounts { promoters: 5, passives: 0, detractors: 0 }, 0.95)?;
/// assert!((ends.low - 100.0 * (2.0 * 0.025_f64.powf(0.2) - 1.0)).abs() < 1e-9);
/// assert_eq!(ends.high, 100.0);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn exact_nps(counts: &NpsCounts, conf_level: f64) -> Result<Interval, Undefined> {
    counts.summary()?;
    let tail = tail_share(conf_level)?;
    if counts.n() > MOST_EXACT {
        return Err(Undefined::TooMany { n: counts.n(), most: MOST_EXACT });
    }
    let ln_factorials = ln_factorials(counts.n())?;
    let lower = |counts: &NpsCounts| POINTS * Region::above(counts, &ln_factorials).lower_end(tail);
    Ok(Interval { low: lower(counts), high: -lower(&counts.swapped()) })
}

fn ln_factorials(n: u64) -> Result<Vec<f64>, Undefined> {
    (0..=n).map(|k| ln_gamma(k as f64 + 1.0)).collect()
}

/// The samples that speak for at least as high a score as one.
struct Region<'a> {
    n: usize,
    /// `c(m)`, the fewest promoters of `m` promoters and detractors; `m + 1` where none are enough.
    /// From `m` to `m + 1` it stays or grows by 1.
    fewest: Vec<usize>,
    ln_factorials: &'a [f64],
}

/// `l` of all samples with so many detractors, by promoters, and then `l*` in its place.
fn raised_row(n: usize, detractors: usize, below: &[f64]) -> Vec<f64> {
    let mut row: Vec<f64> = Vec::with_capacity(n - detractors + 1);
    for promoters in 0..=n - detractors {
        let shares = [promoters, n - promoters - detractors, detractors].map(|count| count as f64 / n as f64);
        let (centre, std_error) = NpsEstimate::of_counts(n as u64, POINTS * (shares[0] - shares[2]), shares).adjusted();
        let mut highest = centre - ORDER_Z * std_error;
        // An answer less high: a passive for a promoter, a detractor for a passive or a promoter.
        let from = [promoters.checked_sub(1).and_then(|at| row.get(at)), below.get(promoters)];
        let from_both = promoters.checked_sub(1).and_then(|at| below.get(at));
        for other in from.into_iter().chain([from_both]).flatten() {
            highest = highest.max(*other);
        }
        row.push(highest);
    }
    row
}

impl<'a> Region<'a> {
    fn above(counts: &NpsCounts, ln_factorials: &'a [f64]) -> Self {
        let n = counts.n() as usize;
        let rows = || {
            (0..=n).rev().scan(Vec::new(), move |below, detractors| {
                *below = raised_row(n, detractors, below);
                Some((detractors, below.clone()))
            })
        };
        let of_sample = rows().find(|(detractors, _)| *detractors as u64 == counts.detractors);
        let least = of_sample.map_or(0.0, |(_, row)| row[counts.promoters as usize]) - POINTS * EQUAL;
        let mut fewest: Vec<usize> = (1..=n + 1).collect();
        for (detractors, row) in rows() {
            // Rows ascend with promoters.
            for promoters in row.partition_point(|&end| end < least)..row.len() {
                let of = &mut fewest[promoters + detractors];
                *of = promoters.min(*of);
            }
        }
        Self { n, fewest, ln_factorials }
    }

    /// The largest known `delta` below the limit, -1..=1.
    fn lower_end(&self, tail: f64) -> f64 {
        // What sums of n rounded terms may be off by, so that rounding widens the interval.
        let tail = tail - 4.0 * f64::EPSILON * self.n as f64;
        let (mut low, mut high) = (-1.0, 1.0);
        for _ in 0..BISECTIONS {
            let middle = 0.5 * (low + high);
            if self.reaches(middle, tail) {
                high = middle;
            } else {
                low = middle;
            }
        }
        low
    }

    /// Whether the region has a chance of at least `tail` for some share of passives.
    fn reaches(&self, delta: f64, tail: f64) -> bool {
        let steps = 48 + 3 * (self.n as f64).sqrt().ceil() as usize;
        // Closer together at both ends, where the chance turns most quickly.
        let at = |step: f64| {
            let part = 0.5 - 0.5 * (PI * step / steps as f64).cos();
            self.chance(delta, delta.abs() + (1.0 - delta.abs()) * part)
        };
        let mut chances = Vec::with_capacity(steps + 1);
        for step in 0..=steps {
            chances.push(at(step as f64));
            if chances[step] >= tail {
                return true;
            }
        }
        let peaks = (0..=steps).filter(|&step| {
            let beside = [step.checked_sub(1), Some(step + 1)].into_iter().flatten();
            beside.filter_map(|other| chances.get(other)).all(|&other| other <= chances[step])
        });
        peaks.into_iter().any(|peak| {
            let (low, high) = (peak.saturating_sub(1) as f64, (peak + 1).min(steps) as f64);
            // A peak lies above its grid points by a fraction of what they differ by.
            2.0 * chances[peak] >= tail && golden_maximum(low, high, at) >= tail
        })
    }

    /// `Pr(R; delta, tau)`.
    fn chance(&self, delta: f64, tau: f64) -> f64 {
        if tau <= 0.0 {
            return if self.fewest[0] == 0 { 1.0 } else { 0.0 };
        }
        let up = (0.5 * (1.0 + delta / tau)).clamp(0.0, 1.0);
        let (extreme, up) = (Odds::of(tau), Odds::of(up));
        // Pr(P >= c(m) | m), from one m to the next: the last answer decides when the others are at
        // the edge.
        let (mut enough, mut sum) = (if self.fewest[0] == 0 { 1.0 } else { 0.0 }, 0.0);
        for m in 0..=self.n {
            sum += enough * self.ln_chance(self.n, m, extreme).exp();
            if m == self.n {
                break;
            }
            let (c, next) = (self.fewest[m], self.fewest[m + 1]);
            if next > c {
                enough -= up.no * self.exactly(m, c, up);
            } else if c > 0 {
                enough += up.yes * self.exactly(m, c - 1, up);
            }
        }
        sum
    }

    fn exactly(&self, n: usize, k: usize, odds: Odds) -> f64 {
        if k > n { 0.0 } else { self.ln_chance(n, k, odds).exp() }
    }

    /// Logarithm of the chance of `k` of `n`.
    fn ln_chance(&self, n: usize, k: usize, odds: Odds) -> f64 {
        let ways = self.ln_factorials[n] - self.ln_factorials[k] - self.ln_factorials[n - k];
        let power = |ln: f64, count: usize| if count == 0 { 0.0 } else { ln * count as f64 };
        ways + power(odds.ln_yes, k) + power(odds.ln_no, n - k)
    }
}

/// A chance and its opposite with their logarithms, minus infinity where there is none.
#[derive(Clone, Copy)]
struct Odds {
    yes: f64,
    no: f64,
    ln_yes: f64,
    ln_no: f64,
}

impl Odds {
    fn of(chance: f64) -> Self {
        Self { yes: chance, no: 1.0 - chance, ln_yes: chance.ln(), ln_no: (-chance).ln_1p() }
    }
}

/// The largest value of a function with one peak.
fn golden_maximum(low: f64, high: f64, value: impl Fn(f64) -> f64) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let (mut low, mut high) = (low, high);
    let (mut left, mut right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
    let (mut at_left, mut at_right) = (value(left), value(right));
    let mut largest = at_left.max(at_right);
    for _ in 0..GOLDEN_STEPS {
        if at_left < at_right {
            (low, left, at_left) = (left, right, at_right);
            right = low + GOLDEN * (high - low);
            at_right = value(right);
        } else {
            (high, right, at_right) = (right, left, at_left);
            left = high - GOLDEN * (high - low);
            at_left = value(left);
        }
        largest = largest.max(at_left).max(at_right);
    }
    largest
}

#[cfg(test)]
mod tests;
