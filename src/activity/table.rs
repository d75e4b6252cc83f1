//! One row per customer, in the order of their ids.

use polars::prelude::*;
use rayon::prelude::*;
use serde::{Serialize, Serializer};

use super::customer::{Customer, NO_DAY};
use super::ids::{Ids, IntegerIds, TextIds};
use super::params::{ActivityParams, DatedBy};
use super::period::PeriodOf;
use super::read::{ActivityReading, Customers, RowCounts, day_number};
use super::state::{Shard, State};
use crate::error::{Error, Result};
use crate::frame::{ToDataFrame, columns, frame_of};

/// What every customer did up to `as_of`, one row each, sorted by id.
///
/// Money is exact: each figure is the double nearest to the sum on paper. A customer
/// without a dated purchase (only refunds, say) has no dates.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ActivityTable {
    params: ActivityParams,
    counts: RowCounts,
    currency: Option<String>,
    #[serde(serialize_with = "serialize_ids")]
    customers: Series,
    first_day: Vec<i32>,
    last_day: Vec<i32>,
    n_purchases: Vec<u32>,
    n_refunds: Vec<u32>,
    net_value: Vec<f64>,
    refund_value: Vec<f64>,
    n_orders: Option<Vec<u32>>,
    n_periods: Option<Vec<u32>>,
    repeat_value: Option<Vec<f64>>,
}

/// Ids as a sequence of numbers or texts.
fn serialize_ids<S: Serializer>(ids: &Series, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    match ids.i64() {
        Ok(integers) => serializer.collect_seq(integers.iter()),
        Err(_) => serializer.collect_seq(ids.str().into_iter().flat_map(StringChunked::iter)),
    }
}

impl ActivityTable {
    pub(crate) fn new(params: ActivityParams, reading: ActivityReading) -> Result<Self> {
        let sorted = match reading.customers {
            Customers::Integers(state) => sorted_by_number(state, &params),
            Customers::Texts(state) => sorted_by_text(state, &params),
        };
        if sorted.overflowed {
            return Err(Error::Numeric {
                analysis: "activity",
                verdict: "a customer's total exceeds 10^20 or its count of lines 4 x 10^9; split the log or use larger units".to_owned(),
            });
        }
        let rows = &sorted.rows;
        Ok(Self {
            counts: reading.counts,
            currency: reading.currency,
            customers: sorted.ids,
            first_day: of_each(rows, |customer| customer.first_day),
            last_day: of_each(rows, |customer| customer.last_day),
            n_purchases: of_each(rows, |customer| customer.n_purchases),
            n_refunds: of_each(rows, |customer| customer.n_refunds),
            net_value: of_each(rows, |customer| customer.net.to_f64()),
            refund_value: of_each(rows, |customer| customer.refunds.to_f64()),
            n_orders: params.count_orders.then(|| of_each(rows, |customer| customer.n_orders)),
            n_periods: params.count_periods.map(|_| of_each(rows, |customer| customer.n_periods)),
            repeat_value: sorted.repeat_value,
            params,
        })
    }

    /// The settings the summary was made with.
    pub fn params(&self) -> &ActivityParams {
        &self.params
    }

    /// What became of the rows read.
    #[must_use]
    pub fn counts(&self) -> &RowCounts {
        &self.counts
    }

    /// The currency of the amounts, when the log has that role.
    #[must_use]
    pub fn currency(&self) -> Option<&str> {
        self.currency.as_deref()
    }

    /// Number of customers.
    #[must_use]
    pub fn n_customers(&self) -> usize {
        self.first_day.len()
    }

    /// Customer ids, ascending: numbers by value, texts by their UTF-8 bytes.
    pub fn customers(&self) -> &Series {
        &self.customers
    }

    /// Calendar days from the last dated line to `as_of`; `None` without one.
    pub fn recency_days(&self) -> impl Iterator<Item = Option<i32>> + '_ {
        days_before(day_number(self.params.as_of), &self.last_day)
    }

    /// Calendar days from the first dated line to `as_of`; `None` without one.
    pub fn tenure_days(&self) -> impl Iterator<Item = Option<i32>> + '_ {
        days_before(day_number(self.params.as_of), &self.first_day)
    }

    /// Purchase lines of each customer.
    #[must_use]
    pub fn n_purchases(&self) -> &[u32] {
        &self.n_purchases
    }

    /// Refund lines of each customer.
    #[must_use]
    pub fn n_refunds(&self) -> &[u32] {
        &self.n_refunds
    }

    /// Purchases less refunds of each customer.
    #[must_use]
    pub fn net_value(&self) -> &[f64] {
        &self.net_value
    }

    /// Refunds of each customer, as positive numbers.
    #[must_use]
    pub fn refund_value(&self) -> &[f64] {
        &self.refund_value
    }

    /// Distinct orders with a purchase line; `None` unless they were counted.
    #[must_use]
    pub fn n_orders(&self) -> Option<&[u32]> {
        self.n_orders.as_deref()
    }

    /// Distinct periods with a purchase line; `None` unless they were counted.
    #[must_use]
    pub fn n_periods(&self) -> Option<&[u32]> {
        self.n_periods.as_deref()
    }

    /// First and last dated day of each customer, or [`NO_DAY`].
    pub(crate) fn days(&self) -> (&[i32], &[i32]) {
        (&self.first_day, &self.last_day)
    }

    /// Purchases outside the first purchase period, when periods were counted.
    pub(crate) fn repeat_value(&self) -> Option<&[f64]> {
        self.repeat_value.as_deref()
    }
}

impl ToDataFrame for ActivityTable {
    fn to_dataframe(&self) -> DataFrame {
        let date = |name: &str, days: &[i32]| {
            let days: Int32Chunked = days.iter().map(|&day| (day != NO_DAY).then_some(day)).collect();
            days.into_date().into_series().with_name(name.into())
        };
        let optional_days = |name: &str, days: &mut dyn Iterator<Item = Option<i32>>| {
            let days: Int32Chunked = days.collect();
            days.into_series().with_name(name.into())
        };
        let mut series = vec![
            self.customers.clone(),
            date(columns::FIRST_DATE, &self.first_day),
            date(columns::LAST_DATE, &self.last_day),
            optional_days(columns::RECENCY_DAYS, &mut self.recency_days()),
            optional_days(columns::TENURE_DAYS, &mut self.tenure_days()),
            Series::new(columns::N_PURCHASES.into(), &self.n_purchases),
        ];
        let counted = [(columns::N_ORDERS, &self.n_orders), (columns::N_PERIODS, &self.n_periods)];
        series.extend(counted.into_iter().filter_map(|(name, counts)| Some(Series::new(name.into(), counts.as_ref()?))));
        series.push(Series::new(columns::N_REFUNDS.into(), &self.n_refunds));
        series.push(Series::new(columns::NET_VALUE.into(), &self.net_value));
        series.push(Series::new(columns::REFUND_VALUE.into(), &self.refund_value));
        frame_of(series)
    }
}

fn days_before(as_of: i32, days: &[i32]) -> impl Iterator<Item = Option<i32>> + '_ {
    days.iter().map(move |&day| (day != NO_DAY).then(|| as_of - day))
}

fn of_each<T: Send>(rows: &[Customer], get: impl Fn(&Customer) -> T + Sync + Send) -> Vec<T> {
    rows.par_iter().map(get).collect()
}

/// All customers in the order of their ids.
struct Sorted {
    ids: Series,
    rows: Vec<Customer>,
    repeat_value: Option<Vec<f64>>,
    overflowed: bool,
}

/// Where a customer is before sorting.
#[derive(Clone, Copy)]
struct Place {
    shard: u32,
    row: u32,
}

/// Every customer with a sort key and its place.
fn places<I: Ids, K>(shards: &[Shard<I>], key: impl Fn(&I, u64) -> K) -> Vec<(K, Place)> {
    let mut places = Vec::with_capacity(shards.iter().map(|shard| shard.roster.rows.len()).sum());
    for (number, Shard { roster, .. }) in shards.iter().enumerate() {
        let place = |row| Place { shard: number as u32, row };
        places.extend((0..).zip(&roster.rows).map(|(row, customer)| (key(&roster.ids, customer.key), place(row))));
    }
    places
}

fn sorted_by_number(state: State<IntegerIds>, params: &ActivityParams) -> Sorted {
    let shards = state.into_shards();
    let mut places = places(&shards, |_, key| key as i64);
    places.par_sort_unstable_by_key(|&(id, _)| id);
    let ids: Vec<i64> = places.iter().map(|&(id, _)| id).collect();
    gather(&shards, &places, Series::new(columns::CUSTOMER.into(), ids), params)
}

fn sorted_by_text(state: State<TextIds>, params: &ActivityParams) -> Sorted {
    let shards = state.into_shards();
    let mut places = places(&shards, |ids, key| first_bytes(ids.get(key)));
    let text = |place: Place| {
        let roster = &shards[place.shard as usize].roster;
        roster.ids.get(roster.rows[place.row as usize].key)
    };
    // Most ids differ within 16 bytes; only those that do not are looked up.
    places.par_sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| text(a.1).cmp(text(b.1))));
    let texts: StringChunked = places.iter().map(|&(_, place)| str::from_utf8(text(place)).ok()).collect();
    let ids = texts.into_series().with_name(columns::CUSTOMER.into());
    gather(&shards, &places, ids, params)
}

/// The first 16 bytes as a number that sorts like them.
fn first_bytes(text: &[u8]) -> u128 {
    let mut first = [0; 16];
    let len = text.len().min(16);
    first[..len].copy_from_slice(&text[..len]);
    u128::from_be_bytes(first)
}

/// Brings the customers into sorted order.
fn gather<I: Ids, K: Sync>(shards: &[Shard<I>], places: &[(K, Place)], ids: Series, params: &ActivityParams) -> Sorted {
    let of = |place: &Place| (&shards[place.shard as usize], shards[place.shard as usize].roster.rows[place.row as usize]);
    let rows = places.par_iter().map(|(_, place)| of(place).1).collect();
    let periods = params.count_periods.filter(|_| params.dated_by == DatedBy::Purchases).map(PeriodOf::new);
    let repeat_value = periods.map(|period| {
        let value = |(_, place): &(K, Place)| {
            let (shard, customer) = of(place);
            let first = shard.period_value(place.row, period.of_day(customer.first_day));
            // Purchases are the net value with the refunds put back.
            let purchases = customer.net.checked_add(customer.refunds);
            purchases.and_then(|all| all.checked_sub(first)).unwrap_or_default().to_f64()
        };
        places.par_iter().map(value).collect()
    });
    let overflowed = shards.iter().any(|shard| shard.overflowed);
    Sorted { ids, rows, repeat_value, overflowed }
}
