//! The customers of one shard: a small index of hashes over dense rows.
//!
//! A lookup first finds a 32-bit tag in the index, which stays in the core's nearest
//! cache, then verifies the id in the customer's own cache line. The rows of a block take
//! the two steps together, so that the misses of the second overlap.

use std::hint::black_box;

use hashbrown::HashTable;

use super::customer::Customer;
use super::ids::Ids;

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

/// The low half of a hash; shards are told apart by bits of the high one.
#[inline]
fn tag_of(hash: u64) -> u32 {
    hash as u32
}

/// Customers in the order of their arrival, found by id.
#[derive(Default)]
pub(crate) struct Roster<I> {
    pub(crate) ids: I,
    pub(crate) rows: Vec<Customer>,
    index: HashTable<Slot>,
}

impl<I: Ids> Roster<I> {
    /// Where the customers of a block of packed ids are; new ones are added.
    #[inline]
    pub(crate) fn places(&mut self, column: I::Column<'_>, block: impl ExactSizeIterator<Item = I::Packed> + Clone) -> [u32; BLOCK] {
        let mut places = [u32::MAX; BLOCK];
        for (place, id) in places.iter_mut().zip(block.clone()) {
            let tag = tag_of(I::hash(id));
            if let Some(slot) = self.index.find(Slot::spread(tag), |slot| slot.tag == tag) {
                *place = slot.row;
            }
        }
        let mut known = [false; BLOCK];
        for ((known, &place), id) in known.iter_mut().zip(&places).zip(block.clone()) {
            *known = self.rows.get(place as usize).is_some_and(|customer| self.ids.is(customer.key, column, id));
        }
        for ((place, known), id) in places.iter_mut().zip(known).zip(block) {
            if !known {
                *place = self.find_or_add(column, id);
            }
        }
        places
    }

    /// The place of a customer that is new, or shares its tag with another.
    fn find_or_add(&mut self, column: I::Column<'_>, id: I::Packed) -> u32 {
        let Self { ids, rows, index } = self;
        let tag = tag_of(I::hash(id));
        let found = index.find(Slot::spread(tag), |slot| slot.tag == tag && ids.is(rows[slot.row as usize].key, column, id));
        match found {
            Some(slot) => slot.row,
            None => {
                let key = self.ids.insert(column, id);
                self.push(tag, key)
            }
        }
    }

    /// The place of the customer that another roster knows by `key`.
    pub(crate) fn adopt(&mut self, other: &Self, key: u64) -> u32 {
        let Self { ids, rows, index } = self;
        let tag = tag_of(other.ids.hash_of_key(key));
        let is_same = |slot: &Slot| slot.tag == tag && ids.is_same(rows[slot.row as usize].key, &other.ids, key);
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

    fn push(&mut self, tag: u32, key: u64) -> u32 {
        let row = self.rows.len() as u32;
        self.rows.push(Customer::new(key));
        self.index.insert_unique(Slot::spread(tag), Slot { tag, row }, |slot| Slot::spread(slot.tag));
        row
    }
}
