//! Which of several groups has larger values, by ranks.
//!
//! Notation: `R_j` rank sum of group `j` with `n_j` values, `N` values in `k` groups, `t` length
//! of a run of equal values.
//!
//! ```text
//! H = 12 / (N (N + 1)) sum (R_j - n_j (N + 1) / 2)^2 / n_j / (1 - sum (t^3 - t) / (N^3 - N))
//! epsilon^2 = H / (N - 1)
//! ```
//! W. H. Kruskal & W. A. Wallis (1952), "Use of ranks in one-criterion variance analysis",
//! Journal of the American Statistical Association 47, 583-621; epsilon squared: T. L. Kelley
//! (1935), PNAS 21(9), 554-559, on ranks.

use serde::Serialize;

use super::outcome::{Effect, EffectName, Test};
use super::pooled::{RankSums, tie_term};
use super::spread::{all_finite, compared};
use crate::kernel::distribution::chi_squared;
use crate::kernel::exact_sum::ExactSum;
use crate::kernel::undefined::Undefined;

/// Several groups compared by ranks.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct KruskalWallis {
    /// Values in all groups.
    pub n: u64,
    /// Groups with members.
    pub n_groups: u64,
    /// Groups without members, which are left out.
    pub n_empty: u64,
    /// H, corrected for ties, with its p-value.
    pub test: Test,
    /// Share of the rank variance that the groups explain.
    pub epsilon_squared: Effect,
}

/// The Kruskal-Wallis H test of several groups.
///
/// By the chi-squared approximation, which is close from about five values per group on. O(n log n).
///
/// # Errors
///
/// [`Undefined::OneGroup`] when under two groups have members, [`Undefined::Constant`] when all
/// values are equal, [`Undefined::NotFinite`], [`Undefined::OutOfRange`] beyond 2^32 - 1 values.
pub fn kruskal_wallis_test(groups: &[&[f64]]) -> Result<KruskalWallis, Undefined> {
    all_finite(groups)?;
    let members = compared(groups)?;
    let ranks = RankSums::of(&members)?;
    let n: u64 = members.iter().map(|values| values.len() as u64).sum();
    let untied = tie_term(n) - ranks.ties;
    if untied == 0 {
        return Err(Undefined::Constant);
    }
    let mut sum = ExactSum::default();
    for (values, doubled) in members.iter().zip(ranks.doubled) {
        let size = values.len() as i128;
        let distance = doubled as i128 - size * (i128::from(n) + 1);
        sum.add((distance * distance) as f64 / size as f64);
    }
    // 12 / (N (N + 1)) over the tie correction is 12 (N - 1) / (N^3 - N - ties); doubled ranks
    // take another 4.
    let share = 3.0 * sum.value().ok_or(Undefined::Overflow)? / untied as f64;
    let h = (n as f64 - 1.0) * share;
    let df = members.len() as f64 - 1.0;
    Ok(KruskalWallis {
        n,
        n_groups: members.len() as u64,
        n_empty: (groups.len() - members.len()) as u64,
        test: Test::chi_squared(h, df, chi_squared::upper_tail(h, df)?),
        epsilon_squared: Effect::new(EffectName::EpsilonSquared, share, None),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Oracle: scipy 1.17.1, `kruskal`.
    #[test]
    fn the_test_agrees_with_scipy() {
        let (x, y, z) = ([1., 2., 2., 3., 5., 5.], [2., 4., 5., 6., 6., 7., 8.], [1., 1., 9., 9., 2.]);
        let result = kruskal_wallis_test(&[&x, &[], &y, &z]).unwrap();
        assert!((result.test.statistic / 2.713_994_681_117_964_7 - 1.0).abs() < 1e-13);
        assert!((result.test.p_value.value() / 0.257_432_600_039_658_5 - 1.0).abs() < 1e-10);
        assert_eq!((result.n, result.n_groups, result.n_empty, result.test.df), (18, 3, 1, Some(2.0)));
        assert!((result.epsilon_squared.estimate * 17.0 / result.test.statistic - 1.0).abs() < 1e-15);
    }

    /// Oracle: by hand; ranks 1 2 against 3 4: H = 12 / 20 * (4 / 2 + 4 / 2) = 2.4.
    #[test]
    fn two_groups_apart_are_those_by_hand() {
        let result = kruskal_wallis_test(&[&[1.0, 2.0], &[3.0, 4.0]]).unwrap();
        assert!((result.test.statistic - 2.4).abs() < 1e-15);
    }

    #[test]
    fn what_cannot_be_compared_says_why() {
        assert_eq!(kruskal_wallis_test(&[&[1.0, 2.0]]).unwrap_err(), Undefined::OneGroup);
        assert_eq!(kruskal_wallis_test(&[&[], &[]]).unwrap_err(), Undefined::TooFew { n: 0, needed: 2 });
        assert_eq!(kruskal_wallis_test(&[&[1.0], &[1.0, 1.0]]).unwrap_err(), Undefined::Constant);
        assert_eq!(kruskal_wallis_test(&[&[1.0], &[f64::NAN]]).unwrap_err(), Undefined::NotFinite);
        assert_eq!(kruskal_wallis_test(&[&[1.0], &[f64::INFINITY]]).unwrap_err(), Undefined::NotFinite);
    }

    proptest! {
        #[test]
        fn groups_alike_explain_nothing_and_no_order_matters(mut values in prop::collection::vec(-9.0..9.0, 2..20)) {
            let once = values.clone();
            values.reverse();
            let result = kruskal_wallis_test(&[&once, &values]).unwrap();
            prop_assert_eq!((result.test.statistic, result.test.p_value.value()), (0.0, 1.0));
        }

        #[test]
        fn epsilon_squared_is_a_share(groups in prop::collection::vec(prop::collection::vec(0..4_i32, 1..9), 2..6)) {
            let groups: Vec<Vec<f64>> = groups.iter().map(|group| group.iter().map(|&x| f64::from(x)).collect()).collect();
            let slices: Vec<&[f64]> = groups.iter().map(Vec::as_slice).collect();
            if let Ok(result) = kruskal_wallis_test(&slices) {
                prop_assert!((0.0..=1.0 + 1e-15).contains(&result.epsilon_squared.estimate));
                let turned: Vec<&[f64]> = slices.iter().rev().copied().collect();
                prop_assert_eq!(kruskal_wallis_test(&turned).unwrap(), result);
            }
        }
    }
}
