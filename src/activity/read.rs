//! One pass over the transactions: batches in, states and row counts out.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use chrono::NaiveDate;
use polars::prelude::*;
use rayon::prelude::*;
use serde::Serialize;

use super::customer::{Kind, Line};
use super::ids::{Ids, IntegerIds, TextIds, order_fingerprint_of_text};
use super::params::{Activity, DatedBy, Incomplete, ZeroAmount};
use super::period::PeriodOf;
use super::rows::{NO_SHARD, Row, SortedRows, shard_of};
use super::state::State;
use crate::analysis::{Analysis, stream};
use crate::error::{Error, Result};
use crate::frame::columns::{AMOUNT, CURRENCY, CUSTOMER, ORDER, TIME};
use crate::frame::extract::{Days, Texts, Values, days_of, f64_values, i64_values, one_chunk, text_values};
use crate::kernel::money::{LARGEST_AMOUNT, Money};

/// What became of the rows read; every row is counted once, by the first reason that applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RowCounts {
    /// Rows read.
    pub n_rows: u64,
    /// Rows that count towards a customer.
    pub n_used: u64,
    /// Rows without a time, with a text that is not one, or before the first date of the calendar.
    pub n_missing_time: u64,
    /// Rows dated after `as_of`.
    pub n_after_as_of: u64,
    /// Rows dated before the window.
    pub n_before_window: u64,
    /// Rows without a customer.
    pub n_missing_customer: u64,
    /// Rows whose amount is null.
    pub n_missing_amount: u64,
    /// Rows whose amount is NaN, infinite or beyond 10^15.
    pub n_unusable_amount: u64,
    /// Rows without an order, where orders are counted.
    pub n_missing_order: u64,
    /// Rows among the used ones whose missing amount was taken as zero, as asked.
    pub n_amount_taken_as_zero: u64,
}

impl RowCounts {
    /// Adds the counts of other rows.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            n_rows: self.n_rows + other.n_rows,
            n_used: self.n_used + other.n_used,
            n_missing_time: self.n_missing_time + other.n_missing_time,
            n_after_as_of: self.n_after_as_of + other.n_after_as_of,
            n_before_window: self.n_before_window + other.n_before_window,
            n_missing_customer: self.n_missing_customer + other.n_missing_customer,
            n_missing_amount: self.n_missing_amount + other.n_missing_amount,
            n_unusable_amount: self.n_unusable_amount + other.n_unusable_amount,
            n_missing_order: self.n_missing_order + other.n_missing_order,
            n_amount_taken_as_zero: self.n_amount_taken_as_zero + other.n_amount_taken_as_zero,
        }
    }

    /// Rows that lack a readable time, a customer, a usable amount or a needed order.
    #[must_use]
    pub fn n_incomplete(&self) -> u64 {
        self.n_missing_time + self.n_missing_customer + self.n_missing_amount + self.n_unusable_amount + self.n_missing_order
    }
}

/// What one pass leaves: the customers and what became of the rows.
///
/// Readings of disjoint files merge into the reading of all of them.
pub struct ActivityReading {
    pub(crate) customers: Customers,
    pub(crate) counts: RowCounts,
    /// The one currency met, when the log has that role.
    pub(crate) currency: Option<String>,
}

/// The state, by the type of the ids.
pub(crate) enum Customers {
    Integers(State<IntegerIds>),
    Texts(State<TextIds>),
}

impl fmt::Debug for ActivityReading {
    /// Counts only: the state holds customers' data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActivityReading").field("counts", &self.counts).finish_non_exhaustive()
    }
}

impl ActivityReading {
    /// Adds the reading of other rows, made with the same settings.
    ///
    /// # Errors
    /// `Unusable` when the ids of one are numbers and of the other text, or the
    /// currencies differ.
    pub fn merge(mut self, other: Self) -> Result<Self> {
        self.counts = self.counts.merge(other.counts);
        self.currency = one_currency(self.currency, other.currency)?;
        match (&mut self.customers, other.customers) {
            (Customers::Integers(mine), Customers::Integers(theirs)) => mine.merge(&theirs),
            (Customers::Texts(mine), Customers::Texts(theirs)) => mine.merge(&theirs),
            _ => {
                return Err(Error::Unusable {
                    analysis: Activity::NAME,
                    reason: "customer ids are numbers in one reading and text in the other; cast both to text".to_owned(),
                });
            }
        }
        Ok(self)
    }
}

/// The currency of both, if they agree.
fn one_currency(mine: Option<String>, theirs: Option<String>) -> Result<Option<String>> {
    match (&mine, &theirs) {
        (Some(a), Some(b)) if a != b => Err(Error::Unusable {
            analysis: Activity::NAME,
            reason: format!("amounts in at least two currencies, `{a}` and `{b}`; convert or filter them first"),
        }),
        _ => Ok(mine.or(theirs)),
    }
}

/// Reads the planned transactions once for several summaries.
pub(crate) fn read(activities: &[&Activity], mut plan: LazyFrame) -> Result<Vec<ActivityReading>> {
    let schema = plan.collect_schema().map_err(Error::query(Activity::NAME))?;
    match schema.get(CUSTOMER) {
        Some(DataType::Int64) => read_as::<IntegerIds>(activities, plan, Customers::Integers),
        _ => read_as::<TextIds>(activities, plan, Customers::Texts),
    }
}

fn read_as<I: Ids>(
    activities: &[&Activity],
    plan: LazyFrame,
    wrap: fn(State<I>) -> Customers,
) -> Result<Vec<ActivityReading>> {
    let pass = Pass::<I>::new(activities);
    let mut pass = stream(Activity::NAME, plan, pass, Pass::add)?;
    pass.flush()?;
    let currency = pass.currency;
    let reading = |job: Job<I>| ActivityReading {
        customers: wrap(job.state),
        counts: job.counts,
        currency: currency.clone(),
    };
    Ok(pass.jobs.into_iter().map(reading).collect())
}

/// Rows that are waited for before any is added: the more rows a shard gets at once, the
/// fewer times its customers have to be fetched from memory.
const FEWEST_ROWS: usize = 1 << 20;
/// Rows that are waited for at the most, at about 50 bytes each.
const MOST_ROWS: usize = 1 << 22;

/// One pass over the log, filling several summaries.
struct Pass<I: Ids> {
    jobs: Vec<Job<I>>,
    currency: Option<String>,
    waiting: Vec<DataFrame>,
    n_waiting: usize,
}

impl<I: Ids> Pass<I> {
    fn new(activities: &[&Activity]) -> Self {
        let jobs = activities.iter().map(|activity| Job::new(activity)).collect();
        Self { jobs, currency: None, waiting: Vec::new(), n_waiting: 0 }
    }

    fn add(&mut self, frame: DataFrame) -> Result<()> {
        self.currency = one_currency(self.currency.take(), currency_of(&frame)?)?;
        self.n_waiting += frame.height();
        self.waiting.push(frame);
        // As many rows as customers, so that most of what is fetched is also used.
        let n_customers = self.jobs.iter().map(|job| job.state.n_customers()).max().unwrap_or(0);
        if self.n_waiting >= n_customers.clamp(FEWEST_ROWS, MOST_ROWS) { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        let frames: Vec<OneChunk<'_>> = waiting.iter().map(OneChunk::of).collect::<Result<_>>()?;
        let batches: Vec<Batch<'_, I>> = frames.iter().map(Batch::of).collect::<Result<_>>()?;
        self.jobs.iter_mut().for_each(|job| job.add(&batches));
        self.n_waiting = 0;
        Ok(())
    }
}

/// The one currency of a batch, if it has that column and any value in it.
fn currency_of(frame: &DataFrame) -> Result<Option<String>> {
    let Ok(column) = frame.column(CURRENCY) else { return Ok(None) };
    let met = column.unique().and_then(|met| Ok(met.str()?.clone())).map_err(Error::query(Activity::NAME))?;
    met.iter().flatten().try_fold(None, |seen, next| one_currency(seen, Some(next.to_owned())))
}

/// The columns of one batch as slices.
struct Batch<'a, I: Ids> {
    n_rows: usize,
    customers: I::Column<'a>,
    days: Days<'a>,
    amounts: Values<'a, f64>,
    orders: Option<Orders<'a>>,
}

#[derive(Clone, Copy)]
enum Orders<'a> {
    Integers(Values<'a, i64>),
    Texts(Texts<'a>),
}

impl Orders<'_> {
    fn is_null(self, row: usize) -> bool {
        match self {
            Self::Integers(ids) => ids.is_null(row),
            Self::Texts(ids) => ids.is_null(row),
        }
    }

    fn fingerprint(self, row: usize) -> u128 {
        match self {
            Self::Integers(ids) => u128::from(ids.values[row] as u64),
            Self::Texts(ids) => order_fingerprint_of_text(ids.get(row)),
        }
    }
}

/// The columns of one batch, each in one chunk.
struct OneChunk<'a> {
    customers: Cow<'a, Series>,
    times: Cow<'a, Series>,
    amounts: Cow<'a, Series>,
    orders: Option<Cow<'a, Series>>,
}

impl<'a> OneChunk<'a> {
    fn of(frame: &'a DataFrame) -> Result<Self> {
        let chunk = |name| one_chunk(Activity::NAME, frame, name);
        let orders = if frame.column(ORDER).is_ok() { Some(chunk(ORDER)?) } else { None };
        Ok(Self { customers: chunk(CUSTOMER)?, times: chunk(TIME)?, amounts: chunk(AMOUNT)?, orders })
    }
}

impl<'a, I: Ids> Batch<'a, I> {
    fn of(frame: &'a OneChunk<'_>) -> Result<Self> {
        let columns = (I::column(&frame.customers), days_of(&frame.times), f64_values(&frame.amounts));
        let (Some(customers), Some(days), Some(amounts)) = columns else {
            return Err(Error::Unusable {
                analysis: Activity::NAME,
                reason: "a batch lost the types of its roles".to_owned(),
            });
        };
        let orders = frame.orders.as_deref().and_then(|orders| {
            i64_values(orders).map(Orders::Integers).or_else(|| text_values(orders).map(Orders::Texts))
        });
        Ok(Self { n_rows: frame.amounts.len(), customers, days, amounts, orders })
    }
}

/// Rows that one thread packs at a time; their 24 bytes each stay in its cache.
const PART: usize = 1 << 16;

impl<I: Ids> Batch<'_, I> {
    /// The rows in parts that one thread packs at a time.
    fn ranges(&self) -> impl Iterator<Item = (&Self, Range<usize>)> {
        (0..self.n_rows).step_by(PART).map(move |start| (self, start..(start + PART).min(self.n_rows)))
    }
}

/// One summary being filled.
struct Job<I: Ids> {
    state: State<I>,
    counts: RowCounts,
    rules: Rules,
    sorted: Vec<SortedRows<I::Packed>>,
}

impl<I: Ids> Job<I> {
    fn new(activity: &Activity) -> Self {
        let rules = Rules::new(activity);
        Self { state: State::default(), counts: RowCounts::default(), rules, sorted: Vec::new() }
    }

    /// Sorts the rows by what becomes of them and adds those that count.
    fn add(&mut self, batches: &[Batch<'_, I>]) {
        let Self { state, counts, rules, sorted } = self;
        let ranges: Vec<(&Batch<'_, I>, Range<usize>)> = batches.iter().flat_map(Batch::ranges).collect();
        if sorted.len() < ranges.len() {
            sorted.resize_with(ranges.len(), SortedRows::default);
        }
        let packed: Vec<RowCounts> = ranges
            .par_iter()
            .zip(sorted.par_iter_mut())
            .map(|((batch, range), rows)| rules.pack(batch, range.clone(), rows))
            .collect();
        *counts = packed.into_iter().fold(*counts, RowCounts::merge);
        let parts: Vec<_> = ranges.iter().zip(sorted).map(|((batch, _), rows)| (*batch, &*rows)).collect();
        state.add(&parts, |batch| batch.customers, |batch, row| rules.line(batch.orders, row));
    }
}

/// The settings as the inner loop needs them.
#[derive(Clone, Copy)]
struct Rules {
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
    fn new(activity: &Activity) -> Self {
        let params = &activity.0;
        let as_of = day_number(params.as_of);
        let calendar_start = day_number(NaiveDate::MIN);
        Self {
            as_of,
            calendar_start,
            window_start: params.window_days.map_or(calendar_start, |days| as_of.saturating_sub_unsigned(days).saturating_add(1)),
            amount_is_zero: params.incomplete == Incomplete::AmountIsZero,
            zero_is_purchase: params.zero_amount == ZeroAmount::IsPurchase,
            dated_by_any_line: params.dated_by == DatedBy::AnyLine,
            count_orders: params.count_orders,
            period: params.count_periods.map(PeriodOf::new),
        }
    }

    /// Packs the rows of a range that count, sorted by shard, and counts all of them.
    fn pack<I: Ids>(&self, batch: &Batch<'_, I>, range: Range<usize>, part: &mut SortedRows<I::Packed>) -> RowCounts {
        let mut counts = RowCounts { n_rows: range.len() as u64, ..RowCounts::default() };
        let shard = |row| match self.excluded(batch, range.start + row, &mut counts) {
            Some(reason) => {
                *reason += 1;
                NO_SHARD
            }
            None => shard_of(I::hash(I::pack(batch.customers, range.start + row))),
        };
        let pack = |row| {
            let row = range.start + row;
            let amount = if batch.amounts.is_null(row) { f64::NAN } else { batch.amounts.values[row] };
            Row { id: I::pack(batch.customers, row), amount, day: batch.days.get(row), row: row as u32 }
        };
        part.fill(range.len(), shard, pack);
        counts.n_used = part.n_sharded() as u64;
        counts
    }

    /// The counter of the reason for which a row does not count, if there is one.
    #[inline]
    fn excluded<'c, I: Ids>(
        &self,
        batch: &Batch<'_, I>,
        row: usize,
        counts: &'c mut RowCounts,
    ) -> Option<&'c mut u64> {
        let day = batch.days.get(row);
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
    fn line<P>(&self, orders: Option<Orders<'_>>, row: &Row<P>) -> Line {
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
            amount: Money::of(row.amount).unwrap_or_default(),
            kind,
            dates: self.dated_by_any_line || kind == Kind::Purchase,
            period: self.period.map(|period| period.of_day(row.day)),
            order: orders.filter(|_| self.count_orders).map(|orders| orders.fingerprint(row.row as usize)),
        }
    }
}

/// Days since 1970-01-01.
pub(crate) fn day_number(date: NaiveDate) -> i32 {
    date.to_epoch_days()
}
