//! What a filling learns: means, medians and modes, of all rows and by group.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use polars::prelude::*;

use crate::analysis::collect_streamed;
use crate::cleaning::engine::flow::Flow;
use crate::cleaning::engine::grouping::Key;
use crate::cleaning::engine::values::{learned_from_values, number_or_reason};
use crate::cleaning::learned::{Fact, Learned, LearnedColumn, LearnedGroup};
use crate::cleaning::missing::fill::{FillWith, VALUE};
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};
use crate::kernel::moments::mean;
use crate::kernel::quantile::median;

/// Learns what columns are filled with.
pub(crate) fn learned_columns(flow: &mut Flow, with: &FillWith, columns: &[String], by: &[String]) -> Result<Learned> {
    if *with == FillWith::Mode {
        let modes = columns.iter().map(|column| {
            let dtype = flow.dtype(column).map_or_else(String::new, ToString::to_string);
            Ok(LearnedColumn::new(column, dtype, modes(flow, column, by)?).grouped_by(flow, by))
        });
        return Ok(Learned { columns: modes.collect::<Result<_>>()? });
    }
    learned_from_values(flow, columns, by, |values| {
        let centre = if *with == FillWith::Mean { mean(values) } else { median(values) };
        [(VALUE, number_or_reason(centre, values.len()))]
    })
}

/// Modes: of all rows first, then by group.
fn modes(flow: &mut Flow, column: &str, by: &[String]) -> Result<Vec<LearnedGroup>> {
    let query = Error::query;
    let as_it_is = flow.dtype(column).is_some_and(|dtype| dtype.is_primitive_numeric() || dtype.is_bool());
    let value = if as_it_is { flow.value(column) } else { flow.text(column) };
    let is_float = flow.dtype(column).is_some_and(DataType::is_float);
    let counts = if is_float { value.clone().is_finite() } else { value.clone().is_not_null() };
    let keys = by.iter().zip(0..).map(|(key, place)| flow.text(key).alias(place.to_string()));
    let by_cell: Vec<Expr> = keys.chain([value.alias(VALUE)]).collect();
    let counted = flow.frame.clone().filter(flow.is_in().and(counts)).group_by(by_cell).agg([len().alias("n")]);
    let counted = collect_streamed(CLEANING, counted)?;
    let keys: Vec<&StringChunked> = (0..by.len())
        .map(|place| counted.column(&place.to_string())?.str())
        .collect::<PolarsResult<_>>()
        .map_err(query(CLEANING))?;
    let cells = counted.column(VALUE).map_err(query(CLEANING))?;
    let n = counted.column("n").and_then(|n| n.cast(&DataType::UInt64)).map_err(query(CLEANING))?;
    let mut tallies: BTreeMap<Key, Tallies> = BTreeMap::new();
    let overall = tallies.entry(vec![]).or_default();
    let rows = cell_facts(cells).map_err(query(CLEANING))?.into_iter();
    let rows: Vec<(Fact, u64)> =
        rows.zip(n.u64().map_err(query(CLEANING))?.iter().map(Option::unwrap_or_default)).collect();
    rows.iter().for_each(|(fact, n)| overall.add(fact, *n));
    if !by.is_empty() {
        for (row, (fact, n)) in rows.iter().enumerate() {
            let key = keys.iter().map(|key| key.get(row).map(str::to_owned)).collect();
            tallies.entry(key).or_default().add(fact, *n);
        }
    }
    Ok(tallies.into_iter().map(|(key, tallies)| tallies.learned(key)).collect())
}

/// Cells of the counted column as facts.
fn cell_facts(cells: &Column) -> PolarsResult<Vec<Fact>> {
    let unknown = || Fact::Undefined("null".to_owned());
    Ok(match cells.dtype() {
        DataType::String => {
            cells.str()?.iter().map(|text| text.map_or_else(unknown, |text| Fact::Text(text.to_owned()))).collect()
        }
        DataType::Boolean => cells.bool()?.iter().map(|flag| flag.map_or_else(unknown, Fact::Flag)).collect(),
        dtype if dtype.is_float() => {
            let numbers = cells.cast(&DataType::Float64)?;
            // Minus zero is zero: one of them would come first by chance.
            numbers
                .f64()?
                .iter()
                .map(|number| number.map_or_else(unknown, |number| Fact::Number(number + 0.0)))
                .collect()
        }
        _ => {
            let whole = cells.strict_cast(&DataType::Int64)?;
            whole.i64()?.iter().map(|whole| whole.map_or_else(unknown, Fact::Whole)).collect()
        }
    })
}

/// How often each value of a group occurs.
#[derive(Default)]
struct Tallies {
    counts: Vec<(Fact, u64)>,
}

impl Tallies {
    fn add(&mut self, fact: &Fact, n: u64) {
        self.counts.push((fact.clone(), n));
    }

    fn learned(mut self, key: Key) -> LearnedGroup {
        self.counts.sort_by(|(a, _), (b, _)| order(a, b));
        let mut best: Option<(Fact, u64)> = None;
        let n_rows = self.counts.iter().map(|(_, n)| n).sum();
        for run in self.counts.chunk_by(|(a, _), (b, _)| a == b) {
            let n: u64 = run.iter().map(|(_, n)| n).sum();
            if best.as_ref().is_none_or(|(_, most)| n > *most) {
                best = Some((run[0].0.clone(), n));
            }
        }
        let fact = best.map_or_else(|| Fact::Undefined("no value to learn from".to_owned()), |(fact, _)| fact);
        LearnedGroup::new(key, n_rows, [(VALUE, fact)])
    }
}

/// The order in which the smallest of equally frequent values comes first.
fn order(a: &Fact, b: &Fact) -> Ordering {
    match (a, b) {
        (Fact::Number(a), Fact::Number(b)) => a.total_cmp(b),
        (Fact::Whole(a), Fact::Whole(b)) => a.cmp(b),
        (Fact::Text(a), Fact::Text(b)) => a.cmp(b),
        (Fact::Flag(a), Fact::Flag(b)) => a.cmp(b),
        _ => Ordering::Equal,
    }
}
