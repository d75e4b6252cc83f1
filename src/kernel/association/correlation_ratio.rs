//! The correlation ratio: how far groups determine a number.
//!
//! `eta^2` is the share of the squares of y that lies between groups, `eta` its root: K.
//! Pearson (1905), "On the general theory of skew correlation and non-linear regression".
//! With two groups it is the square of the point-biserial correlation.

use serde::Serialize;

use super::super::anova::{OneWayAnova, one_way};
use super::super::undefined::Undefined;

/// Association of categories and numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CorrelationRatio {
    /// The root of eta squared, in 0..=1.
    pub eta: f64,
    /// The analysis of variance with eta squared, omega squared, F and its p-value.
    pub anova: OneWayAnova,
}

/// The correlation ratio of values by the codes of their groups.
///
/// Missing values are left out by giving their rows [`NO_GROUP`](super::super::anova::NO_GROUP).
///
/// # Errors
///
/// As [`one_way`].
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::association::correlation_ratio::correlation_ratio;
///
/// // Between groups 3 * (1 + 1) = 6, within groups 2 * 1 = 2 each.
/// let found = correlation_ratio(&[0.0, 1.0, 2.0, 2.0, 3.0, 4.0], &[7, 7, 7, 2, 2, 2]).unwrap();
/// assert_eq!(found.anova.eta_squared, 0.6);
/// ```
pub fn correlation_ratio(values: &[f64], groups: &[u32]) -> Result<CorrelationRatio, Undefined> {
    one_way(values, groups).map(|anova| CorrelationRatio { eta: anova.eta_squared.sqrt(), anova })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: by hand; r of 0 0 0 1 1 with 1 2 3 5 6 is sxy / sqrt(sxx syy) with
    /// sxx = 6/5, sxy = 21/5, syy = 86/5: r^2 = 441 / (6 * 86).
    #[test]
    fn two_groups_give_the_point_biserial_correlation() {
        let found = correlation_ratio(&[1.0, 2.0, 3.0, 5.0, 6.0], &[0, 0, 0, 1, 1]).unwrap();
        assert!((found.anova.eta_squared - 441.0 / 516.0).abs() < 1e-15);
        assert_eq!(found.eta, found.anova.eta_squared.sqrt());
        assert_eq!(correlation_ratio(&[1.0, 2.0], &[0, 0]), Err(Undefined::OneGroup));
    }
}
