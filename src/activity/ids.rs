//! How customers are told apart inside one shard of the activity state.
//!
//! A customer is found by its id and kept as one 64-bit key: the number, with its bits
//! mixed, or the place of the text in the shard's own store.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use polars::prelude::Series;

use super::rows::Row;
use crate::frame::extract::{Values, i64_values};

/// Seeded once for all, so that every run and machine shards alike.
pub(super) const HASHER: FixedState = FixedState::with_seed(0x5eed_c057);

/// The ids of one batch and the keys they have in a shard.
///
pub(crate) trait Ids: Default + Send + Sync + 'static {
    /// The id column of one batch.
    type Column<'a>: Copy + Sync;
    /// What travels with a row: the id itself, or as much of it as tells most ids apart.
    type Packed: Copy + Default + Send + Sync;

    /// The column of a one-chunk series, if it has the right type.
    fn column(series: &Series) -> Option<Self::Column<'_>>;
    /// Whether the row has no id.
    fn is_null(column: Self::Column<'_>, row: usize) -> bool;
    /// The row's id, packed.
    fn pack(column: Self::Column<'_>, row: usize) -> Self::Packed;
    /// The packed id behind a key.
    fn pack_key(&self, key: u64) -> Self::Packed;
    /// Bits of a packed id, all of them well spread, that choose its shard and its tag.
    fn bits(packed: Self::Packed) -> u64;
    /// Whether the key stands for the id of a row.
    fn is(&self, key: u64, column: Self::Column<'_>, row: &Row<Self::Packed>) -> bool;
    /// A key for the id of a row, which is new to the shard.
    fn insert(&mut self, column: Self::Column<'_>, row: &Row<Self::Packed>) -> u64;
    /// Whether a key of this store and one of another stand for the same id.
    fn is_same(&self, key: u64, other: &Self, other_key: u64) -> bool;
    /// A key for an id of another store, which is new to this one.
    fn adopt(&mut self, other: &Self, other_key: u64) -> u64;
}

/// Whole-number ids: the key is the packed id, which is the number with its bits mixed.
#[derive(Default)]
pub(crate) struct IntegerIds;

/// Two odd multipliers and their inverses modulo 2^64.
const MULTIPLIERS: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xd6e8_feb8_6659_fd93];
const INVERSES: [u64; 2] = [0xf1de_83e1_9937_733d, 0xcfee_444d_8b59_a89b];

impl IntegerIds {
    /// Spreads ids over all bits, one to one: no two ids are confused, none hashed twice.
    #[inline]
    fn mix(id: i64) -> u64 {
        let [first, second] = MULTIPLIERS;
        fold(fold(fold(id as u64).wrapping_mul(first)).wrapping_mul(second))
    }

    /// The id behind a key.
    pub(crate) fn get(&self, key: u64) -> i64 {
        let [first, second] = INVERSES;
        fold(fold(fold(key).wrapping_mul(second)).wrapping_mul(first)) as i64
    }
}

/// Brings the high half to bear on the low one; its own inverse.
#[inline]
fn fold(bits: u64) -> u64 {
    bits ^ bits >> 32
}

impl Ids for IntegerIds {
    type Column<'a> = Values<'a, i64>;
    type Packed = u64;

    fn column(series: &Series) -> Option<Self::Column<'_>> {
        i64_values(series)
    }

    #[inline]
    fn is_null(column: Self::Column<'_>, row: usize) -> bool {
        column.is_null(row)
    }

    #[inline]
    fn pack(column: Self::Column<'_>, row: usize) -> u64 {
        Self::mix(column.values[row])
    }

    #[inline]
    fn pack_key(&self, key: u64) -> u64 {
        key
    }

    #[inline]
    fn bits(packed: u64) -> u64 {
        packed
    }

    #[inline]
    fn is(&self, key: u64, _column: Self::Column<'_>, row: &Row<Self::Packed>) -> bool {
        key == row.id
    }

    #[inline]
    fn insert(&mut self, _column: Self::Column<'_>, row: &Row<Self::Packed>) -> u64 {
        row.id
    }

    fn is_same(&self, key: u64, _other: &Self, other_key: u64) -> bool {
        key == other_key
    }

    fn adopt(&mut self, _other: &Self, other_key: u64) -> u64 {
        other_key
    }
}

/// A 128-bit fingerprint of an order id: exact for numbers; for texts two ids of one
/// customer are confused with a probability below 10^-20 per billion orders.
pub(crate) fn order_fingerprint_of_text(text: &[u8]) -> u128 {
    const SECOND: FixedState = FixedState::with_seed(0x0bad_c0de);
    u128::from(HASHER.hash_one(text)) << 64 | u128::from(SECOND.hash_one(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixing_the_bits_of_an_id_can_be_undone() {
        for id in [0, 1, -1, 42, i64::MIN, i64::MAX, 0x0123_4567_89ab_cdef] {
            assert_eq!(IntegerIds.get(IntegerIds::mix(id)), id);
        }
    }
}
