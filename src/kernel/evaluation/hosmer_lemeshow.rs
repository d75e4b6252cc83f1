//! A test of calibration over groups of like probability.
//!
//! ```text
//! chi2 = sum (o_g - e_g)^2 / (e_g (1 - e_g / n_g)),  e_g the sum of the probabilities of group g
//! ```
//! D. W. Hosmer & S. Lemeshow (1980), Communications in Statistics A 9(10), 1043-1069. Degrees of
//! freedom are `groups - 2` on the rows that the model was fitted to and `groups` on others:
//! D. W. Hosmer, S. Lemeshow & R. X. Sturdivant (2013), Applied Logistic Regression, 3rd ed.,
//! section 5.2.2.

use serde::Serialize;

use super::groups::{Direction, Ties, groups_by_row, groups_of};
use super::probability::checked;
use super::ranked::RankedScores;
use crate::kernel::distribution::chi_squared;
use crate::kernel::p_value::PValue;
use crate::kernel::sum::CompensatedSum;
use crate::kernel::undefined::Undefined;

/// Hosmer and Lemeshow's test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct HosmerLemeshow {
    /// The statistic.
    pub chi_squared: f64,
    /// Groups of equal size.
    pub n_groups: u32,
    /// Degrees of freedom on the rows that the model was fitted to.
    pub df: u32,
    /// p-value on the rows that the model was fitted to.
    pub p_value: PValue,
    /// Degrees of freedom on rows that it has not seen.
    pub df_unseen: u32,
    /// p-value on rows that it has not seen.
    pub p_value_unseen: PValue,
}

/// Tests whether events come as often as their probabilities say, over groups of equal size.
///
/// A small p-value speaks against the probabilities. With many rows it finds what does not
/// matter, with few it finds nothing: look at the calibration table and its slope first.
///
/// # Errors
/// [`Undefined::TooFew`] for slices of two lengths, fewer than three groups or fewer rows than
/// groups; [`Undefined::NotFinite`] and [`Undefined::OutOfRange`] for what is no probability;
/// [`Undefined::NotPositive`] when a group expects none or nothing but positives.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::evaluation::{Ties, hosmer_lemeshow};
///
/// let labels = [false, true, true, false, true, true];
/// let found = hosmer_lemeshow(&labels, &[0.25, 0.25, 0.5, 0.5, 0.75, 0.75], 3, Ties::Share)?;
/// // One for 0.5 expected, one for one, two for 1.5: 0.25/0.375 + 0 + 0.25/0.375.
/// assert!((found.chi_squared - 4.0 / 3.0).abs() < 1e-15);
/// assert_eq!((found.df, found.df_unseen), (1, 3));
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn hosmer_lemeshow(labels: &[bool], prob: &[f64], n_groups: u32, ties: Ties) -> Result<HosmerLemeshow, Undefined> {
    checked(labels, prob)?;
    if n_groups < 3 {
        return Err(Undefined::TooFew { n: u64::from(n_groups), needed: 3 });
    }
    if labels.len() < n_groups as usize {
        return Err(Undefined::TooFew { n: labels.len() as u64, needed: u64::from(n_groups) });
    }
    let groups = match ties {
        Ties::Share => groups_of(&RankedScores::of(labels, prob)?, n_groups as usize, Direction::Ascending),
        Ties::RowOrder => groups_by_row(labels, prob, None, n_groups as usize, Direction::Ascending)?,
    };
    let mut sum = CompensatedSum::default();
    for group in groups {
        let expected = group.score_sum;
        let spread = expected * (1.0 - expected / group.n);
        if !(spread > 0.0) {
            return Err(Undefined::NotPositive);
        }
        sum.add((group.positives - expected).powi(2) / spread);
    }
    let chi_squared = sum.value();
    if !chi_squared.is_finite() {
        return Err(Undefined::Overflow);
    }
    let p_value = |df: u32| chi_squared::upper_tail(chi_squared, f64::from(df));
    Ok(HosmerLemeshow {
        chi_squared,
        n_groups,
        df: n_groups - 2,
        p_value: p_value(n_groups - 2)?,
        df_unseen: n_groups,
        p_value_unseen: p_value(n_groups)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: `twelve_rows_with_ties` of the reference metrics, 60 digits; ties by row there.
    #[test]
    fn the_statistic_is_that_of_the_reference() {
        let labels = [true, false, true, true, false, false, true, false, false, false, true, false];
        let prob = [0.9, 0.9, 0.8, 0.7, 0.7, 0.7, 0.6, 0.4, 0.4, 0.3, 0.3, 0.1];
        let found = hosmer_lemeshow(&labels, &prob, 10, Ties::RowOrder).unwrap();
        assert!((found.chi_squared - 12.440476190476192).abs() < 1e-14, "{found:?}");
        assert!((found.p_value.value() - 0.13260632064684466).abs() < 1e-14);
        assert_eq!(found.df, 8);
    }

    #[test]
    fn groups_that_expect_nothing_have_no_test() {
        let labels = [false, true, true];
        assert_eq!(hosmer_lemeshow(&labels, &[0.0, 0.5, 0.5], 3, Ties::Share), Err(Undefined::NotPositive));
        assert_eq!(hosmer_lemeshow(&labels, &[0.1, 0.5, 1.0], 3, Ties::Share), Err(Undefined::NotPositive));
        assert_eq!(hosmer_lemeshow(&labels, &[0.5; 3], 4, Ties::Share), Err(Undefined::TooFew { n: 3, needed: 4 }));
        assert_eq!(hosmer_lemeshow(&labels, &[0.5; 3], 2, Ties::Share), Err(Undefined::TooFew { n: 2, needed: 3 }));
    }
}
