//! Rows of other tables brought to the customers they are of.

use polars::prelude::*;

use super::NAME;
use super::customers::{Customers, Labels};
use crate::error::{Error, Result};
use crate::frame::align::positions_in;
use crate::frame::extract::one_chunk;

/// The customers of a table, and which of them each row is of.
pub(super) struct Keys {
    /// Distinct ids, ascending.
    pub(super) ids: Series,
    /// Place of the row's customer among them; `None` where the row names nobody.
    pub(super) of_row: Vec<Option<u32>>,
}

impl Keys {
    /// The keys in a column of Int64 or String.
    pub(super) fn of(frame: &DataFrame, column: &str) -> Result<Self> {
        let series = one_chunk(NAME, frame, column)?;
        let mut customers = Customers::new(Some(series.dtype()));
        let labels = Labels::of(&series);
        let number = |row: usize| {
            let labels = labels.filter(|labels| !labels.is_missing(row))?;
            customers.number(labels, row)
        };
        let numbers: Vec<Option<u32>> = (0..series.len()).map(number).collect();
        let (ids, rank) = customers.ranked();
        let of_row = numbers.into_iter().map(|number| Some(rank[number? as usize])).collect();
        Ok(Self { ids, of_row })
    }

    /// For each of some ascending ids, its place among those of the table.
    pub(super) fn places_of(&self, ids: &Series, table: &str) -> Result<Vec<Option<usize>>> {
        places_in(ids, &self.ids, table)
    }
}

/// For each of some ascending ids, its place among others.
pub(super) fn places_in(ids: &Series, others: &Series, table: &str) -> Result<Vec<Option<usize>>> {
    if others.is_empty() {
        return Ok(vec![None; ids.len()]);
    }
    positions_in(ids, others).ok_or_else(|| Error::Unusable {
        analysis: NAME,
        reason: format!(
            "customer ids of the log are {} and those of the {table} {}; cast one to the type of the other",
            ids.dtype(),
            others.dtype()
        ),
    })
}

/// The rows of a frame at places, null where there is none.
pub(super) fn rows_at(frame: &DataFrame, rows: impl Iterator<Item = Option<usize>>) -> Result<DataFrame> {
    let rows: IdxCa = rows.map(|row| row.map(|row| row as IdxSize)).collect();
    frame.take(&rows).map_err(Error::query(NAME))
}
