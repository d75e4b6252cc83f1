//! Which of two groups has the larger values, by ranks.
//!
//! Notation: `U1` = pairs in which the value of the first group is the larger, ties counting one
//! half; `N = n1 + n2`; `t` = length of a run of equal values.
//!
//! ```text
//! var(U1) = n1 n2 / 12 (N + 1 - sum (t^3 - t) / (N (N - 1)))
//! z = (|U1 - n1 n2 / 2| - 1/2) / sd(U1), with the sign of U1 - n1 n2 / 2, never past 0
//! A = U1 / (n1 n2),  r = 2 A - 1
//! ```
//! H. B. Mann & D. R. Whitney (1947), Annals of Mathematical Statistics 18(1), 50-60; ties:
//! M. Hollander & D. A. Wolfe (1999), Nonparametric Statistical Methods, section 4.1. The
//! interval of `A` has the standard error of E. R. DeLong, D. M. DeLong & D. L.
//! Clarke-Pearson (1988), Biometrics 44(3), 837-845. `r` is that of E. E. Cureton (1956),
//! "Rank-biserial correlation", Psychometrika 21, 287-290; `A` that of K. O. McGraw & S. P.
//! Wong (1992), Psychological Bulletin 111(2), 361-365.

use serde::Serialize;

use super::outcome::{Effect, EffectName, Test};
use super::pooled::{each_value, tie_term};
use super::spread::{all_finite, compared};
use crate::kernel::distribution::normal;
use crate::kernel::interval::{Interval, normal_critical};
use crate::kernel::order::ascending;
use crate::kernel::undefined::Undefined;

/// Two groups compared by ranks.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MannWhitney {
    /// Members of the first group.
    pub n1: u64,
    /// Members of the second group.
    pub n2: u64,
    /// Pairs in which the first group has the larger value, ties counting one half.
    pub u1: f64,
    /// z with continuity correction and its two-sided p-value.
    pub test: Test,
    /// Chance that a value of the first group is above one of the second; the interval is
    /// DeLong's, within 0..=1, and missing when a group has one value or no pair disagrees.
    pub common_language: Effect,
    /// The same from -1 to 1.
    pub rank_biserial: Effect,
}

/// The Mann-Whitney U test, also called Wilcoxon's rank sum test.
///
/// Two-sided, by the normal approximation with tie-corrected variance and continuity
/// correction, which is close from about ten values per group on. O(n log n).
///
/// # Errors
///
/// [`Undefined::OneGroup`] when a group has no values, [`Undefined::Constant`] when all values
/// are equal, [`Undefined::NotFinite`], and [`Undefined::OutOfRange`] for a confidence outside 0..1.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::hypothesis::mann_whitney_test;
///
/// // Of the six pairs, the first group wins four and ties one.
/// let result = mann_whitney_test(&[3.0, 5.0], &[1.0, 3.0, 4.0], 0.95)?;
/// assert_eq!(result.u1, 4.5);
/// assert_eq!(result.common_language.estimate, 0.75);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn mann_whitney_test(a: &[f64], b: &[f64], conf_level: f64) -> Result<MannWhitney, Undefined> {
    all_finite(&[a, b])?;
    compared(&[a, b])?;
    let pairs = Pairs::of(&ascending(a), &ascending(b));
    let test = pairs.test()?;
    let common_language = pairs.common_language(conf_level)?;
    let twice = |share: f64| 2.0 * share - 1.0;
    let ends = common_language.interval.map(|ends| Interval { low: twice(ends.low), high: twice(ends.high) });
    // Pairs won less pairs lost, so that nothing is subtracted from a rounded share.
    let rank_biserial = pairs.difference() as f64 / pairs.count() as f64;
    Ok(MannWhitney {
        n1: pairs.n1,
        n2: pairs.n2,
        u1: pairs.sum1 as f64 / 2.0,
        test,
        common_language,
        rank_biserial: Effect::new(EffectName::RankBiserial, rank_biserial, ends),
    })
}

/// Whole-number sums over all pairs of a value of each group.
///
/// The placement of a value is the number of values of the other group that are smaller, ties
/// counting one half; it is kept doubled. Six billion values in all stay within these types.
#[derive(Clone, Copy, Debug, Default)]
struct Pairs {
    n1: u64,
    n2: u64,
    /// Sum of the doubled placements of the first group: twice `U1`.
    sum1: u128,
    squares1: u128,
    sum2: u128,
    squares2: u128,
    ties: u128,
}

impl Pairs {
    fn of(a: &[f64], b: &[f64]) -> Self {
        let mut pairs = Self::default();
        each_value(a, b, |count1, count2| pairs.add(count1, count2));
        pairs
    }

    fn add(&mut self, count1: u64, count2: u64) {
        let placement1 = u128::from(2 * self.n2 + count2);
        let placement2 = u128::from(2 * self.n1 + count1);
        self.sum1 += u128::from(count1) * placement1;
        self.squares1 += u128::from(count1) * placement1 * placement1;
        self.sum2 += u128::from(count2) * placement2;
        self.squares2 += u128::from(count2) * placement2 * placement2;
        self.ties += tie_term(count1 + count2);
        self.n1 += count1;
        self.n2 += count2;
    }

    fn count(&self) -> u128 {
        u128::from(self.n1) * u128::from(self.n2)
    }

    /// Twice `U1 - n1 n2 / 2`.
    fn difference(&self) -> i128 {
        self.sum1 as i128 - self.count() as i128
    }

    fn test(&self) -> Result<Test, Undefined> {
        let n = self.n1 + self.n2;
        let untied = tie_term(n) - self.ties;
        if untied == 0 {
            return Err(Undefined::Constant);
        }
        let variance = self.count() as f64 * untied as f64 / (12.0 * n as f64 * (n as f64 - 1.0));
        let difference = self.difference();
        // The correction never turns the sign.
        let distance = difference.unsigned_abs().saturating_sub(1) as f64 / 2.0;
        let z = distance / variance.sqrt() * difference.signum() as f64;
        Ok(Test::z(z, normal::two_sided(z)?))
    }

    fn common_language(&self, conf_level: f64) -> Result<Effect, Undefined> {
        let area = self.sum1 as f64 / (2.0 * self.count() as f64);
        let interval = match self.std_error() {
            Some(std_error) => {
                let half_width = normal_critical(conf_level)? * std_error;
                Some(Interval { low: (area - half_width).max(0.0), high: (area + half_width).min(1.0) })
            }
            None => None,
        };
        Ok(Effect::new(EffectName::CommonLanguage, area, interval))
    }

    /// DeLong's standard error of the area; `None` when the placements have no spread.
    fn std_error(&self) -> Option<f64> {
        let part = |n: u64, other: u64, sum: u128, squares: u128| {
            let spread = u128::from(n) * squares - sum * sum;
            let (n, other) = (n as f64, other as f64);
            spread as f64 / (n * n * (n - 1.0) * 4.0 * other * other)
        };
        if self.n1 < 2 || self.n2 < 2 {
            return None;
        }
        let variance =
            part(self.n1, self.n2, self.sum1, self.squares1) + part(self.n2, self.n1, self.sum2, self.squares2);
        (variance > 0.0).then(|| variance.sqrt())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const X: [f64; 6] = [5.0, 2.0, 1.0, 3.0, 2.0, 5.0];
    const Y: [f64; 7] = [2.0, 8.0, 4.0, 6.0, 6.0, 5.0, 7.0];

    /// Oracle: scipy 1.17.1, `mannwhitneyu(x, y, method="asymptotic")`: U 7, p 0.050835582280956304.
    #[test]
    fn the_test_agrees_with_scipy() {
        let result = mann_whitney_test(&X, &Y, 0.95).unwrap();
        assert_eq!((result.n1, result.n2, result.u1), (6, 7, 7.0));
        assert!((result.test.p_value.value() / 0.050_835_582_280_956_304 - 1.0).abs() < 1e-10);
        assert!(result.test.statistic < 0.0);
        assert_eq!(result.common_language.estimate, 7.0 / 42.0);
        assert_eq!(result.rank_biserial.estimate, -28.0 / 42.0);
    }

    /// Oracle: by hand, as in the comments below.
    #[test]
    fn the_interval_has_the_standard_error_of_delong() {
        // Pairs of {1, 2} with {1, 3}: a tie, a loss, a win, a loss: A = 1.5 / 4.
        let pairs = Pairs::of(&[1.0, 2.0], &[1.0, 3.0]);
        // V10 = 1/4, 1/2 with variance 1/32; V01 = 3/4, 0 with variance 9/32; each over 2.
        assert!((pairs.std_error().unwrap() - (10.0_f64 / 64.0).sqrt()).abs() < 1e-15);
        let area = pairs.common_language(0.95).unwrap();
        assert_eq!(area.estimate, 0.375);
        // 0.375 -+ 1.96 * 0.395 leaves 0..=1 on either side.
        assert_eq!(area.interval, Some(Interval { low: 0.0, high: 1.0 }));
    }

    #[test]
    fn groups_apart_have_an_area_without_an_interval() {
        let result = mann_whitney_test(&[4.0, 5.0, 6.0], &[1.0, 2.0, 3.0], 0.95).unwrap();
        assert_eq!((result.common_language.estimate, result.common_language.interval), (1.0, None));
        assert_eq!((result.rank_biserial.estimate, result.rank_biserial.interval), (1.0, None));
    }

    #[test]
    fn groups_alike_have_a_z_of_zero() {
        let result = mann_whitney_test(&[1.0, 2.0], &[1.0, 2.0], 0.95).unwrap();
        assert_eq!((result.test.statistic, result.test.p_value.value()), (0.0, 1.0));
    }

    #[test]
    fn what_cannot_be_compared_says_why() {
        assert_eq!(mann_whitney_test(&[7.0; 3], &[7.0; 2], 0.95).unwrap_err(), Undefined::Constant);
        assert_eq!(mann_whitney_test(&[0.0], &[-0.0], 0.95).unwrap_err(), Undefined::Constant);
        assert_eq!(mann_whitney_test(&[], &[1.0], 0.95).unwrap_err(), Undefined::OneGroup);
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(mann_whitney_test(&[1.0, bad], &[2.0], 0.95).unwrap_err(), Undefined::NotFinite);
        }
    }

    /// Oracle: by hand; half of the first group ties with all of the second, half is below.
    #[test]
    fn billions_of_values_do_not_overflow() {
        let mut pairs = Pairs::default();
        pairs.add(1_000_000_000, 0);
        pairs.add(1_000_000_000, 2_000_000_000);
        let area = pairs.common_language(0.95).unwrap();
        assert_eq!(area.estimate, 0.25);
        assert!(pairs.test().unwrap().p_value.log10() < -1e8);
    }

    proptest! {
        #[test]
        fn u_counts_the_pairs(
            mut a in prop::collection::vec((0_i32..9).prop_map(f64::from), 1..20),
            b in prop::collection::vec((0_i32..9).prop_map(f64::from), 1..20),
        ) {
            a.push(100.0);
            let mut doubled = 0;
            for x in &a {
                for y in &b {
                    doubled += if x > y { 2 } else { i32::from(x == y) };
                }
            }
            let result = mann_whitney_test(&a, &b, 0.95).unwrap();
            prop_assert_eq!(result.u1, f64::from(doubled) / 2.0);
            let swapped = mann_whitney_test(&b, &a, 0.95).unwrap();
            prop_assert_eq!(swapped.test.statistic, -result.test.statistic);
            a.reverse();
            prop_assert_eq!(mann_whitney_test(&a, &b, 0.95).unwrap(), result);
        }

        #[test]
        fn a_rising_transformation_changes_nothing(
            a in prop::collection::vec(-5.0..5.0, 2..20),
            b in prop::collection::vec(-5.0..5.0, 2..20),
        ) {
            let rise = |values: &[f64]| values.iter().map(|value| 3.0 * value + 64.0).collect::<Vec<f64>>();
            let before = mann_whitney_test(&a, &b, 0.95).unwrap();
            // Adding rounds, which may make ties of neighbours, but not of values this far apart.
            prop_assume!(a.iter().all(|x| b.iter().all(|y| (x - y).abs() > 1e-9)));
            prop_assert_eq!(mann_whitney_test(&rise(&a), &rise(&b), 0.95).unwrap().u1, before.u1);
        }
    }
}
