//! What came of every table of a profile.

use std::fmt;

use polars::prelude::*;
use serde::Serialize;

use super::count_table::write_counts;
use crate::frame::{ToDataFrame, columns, frame_of};

/// What came of every table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ProfileReport {
    /// Date of the profile.
    pub as_of: chrono::NaiveDate,
    /// Customers, one row each.
    pub n_customers: u64,
    /// The tables, in order.
    pub tables: Vec<TableReport>,
}

/// What came of the rows of one table.
///
/// Rows without customer, undated, later, orphaned and matched are all rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TableReport {
    /// Name of the table.
    pub table: String,
    /// How it was brought to one row per customer.
    pub rule: &'static str,
    /// Whether a time keeps later rows away; without one the table is taken as it is.
    pub is_dated: bool,
    /// Rows read.
    pub n_rows: u64,
    /// Rows without a customer.
    pub n_rows_without_key: u64,
    /// Rows without a time, left out, as nobody can tell that they are not later.
    pub n_rows_undated: u64,
    /// Rows later than the date of the profile or than the customer's own limit, left out.
    pub n_rows_later: u64,
    /// Rows of customers that the profile does not have.
    pub n_rows_orphaned: u64,
    /// Rows that were used.
    pub n_rows_matched: u64,
    /// Rows among them that gave way to another: at the same latest time, or of one customer
    /// where one row was expected.
    pub n_rows_repeated: u64,
    /// Customers with a row.
    pub n_customers_matched: u64,
    /// Customers without one.
    pub n_customers_unmatched: u64,
    /// Customers of the table that the profile does not have.
    pub n_customers_orphaned: u64,
}

impl TableReport {
    pub(super) fn new(table: &str, rule: &'static str, is_dated: bool, n_rows: u64) -> Self {
        Self {
            table: table.to_owned(),
            rule,
            is_dated,
            n_rows,
            n_rows_without_key: 0,
            n_rows_undated: 0,
            n_rows_later: 0,
            n_rows_orphaned: 0,
            n_rows_matched: 0,
            n_rows_repeated: 0,
            n_customers_matched: 0,
            n_customers_unmatched: 0,
            n_customers_orphaned: 0,
        }
    }

    fn counts(&self) -> [(&'static str, &'static str, u64); 9] {
        [
            ("rows", columns::N_ROWS, self.n_rows),
            ("nobody's", columns::N_ROWS_WITHOUT_KEY, self.n_rows_without_key),
            ("undated", columns::N_ROWS_UNDATED, self.n_rows_undated),
            ("later", columns::N_ROWS_LATER, self.n_rows_later),
            ("orphaned", columns::N_ROWS_ORPHANED, self.n_rows_orphaned),
            ("matched", columns::N_ROWS_MATCHED, self.n_rows_matched),
            ("repeated", columns::N_ROWS_REPEATED, self.n_rows_repeated),
            ("customers", columns::N_CUSTOMERS_MATCHED, self.n_customers_matched),
            ("without", columns::N_CUSTOMERS_UNMATCHED, self.n_customers_unmatched),
        ]
    }
}

impl fmt::Display for ProfileReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "profile: {} customer(s) as of {}", self.n_customers, self.as_of)?;
        let heads = TableReport::new("", "", false, 0).counts().map(|(head, ..)| head);
        let row = |table: &TableReport| {
            let undated = if table.is_dated { "" } else { ", without time" };
            let name = format!("{} ({}{undated})", table.table, table.rule);
            (table.counts().map(|(.., count)| count).to_vec(), name)
        };
        write_counts(f, &heads, "table", &self.tables.iter().map(row).collect::<Vec<_>>())
    }
}

impl ToDataFrame for ProfileReport {
    /// One row per table, in order.
    fn to_dataframe(&self) -> DataFrame {
        let text = |name: &str, pick: fn(&TableReport) -> &str| {
            Series::new(name.into(), self.tables.iter().map(pick).collect::<Vec<_>>())
        };
        let mut series = vec![text(columns::TABLE, |table| &table.table), text(columns::RULE, |table| table.rule)];
        let heads = TableReport::new("", "", false, 0).counts();
        series.extend(heads.iter().enumerate().map(|(place, (_, name, _))| {
            let counts: Vec<u64> = self.tables.iter().map(|table| table.counts()[place].2).collect();
            Series::new((*name).into(), counts)
        }));
        frame_of(series)
    }
}
