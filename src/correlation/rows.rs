//! Sets of rows as packed bits; no bits at all are all rows.

/// Rows that are in both sets.
pub(super) fn and(a: Option<&[u64]>, b: Option<&[u64]>) -> Option<Vec<u64>> {
    match (a, b) {
        (None, None) => None,
        (Some(one), None) | (None, Some(one)) => Some(one.to_vec()),
        (Some(a), Some(b)) => Some(a.iter().zip(b).map(|(a, b)| a & b).collect()),
    }
}

/// How many rows are in all of the sets.
pub(super) fn n_in_all(n_rows: u64, sets: &[Option<&[u64]>]) -> u64 {
    let given: Vec<&[u64]> = sets.iter().copied().flatten().collect();
    let Some((first, rest)) = given.split_first() else { return n_rows };
    let word = |(at, word): (usize, &u64)| rest.iter().fold(*word, |all, set| all & set[at]);
    first.iter().enumerate().map(word).map(|word| u64::from(word.count_ones())).sum()
}

/// The rows of a set in ascending order.
pub(super) fn rows_of(n_rows: usize, set: Option<&[u64]>) -> Vec<usize> {
    (0..n_rows).filter(|&row| has(set, row)).collect()
}

pub(super) fn has(set: Option<&[u64]>, row: usize) -> bool {
    set.is_none_or(|words| words[row / 64] >> (row % 64) & 1 == 1)
}

/// The rows for which a property holds; no bits when it holds for all.
pub(super) fn rows_where(n_rows: usize, holds: impl Fn(usize) -> bool) -> Option<Vec<u64>> {
    let word =
        |at: usize| (at * 64..n_rows.min(at * 64 + 64)).fold(0, |word, row| word | u64::from(holds(row)) << (row % 64));
    let words: Vec<u64> = (0..n_rows.div_ceil(64)).map(word).collect();
    let n = words.iter().map(|word| word.count_ones() as usize).sum::<usize>();
    (n < n_rows).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_met_and_counted() {
        let thirds = rows_where(100, |row| row % 3 == 0);
        let halves = rows_where(100, |row| row % 2 == 0);
        let both = and(thirds.as_deref(), halves.as_deref());
        assert_eq!(both, rows_where(100, |row| row % 6 == 0));
        assert_eq!(n_in_all(100, &[thirds.as_deref(), None, halves.as_deref()]), 17);
        assert_eq!(n_in_all(100, &[None, None]), 100);
        assert_eq!(and(None, halves.as_deref()), halves);
        assert_eq!(rows_where(70, |_| true), None);
        assert_eq!(rows_of(70, rows_where(70, |row| row > 67).as_deref()), [68, 69]);
        assert_eq!(rows_where(0, |_| false), None);
    }
}
