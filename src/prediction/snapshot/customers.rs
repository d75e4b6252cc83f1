//! Customers in the order in which they are met, each with a number.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use polars::prelude::*;
use rayon::prelude::*;

use super::lines::UNKNOWN;
use crate::frame::columns::CUSTOMER;
use crate::frame::extract::{Texts, Values, i64_values, text_values};

/// Seeded once for all, so that every run and machine hashes alike.
const HASHER: FixedState = FixedState::with_seed(0x5eed_c057);

/// A column of ids or labels.
#[derive(Clone, Copy)]
pub(super) enum Labels<'a> {
    Integers(Values<'a, i64>),
    Texts(Texts<'a>),
}

impl<'a> Labels<'a> {
    /// The labels of a one-chunk series, if it has the right type.
    pub(super) fn of(series: &'a Series) -> Option<Self> {
        i64_values(series).map(Self::Integers).or_else(|| text_values(series).map(Self::Texts))
    }

    /// Whether a row names nobody and nothing: null or blank.
    pub(super) fn is_missing(self, row: usize) -> bool {
        match self {
            Self::Integers(ids) => ids.is_null(row),
            Self::Texts(ids) => ids.is_null(row) || ids.get(row).iter().all(u8::is_ascii_whitespace),
        }
    }

    /// 64 bits that stand for a label; those of two labels are the same with a probability
    /// of 5 x 10^-20.
    pub(super) fn mark(self, row: usize) -> u64 {
        let mark = match self {
            _ if self.is_missing(row) => return UNKNOWN,
            Self::Integers(ids) => HASHER.hash_one(ids.values[row]),
            Self::Texts(ids) => HASHER.hash_one(ids.get(row)),
        };
        mark.min(UNKNOWN - 1)
    }
}

/// A mark for what a day stands in for.
pub(super) fn mark_of_day(day: i32) -> u64 {
    HASHER.hash_one(("day", day)).min(UNKNOWN - 1)
}

/// Numbers the customers as they are met.
pub(super) enum Customers {
    Integers(Integers),
    Texts(TextIds),
}

#[derive(Default)]
pub(super) struct Integers {
    index: HashTable<(i64, u32)>,
    ids: Vec<i64>,
}

#[derive(Default)]
pub(super) struct TextIds {
    /// Hashes with the numbers of the customers.
    index: HashTable<(u64, u32)>,
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl TextIds {
    fn get(&self, number: u32) -> &[u8] {
        let number = number as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[number]]
    }
}

impl Customers {
    /// For ids of a type.
    pub(super) fn new(dtype: Option<&DataType>) -> Self {
        match dtype {
            Some(DataType::Int64) => Self::Integers(Integers::default()),
            _ => Self::Texts(TextIds::default()),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Integers(known) => known.ids.len(),
            Self::Texts(known) => known.ends.len(),
        }
    }

    /// The number of the customer in a row, a new one for a new customer; `None` when the column
    /// is of another type than those before.
    pub(super) fn number(&mut self, ids: Labels<'_>, row: usize) -> Option<u32> {
        match (self, ids) {
            (Self::Integers(known), Labels::Integers(ids)) => Some(known.number(ids.values[row])),
            (Self::Texts(known), Labels::Texts(ids)) => Some(known.number(ids.get(row))),
            _ => None,
        }
    }

    /// The ids in ascending order, and the rank of each customer among them by its number.
    pub(super) fn ranked(self) -> (Series, Vec<u32>) {
        let n = self.len() as u32;
        let mut order: Vec<u32> = (0..n).collect();
        let ids = match &self {
            Self::Integers(known) => {
                order.par_sort_unstable_by_key(|&number| known.ids[number as usize]);
                let sorted = order.iter().map(|&number| known.ids[number as usize]);
                Int64Chunked::from_iter_values(CUSTOMER.into(), sorted).into_series()
            }
            Self::Texts(known) => {
                order.par_sort_unstable_by(|&a, &b| known.get(a).cmp(known.get(b)));
                let mut texts = StringChunkedBuilder::new(CUSTOMER.into(), order.len());
                order.iter().for_each(|&number| texts.append_option(str::from_utf8(known.get(number)).ok()));
                texts.finish().into_series()
            }
        };
        let mut rank = vec![0; order.len()];
        (0..n).zip(&order).for_each(|(place, &number)| rank[number as usize] = place);
        (ids, rank)
    }
}

impl Integers {
    fn number(&mut self, id: i64) -> u32 {
        let Self { index, ids } = self;
        let hash = |id: i64| HASHER.hash_one(id);
        let new = (id, ids.len() as u32);
        index
            .entry(hash(id), |known| known.0 == id, |known| hash(known.0))
            .or_insert_with(|| {
                ids.push(id);
                new
            })
            .get()
            .1
    }
}

impl TextIds {
    fn number(&mut self, id: &[u8]) -> u32 {
        let hash = HASHER.hash_one(id);
        let is_same = |known: &(u64, u32)| known.0 == hash && self.get(known.1) == id;
        if let Some(known) = self.index.find(hash, is_same) {
            return known.1;
        }
        let number = self.ends.len() as u32;
        self.bytes.extend_from_slice(id);
        self.ends.push(self.bytes.len());
        self.index.insert_unique(hash, (hash, number), |known| known.0);
        number
    }
}
