//! The numbers that rules learn from, of all rows and by group.

use polars::prelude::*;

use super::flow::Flow;
use super::grouping::{Groups, Key};
use super::learned::{Fact, LearnedColumn, LearnedGroup};
use super::rule::CLEANING;
use crate::error::{Error, Result};

/// Facts learned from the finite values of one column: of all rows first, then by group.
pub(crate) fn learned_from_values<N: Into<String>, F: IntoIterator<Item = (N, Fact)>>(
    flow: &mut Flow,
    column: &str,
    by: &[String],
    facts: impl Fn(&mut [f64]) -> F,
) -> Result<LearnedColumn> {
    let dtype = flow.dtype(column).map_or_else(String::new, ToString::to_string);
    let (groups, mut parted) = finite_by_group(flow, column, by)?;
    let learn = |key: Key, values: &mut [f64]| LearnedGroup::new(key, values.len() as u64, facts(values));
    let mut all: Vec<f64> = if by.is_empty() { std::mem::take(&mut parted[0]) } else { parted.concat() };
    let mut learned = vec![learn(vec![], &mut all)];
    if !by.is_empty() {
        learned.extend(groups.keys.into_iter().zip(&mut parted).map(|(key, values)| learn(key, values)));
    }
    Ok(LearnedColumn::new(column, dtype, learned))
}

/// The finite values of a column in the rows that are in, by group; one group without keys.
fn finite_by_group(flow: &mut Flow, column: &str, by: &[String]) -> Result<(Groups, Vec<Vec<f64>>)> {
    let value = flow.value(column).cast(DataType::Float64);
    let keys = by.iter().map(|key| flow.text(key));
    let inputs = [value].into_iter().chain(keys).collect();
    let columns = flow.read_rows_in(inputs)?;
    let [values, keys @ ..] = columns.as_slice() else { return Ok((Groups::default(), vec![vec![]])) };
    let values = values.f64().map_err(Error::query(CLEANING))?;
    let finite = values.iter().map(|value| value.filter(|value| value.is_finite()));
    if keys.is_empty() {
        return Ok((Groups::default(), vec![finite.flatten().collect()]));
    }
    let groups = Groups::of(keys).map_err(Error::query(CLEANING))?;
    let parted = groups.values(finite);
    Ok((groups, parted))
}

/// A number, or the reason for which there is none.
pub(crate) fn number_or_reason(number: Option<f64>, n_values: usize) -> Fact {
    match number {
        Some(number) => Fact::Number(number),
        None => Fact::Undefined(format!("undefined for {n_values} finite value(s)")),
    }
}
