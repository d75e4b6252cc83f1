//! Rows of a batch packed into a few bytes and sorted by shard.

/// Shards of a state: enough that a shard of ten thousand customers fits a core's cache
/// when there are five million of them.
pub(crate) const N_SHARDS: usize = 1 << SHARD_BITS;
const SHARD_BITS: u32 = 9;

/// The shard of a hash, by bits that the tables inside a shard do not look at.
#[inline]
pub(crate) fn shard_of(hash: u64) -> u16 {
    (hash >> 40) as u16 & (NO_SHARD - 1)
}

/// Stands for no shard: the rows that do not count.
pub(crate) const NO_SHARD: u16 = N_SHARDS as u16;

/// What a summary takes from one row.
#[derive(Clone, Copy, Default)]
pub(crate) struct Row<P> {
    /// The customer.
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
    /// The shard of each row, in the order of the batch.
    shards: Vec<u16>,
    /// Where each shard's rows end; last, where those without a shard do.
    ends: Vec<u32>,
}

impl<P: Copy + Default> SortedRows<P> {
    /// Sorts the `n` rows that `row_of` makes by the shard that `shard_of_row` gives, by counting.
    pub(crate) fn fill(&mut self, n: usize, mut shard_of_row: impl FnMut(usize) -> u16, row_of: impl Fn(usize) -> Row<P>) {
        self.ends.clear();
        self.ends.resize(N_SHARDS + 1, 0);
        self.shards.clear();
        for row in 0..n {
            let shard = shard_of_row(row);
            self.shards.push(shard);
            self.ends[usize::from(shard)] += 1;
        }
        let mut start = 0;
        for slot in &mut self.ends {
            start += std::mem::replace(slot, start);
        }
        if self.rows.len() < n {
            self.rows.resize(n, Row::default());
        }
        for (row, &shard) in self.shards.iter().enumerate() {
            let place = &mut self.ends[usize::from(shard)];
            self.rows[*place as usize] = row_of(row);
            *place += 1;
        }
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
