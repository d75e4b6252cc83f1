//! Whether categories are distributed alike in all groups.
//!
//! Pearson's chi-squared of a table of counts; the table and its measures are those of
//! [`cramer`](crate::kernel::association::cramer). K. Pearson (1900), Philosophical Magazine
//! 50(302), 157-175.

use serde::Serialize;

use super::outcome::{Effect, EffectName, Test};
use crate::kernel::association::contingency::ContingencyTable;
use crate::kernel::association::cramer;
use crate::kernel::undefined::Undefined;

/// Categories of several groups compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChiSquare {
    /// Rows counted, or the sum of their weights.
    pub n: f64,
    /// Chi-squared without continuity correction, with its p-value.
    pub test: Test,
    /// Cramer's V, without an interval.
    pub cramers_v: Effect,
    /// Cells that expect fewer than five rows: with many of them p is not to be trusted.
    pub n_small_expected: u64,
    /// The smallest count that a cell expects.
    pub min_expected: f64,
}

/// Pearson's chi-squared test of a table of counts.
///
/// # Errors
///
/// As for [`cramer::association`](crate::kernel::association::cramer::association): of a table
/// that exists, the sums on the way may be beyond the largest double.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::association::contingency::ContingencyTable;
/// use customer_analytics::kernel::hypothesis::chi_square_test;
///
/// // Two groups of two, no overlap: every cell expects one row and is one off.
/// let table = ContingencyTable::of(&[0, 0, 1, 1], &[0, 0, 1, 1])?;
/// let result = chi_square_test(&table)?;
/// assert_eq!(result.test.statistic, 4.0);
/// assert_eq!(result.cramers_v.estimate, 1.0);
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
pub fn chi_square_test(table: &ContingencyTable) -> Result<ChiSquare, Undefined> {
    let found = cramer::association(table)?;
    Ok(ChiSquare {
        n: found.n,
        test: Test::chi_squared(found.chi_squared, found.df as f64, found.p_value),
        cramers_v: Effect::new(EffectName::CramersV, found.cramers_v, None),
        n_small_expected: found.n_small_expected,
        min_expected: found.min_expected,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::hypothesis::{Outcomes, two_proportions_test};

    /// Oracle: the squared z of two proportions, which is worked out in another way.
    #[test]
    fn of_two_groups_and_outcomes_it_is_the_square_of_z() {
        let counts = [(0, 0, 56), (0, 1, 14), (1, 0, 48), (1, 1, 32)];
        let rows = counts.iter().flat_map(|&(group, outcome, count)| std::iter::repeat_n((group, outcome), count));
        let (groups, outcomes): (Vec<u32>, Vec<u32>) = rows.unzip();
        let result = chi_square_test(&ContingencyTable::of(&groups, &outcomes).unwrap()).unwrap();
        let (a, b) = (Outcomes { successes: 56, failures: 14 }, Outcomes { successes: 48, failures: 32 });
        let z = two_proportions_test(a, b, 0.95).unwrap().test.unwrap();
        assert!((result.test.statistic / z.statistic.powi(2) - 1.0).abs() < 1e-13);
        assert!((result.test.p_value.value() / z.p_value.value() - 1.0).abs() < 1e-10);
        assert_eq!((result.n, result.test.df, result.n_small_expected), (150.0, Some(1.0), 0));
    }
}
