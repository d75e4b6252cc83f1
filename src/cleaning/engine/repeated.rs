//! Rows that share their key with another row.
//!
//! Rows are hashed batch by batch; only rows whose hash occurs twice are read in full and
//! compared. So memory holds some 16 bytes per row and the keys of the few, and equal hashes
//! of unequal rows do no harm.

use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::quality::SeedableRandomState;
use polars::prelude::*;
use rayon::prelude::*;

use crate::cleaning::engine::flow::Flow;
use crate::cleaning::engine::groups::group_numbers;
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};

/// Rows that share their key, in source order, each with the number of its group.
#[derive(Debug, Default)]
pub(crate) struct Repeated {
    pub(crate) rows: Vec<IdxSize>,
    pub(crate) groups: Vec<u32>,
    pub(crate) n_rows: usize,
}

impl Repeated {
    /// Places in `rows` by group; groups of one are left out. Their order means nothing.
    pub(crate) fn by_group(&self) -> Vec<Vec<usize>> {
        let n_groups = self.groups.iter().max().map_or(0, |&last| last as usize + 1);
        let mut members = vec![vec![]; n_groups];
        self.groups.iter().enumerate().for_each(|(place, &group)| members[group as usize].push(place));
        members.retain(|members| members.len() > 1);
        members
    }

    /// A Boolean column over all rows, true for these places in `rows`.
    pub(crate) fn flags(&self, places: impl IntoIterator<Item = usize>) -> Column {
        let mut flags = vec![false; self.n_rows];
        places.into_iter().for_each(|place| flags[self.rows[place] as usize] = true);
        BooleanChunked::from_iter_values("flags".into(), flags.into_iter()).into_column()
    }
}

/// Finds the rows, among those that are in and meet the condition, that share their key.
pub(crate) fn repeated(flow: &mut Flow, keys: &[Expr], condition: Option<Expr>) -> Result<Repeated> {
    let takes_part = condition.map_or_else(|| flow.is_in(), |condition| flow.is_in().and(condition));
    let hashed = flow.read(vec![takes_part, hash_of(keys.to_vec())])?;
    let [takes_part, hash] = hashed.as_slice() else { return Ok(Repeated::default()) };
    let query = Error::query;
    let n_rows = hash.len();
    let takes_part = takes_part.bool().map_err(query(CLEANING))?;
    let suspects = suspects(takes_part, hash.u64().map_err(query(CLEANING))?);
    drop(hashed);
    if suspects.is_empty() {
        return Ok(Repeated { n_rows, ..Repeated::default() });
    }
    let keys = flow.read_at(&suspects, n_rows, keys.to_vec())?;
    let groups = group_numbers(suspects.len(), keys).map_err(query(CLEANING))?;
    Ok(Repeated { rows: suspects, groups, n_rows })
}

/// Rows that take part and may have an equal, ascending; all others certainly have none.
fn suspects(takes_part: &BooleanChunked, hashes: &UInt64Chunked) -> Vec<IdxSize> {
    /// Rows that one thread takes at a time.
    const SHARE: usize = 1 << 16;
    let sieve = Sieve::for_rows(takes_part.len());
    let shares: Vec<usize> = (0..takes_part.len()).step_by(SHARE).collect();
    let hashes_from = |first: usize| {
        let (hashes, takes_part) = (hashes.slice(first as i64, SHARE), takes_part.slice(first as i64, SHARE));
        let hash = |(hash, takes_part): (Option<u64>, Option<bool>)| hash.filter(|_| takes_part == Some(true));
        hashes.iter().zip(takes_part.iter()).map(hash).collect::<Vec<_>>()
    };
    shares.par_iter().for_each(|&first| hashes_from(first).into_iter().flatten().for_each(|hash| sieve.note(hash)));
    let caught = shares.par_iter().flat_map_iter(|&first| {
        let rows = hashes_from(first).into_iter().zip(first as IdxSize..);
        rows.filter_map(|(hash, row)| Some((hash.filter(|&hash| sieve.repeats(hash))?, row))).collect::<Vec<_>>()
    });
    rows_of_repeated(caught.collect())
}

/// Tells most of the hashes that occur once, in 32 bits per row: a slot remembers whether
/// one or more hashes fell into it. Few fall into one slot by chance, and what the sieve
/// leaves is small enough to sort. Threads share it: whichever of two hashes comes second,
/// the slot ends up the same.
struct Sieve {
    seen: Vec<AtomicU64>,
    seen_again: Vec<AtomicU64>,
    shift: u32,
}

impl Sieve {
    /// Sixteen slots per row.
    fn for_rows(n_rows: usize) -> Self {
        let n_slots = (n_rows.max(64) * 16).next_power_of_two();
        let empty = || (0..n_slots / 64).map(|_| AtomicU64::new(0)).collect();
        Self { seen: empty(), seen_again: empty(), shift: 64 - n_slots.trailing_zeros() }
    }

    /// The word of a slot, and its bit.
    fn slot(&self, hash: u64) -> (usize, u64) {
        let slot = hash >> self.shift;
        ((slot / 64) as usize, 1 << (slot % 64))
    }

    fn note(&self, hash: u64) {
        let (word, bit) = self.slot(hash);
        if self.seen[word].fetch_or(bit, Ordering::Relaxed) & bit != 0 {
            self.seen_again[word].fetch_or(bit, Ordering::Relaxed);
        }
    }

    fn repeats(&self, hash: u64) -> bool {
        let (word, bit) = self.slot(hash);
        self.seen_again[word].load(Ordering::Relaxed) & bit != 0
    }
}

/// Rows whose hash another row has too, ascending.
fn rows_of_repeated(mut hashed: Vec<(u64, IdxSize)>) -> Vec<IdxSize> {
    hashed.par_sort_unstable();
    let equal = hashed.chunk_by(|a, b| a.0 == b.0).filter(|run| run.len() > 1);
    let mut rows: Vec<IdxSize> = equal.flatten().map(|&(_, row)| row).collect();
    rows.sort_unstable();
    rows
}

/// One hash per row, the same in every batch; equal rows have equal hashes. Null equals
/// null, NaN equals NaN, `0.0` equals `-0.0`.
fn hash_of(keys: Vec<Expr>) -> Expr {
    let hash = |columns: &mut [Column]| {
        let mut hashes = vec![];
        for (place, key) in columns.iter().enumerate() {
            // Seeds differ from column to column, so that swapped cells differ.
            let state = SeedableRandomState::with_seed(place as u64, foldhash::SharedSeed::global_fixed());
            if place == 0 {
                key.vec_hash(state, &mut hashes)?;
            } else {
                key.vec_hash_combine(state, &mut hashes)?;
            }
        }
        Ok(UInt64Chunked::from_vec("hash".into(), hashes).into_column())
    };
    map_multiple(hash, keys, |_: &Schema, _: &[Field]| Ok(Field::new("hash".into(), DataType::UInt64)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_with_equal_hashes_are_found() {
        assert_eq!(rows_of_repeated(vec![(7, 0), (5, 1), (7, 2), (6, 3), (5, 4)]), [0, 1, 2, 4]);
        assert!(rows_of_repeated(vec![(1, 0), (2, 1)]).is_empty());
        assert!(rows_of_repeated(vec![]).is_empty());
    }

    #[test]
    fn the_sieve_lets_no_repeated_hash_through() {
        let mut random = 1_u64;
        let hashes: Vec<u64> = (0..200_000_u64)
            .map(|row| {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                if row % 10 == 0 { (row / 20).wrapping_mul(0x9e37_79b9_7f4a_7c15) } else { random }
            })
            .collect();
        let takes_part = BooleanChunked::from_iter_values("".into(), hashes.iter().map(|hash| hash % 7 != 0));
        let found = suspects(&takes_part, &UInt64Chunked::from_vec("".into(), hashes.clone()));
        let part: Vec<(u64, IdxSize)> = hashes.into_iter().zip(0..).filter(|(hash, _)| hash % 7 != 0).collect();
        assert_eq!(found, rows_of_repeated(part));
        assert!(found.len() > 300);
    }

    #[test]
    fn groups_of_one_are_equal_hashes_of_unequal_rows() {
        let found = Repeated { rows: vec![2, 5, 7], groups: vec![1, 0, 1], n_rows: 8 };
        assert_eq!(found.by_group(), [[0, 2]]);
        let flags: Vec<bool> = found.flags([2]).bool().unwrap().iter().flatten().collect();
        assert_eq!(flags.iter().position(|&flag| flag), Some(7));
    }
}
