//! A column sorted once, and its ranks within any part of its rows.
//!
//! The rows that two columns share have ranks of their own, which are found without sorting again
//! from what is missing: a column with equal values counts the rows that are left of each, a
//! column without subtracts from each rank how many of the lower ranks are missing.

use super::super::masked::Masked;
use super::super::order::{FewLevels, RowSorter};
use super::super::undefined::Undefined;
use super::rank_sums::squares;

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

    /// The rows that the other column lacks.
    fn missing_in<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = usize> + 'a {
        self.words.iter().enumerate().flat_map(|(at, own)| {
            // Rows behind the end of the other column are missing.
            let mut word = own & !other.words.get(at).copied().unwrap_or_default();
            std::iter::from_fn(move || {
                let bit = word.trailing_zeros() as usize;
                word &= word.wrapping_sub(1);
                (bit < 64).then_some(at * 64 + bit)
            })
        })
    }

    /// Rows that both columns have.
    pub(super) fn n_both(&self, other: &Self) -> u64 {
        self.words.iter().zip(&other.words).map(|(a, b)| u64::from((a & b).count_ones())).sum()
    }
}

/// Which value each row of a column has, or none.
enum Levels {
    /// One of few, the last of which stands for none.
    Few { of_row: Vec<u16>, counts: Vec<u32> },
    /// One of many.
    Many { of_row: Vec<u32>, counts: Vec<u32> },
    /// No two rows have equal values, so that the ranks say all.
    Distinct,
}

/// A column with the centred ranks of its rows.
pub(super) struct Ranked {
    pub(super) rows: Rows,
    levels: Levels,
    /// Centred ranks within all its rows, 0 where it has none.
    ranks: Vec<i32>,
    squares: u128,
}

/// Memory for the ranks of a column within other rows.
#[derive(Debug, Default)]
pub(super) struct Room {
    ranks: Vec<i32>,
    missing: Vec<u64>,
}

/// The centred ranks of a column within the rows that another one has as well.
pub(super) enum Within<'a> {
    /// All of its own rows.
    All(&'a [i32]),
    /// By the values of the rows.
    Few(&'a [u16], &'a [i32]),
    /// By the values of the rows.
    Many(&'a [u32], &'a [i32]),
    /// By what is missing of the lower ranks.
    Distinct { column: &'a Ranked, missing: &'a [u64], n: u64 },
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
        let present = column.values.iter().enumerate().map(|(row, &value)| column.is_valid(row).then_some(value));
        let levels = match FewLevels::of(present) {
            Some(levels) => Levels::Few { counts: levels.counts(), of_row: levels.of_row },
            None => return Self::sorted(column, rows),
        };
        let mut ranked = Self { rows, levels, ranks: Vec::new(), squares: 0 };
        ranked.look_up();
        Ok(ranked)
    }

    /// Rows, with and without a value.
    pub(super) fn len(&self) -> usize {
        self.ranks.len()
    }

    /// A column of many values.
    fn sorted(column: Masked<'_>, rows: Rows) -> Result<Self, Undefined> {
        let n = column.values.len();
        let is_complete = rows.n == n as u64;
        let mut row_of = Vec::new();
        let mut kept = Vec::new();
        if !is_complete {
            let present = (0..n).filter(|&row| column.is_valid(row));
            row_of.extend(present.map(|row| row as u32));
            kept.extend(row_of.iter().map(|&row| column.values[row as usize]));
        }
        let mut sorter = RowSorter::default();
        let order = sorter.sort(if is_complete { column.values } else { &kept })?;
        let row = |place: u32| if is_complete { place as usize } else { row_of[place as usize] as usize };
        if order.n_distinct() == order.len() {
            let mut ranks = vec![0; n];
            let ascending = (1 - rows.n as i32..).step_by(2);
            order.rows().zip(ascending).for_each(|(place, rank)| ranks[row(place)] = rank);
            let squares = squares(rows.n, u128::from(rows.n));
            return Ok(Self { rows, levels: Levels::Distinct, ranks, squares });
        }
        let mut counts = vec![0; order.n_distinct() + 1];
        let mut of_row = vec![order.n_distinct() as u32; n];
        for (place, level) in order.levels() {
            of_row[row(place)] = level;
            counts[level as usize] += 1;
        }
        let mut ranked = Self { rows, levels: Levels::Many { of_row, counts }, ranks: Vec::new(), squares: 0 };
        ranked.look_up();
        Ok(ranked)
    }

    /// Sets the ranks within all rows from the levels.
    fn look_up(&mut self) {
        let mut of_level = Vec::new();
        match &self.levels {
            Levels::Few { of_row, counts } => {
                of_level.extend(counts.iter().map(|&count| count as i32));
                self.squares = ranks_of_counts(&mut of_level, self.rows.n);
                self.ranks.extend(of_row.iter().map(|&level| of_level[usize::from(level)]));
            }
            Levels::Many { of_row, counts } => {
                of_level.extend(counts.iter().map(|&count| count as i32));
                self.squares = ranks_of_counts(&mut of_level, self.rows.n);
                self.ranks.extend(of_row.iter().map(|&level| of_level[level as usize]));
            }
            Levels::Distinct => {}
        }
    }

    /// The centred ranks within the `n` rows that another column has as well, and the sum of
    /// their squares. Rows that this column has not have the rank 0; those that the other has
    /// not have any.
    pub(super) fn within<'a>(&'a self, others: &Rows, n: u64, room: &'a mut Room) -> (Within<'a>, u128) {
        if n == self.rows.n {
            return (Within::All(&self.ranks), self.squares);
        }
        match &self.levels {
            Levels::Few { of_row, counts } => {
                let left = self.left(counts, others, &mut room.ranks, |row| usize::from(of_row[row]));
                let squares = ranks_of_counts(left, n);
                (Within::Few(of_row, left), squares)
            }
            Levels::Many { of_row, counts } => {
                let left = self.left(counts, others, &mut room.ranks, |row| of_row[row] as usize);
                let squares = ranks_of_counts(left, n);
                (Within::Many(of_row, left), squares)
            }
            Levels::Distinct => {
                self.mark_missing(others, &mut room.missing);
                (Within::Distinct { column: self, missing: &room.missing, n }, squares(n, u128::from(n)))
            }
        }
    }

    /// The rows of each level that the other column has as well.
    fn left<'a>(
        &self,
        counts: &[u32],
        others: &Rows,
        left: &'a mut Vec<i32>,
        level: impl Fn(usize) -> usize,
    ) -> &'a mut [i32] {
        left.clear();
        left.extend(counts.iter().map(|&count| count as i32));
        self.rows.missing_in(others).for_each(|row| left[level(row)] -= 1);
        left
    }

    /// For each 32 ranks, which of them the other column lacks, below how many of the lower ones.
    fn mark_missing(&self, others: &Rows, missing: &mut Vec<u64>) {
        missing.clear();
        missing.resize(self.rows.n as usize / 32 + 1, 0);
        for row in self.rows.missing_in(others) {
            let place = self.place(self.ranks[row]);
            missing[place as usize / 32] |= 1 << (32 + place % 32);
        }
        let mut lower = 0;
        for word in missing {
            *word |= lower;
            lower += u64::from((*word >> 32).count_ones());
        }
    }

    /// The place in the order of the values, from 0, of a rank without ties.
    #[inline(always)]
    fn place(&self, rank: i32) -> u32 {
        ((rank + (self.rows.n as i32 - 1)) as u32) / 2
    }
}

impl Within<'_> {
    /// Writes the ranks of the rows from `start` on, a multiple of 64.
    pub(super) fn write(&self, start: usize, ranks: &mut [i32]) {
        let end = start + ranks.len();
        match self {
            Self::All(all) => ranks.copy_from_slice(&all[start..end]),
            Self::Few(of_row, of_level) => {
                for (rank, &level) in ranks.iter_mut().zip(&of_row[start..end]) {
                    *rank = of_level[usize::from(level)];
                }
            }
            Self::Many(of_row, of_level) => {
                for (rank, &level) in ranks.iter_mut().zip(&of_row[start..end]) {
                    *rank = of_level[level as usize];
                }
            }
            Self::Distinct { column, missing, n } => column.write_left(missing, *n, start, ranks),
        }
    }
}

impl Ranked {
    /// Ranks without ties: each less what is missing of the lower ones.
    fn write_left(&self, missing: &[u64], n: u64, start: usize, ranks: &mut [i32]) {
        let n_less = self.rows.n as i32 - n as i32;
        let own = self.ranks[start..start + ranks.len()].chunks(64);
        for ((ranks, own), &word) in ranks.chunks_mut(64).zip(own).zip(&self.rows.words[start / 64..]) {
            for (bit, (rank, &own)) in ranks.iter_mut().zip(own).enumerate() {
                let place = self.place(own);
                let word_of_place = missing[place as usize / 32];
                let below = ((word_of_place >> 32) as u32 & ((1 << (place % 32)) - 1)).count_ones();
                let n_lower = word_of_place as u32 + below;
                *rank = (own + n_less - 2 * n_lower as i32) * (word >> bit & 1) as i32;
            }
        }
    }
}

/// Puts the centred rank of each level in the place of how many of `n` rows it has, and 0 in the
/// last place, which stands for no level; gives the sum of the squares over all rows.
fn ranks_of_counts(counts: &mut [i32], n: u64) -> u128 {
    let (mut low, mut cubes) = (0_i64, 0);
    let Some((none, counts)) = counts.split_last_mut() else { return 0 };
    for count in counts {
        let high = low + i64::from(*count);
        cubes += (*count as u128).pow(3);
        *count = (low + high - n as i64) as i32;
        low = high;
    }
    *none = 0;
    squares(n, cubes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::rank::average_ranks;

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
        let (mut room, mut shared) = (Room { ranks: vec![7; 5], missing: vec![9; 3] }, own.to_vec());
        shared.iter_mut().zip(other).for_each(|(own, other)| *own &= other);
        let (ranks, squares) = column.within(&rows, n, &mut room);
        let mut found = vec![0; values.len()];
        found.chunks_mut(128).zip(0..).for_each(|(found, at)| ranks.write(at * 128, found));
        // Ranks of rows the other has not may be any.
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
