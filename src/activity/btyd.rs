//! The summary that buy-till-you-die models are fitted to.

use polars::prelude::*;
use serde::Serialize;

use super::customer::NO_DAY;
use super::params::{Activity, DatedBy};
use super::read::day_number;
use super::table::ActivityTable;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::{ToDataFrame, columns, frame_of};

/// Repeat purchases `x`, age at the last one `t_x`, age now `T`, per customer.
///
/// ```text
/// x   = distinct purchase periods - 1
/// t_x = last - first purchase day        (0 when x = 0)
/// T   = as_of - first purchase day
/// mean repeat value = purchases outside the first period / x   (None when x = 0)
/// ```
///
/// Not to be confused with RFM recency: `t_x` is the customer's age at the last purchase,
/// recency the days since. Refunds are not taken off the repeat value.
///
/// # References
/// Fader, Hardie & Lee (2005), Marketing Science 24(2), section 3.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct BtydSummary {
    #[serde(skip)]
    customers: Series,
    /// Repeat purchase periods.
    pub x: Vec<u32>,
    /// Days from the first to the last purchase.
    pub t_x: Vec<u32>,
    /// Days from the first purchase to `as_of`.
    pub t_observed: Vec<u32>,
    /// Mean value of the repeat purchase periods.
    pub mean_repeat_value: Vec<Option<f64>>,
    /// Customers left out because they have no purchase.
    pub n_without_purchase: usize,
}

impl ActivityTable {
    /// Repeat purchases, age at the last one and age at `as_of`, as buy-till-you-die models
    /// take them; days and weeks are those of the calendar.
    ///
    /// # Errors
    /// `Param` unless purchase periods were counted and dates are those of purchases.
    pub fn btyd(&self) -> Result<BtydSummary> {
        let (Some(n_periods), Some(repeat_value)) = (self.n_periods(), self.repeat_value()) else {
            let got = match self.params().dated_by {
                DatedBy::Purchases => "no periods",
                DatedBy::AnyLine => "dates of any line",
            };
            return Err(Error::param(Activity::NAME, "count_periods", "set, with dates of purchases, for a BTYD summary", got));
        };
        let (first_day, last_day) = self.days();
        let as_of = day_number(self.params().as_of);
        let bought: Vec<usize> = (0..self.n_customers()).filter(|&i| first_day[i] != NO_DAY).collect();
        let of_each = |get: &dyn Fn(usize) -> u32| bought.iter().map(|&i| get(i)).collect::<Vec<u32>>();
        let index = IdxCa::from_vec("index".into(), bought.iter().map(|&i| i as IdxSize).collect());
        Ok(BtydSummary {
            customers: self.customers().take(&index).map_err(Error::query(Activity::NAME))?,
            x: of_each(&|i| n_periods[i] - 1),
            t_x: of_each(&|i| if n_periods[i] > 1 { first_day[i].abs_diff(last_day[i]) } else { 0 }),
            t_observed: of_each(&|i| as_of.abs_diff(first_day[i])),
            mean_repeat_value: bought.iter().map(|&i| (n_periods[i] > 1).then(|| repeat_value[i] / f64::from(n_periods[i] - 1))).collect(),
            n_without_purchase: self.n_customers() - bought.len(),
        })
    }
}

impl ToDataFrame for BtydSummary {
    fn to_dataframe(&self) -> DataFrame {
        frame_of(vec![
            self.customers.clone(),
            Series::new(columns::BTYD_X.into(), &self.x),
            Series::new(columns::BTYD_T_X.into(), &self.t_x),
            Series::new(columns::BTYD_T.into(), &self.t_observed),
            Series::new(columns::BTYD_MEAN_VALUE.into(), &self.mean_repeat_value),
        ])
    }
}
