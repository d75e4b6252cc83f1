//! Missing values filled with the last one before.

use polars::prelude::*;

use crate::cleaning::engine::flow::Flow;
use crate::cleaning::engine::groups::group_numbers;
use crate::error::Result;

/// A column with the last value before each missing one, of the same id; null elsewhere.
///
/// Rows are read by time, then source row. Rows without an id or a time neither give nor
/// take. An empty list of ids stands for one series.
pub(crate) fn forward(flow: &mut Flow, column: &str, id: &[String], time: &str, missing: Expr) -> Result<String> {
    let mut inputs = vec![flow.is_in(), missing, flow.value(time), flow.value(column)];
    inputs.extend(id.iter().map(|id| flow.value(id)));
    flow.compare("forward", inputs, |columns| {
        let [is_in, is_missing, time, value, ids @ ..] = columns else {
            polars_bail!(ComputeError: "a forward fill needs four columns")
        };
        let donors = donors(is_in.bool()?, is_missing.bool()?, time, ids)?;
        value.take(&donors)
    })
}

/// For each missing cell the row that fills it.
fn donors(is_in: &BooleanChunked, is_missing: &BooleanChunked, time: &Column, ids: &[Column]) -> PolarsResult<IdxCa> {
    let height = time.len();
    let numbers = if ids.is_empty() { vec![0; height] } else { group_numbers(height, ids.to_vec())? };
    let known = ids.iter().fold(time.is_not_null(), |known, id| known & id.is_not_null());
    let takes_part = known & is_in.clone();
    let rank = time.as_materialized_series().to_physical_repr().into_owned();
    let order = rank.arg_sort(SortOptions { maintain_order: true, ..SortOptions::default() });
    let mut last: Vec<Option<IdxSize>> = vec![None; numbers.iter().max().map_or(0, |&most| most as usize + 1)];
    let mut donor = vec![None; height];
    for row in order.iter().flatten() {
        let place = row as usize;
        if takes_part.get(place) != Some(true) {
            continue;
        }
        let seen = &mut last[numbers[place] as usize];
        if is_missing.get(place) == Some(true) {
            donor[place] = *seen;
        } else {
            *seen = Some(row);
        }
    }
    Ok(IdxCa::from_iter_options("donor".into(), donor.into_iter()))
}
