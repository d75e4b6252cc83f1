//! One pass over the transactions: batches in, readings out.

use std::cell::RefCell;
use std::ops::Range;

use polars::prelude::*;
use rayon::prelude::*;

use super::batch::{Batch, OneChunk};
use super::counts::RowCounts;
use super::currency::Currency;
use super::ids::{Ids, IntegerIds};
use super::params::Activity;
use super::reading::{ActivityReading, Customers};
use super::rows::{Sharded, SortedRows};
use super::rules::Rules;
use super::state::State;
use super::text_ids::TextIds;
use crate::analysis::{Analysis, stream};
use crate::error::{Error, Result};
use crate::frame::columns::CUSTOMER;

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
    let reading = |(job, activity): (Job<I>, &&Activity)| ActivityReading {
        params: activity.0.clone(),
        customers: wrap(job.state),
        counts: job.counts,
        currency: currency.clone(),
    };
    Ok(pass.jobs.into_iter().zip(activities).map(reading).collect())
}

/// Rows that are waited for before any is added: the more rows a shard gets at once, the
/// fewer times its customers have to be fetched from memory.
const FEWEST_ROWS: usize = 1 << 20;
/// Rows that are waited for at the most, at about 50 bytes each.
const MOST_ROWS: usize = 1 << 22;

/// One pass over the log, filling several summaries.
struct Pass<I: Ids> {
    jobs: Vec<Job<I>>,
    currency: Currency,
    waiting: Vec<DataFrame>,
    n_waiting: usize,
}

impl<I: Ids> Pass<I> {
    fn new(activities: &[&Activity]) -> Self {
        let jobs = activities.iter().map(|activity| Job::new(activity)).collect();
        Self { jobs, currency: Currency::default(), waiting: Vec::new(), n_waiting: 0 }
    }

    fn add(&mut self, frame: DataFrame) -> Result<()> {
        self.currency = std::mem::take(&mut self.currency).merge(Currency::of(&frame)?)?;
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

thread_local! {
    /// Kept from part to part, as fresh memory is dear.
    static SHARDED: RefCell<Vec<Sharded>> = const { RefCell::new(Vec::new()) };
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
            .map(|((batch, range), rows)| {
                SHARDED.with_borrow_mut(|sharded| rules.pack(batch, range.clone(), sharded, rows))
            })
            .collect();
        *counts = packed.into_iter().fold(*counts, RowCounts::merge);
        let parts: Vec<_> = ranges.iter().zip(sorted).map(|((batch, _), rows)| (*batch, &*rows)).collect();
        state.add(&parts, |batch| batch.customers, |batch, row| rules.line(batch.orders, row));
    }
}
