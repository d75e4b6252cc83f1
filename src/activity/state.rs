//! The mergeable state behind one activity summary per customer.
//!
//! The customers are spread by a hash of their id over shards; a customer is half a
//! cache line. The rows of a batch are first sorted by shard, so that each shard is filled by
//! one thread and stays in its cache meanwhile. Counts and exact money are the same in
//! any order, so the state is a function of the set of rows alone.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rayon::prelude::*;

use super::column::Column;
use super::customer::{Customer, Kind, Line, add};
use super::ids::Ids;
use super::roster::{BLOCK, Roster};
use super::rows::{N_SHARDS, Row, SortedRows};
use crate::kernel::money::{Money, points_of, points_to_f64};

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

/// The customers of one shard and what few of their lines touch.
#[derive(Default)]
pub(crate) struct Shard<I> {
    pub(crate) roster: Roster<I>,
    /// Refunds in points, as positive numbers.
    refund_points: Column<i64>,
    /// What does not fit the points: amounts off the price grid, totals beyond 64 bits.
    rest_of_net: Column<Money>,
    rest_of_refunds: Column<Money>,
    n_orders: Column<u32>,
    n_periods: Column<u32>,
    periods: HashTable<PeriodOfCustomer>,
    orders: HashTable<OrderOfCustomer>,
    /// Whether a count or a sum has left its range.
    pub(crate) overflowed: bool,
}

impl<I: Ids> Shard<I> {
    /// Adds rows to their customers.
    fn add(&mut self, column: I::Column<'_>, rows: &[Row<I::Packed>], line_of: impl Fn(&Row<I::Packed>) -> Line) {
        for block in rows.chunks(BLOCK) {
            let places = self.roster.places(column, block);
            for (&place, row) in places.iter().zip(block) {
                self.add_line(place, line_of(row));
            }
        }
    }

    /// Adds one line to the customer at `place`.
    #[inline]
    fn add_line(&mut self, place: u32, line: Line) {
        let customer = self.roster.rows.get_mut(place);
        if line.dates {
            customer.see_day(line.day);
        }
        let mut fits = customer.count(line.kind);
        fits &= add_amount(&mut customer.net_points, &mut self.rest_of_net, place, line.amount);
        if line.kind == Kind::Refund {
            fits &= add_amount(self.refund_points.get_mut(place), &mut self.rest_of_refunds, place, -line.amount);
        }
        self.overflowed |= !fits;
        if line.kind == Kind::Purchase {
            self.add_order_and_period(place, &line);
        }
    }

    #[inline]
    fn add_order_and_period(&mut self, place: u32, line: &Line) {
        if let Some(order) = line.order {
            *self.n_orders.get_mut(place) += u32::from(add_order(&mut self.orders, OrderOfCustomer { place, order }));
        }
        if let Some(period) = line.period {
            let value = Money::of(line.amount).unwrap_or_default();
            let is_new = add_period(&mut self.periods, &mut self.overflowed, PeriodOfCustomer { place, period, value });
            *self.n_periods.get_mut(place) += u32::from(is_new);
        }
    }

    /// Adds all that another shard of the same hashes has seen.
    fn merge(&mut self, other: &Self) {
        let mut places = Vec::with_capacity(other.roster.len() as usize);
        let mut fits = !other.overflowed;
        for (theirs, their_place) in other.roster.iter().zip(0..) {
            let place = self.roster.adopt(&other.roster, theirs.key);
            let mine = self.roster.rows.get_mut(place);
            fits &= mine.merge(theirs);
            fits &= add_total(
                &mut mine.net_points,
                &mut self.rest_of_net,
                place,
                (theirs.net_points, other.rest_of_net.get(their_place)),
            );
            let refunds = (other.refund_points.get(their_place), other.rest_of_refunds.get(their_place));
            fits &= add_total(self.refund_points.get_mut(place), &mut self.rest_of_refunds, place, refunds);
            places.push(place);
        }
        self.overflowed |= !fits;
        for theirs in &other.orders {
            let place = places[theirs.place as usize];
            let is_new = add_order(&mut self.orders, OrderOfCustomer { place, ..*theirs });
            *self.n_orders.get_mut(place) += u32::from(is_new);
        }
        for theirs in &other.periods {
            let place = places[theirs.place as usize];
            let is_new = add_period(&mut self.periods, &mut self.overflowed, PeriodOfCustomer { place, ..*theirs });
            *self.n_periods.get_mut(place) += u32::from(is_new);
        }
    }

    /// What is known of the customer at `place`.
    #[inline]
    pub(crate) fn customer(&self, place: u32) -> Customer {
        self.roster.rows.get(place)
    }

    /// Purchases less refunds of the customer at `place`.
    #[inline]
    pub(crate) fn net_value(&self, place: u32) -> f64 {
        total_to_f64(self.customer(place).net_points, self.rest_of_net.get(place))
    }

    /// Refunds of the customer at `place`, as a positive number.
    #[inline]
    pub(crate) fn refund_value(&self, place: u32) -> f64 {
        total_to_f64(self.refund_points.get(place), self.rest_of_refunds.get(place))
    }

    /// Distinct orders of the customer at `place`.
    pub(crate) fn n_orders(&self, place: u32) -> u32 {
        self.n_orders.get(place)
    }

    /// Distinct periods of the customer at `place`.
    pub(crate) fn n_periods(&self, place: u32) -> u32 {
        self.n_periods.get(place)
    }

    /// What the customer at `place` bought outside one period.
    ///
    /// `None` when it leaves the range of a total.
    pub(crate) fn value_outside(&self, place: u32, period: i32) -> Option<f64> {
        let of_period = self.periods.find(hash_pair(place, period as u64), |p| p.place == place && p.period == period);
        // Purchases are the net value with the refunds put back.
        let parts = [
            Money::of_points(self.refund_points.get(place)),
            self.rest_of_net.get(place),
            self.rest_of_refunds.get(place),
        ];
        let all = parts.into_iter().try_fold(Money::of_points(self.customer(place).net_points), Money::checked_add);
        all?.checked_sub(of_period.map_or(Money::ZERO, |p| p.value)).map(Money::to_f64)
    }
}

/// Adds an amount to a total in points, or what does not fit to the rest; false when the
/// total leaves its range.
#[inline]
fn add_amount(points: &mut i64, rest: &mut Column<Money>, place: u32, amount: f64) -> bool {
    let on_grid = points_of(amount).is_some_and(|more| add(points, |sum| sum.checked_add(more)));
    on_grid || add(rest.get_mut(place), |sum| sum.checked_add(Money::of(amount).unwrap_or_default()))
}

/// Adds another total to one.
fn add_total(points: &mut i64, rest: &mut Column<Money>, place: u32, (more, more_rest): (i64, Money)) -> bool {
    let mut spill = more_rest;
    let mut fits =
        add(points, |sum| sum.checked_add(more)) || add(&mut spill, |sum| sum.checked_add(Money::of_points(more)));
    if spill != Money::ZERO {
        fits &= add(rest.get_mut(place), |sum| sum.checked_add(spill));
    }
    fits
}

/// The double nearest to a total.
#[inline]
fn total_to_f64(points: i64, rest: Money) -> f64 {
    if rest == Money::ZERO {
        return points_to_f64(points);
    }
    Money::of_points(points).checked_add(rest).map_or(f64::NAN, Money::to_f64)
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
        self.shards.iter().map(|shard| shard.roster.len() as usize).sum()
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
            if n_rows >= shard.roster.len() as usize / 2 {
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

    /// The shards, when no more rows are to come.
    pub(crate) fn into_shards(mut self) -> Vec<Shard<I>> {
        self.shards.iter_mut().for_each(|shard| shard.roster.drop_index());
        self.shards
    }
}
