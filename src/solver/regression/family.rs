//! What a response is taken to be distributed as, and what one row says of its mean.
//!
//! Notation: `y` response, `eta` linear predictor, `mu` mean, `w` what the row counts for, `p`
//! the variance power of a Tweedie distribution.
//!
//! ```text
//! score        u = dl/d eta          observed weight   - d2l/d eta2
//! expected weight                    the mean of the observed one over y
//!
//! binomial     mu = 1 / (1 + e^-eta)  u = y - mu                observed mu (1 - mu), the same expected
//! Poisson      mu = e^eta             u = y - mu                observed mu, the same expected
//! Gamma        mu = e^eta             u = y/mu - 1              observed y/mu, expected 1
//! Tweedie      mu = e^eta             u = (y - mu) mu^(1-p)     observed mu^(1-p) ((p-1) y + (2-p) mu), expected mu^(2-p)
//! Gaussian     mu = eta               u = y - mu                1
//! ```
//! All observed weights are zero or above, so each of these likelihoods has one maximum and
//! Newton's steps lead uphill: P. McCullagh & J. A. Nelder (1989), Generalized Linear Models,
//! 2nd ed., chapter 2; B. Jorgensen (1997), The Theory of Dispersion Models, chapter 4.

use serde::{Deserialize, Serialize};

use super::pass::Tile;

/// A distribution of the response with the link to its mean: identity for `Gaussian`, logit for
/// `Binomial`, logarithm for the others.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Family {
    /// Any number, of equal variance; least squares.
    Gaussian,
    /// Yes or no as 1 and 0, or a share in between.
    Binomial,
    /// Counts and other amounts that are 0 or above, of variance `mu`.
    Poisson,
    /// Amounts above 0, of variance `mu^2`.
    Gamma,
    /// Amounts that are 0 or above, of variance `mu^power`; many are 0.
    Tweedie {
        /// Power of the mean in the variance, above 1 and below 2.
        power: f64,
    },
}

/// Which of the two curvatures of the likelihood a pass adds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Curvature {
    /// That of Newton's method.
    Observed,
    /// That of the errors of the coefficients.
    Expected,
}

/// Which way a row can go without end and lose no likelihood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Down,
    Neither,
}

impl Family {
    /// Whether a response is one of this distribution.
    #[must_use]
    pub fn allows(self, response: f64) -> bool {
        match self {
            Self::Gaussian => response.is_finite(),
            Self::Binomial => (0.0..=1.0).contains(&response),
            Self::Poisson | Self::Tweedie { .. } => response >= 0.0 && response.is_finite(),
            Self::Gamma => response > 0.0 && response.is_finite(),
        }
    }

    /// The mean at a linear predictor.
    #[must_use]
    #[inline]
    pub fn mean(self, predictor: f64) -> f64 {
        match self {
            Self::Gaussian => predictor,
            Self::Binomial => logistic(predictor).0,
            Self::Poisson | Self::Gamma | Self::Tweedie { .. } => predictor.exp(),
        }
    }

    /// The linear predictor of a mean.
    #[must_use]
    #[inline]
    pub fn link(self, mean: f64) -> f64 {
        match self {
            Self::Gaussian => mean,
            Self::Binomial => (mean / (1.0 - mean)).ln(),
            Self::Poisson | Self::Gamma | Self::Tweedie { .. } => mean.ln(),
        }
    }

    /// The derivative of the mean by the linear predictor.
    #[must_use]
    #[inline]
    pub fn mean_slope(self, predictor: f64) -> f64 {
        match self {
            Self::Gaussian => 1.0,
            Self::Binomial => {
                let (mean, rest) = logistic(predictor);
                mean * rest
            }
            Self::Poisson | Self::Gamma | Self::Tweedie { .. } => predictor.exp(),
        }
    }

    /// The variance at a mean, for a dispersion of 1.
    #[must_use]
    #[inline]
    pub fn variance(self, mean: f64) -> f64 {
        match self {
            Self::Gaussian => 1.0,
            Self::Binomial => mean * (1.0 - mean),
            Self::Poisson => mean,
            Self::Gamma => mean * mean,
            Self::Tweedie { power } => mean.powf(power),
        }
    }

    /// The residual of a row over the standard deviation at its mean, for a dispersion of 1: right
    /// where the square of either is beyond doubles, and where a probability is nearly 0 or 1.
    #[must_use]
    #[inline]
    pub fn pearson_residual(self, response: f64, predictor: f64) -> f64 {
        let mean = self.mean(predictor);
        let (residual, std_dev) = match self {
            Self::Gaussian => (response - mean, 1.0),
            Self::Binomial => {
                let (mean, rest) = logistic(predictor);
                (response * rest - (1.0 - response) * mean, (mean * rest).sqrt())
            }
            Self::Poisson => (response - mean, mean.sqrt()),
            Self::Gamma => (response - mean, mean),
            Self::Tweedie { power } => (response - mean, mean.powf(power / 2.0)),
        };
        // At the end of the range there is neither.
        if residual == 0.0 { 0.0 } else { residual / std_dev }
    }

    /// What the residual `y - mu` of a row is multiplied by in its score: the derivative of the
    /// mean over the variance, right where that is beyond doubles.
    #[must_use]
    pub fn score_slope(self, predictor: f64) -> f64 {
        match self {
            Self::Gaussian | Self::Binomial | Self::Poisson => 1.0,
            Self::Gamma => (-predictor).exp(),
            Self::Tweedie { power } => ((1.0 - power) * predictor).exp(),
        }
    }

    /// Twice what a row's likelihood lacks to that of a mean equal to its response.
    #[must_use]
    pub fn unit_deviance(self, response: f64, predictor: f64) -> f64 {
        self.unit_deviance_at(self.deviance_terms(predictor), response)
    }

    /// What the unit deviances of all rows of one linear predictor have in common.
    pub(super) fn deviance_terms(self, predictor: f64) -> [f64; 2] {
        let eta = predictor;
        match self {
            Self::Gaussian => [eta, 0.0],
            Self::Binomial => [eta, ln_one_plus_exp(eta)],
            Self::Poisson => [eta, eta.exp()],
            Self::Gamma => [(-eta).exp(), 0.0],
            Self::Tweedie { power } => {
                let (q, r) = (1.0 - power, 2.0 - power);
                [(q * eta).exp() / q, (r * eta).exp() / r]
            }
        }
    }

    /// The unit deviance of a response, given those terms of its linear predictor.
    #[inline]
    pub(super) fn unit_deviance_at(self, terms: [f64; 2], response: f64) -> f64 {
        let ([first, second], y) = (terms, response);
        match self {
            Self::Gaussian => (y - first) * (y - first),
            Self::Binomial => {
                let saturated = if y > 0.0 && y < 1.0 { y * y.ln() + (1.0 - y) * (1.0 - y).ln() } else { 0.0 };
                2.0 * (saturated - (y * first - second))
            }
            Self::Poisson => 2.0 * (if y > 0.0 { y * (y.ln() - first) } else { 0.0 } - (y - second)),
            Self::Gamma => {
                let ratio = y * first;
                2.0 * ((ratio - 1.0) - ratio.ln())
            }
            Self::Tweedie { power: p } => {
                let (q, r) = (1.0 - p, 2.0 - p);
                2.0 * (y.powf(r) / (q * r) - y * first + second)
            }
        }
    }

    /// Score and weight of the rows of a tile; their likelihood, but for what no coefficient
    /// changes.
    pub(super) fn judge(self, curvature: Curvature, tile: &Tile<'_>, weights: &mut [f64], scores: &mut [f64]) -> f64 {
        match self {
            Self::Gaussian => each_row(tile, weights, scores, |y, eta| {
                let residual = y - eta;
                (1.0, residual, -residual * residual / 2.0)
            }),
            Self::Binomial => {
                let mut lost = LostLogarithms::default();
                let has_priors = tile.prior.is_some();
                let likelihood = each_row(tile, weights, scores, |y, eta| {
                    let small = (-eta.abs()).exp();
                    let (large, tiny) = (1.0 / (1.0 + small), small / (1.0 + small));
                    let (mean, rest) = if eta >= 0.0 { (large, tiny) } else { (tiny, large) };
                    let of_row = if has_priors || small < LostLogarithms::LEAST {
                        small.ln_1p()
                    } else {
                        lost.add(1.0 + small);
                        0.0
                    };
                    (large * tiny, y * rest - (1.0 - y) * mean, y * eta - eta.max(0.0) - of_row)
                });
                likelihood - lost.total()
            }
            Self::Poisson => each_row(tile, weights, scores, |y, eta| {
                let mean = eta.exp();
                (mean, y - mean, y * eta - mean)
            }),
            Self::Gamma => {
                let is_observed = curvature == Curvature::Observed;
                each_row(tile, weights, scores, |y, eta| {
                    let ratio = y * (-eta).exp();
                    (if is_observed { ratio } else { 1.0 }, ratio - 1.0, -(eta + ratio))
                })
            }
            Self::Tweedie { power } => {
                let (q, r) = (1.0 - power, 2.0 - power);
                let is_observed = curvature == Curvature::Observed;
                each_row(tile, weights, scores, |y, eta| {
                    let low = (q * eta).exp();
                    let mean = eta.exp();
                    let high = low * mean;
                    let weight = if is_observed { r * high - q * y * low } else { high };
                    (weight, y * low - high, y * low / q - high / r)
                })
            }
        }
    }

    /// Which way a row of this response can go without end.
    pub(super) fn endless_way(self, response: f64) -> Way {
        match self {
            Self::Binomial if response == 1.0 => Way::Up,
            Self::Binomial | Self::Poisson | Self::Tweedie { .. } if response == 0.0 => Way::Down,
            _ => Way::Neither,
        }
    }
}

#[inline]
fn each_row(
    tile: &Tile<'_>,
    weights: &mut [f64],
    scores: &mut [f64],
    mut row: impl FnMut(f64, f64) -> (f64, f64, f64),
) -> f64 {
    let mut total = 0.0;
    let cells = tile.response.iter().zip(tile.predictors);
    for (at, ((&y, &eta), (weight, score))) in cells.zip(weights.iter_mut().zip(scores)).enumerate() {
        let prior = tile.prior(at);
        let (curvature, slope, likelihood) = row(y, eta);
        (*weight, *score) = (prior * curvature, prior * slope);
        total += prior * likelihood;
    }
    total
}

/// The sum of logarithms of numbers in 1..=2, as that of their product: one logarithm for many
/// rows. The product of a tile is off by a few units of its last digit.
struct LostLogarithms {
    product: f64,
    sum: f64,
}

impl Default for LostLogarithms {
    fn default() -> Self {
        Self { product: 1.0, sum: 0.0 }
    }
}

impl LostLogarithms {
    /// Below this, `1 + x` has lost digits of `x` that its logarithm has.
    const LEAST: f64 = 1e-3;

    #[inline]
    fn add(&mut self, factor: f64) {
        const MOST: f64 = 1e300;
        self.product *= factor;
        if self.product > MOST {
            self.sum += self.product.ln();
            self.product = 1.0;
        }
    }

    fn total(self) -> f64 {
        self.sum + self.product.ln()
    }
}

/// A probability and what it lacks to 1, both to their last digits.
#[inline]
pub(super) fn logistic(predictor: f64) -> (f64, f64) {
    let small = (-predictor.abs()).exp();
    let (large, tiny) = (1.0 / (1.0 + small), small / (1.0 + small));
    if predictor >= 0.0 { (large, tiny) } else { (tiny, large) }
}

fn ln_one_plus_exp(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAMILIES: [Family; 6] = [
        Family::Gaussian,
        Family::Binomial,
        Family::Poisson,
        Family::Gamma,
        Family::Tweedie { power: 1.2 },
        Family::Tweedie { power: 1.9 },
    ];

    fn judge(family: Family, curvature: Curvature, y: f64, eta: f64) -> (f64, f64, f64) {
        let (predictors, response) = ([eta], [y]);
        let tile = Tile { start: 0, predictors: &predictors, response: &response, prior: None };
        let (mut weight, mut score) = ([0.0], [0.0]);
        let total = family.judge(curvature, &tile, &mut weight, &mut score);
        (weight[0], score[0], total)
    }

    /// Oracle: central differences of the likelihood, good to 1e-7 or so.
    #[test]
    fn scores_and_weights_are_the_derivatives_of_the_likelihood() {
        const H: f64 = 1e-4;
        for family in FAMILIES {
            for (y, eta) in [(0.7, 0.3), (1.0, -1.2), (0.2, 1.5)] {
                let at = |eta| judge(family, Curvature::Observed, y, eta);
                let (weight, score, _) = at(eta);
                let (up, down) = (at(eta + H), at(eta - H));
                assert!((score - (up.2 - down.2) / (2.0 * H)).abs() < 1e-6, "{family:?}");
                assert!((weight + (up.1 - down.1) / (2.0 * H)).abs() < 1e-6, "{family:?}");
            }
        }
    }

    /// The deviance is twice the likelihood lost, so both fall together.
    #[test]
    fn deviances_differ_by_twice_the_likelihoods() {
        for family in FAMILIES {
            for (y, from, to) in [(0.7, 0.3, -0.4), (1.0, -1.2, 2.0), (0.2, 1.5, 0.1)] {
                let likelihood = |eta| judge(family, Curvature::Observed, y, eta).2;
                let gained = 2.0 * (likelihood(to) - likelihood(from));
                let lost = family.unit_deviance(y, from) - family.unit_deviance(y, to);
                assert!((gained - lost).abs() < 1e-13, "{family:?}");
                assert!(family.unit_deviance(y, family.link(y.min(0.999_999))).abs() < 1e-4, "{family:?}");
            }
        }
    }

    /// The expected weight is the observed one at the mean.
    #[test]
    fn expected_weights_are_observed_ones_at_the_mean() {
        for family in FAMILIES {
            let mean = family.mean(-0.4);
            let observed = judge(family, Curvature::Observed, mean, -0.4).0;
            assert!((judge(family, Curvature::Expected, 0.9, -0.4).0 - observed).abs() < 1e-15, "{family:?}");
            assert!((family.mean_slope(-0.4).powi(2) / family.variance(mean) - observed).abs() < 1e-15, "{family:?}");
            assert!((family.mean_slope(-0.4) * family.score_slope(-0.4) - observed).abs() < 1e-15, "{family:?}");
            let (residual, expected) =
                (family.pearson_residual(0.9, -0.4), (0.9 - mean) / family.variance(mean).sqrt());
            assert!((residual - expected).abs() < 1e-15, "{family:?}");
        }
    }

    #[test]
    fn probabilities_near_their_ends_keep_their_digits() {
        // By hand: one that said no where no was one in e^40 lies e^20 standard deviations out.
        assert!((Family::Binomial.pearson_residual(0.0, 40.0) / -(20.0_f64.exp()) - 1.0).abs() < 1e-15);
        assert!((Family::Binomial.pearson_residual(1.0, 40.0) / (-20.0_f64).exp() - 1.0).abs() < 1e-15);
        assert_eq!(Family::Poisson.pearson_residual(0.0, -800.0), 0.0);
        let (weight, score, likelihood) = judge(Family::Binomial, Curvature::Observed, 1.0, 800.0);
        assert_eq!((weight, score, likelihood), (0.0, 0.0, 0.0));
        let (_, score, likelihood) = judge(Family::Binomial, Curvature::Observed, 1.0, 40.0);
        assert!((score / (-40.0_f64).exp() - 1.0).abs() < 1e-15);
        assert!((likelihood / -(-40.0_f64).exp() - 1.0).abs() < 1e-12);
        assert_eq!(judge(Family::Binomial, Curvature::Observed, 0.0, 800.0).2, -800.0);
    }
}
