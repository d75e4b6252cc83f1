//! Weighted answers on a scale of whole numbers, summed by score.
//!
//! Notation: weights `w`, scores `x`, `W` the sum of weights, `n` answers, `m = sum w x / W`.
//!
//! ```text
//! SE^2 = n / (n - 1) sum w^2 (x - m)^2 / W^2,   sd^2 = sum w (x - m)^2 / (W - sum w^2 / W)
//! ```
//! so that equal weights give what counts give. Student's t has `n_eff - 1` degrees of freedom.

use super::share::{MeanScore, Share};
use super::weight_sums::WeightSums;
use crate::kernel::interval::{normal_critical, tail_share};
use crate::kernel::undefined::Undefined;

/// Weights of the answers with each score of a scale.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::survey::{ScoreWeights, WeightSums};
///
/// // One answer of 1 that stands for three people, and one of 3 that stands for one.
/// let sums = [WeightSums::of([3.0]), WeightSums::default(), WeightSums::of([1.0])];
/// let answers = ScoreWeights::new(1, &sums);
/// assert_eq!(answers.mean(0.95)?.estimate, 1.5);
/// assert_eq!(answers.top_box(1, 0.95)?.estimate, 0.25);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoreWeights<'a> {
    lowest: i32,
    sums: &'a [WeightSums],
}

impl<'a> ScoreWeights<'a> {
    /// Sums of all scores of a scale, in ascending order from its lowest.
    #[must_use]
    pub fn new(lowest: i32, sums: &'a [WeightSums]) -> Self {
        Self { lowest, sums }
    }

    /// The weighted share of answers among the `k` highest scores of the scale.
    ///
    /// # Errors
    ///
    /// As for [`NpsWeights::summary`](super::NpsWeights::summary); [`Undefined::OutOfRange`] as well
    /// unless `k` is from 1 to the number of scores and `0 < conf_level < 1`.
    pub fn top_box(&self, k: usize, conf_level: f64) -> Result<Share, Undefined> {
        self.top_box_at(k, normal_critical(conf_level)?)
    }

    /// [`top_box`](Self::top_box) by the normal quantile, for many shares of one confidence.
    pub(crate) fn top_box_at(&self, k: usize, z: f64) -> Result<Share, Undefined> {
        let at = self.sums.len().checked_sub(k).filter(|_| k > 0).ok_or(Undefined::OutOfRange)?;
        let (others, top) = self.sums.split_at(at);
        Share::of_weights(merged(top), merged(others), z)
    }

    /// The weighted share of answers among the `k` lowest scores of the scale.
    ///
    /// # Errors
    ///
    /// As for [`top_box`](Self::top_box).
    pub fn bottom_box(&self, k: usize, conf_level: f64) -> Result<Share, Undefined> {
        self.bottom_box_at(k, normal_critical(conf_level)?)
    }

    /// [`bottom_box`](Self::bottom_box) by the normal quantile.
    pub(crate) fn bottom_box_at(&self, k: usize, z: f64) -> Result<Share, Undefined> {
        let (bottom, others) = self.sums.split_at_checked(k).filter(|_| k > 0).ok_or(Undefined::OutOfRange)?;
        Share::of_weights(merged(bottom), merged(others), z)
    }

    /// The weighted mean score with its linearised error.
    ///
    /// # Errors
    ///
    /// As for [`NpsWeights::summary`](super::NpsWeights::summary); [`Undefined::OutOfRange`] as well
    /// unless `0 < conf_level < 1`.
    pub fn mean(&self, conf_level: f64) -> Result<MeanScore, Undefined> {
        tail_share(conf_level)?;
        let total = WeightSums::checked_total(self.sums)?;
        let shares: Vec<f64> = self.sums.iter().map(|kind| kind.sum / total.sum).collect();
        let above: f64 = shares.iter().enumerate().map(|(step, share)| share * step as f64).sum();
        let is_constant = self.sums.iter().filter(|kind| kind.sum > 0.0).count() == 1;
        let residual = |step: usize| if is_constant { 0.0 } else { step as f64 - above };
        let residuals: Vec<f64> = (0..shares.len()).map(residual).collect();
        let n_eff = total.effective();
        let squares: f64 = shares.iter().zip(&residuals).map(|(share, residual)| share * residual * residual).sum();
        let linearised = WeightSums::linearised_error(self.sums, &residuals, total.sum);
        let n = total.n as f64;
        let if_two = |value: f64| if total.n > 1 { Ok(value) } else { Err(Undefined::TooFew { n: 1, needed: 2 }) };
        let std_error = if_two(linearised * (n / (n - 1.0)).sqrt());
        let estimate = f64::from(self.lowest) + above;
        let ends = (f64::from(self.lowest), f64::from(self.lowest) + (self.sums.len() - 1) as f64);
        let interval =
            std_error.clone().and_then(|error| MeanScore::interval((estimate, error), n_eff - 1.0, ends, conf_level));
        Ok(MeanScore { n: total.n, n_eff, estimate, sd: sd(squares, n_eff, is_constant, total.n), std_error, interval })
    }
}

/// The standard deviation by the mean square about the mean; none where one answer outweighs all
/// others, so that they are worth no second one.
fn sd(squares: f64, n_eff: f64, is_constant: bool, n: u64) -> Result<f64, Undefined> {
    let found = (squares / (1.0 - 1.0 / n_eff)).sqrt();
    match n {
        0 | 1 => Err(Undefined::TooFew { n, needed: 2 }),
        _ if is_constant => Ok(0.0),
        _ if n_eff > 1.0 && found.is_finite() => Ok(found),
        _ => Err(Undefined::TooFew { n: 1, needed: 2 }),
    }
}

fn merged(kinds: &[WeightSums]) -> WeightSums {
    kinds.iter().copied().fold(WeightSums::default(), WeightSums::merge)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::survey::ScoreCounts;

    /// By hand: weights 3 of score 1, 1 and 1 of score 2, 1 of score 3: W = 6, m = 10/6;
    /// sum w^2 (x - m)^2 = 9 (4/9) + 2 (1/9) + 16/9 = 6, so SE^2 = (4/3) 6/36 = 2/9; n_eff = 3;
    /// sum w (x - m)^2 = 4/3 + 2/9 + 16/9 = 10/3, so sd^2 = (10/3) / (6 - 2) = 5/6.
    #[test]
    fn the_weighted_mean_is_that_by_hand() {
        let sums = [WeightSums::of([3.0]), WeightSums::of([1.0, 1.0]), WeightSums::of([1.0])];
        let found = ScoreWeights::new(1, &sums).mean(0.95).unwrap();
        assert!((found.estimate - 5.0 / 3.0).abs() < 1e-15 && (found.n_eff - 3.0).abs() < 1e-15);
        assert!((found.std_error.unwrap() - (2.0_f64 / 9.0).sqrt()).abs() < 1e-15);
        assert!((found.sd.unwrap() - (5.0_f64 / 6.0).sqrt()).abs() < 1e-15);
        assert_eq!(found.interval.unwrap().low, 1.0, "cut off where the scale ends");
    }

    #[test]
    fn what_has_no_error_says_why() {
        let none = [WeightSums::default(); 3];
        assert_eq!(ScoreWeights::new(1, &none).mean(0.95).unwrap_err(), Undefined::TooFew { n: 0, needed: 1 });
        assert_eq!(ScoreWeights::new(1, &[]).mean(0.95).unwrap_err(), Undefined::TooFew { n: 0, needed: 1 });
        let one = [WeightSums::default(), WeightSums::of([2.5])];
        let found = ScoreWeights::new(1, &one).mean(0.95).unwrap();
        let too_few = Undefined::TooFew { n: 1, needed: 2 };
        assert_eq!((found.estimate, found.std_error, found.interval), (2.0, Err(too_few.clone()), Err(too_few)));
        let equal = [WeightSums::default(), WeightSums::of([2.5, 0.1])];
        let found = ScoreWeights::new(1, &equal).mean(0.95).unwrap();
        assert_eq!((found.sd, found.std_error, found.interval), (Ok(0.0), Ok(0.0), Err(Undefined::Constant)));
        assert_eq!(ScoreWeights::new(1, &equal).top_box(0, 0.9).unwrap_err(), Undefined::OutOfRange);
        assert_eq!(ScoreWeights::new(1, &equal).bottom_box(3, 0.9).unwrap_err(), Undefined::OutOfRange);
        assert_eq!(ScoreWeights::new(1, &[WeightSums::of([f64::NAN])]).mean(0.9).unwrap_err(), Undefined::NotFinite);
    }

    /// By hand: n_eff is (1e17 + 1)^2 / (1e34 + 1), which is 1 in doubles.
    #[test]
    fn one_weight_above_all_others_leaves_no_deviation() {
        let too_few = Undefined::TooFew { n: 1, needed: 2 };
        for weights in [[1e17, 1.0], [1e100, 1e-100]] {
            let sums = [WeightSums::of([weights[0]]), WeightSums::default(), WeightSums::of([weights[1]])];
            let found = ScoreWeights::new(1, &sums).mean(0.95).unwrap();
            assert_eq!((found.n, found.n_eff, found.estimate), (2, 1.0, 1.0));
            assert_eq!(found.sd, Err(too_few.clone()));
            // Of weights so far apart the standard error is 0 in doubles too.
            let is_constant = weights[0] == 1e100;
            assert_eq!(found.interval, Err(if is_constant { Undefined::Constant } else { too_few.clone() }));
            let alike = [WeightSums::of(weights)];
            assert_eq!(ScoreWeights::new(1, &alike).mean(0.95).unwrap().sd, Ok(0.0));
        }
        // Squares that rounding left a little below the square of the sum.
        let below = WeightSums { n: 2, sum: 1.0, squares: 1.0 + 2.0 * f64::EPSILON };
        assert_eq!(below.effective(), 1.0);
    }

    proptest! {
        #[test]
        fn equal_weights_are_counts(counts in prop::collection::vec(0..40_u64, 2..12), weight in 0.01..100.0) {
            prop_assume!(counts.iter().filter(|&&count| count > 0).count() > 1);
            let sums: Vec<WeightSums> = counts.iter().map(|&n| WeightSums::of(vec![weight; n as usize])).collect();
            let (weighted, counted) = (ScoreWeights::new(0, &sums), ScoreCounts::new(0, &counts));
            let (a, b) = (weighted.mean(0.95).unwrap(), counted.mean(0.95).unwrap());
            prop_assert!((a.estimate - b.estimate).abs() < 1e-12);
            prop_assert!((a.std_error.unwrap() / b.std_error.unwrap() - 1.0).abs() < 1e-11);
            prop_assert!((a.sd.unwrap() / b.sd.unwrap() - 1.0).abs() < 1e-11);
            prop_assert!((a.interval.unwrap().low - b.interval.unwrap().low).abs() < 1e-9);
            for k in 1..=counts.len() {
                let (a, b) = (weighted.top_box(k, 0.95).unwrap(), counted.top_box(k, 0.95).unwrap());
                prop_assert!((a.estimate - b.estimate).abs() < 1e-12 && (a.interval.low - b.interval.low).abs() < 1e-11);
                prop_assert_eq!((a.n, a.n_successes), (b.n, b.n_successes));
                let (a, b) = (weighted.bottom_box(k, 0.95).unwrap(), counted.bottom_box(k, 0.95).unwrap());
                prop_assert!((a.estimate - b.estimate).abs() < 1e-12 && (a.interval.high - b.interval.high).abs() < 1e-11);
            }
        }
    }
}
