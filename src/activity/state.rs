//! The mergeable state behind one activity summary per customer.
//!
//! The customers are spread by a hash of their id over shards; a customer is one cache
//! line. The rows of a batch are first sorted by shard, so that each shard is filled by
//! one thread and stays in its cache meanwhile. Counts and exact money are the same in
//! any order, so the state is a function of the set of rows alone.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rayon::prelude::*;

use super::customer::{Kind, Line};
use super::ids::Ids;
use super::roster::{BLOCK, Roster};
use super::rows::{N_SHARDS, Row, SortedRows};
use crate::kernel::money::Money;

/// One purchase period of one customer.
#[derive(Clone, Copy)]
struct PeriodOfCustomer {
    place: u32,
    period: i32,
    value: Money,
}

/// One order of one customer.
#[derive(Clone, Copy, PartialEq, Eq)]
struct OrderOfCustomer {
    place: u32,
    order: u128,
}

/// The customers of one shard and, where asked for, their periods and orders.
#[derive(Default)]
pub(crate) struct Shard<I> {
    pub(crate) roster: Roster<I>,
    periods: HashTable<PeriodOfCustomer>,
    orders: HashTable<OrderOfCustomer>,
    /// Whether a count or a sum has left its range.
    pub(crate) overflowed: bool,
}

impl<I: Ids> Shard<I> {
    /// Adds rows to their customers.
    fn add(&mut self, column: I::Column<'_>, rows: &[Row<I::Packed>], line_of: impl Fn(&Row<I::Packed>) -> Line) {
        for block in rows.chunks(BLOCK) {
            let places = self.roster.places(column, block.iter().map(|row| row.id));
            for (&place, row) in places.iter().zip(block) {
                self.add_line(place, line_of(row));
            }
        }
    }

    /// Adds one line to the customer at `place`.
    #[inline]
    fn add_line(&mut self, place: u32, line: Line) {
        let customer = &mut self.roster.rows[place as usize];
        if line.dates {
            customer.see_day(line.day);
        }
        self.overflowed |= !customer.add_amount(&line);
        if line.kind != Kind::Purchase {
            return;
        }
        if let Some(order) = line.order {
            customer.n_orders += u32::from(add_order(&mut self.orders, OrderOfCustomer { place, order }));
        }
        if let Some(period) = line.period {
            let new = PeriodOfCustomer { place, period, value: line.amount };
            customer.n_periods += u32::from(add_period(&mut self.periods, &mut self.overflowed, new));
        }
    }

    /// Adds all that another shard of the same hashes has seen.
    fn merge(&mut self, other: &Self) {
        self.overflowed |= other.overflowed;
        let mut places = Vec::with_capacity(other.roster.rows.len());
        for theirs in &other.roster.rows {
            let place = self.roster.adopt(&other.roster, theirs.key);
            self.overflowed |= !self.roster.rows[place as usize].merge(theirs);
            places.push(place);
        }
        for theirs in &other.orders {
            let place = places[theirs.place as usize];
            let is_new = add_order(&mut self.orders, OrderOfCustomer { place, ..*theirs });
            self.roster.rows[place as usize].n_orders += u32::from(is_new);
        }
        for theirs in &other.periods {
            let place = places[theirs.place as usize];
            let is_new = add_period(&mut self.periods, &mut self.overflowed, PeriodOfCustomer { place, ..*theirs });
            self.roster.rows[place as usize].n_periods += u32::from(is_new);
        }
    }

    /// What the customer at `place` bought in one period.
    pub(crate) fn period_value(&self, place: u32, period: i32) -> Money {
        let found = self.periods.find(hash_pair(place, period as u64), |p| p.place == place && p.period == period);
        found.map_or(Money::ZERO, |p| p.value)
    }
}

/// A hash of a customer's place together with something of that customer.
#[inline]
fn hash_pair(place: u32, item: u64) -> u64 {
    let product = u128::from(u64::from(place) ^ 0x9e37_79b9_7f4a_7c15) * u128::from(item ^ 0xd1b5_4a32_d192_ed03);
    ((product as u64) ^ (product >> 64) as u64).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

#[inline]
fn hash_order(order: &OrderOfCustomer) -> u64 {
    hash_pair(order.place, (order.order as u64).rotate_left(32) ^ (order.order >> 64) as u64)
}

/// Remembers an order of a customer; returns whether it is new.
fn add_order(orders: &mut HashTable<OrderOfCustomer>, new: OrderOfCustomer) -> bool {
    match orders.entry(hash_order(&new), |old| *old == new, hash_order) {
        Entry::Occupied(_) => false,
        Entry::Vacant(slot) => {
            slot.insert(new);
            true
        }
    }
}

/// Adds a purchase's value to its period; returns whether the period is new.
fn add_period(periods: &mut HashTable<PeriodOfCustomer>, overflowed: &mut bool, new: PeriodOfCustomer) -> bool {
    let hash = |p: &PeriodOfCustomer| hash_pair(p.place, p.period as u64);
    match periods.entry(hash(&new), |old| old.place == new.place && old.period == new.period, hash) {
        Entry::Occupied(mut old) => {
            let sum = old.get().value.checked_add(new.value);
            *overflowed |= sum.is_none();
            old.get_mut().value = sum.unwrap_or_default();
            false
        }
        Entry::Vacant(slot) => {
            slot.insert(new);
            true
        }
    }
}

/// All customers seen so far, in shards that are filled in parallel.
pub(crate) struct State<I> {
    shards: Vec<Shard<I>>,
}

impl<I: Ids> Default for State<I> {
    fn default() -> Self {
        Self { shards: (0..N_SHARDS).map(|_| Shard::default()).collect() }
    }
}

impl<I: Ids> State<I> {
    /// How many customers have been seen.
    pub(crate) fn n_customers(&self) -> usize {
        self.shards.iter().map(|shard| shard.roster.rows.len()).sum()
    }

    /// Adds rows that come in parts, each sorted by shard and with the batch it is from.
    pub(crate) fn add<'c, B: Sync>(
        &mut self,
        parts: &[(&B, &SortedRows<I::Packed>)],
        column_of: impl Fn(&B) -> I::Column<'c> + Sync,
        line_of: impl Fn(&B, &Row<I::Packed>) -> Line + Sync,
    ) {
        self.shards.par_iter_mut().enumerate().for_each(|(number, shard)| {
            let n_rows: usize = parts.iter().map(|(_, rows)| rows.of_shard(number).len()).sum();
            if n_rows >= shard.roster.rows.len() / 2 {
                shard.roster.warm();
            }
            for &(batch, rows) in parts {
                shard.add(column_of(batch), rows.of_shard(number), |row| line_of(batch, row));
            }
        });
    }

    /// Adds all that another state has seen: as if its rows had been read here.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.shards.par_iter_mut().zip(&other.shards).for_each(|(mine, theirs)| mine.merge(theirs));
    }

    /// The shards.
    pub(crate) fn into_shards(self) -> Vec<Shard<I>> {
        self.shards
    }
}
