//! The numbers that rules learn from, of all rows and by group.

use polars::prelude::*;
use rayon::prelude::*;

use crate::cleaning::engine::flow::Flow;
use crate::cleaning::engine::grouping::{Groups, Key};
use crate::cleaning::learned::{Fact, Learned, LearnedColumn, LearnedGroup};
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};

/// Facts learned from the finite values of columns: of all rows first, then by group. All
/// columns are read in one pass and learned from side by side.
pub(crate) fn learned_from_values<N: Into<String>, F: IntoIterator<Item = (N, Fact)>>(
    flow: &mut Flow,
    columns: &[String],
    by: &[String],
    facts: impl Fn(&mut [f64]) -> F + Sync,
) -> Result<Learned> {
    let (groups, values) = finite_by_group(flow, columns, by)?;
    let learn = |key: Key, values: &mut [f64]| LearnedGroup::new(key, values.len() as u64, facts(values));
    let learn_column = |mut parted: Vec<Vec<f64>>| {
        let mut all: Vec<f64> = if by.is_empty() { std::mem::take(&mut parted[0]) } else { parted.concat() };
        let mut learned = vec![learn(vec![], &mut all)];
        if !by.is_empty() {
            learned.extend(groups.keys.iter().zip(&mut parted).map(|(key, values)| learn(key.clone(), values)));
        }
        learned
    };
    let learned: Vec<Vec<LearnedGroup>> = values.into_par_iter().map(learn_column).collect();
    let dtype = |column: &String| flow.dtype(column).map_or_else(String::new, ToString::to_string);
    let learned = columns.iter().zip(learned);
    let learned =
        learned.map(|(column, groups)| LearnedColumn::new(column, dtype(column), groups).grouped_by(flow, by));
    Ok(Learned { columns: learned.collect() })
}

/// The finite values of each column in the rows that are in, by group; one group without keys.
fn finite_by_group(flow: &mut Flow, columns: &[String], by: &[String]) -> Result<(Groups, Vec<Vec<Vec<f64>>>)> {
    let keys = by.iter().map(|key| flow.text(key));
    let values = columns.iter().map(|column| flow.value(column).cast(DataType::Float64));
    let inputs = keys.chain(values).collect();
    let read = flow.read_rows_in(inputs)?;
    let (keys, values) = read.split_at(by.len().min(read.len()));
    let groups = Groups::of(keys).map_err(Error::query(CLEANING))?;
    let parted = values.iter().map(|values| {
        let finite = values.f64()?.iter().map(|value| value.filter(|value| value.is_finite()));
        Ok(if keys.is_empty() { vec![finite.flatten().collect()] } else { groups.values(finite) })
    });
    let parted = parted.collect::<PolarsResult<_>>().map_err(Error::query(CLEANING))?;
    Ok((groups, parted))
}

/// A number, or the reason for which there is none.
pub(crate) fn number_or_reason(number: Option<f64>, n_values: usize) -> Fact {
    match number {
        Some(number) => Fact::Number(number),
        None => Fact::Undefined(format!("undefined for {n_values} finite value(s)")),
    }
}
