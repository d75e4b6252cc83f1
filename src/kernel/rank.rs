//! Ranks with ties.
//!
//! Notation: a run of equal values at the positions `lo..hi` of the order (from 0) has the
//! ranks `lo + 1, ..., hi`, which a rule for ties shares out: Kendall & Gibbons (1990), Rank
//! Correlation Methods, section 3.1.

use rand_core::SeedableRng;
use rand_pcg::Pcg64;
use serde::{Deserialize, Serialize};

use super::draw::shuffle;
use super::order::{OrderedRows, RowSorter};
use super::undefined::Undefined;

/// Which rank equal values get.
///
/// ```text
/// values           10   20   10    5
/// average         2.5    4  2.5    1     (lo + hi + 1) / 2; the sum of all ranks stays n (n + 1) / 2
/// min               2    4    2    1     lo + 1, as in a competition
/// max               3    4    3    1     hi, the number of values that are no larger
/// dense             2    3    2    1     the number of distinct values that are no larger
/// first             2    4    3    1     in the order of the rows
/// random       2 or 3    4    .    1     in an order that is drawn
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ties {
    /// The mean of their ranks, which rank correlations and rank tests are defined by.
    #[default]
    Average,
    /// The lowest of their ranks.
    Min,
    /// The highest of their ranks.
    Max,
    /// Ranks without gaps: equal values share one, the next larger value has the next.
    Dense,
    /// The earlier row has the lower rank. Depends on the order of the rows, so that a table
    /// that is sorted differently has other ranks.
    First,
    /// A rank each in random order. Which rows get which rank depends on the order of the rows
    /// too; that ties are broken without regard to it does not.
    Random {
        /// Where the random numbers start.
        seed: u64,
    },
}

/// Ranks from 1, by row.
///
/// # Errors
/// `NotFinite` with NaN; infinite values have their ranks. `OutOfRange` for more rows than a
/// `u32` counts.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::rank::{Ties, ranks};
///
/// assert_eq!(ranks(&[10.0, 20.0, 10.0, 5.0], Ties::Average), Ok(vec![2.5, 4.0, 2.5, 1.0]));
/// assert_eq!(ranks(&[10.0, 20.0, 10.0, 5.0], Ties::Dense), Ok(vec![2.0, 3.0, 2.0, 1.0]));
/// ```
pub fn ranks(values: &[f64], ties: Ties) -> Result<Vec<f64>, Undefined> {
    ranks_with(&mut RowSorter::default(), values, ties)
}

/// Ranks from 1, by row, with a sorter whose memory serves one column after the other.
///
/// # Errors
/// As [`ranks`].
pub fn ranks_with(sorter: &mut RowSorter, values: &[f64], ties: Ties) -> Result<Vec<f64>, Undefined> {
    sorter.sort(values).map(|rows| ranks_of_rows(rows, ties))
}

/// Average ranks from 1; empty where [`ranks`] are undefined.
#[must_use]
pub fn average_ranks(values: &[f64]) -> Vec<f64> {
    ranks(values, Ties::Average).unwrap_or_default()
}

/// The ranks of rows in order of their values, by row.
fn ranks_of_rows(rows: OrderedRows<'_>, ties: Ties) -> Vec<f64> {
    match ties {
        Ties::Average => shared(rows, |lo, hi, _| (lo + hi + 1) as f64 / 2.0),
        Ties::Min => shared(rows, |lo, _, _| (lo + 1) as f64),
        Ties::Max => shared(rows, |_, hi, _| hi as f64),
        Ties::Dense => shared(rows, |_, _, number| number as f64),
        Ties::First => in_turn(rows.rows(), rows.len()),
        Ties::Random { seed } => {
            let mut random = Pcg64::seed_from_u64(seed);
            let mut drawn = Vec::with_capacity(rows.len());
            for run in rows.runs() {
                let start = drawn.len();
                drawn.extend(run);
                shuffle(&mut drawn[start..], &mut random);
            }
            in_turn(drawn.into_iter(), rows.len())
        }
    }
}

/// One rank for all rows of a value: from where its run starts and ends and its number, from 1.
fn shared(rows: OrderedRows<'_>, rank: impl Fn(usize, usize, usize) -> f64) -> Vec<f64> {
    let mut ranks = vec![0.0; rows.len()];
    let mut lo = 0;
    for (run, number) in rows.runs().zip(1..) {
        let hi = lo + run.len();
        let rank = rank(lo, hi, number);
        run.for_each(|row| ranks[row as usize] = rank);
        lo = hi;
    }
    ranks
}

/// A rank for each row, in the order of the rows.
fn in_turn(rows: impl Iterator<Item = u32>, n: usize) -> Vec<f64> {
    let mut ranks = vec![0.0; n];
    rows.zip(1_u32..).for_each(|(row, rank)| ranks[row as usize] = f64::from(rank));
    ranks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RULES: [Ties; 6] = [Ties::Average, Ties::Min, Ties::Max, Ties::Dense, Ties::First, Ties::Random { seed: 7 }];

    #[test]
    fn ties_share_their_average_rank() {
        assert_eq!(average_ranks(&[10.0, 20.0, 10.0, 5.0]), [2.5, 4.0, 2.5, 1.0]);
    }

    /// Oracle: scipy 1.17.1, rankdata([3, 1, 3, 2, 3, 1]) with method average, min, max, dense, ordinal.
    #[test]
    fn every_rule_agrees_with_scipy() {
        let values = [3.0, 1.0, 3.0, 2.0, 3.0, 1.0];
        assert_eq!(ranks(&values, Ties::Average), Ok(vec![5.0, 1.5, 5.0, 3.0, 5.0, 1.5]));
        assert_eq!(ranks(&values, Ties::Min), Ok(vec![4.0, 1.0, 4.0, 3.0, 4.0, 1.0]));
        assert_eq!(ranks(&values, Ties::Max), Ok(vec![6.0, 2.0, 6.0, 3.0, 6.0, 2.0]));
        assert_eq!(ranks(&values, Ties::Dense), Ok(vec![3.0, 1.0, 3.0, 2.0, 3.0, 1.0]));
        assert_eq!(ranks(&values, Ties::First), Ok(vec![4.0, 1.0, 5.0, 3.0, 6.0, 2.0]));
    }

    #[test]
    fn drawn_ranks_are_a_permutation_that_the_seed_fixes() {
        let values: Vec<f64> = (0..600).map(|i| f64::from(i % 2)).collect();
        let drawn = |seed| ranks(&values, Ties::Random { seed }).unwrap();
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
        let mut sorted = drawn(1);
        assert!(values.iter().zip(&sorted).all(|(value, rank)| (*value == 1.0) == (*rank > 300.0)));
        sorted.sort_by(f64::total_cmp);
        assert!(sorted.iter().zip(1..).all(|(rank, place)| *rank == f64::from(place)));
    }

    /// Each of the 6 orders of three equal values comes about as often: 1,000 of 6,000 times with a
    /// standard deviation of 29.
    #[test]
    fn every_order_of_equal_values_is_as_likely() {
        let mut counts = [0_u32; 6];
        for seed in 0..6_000 {
            let drawn = ranks(&[1.0; 3], Ties::Random { seed }).unwrap();
            let place = 2.0 * (drawn[0] - 1.0) + f64::from(drawn[1] > drawn[2]);
            counts[place as usize] += 1;
        }
        assert!(counts.iter().all(|count| (850..1_150).contains(count)), "{counts:?}");
    }

    #[test]
    fn infinite_values_have_ranks_and_nan_has_none() {
        for ties in RULES {
            let found = ranks(&[f64::INFINITY, 0.0, f64::NEG_INFINITY], ties);
            assert_eq!(found, Ok(vec![3.0, 2.0, 1.0]));
            assert_eq!(ranks(&[1.0, f64::NAN], ties), Err(Undefined::NotFinite));
            assert_eq!(ranks(&[], ties), Ok(vec![]));
        }
        assert_eq!(ranks(&[0.0, -0.0], Ties::Average), Ok(vec![1.5, 1.5]));
    }

    proptest! {
        /// Oracle: the definition, by counting what is smaller and what is equal.
        #[test]
        fn ranks_count_what_is_smaller(values in prop::collection::vec((-6..6).prop_map(f64::from), 0..50)) {
            let count = |is: &dyn Fn(f64) -> bool| values.iter().filter(|&&value| is(value)).count() as f64;
            let found = RULES.map(|ties| ranks(&values, ties).unwrap());
            for (row, &value) in values.iter().enumerate() {
                let (less, equal) = (count(&|other| other < value), count(&|other| other == value));
                prop_assert_eq!(found[0][row], less + (equal + 1.0) / 2.0);
                prop_assert_eq!(found[1][row], less + 1.0);
                prop_assert_eq!(found[2][row], less + equal);
                let earlier = values[..row].iter().filter(|&&other| other == value).count() as f64;
                prop_assert_eq!(found[4][row], less + earlier + 1.0);
                prop_assert!(found[5][row] > less && found[5][row] <= less + equal);
                let mut smaller: Vec<f64> = values.iter().copied().filter(|&other| other < value).collect();
                smaller.sort_by(f64::total_cmp);
                smaller.dedup();
                prop_assert_eq!(found[3][row], smaller.len() as f64 + 1.0);
            }
        }

        #[test]
        fn rules_without_rows_do_not_see_their_order(values in prop::collection::vec((-6..6).prop_map(f64::from), 0..50)) {
            let reversed: Vec<f64> = values.iter().rev().copied().collect();
            for ties in [Ties::Average, Ties::Min, Ties::Max, Ties::Dense] {
                let mut found = ranks(&reversed, ties).unwrap();
                found.reverse();
                prop_assert_eq!(found, ranks(&values, ties).unwrap());
            }
        }
    }
}
