//! Two means whose groups may have different variances.
//!
//! Notation: `v_i = s_i^2 / n_i`, the squared standard error of a mean.
//!
//! ```text
//! t = (m1 - m2) / sqrt(v1 + v2)
//! df = (v1 + v2)^2 / (v1^2 / (n1 - 1) + v2^2 / (n2 - 1))
//! ```
//! B. L. Welch (1947), "The generalization of 'Student's' problem when several different
//! population variances are involved", Biometrika 34, 28-35; the degrees of freedom are those
//! of F. E. Satterthwaite (1946), Biometrics Bulletin 2(6), 110-114.

use super::two_means::{TwoMeans, two_groups};
use crate::kernel::undefined::Undefined;

/// Welch's t test of two means; the one to use unless the variances are known to be equal.
///
/// Two-sided. `conf_level` is that of the intervals, 0.95 say.
///
/// # Errors
///
/// [`Undefined::TooFew`] when a group has one value, [`Undefined::OneGroup`] when one has none,
/// [`Undefined::Constant`] when neither group has any spread, [`Undefined::NotFinite`] and
/// [`Undefined::Overflow`], and [`Undefined::OutOfRange`] for a confidence outside 0..1.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::hypothesis::welch_t_test;
///
/// let result = welch_t_test(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0], 0.95)?;
/// // Variances 1 and 4: (2 - 4) / sqrt(1 / 3 + 4 / 3).
/// assert!((result.test.statistic + 2.0 / (5.0_f64 / 3.0).sqrt()).abs() < 1e-14);
/// assert_eq!(result.difference.estimate, -2.0);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn welch_t_test(a: &[f64], b: &[f64], conf_level: f64) -> Result<TwoMeans, Undefined> {
    let smaller = a.len().min(b.len());
    if smaller == 1 {
        return Err(Undefined::TooFew { n: 1, needed: 2 });
    }
    let (spreads, first, second) = two_groups(a, b)?;
    let (v1, v2) = (first.variance() / first.n, second.variance() / second.n);
    let sum = v1 + v2;
    // As shares of their sum, so that no square vanishes.
    let (share1, share2) = (v1 / sum, v2 / sum);
    let df = 1.0 / (share1 * share1 / (first.n - 1.0) + share2 * share2 / (second.n - 1.0));
    TwoMeans::new(&spreads, sum.sqrt(), df, conf_level)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::hypothesis::outcome::EffectName;

    const A: [f64; 5] = [5.1, 4.9, 6.2, 5.8, 6.0];
    const B: [f64; 7] = [6.9, 7.4, 6.1, 8.0, 7.7, 7.2, 6.6];

    #[track_caller]
    fn assert_close(got: f64, expected: f64) {
        assert!((got / expected - 1.0).abs() < 1e-12, "got {got}, expected {expected}");
    }

    /// Oracle: mpmath 1.4.1, 50 digits, from the doubles; scipy 1.17.1 `ttest_ind` agrees.
    #[test]
    fn welch_agrees_with_fifty_digits() {
        let result = welch_t_test(&A, &B, 0.95).unwrap();
        assert_close(result.test.statistic, -4.309_404_265_755_262);
        assert_close(result.test.df.unwrap(), 9.463_660_796_404_494);
        assert!((result.test.p_value.value() / 0.001_747_494_177_203_539 - 1.0).abs() < 1e-10);
        assert_close(result.difference.estimate, -1.528_571_428_571_428_6);
        let ends = result.difference.interval.unwrap();
        assert_close(ends.low, -2.325_019_227_652_816);
        assert_close(ends.high, -0.732_123_629_490_041);
        assert_eq!(result.cohens_d.name, EffectName::CohensD);
        assert_close(result.cohens_d.estimate, -2.462_145_903_145_152);
        let ends = result.cohens_d.interval.unwrap();
        assert_close(ends.low, -3.974_556_585_160_596);
        assert_close(ends.high, -0.949_735_221_129_707_3);
        let g = result.hedges_g.unwrap();
        assert_close(g.estimate, -2.271_934_318_513_090_5);
        assert_close(g.interval.unwrap().low, -3.667_504_632_915_416);
    }

    /// Oracle: the same sample by whole numbers, where nothing is rounded.
    #[test]
    fn a_large_offset_and_any_scale_cost_nothing() {
        let (a, b) = ([1.0, 2.0, 4.0, 4.0], [3.0, 7.0, 8.0]);
        let plain = welch_t_test(&a, &b, 0.95).unwrap();
        let moved = welch_t_test(&a.map(|x| x + 1e15), &b.map(|x| x + 1e15), 0.95).unwrap();
        assert_close(moved.test.statistic, plain.test.statistic);
        assert_eq!(moved.difference.estimate, plain.difference.estimate);
        let large = welch_t_test(&a.map(|x| x * 2e307), &b.map(|x| x * 2e307), 0.95).unwrap();
        assert_close(large.test.statistic, plain.test.statistic);
        let tiny = welch_t_test(&a.map(|x| x * 5e-324), &b.map(|x| x * 5e-324), 0.95).unwrap();
        assert_close(tiny.test.statistic, plain.test.statistic);
        assert_eq!(tiny.mean2, 6.0 * 5e-324);
    }

    #[test]
    fn one_constant_group_is_compared_and_two_are_not() {
        let result = welch_t_test(&[2.0; 4], &[1.0, 2.0, 4.0], 0.95).unwrap();
        assert_close(result.test.df.unwrap(), 2.0);
        assert_eq!(welch_t_test(&[0.1; 3], &[0.2; 3], 0.95).unwrap_err(), Undefined::Constant);
    }

    #[test]
    fn what_cannot_be_compared_says_why() {
        let two = [1.0, 2.0];
        assert_eq!(welch_t_test(&[1.0], &two, 0.95).unwrap_err(), Undefined::TooFew { n: 1, needed: 2 });
        assert_eq!(welch_t_test(&[], &two, 0.95).unwrap_err(), Undefined::OneGroup);
        assert_eq!(welch_t_test(&[], &[], 0.95).unwrap_err(), Undefined::TooFew { n: 0, needed: 2 });
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(welch_t_test(&[1.0, bad], &two, 0.95).unwrap_err(), Undefined::NotFinite);
        }
    }

    proptest! {
        #[test]
        fn swapping_the_groups_changes_signs_only(
            a in prop::collection::vec(-1e3..1e3, 2..20),
            b in prop::collection::vec(-1e3..1e3, 2..20),
        ) {
            let (forward, backward) = (welch_t_test(&a, &b, 0.9).unwrap(), welch_t_test(&b, &a, 0.9).unwrap());
            prop_assert_eq!(forward.test.statistic, -backward.test.statistic);
            prop_assert_eq!(forward.test.p_value, backward.test.p_value);
            prop_assert_eq!(forward.cohens_d.estimate, -backward.cohens_d.estimate);
        }

        #[test]
        fn no_order_of_values_changes_a_digit(
            mut a in prop::collection::vec(-1e3..1e3, 2..20),
            b in prop::collection::vec(-1e3..1e3, 2..20),
        ) {
            let forward = welch_t_test(&a, &b, 0.9).unwrap();
            a.reverse();
            prop_assert_eq!(welch_t_test(&a, &b, 0.9).unwrap(), forward);
        }
    }
}
