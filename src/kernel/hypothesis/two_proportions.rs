//! Two shares: churned or not, promoter or not.
//!
//! Notation: `x_i` successes of `n_i`, `p_i = x_i / n_i`, `p` the share in both together, `l_i`
//! and `u_i` the ends of Wilson's interval of `p_i`.
//!
//! ```text
//! z = (p1 - p2) / sqrt(p (1 - p) (1 / n1 + 1 / n2))
//! low  = p1 - p2 - sqrt((p1 - l1)^2 + (u2 - p2)^2)
//! high = p1 - p2 + sqrt((u1 - p1)^2 + (p2 - l2)^2)
//! ln(risk ratio) +- z sqrt(1 / x1 - 1 / n1 + 1 / x2 - 1 / n2)
//! ln(odds ratio) +- z sqrt(1 / x1 + 1 / (n1 - x1) + 1 / x2 + 1 / (n2 - x2))
//! h = 2 asin(sqrt(p1)) - 2 asin(sqrt(p2)) +- z sqrt(1 / n1 + 1 / n2)
//! ```
//! R. G. Newcombe (1998), "Interval estimation for the difference between independent
//! proportions: comparison of eleven methods", Statistics in Medicine 17, 873-890, method 10;
//! D. Katz et al. (1978), Biometrics 34(3), 469-474; B. Woolf (1955), Annals of Human Genetics
//! 19, 251-253; J. Cohen (1988), Statistical Power Analysis, section 6.2.

use serde::Serialize;

use super::outcome::{Effect, EffectName, Test};
use crate::kernel::distribution::normal;
use crate::kernel::interval::{Interval, normal_critical};
use crate::kernel::undefined::Undefined;

/// How often something happened in a group and how often not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Outcomes {
    /// Members to whom it happened.
    pub successes: u64,
    /// Members to whom it did not.
    pub failures: u64,
}

impl Outcomes {
    fn n(self) -> f64 {
        self.successes as f64 + self.failures as f64
    }

    fn share(self) -> f64 {
        self.successes as f64 / self.n()
    }

    fn opposite_share(self) -> f64 {
        self.failures as f64 / self.n()
    }

    /// How far Wilson's interval reaches below and above the share.
    ///
    /// E. B. Wilson (1927), Journal of the American Statistical Association 22, 209-212. Each
    /// distance is worked out by itself, so that none is lost beside the share.
    fn wilson_reach(self, z: f64) -> (f64, f64) {
        let (n, p, q, z2) = (self.n(), self.share(), self.opposite_share(), z * z);
        let root = z * (p * q / n + z2 / (4.0 * n * n)).sqrt();
        // The middle of the interval lies off the share by this, the numerator being shared.
        let shift = z2 / (2.0 * n) * (q - p);
        let divisor = 1.0 + z2 / n;
        ((root - shift).max(0.0) / divisor, (root + shift).max(0.0) / divisor)
    }
}

/// Two shares compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TwoProportions {
    /// Members of the first group.
    pub n1: u64,
    /// Members of the second group.
    pub n2: u64,
    /// Share of the first group.
    pub share1: f64,
    /// Share of the second group.
    pub share2: f64,
    /// z with the pooled share in its standard error, and its two-sided p-value; undefined when
    /// all or none of the members are successes.
    pub test: Result<Test, Undefined>,
    /// First share minus second, with Newcombe's interval from Wilson scores.
    pub difference: Effect,
    /// First share divided by the second, with Katz's interval; undefined when the second is 0.
    pub risk_ratio: Result<Effect, Undefined>,
    /// First odds divided by the second, with Woolf's interval; undefined when the second odds
    /// are 0 or the first are infinite.
    pub odds_ratio: Result<Effect, Undefined>,
    /// Cohen's h, with the interval of the arcsine transformation.
    pub cohens_h: Effect,
}

/// The test of two proportions, by the normal approximation without continuity correction.
///
/// `z^2` is Pearson's chi-squared of the 2 x 2 table. `conf_level` is that of the intervals.
///
/// # Errors
///
/// [`Undefined::OneGroup`] when a group has no members, [`Undefined::OutOfRange`] for a confidence
/// outside 0..1.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::hypothesis::{Outcomes, two_proportions_test};
///
/// let a = Outcomes { successes: 56, failures: 14 };
/// let b = Outcomes { successes: 48, failures: 32 };
/// let result = two_proportions_test(a, b, 0.95)?;
/// assert!((result.difference.estimate - 0.2).abs() < 1e-15);
/// // Newcombe (1998), table II, example (a), method 10: 0.0524 to 0.3339.
/// let ends = result.difference.interval.unwrap();
/// assert_eq!((format!("{:.4}", ends.low), format!("{:.4}", ends.high)), ("0.0524".into(), "0.3339".into()));
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn two_proportions_test(a: Outcomes, b: Outcomes, conf_level: f64) -> Result<TwoProportions, Undefined> {
    if a.n() == 0.0 || b.n() == 0.0 {
        let nobody = a.n() + b.n() == 0.0;
        return Err(if nobody { Undefined::TooFew { n: 0, needed: 2 } } else { Undefined::OneGroup });
    }
    // p1 - p2 over a common divisor, exact until it is divided.
    let cross = u128::from(a.successes) * u128::from(b.failures);
    let across = u128::from(b.successes) * u128::from(a.failures);
    let numerator = if cross >= across { (cross - across) as f64 } else { -((across - cross) as f64) };
    let quantile = normal_critical(conf_level)?;
    let difference = numerator / (a.n() * b.n());
    Ok(TwoProportions {
        n1: a.successes.saturating_add(a.failures),
        n2: b.successes.saturating_add(b.failures),
        share1: a.share(),
        share2: b.share(),
        test: pooled_z(a, b, numerator),
        difference: newcombe(a, b, difference, quantile),
        risk_ratio: risk_ratio(a, b, quantile),
        odds_ratio: odds_ratio(a, b, quantile),
        cohens_h: cohens_h(a, b, difference, quantile),
    })
}

fn pooled_z(a: Outcomes, b: Outcomes, numerator: f64) -> Result<Test, Undefined> {
    let (successes, failures) = (a.successes as f64 + b.successes as f64, a.failures as f64 + b.failures as f64);
    if successes == 0.0 || failures == 0.0 {
        return Err(Undefined::Constant);
    }
    let z = numerator * ((a.n() + b.n()) / (a.n() * b.n())).sqrt() / (successes * failures).sqrt();
    Ok(Test::z(z, normal::two_sided(z)?))
}

fn newcombe(a: Outcomes, b: Outcomes, difference: f64, z: f64) -> Effect {
    let ((below1, above1), (below2, above2)) = (a.wilson_reach(z), b.wilson_reach(z));
    let ends = Interval { low: difference - below1.hypot(above2), high: difference + above1.hypot(below2) };
    Effect::new(EffectName::DifferenceOfProportions, difference, Some(ends))
}

fn risk_ratio(a: Outcomes, b: Outcomes, z: f64) -> Result<Effect, Undefined> {
    if b.successes == 0 {
        return Err(Undefined::NotPositive);
    }
    let ratio = a.successes as f64 * b.n() / (b.successes as f64 * a.n());
    // 1 / x - 1 / n, without the difference.
    let part = |group: Outcomes| group.failures as f64 / (group.successes as f64 * group.n());
    Ok(around_ratio(EffectName::RiskRatio, ratio, z * (part(a) + part(b)).sqrt()))
}

fn odds_ratio(a: Outcomes, b: Outcomes, z: f64) -> Result<Effect, Undefined> {
    if b.successes == 0 || a.failures == 0 {
        return Err(Undefined::NotPositive);
    }
    let ratio = a.successes as f64 * b.failures as f64 / (b.successes as f64 * a.failures as f64);
    let part = |group: Outcomes| group.n() / (group.successes as f64 * group.failures as f64);
    Ok(around_ratio(EffectName::OddsRatio, ratio, z * (part(a) + part(b)).sqrt()))
}

/// A ratio with an interval that is symmetric in its logarithm; none where that is infinite.
fn around_ratio(name: EffectName, ratio: f64, half_width: f64) -> Effect {
    let spread = half_width.exp();
    let is_bounded = ratio > 0.0 && spread.is_finite();
    Effect::new(name, ratio, is_bounded.then(|| Interval { low: ratio / spread, high: ratio * spread }))
}

/// By the sine of the difference of the two angles, as the angles themselves may be close.
fn cohens_h(a: Outcomes, b: Outcomes, difference: f64, z: f64) -> Effect {
    let (p1, q1, p2, q2) = (a.share(), a.opposite_share(), b.share(), b.opposite_share());
    let cosine = (p1 * p2).sqrt() + (q1 * q2).sqrt();
    let h =
        if difference == 0.0 { 0.0 } else { 2.0 * (difference / ((p1 * q2).sqrt() + (p2 * q1).sqrt())).atan2(cosine) };
    Effect::around(EffectName::CohensH, h, z * (1.0 / a.n() + 1.0 / b.n()).sqrt())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn outcomes(successes: u64, failures: u64) -> Outcomes {
        Outcomes { successes, failures }
    }

    #[track_caller]
    fn assert_close(got: f64, expected: f64) {
        assert!((got / expected - 1.0).abs() < 1e-12, "got {got}, expected {expected}");
    }

    /// Oracle: statsmodels 0.15.0: `proportions_ztest`, `confint_proportions_2indep` (newcomb, log,
    /// logit) and `proportion_effectsize`.
    #[test]
    fn the_test_agrees_with_statsmodels() {
        let result = two_proportions_test(outcomes(56, 14), outcomes(48, 32), 0.95).unwrap();
        let test = result.test.unwrap();
        assert_close(test.statistic, 2.650_171_951_258_533_6);
        assert!((test.p_value.value() / 0.008_045_081_368_196_56 - 1.0).abs() < 1e-10);
        let ends = result.difference.interval.unwrap();
        assert_close(ends.low, 0.052_431_472_402_364_98);
        assert_close(ends.high, 0.333_872_654_036_906_14);
        let risk = result.risk_ratio.unwrap();
        assert_close(risk.estimate, 4.0 / 3.0);
        assert_close(risk.interval.unwrap().low, 1.076_626_422_763_192_8);
        assert_close(risk.interval.unwrap().high, 1.651_248_511_266_387_3);
        let odds = result.odds_ratio.unwrap();
        assert_close(odds.estimate, 8.0 / 3.0);
        assert_close(odds.interval.unwrap().low, 1.276_217_870_536_434_2);
        assert_close(odds.interval.unwrap().high, 5.572_019_696_074_382);
        assert_close(result.cohens_h.estimate, 0.442_143_188_002_953_4);
    }

    /// Oracle: Newcombe (1998), table II, method 10, examples (b) to (h), to the four digits
    /// printed there.
    #[test]
    fn intervals_of_the_difference_are_those_of_newcombe() {
        let printed = [
            ((9, 1), (3, 7), "0.1705", "0.8090"),
            ((6, 1), (2, 5), "0.0582", "0.8062"),
            ((5, 51), (0, 29), "-0.0381", "0.1926"),
            ((0, 10), (0, 20), "-0.1611", "0.2775"),
            ((10, 0), (0, 20), "0.6791", "1.0000"),
            ((10, 0), (0, 10), "0.6075", "1.0000"),
        ];
        for ((x1, y1), (x2, y2), low, high) in printed {
            let result = two_proportions_test(outcomes(x1, y1), outcomes(x2, y2), 0.95).unwrap();
            let ends = result.difference.interval.unwrap();
            assert_eq!((format!("{:.4}", ends.low), format!("{:.4}", ends.high)), (low.to_owned(), high.to_owned()));
        }
    }

    #[test]
    fn ratios_with_an_empty_cell_say_why() {
        let result = two_proportions_test(outcomes(3, 5), outcomes(0, 9), 0.95).unwrap();
        assert_eq!(result.risk_ratio, Err(Undefined::NotPositive));
        assert_eq!(result.odds_ratio, Err(Undefined::NotPositive));
        let result = two_proportions_test(outcomes(0, 5), outcomes(3, 6), 0.95).unwrap();
        assert_eq!(result.risk_ratio.map(|ratio| (ratio.estimate, ratio.interval)), Ok((0.0, None)));
        let result = two_proportions_test(outcomes(5, 0), outcomes(3, 6), 0.95).unwrap();
        assert_eq!(result.odds_ratio, Err(Undefined::NotPositive));
        assert_eq!(result.risk_ratio.unwrap().estimate, 3.0);
    }

    #[test]
    fn what_cannot_be_compared_says_why() {
        let constant = two_proportions_test(outcomes(0, 5), outcomes(0, 6), 0.95).unwrap();
        assert_eq!((constant.test, constant.difference.estimate), (Err(Undefined::Constant), 0.0));
        assert_eq!(constant.cohens_h.estimate, 0.0);
        let constant = two_proportions_test(outcomes(5, 0), outcomes(6, 0), 0.95).unwrap();
        assert_eq!(constant.test, Err(Undefined::Constant));
        assert_eq!(two_proportions_test(outcomes(5, 1), outcomes(0, 0), 0.95).unwrap_err(), Undefined::OneGroup);
        assert!(two_proportions_test(outcomes(0, 0), outcomes(0, 0), 0.95).is_err());
    }

    /// Oracle: by hand; the slope of `2 asin(sqrt(p))` at one half is 2, its curve is flat there.
    #[test]
    fn shares_close_to_each_other_keep_their_digits() {
        let (a, b) = (outcomes(500_000_001, 499_999_999), outcomes(500_000_000, 500_000_000));
        let result = two_proportions_test(a, b, 0.95).unwrap();
        assert_close(result.cohens_h.estimate, 2e-9);
        assert_close(result.difference.estimate, 1e-9);
    }

    proptest! {
        #[test]
        fn swapping_groups_or_outcomes_changes_signs_only(x1 in 0..50_u64, y1 in 1..50_u64, x2 in 1..50_u64, y2 in 0..50_u64) {
            let forward = two_proportions_test(outcomes(x1, y1), outcomes(x2, y2), 0.9).unwrap();
            let backward = two_proportions_test(outcomes(x2, y2), outcomes(x1, y1), 0.9).unwrap();
            let turned = two_proportions_test(outcomes(y1, x1), outcomes(y2, x2), 0.9).unwrap();
            let z = |result: &TwoProportions| result.test.as_ref().unwrap().statistic;
            prop_assert_eq!(z(&forward), -z(&backward));
            prop_assert!((z(&forward) + z(&turned)).abs() < 1e-13);
            let (there, back) = (forward.difference.interval.unwrap(), backward.difference.interval.unwrap());
            prop_assert!((there.low + back.high).abs() < 1e-14 && (there.high + back.low).abs() < 1e-14);
            prop_assert!(-1.0 - 1e-14 <= there.low && there.high <= 1.0 + 1e-14);
            prop_assert!((forward.cohens_h.estimate + turned.cohens_h.estimate).abs() < 1e-13);
        }
    }
}
