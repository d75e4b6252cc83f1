//! The form of cells, so that a report can show what failed and no value of it.

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};
use crate::text::shape;

/// Shapes of a column's cells where the flag is set, with how often each occurred.
pub(crate) fn count_shapes(batch: &DataFrame, column: &str, flags: &BooleanChunked) -> Result<BTreeMap<String, u64>> {
    let cells = || batch.column(column)?.filter(flags)?.cast(&DataType::String);
    let cells = cells().map_err(Error::query(CLEANING))?;
    let cells = cells.str().map_err(Error::query(CLEANING))?;
    let mut counts = BTreeMap::new();
    for cell in cells.iter() {
        *counts.entry(cell.map_or_else(|| "null".to_owned(), shape)).or_default() += 1;
    }
    Ok(counts)
}
