//! Customer ids that are texts.
//!
//! A short text travels in full with its row as one 128-bit word, so that customers are
//! told apart without a look at the column; a long one as its hash, and is looked up.

use std::hash::BuildHasher;

use polars::prelude::Series;

use super::column::Column;
use super::ids::{HASHER, Ids};
use super::rows::Row;
use crate::frame::extract::{Texts, text_values};

/// Last byte of the word of a long text; in a short one's it is the length.
const LONG: u8 = u8::MAX;
/// Bits of a long text's word below its hash: in a stored word they hold the number of the
/// long text, and in the last byte the mark.
const HASH_BITS: u32 = 64;

/// Text ids, stored once each; the key is the place in the store.
#[derive(Default)]
pub(crate) struct TextIds {
    /// Words as bytes: the text and then its length, or the hash and number of a long one.
    words: Column<[u8; 16]>,
    n_words: u32,
    long_bytes: Vec<u8>,
    /// Where each long text ends.
    long_ends: Vec<usize>,
}

impl TextIds {
    /// The text behind a key.
    pub(crate) fn get(&self, key: u64) -> &[u8] {
        let Some(word) = self.words.get_ref(key as u32) else { return &[] };
        Self::short(word).unwrap_or_else(|| self.long(u128::from_be_bytes(*word)))
    }

    /// The text of a word, or of a sort key, as bytes; `None` when it is a long one.
    #[inline]
    pub(crate) fn short(word: &[u8; 16]) -> Option<&[u8]> {
        (word[15] != LONG).then(|| &word[..usize::from(word[15])])
    }

    /// A number for the text behind a key that sorts as the text does, but for long texts
    /// with the same beginning.
    pub(crate) fn sort_key(&self, key: u64) -> u128 {
        let word = self.word(key);
        if !is_long(word) {
            return word;
        }
        let mut first = [LONG; 16];
        // Short of fifteen bytes, zeros stand in, as behind a short text; the mark sorts last.
        for (to, from) in first[..15].iter_mut().zip(self.long(word).iter().chain(std::iter::repeat(&0))) {
            *to = *from;
        }
        u128::from_be_bytes(first)
    }

    #[inline]
    fn word(&self, key: u64) -> u128 {
        u128::from_be_bytes(self.words.get(key as u32))
    }

    fn long(&self, word: u128) -> &[u8] {
        let number = (word as u64 >> 8) as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.long_ends[before]);
        &self.long_bytes[start..self.long_ends[number]]
    }

    fn store(&mut self, packed: u128, text: &[u8]) -> u64 {
        let mut word = packed;
        if is_long(packed) {
            word |= (self.long_ends.len() as u128) << 8;
            self.long_bytes.extend_from_slice(text);
            self.long_ends.push(self.long_bytes.len());
        }
        let key = self.n_words;
        *self.words.get_mut(key) = word.to_be_bytes();
        self.n_words += 1;
        u64::from(key)
    }
}

#[inline]
fn is_long(word: u128) -> bool {
    word as u8 == LONG
}

/// The word of a long text.
#[cold]
fn pack_long(text: &[u8]) -> u128 {
    u128::from(HASHER.hash_one(text)) << HASH_BITS | u128::from(LONG)
}

impl Ids for TextIds {
    type Column<'a> = Texts<'a>;
    type Packed = u128;

    fn column(series: &Series) -> Option<Self::Column<'_>> {
        text_values(series)
    }

    #[inline]
    fn is_null(column: Self::Column<'_>, row: usize) -> bool {
        // A blank names nobody. Most ids are known by their first byte not to be one.
        column.is_null(row) || column.get(row).iter().all(u8::is_ascii_whitespace)
    }

    #[inline]
    fn pack(column: Self::Column<'_>, row: usize) -> u128 {
        match column.short(row) {
            Some((bytes, len)) => bytes | u128::from(len),
            None => pack_long(column.get(row)),
        }
    }

    #[inline]
    fn pack_key(&self, key: u64) -> u128 {
        let word = self.word(key);
        if is_long(word) { word >> HASH_BITS << HASH_BITS | u128::from(LONG) } else { word }
    }

    #[inline]
    fn bits(packed: u128) -> u64 {
        HASHER.hash_one(packed)
    }

    #[inline]
    fn is(&self, key: u64, column: Self::Column<'_>, row: &Row<u128>) -> bool {
        self.pack_key(key) == row.id && (!is_long(row.id) || self.get(key) == column.get(row.row as usize))
    }

    #[inline]
    fn insert(&mut self, column: Self::Column<'_>, row: &Row<u128>) -> u64 {
        self.store(row.id, column.get(row.row as usize))
    }

    fn is_same(&self, key: u64, other: &Self, other_key: u64) -> bool {
        self.get(key) == other.get(other_key)
    }

    fn adopt(&mut self, other: &Self, other_key: u64) -> u64 {
        self.store(other.pack_key(other_key), other.get(other_key))
    }
}
