//! Weighted promoters, passives and detractors.
//!
//! Notation: weights `w`, codes `x` of 1, 0, -1; `W` the sum of weights, `N = sum w x / W`.
//!
//! ```text
//! SE^2 = sum w^2 (x - N)^2 / W^2,   n_eff = W^2 / sum w^2
//! ```
//!
//! As `x` has three values only, sums of `w` and `w^2` by class are all that it takes. L. Kish
//! (1965), Survey Sampling, section 8.2; K. Wolter (2007), Introduction to Variance Estimation,
//! section 6.3 (linearisation of a ratio).

use serde::{Deserialize, Serialize};

use super::nps_counts::{NpsClass, NpsCounts};
use super::nps_estimate::{NpsEstimate, POINTS};
use super::weight_sums::WeightSums;
use crate::kernel::undefined::Undefined;

/// Sums of sampling weights by class: each answer stands for so many people of its kind.
///
/// Multiplying all weights by a number changes nothing; a weight of 2 is not two answers, for which
/// there is [`NpsCounts`].
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::survey::{NpsClass, NpsWeights};
///
/// // A promoter who stands for three, and a detractor who stands for one.
/// let weights = NpsWeights::of(&[(NpsClass::Promoter, 3.0), (NpsClass::Detractor, 1.0)]);
/// let summary = weights.summary()?;
/// assert_eq!((summary.estimate, summary.n_eff), (50.0, 1.6));
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NpsWeights {
    /// Those who answered 9 or 10 of 10.
    pub promoters: WeightSums,
    /// Those who answered 7 or 8 of 10.
    pub passives: WeightSums,
    /// Those who answered 0 to 6 of 10.
    pub detractors: WeightSums,
}

impl NpsWeights {
    /// The exact sums of these answers, in whatever order they come; weights of 0 are left out.
    ///
    /// A weight that is not finite makes its sums infinite, so that
    /// [`summary`](NpsWeights::summary) refuses them, as it does a negative sum; single negative
    /// weights are for the caller to refuse.
    #[must_use]
    pub fn of(answers: &[(NpsClass, f64)]) -> Self {
        let of_class =
            |class: NpsClass| WeightSums::of(answers.iter().filter(|answer| answer.0 == class).map(|answer| answer.1));
        let [promoters, passives, detractors] =
            [NpsClass::Promoter, NpsClass::Passive, NpsClass::Detractor].map(of_class);
        Self { promoters, passives, detractors }
    }

    /// The sums of two sets of answers together; each sum is rounded once, so that the order of
    /// merging may show in the last digit.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            promoters: self.promoters.merge(other.promoters),
            passives: self.passives.merge(other.passives),
            detractors: self.detractors.merge(other.detractors),
        }
    }

    /// How many answers there are of each class.
    #[must_use]
    pub fn counts(&self) -> NpsCounts {
        NpsCounts { promoters: self.promoters.n, passives: self.passives.n, detractors: self.detractors.n }
    }

    /// Promoters and detractors changed over, which changes the sign of the score.
    #[must_use]
    pub fn swapped(self) -> Self {
        Self { promoters: self.detractors, detractors: self.promoters, ..self }
    }

    /// The weighted score with its linearised standard error.
    ///
    /// # Errors
    ///
    /// [`Undefined::TooFew`] when there are no answers, [`Undefined::NoWeight`] when their weights
    /// sum to 0, [`Undefined::NotFinite`] for a sum that is not finite, [`Undefined::NotPositive`]
    /// for a negative one, and [`Undefined::OutOfRange`] for sums that no weights have, which is how
    /// squares show that were too small for doubles.
    pub fn summary(&self) -> Result<NpsEstimate, Undefined> {
        // Promoters and detractors are added first, so that swapping them changes no digit.
        let classes = [self.promoters, self.detractors, self.passives];
        let total = WeightSums::checked_total(&classes)?;
        let [p, d, s] = classes.map(|class| class.sum / total.sum);
        let estimate = POINTS * (self.promoters.sum - self.detractors.sum) / total.sum;
        // 1 - N, -1 - N and -N, without subtracting from 1.
        let residuals = [s + 2.0 * d, -(s + 2.0 * p), d - p];
        let std_error = WeightSums::linearised_error(&classes, &residuals, total.sum);
        Ok(NpsEstimate::of_weights(total.n, total.effective(), estimate, [p, s, d], std_error))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use NpsClass::{Detractor, Passive, Promoter};

    #[track_caller]
    fn assert_close(got: f64, expected: f64) {
        assert!((got - expected).abs() <= 1e-13 * expected.abs(), "got {got}, expected {expected}");
    }

    fn answers() -> impl Strategy<Value = Vec<(NpsClass, f64)>> {
        let class = prop_oneof![Just(Promoter), Just(Passive), Just(Detractor)];
        prop::collection::vec((class, 0.01..100.0), 1..60)
    }

    /// By hand: weights 3, 1, 1, 1 of promoter, promoter, passive, detractor: W = 6, N = 1/2;
    /// sum of squares 12, n_eff = 3; residuals 1/2, 1/2, -1/2, -3/2 make
    /// SE^2 = (9/4 + 1/4 + 1/4 + 9/4) / 36 = 5/36.
    #[test]
    fn the_linearised_error_is_that_by_hand() {
        let found = NpsWeights::of(&[(Promoter, 3.0), (Promoter, 1.0), (Passive, 1.0), (Detractor, 1.0)]);
        let summary = found.summary().unwrap();
        assert_eq!((summary.n, found.counts()), (4, NpsCounts { promoters: 2, passives: 1, detractors: 1 }));
        assert_close(summary.estimate, 50.0);
        assert_close(summary.n_eff, 3.0);
        assert_close(summary.std_error, 100.0 * (5.0_f64 / 36.0).sqrt());
        // V = 5/6 - 1/4 = 7/12, so the error speaks of 7/12 * 36/5 = 4.2 answers: n_eff is less.
        assert_close(summary.size(), 3.0);
    }

    /// By hand: ten promoters of weight 1 and ten detractors of weight 2 have N = -1/3, V = 8/9 and
    /// SE^2 = (10 * 16/9 + 40 * 4/9) / 900, which speaks of 22.5 answers, where n_eff = 900/50. Twenty
    /// passives of weight 1 and two others of weight 3 have N = 0, V = 6/26 and SE^2 = 18/676, which
    /// speaks of 26/3 answers, where n_eff = 676/38.
    #[test]
    fn the_size_is_the_smaller_of_both() {
        let mut rows = vec![(Promoter, 1.0); 10];
        rows.extend([(Detractor, 2.0); 10]);
        let summary = NpsWeights::of(&rows).summary().unwrap();
        assert_close(summary.n_eff, 18.0);
        assert_close(summary.size(), 18.0);
        let mut rows = vec![(Passive, 1.0); 20];
        rows.extend([(Promoter, 3.0), (Detractor, 3.0)]);
        let summary = NpsWeights::of(&rows).summary().unwrap();
        assert_close(summary.n_eff, 676.0 / 38.0);
        assert_close(summary.size(), 26.0 / 3.0);
    }

    #[test]
    fn one_class_alone_has_the_size_of_kish() {
        let summary = NpsWeights::of(&[(Promoter, 2.0), (Promoter, 1.0)]).summary().unwrap();
        assert_eq!((summary.estimate, summary.std_error), (100.0, 0.0));
        assert_close(summary.size(), 1.8);
        assert_eq!(summary.wald(0.95), Err(Undefined::Constant));
        assert!(summary.adjusted_wald(0.95).unwrap().interval.low < 50.0);
    }

    #[test]
    fn what_has_no_score_says_why() {
        let why = |rows: &[(NpsClass, f64)]| NpsWeights::of(rows).summary().unwrap_err();
        assert_eq!(why(&[]), Undefined::TooFew { n: 0, needed: 1 });
        assert_eq!(why(&[(Promoter, 0.0)]), Undefined::TooFew { n: 0, needed: 1 });
        assert_eq!(why(&[(Promoter, f64::NAN), (Passive, 1.0)]), Undefined::NotFinite);
        assert_eq!(why(&[(Promoter, f64::INFINITY)]), Undefined::NotFinite);
        assert_eq!(why(&[(Promoter, 1e200)]), Undefined::NotFinite);
        assert_eq!(why(&[(Promoter, 1e-200)]), Undefined::OutOfRange);
        assert_eq!(why(&[(Promoter, -1.0), (Passive, 2.0)]), Undefined::NotPositive);
        let mut sums = NpsWeights::of(&[(Promoter, 1.0)]);
        sums.promoters.sum = 0.0;
        assert_eq!(sums.summary().unwrap_err(), Undefined::NoWeight);
    }

    proptest! {
        #[test]
        fn equal_weights_are_counts(p in 0..50_usize, s in 0..50_usize, d in 0..50_usize, weight in 0.001..1e6) {
            prop_assume!(p + s + d > 0);
            let rows = [(Promoter, p), (Passive, s), (Detractor, d)];
            let rows: Vec<_> = rows.iter().flat_map(|&(class, n)| std::iter::repeat_n((class, weight), n)).collect();
            let sums = NpsWeights::of(&rows);
            let (weighted, counted) = (sums.summary().unwrap(), sums.counts().summary().unwrap());
            prop_assert!((weighted.estimate - counted.estimate).abs() < 1e-11);
            prop_assert!((weighted.std_error - counted.std_error).abs() <= 1e-12 * counted.std_error);
            prop_assert!((weighted.n_eff / counted.n_eff - 1.0).abs() < 1e-12);
            prop_assert!((weighted.size() / counted.size() - 1.0).abs() < 1e-12);
        }

        #[test]
        fn a_constant_times_all_weights_changes_nothing(rows in answers(), exponent in -300..300_i32, factor in 0.001..1000.0) {
            let times = |factor: f64| {
                let rows: Vec<_> = rows.iter().map(|&(class, weight)| (class, weight * factor)).collect();
                NpsWeights::of(&rows).summary().unwrap()
            };
            let found = times(1.0);
            prop_assert_eq!(found, times(2.0_f64.powi(exponent)), "powers of two change no digit");
            let scaled = times(factor);
            prop_assert!((found.estimate - scaled.estimate).abs() < 1e-11);
            prop_assert!((found.std_error - scaled.std_error).abs() <= 1e-11 * found.std_error);
        }

        #[test]
        fn splitting_and_swapping_are_harmless(rows in answers(), at in 0..60_usize) {
            let whole = NpsWeights::of(&rows);
            let (left, right) = rows.split_at(at.min(rows.len()));
            let merged = NpsWeights::of(left).merge(NpsWeights::of(right)).summary().unwrap();
            let found = whole.summary().unwrap();
            prop_assert!((found.estimate - merged.estimate).abs() < 1e-11);
            prop_assert!((found.std_error - merged.std_error).abs() < 1e-11);
            let turned = whole.swapped().summary().unwrap();
            prop_assert_eq!((found.estimate, found.std_error, found.n_eff), (-turned.estimate, turned.std_error, turned.n_eff));
            prop_assert!(found.size() <= found.n_eff && found.n_eff <= found.n as f64);
            let mut reversed = rows;
            reversed.reverse();
            prop_assert_eq!(NpsWeights::of(&reversed), whole);
        }
    }
}
