//! Features of one's own, worked out by a query that has the lines of the window alone.

use polars::prelude::*;

use super::NAME;
use super::keyed::{Keys, rows_at};
use super::windows::Windows;
use crate::analysis::collect;
use crate::error::{Error, Result};
use crate::frame::TransactionLog;
use crate::frame::columns::{CUSTOMER, TIME};

/// Name of an aggregate while its type is looked at.
const AGGREGATE: &str = "aggregate";

/// The query: the lines of the window, by customer. Nothing later is in it.
fn plan(log: &TransactionLog, aggregates: &[(String, Expr)], windows: &Windows) -> LazyFrame {
    let day = col(TIME).cast(DataType::Date);
    let bound = |day: i32| lit(day).cast(DataType::Date);
    let in_window = day.clone().gt_eq(bound(windows.first)).and(day.lt_eq(bound(windows.cutoff)));
    let lines = log.frame().filter(in_window.and(col(CUSTOMER).is_not_null()));
    lines.group_by([col(CUSTOMER)]).agg(named(aggregates))
}

fn named(aggregates: &[(String, Expr)]) -> Vec<Expr> {
    aggregates.iter().map(|(name, expr)| expr.clone().alias(name.as_str())).collect()
}

/// Refuses what gives more than one value per customer, or brings data of its own along.
pub(super) fn check(log: &TransactionLog, aggregates: &[(String, Expr)]) -> Result<()> {
    let mut problems = Vec::new();
    for (name, expr) in aggregates {
        let brings_data = |part: &Expr| matches!(part, Expr::SubPlan(..) | Expr::Literal(LiteralValue::Series(_)));
        if expr.into_iter().any(brings_data) {
            problems.push(format!(
                "aggregate `{name}` brings data of its own, which may be later than the cutoff; write it in the \
                 columns of the log, or give the data as a profile or as events"
            ));
            continue;
        }
        // Under a name of its own, as one that is taken is refused later with all others.
        let mut alone = log.frame().group_by([col(CUSTOMER)]).agg([expr.clone().alias(AGGREGATE)]);
        let schema = alone.collect_schema().map_err(Error::query("reading the schema of an aggregate"))?;
        if let Some(dtype) = schema.get(AGGREGATE).filter(|dtype| dtype.is_nested()) {
            problems.push(format!(
                "aggregate `{name}` gives {dtype}, not one value per customer; end it with an aggregate such as `max()`"
            ));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Schema { table: NAME, problems }) }
}

/// The aggregates of some customers, ascending by id.
pub(super) fn features_at(
    log: &TransactionLog,
    aggregates: &[(String, Expr)],
    windows: &Windows,
    ids: &Series,
) -> Result<Vec<Series>> {
    if aggregates.is_empty() {
        return Ok(Vec::new());
    }
    let read = collect(NAME, plan(log, aggregates, windows))?;
    let keys = Keys::of(&read, CUSTOMER)?;
    let mut row_of_key = vec![None; keys.ids.len()];
    for (row, key) in keys.of_row.iter().enumerate() {
        if let Some(key) = key {
            row_of_key[*key as usize] = Some(row);
        }
    }
    let places = keys.places_of(ids, "aggregates")?;
    let taken = rows_at(&read, places.into_iter().map(|place| place.and_then(|place| row_of_key[place])))?;
    let column = |(name, _): &(String, Expr)| {
        Ok(taken.column(name).map_err(Error::query(NAME))?.as_materialized_series().clone())
    };
    aggregates.iter().map(column).collect()
}
