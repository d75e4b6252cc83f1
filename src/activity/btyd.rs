//! The summary that buy-till-you-die models are fitted to.

use polars::prelude::*;
use serde::Serialize;

use super::customer::NO_DAY;
use super::params::{Activity, DatedBy};
use super::table::ActivityTable;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::calendar::{PeriodOf, day_number};
use crate::frame::{Period, ToDataFrame, columns, frame_of};
use crate::kernel::money::Money;

/// Repeat purchases `x`, age at the last one `t_x`, age now `T`, per customer.
///
/// ```text
/// x   = distinct purchase periods - 1
/// t_x = last - first purchase period     (0 when x = 0)
/// T   = period of as_of - first purchase period
/// mean repeat value = purchases outside the first period / x   (None when x = 0)
/// ```
///
/// Periods are those that were counted: days, weeks from Monday, or months. A window
/// (`window_days`) hides purchases before it, so that its customers look younger than they are.
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
    /// Periods from the first to the last purchase.
    pub t_x: Vec<u32>,
    /// Periods from the first purchase to `as_of`.
    pub t_observed: Vec<u32>,
    /// Mean value of the repeat purchase periods.
    pub mean_repeat_value: Vec<Option<f64>>,
    /// Customers left out because they have no purchase.
    pub n_without_purchase: usize,
}

impl ActivityTable {
    /// Repeat purchases, age at the last one and age at `as_of`, as buy-till-you-die models
    /// take them, in the periods that were counted.
    ///
    /// # Errors
    /// `Param` unless purchase periods were counted and dates are those of purchases.
    pub fn btyd(&self) -> Result<BtydSummary> {
        let (Some(n_periods), Some(repeat_value)) = (self.n_periods(), self.repeat_value()) else {
            let got = match self.params().dated_by {
                DatedBy::Purchases => "no periods",
                DatedBy::AnyLine => "dates of any line",
            };
            return Err(Error::param(
                Activity::NAME,
                "count_periods",
                "set, with dates of purchases, for a BTYD summary",
                got,
            ));
        };
        let (first_day, last_day) = self.days();
        let period = PeriodOf::new(self.params().count_periods.unwrap_or(Period::Day));
        let first = |i: usize| period.of_day(first_day[i]);
        let as_of = period.of_day(day_number(self.params().as_of));
        let bought: Vec<usize> = (0..self.n_customers()).filter(|&i| first_day[i] != NO_DAY).collect();
        let of_each = |get: &dyn Fn(usize) -> u32| bought.iter().map(|&i| get(i)).collect::<Vec<u32>>();
        let index = IdxCa::from_vec("index".into(), bought.iter().map(|&i| i as IdxSize).collect());
        Ok(BtydSummary {
            customers: self.customers().take(&index).map_err(Error::query(Activity::NAME))?,
            x: of_each(&|i| n_periods[i] - 1),
            t_x: of_each(&|i| period.of_day(last_day[i]).abs_diff(first(i))),
            t_observed: of_each(&|i| as_of.abs_diff(first(i))),
            mean_repeat_value: bought.iter().map(|&i| mean(repeat_value[i], n_periods[i] - 1)).collect(),
            n_without_purchase: self.n_customers() - bought.len(),
        })
    }
}

/// The mean of a total of money; `None` of nothing.
fn mean(total: f64, n: u32) -> Option<f64> {
    Money::of(total).and_then(|total| total.mean(u64::from(n))).map(Money::to_f64)
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
