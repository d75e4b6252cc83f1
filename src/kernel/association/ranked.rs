//! A column sorted once, and its ranks within any part of its rows.
//!
//! The rows that two columns share have ranks of their own. They are found without sorting
//! again: a column of few values counts its shared rows per value, any other walks its rows in
//! order and counts those that are shared.

use super::super::masked::Masked;
use super::super::undefined::Undefined;
use super::rank_sums::squares;
use super::row_order::{FewLevels, argsort, key};

/// Which rows a column has.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    words: Vec<u64>,
    n: u64,
}

impl Rows {
    fn of(column: Masked<'_>) -> Self {
        let words: Vec<u64> = (0..column.values.len().div_ceil(64)).map(|at| column.word(at)).collect();
        let n = words.iter().map(|word| u64::from(word.count_ones())).sum();
        Self { words, n }
    }

    /// Whether all values that are there are finite.
    fn are_finite(&self, values: &[f64]) -> bool {
        values.chunks(64).zip(&self.words).all(|(values, &word)| {
            // Mostly all are, whether there or not.
            values.iter().fold(true, |all, value| all & value.is_finite())
                || values.iter().enumerate().all(|(bit, value)| word >> bit & 1 == 0 || value.is_finite())
        })
    }

    #[inline]
    fn has(&self, row: usize) -> bool {
        self.words[row / 64] >> (row % 64) & 1 == 1
    }

    /// Rows that both columns have.
    pub(super) fn n_both(&self, other: &Self) -> u64 {
        self.words.iter().zip(&other.words).map(|(a, b)| u64::from((a & b).count_ones())).sum()
    }
}

/// The order of a column's rows.
enum Order {
    /// The value that each row has, of a few.
    Few(FewLevels),
    /// Its rows in ascending order, no two values being equal.
    Distinct(Vec<u32>),
    /// Its rows in ascending order, and where each value ends.
    Runs { order: Vec<u32>, ends: Vec<u32> },
}

/// A column with the order of its rows and their centred ranks.
pub(super) struct Ranked {
    pub(super) rows: Rows,
    order: Order,
    /// Centred ranks within all its rows, 0 where it has none.
    ranks: Vec<i32>,
    squares: u128,
}

impl Ranked {
    /// Sorts a column of under 2^31 rows, all values that are there being finite.
    pub(super) fn of(column: Masked<'_>) -> Result<Self, Undefined> {
        if i32::try_from(column.values.len()).is_err() {
            return Err(Undefined::Overflow);
        }
        let rows = Rows::of(column);
        if !rows.are_finite(column.values) {
            return Err(Undefined::NotFinite);
        }
        let mut ranked = Self { order: Order::of(column, &rows), rows, ranks: Vec::new(), squares: 0 };
        let mut ranks = Vec::new();
        ranked.squares = ranked.rank(&ranked.rows, ranked.rows.n, &mut ranks);
        ranked.ranks = ranks;
        Ok(ranked)
    }

    /// The centred ranks within the `n` rows that another column has as well, and the sum of
    /// their squares; 0 in all other rows, or in all rows that the other has not.
    pub(super) fn within<'a>(&'a self, others: &Rows, n: u64, room: &'a mut Vec<i32>) -> (&'a [i32], u128) {
        if n == self.rows.n {
            return (&self.ranks, self.squares);
        }
        let squares = self.rank(others, n, room);
        (room, squares)
    }

    fn rank(&self, others: &Rows, n: u64, ranks: &mut Vec<i32>) -> u128 {
        ranks.resize(self.rows.words.len() * 64, 0);
        let cubes = match &self.order {
            Order::Few(levels) => rank_few(levels, others, n, ranks),
            Order::Distinct(order) => {
                self.clear_missing(ranks);
                rank_distinct(order, others, n, ranks)
            }
            Order::Runs { order, ends } => {
                self.clear_missing(ranks);
                rank_runs(order, ends, others, n, ranks)
            }
        };
        squares(n, cubes)
    }

    /// Clears the rows that the column does not have, which no walk through its order meets.
    fn clear_missing(&self, ranks: &mut [i32]) {
        for (ranks, &word) in ranks.chunks_exact_mut(64).zip(&self.rows.words) {
            if word != u64::MAX {
                ranks.iter_mut().enumerate().for_each(|(bit, rank)| *rank *= (word >> bit & 1) as i32);
            }
        }
    }
}

impl Order {
    fn of(column: Masked<'_>, rows: &Rows) -> Self {
        let keys = column.values.iter().enumerate().map(|(row, &value)| rows.has(row).then(|| key(value)));
        if let Some(levels) = FewLevels::of(keys) {
            return Self::Few(levels);
        }
        let n = rows.n as usize;
        if n == column.values.len() {
            let keys: Vec<u64> = column.values.iter().map(|&value| key(value)).collect();
            let order = argsort(&keys);
            return Self::of_sorted(&keys, order, |place| place);
        }
        let (mut present, mut keys) = (Vec::with_capacity(n), Vec::with_capacity(n));
        for (row, &value) in column.values.iter().enumerate().filter(|(row, _)| rows.has(*row)) {
            present.push(row as u32);
            keys.push(key(value));
        }
        let order = argsort(&keys);
        Self::of_sorted(&keys, order, |place| present[place as usize])
    }

    /// The order of rows from the order of their places among the keys.
    fn of_sorted(keys: &[u64], mut order: Vec<u32>, row: impl Fn(u32) -> u32) -> Self {
        let mut ends = Vec::with_capacity(order.len());
        let mut last = None;
        for (at, place) in order.iter_mut().enumerate() {
            let key = keys[*place as usize];
            if last.replace(key).is_some_and(|last| last != key) {
                ends.push(at as u32);
            }
            *place = row(*place);
        }
        ends.push(order.len() as u32);
        if ends.len() == order.len() { Self::Distinct(order) } else { Self::Runs { order, ends } }
    }
}

/// Ranks of a column of few values: counts, then one look-up for each row. Gives `sum c^3`.
fn rank_few(levels: &FewLevels, others: &Rows, n: u64, ranks: &mut [i32]) -> u128 {
    let mut counts = vec![0_u32; levels.n + 1];
    for (levels, &word) in levels.of_row.chunks(64).zip(&others.words) {
        for (bit, &level) in levels.iter().enumerate() {
            counts[usize::from(level)] += (word >> bit & 1) as u32;
        }
    }
    let (mut low, mut cubes) = (0_i64, 0);
    let mut of_level = vec![0; levels.n + 1];
    for (rank, &count) in of_level.iter_mut().zip(&counts[..levels.n]) {
        let high = low + i64::from(count);
        *rank = (low + high - n as i64) as i32;
        cubes += u128::from(count).pow(3);
        low = high;
    }
    for ((ranks, levels), &word) in ranks.chunks_exact_mut(64).zip(levels.of_row.chunks(64)).zip(&others.words) {
        for (bit, (rank, &level)) in ranks.iter_mut().zip(levels).enumerate() {
            *rank = of_level[usize::from(level)] * (word >> bit & 1) as i32;
        }
    }
    cubes
}

/// Ranks of a column without equal values: the k-th shared row has rank k. Gives `sum c^3`.
fn rank_distinct(order: &[u32], others: &Rows, n: u64, ranks: &mut [i32]) -> u128 {
    let mut rank = 1 - n as i32;
    for &row in order {
        let is_shared = i32::from(others.has(row as usize));
        ranks[row as usize] = rank * is_shared;
        rank += 2 * is_shared;
    }
    u128::from(n)
}

/// Ranks of a column with some equal values. Gives `sum c^3`.
fn rank_runs(order: &[u32], ends: &[u32], others: &Rows, n: u64, ranks: &mut [i32]) -> u128 {
    let (mut start, mut low, mut cubes) = (0, 0_i64, 0);
    for &end in ends {
        let run = &order[start..end as usize];
        let count = run.iter().map(|&row| i64::from(others.has(row as usize))).sum::<i64>();
        let rank = (2 * low + count - n as i64) as i32;
        for &row in run {
            ranks[row as usize] = rank * i32::from(others.has(row as usize));
        }
        cubes += (count as u128).pow(3);
        low += count;
        start = end as usize;
    }
    cubes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::rank::average_ranks;
    use super::*;

    /// Bits of rows, packed.
    pub(in super::super) fn words(valid: &[bool]) -> Vec<u64> {
        valid.chunks(64).map(|bits| bits.iter().rev().fold(0, |word, &bit| word << 1 | u64::from(bit))).collect()
    }

    /// Mid ranks of the values of the shared rows by themselves, twice and centred; 0 elsewhere.
    fn by_sorting_again(values: &[f64], shared: &[bool]) -> Vec<i32> {
        let kept: Vec<f64> =
            values.iter().zip(shared).filter(|(_, shared)| **shared).map(|(value, _)| *value).collect();
        let mut ranks = average_ranks(&kept).into_iter();
        let centred = |rank: f64| (2.0 * rank) as i32 - kept.len() as i32 - 1;
        shared.iter().map(|&shared| if shared { centred(ranks.next().unwrap()) } else { 0 }).collect()
    }

    fn check(values: &[f64], own: &[bool], other: &[bool]) {
        let (own_words, other_words) = (words(own), words(other));
        let column = Ranked::of(Masked { values, valid: Some(&own_words) }).unwrap();
        let rows = Rows::of(Masked { values, valid: Some(&other_words) });
        let n = column.rows.n_both(&rows);
        let (mut room, mut shared) = (vec![7; 5], own.to_vec());
        shared.iter_mut().zip(other).for_each(|(own, other)| *own &= other);
        let (ranks, squares) = column.within(&rows, n, &mut room);
        let mut found = ranks[..values.len()].to_vec();
        // Where no shared row is missing, ranks of rows the other has not may stay.
        found.iter_mut().zip(other).for_each(|(rank, &other)| *rank *= i32::from(other));
        let expected = by_sorting_again(values, &shared);
        assert_eq!(found, expected);
        assert_eq!(squares, expected.iter().map(|&rank| u128::from(rank.unsigned_abs()).pow(2)).sum::<u128>());
    }

    fn spread(i: u64) -> u64 {
        (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20
    }

    #[test]
    fn ranks_within_shared_rows_are_those_of_sorting_them_again() {
        let n = 4_000;
        let bits = |seed: u64| (0..n).map(|i| !spread(i * seed).is_multiple_of(10)).collect::<Vec<_>>();
        for levels in [1, 4, 1_500, u64::MAX] {
            let values: Vec<f64> = (0..n).map(|i| (spread(i) % levels) as f64).collect();
            check(&values, &bits(1), &bits(3));
            check(&values, &vec![true; n as usize], &bits(3));
            check(&values, &bits(1), &vec![true; n as usize]);
            check(&values, &bits(1), &vec![false; n as usize]);
        }
    }

    proptest! {
        #[test]
        fn any_rows_can_be_missing(rows in prop::collection::vec((-3_i8..3, any::<bool>(), any::<bool>()), 0..150)) {
            let values: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
            let (own, other): (Vec<bool>, Vec<bool>) = rows.iter().map(|row| (row.1, row.2)).unzip();
            check(&values, &own, &other);
        }
    }
}
