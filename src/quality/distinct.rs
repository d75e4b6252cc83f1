//! The distinct values of a column with their counts, up to a number of them.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::cells::{Key, spread};

/// One distinct value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value {
    key: Key,
    pub(super) count: u64,
    /// What is known of the value, packed.
    pub(super) facts: u32,
}

/// Distinct values; none is remembered any more once there are more than `most`.
#[derive(Clone, Debug)]
pub(super) struct Distinct {
    values: HashTable<Value>,
    most: usize,
    are_too_many: bool,
}

impl Distinct {
    pub(super) fn new(most: usize) -> Self {
        Self { values: HashTable::new(), most, are_too_many: false }
    }

    pub(super) fn are_too_many(&self) -> bool {
        self.are_too_many
    }

    /// Counts `n` cells of a value; `facts` are asked for when it is new. Not to be called
    /// once there are too many. The values are handed back when there are too many now.
    #[inline]
    pub(super) fn add(&mut self, key: Key, n: u64, facts: impl FnOnce() -> u32) -> Option<Vec<Value>> {
        match self.values.entry(spread(&key), |value| value.key == key, |value| spread(&value.key)) {
            Entry::Occupied(mut value) => value.get_mut().count += n,
            Entry::Vacant(slot) => {
                slot.insert(Value { key, count: n, facts: facts() });
            }
        }
        (self.values.len() > self.most).then(|| self.give_up())
    }

    /// Remembers no values from now on, and hands back those that there are.
    pub(super) fn give_up(&mut self) -> Vec<Value> {
        self.are_too_many = true;
        std::mem::take(&mut self.values).into_iter().collect()
    }

    /// The values, in no particular order.
    pub(super) fn values(&self) -> impl Iterator<Item = (Key, Value)> {
        self.values.iter().map(|value| (value.key, *value))
    }

    /// How many there are, if that is known.
    pub(super) fn len(&self) -> Option<u64> {
        (!self.are_too_many).then_some(self.values.len() as u64)
    }

    /// The count of the most frequent value, if known.
    pub(super) fn largest_count(&self) -> Option<u64> {
        if self.are_too_many { None } else { self.values.iter().map(|value| value.count).max() }
    }
}

/// A set of keys.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys(HashTable<Key>);

impl Keys {
    #[inline]
    pub(super) fn insert(&mut self, key: Key) {
        if let Entry::Vacant(slot) = self.0.entry(spread(&key), |known| *known == key, spread) {
            slot.insert(key);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        other.0.iter().for_each(|&key| self.insert(key));
    }

    pub(super) fn clear(&mut self) {
        self.0 = HashTable::new();
    }

    pub(super) fn len(&self) -> u64 {
        self.0.len() as u64
    }
}
