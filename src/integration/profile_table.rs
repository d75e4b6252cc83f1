//! A table of a profile, read and cut to what the date of the profile allows.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use polars::prelude::*;

use super::order_codes::{Coded, coded, times};
use super::profile_report::TableReport;
use super::profile_rules::{Aggregate, Attach, Latest, PROFILE};
use super::record_order::Runs;
use crate::analysis::collect;
use crate::error::{Error, Result};
use crate::frame::align::positions_in;
use crate::frame::extract::{days_of, one_chunk};
use crate::frame::schema::{identifier, on_wall_clock};

/// How a table is brought to one row per customer.
#[derive(Clone, Debug)]
pub(super) enum TableRule {
    Aggregate(Aggregate),
    Latest(Latest),
    Attach(Attach),
}

impl TableRule {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Aggregate(_) => "aggregate",
            Self::Latest(_) => "latest",
            Self::Attach(_) => "attach",
        }
    }

    pub(super) fn customer(&self) -> &str {
        match self {
            Self::Aggregate(rule) => &rule.customer,
            Self::Latest(rule) => &rule.customer,
            Self::Attach(rule) => &rule.customer,
        }
    }

    pub(super) fn time(&self) -> Option<&str> {
        match self {
            Self::Aggregate(rule) => rule.time.as_deref(),
            Self::Latest(rule) => Some(&rule.time),
            Self::Attach(rule) => rule.time.as_deref(),
        }
    }

    /// Names in the profile with their columns in the table.
    pub(super) fn outputs(&self) -> Vec<(&str, Option<&str>)> {
        match self {
            Self::Aggregate(rule) => {
                rule.figures.iter().map(|(name, figure)| (name.as_str(), figure.column())).collect()
            }
            Self::Latest(Latest { take, .. }) | Self::Attach(Attach { take, .. }) => {
                take.iter().map(|(name, column)| (name.as_str(), Some(column.as_str()))).collect()
            }
        }
    }

    /// Those of them that are calculated from numbers.
    pub(super) fn number_outputs(&self) -> BTreeSet<&str> {
        let Self::Aggregate(rule) = self else { return BTreeSet::new() };
        rule.figures.iter().filter(|(_, figure)| figure.needs_numbers()).map(|(name, _)| name.as_str()).collect()
    }
}

const KEY: &str = "key";
const TIME: &str = "time";
const DAY: &str = "day";

/// Key of a customer; a blank one is none.
pub(super) fn customer_key(column: &str, schema: &Schema) -> Expr {
    let key = identifier(column, schema);
    if schema.get(column).is_some_and(DataType::is_integer) {
        return key;
    }
    let is_blank = key.clone().str().strip_chars(lit(NULL)).eq(lit(""));
    when(is_blank).then(lit(NULL).cast(DataType::String)).otherwise(key)
}

/// Rows of a table, sorted by customer.
#[derive(Debug)]
pub(super) struct TableRows {
    pub(super) runs: Runs,
    /// For every customer of the profile, its run.
    pub(super) run_of: Vec<Option<usize>>,
    /// Times as numbers of their own unit.
    pub(super) times: Vec<i64>,
    /// One per output, `None` for rows counted.
    pub(super) values: Vec<Option<Coded>>,
}

/// Reads a table and leaves out rows without customer, without time or later than `as_of`.
pub(super) fn read(
    name: &str,
    frame: &LazyFrame,
    rule: &TableRule,
    customers: &Series,
    as_of: NaiveDate,
) -> Result<(TableRows, TableReport)> {
    let schema = frame.clone().collect_schema().map_err(Error::query(PROFILE))?;
    let mut needed = vec![customer_key(rule.customer(), &schema).alias(KEY)];
    if let Some(time) = rule.time() {
        needed.extend([col(time).alias(TIME), on_wall_clock(col(time), schema.get(time)).dt().date().alias(DAY)]);
    }
    let outputs = rule.outputs();
    let columns = outputs.iter().enumerate();
    needed.extend(columns.filter_map(|(place, (_, column))| Some(col((*column)?).alias(place.to_string()))));
    let rows = collect(PROFILE, frame.clone().select(needed))?;
    let mut report = TableReport::new(name, rule.name(), rule.time().is_some(), rows.height() as u64);
    let usable = usable(&rows, rule.time().is_some(), as_of, &mut report)?;
    let rows = rows.filter(&usable).map_err(Error::query(PROFILE))?;
    let rows = rows.sort([KEY], SortMultipleOptions::default()).map_err(Error::query(PROFILE))?;
    let runs = Runs::of(PROFILE, &rows, KEY)?;
    let keys = rows.column(KEY).map_err(Error::query(PROFILE))?.as_materialized_series();
    let firsts = keys.take(&IdxCa::from_slice("".into(), &runs.starts)).map_err(Error::query(PROFILE))?;
    let run_of = positions_in(customers, &firsts).ok_or_else(|| Error::Unusable {
        analysis: PROFILE,
        reason: format!("table `{name}` lost the type of its customers"),
    })?;
    let times = times_of(&rows, rule.time().is_some())?;
    let values = outputs
        .iter()
        .enumerate()
        .map(|(place, (_, column))| column.map(|_| coded(PROFILE, &rows, &place.to_string())).transpose());
    let values = values.collect::<Result<_>>()?;
    let n_matched: u64 = run_of.iter().flatten().map(|&run| runs.rows(run).len() as u64).sum();
    report.n_rows_matched = n_matched;
    report.n_rows_orphaned = rows.height() as u64 - n_matched;
    report.n_customers_orphaned = runs.len() as u64 - run_of.iter().flatten().count() as u64;
    Ok((TableRows { runs, run_of, times, values }, report))
}

/// Which rows have a customer and a time that is not later than `as_of`.
fn usable(rows: &DataFrame, is_dated: bool, as_of: NaiveDate, report: &mut TableReport) -> Result<BooleanChunked> {
    let last_day = as_of.to_epoch_days();
    let keys = rows.column(KEY).map_err(Error::query(PROFILE))?.is_not_null();
    let days = if is_dated { Some(one_chunk(PROFILE, rows, DAY)?) } else { None };
    let days = days.as_deref().and_then(days_of);
    let judge = |(row, has_key): (usize, Option<bool>)| {
        if has_key != Some(true) {
            report.n_rows_without_key += 1;
            return false;
        }
        let Some(days) = &days else { return true };
        if days.is_null(row) {
            report.n_rows_undated += 1;
            return false;
        }
        let is_later = days.get(row) > last_day;
        report.n_rows_later += u64::from(is_later);
        !is_later
    };
    let flags: Vec<bool> = keys.iter().enumerate().map(judge).collect();
    Ok(BooleanChunked::from_iter_values("".into(), flags.into_iter()))
}

/// Times of the rows; empty where there are none.
fn times_of(rows: &DataFrame, is_dated: bool) -> Result<Vec<i64>> {
    if !is_dated {
        return Ok(vec![]);
    }
    times(PROFILE, rows, TIME).map(|times| times.into_iter().map(Option::unwrap_or_default).collect())
}
