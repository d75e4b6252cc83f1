//! A net promoter score with its standard error and intervals.
//!
//! Notation: `p`, `s`, `d` the shares of promoters, passives and detractors, weighted or not,
//! `x = p - d`; `V = p + d - x^2` the variance of one answer coded 1, 0, -1; `n` answers; `m` the
//! number of unweighted answers of an endless population that would be as sure; `z` the normal
//! quantile of the confidence.
//!
//! ```text
//! V = 4 p d + s (p + d)                                       no subtraction, 0 only for one class
//! SE = sqrt(V / n),  in a population of N: SE sqrt((N - n) / (N - 1))
//! Wald: x -+ z SE
//! adjusted Wald: the same of p m + 3/4, s m + 3/2, d m + 3/4 respondents, m + 3 in all
//! m = n  (counts),  min(n_eff, V / SE^2)  (weights),  either times (N - 1) / (N - n)
//! ```
//!
//! # Why `m` is what it is
//!
//! With weights that have nothing to do with the answers `n_eff` of Kish is right, and better than
//! the standard error at hand where few answers of one class decide it. With weights that go with
//! the answers, as those of a raked sample do, `n_eff` alone is too optimistic at any number of
//! answers (0.92 to 0.94 in place of 0.95 for weights of 1 to 3), and `V / SE^2` is right. The smaller
//! of the two covers in both cases. In a finite population three made-up answers must not outweigh
//! what is known of it: when everybody has answered the interval is the score itself, which an
//! interval about the shrunken score with a standard error of 0 would miss.
//!
//! L. Kish (1965), Survey Sampling, section 8.2; B. Rocks (2016), "Interval estimation for the Net
//! Promoter Score", The American Statistician 70(4), 365-372.

use serde::Serialize;

use super::weight_sums::size_by_error;
use crate::kernel::interval::{Interval, normal_critical};
use crate::kernel::undefined::Undefined;

/// Points of the score per unit of the mean code.
pub(super) const POINTS: f64 = 100.0;
/// Respondents that the adjusted interval adds: three quarters of a promoter and of a detractor,
/// and the rest passives.
const ADDED: f64 = 3.0;
const ADDED_EACH: f64 = 0.75;

/// A net promoter score, of all answers or of weighted ones, and how sure it is.
///
/// Made by [`NpsCounts::summary`](super::NpsCounts::summary) and
/// [`NpsWeights::summary`](super::NpsWeights::summary).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NpsEstimate {
    /// Answers.
    pub n: u64,
    /// Kish's effective number of answers, `(sum w)^2 / sum w^2`; `n` without weights.
    pub n_eff: f64,
    /// Share of promoters, 0..=1.
    pub promoter_share: f64,
    /// Share of passives, 0..=1.
    pub passive_share: f64,
    /// Share of detractors, 0..=1.
    pub detractor_share: f64,
    /// The score, -100..=100.
    pub estimate: f64,
    /// Standard error of the score in its points, with the divisor `n`. It is 0 when all answers
    /// are in one class, where it says that nothing varied and not that the score is sure: the
    /// adjusted interval has an answer there.
    pub std_error: f64,
    /// `m` of the adjusted interval; infinite when everybody has answered.
    #[serde(skip)]
    size: f64,
}

/// The adjusted Wald interval with the numbers it is made of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AdjustedWald {
    /// Its centre: the score with the added answers, nearer to 0 than the score to be reported.
    pub centre: f64,
    /// The standard error it is made of.
    pub std_error: f64,
    /// The interval, cut off at -100 and 100.
    pub interval: Interval,
}

/// Variance of one answer coded 1, 0, -1, by the shares of the classes.
fn variance([promoters, passives, detractors]: [f64; 3]) -> f64 {
    4.0 * promoters * detractors + passives * (promoters + detractors)
}

impl NpsEstimate {
    pub(super) fn of_counts(n: u64, estimate: f64, shares: [f64; 3]) -> Self {
        let size = n as f64;
        Self::new(n, size, size, estimate, shares, (variance(shares) / size).sqrt())
    }

    /// Of weighted shares; the standard error is that of the mean code, the estimate in points.
    pub(super) fn of_weights(n: u64, n_eff: f64, estimate: f64, shares: [f64; 3], std_error: f64) -> Self {
        let size = size_by_error(n_eff, variance(shares), std_error);
        Self::new(n, n_eff, size, estimate, shares, std_error)
    }

    fn new(n: u64, n_eff: f64, size: f64, estimate: f64, shares: [f64; 3], std_error: f64) -> Self {
        let [promoter_share, passive_share, detractor_share] = shares;
        let std_error = POINTS * std_error;
        Self { n, n_eff, promoter_share, passive_share, detractor_share, estimate, std_error, size }
    }

    /// The same answers, drawn without replacement from a population of `n_population`.
    ///
    /// The more of it has answered, the surer the score; where everybody has, it is the score of
    /// the population, and both intervals are the score itself. To be asked for once.
    ///
    /// # Errors
    ///
    /// [`Undefined::BeyondPopulation`] when the population is smaller than the number of answers.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_analytics::kernel::survey::NpsCounts;
    ///
    /// let counts = NpsCounts { promoters: 18, passives: 11, detractors: 2 };
    /// // sqrt((121 - 31) / (121 - 1)) = sqrt(3) / 2.
    /// let found = counts.summary()?.in_population(121)?;
    /// assert!((found.std_error / counts.summary()?.std_error - 0.75_f64.sqrt()).abs() < 1e-15);
    /// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
    /// ```
    pub fn in_population(mut self, n_population: u64) -> Result<Self, Undefined> {
        let square = finite_population_factor(self.n, n_population)?;
        self.std_error *= square.sqrt();
        self.size /= square;
        Ok(self)
    }

    /// Whether all answers are in one class.
    pub(super) fn is_constant(&self) -> bool {
        variance(self.shares()) == 0.0
    }

    fn shares(&self) -> [f64; 3] {
        [self.promoter_share, self.passive_share, self.detractor_share]
    }

    /// The interval `estimate -+ z std_error`, cut off at -100 and 100.
    ///
    /// For samples of hundreds; below that it covers less than it says.
    ///
    /// # Errors
    ///
    /// [`Undefined::Constant`] when all answers are in one class and not everybody has answered:
    /// the formula would give the interval of the score alone. [`Undefined::OutOfRange`] unless
    /// `0 < conf_level < 1`.
    pub fn wald(&self, conf_level: f64) -> Result<Interval, Undefined> {
        self.wald_at(normal_critical(conf_level)?)
    }

    /// [`wald`](Self::wald) by the normal quantile, which takes longer to find than all the rest: for
    /// many scores of one confidence.
    pub(crate) fn wald_at(&self, z: f64) -> Result<Interval, Undefined> {
        if self.is_constant() && self.size.is_finite() {
            return Err(Undefined::Constant);
        }
        Ok(around(self.estimate, z * self.std_error))
    }

    /// The Wald interval after adding three quarters of a promoter, three quarters of a detractor
    /// and one and a half passives.
    ///
    /// It holds close to what it says from 20 answers on, and is defined for one answer and when
    /// all are in one class. Its centre is not the score to be reported. See [`NpsEstimate::size`]
    /// for what takes the place of `n` under weights and in finite populations.
    ///
    /// # Errors
    ///
    /// [`Undefined::OutOfRange`] unless `0 < conf_level < 1`.
    ///
    /// # References
    ///
    /// B. Rocks (2016), The American Statistician 70(4), 365-372, the interval with `3` added.
    pub fn adjusted_wald(&self, conf_level: f64) -> Result<AdjustedWald, Undefined> {
        normal_critical(conf_level).map(|z| self.adjusted_wald_at(z))
    }

    /// [`adjusted_wald`](Self::adjusted_wald) by the normal quantile, as [`wald_at`](Self::wald_at).
    pub(crate) fn adjusted_wald_at(&self, z: f64) -> AdjustedWald {
        let (centre, std_error) = self.adjusted();
        AdjustedWald { centre, std_error, interval: around(centre, z * std_error) }
    }

    /// Centre and standard error with the added answers.
    pub(super) fn adjusted(&self) -> (f64, f64) {
        // By shares of the total, as the size may be infinite.
        let added = 1.0 / (self.size + ADDED);
        let kept = 1.0 / (1.0 + ADDED / self.size);
        let each = [ADDED_EACH, ADDED - 2.0 * ADDED_EACH, ADDED_EACH].map(|part| part * added);
        let [p, s, d] = self.shares().map(|share| share * kept);
        let spread = variance([p + each[0], s + each[1], d + each[2]]);
        (self.estimate * kept, POINTS * (spread * added).sqrt())
    }

    /// The number of unweighted answers of an endless population that would be as sure, as the
    /// adjusted interval takes it: `n` of counts; of weights the smaller one of `n_eff` and the
    /// number that the standard error speaks of; times `(N - 1) / (N - n)` in a population of `N`,
    /// so infinite when everybody has answered.
    #[must_use]
    pub fn size(&self) -> f64 {
        self.size
    }
}

/// The square of what a standard error is multiplied by in a finite population.
pub(super) fn finite_population_factor(n: u64, n_population: u64) -> Result<f64, Undefined> {
    let too_small = Undefined::BeyondPopulation { n, population: n_population };
    let rest = n_population.checked_sub(n).ok_or(too_small)?;
    Ok(if rest == 0 { 0.0 } else { rest as f64 / (n_population - 1) as f64 })
}

/// An interval to both sides, without what no score is.
fn around(centre: f64, half_width: f64) -> Interval {
    Interval { low: (centre - half_width).max(-POINTS), high: (centre + half_width).min(POINTS) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::survey::NpsCounts;

    fn summary(promoters: u64, passives: u64, detractors: u64) -> NpsEstimate {
        NpsCounts { promoters, passives, detractors }.summary().unwrap()
    }

    #[track_caller]
    fn assert_close(got: f64, expected: f64) {
        assert!((got - expected).abs() <= 1e-12 * expected.abs(), "got {got}, expected {expected}");
    }

    /// The known answer: 51.61, standard error 11.054, half-width 21.67 with the normal quantile
    /// rounded to 1.96, and 21.665 without.
    #[test]
    fn the_known_answer_is_found() {
        let found = summary(18, 11, 2);
        let ends = found.wald(0.95).unwrap();
        assert_eq!(
            (format!("{:.2}", found.estimate), format!("{:.3}", found.std_error)),
            ("51.61".into(), "11.054".into())
        );
        let half_width = 0.5 * (ends.high - ends.low);
        assert_eq!(format!("{half_width:.3}"), "21.665");
        assert_eq!(format!("{:.2}", half_width * 1.96 / 1.959963984540054), "21.67");
    }

    /// Oracle: nps.json, 60-digit arithmetic: garden_retail and three scores of 6 and 9.
    #[test]
    fn scores_and_intervals_are_those_of_the_reference() {
        let found = summary(8465, 3953, 1194);
        assert_close(found.estimate, 53.41610343814281);
        assert_close(found.std_error, 0.5582881148367145);
        let ends = found.wald(0.95).unwrap();
        assert_close(ends.low, 52.32187884006609);
        assert_close(ends.high, 54.51032803621954);
        let adjusted = found.adjusted_wald(0.95).unwrap();
        assert_close(adjusted.centre, 53.404333455747334);
        assert_close(adjusted.std_error, 0.5582789309777758);
        assert_close(adjusted.interval.low, 52.310126857703374);
        assert_close(adjusted.interval.high, 54.4985400537913);
        let tiny = summary(1, 0, 1);
        assert_eq!(tiny.wald(0.95).unwrap(), Interval { low: -100.0, high: 100.0 }, "cut off from 138.59");
        assert_close(tiny.adjusted_wald(0.95).unwrap().interval.high, 73.3351372056518);
    }

    /// Oracle: nps.json, `tiny`; the upper end of the first is cut off from 106.58.
    #[test]
    fn one_class_alone_has_the_adjusted_interval_only() {
        for (found, low, high) in [
            (summary(3, 0, 0), -6.579286703808592, 100.0),
            (summary(0, 0, 1), -98.49864942025204, 48.498649420252036),
            (summary(0, 2, 0), -48.0091167635531, 48.0091167635531),
        ] {
            assert_eq!((found.std_error, found.wald(0.95)), (0.0, Err(Undefined::Constant)));
            let ends = found.adjusted_wald(0.95).unwrap().interval;
            assert_close(ends.low, low);
            assert_close(ends.high, high);
        }
    }

    #[test]
    fn a_confidence_outside_its_range_is_refused() {
        for conf_level in [0.0, 1.0, 95.0, -0.1, f64::NAN] {
            for found in [summary(3, 2, 1), summary(3, 0, 0)] {
                assert_eq!(found.wald(conf_level), Err(Undefined::OutOfRange));
                assert_eq!(found.adjusted_wald(conf_level).unwrap_err(), Undefined::OutOfRange);
            }
        }
    }

    /// By hand: 3 of 4 asked leave the factor sqrt(1 / 3); all of them leave nothing open.
    #[test]
    fn a_population_that_has_answered_leaves_nothing_open() {
        let found = summary(2, 1, 0);
        assert_close(found.in_population(4).unwrap().std_error, found.std_error * (1.0_f64 / 3.0).sqrt());
        assert_close(found.in_population(4).unwrap().size(), 9.0);
        for whole in [found.in_population(3).unwrap(), summary(1, 0, 0).in_population(1).unwrap()] {
            let point = Interval { low: whole.estimate, high: whole.estimate };
            assert_eq!((whole.std_error, whole.wald(0.95)), (0.0, Ok(point)));
            assert_eq!(whole.adjusted_wald(0.95).unwrap().interval, point);
        }
        assert_eq!(found.in_population(2).unwrap_err(), Undefined::BeyondPopulation { n: 3, population: 2 });
    }

    #[test]
    fn a_population_without_bound_changes_nothing() {
        let found = summary(20, 10, 5);
        let endless = found.in_population(u64::MAX).unwrap();
        assert_close(endless.std_error, found.std_error);
        assert_close(endless.adjusted_wald(0.9).unwrap().centre, found.adjusted_wald(0.9).unwrap().centre);
    }

    proptest! {
        #[test]
        fn swapping_promoters_and_detractors_changes_the_sign(p in 0..2_000_u64, s in 0..2_000_u64, d in 0..2_000_u64, conf_level in 0.01..0.999) {
            let counts = NpsCounts { promoters: p, passives: s, detractors: d };
            prop_assume!(counts.n() > 0);
            let (found, turned) = (counts.summary().unwrap(), counts.swapped().summary().unwrap());
            prop_assert_eq!((found.estimate, found.std_error), (-turned.estimate, turned.std_error));
            let mirrored = |ends: Interval| Interval { low: -ends.high, high: -ends.low };
            prop_assert_eq!(found.wald(conf_level), turned.wald(conf_level).map(mirrored));
            let (there, back) = (found.adjusted_wald(conf_level).unwrap(), turned.adjusted_wald(conf_level).unwrap());
            prop_assert_eq!(there.interval, mirrored(back.interval));
            prop_assert!(-100.0 <= there.interval.low && there.interval.high <= 100.0);
            prop_assert!(there.interval.low < there.interval.high);
        }

        /// Oracle: the definition `p + d - (p - d)^2`, exact in whole numbers over `n^3`.
        #[test]
        fn the_variance_is_that_of_the_definition(p in 0..1_000_000_u64, s in 0..1_000_000_u64, d in 0..1_000_000_u64) {
            let n = p + s + d;
            prop_assume!(n > 0);
            let lead = i128::from(p) - i128::from(d);
            let exact = i128::from(n) * i128::from(p + d) - lead * lead;
            let expected = 100.0 * (exact as f64 / (n as f64).powi(3)).sqrt();
            let got = summary(p, s, d).std_error;
            prop_assert!((got - expected).abs() <= 1e-14 * expected, "{got} {expected}");
        }

        #[test]
        fn the_smaller_the_population_the_narrower_the_interval(p in 0..60_u64, s in 0..60_u64, d in 0..60_u64, more in 1..200_u64) {
            let n = p + s + d;
            prop_assume!(n > 0);
            let width = |population: u64| {
                let ends = summary(p, s, d).in_population(population).unwrap().adjusted_wald(0.95).unwrap().interval;
                ends.high - ends.low
            };
            prop_assert!(width(n + more - 1) <= width(n + more) + 1e-12);
        }
    }
}
