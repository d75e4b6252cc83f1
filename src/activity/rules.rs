//! Which rows count, and what each says about its customer.

use std::ops::Range;

use chrono::NaiveDate;

use super::batch::{Batch, Orders};
use super::counts::RowCounts;
use super::customer::{Kind, Line};
use super::ids::Ids;
use super::params::{Activity, DatedBy, Incomplete, ZeroAmount};
use super::rows::{NO_SHARD, Row, Sharded, SortedRows, shard_of};
use crate::frame::calendar::{PeriodOf, day_number};
use crate::kernel::money::LARGEST_AMOUNT;

/// The settings as the inner loop needs them.
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    as_of: i32,
    /// Days before it are no dates: nothing is known of their time.
    calendar_start: i32,
    window_start: i32,
    amount_is_zero: bool,
    zero_is_purchase: bool,
    dated_by_any_line: bool,
    count_orders: bool,
    period: Option<PeriodOf>,
}

impl Rules {
    pub(crate) fn new(activity: &Activity) -> Self {
        let params = &activity.0;
        let as_of = day_number(params.as_of);
        let calendar_start = day_number(NaiveDate::MIN);
        Self {
            as_of,
            calendar_start,
            window_start: params
                .window_days
                .map_or(calendar_start, |days| as_of.saturating_sub_unsigned(days).saturating_add(1)),
            amount_is_zero: params.incomplete == Incomplete::AmountIsZero,
            zero_is_purchase: params.zero_amount == ZeroAmount::IsPurchase,
            dated_by_any_line: params.dated_by == DatedBy::AnyLine,
            count_orders: params.count_orders,
            period: params.count_periods.map(PeriodOf::new),
        }
    }

    /// Packs the rows of a range that count, sorted by shard, and counts all of them.
    pub(crate) fn pack<I: Ids>(
        &self,
        batch: &Batch<'_, I>,
        range: Range<usize>,
        sharded: &mut Vec<Sharded>,
        part: &mut SortedRows<I::Packed>,
    ) -> RowCounts {
        let mut counts = RowCounts { n_rows: range.len() as u64, ..RowCounts::default() };
        sharded.clear();
        sharded.extend(range.clone().map(|row| {
            let day = batch.days.get(row);
            let shard = match self.excluded(batch, row, day, &mut counts) {
                Some(reason) => {
                    *reason += 1;
                    NO_SHARD
                }
                None => shard_of(I::bits(I::pack(batch.customers, row))),
            };
            Sharded { day, shard }
        }));
        part.fill(sharded, |number, day| {
            let row = range.start + number;
            let amount = if batch.amounts.is_null(row) { f64::NAN } else { batch.amounts.values[row] };
            Row { id: I::pack(batch.customers, row), amount, day, row: row as u32 }
        });
        counts.n_used = part.n_sharded() as u64;
        counts
    }

    /// The counter of the reason for which a row does not count, if there is one.
    #[inline]
    fn excluded<'c, I: Ids>(
        &self,
        batch: &Batch<'_, I>,
        row: usize,
        day: i32,
        counts: &'c mut RowCounts,
    ) -> Option<&'c mut u64> {
        if batch.days.is_null(row) {
            Some(&mut counts.n_missing_time)
        } else if day > self.as_of {
            Some(&mut counts.n_after_as_of)
        } else if day < self.window_start {
            Some(if day < self.calendar_start { &mut counts.n_missing_time } else { &mut counts.n_before_window })
        } else if I::is_null(batch.customers, row) {
            Some(&mut counts.n_missing_customer)
        } else if self.count_orders && batch.orders.is_some_and(|orders| orders.is_null(row)) {
            Some(&mut counts.n_missing_order)
        } else if batch.amounts.is_null(row) {
            if !self.amount_is_zero {
                return Some(&mut counts.n_missing_amount);
            }
            counts.n_amount_taken_as_zero += 1;
            None
        } else if !(batch.amounts.values[row].abs() <= LARGEST_AMOUNT) {
            Some(&mut counts.n_unusable_amount)
        } else {
            None
        }
    }

    /// What a row that counts says about its customer.
    #[inline]
    pub(crate) fn line<P>(&self, orders: Option<Orders<'_>>, row: &Row<P>) -> Line {
        // A missing amount is NaN: it is no purchase, no refund, and adds nothing.
        let kind = if row.amount > 0.0 || (row.amount == 0.0 && self.zero_is_purchase) {
            Kind::Purchase
        } else if row.amount < 0.0 {
            Kind::Refund
        } else {
            Kind::Nothing
        };
        Line {
            day: row.day,
            amount: if kind == Kind::Nothing { 0.0 } else { row.amount },
            kind,
            dates: self.dated_by_any_line || kind == Kind::Purchase,
            period: self.period.map(|period| period.of_day(row.day)),
            order: orders.filter(|_| self.count_orders).map(|orders| orders.fingerprint(row.row as usize)),
        }
    }
}
