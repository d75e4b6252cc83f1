//! Rows of a batch packed into a few bytes and sorted by shard.

use std::hint::black_box;

/// Shards of a state: enough that a shard of ten thousand customers fits a core's cache
/// when there are five million of them.
pub(crate) const N_SHARDS: usize = 1 << SHARD_BITS;
const SHARD_BITS: u32 = 9;

/// The shard of a packed id, by bits that the tables inside a shard do not look at.
#[inline]
pub(crate) fn shard_of(packed: u64) -> u16 {
    (packed >> 40) as u16 & (NO_SHARD - 1)
}

/// Stands for no shard: the rows that do not count.
pub(crate) const NO_SHARD: u16 = N_SHARDS as u16;

/// What a summary takes from one row.
#[derive(Clone, Copy, Default)]
pub(crate) struct Row<P> {
    /// The customer's packed id.
    pub(crate) id: P,
    /// The amount; NaN stands for one that is missing.
    pub(crate) amount: f64,
    /// Days since 1970-01-01.
    pub(crate) day: i32,
    /// Position in the batch.
    pub(crate) row: u32,
}

/// Rows in the order of their shards; kept from batch to batch, as fresh memory is dear.
#[derive(Default)]
pub(crate) struct SortedRows<P> {
    rows: Vec<Row<P>>,
    /// Where each shard's rows end; last, where those without a shard do.
    ends: Vec<u32>,
}

/// What has to be known of a row before the rows can be sorted.
#[derive(Clone, Copy)]
pub(crate) struct Sharded {
    /// Days since 1970-01-01.
    pub(crate) day: i32,
    pub(crate) shard: u16,
}

impl<P: Copy + Default> SortedRows<P> {
    /// Sorts rows by shard, by counting; `row_of` makes the row at a position, of a day.
    pub(crate) fn fill(&mut self, sharded: &[Sharded], row_of: impl Fn(usize, i32) -> Row<P>) {
        self.ends.clear();
        self.ends.resize(N_SHARDS + 1, 0);
        for row in sharded {
            self.ends[usize::from(row.shard)] += 1;
        }
        let mut start = 0;
        for slot in &mut self.ends {
            start += std::mem::replace(slot, start);
        }
        if self.rows.len() < sharded.len() {
            self.rows.resize(sharded.len(), Row::default());
        }
        self.warm(sharded.len());
        for (number, row) in sharded.iter().enumerate() {
            let place = &mut self.ends[usize::from(row.shard)];
            self.rows[*place as usize] = row_of(number, row.day);
            *place += 1;
        }
    }

    /// Reads the slots about to be written: the rows go to hundreds of places in turn, too
    /// many for the core to foresee, while reading in a row brings the slots near in advance.
    fn warm(&self, n: usize) {
        black_box(self.rows[..n].iter().step_by(2).fold(0, |sum, slot| sum ^ slot.row));
    }

    /// The rows of one shard.
    pub(crate) fn of_shard(&self, shard: usize) -> &[Row<P>] {
        // Nothing was read where there are no ends.
        let end = self.ends.get(shard).map_or(0, |&end| end as usize);
        let start = shard.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |&end| end as usize);
        &self.rows[start..end]
    }

    /// How many rows have a shard.
    pub(crate) fn n_sharded(&self) -> usize {
        self.ends.get(N_SHARDS - 1).map_or(0, |&end| end as usize)
    }
}
