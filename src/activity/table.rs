//! One row per customer, in the order of their ids.

use polars::prelude::*;
use serde::{Serialize, Serializer};

use super::counts::RowCounts;
use super::customer::NO_DAY;
use super::ids::Ids;
use super::params::{Activity, ActivityParams, DatedBy};
use super::reading::{ActivityReading, Customers};
use super::sorted::Sorted;
use super::state::Shard;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::calendar::{PeriodOf, day_number};
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

fn out_of_range() -> Error {
    let verdict = "a customer's total exceeds 10^20 or its count of lines 4 x 10^9; split the log or use larger units";
    Error::Numeric { analysis: Activity::NAME, verdict: verdict.to_owned() }
}

impl ActivityTable {
    pub(crate) fn new(reading: ActivityReading) -> Result<Self> {
        let ActivityReading { params, customers, counts, currency } = reading;
        let currency = currency.check()?;
        match customers {
            Customers::Integers(state) => Self::gather(params, counts, currency, &Sorted::by_number(state)),
            Customers::Texts(state) => Self::gather(params, counts, currency, &Sorted::by_text(state)),
        }
    }

    /// Takes the columns from the customers in order.
    fn gather<I: Ids, K: Sync>(
        params: ActivityParams,
        counts: RowCounts,
        currency: Option<String>,
        sorted: &Sorted<I, K>,
    ) -> Result<Self> {
        if sorted.overflowed() {
            return Err(out_of_range());
        }
        let main = sorted.main_columns();
        let periods = params.count_periods.filter(|_| params.dated_by == DatedBy::Purchases).map(PeriodOf::new);
        let repeat_value = |period: PeriodOf| {
            let outside_first =
                |shard: &Shard<I>, place| shard.value_outside(place, period.of_day(shard.customer(place).first_day));
            sorted.of_each(outside_first).into_iter().collect::<Option<Vec<f64>>>().ok_or_else(out_of_range)
        };
        Ok(Self {
            counts,
            currency,
            customers: sorted.ids.clone(),
            first_day: main.first_day,
            last_day: main.last_day,
            n_purchases: main.n_purchases,
            n_refunds: main.n_refunds,
            net_value: main.net_value,
            refund_value: main.refund_value,
            n_orders: params.count_orders.then(|| sorted.of_each(Shard::n_orders)),
            n_periods: params.count_periods.map(|_| sorted.of_each(Shard::n_periods)),
            repeat_value: periods.map(repeat_value).transpose()?,
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
        series
            .extend(counted.into_iter().filter_map(|(name, counts)| Some(Series::new(name.into(), counts.as_ref()?))));
        series.push(Series::new(columns::N_REFUNDS.into(), &self.n_refunds));
        series.push(Series::new(columns::NET_VALUE.into(), &self.net_value));
        series.push(Series::new(columns::REFUND_VALUE.into(), &self.refund_value));
        frame_of(series)
    }
}

fn days_before(as_of: i32, days: &[i32]) -> impl Iterator<Item = Option<i32>> + '_ {
    days.iter().map(move |&day| (day != NO_DAY).then(|| as_of - day))
}
