//! Which row of a run is kept, by the order codes of its values.

use std::cmp::Reverse;
use std::ops::Range;

/// The first row with a value.
pub(super) fn first_known(rows: Range<usize>, codes: &[u32]) -> Option<usize> {
    rows.into_iter().find(|&row| codes[row] > 0)
}

/// The row with a value whose rank is highest; the first of equals.
pub(super) fn highest<R: Ord>(rows: Range<usize>, codes: &[u32], rank: impl Fn(usize) -> R) -> Option<usize> {
    rows.filter(|&row| codes[row] > 0).max_by_key(|&row| (rank(row), Reverse(row)))
}

/// The first row of the value that most rows have; of equally frequent ones the first to occur.
pub(super) fn most_frequent(rows: Range<usize>, codes: &[u32], known: &mut Vec<(u32, usize)>) -> Option<usize> {
    by_value(rows, codes, known);
    let runs = known.chunk_by(|a, b| a.0 == b.0);
    runs.max_by_key(|run| (run.len(), Reverse(run[0].1))).map(|run| run[0].1)
}

/// How many different values there are.
pub(super) fn n_distinct(rows: Range<usize>, codes: &[u32], known: &mut Vec<(u32, usize)>) -> usize {
    by_value(rows, codes, known);
    known.dedup_by_key(|(code, _)| *code);
    known.len()
}

/// Whether there are two different values.
pub(super) fn disagree(rows: Range<usize>, codes: &[u32]) -> bool {
    let mut known = codes[rows].iter().filter(|&&code| code > 0);
    known.next().is_some_and(|first| known.any(|code| code != first))
}

/// Values with their rows, in the order of the values and then of the rows.
pub(super) fn by_value(rows: Range<usize>, codes: &[u32], known: &mut Vec<(u32, usize)>) {
    known.clear();
    known.extend(rows.filter(|&row| codes[row] > 0).map(|row| (codes[row], row)));
    known.sort_unstable();
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODES: [u32; 8] = [0, 3, 1, 3, 1, 2, 0, 0];

    #[test]
    fn rows_without_a_value_are_never_kept() {
        assert_eq!((first_known(0..8, &CODES), first_known(6..8, &CODES)), (Some(1), None));
        assert_eq!(highest(0..8, &CODES, |row| row), Some(5));
        assert_eq!(highest(6..8, &CODES, |row| row), None);
        assert_eq!(most_frequent(6..8, &CODES, &mut vec![]), None);
        assert_eq!(n_distinct(0..8, &CODES, &mut vec![]), 3);
    }

    #[test]
    fn the_first_of_equals_is_kept() {
        assert_eq!(highest(0..8, &CODES, |_| 0), Some(1));
        assert_eq!(highest(0..8, &CODES, |row| CODES[row]), Some(1));
        assert_eq!(most_frequent(0..8, &CODES, &mut vec![]), Some(1));
        assert_eq!(most_frequent(2..6, &CODES, &mut vec![]), Some(2));
    }

    #[test]
    fn nulls_disagree_with_nothing() {
        assert!(disagree(0..8, &CODES) && disagree(1..3, &CODES));
        assert!(!disagree(0..2, &CODES) && !disagree(5..8, &CODES) && !disagree(6..8, &CODES));
    }
}
