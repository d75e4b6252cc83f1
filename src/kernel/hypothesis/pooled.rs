//! The values of all groups in one ascending order.
//!
//! Ranks are kept doubled, so that the average rank of ties is a whole number: `r` equal values
//! after `below` smaller ones have the doubled rank `2 below + r + 1` each.

use crate::kernel::order::RowSorter;
use crate::kernel::undefined::Undefined;

/// Visits every distinct value of two ascending slices in order, with how often each has it.
pub(super) fn each_value(a: &[f64], b: &[f64], mut visit: impl FnMut(u64, u64)) {
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let value = match (a.get(i), b.get(j)) {
            (Some(&x), Some(&y)) => x.min(y),
            (Some(&x), None) => x,
            (None, Some(&y)) => y,
            (None, None) => return,
        };
        let (from_i, from_j) = (i, j);
        while a.get(i) == Some(&value) {
            i += 1;
        }
        while b.get(j) == Some(&value) {
            j += 1;
        }
        visit((i - from_i) as u64, (j - from_j) as u64);
    }
}

/// `t^3 - t`, what `t` equal values take from the variance of ranks.
pub(super) fn tie_term(t: u64) -> u128 {
    let t = u128::from(t);
    t * t * t - t
}

/// Doubled rank sums of groups over all their values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RankSums {
    /// One per group.
    pub(super) doubled: Vec<u128>,
    /// Sum of the tie terms of all runs of equal values.
    pub(super) ties: u128,
}

impl RankSums {
    /// Of finite values; `OutOfRange` for more of them than a `u32` counts.
    pub(super) fn of(groups: &[&[f64]]) -> Result<Self, Undefined> {
        let pooled = groups.concat();
        let mut sorter = RowSorter::default();
        let rows = sorter.sort(&pooled)?;
        let group_of: Vec<u32> =
            groups.iter().zip(0..).flat_map(|(values, group)| std::iter::repeat_n(group, values.len())).collect();
        let (mut doubled, mut ties, mut below) = (vec![0; groups.len()], 0, 0);
        for run in rows.runs() {
            let n = run.len();
            let rank = 2 * below + n as u128 + 1;
            run.for_each(|row| doubled[group_of[row as usize] as usize] += rank);
            ties += tie_term(n as u64);
            below += n as u128;
        }
        Ok(Self { doubled, ties })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: by hand; 1 1 2 3 have the ranks 1.5 1.5 3 4.
    #[test]
    fn ranks_are_those_by_hand() {
        let sums = RankSums::of(&[&[1.0, 3.0], &[2.0, 1.0]]).unwrap();
        assert_eq!(sums, RankSums { doubled: vec![3 + 8, 6 + 3], ties: 6 });
        assert_eq!(RankSums::of(&[&[0.0], &[-0.0]]).unwrap().ties, 6);
    }

    #[test]
    fn every_distinct_value_is_visited_once_in_order() {
        let mut seen = Vec::new();
        each_value(&[-0.0, 1.0, 1.0, 4.0], &[0.0, 2.0, 4.0, 4.0, 5.0], |a, b| seen.push((a, b)));
        assert_eq!(seen, [(1, 1), (2, 0), (0, 1), (1, 2), (0, 1)]);
    }
}
