//! The activity summary as an analysis.

use polars::prelude::*;

use super::counts::RowCounts;
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
            refuse_incomplete(&reading.counts)?;
        }
        ActivityTable::new(reading)
    }
}

/// The error for rows that lack something, naming what most of them lack.
fn refuse_incomplete(counts: &RowCounts) -> Result<()> {
    const EXCLUDE: &str = "exclude and count them with `Incomplete::Exclude`";
    const CUSTOMER: &str =
        "remove them with the cleaning rule `MissingCustomer`, or exclude and count them with `Incomplete::Exclude`";
    const TIME: &str = "check the time format, or exclude and count them with `Incomplete::Exclude`";
    let lacks = [
        (counts.n_missing_customer, "a customer", CUSTOMER),
        (counts.n_missing_time, "a time that can be read", TIME),
        (counts.n_missing_amount, "an amount that can be read", EXCLUDE),
        (counts.n_unusable_amount, "a finite amount of at most 10^15", EXCLUDE),
        (counts.n_missing_order, "an order, which is to be counted", EXCLUDE),
    ];
    match lacks.into_iter().max_by_key(|&(rows, ..)| rows) {
        Some((rows, needed, remedy)) if rows > 0 => {
            Err(Error::Incomplete { analysis: Activity::NAME, rows, needed, remedy })
        }
        _ => Ok(()),
    }
}
