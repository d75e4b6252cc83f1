//! The bootstrap of a net promoter score, by drawing counts in place of answers.
//!
//! Drawing `n` answers with replacement and counting them gives counts that are multinomial with the
//! shares at hand, and the score knows nothing but counts. So the counts are drawn themselves: the
//! passives are binomial of `n`, the promoters are binomial of the rest. Two numbers make a
//! replicate, however many answers there are; it is the same bootstrap, not an approximation to it.
//!
//! Notation: `D = promoters - detractors` of a replicate, `D_0` of the answers, `x_i` the code 1, 0,
//! -1 of answer `i`.
//!
//! ```text
//! a = sum (x_i - mean)^3 / (6 (sum (x_i - mean)^2)^1.5)        from the counts, without a jackknife
//! ```
//!
//! # Weighted answers
//!
//! Drawn answers carry their weights with them, and the sums of those depend on which answers were
//! drawn and not only on how many: no counts tell. So there is no bootstrap of sums of weights, and
//! the linearised error of [`NpsWeights`](super::NpsWeights) is not to be called one. With the answers at
//! hand, [`bootstrap_sums`](crate::kernel::bootstrap::bootstrap_sums) of `[w x, w]` draws them.
//!
//! B. Efron & R. J. Tibshirani (1993), An Introduction to the Bootstrap, section 5.2 (the multinomial
//! form) and eq. (14.9) to (14.15); L. Devroye (1986), Non-Uniform Random Variate Generation, section
//! XI.1.4 (conditional binomials).

use super::nps_counts::NpsCounts;
use super::nps_estimate::POINTS;
use crate::kernel::bootstrap::{Bootstrap, BootstrapEstimate, BootstrapMethod, Draw, bca_share};
use crate::kernel::distribution::normal;
use crate::kernel::draw::{Binomial, Chance, MOST_TRIALS};
use crate::kernel::interval::{Interval, tail_share};
use crate::kernel::quantile::{Place, QuantileType, between};
use crate::kernel::undefined::Undefined;

/// The bootstrap of a net promoter score; its cost does not depend on the number of answers.
///
/// The digits depend on the counts and the settings alone, so that a segment has the same interval
/// by itself as beside others; for that all segments may have one seed.
///
/// # Errors
///
/// [`Undefined::TooFew`] when there are no answers, or fewer than two replicates are asked for;
/// [`Undefined::OutOfRange`] for more than 2^53 answers, or a confidence outside 0..1. When all
/// answers are in one class all replicates are alike, and [`Undefined::Constant`] stands in place of
/// the interval; [`Undefined::TooFew`] stands there when no replicate lies to one side of the score,
/// for BCa only.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::bootstrap::Bootstrap;
/// use customer_analytics::kernel::survey::{NpsCounts, bootstrap_nps};
///
/// let counts = NpsCounts { promoters: 18_000_000, passives: 11_000_000, detractors: 2_000_000 };
/// let found = bootstrap_nps(&counts, &Bootstrap::new(2_000, 1))?;
/// assert!((found.std_error / counts.summary()?.std_error - 1.0).abs() < 0.1);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn bootstrap_nps(counts: &NpsCounts, settings: &Bootstrap) -> Result<BootstrapEstimate, Undefined> {
    let summary = counts.summary()?;
    let tail = tail_share(settings.conf_level)?;
    if counts.n() > MOST_TRIALS {
        return Err(Undefined::OutOfRange);
    }
    if settings.n_replicates < 2 {
        return Err(Undefined::TooFew { n: settings.n_replicates.into(), needed: 2 });
    }
    let replicates = Leads::draw(counts, settings);
    let (std_error, bias) = replicates.error_and_bias();
    let interval = if counts.is_constant() {
        Err(Undefined::Constant)
    } else {
        replicates.shares(counts, settings.method, tail).and_then(|shares| replicates.between(shares))
    };
    Ok(BootstrapEstimate {
        estimate: summary.estimate,
        std_error,
        bias,
        interval,
        method: settings.method,
        n_replicates: settings.n_replicates,
        n_undefined: 0,
    })
}

/// `D - D_0` of all replicates, ascending.
struct Leads {
    n: f64,
    observed: i64,
    above_observed: Vec<i64>,
}

impl Leads {
    fn draw(counts: &NpsCounts, settings: &Bootstrap) -> Self {
        let [promoters, passives, detractors] = [counts.promoters, counts.passives, counts.detractors];
        let n = promoters + passives + detractors;
        let observed = promoters as i64 - detractors as i64;
        let extremes = (promoters + detractors) as f64;
        // Passives first, so that swapping promoters and detractors swaps them in every replicate.
        let indifferent = Binomial::new(n, &Chance::new(passives as f64, extremes));
        let support =
            if extremes > 0.0 { Chance::new(promoters as f64, detractors as f64) } else { Chance::new(1.0, 1.0) };
        let mut draw = Draw::of(settings.seed, 0);
        let random = draw.generator();
        let lead = |_| {
            let rest = n - indifferent.draw(random);
            let for_us = Binomial::new(rest, &support).draw(random);
            2 * for_us as i64 - rest as i64 - observed
        };
        let mut above_observed: Vec<i64> = (0..settings.n_replicates).map(lead).collect();
        above_observed.sort_unstable();
        Self { n: n as f64, observed, above_observed }
    }

    /// Standard deviation of the replicates and their mean minus the score, from whole numbers.
    fn error_and_bias(&self) -> (f64, f64) {
        let (mut sum, mut squares) = (0_i128, 0_i128);
        for lead in self.above_observed.iter().map(|&lead| i128::from(lead)) {
            sum += lead;
            squares += lead * lead;
        }
        let replicates = self.above_observed.len() as f64;
        let mean = sum as f64 / replicates;
        let variance = (squares as f64 - sum as f64 * mean) / (replicates - 1.0);
        (POINTS * variance.max(0.0).sqrt() / self.n, POINTS * mean / self.n)
    }

    /// The shares of the replicates between which the interval lies.
    fn shares(&self, counts: &NpsCounts, method: BootstrapMethod, tail: f64) -> Result<[f64; 2], Undefined> {
        let ends = [tail, 1.0 - tail];
        if method == BootstrapMethod::Percentile {
            return Ok(ends);
        }
        let bias = self.bias_correction()?;
        let acceleration = acceleration(counts);
        let [low, high] = ends.map(|share| bca_share(share, bias, acceleration));
        Ok([low?, high?])
    }

    /// The normal quantile of the share of replicates below the score, equal ones counting one half.
    fn bias_correction(&self) -> Result<f64, Undefined> {
        let below = self.above_observed.partition_point(|&lead| lead < 0);
        let up_to = self.above_observed.partition_point(|&lead| lead <= 0);
        let (sum, all) = (below + up_to, 2 * self.above_observed.len());
        if sum == 0 || sum == all {
            return Err(Undefined::TooFew { n: 0, needed: 1 });
        }
        normal::quantile(sum as f64 / all as f64)
    }

    /// Quantiles of type 7 as scores.
    fn between(&self, shares: [f64; 2]) -> Result<Interval, Undefined> {
        let leads = &self.above_observed;
        let score = |at: usize| POINTS * (self.observed + leads[at]) as f64 / self.n;
        let end = |share: f64| {
            let Place { below, part } = QuantileType::Type7.place(leads.len(), share).ok_or(Undefined::OutOfRange)?;
            let next = (below + 1).min(leads.len() - 1);
            between(score(below), score(next), part).ok_or(Undefined::OutOfRange)
        };
        Ok(Interval { low: end(shares[0])?, high: end(shares[1])? })
    }
}

/// `a`, by the third moment of the codes about their mean; shares and residuals lose no digits.
fn acceleration(counts: &NpsCounts) -> f64 {
    let n = counts.n() as f64;
    let [p, s, d] = [counts.promoters, counts.passives, counts.detractors].map(|count| count as f64 / n);
    let residuals = [(p, s + 2.0 * d), (s, d - p), (d, -(s + 2.0 * p))];
    let moment = |power: i32| residuals.iter().map(|&(share, residual)| share * residual.powi(power)).sum::<f64>();
    moment(3) / (6.0 * moment(2).powf(1.5) * n.sqrt())
}

#[cfg(test)]
mod tests;
