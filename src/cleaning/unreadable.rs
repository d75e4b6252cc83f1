//! Columns that are read into another form: what was blank, what could not be read, and what
//! becomes of it.
//!
//! A cell is read once: its value is a helper column, and whether it was blank or could not
//! be read follows from the value being missing.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::flow::{Event, Flow, Judgement, Take};
use super::rule::CLEANING;
use super::step::check_distinct;
use crate::error::{Error, Result};
use crate::text::trimmed;

/// What becomes of a cell that cannot be read as what its column is said to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unreadable {
    /// It becomes null and is counted, with its shape.
    #[default]
    Null,
    /// Its row goes into the quarantine.
    Quarantine,
    /// The job fails, and says how many rows have such cells.
    Fail,
}

/// What becomes of a cell that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Null,
    /// Stays as it was; the column keeps its type.
    Keep,
    Quarantine,
    Fail,
}

impl From<Unreadable> for Fate {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::Null => Self::Null,
            Unreadable::Quarantine => Self::Quarantine,
            Unreadable::Fail => Self::Fail,
        }
    }
}

/// A column of which the cells were read.
pub(crate) struct Cells {
    column: String,
    dtype: DataType,
    source: Expr,
    value: String,
    blank: String,
    failed: String,
    /// Behind the name of the column, why a row was taken.
    reason: &'static str,
    more: Vec<Event>,
}

impl Cells {
    /// Reads a column out of its source; what is null in `value` and not in the source was
    /// blank or could not be read.
    pub(crate) fn read(
        flow: &mut Flow,
        column: &str,
        source: Expr,
        (value, dtype): (Expr, DataType),
        reason: &'static str,
    ) -> Self {
        let value = flow.derive("value", value);
        let blank = flow.derive("blank", blanks(source.clone(), col(value.as_str())));
        let is_left = source.clone().is_not_null().and(col(value.as_str()).is_null());
        let failed = flow.derive("failed", is_left.and(col(blank.as_str()).not()));
        Self { column: column.to_owned(), dtype, source, value, blank, failed, reason, more: vec![] }
    }

    /// Counts more of what happened to the cells.
    pub(crate) fn with(mut self, event: Event) -> Self {
        self.more.push(event);
        self
    }

    /// What was read; null where nothing was.
    pub(crate) fn value(&self) -> Expr {
        col(self.value.as_str())
    }

    /// Puts what was read in the place of the column.
    fn place(self, flow: &mut Flow, fate: Fate, failed: &'static str) {
        let (value, has_failed) = (self.value(), col(self.failed.as_str()));
        let mut events =
            vec![Event::note("read", value.clone().is_not_null()), Event::note("blank", col(self.blank.as_str()))];
        match fate {
            Fate::Null => events.push(Event::change(failed, has_failed.clone()).with_shape()),
            Fate::Keep => events.push(Event::note(failed, has_failed.clone()).with_shape()),
            // Their rows are taken, and counted by their reason.
            Fate::Quarantine | Fate::Fail => {}
        }
        events.extend(self.more);
        let value = if fate == Fate::Keep { when(has_failed).then(self.source).otherwise(value) } else { value };
        flow.mend(&self.column, value, self.dtype, events);
    }
}

/// Puts what was read in the place of the columns, and does with the rest as told.
pub(crate) fn place(flow: &mut Flow, columns: Vec<Cells>, fate: Fate, failed: &'static str) {
    if matches!(fate, Fate::Quarantine | Fate::Fail) {
        let of_column = |cells: &Cells| {
            let reason = format!("`{}` {}", cells.column, cells.reason);
            Take::new(col(cells.failed.as_str()), reason).with_shape_of(cells.column.as_str())
        };
        flow.judge(Judgement { take: columns.iter().map(of_column).collect(), ..Judgement::default() });
    }
    if fate == Fate::Fail {
        flow.allow_none("mend the cells, or set `unreadable` to null or quarantine");
    }
    columns.into_iter().for_each(|cells| cells.place(flow, fate, failed));
}

/// Cells of white space alone, or NaN, among those of which nothing was read.
fn blanks(source: Expr, value: Expr) -> Expr {
    let find = |columns: &mut [Column]| {
        let [source, value] = &*columns else { polars_bail!(ComputeError: "a source and its value are needed") };
        let is_read = value.is_not_null();
        let found: BooleanChunked = match source.dtype() {
            // Every cell with something in it was read.
            _ if source.null_count() == value.null_count() => BooleanChunked::full("".into(), false, source.len()),
            DataType::String => {
                let is_blank = |cell: Option<&str>| cell.is_some_and(|cell| trimmed(cell).is_empty());
                let cells = source.str()?.iter().zip(is_read.iter());
                cells.map(|(cell, is_read)| is_read == Some(false) && is_blank(cell)).collect()
            }
            dtype if dtype.is_float() => {
                let numbers = source.cast(&DataType::Float64)?;
                numbers.f64()?.iter().map(|cell| cell.is_some_and(f64::is_nan)).collect()
            }
            _ => BooleanChunked::full("".into(), false, source.len()),
        };
        Ok(found.into_column())
    };
    map_multiple(find, [source, value], |_: &Schema, _: &[Field]| Ok(Field::new("blank".into(), DataType::Boolean)))
}

/// Whether cells of this type are text, categories, or nothing but null.
pub(crate) fn is_written(dtype: &DataType) -> bool {
    matches!(dtype, DataType::String | DataType::Categorical(..) | DataType::Enum(..) | DataType::Null)
}

/// Reads text cell by cell into another type.
pub(crate) fn read_text(
    text: Expr,
    dtype: DataType,
    read: impl Fn(&StringChunked) -> Series + Send + Sync + 'static,
) -> (Expr, DataType) {
    let of_type = dtype.clone();
    let read = move |cells: Column| Ok(read(cells.str()?).into_column());
    let expr = text.map(read, move |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), of_type.clone())));
    (expr, dtype)
}

/// Numbers out of text, written straight into one array.
pub(crate) fn numbers<T: PolarsNumericType>(
    text: &StringChunked,
    read: impl Fn(&str) -> Option<T::Native>,
) -> ChunkedArray<T> {
    let mut values = PrimitiveChunkedBuilder::<T>::new(text.name().clone(), text.len());
    for chunk in text.downcast_iter() {
        chunk.iter().for_each(|cell| values.append_option(cell.and_then(&read)));
    }
    values.finish()
}

/// Refuses a list without columns, or one that names a column twice.
pub(crate) fn check_columns(param: &'static str, columns: &[String]) -> Result<()> {
    if columns.is_empty() {
        return Err(Error::param(CLEANING, param, "at least one column", "none"));
    }
    check_distinct(param, columns)
}
