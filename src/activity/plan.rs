//! The activity summary as an analysis.

use polars::prelude::*;

use super::params::{Activity, Incomplete};
use super::read::read;
use super::reading::ActivityReading;
use super::table::ActivityTable;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::TransactionLog;
use crate::frame::columns::{AMOUNT, CURRENCY, CUSTOMER, ORDER, TIME};

impl Analysis for Activity {
    type Input = TransactionLog;
    type Reduced = ActivityReading;
    type Output = ActivityTable;
    const NAME: &'static str = "activity";

    /// The columns the summary reads: customer, date, amount, and order or currency if need be.
    fn plan(&self, log: &TransactionLog) -> Result<LazyFrame> {
        if self.0.count_orders && !log.has(ORDER) {
            return Err(Error::param(
                Self::NAME,
                "count_orders",
                "used on a log with the role `order`",
                "a log without it",
            ));
        }
        let mut exprs = vec![col(CUSTOMER), col(TIME), col(AMOUNT)];
        if self.0.count_orders {
            exprs.push(col(ORDER));
        }
        if log.has(CURRENCY) {
            exprs.push(col(CURRENCY));
        }
        Ok(log.frame().select(exprs))
    }

    fn reduce(&self, plan: LazyFrame) -> Result<ActivityReading> {
        let mut readings = read(&[self], plan)?;
        // One activity in, one reading out.
        Ok(readings.remove(0))
    }

    fn finish(&self, reading: ActivityReading) -> Result<ActivityTable> {
        reading.check_settings(&self.0)?;
        if self.0.incomplete == Incomplete::Refuse {
            reading.counts.refuse_incomplete(Self::NAME)?;
        }
        ActivityTable::new(reading)
    }
}
