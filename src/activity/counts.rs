//! What became of the rows read.

use serde::Serialize;

use crate::error::{Error, Result};

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
    /// Rows without a customer, or with a blank one.
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

    /// Why rows were left out, in words, with their numbers; empty when none was.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        let reasons = [
            (self.n_missing_time, "without a readable time"),
            (self.n_after_as_of, "after the date of the report"),
            (self.n_before_window, "before the window"),
            (self.n_missing_customer, "without a customer"),
            (self.n_missing_order, "without an order"),
            (self.n_missing_amount, "without an amount"),
            (self.n_unusable_amount, "with an unusable amount"),
        ];
        reasons.into_iter().filter(|&(n, _)| n > 0).map(|(n, why)| format!("{n} {why}")).collect()
    }

    /// Rows that lack a readable time, a customer, a usable amount or a needed order.
    #[must_use]
    pub fn n_incomplete(&self) -> u64 {
        self.n_missing_time
            + self.n_missing_customer
            + self.n_missing_amount
            + self.n_unusable_amount
            + self.n_missing_order
    }

    /// The error for rows that lack something, naming what most of them lack.
    pub(crate) fn refuse_incomplete(&self, analysis: &'static str) -> Result<()> {
        const EXCLUDE: &str = "exclude and count them with `Incomplete::Exclude`";
        const CUSTOMER: &str = "remove them with the cleaning rule `MissingCustomer`, or exclude and count them with \
                                `Incomplete::Exclude`";
        const TIME: &str = "check the time format, or exclude and count them with `Incomplete::Exclude`";
        let lacks = [
            (self.n_missing_customer, "a customer", CUSTOMER),
            (self.n_missing_time, "a time that can be read", TIME),
            (self.n_missing_amount, "an amount that can be read", EXCLUDE),
            (self.n_unusable_amount, "a finite amount of at most 10^15", EXCLUDE),
            (self.n_missing_order, "an order, which is to be counted", EXCLUDE),
        ];
        match lacks.into_iter().max_by_key(|&(rows, ..)| rows) {
            Some((rows, needed, remedy)) if rows > 0 => Err(Error::Incomplete { analysis, rows, needed, remedy }),
            _ => Ok(()),
        }
    }
}
