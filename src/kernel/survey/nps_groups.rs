//! Several scores of different people compared.
//!
//! Notation: scores `N_g` with standard errors `SE_g` of `k` groups, `w_g = 1 / SE_g^2`.
//!
//! ```text
//! mean = sum w_g N_g / sum w_g,   Q = sum w_g (N_g - mean)^2,   chi-squared with k - 1 degrees of freedom
//! ```
//! W. G. Cochran (1954), "The combination of estimates from different experiments", Biometrics 10(1),
//! 101-129. Of two groups, `Q` is the square of their z.

use serde::Serialize;

use super::nps_difference::{NpsDifference, WaldForm, nps_difference};
use super::nps_estimate::NpsEstimate;
use crate::kernel::distribution::chi_squared;
use crate::kernel::exact_sum::ExactSum;
use crate::kernel::hypothesis::Test;
use crate::kernel::multiplicity::Multiplicity;
use crate::kernel::p_value::PValue;
use crate::kernel::undefined::Undefined;

/// Whether several groups have one score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NpsHomogeneity {
    /// Groups compared.
    pub n_groups: u64,
    /// The score they would have in common, by their precision.
    pub mean: f64,
    /// Chi-squared with one degree of freedom less than there are groups.
    pub test: Test,
}

/// The test that all groups have one score.
///
/// # Errors
///
/// [`Undefined::OneGroup`] for fewer than two groups; [`Undefined::Constant`] when a group is all of one
/// class and the form is plain, or when the whole population of a group has answered, whose score
/// leaves nothing to chance.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::survey::{NpsCounts, WaldForm, nps_homogeneity};
///
/// let groups = [[60, 25, 15], [50, 30, 20], [45, 30, 25]]
///     .map(|[promoters, passives, detractors]| NpsCounts { promoters, passives, detractors });
/// let groups = groups.iter().map(NpsCounts::summary).collect::<Result<Vec<_>, _>>()?;
/// let found = nps_homogeneity(&groups, WaldForm::Adjusted)?;
/// assert_eq!(found.test.df, Some(2.0));
/// assert!(found.test.p_value.value() > 0.05);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn nps_homogeneity(groups: &[NpsEstimate], form: WaldForm) -> Result<NpsHomogeneity, Undefined> {
    if groups.len() < 2 {
        return Err(Undefined::OneGroup);
    }
    let pairs: Vec<(f64, f64)> = groups.iter().map(|group| form.of(group)).collect::<Result<_, _>>()?;
    if pairs.iter().any(|pair| pair.1 == 0.0) {
        return Err(Undefined::Constant);
    }
    // Precisions over the largest, so that none is lost beside it before it is summed.
    let smallest = pairs.iter().fold(f64::INFINITY, |least, pair| least.min(pair.1));
    let precisions: Vec<f64> = pairs.iter().map(|pair| (smallest / pair.1).powi(2)).collect();
    let scores: Vec<f64> = pairs.iter().map(|pair| pair.0).collect();
    let total = ExactSum::of(&precisions).value().ok_or(Undefined::Overflow)?;
    let mean = ExactSum::of_products(&scores, &precisions).quotient(total).ok_or(Undefined::Overflow)?;
    let squares: Vec<f64> = pairs.iter().map(|(score, error)| ((score - mean) / error).powi(2)).collect();
    let statistic = ExactSum::of(&squares).value().ok_or(Undefined::Overflow)?;
    let df = (groups.len() - 1) as f64;
    let test = Test::chi_squared(statistic, df, chi_squared::upper_tail(statistic, df)?);
    Ok(NpsHomogeneity { n_groups: groups.len() as u64, mean, test })
}

/// Two of several groups compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NpsPair {
    /// Place of the first group, from 0.
    pub first: usize,
    /// Place of the second group, which comes later.
    pub second: usize,
    /// The difference of their scores, or why there is none.
    pub difference: Result<NpsDifference, Undefined>,
    /// The p-value adjusted for the number of pairs; `None` where there is no test.
    pub p_adjusted: Option<PValue>,
}

/// All pairs of groups, with p-values adjusted for their number.
///
/// There are `k (k - 1) / 2` of them: of hundreds of groups, compare those of interest. Pairs without a
/// test do not count.
///
/// # Errors
///
/// [`Undefined::OutOfRange`] unless `0 < conf_level < 1`.
pub fn nps_pairwise(
    groups: &[NpsEstimate],
    form: WaldForm,
    multiplicity: Multiplicity,
    conf_level: f64,
) -> Result<Vec<NpsPair>, Undefined> {
    crate::kernel::interval::tail_share(conf_level)?;
    let places = (0..groups.len()).flat_map(|first| (first + 1..groups.len()).map(move |second| (first, second)));
    let of_pair = |(first, second): (usize, usize)| {
        let difference = nps_difference(&groups[first], &groups[second], form, conf_level);
        NpsPair { first, second, difference, p_adjusted: None }
    };
    let mut pairs: Vec<NpsPair> = places.map(of_pair).collect();
    let p_values: Vec<Option<PValue>> = pairs.iter().map(NpsPair::p_value).collect();
    pairs.iter_mut().zip(multiplicity.adjust(&p_values)).for_each(|(pair, p)| pair.p_adjusted = p);
    Ok(pairs)
}

impl NpsPair {
    fn p_value(&self) -> Option<PValue> {
        let test = self.difference.as_ref().ok()?.test.as_ref().ok()?;
        Some(test.p_value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::survey::NpsCounts;

    fn groups(counts: &[[u64; 3]]) -> Vec<NpsEstimate> {
        let of = |&[promoters, passives, detractors]: &[u64; 3]| NpsCounts { promoters, passives, detractors };
        counts.iter().map(|counts| of(counts).summary().unwrap()).collect()
    }

    /// Oracle: statsmodels 0.15.0, `combine_effects(..., method_re="iterated")`, `test_homogeneity`, with the
    /// scores and variances of the three markets from nps.json.
    #[test]
    fn three_markets_differ_as_the_oracle_says() {
        let markets = groups(&[[404, 163, 260], [385, 173, 310], [366, 134, 305]]);
        let found = nps_homogeneity(&markets, WaldForm::Plain).unwrap();
        assert!((found.test.statistic - 6.120579994641176).abs() < 1e-11, "{found:?}");
        assert!((found.test.p_value.value() - 0.04687409988540672).abs() < 1e-12);
        assert!((found.mean - 11.304102018330807).abs() < 1e-11);
        assert_eq!((found.n_groups, found.test.df), (3, Some(2.0)));
    }

    #[test]
    fn of_two_groups_it_is_the_square_of_z() {
        for form in [WaldForm::Plain, WaldForm::Adjusted] {
            let two = groups(&[[40, 20, 15], [30, 30, 20]]);
            let (found, pairs) =
                (nps_homogeneity(&two, form).unwrap(), nps_pairwise(&two, form, Multiplicity::Holm, 0.95).unwrap());
            let z = pairs[0].difference.as_ref().unwrap().test.as_ref().unwrap();
            assert!((found.test.statistic / z.statistic.powi(2) - 1.0).abs() < 1e-13);
            assert_eq!(pairs[0].p_adjusted, Some(z.p_value));
        }
    }

    #[test]
    fn the_order_of_groups_changes_no_digit() {
        let mut several = groups(&[[40, 20, 15], [30, 30, 20], [5, 1, 0], [1, 0, 0], [900, 3, 400]]);
        let found = nps_homogeneity(&several, WaldForm::Adjusted).unwrap();
        several.reverse();
        assert_eq!(nps_homogeneity(&several, WaldForm::Adjusted).unwrap(), found);
    }

    /// By hand: of three pairs the smallest p-value is tripled, the next one doubled.
    #[test]
    fn pairs_are_adjusted_for_their_number() {
        let three = groups(&[[60, 25, 15], [50, 30, 20], [30, 30, 40]]);
        let pairs = nps_pairwise(&three, WaldForm::Plain, Multiplicity::Holm, 0.95).unwrap();
        assert_eq!(pairs.iter().map(|pair| (pair.first, pair.second)).collect::<Vec<_>>(), [(0, 1), (0, 2), (1, 2)]);
        let p: Vec<f64> = pairs.iter().map(|pair| pair.p_value().unwrap().value()).collect();
        let adjusted: Vec<f64> = pairs.iter().map(|pair| pair.p_adjusted.unwrap().value()).collect();
        for (got, expected) in adjusted.iter().zip([p[0], 3.0 * p[1], 2.0 * p[2]]) {
            assert!((got / expected - 1.0).abs() < 1e-13, "{adjusted:?} {p:?}");
        }
    }

    #[test]
    fn groups_that_cannot_be_compared_say_why() {
        let mixed = groups(&[[5, 0, 0], [4, 2, 1], [3, 3, 3]]);
        assert_eq!(nps_homogeneity(&mixed, WaldForm::Plain).unwrap_err(), Undefined::Constant);
        assert!(nps_homogeneity(&mixed, WaldForm::Adjusted).is_ok());
        assert_eq!(nps_homogeneity(&mixed[..1], WaldForm::Adjusted).unwrap_err(), Undefined::OneGroup);
        assert_eq!(nps_homogeneity(&[], WaldForm::Adjusted).unwrap_err(), Undefined::OneGroup);
        let pairs = nps_pairwise(&mixed, WaldForm::Plain, Multiplicity::Holm, 0.95).unwrap();
        assert_eq!(pairs[0].difference, Err(Undefined::Constant));
        assert_eq!((pairs[0].p_adjusted, pairs[2].p_adjusted), (None, pairs[2].p_value()), "one test in all");
        assert!(nps_pairwise(&[], WaldForm::Plain, Multiplicity::Holm, 0.95).unwrap().is_empty());
        assert!(nps_pairwise(&mixed, WaldForm::Plain, Multiplicity::Holm, 0.0).is_err());
        let whole = [mixed[1].in_population(7).unwrap(), mixed[2]];
        assert_eq!(nps_homogeneity(&whole, WaldForm::Adjusted).unwrap_err(), Undefined::Constant);
    }
}
