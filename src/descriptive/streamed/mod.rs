//! A description of rows that stream by twice.
//!
//! ```text
//! first    counts, sums, ends; distinct values, or sketches of them ─▶ means, bounds of quantiles
//!          levels, days, lengths of text                            ─▶ all that is said of these
//! second   distances from the means; the values within the bounds   ─▶ moments, quantiles
//! ```

mod bounds;
mod days;
mod first_pass;
mod levels;
mod second_pass;
mod segments;
mod summary;

use polars::prelude::*;

use super::description::{ColumnDescription, Description, SegmentDescription};
use super::params::{DESCRIBE, Describe};
use crate::analysis;
use crate::error::{Error, Result};
use first_pass::FirstPass;
use second_pass::SecondPass;

/// Describes the rows of a query without holding them.
///
/// # Errors
/// `Unusable` when the query gives other rows the second time, and when there are too many
/// segments to keep something of each.
pub(super) fn description(settings: &Describe, mut plan: LazyFrame, max_distinct: u32) -> Result<Description> {
    let schema = plan.collect_schema().map_err(Error::query(DESCRIBE))?;
    let empty = FirstPass::new(settings, &schema, max_distinct as usize)?;
    let first = if schema.is_empty() {
        empty
    } else {
        analysis::stream(DESCRIBE, plan.clone(), empty, |state, batch| state.add(&batch))?
    };
    let mut second = SecondPass::after(settings, &first);
    let needed = second.needed();
    if !needed.is_empty() {
        let by = settings.by().iter().map(String::as_str).filter(|name| !needed.contains(name));
        let columns: Vec<Expr> = by.chain(needed.iter().copied()).map(col).collect();
        second = analysis::stream(DESCRIBE, plan.select(columns), second, |state, batch| state.add(&batch))?;
    }
    described(settings, &first, &second)
}

/// The description that both passes make.
fn described(settings: &Describe, first: &FirstPass, second: &SecondPass) -> Result<Description> {
    let columns = |place: usize| -> Result<Vec<ColumnDescription>> {
        let both = first.columns.iter().zip(&second.columns);
        both.map(|(column, second)| column.described(settings, first.n_rows[place], second, place)).collect()
    };
    let segment = |(key, at): (_, usize)| {
        let place = at + 1;
        Ok(SegmentDescription { key, n_rows: first.n_rows[place], columns: columns(place)? })
    };
    Ok(Description {
        n_rows: first.n_rows[0],
        n_rows_without_weight: 0,
        n_rows_of_zero_weight: 0,
        columns: columns(0)?,
        by: settings.by().to_vec(),
        segments: first.segments.in_order()?.into_iter().map(segment).collect::<Result<_>>()?,
        definitions: settings.definitions(),
    })
}

#[cfg(test)]
mod level_tests;
#[cfg(test)]
mod tests;
