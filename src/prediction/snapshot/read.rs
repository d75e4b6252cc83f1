//! One pass over the log: every purchase and refund, by customer and day.

use std::mem::take;

use chrono::NaiveDate;
use polars::prelude::*;
use rayon::prelude::*;

use super::NAME;
use super::customers::{Customers, Labels, mark_of_day};
use super::lines::{Line, PurchaseHistory, Roles, UNKNOWN};
use super::params::SnapshotParams;
use crate::activity::{Currency, Incomplete, RowCounts, ZeroAmount};
use crate::analysis::stream;
use crate::error::{Error, Result};
use crate::frame::TransactionLog;
use crate::frame::calendar::day_number;
use crate::frame::columns::{AMOUNT, CHANNEL, CURRENCY, CUSTOMER, ORDER, PRODUCT, TIME};
use crate::frame::extract::{Days, Values, days_of, f64_values, one_chunk};
use crate::kernel::money::LARGEST_AMOUNT;

/// The columns that a history is made of.
pub(super) fn plan(log: &TransactionLog) -> LazyFrame {
    let optional = [ORDER, PRODUCT, CHANNEL, CURRENCY].into_iter().filter(|role| log.has(role));
    log.frame().select([CUSTOMER, TIME, AMOUNT].into_iter().chain(optional).map(col).collect::<Vec<Expr>>())
}

/// Reads the planned transactions once.
pub(super) fn read(params: &SnapshotParams, mut plan: LazyFrame) -> Result<PurchaseHistory> {
    let schema = plan.collect_schema().map_err(Error::query(NAME))?;
    let has = |role: &str| schema.contains(role);
    let reading = Reading {
        customers: Customers::new(schema.get(CUSTOMER)),
        roles: Roles { order: has(ORDER), product: has(PRODUCT), channel: has(CHANNEL) },
        blocks: Vec::new(),
        counts: RowCounts::default(),
        currency: Currency::default(),
        days: None,
        calendar_start: day_number(NaiveDate::MIN),
        amount_is_zero: params.incomplete == Incomplete::AmountIsZero,
        zero_is_purchase: params.zero_amount == ZeroAmount::IsPurchase,
    };
    let reading = stream(NAME, plan, reading, |reading, batch| reading.add(&batch))?;
    if params.incomplete == Incomplete::Refuse {
        reading.counts.refuse_incomplete(NAME)?;
    }
    reading.into_history()
}

/// What has been read so far.
struct Reading {
    customers: Customers,
    roles: Roles,
    /// The lines of each batch; customers are numbered as they were met.
    blocks: Vec<Vec<Line>>,
    counts: RowCounts,
    currency: Currency,
    /// First and last day of a row that counts.
    days: Option<(i32, i32)>,
    calendar_start: i32,
    amount_is_zero: bool,
    zero_is_purchase: bool,
}

/// The columns of one batch.
struct Batch<'a> {
    customers: Labels<'a>,
    days: Days<'a>,
    amounts: Values<'a, f64>,
    orders: Option<Labels<'a>>,
    products: Option<Labels<'a>>,
    channels: Option<Labels<'a>>,
}

fn lost_types() -> Error {
    Error::Unusable { analysis: NAME, reason: "a batch lost the types of its roles".to_owned() }
}

impl Reading {
    fn add(&mut self, frame: &DataFrame) -> Result<()> {
        self.currency = take(&mut self.currency).merge(Currency::of(frame)?)?;
        let chunk = |name: &str| one_chunk(NAME, frame, name);
        let optional = |name: &str, has: bool| if has { chunk(name).map(Some) } else { Ok(None) };
        let (customers, times, amounts) = (chunk(CUSTOMER)?, chunk(TIME)?, chunk(AMOUNT)?);
        let orders = optional(ORDER, self.roles.order)?;
        let products = optional(PRODUCT, self.roles.product)?;
        let channels = optional(CHANNEL, self.roles.channel)?;
        let batch = Batch {
            customers: Labels::of(&customers).ok_or_else(lost_types)?,
            days: days_of(&times).ok_or_else(lost_types)?,
            amounts: f64_values(&amounts).ok_or_else(lost_types)?,
            orders: orders.as_deref().and_then(Labels::of),
            products: products.as_deref().and_then(Labels::of),
            channels: channels.as_deref().and_then(Labels::of),
        };
        let mut block = Vec::with_capacity(frame.height());
        for row in 0..frame.height() {
            if let Some(line) = self.line(&batch, row)? {
                block.push(line);
            }
        }
        self.counts.n_rows += frame.height() as u64;
        self.blocks.push(block);
        Ok(())
    }

    /// The line of a row, if it counts and says something about its customer.
    fn line(&mut self, batch: &Batch<'_>, row: usize) -> Result<Option<Line>> {
        let counts = &mut self.counts;
        let is_null = batch.amounts.is_null(row);
        let amount = if is_null { f64::NAN } else { batch.amounts.values[row] };
        let day = batch.days.get(row);
        let reason = if batch.days.is_null(row) || day < self.calendar_start {
            Some(&mut counts.n_missing_time)
        } else if batch.customers.is_missing(row) {
            Some(&mut counts.n_missing_customer)
        } else if is_null && !self.amount_is_zero {
            Some(&mut counts.n_missing_amount)
        } else if !is_null && !(amount.abs() <= LARGEST_AMOUNT) {
            Some(&mut counts.n_unusable_amount)
        } else {
            None
        };
        if let Some(reason) = reason {
            *reason += 1;
            return Ok(None);
        }
        counts.n_used += 1;
        counts.n_amount_taken_as_zero += u64::from(is_null);
        self.days = Some(self.days.map_or((day, day), |(first, last)| (first.min(day), last.max(day))));
        let customer = self.customers.number(batch.customers, row).ok_or_else(lost_types)?;
        // A missing amount taken as zero is no purchase, whatever a free line is.
        let is_line = !is_null && (amount != 0.0 || self.zero_is_purchase);
        Ok(is_line.then(|| Line { customer, day, amount, ..batch.marks(day, row) }))
    }

    /// Brings the lines of each customer together, by day.
    fn into_history(self) -> Result<PurchaseHistory> {
        let too_many = || Error::Numeric { analysis: NAME, verdict: "more than 4 x 10^9 customers".to_owned() };
        u32::try_from(self.customers.len()).map_err(|_| too_many())?;
        self.currency.check()?;
        let (ids, rank) = self.customers.ranked();
        let mut ends = vec![0; ids.len() + 1];
        for line in self.blocks.iter().flatten() {
            ends[rank[line.customer as usize] as usize] += 1;
        }
        let mut start = 0;
        ends.iter_mut().for_each(|end| start += std::mem::replace(end, start));
        let mut lines = vec![Line::default(); start];
        for block in self.blocks {
            for line in block {
                let customer = rank[line.customer as usize];
                let place = &mut ends[customer as usize];
                lines[*place] = Line { customer, ..line };
                *place += 1;
            }
        }
        // Each place has moved from the start of its customer to the end.
        let mut starts = ends;
        starts.rotate_right(1);
        starts[0] = 0;
        lines
            .par_chunk_by_mut(|a, b| a.customer == b.customer)
            .for_each(|of_one| of_one.sort_unstable_by_key(|line| line.day));
        Ok(PurchaseHistory {
            ids,
            starts,
            lines,
            counts: self.counts,
            roles: self.roles,
            first_day: self.days.map(|days| days.0),
            last_day: self.days.map(|days| days.1),
        })
    }
}

impl Batch<'_> {
    /// Order, product and channel of a row. The lines of a day that name no order are one.
    fn marks(&self, day: i32, row: usize) -> Line {
        let mark = |labels: Option<Labels<'_>>| labels.map_or(UNKNOWN, |labels| labels.mark(row));
        let order = match mark(self.orders) {
            UNKNOWN => mark_of_day(day),
            order => order,
        };
        Line { order, product: mark(self.products), channel: mark(self.channels), ..Line::default() }
    }
}
