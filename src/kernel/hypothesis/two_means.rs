//! What the t tests of two means share: the result, Cohen's d and Hedges' g.
//!
//! Notation: `m1 - m2` difference of means, `s` pooled standard deviation, `m = n1 + n2 - 2`.
//!
//! ```text
//! d = (m1 - m2) / s
//! g = J(m) d,  J(m) = Gamma(m / 2) / (sqrt(m / 2) Gamma((m - 1) / 2))
//! se(d)^2 = (n1 + n2) / (n1 n2) + d^2 / (2 (n1 + n2))
//! ```
//! L. V. Hedges (1981), "Distribution theory for Glass's estimator of effect size and related
//! estimators", Journal of Educational Statistics 6(2), 107-128, for `J`; L. V. Hedges &
//! I. Olkin (1985), Statistical Methods for Meta-Analysis, chapter 5, eq. (8), for `se(d)`.

use serde::Serialize;

use super::outcome::{Effect, EffectName, Test};
use super::spread::{Spread, Spreads, finite};
use crate::kernel::distribution::student_t;
use crate::kernel::interval::{Interval, normal_critical, tail_share};
use crate::kernel::undefined::Undefined;

/// Two means compared by a t test.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TwoMeans {
    /// Members of the first group.
    pub n1: u64,
    /// Members of the second group.
    pub n2: u64,
    /// Mean of the first group.
    pub mean1: f64,
    /// Mean of the second group.
    pub mean2: f64,
    /// t with its degrees of freedom and two-sided p-value.
    pub test: Test,
    /// First mean minus second; its interval holds zero exactly when p is above one minus the
    /// confidence.
    pub difference: Effect,
    /// That difference in pooled standard deviations; the interval is the large-sample one of
    /// Hedges and Olkin.
    pub cohens_d: Effect,
    /// Cohen's d times the exact correction of its bias, its interval likewise; undefined for
    /// three values in all.
    pub hedges_g: Result<Effect, Undefined>,
}

impl TwoMeans {
    /// From the standard error of the difference on the common scale.
    pub(super) fn new(spreads: &Spreads, std_error: f64, df: f64, conf_level: f64) -> Result<Self, Undefined> {
        let [a, b] = spreads.groups[..] else { return Err(Undefined::OneGroup) };
        let difference = a.mean_minus(&b);
        let t = finite(difference / std_error)?;
        let half_width = student_t::quantile(tail_share(conf_level)?, df)?.abs() * std_error;
        let cohens_d = cohens_d(&a, &b, conf_level)?;
        Ok(Self {
            n1: a.n as u64,
            n2: b.n as u64,
            mean1: spreads.mean(&a)?,
            mean2: spreads.mean(&b)?,
            test: Test::t(t, df, student_t::two_sided(t, df)?),
            difference: Effect::around(
                EffectName::DifferenceOfMeans,
                spreads.unscaled(difference)?,
                spreads.unscaled(half_width)?,
            ),
            cohens_d,
            hedges_g: hedges_g(cohens_d, a.n + b.n - 2.0),
        })
    }
}

/// Two groups with members, scaled.
pub(super) fn two_groups(a: &[f64], b: &[f64]) -> Result<(Spreads, Spread, Spread), Undefined> {
    let spreads = Spreads::of(&[a, b])?;
    let [first, second] = spreads.groups[..] else { return Err(Undefined::OneGroup) };
    if first.squares == 0.0 && second.squares == 0.0 {
        let n = a.len() + b.len();
        let too_few = a.len().min(b.len()) < 2 && n < 3;
        return Err(if too_few { Undefined::TooFew { n: n as u64, needed: 3 } } else { Undefined::Constant });
    }
    Ok((spreads, first, second))
}

/// Variance within the groups, both taken to have the same.
pub(super) fn pooled_variance(a: &Spread, b: &Spread) -> f64 {
    (a.squares + b.squares) / (a.n + b.n - 2.0)
}

fn cohens_d(a: &Spread, b: &Spread, conf_level: f64) -> Result<Effect, Undefined> {
    let d = finite(a.mean_minus(b) / pooled_variance(a, b).sqrt())?;
    let n = a.n + b.n;
    let std_error = finite(n / (a.n * b.n) + d * d / (2.0 * n))?.sqrt();
    Ok(Effect::around(EffectName::CohensD, d, normal_critical(conf_level)? * std_error))
}

fn hedges_g(d: Effect, m: f64) -> Result<Effect, Undefined> {
    if m < 2.0 {
        return Err(Undefined::TooFew { n: m as u64 + 2, needed: 4 });
    }
    let correction = bias_correction(m);
    let interval = d.interval.map(|ends| Interval { low: correction * ends.low, high: correction * ends.high });
    Ok(Effect::new(EffectName::HedgesG, correction * d.estimate, interval))
}

/// `J(m)` for `m` of at least 2.
///
/// The ratio of gamma functions follows from its expansion about `y = m / 2 - 3 / 4`, which
/// holds even powers only; its coefficients are `-2 B_{k+1}(3/4) / (k (k + 1))`, `B` being
/// Bernoulli polynomials. Small `m` are led up to where five terms are enough.
fn bias_correction(m: f64) -> f64 {
    let (mut m, mut factor) = (m, 1.0);
    while m < 60.0 {
        factor *= (m - 1.0) / m * ((m + 2.0) / m).sqrt();
        m += 2.0;
    }
    let y = m / 2.0 - 0.75;
    let u = 1.0 / (y * y);
    let series = u * (1.0 / 64.0 + u * (-5.0 / 2048.0 + u * (61.0 / 49_152.0 - u * (1385.0 / 1_048_576.0))));
    factor * (0.5 * (-1.5 / m).ln_1p() + series).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: mpmath 1.4.1 with 50 digits, gamma(m/2) / (sqrt(m/2) gamma((m-1)/2)).
    #[test]
    fn the_correction_is_that_of_the_gamma_function() {
        let expected = [
            (2.0, 0.564_189_583_547_756_3),
            (3.0, 0.723_601_254_558_267_7),
            (8.0, 0.902_703_333_676_410_1),
            (18.0, 0.957_646_427_023_718),
            (100.0, 0.992_478_054_981_444_9),
            (7_041.0, 0.999_893_476_626_978),
        ];
        for (m, j) in expected {
            assert!((bias_correction(m) / j - 1.0).abs() < 1e-14, "{m}: {}", bias_correction(m));
        }
        assert_eq!(bias_correction(1e17), 1.0);
    }
}
