//! The customers of one shard: a small index of hashes over dense rows.
//!
//! A lookup first finds a 32-bit tag in the index, which stays in the core's nearest
//! cache, then verifies the id in the customer's own row. The rows of a block take
//! the two steps together, so that the misses of the second overlap.

use std::hint::black_box;

use hashbrown::HashTable;

use super::column::Column;
use super::customer::Customer;
use super::ids::Ids;
use super::rows::Row;

/// Rows looked up together.
pub(crate) const BLOCK: usize = 16;

/// A customer's tag and the place of the row.
#[derive(Clone, Copy)]
struct Slot {
    tag: u32,
    row: u32,
}

impl Slot {
    /// The index works on the tag alone, so that it grows without visiting the customers.
    #[inline]
    fn spread(tag: u32) -> u64 {
        u64::from(tag).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// The low half of an id's bits; shards are told apart by the high one.
#[inline]
fn tag_of(bits: u64) -> u32 {
    bits as u32
}

/// Customers in the order of their arrival, found by id.
#[derive(Default)]
pub(crate) struct Roster<I> {
    pub(crate) ids: I,
    /// What is known of each customer, by place.
    pub(crate) rows: Column<Customer>,
    len: u32,
    index: HashTable<Slot>,
}

impl<I: Ids> Roster<I> {
    /// How many customers there are.
    #[inline]
    pub(crate) fn len(&self) -> u32 {
        self.len
    }

    /// The customers in the order of their places.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Customer> {
        self.rows.iter().take(self.len as usize)
    }

    /// Where the customers of at most [`BLOCK`] rows are; new ones are added.
    #[inline]
    pub(crate) fn places(&mut self, column: I::Column<'_>, block: &[Row<I::Packed>]) -> [u32; BLOCK] {
        let mut places = [u32::MAX; BLOCK];
        for (place, row) in places.iter_mut().zip(block) {
            let tag = tag_of(I::bits(row.id));
            if let Some(slot) = self.index.find(Slot::spread(tag), |slot| slot.tag == tag) {
                *place = slot.row;
            }
        }
        let mut known = [false; BLOCK];
        for ((known, &place), row) in known.iter_mut().zip(&places).zip(block) {
            *known = place < self.len && self.ids.is(self.rows.get(place).key, column, row);
        }
        for ((place, known), row) in places.iter_mut().zip(known).zip(block) {
            if !known {
                *place = self.find_or_add(column, row);
            }
        }
        places
    }

    /// The place of a customer that is new, or shares its tag with another.
    #[cold]
    fn find_or_add(&mut self, column: I::Column<'_>, row: &Row<I::Packed>) -> u32 {
        let Self { ids, rows, index, .. } = self;
        let tag = tag_of(I::bits(row.id));
        let is_same = |slot: &Slot| slot.tag == tag && ids.is(rows.get(slot.row).key, column, row);
        match index.find(Slot::spread(tag), is_same) {
            Some(slot) => slot.row,
            None => {
                let key = self.ids.insert(column, row);
                self.push(tag, key)
            }
        }
    }

    /// The place of the customer that another roster knows by `key`.
    pub(crate) fn adopt(&mut self, other: &Self, key: u64) -> u32 {
        let Self { ids, rows, index, .. } = self;
        let tag = tag_of(I::bits(other.ids.pack_key(key)));
        let is_same = |slot: &Slot| slot.tag == tag && ids.is_same(rows.get(slot.row).key, &other.ids, key);
        match index.find(Slot::spread(tag), is_same) {
            Some(slot) => slot.row,
            None => {
                let key = self.ids.adopt(&other.ids, key);
                self.push(tag, key)
            }
        }
    }

    /// Reads all customers in a row: where most of them are about to be changed, this
    /// brings them near at the speed of memory rather than one miss at a time.
    pub(crate) fn warm(&self) {
        let tags = self.index.iter().fold(0, |sum, slot| sum ^ slot.tag);
        let keys = self.rows.iter().fold(0, |sum, customer| sum ^ customer.key);
        black_box((tags, keys));
    }

    /// Gives the index back once nobody is looked up any more.
    pub(crate) fn drop_index(&mut self) {
        self.index = HashTable::new();
    }

    fn push(&mut self, tag: u32, key: u64) -> u32 {
        let row = self.len;
        self.len += 1;
        self.rows.get_mut(row).key = key;
        self.index.insert_unique(Slot::spread(tag), Slot { tag, row }, |slot| Slot::spread(slot.tag));
        row
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::{Int64Chunked, IntoSeries, NewChunkedArray};

    use super::super::ids::IntegerIds;
    use super::*;

    #[test]
    fn ids_with_the_same_tag_are_told_apart() {
        // Four packed ids that differ in their high halves only.
        let packed: Vec<u64> = (0..4).map(|high| high << 32 | 77).collect();
        let ids =
            Int64Chunked::from_iter_values("id".into(), packed.iter().map(|&key| IntegerIds.get(key))).into_series();
        let column = IntegerIds::column(&ids).unwrap();
        assert!(packed.iter().enumerate().all(|(row, &id)| IntegerIds::pack(column, row) == id));
        let block: Vec<Row<u64>> = [0, 1, 2, 1, 3, 0].map(|i| Row { id: packed[i], ..Row::default() }).to_vec();
        let mut roster = Roster::<IntegerIds>::default();
        assert_eq!(roster.places(column, &block)[..6], [0, 1, 2, 1, 3, 0]);
        assert_eq!(roster.places(column, &block)[..6], [0, 1, 2, 1, 3, 0]);
        let mut other = Roster::<IntegerIds>::default();
        assert_eq!([3, 2, 3, 0].map(|i| other.adopt(&roster, packed[i])), [0, 1, 0, 2]);
        assert_eq!(other.iter().map(|customer| customer.key).collect::<Vec<_>>(), [packed[3], packed[2], packed[0]]);
    }
}
