//! How customers are told apart inside one shard of the activity state.
//!
//! A customer is found by its id and kept as one 64-bit key: the number itself, or the
//! place of the text in the shard's own store.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use polars::prelude::Series;

use crate::frame::extract::{Texts, Values, i64_values, text_values};

/// Seeded once for all, so that every run and machine shards alike.
const HASHER: FixedState = FixedState::with_seed(0x5eed_c057);

/// The ids of one batch and the keys they have in a shard.
pub(crate) trait Ids: Default + Send + Sync + 'static {
    /// The id column of one batch.
    type Column<'a>: Copy + Sync;
    /// What travels with a row: enough to hash its id again without the column.
    type Packed: Copy + Default + Send + Sync;

    /// The column of a one-chunk series, if it has the right type.
    fn column(series: &Series) -> Option<Self::Column<'_>>;
    /// Whether the row has no id.
    fn is_null(column: Self::Column<'_>, row: usize) -> bool;
    /// The row's id, packed.
    fn pack(column: Self::Column<'_>, row: usize) -> Self::Packed;
    /// Hash of a packed id.
    fn hash(packed: Self::Packed) -> u64;
    /// Hash of the id behind a key.
    fn hash_of_key(&self, key: u64) -> u64;
    /// Whether the key stands for the packed id.
    fn is(&self, key: u64, column: Self::Column<'_>, packed: Self::Packed) -> bool;
    /// A key for the packed id, which is new to the shard.
    fn insert(&mut self, column: Self::Column<'_>, packed: Self::Packed) -> u64;
    /// Whether a key of this store and one of another stand for the same id.
    fn is_same(&self, key: u64, other: &Self, other_key: u64) -> bool;
    /// A key for an id of another store, which is new to this one.
    fn adopt(&mut self, other: &Self, other_key: u64) -> u64;
}

/// Whole-number ids: the key is the id.
#[derive(Default)]
pub(crate) struct IntegerIds;

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
        column.values[row] as u64
    }

    #[inline]
    fn hash(packed: u64) -> u64 {
        HASHER.hash_one(packed)
    }

    #[inline]
    fn hash_of_key(&self, key: u64) -> u64 {
        HASHER.hash_one(key)
    }

    #[inline]
    fn is(&self, key: u64, _column: Self::Column<'_>, packed: u64) -> bool {
        key == packed
    }

    #[inline]
    fn insert(&mut self, _column: Self::Column<'_>, packed: u64) -> u64 {
        packed
    }

    fn is_same(&self, key: u64, _other: &Self, other_key: u64) -> bool {
        key == other_key
    }

    fn adopt(&mut self, _other: &Self, other_key: u64) -> u64 {
        other_key
    }
}

/// Bits of a text key that hold its length, the most a text cell can have; the other half
/// holds the place, up to 4 GiB of ids in a shard.
const LENGTH_BITS: u32 = 32;

/// A text id on its way to a shard: its hash and where the text is.
#[derive(Clone, Copy, Default)]
pub(crate) struct PackedText {
    hash: u64,
    row: u32,
}

/// Text ids, stored once each; the key is offset and length of the stored bytes.
#[derive(Default)]
pub(crate) struct TextIds {
    bytes: Vec<u8>,
}

impl TextIds {
    /// The text behind a key.
    #[inline]
    pub(crate) fn get(&self, key: u64) -> &[u8] {
        let start = (key >> LENGTH_BITS) as usize;
        let len = (key & ((1 << LENGTH_BITS) - 1)) as usize;
        &self.bytes[start..start + len]
    }

    fn store(&mut self, text: &[u8]) -> u64 {
        let key = (self.bytes.len() as u64) << LENGTH_BITS | text.len() as u64;
        self.bytes.extend_from_slice(text);
        key
    }
}

impl Ids for TextIds {
    type Column<'a> = Texts<'a>;
    type Packed = PackedText;

    fn column(series: &Series) -> Option<Self::Column<'_>> {
        text_values(series)
    }

    #[inline]
    fn is_null(column: Self::Column<'_>, row: usize) -> bool {
        column.is_null(row)
    }

    #[inline]
    fn pack(column: Self::Column<'_>, row: usize) -> PackedText {
        PackedText { hash: HASHER.hash_one(column.get(row)), row: row as u32 }
    }

    #[inline]
    fn hash(packed: PackedText) -> u64 {
        packed.hash
    }

    #[inline]
    fn hash_of_key(&self, key: u64) -> u64 {
        HASHER.hash_one(self.get(key))
    }

    #[inline]
    fn is(&self, key: u64, column: Self::Column<'_>, packed: PackedText) -> bool {
        self.get(key) == column.get(packed.row as usize)
    }

    #[inline]
    fn insert(&mut self, column: Self::Column<'_>, packed: PackedText) -> u64 {
        self.store(column.get(packed.row as usize))
    }

    fn is_same(&self, key: u64, other: &Self, other_key: u64) -> bool {
        self.get(key) == other.get(other_key)
    }

    fn adopt(&mut self, other: &Self, other_key: u64) -> u64 {
        self.store(other.get(other_key))
    }
}

/// A 128-bit fingerprint of an order id: exact for numbers; for texts two ids of one
/// customer are confused with a probability below 10^-20 per billion orders.
pub(crate) fn order_fingerprint_of_text(text: &[u8]) -> u128 {
    const SECOND: FixedState = FixedState::with_seed(0x0bad_c0de);
    u128::from(HASHER.hash_one(text)) << 64 | u128::from(SECOND.hash_one(text))
}
