//! Whether groups spread equally.
//!
//! Notation: `z = |x - c_j|`, the distance of a value from the centre of its group, `k` groups,
//! `N` values. `W` is Fisher's F of a one-way analysis of variance of the `z`:
//!
//! ```text
//! W = (N - k) / (k - 1) sum n_j (mean z_j - mean z)^2 / sum sum (z - mean z_j)^2
//! ```
//! H. Levene (1960), in Contributions to Probability and Statistics, 278-292, with means; M. B.
//! Brown & A. B. Forsythe (1974), "Robust tests for the equality of variances", Journal of the
//! American Statistical Association 69, 364-367, with medians and trimmed means.

use serde::{Deserialize, Serialize};

use super::outcome::Test;
use super::spread::{Spread, compared, scale};
use crate::kernel::anova;
use crate::kernel::order::ascending;
use crate::kernel::undefined::Undefined;

/// What distances are measured from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Centre {
    /// The mean, as Levene proposed; for symmetric distributions with light tails.
    Mean,
    /// The median, as Brown and Forsythe proposed; keeps its level for skewed values.
    #[default]
    Median,
    /// The mean without the largest and the smallest tenth of the values, whose distances count
    /// all the same; for heavy tails.
    TrimmedMean,
}

/// Spreads of several groups compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Levene {
    /// Values in all groups.
    pub n: u64,
    /// Groups with members.
    pub n_groups: u64,
    /// Groups without members, which are left out.
    pub n_empty: u64,
    /// What distances were measured from.
    pub centre: Centre,
    /// W, which has Fisher's F distribution.
    pub test: Test,
}

/// Levene's test of equal variances, by default in the form of Brown and Forsythe.
///
/// # Errors
///
/// [`Undefined::OneGroup`] when under two groups have members, [`Undefined::TooFew`] when each
/// has one, [`Undefined::Constant`] when distances do not vary within any group,
/// [`Undefined::NotFinite`] and [`Undefined::Overflow`].
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::hypothesis::{Centre, levene_test};
///
/// // Distances 1 0 1 and 3 0 3: means 2/3 and 2, so W = 4 / 1 * (8 / 3) / (20 / 3) = 1.6.
/// let result = levene_test(&[&[1.0, 2.0, 3.0], &[5.0, 8.0, 11.0]], Centre::Median)?;
/// assert!((result.test.statistic - 1.6).abs() < 1e-14);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn levene_test(groups: &[&[f64]], centre: Centre) -> Result<Levene, Undefined> {
    let (shrink, _) = scale(groups)?;
    let members = compared(groups)?;
    let n: u64 = members.iter().map(|values| values.len() as u64).sum();
    let (df, df_residual) = (members.len() as f64 - 1.0, (n - members.len() as u64) as f64);
    if df_residual == 0.0 {
        return Err(Undefined::TooFew { n, needed: n + 1 });
    }
    let (mut values, mut codes) = (Vec::with_capacity(n as usize), Vec::with_capacity(n as usize));
    for (group, code) in members.iter().zip(0_u32..) {
        values.extend(distances(group, shrink, centre)?);
        codes.resize(values.len(), code);
    }
    let anova = anova::one_way(&values, &codes)?;
    // Distances that vary between groups alone have an infinite F.
    let w = anova.f.ok_or(Undefined::Constant)?;
    Ok(Levene {
        n,
        n_groups: members.len() as u64,
        n_empty: (groups.len() - members.len()) as u64,
        centre,
        test: Test::f(w, df, df_residual, anova.p_value),
    })
}

/// Distances of the values of one group from its centre, ascending values first.
fn distances(values: &[f64], shrink: f64, centre: Centre) -> Result<Vec<f64>, Undefined> {
    let mut sorted = ascending(values);
    sorted.iter_mut().for_each(|value| *value *= shrink);
    let n = sorted.len();
    let (centre, rest) = match centre {
        Centre::Mean => mean(&sorted)?,
        Centre::Median => {
            let (low, high) = (sorted[(n - 1) / 2], sorted[n / 2]);
            mean(&[low, high])?
        }
        Centre::TrimmedMean => mean(&sorted[n / 10..n - n / 10])?,
    };
    sorted.iter_mut().for_each(|value| *value = ((*value - centre) - rest).abs());
    Ok(sorted)
}

/// A mean as a double and what rounding took from it.
fn mean(values: &[f64]) -> Result<(f64, f64), Undefined> {
    Spread::of(values, 1.0).map(|spread| spread.whole_mean()).ok_or(Undefined::Overflow)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const X: [f64; 6] = [1., 2., 2., 3., 5., 5.];
    const Y: [f64; 7] = [2., 4., 5., 6., 6., 7., 8.];
    const Z: [f64; 5] = [1., 1., 9., 9., 2.];

    /// Oracle: scipy 1.17.1, `levene(x, y, z, center=...)`.
    #[test]
    fn the_test_agrees_with_scipy() {
        let expected = [
            (Centre::Median, 1.369_234_132_478_321_3, 0.284_324_037_660_527_1),
            (Centre::Mean, 9.473_975_852_442_5, 0.002_185_660_106_375_464_7),
        ];
        for (centre, w, p) in expected {
            let test = levene_test(&[&X, &Y, &[], &Z], centre).unwrap().test;
            assert!((test.statistic / w - 1.0).abs() < 1e-13, "{centre:?} {}", test.statistic);
            assert!((test.p_value.value() / p - 1.0).abs() < 1e-10, "{centre:?}");
            assert_eq!((test.df, test.df_residual), (Some(2.0), Some(15.0)));
        }
    }

    /// Under ten values nothing is trimmed; of ten, one at each end is.
    #[test]
    fn a_tenth_is_trimmed_at_each_end() {
        let trimmed = |groups: &[&[f64]]| levene_test(groups, Centre::TrimmedMean).unwrap().test.statistic;
        let plain = levene_test(&[&X, &Y], Centre::Mean).unwrap().test.statistic;
        assert_eq!(trimmed(&[&X, &Y]), plain);
        let ten = [0.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 3.0, 3.0, 1000.0];
        assert_eq!(distances(&ten, 1.0, Centre::TrimmedMean).unwrap()[9], 998.0);
    }

    #[test]
    fn a_large_offset_and_any_scale_cost_nothing() {
        let plain = levene_test(&[&X, &Y, &Z], Centre::Mean).unwrap().test.statistic;
        let far = |values: &[f64]| values.iter().map(|value| value + 1e14).collect::<Vec<f64>>();
        let moved = levene_test(&[&far(&X), &far(&Y), &far(&Z)], Centre::Mean).unwrap().test.statistic;
        assert!((moved / plain - 1.0).abs() < 1e-13);
        let large = |values: &[f64]| values.iter().map(|value| (value - 4.0) * 3e307).collect::<Vec<f64>>();
        let scaled = levene_test(&[&large(&X), &large(&Y), &large(&Z)], Centre::Mean).unwrap().test.statistic;
        assert!((scaled / plain - 1.0).abs() < 1e-13);
    }

    #[test]
    fn what_cannot_be_compared_says_why() {
        let test = |groups: &[&[f64]]| levene_test(groups, Centre::Median).unwrap_err();
        assert_eq!(test(&[&X]), Undefined::OneGroup);
        assert_eq!(test(&[&[], &[]]), Undefined::TooFew { n: 0, needed: 2 });
        assert_eq!(test(&[&[1.0], &[2.0]]), Undefined::TooFew { n: 2, needed: 3 });
        assert_eq!(test(&[&[1.0, 1.0], &[2.0, 2.0]]), Undefined::Constant);
        assert_eq!(test(&[&[1.0, 3.0], &[2.0, 8.0]]), Undefined::Constant, "distances 1 1 and 3 3");
        assert_eq!(test(&[&[1.0, f64::NEG_INFINITY], &[2.0]]), Undefined::NotFinite);
    }

    proptest! {
        #[test]
        fn no_order_of_values_changes_a_digit(mut a in prop::collection::vec(-1e3..1e3, 3..20)) {
            for centre in [Centre::Mean, Centre::Median, Centre::TrimmedMean] {
                let before = levene_test(&[&a, &X], centre).unwrap();
                a.reverse();
                prop_assert_eq!(levene_test(&[&a, &X], centre).unwrap(), before);
            }
        }
    }
}
