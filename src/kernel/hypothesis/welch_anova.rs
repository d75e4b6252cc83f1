//! Several means whose groups may have different variances.
//!
//! Notation: `k` groups, `w_j = n_j / s_j^2`, `W` their sum, `m` the mean of the `m_j` with these
//! weights, `r = sum (1 - w_j / W)^2 / (n_j - 1)`.
//!
//! ```text
//! F = sum w_j (m_j - m)^2 / (k - 1) / (1 + 2 (k - 2) / (k^2 - 1) r)
//! df = k - 1,  df_residual = (k^2 - 1) / (3 r)
//! ```
//! B. L. Welch (1951), "On the comparison of several mean values: an alternative approach",
//! Biometrika 38, 330-336.

use serde::Serialize;

use super::outcome::Test;
use super::spread::{Spread, Spreads, finite};
use crate::kernel::distribution::fisher_f;
use crate::kernel::exact_sum::ExactSum;
use crate::kernel::undefined::Undefined;

/// Several means compared, each group with its own variance.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct WelchAnova {
    /// Values in all groups.
    pub n: u64,
    /// Groups with members.
    pub n_groups: u64,
    /// Groups without members, which are left out.
    pub n_empty: u64,
    /// F with its p-value; for two groups the square of Welch's t.
    pub test: Test,
}

/// Welch's one-way analysis of variance.
///
/// # Errors
///
/// [`Undefined::OneGroup`] when under two groups have members, [`Undefined::TooFew`] when one
/// has a single value, [`Undefined::Constant`] when one has no spread, as its mean would have
/// endless weight, [`Undefined::NotFinite`] and [`Undefined::Overflow`].
pub fn welch_anova(groups: &[&[f64]]) -> Result<WelchAnova, Undefined> {
    let spreads = Spreads::of(groups)?;
    let members = &spreads.groups;
    if members.iter().any(|group| group.n < 2.0) {
        return Err(Undefined::TooFew { n: 1, needed: 2 });
    }
    if members.iter().any(|group| group.squares == 0.0) {
        return Err(Undefined::Constant);
    }
    let k = members.len() as f64;
    let shares = shares(members)?;
    let lack = |group: &Spread, share: f64| (1.0 - share).powi(2) / (group.n - 1.0);
    let r = sum(members.iter().zip(&shares).map(|(group, &share)| lack(group, share)))?;
    let between = between(members, &shares)?;
    let f = finite(between / (k - 1.0) / (1.0 + 2.0 * (k - 2.0) / (k * k - 1.0) * r))?;
    let (df, df_residual) = (k - 1.0, finite((k * k - 1.0) / (3.0 * r))?);
    Ok(WelchAnova {
        n: sum(members.iter().map(|group| group.n))? as u64,
        n_groups: members.len() as u64,
        n_empty: spreads.n_empty,
        test: Test::f(f, df, df_residual, fisher_f::upper_tail(f, df, df_residual)?),
    })
}

/// What each mean weighs, as shares of one.
fn shares(members: &[Spread]) -> Result<Vec<f64>, Undefined> {
    let weights: Vec<f64> = members.iter().map(|group| group.n / group.variance()).collect();
    let total = finite(sum(weights.iter().copied())?)?;
    Ok(weights.iter().map(|weight| weight / total).collect())
}

/// `sum w_j (m_j - m)^2`, the means measured from the first.
fn between(members: &[Spread], shares: &[f64]) -> Result<f64, Undefined> {
    let gap = |group: &Spread| group.mean_minus(&members[0]);
    let shift = sum(members.iter().zip(shares).map(|(group, share)| share * gap(group)))?;
    sum(members.iter().map(|group| group.n * (gap(group) - shift).powi(2) / group.variance()))
}

fn sum(terms: impl Iterator<Item = f64>) -> Result<f64, Undefined> {
    let mut sum = ExactSum::default();
    terms.for_each(|term| sum.add(term));
    sum.value().ok_or(Undefined::Overflow)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::hypothesis::welch_t_test;

    /// Oracle: statsmodels 0.15.0, `anova_oneway(..., use_var="unequal")`.
    #[test]
    fn the_test_agrees_with_statsmodels() {
        let (x, y, z) = ([1., 2., 2., 3., 5., 5.], [2., 4., 5., 6., 6., 7., 8.], [1., 1., 9., 9., 2.]);
        let result = welch_anova(&[&x, &y, &[], &z]).unwrap();
        assert!((result.test.statistic / 2.657_981_273_244_163_7 - 1.0).abs() < 1e-13);
        assert!((result.test.df_residual.unwrap() / 8.303_808_889_545_591 - 1.0).abs() < 1e-13);
        assert!((result.test.p_value.value() / 0.128_170_176_425_207_98 - 1.0).abs() < 1e-10);
        assert_eq!((result.n, result.n_groups, result.n_empty), (18, 3, 1));
    }

    #[test]
    fn what_cannot_be_compared_says_why() {
        let two = [1.0, 2.0];
        assert_eq!(welch_anova(&[&two]).unwrap_err(), Undefined::OneGroup);
        assert_eq!(welch_anova(&[&two, &[1.0]]).unwrap_err(), Undefined::TooFew { n: 1, needed: 2 });
        assert_eq!(welch_anova(&[&two, &[1.0, 1.0]]).unwrap_err(), Undefined::Constant);
        assert_eq!(welch_anova(&[&two, &[1.0, f64::NAN]]).unwrap_err(), Undefined::NotFinite);
    }

    proptest! {
        #[test]
        fn of_two_groups_it_is_the_square_of_t(
            a in prop::collection::vec(-1e3..1e3, 3..20),
            b in prop::collection::vec(-1e3..1e3, 3..20),
        ) {
            let (f, t) = (welch_anova(&[&a, &b]).unwrap().test, welch_t_test(&a, &b, 0.95).unwrap().test);
            prop_assert!((f.statistic - t.statistic.powi(2)).abs() <= 1e-12 * f.statistic);
            prop_assert!((f.df_residual.unwrap() / t.df.unwrap() - 1.0).abs() < 1e-12);
            prop_assert!((f.p_value.ln() - t.p_value.ln()).abs() < 1e-10);
        }
    }
}
