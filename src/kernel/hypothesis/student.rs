//! Two means whose groups have the same variance.
//!
//! Notation: `s` pooled standard deviation, `t = (m1 - m2) / (s sqrt(1 / n1 + 1 / n2))` with
//! `n1 + n2 - 2` degrees of freedom. Student (1908), "The probable error of a mean",
//! Biometrika 6(1), 1-25; R. A. Fisher (1925), Metron 5, 90-104, for two samples.

use super::two_means::{TwoMeans, pooled_variance, two_groups};
use crate::kernel::undefined::Undefined;

/// Student's t test of two means, both groups taken to have the same variance.
///
/// [`welch_t_test`](super::welch_t_test) does not take that for granted and costs little where
/// it is true. A group of one value is enough here, as the other one gives the variance.
/// Two-sided. `conf_level` is that of the intervals.
///
/// # Errors
///
/// [`Undefined::TooFew`] for under three values, [`Undefined::OneGroup`] when a group has none,
/// [`Undefined::Constant`] when neither group has any spread, [`Undefined::NotFinite`] and
/// [`Undefined::Overflow`], and [`Undefined::OutOfRange`] for a confidence outside 0..1.
pub fn student_t_test(a: &[f64], b: &[f64], conf_level: f64) -> Result<TwoMeans, Undefined> {
    let (spreads, first, second) = two_groups(a, b)?;
    let variance = pooled_variance(&first, &second);
    let std_error = (variance * (first.n + second.n) / (first.n * second.n)).sqrt();
    TwoMeans::new(&spreads, std_error, first.n + second.n - 2.0, conf_level)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: mpmath 1.4.1, 50 digits, from the doubles; scipy 1.17.1 `ttest_ind` agrees.
    #[test]
    fn student_agrees_with_fifty_digits() {
        let (a, b) = ([5.1, 4.9, 6.2, 5.8, 6.0], [6.9, 7.4, 6.1, 8.0, 7.7, 7.2, 6.6]);
        let result = student_t_test(&a, &b, 0.95).unwrap();
        assert!((result.test.statistic / -4.204_914_641_356_25 - 1.0).abs() < 1e-13);
        assert_eq!(result.test.df, Some(10.0));
        assert!((result.test.p_value.value() / 0.001_814_494_438_053_126 - 1.0).abs() < 1e-10);
    }

    /// Oracle: by hand, s^2 = 2 with one degree of freedom: t = (5 - 2) / sqrt(2 * 3 / 2) = sqrt 3, and
    /// the distribution with one degree is Cauchy's: p = 1 - 2 atan(sqrt 3) / pi = 1/3.
    #[test]
    fn one_value_against_two_has_one_degree_of_freedom() {
        let result = student_t_test(&[5.0], &[1.0, 3.0], 0.95).unwrap();
        assert!((result.test.statistic - 3.0_f64.sqrt()).abs() < 1e-15);
        assert!((result.test.p_value.value() - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(result.hedges_g, Err(Undefined::TooFew { n: 3, needed: 4 }));
    }

    #[test]
    fn what_cannot_be_compared_says_why() {
        assert_eq!(student_t_test(&[1.0], &[2.0], 0.95).unwrap_err(), Undefined::TooFew { n: 2, needed: 3 });
        assert_eq!(student_t_test(&[1.0, 1.0], &[2.0], 0.95).unwrap_err(), Undefined::Constant);
        assert_eq!(student_t_test(&[1.0, 2.0], &[], 0.95).unwrap_err(), Undefined::OneGroup);
        assert_eq!(student_t_test(&[1.0, f64::NAN], &[2.0], 0.95).unwrap_err(), Undefined::NotFinite);
    }
}
