//! Cells that have to occur in a column of another table.

use foldhash::fast::FixedState;
use polars::prelude::*;

use crate::cleaning::engine::flow::Flow;
use crate::cleaning::engine::step::Table;
use crate::error::{Error, Result};
use crate::frame::schema::is_written;

/// Only asked whether it contains a key; its order reaches nothing.
type HashSet<T> = hashbrown::HashSet<T, FixedState>;

/// The form in which cells of two columns are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// As text: text itself, categories, and whole numbers beyond 64 bits with sign.
    Text,
    /// As whole numbers: those of 64 bits with sign, days, and microseconds.
    Whole,
    /// As Float64: all other numbers.
    Number,
}

impl Form {
    /// The form that fits both types, where they compare at all.
    fn of(a: &DataType, b: &DataType) -> Option<Self> {
        let is_number = |dtype: &DataType| dtype.is_primitive_numeric() || dtype.is_decimal();
        let is_large = |dtype: &DataType| matches!(dtype, DataType::UInt64 | DataType::Int128 | DataType::UInt128);
        match (a, b) {
            (DataType::Null, DataType::Null) => Some(Self::Text),
            (DataType::Null, other) | (other, DataType::Null) => Self::of(other, other),
            (a, b) if is_written(a) && is_written(b) => Some(Self::Text),
            (a, b) if a.is_integer() && b.is_integer() => {
                Some(if is_large(a) || is_large(b) { Self::Text } else { Self::Whole })
            }
            (a, b) if is_number(a) && is_number(b) => Some(Self::Number),
            (DataType::Date, DataType::Date) => Some(Self::Whole),
            (DataType::Datetime(_, zone), DataType::Datetime(_, other)) => (zone == other).then_some(Self::Whole),
            _ => None,
        }
    }

    /// A column in this form.
    fn expr(self, cell: Expr, dtype: &DataType) -> Expr {
        match (self, dtype) {
            (Self::Text, _) => cell.cast(DataType::String),
            (Self::Whole, DataType::Datetime(_, zone)) => {
                cell.cast(DataType::Datetime(TimeUnit::Microseconds, zone.clone())).cast(DataType::Int64)
            }
            (Self::Whole, _) => cell.cast(DataType::Int64),
            (Self::Number, _) => cell.cast(DataType::Float64),
        }
    }
}

/// The keys of a table.
#[derive(Debug)]
enum Keys {
    Texts(HashSet<Box<str>>),
    Wholes(HashSet<i64>),
    Numbers(HashSet<u64>),
}

impl Keys {
    /// The distinct keys of a column; what is missing is none.
    fn of(column: &Column, form: Form) -> PolarsResult<Self> {
        Ok(match form {
            Form::Text => Self::Texts(texts(column.str()?)),
            Form::Whole => Self::Wholes(column.i64()?.iter().flatten().collect()),
            Form::Number => Self::Numbers(column.f64()?.iter().flatten().filter_map(bits).collect()),
        })
    }

    /// Whether each cell is a key; null for a missing cell.
    fn contain(&self, cells: &Column) -> PolarsResult<Column> {
        let name = cells.name().clone();
        let found: BooleanChunked = match self {
            Self::Texts(keys) => cells.str()?.iter().map(|cell| cell.map(|cell| keys.contains(cell))).collect(),
            Self::Wholes(keys) => cells.i64()?.iter().map(|cell| cell.map(|cell| keys.contains(&cell))).collect(),
            Self::Numbers(keys) => {
                cells.f64()?.iter().map(|cell| cell.and_then(bits).map(|cell| keys.contains(&cell))).collect()
            }
        };
        Ok(found.with_name(name).into_column())
    }
}

/// The distinct texts; only those are copied.
fn texts(column: &StringChunked) -> HashSet<Box<str>> {
    let mut keys = HashSet::default();
    for text in column.iter().flatten() {
        if !keys.contains(text) {
            keys.insert(text.into());
        }
    }
    keys
}

/// The bits of a number, of both zeros the same; NaN is missing.
fn bits(number: f64) -> Option<u64> {
    (!number.is_nan()).then(|| (number + 0.0).to_bits())
}

/// Whether the cell of a column occurs in the key column of another table, which is read
/// here; null for a missing cell.
pub(crate) fn is_in_table(flow: &Flow, column: &str, table: &str, key: &str) -> Result<Expr> {
    let query = || Error::query("reading the keys of another table");
    let Some(found) = flow.tables.get(table) else { return Ok(lit(NULL)) };
    let of_key = found.clone().collect_schema().map_err(query())?.get(key).cloned().unwrap_or(DataType::Null);
    let of_cell = flow.dtype(column).cloned().unwrap_or(DataType::Null);
    let Some(form) = Form::of(&of_cell, &of_key) else { return Ok(lit(NULL)) };
    let read = flow.read_table(table, vec![form.expr(col(key), &of_key)])?;
    let keys = Keys::of(&read[0], form).map_err(query())?;
    let cells = form.expr(flow.value(column), &of_cell);
    let of_type = |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), DataType::Boolean));
    Ok(cells.map(move |cells| keys.contain(&cells), of_type))
}

/// What stands against looking a column up in another table.
pub(crate) fn problem_of_table(table: &Table<'_>, column: &str, other: &str, key: &str) -> Option<String> {
    let Some(schema) = table.schema_of(other) else {
        return Some(format!("table `{other}` was not given; add it with `CleaningInput::table`"));
    };
    let Some(of_key) = schema.get(key) else {
        return Some(format!("table `{other}` has no column `{key}`; check its spelling"));
    };
    let of_cell = table.schema.get(column)?;
    Form::of(of_cell, of_key).is_none().then(|| {
        format!(
            "column `{column}` is {of_cell}, but column `{key}` of table `{other}` is {of_key}; cast one to the type \
             of the other"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleaning::{Checks, CleaningInput, CleaningParams};
    use crate::frame::columns::SOURCE_ROW;

    /// Rows whose cell is no key, and the number of cells that are missing.
    fn looked_up(cells: Series, keys: Series) -> Result<(Vec<IdxSize>, u64)> {
        let frame = DataFrame::new(cells.len(), vec![cells.with_name("cell".into()).into_column()]).unwrap();
        let codes = DataFrame::new(keys.len(), vec![keys.with_name("code".into()).into_column()]).unwrap();
        let input = CleaningInput::new(frame.lazy()).table("codes", codes.lazy());
        let cleaned = CleaningParams::new().rule(Checks::new().in_table("cell", "codes", "code")).run(input)?;
        let taken = cleaned.quarantine().column(SOURCE_ROW).unwrap().idx().unwrap().iter().flatten().collect();
        let n_unjudged = cleaned.report().rules[0].checks[0].n_unjudged;
        Ok((taken, n_unjudged))
    }

    #[test]
    fn cells_are_looked_up_in_another_table() {
        let texts = Series::new("".into(), [Some("茶"), Some("tea"), None, Some("茶 ")]);
        let keys = Series::new("".into(), [Some("茶"), None, Some("茶"), Some("")]);
        assert_eq!(looked_up(texts.clone(), keys.clone()).unwrap(), (vec![1, 3], 1));
        let categories = texts.cast(&DataType::from_categories(Categories::global())).unwrap();
        assert_eq!(looked_up(categories, keys.clone()).unwrap(), (vec![1, 3], 1));
        assert_eq!(
            looked_up(texts.clone(), keys.slice(0, 0)).unwrap(),
            (vec![0, 1, 3], 1),
            "an empty table has no key"
        );
        let nothing = Series::new_null("".into(), 2);
        assert_eq!(looked_up(texts, nothing.clone()).unwrap(), (vec![0, 1, 3], 1));
        assert_eq!(looked_up(nothing, keys).unwrap(), (vec![], 2));
    }

    #[test]
    fn numbers_are_looked_up_exactly() {
        let wholes = Series::new("".into(), [Some(i64::MAX), Some(i64::MAX - 1), Some(-1), None]);
        let small = Series::new("".into(), [-1_i32]);
        assert_eq!(looked_up(wholes.clone(), small).unwrap(), (vec![0, 1], 1));
        let large = Series::new("".into(), [i64::MAX as u64, u64::MAX]);
        assert_eq!(looked_up(wholes, large).unwrap(), (vec![1, 2], 1));
        let numbers =
            Series::new("".into(), [Some(2.0), Some(-0.0), Some(f64::NAN), Some(f64::INFINITY), Some(2.5), None]);
        assert_eq!(looked_up(numbers.clone(), Series::new("".into(), [0_i64, 2])).unwrap(), (vec![3, 4], 2));
        let odd = Series::new("".into(), [f64::NAN, f64::INFINITY, 0.0]);
        assert_eq!(looked_up(numbers, odd).unwrap(), (vec![0, 4], 2));
    }

    #[test]
    fn times_are_looked_up_by_the_instant() {
        let days = Series::new("".into(), [Some(0_i32), Some(1), None]).cast(&DataType::Date).unwrap();
        assert_eq!(looked_up(days.clone(), days.slice(1, 1)).unwrap(), (vec![0], 1));
        let of = |unit| days.cast(&DataType::Datetime(unit, None)).unwrap();
        let (milli, nano) = (of(TimeUnit::Milliseconds), of(TimeUnit::Nanoseconds));
        assert_eq!(looked_up(milli.clone(), nano.slice(0, 1)).unwrap(), (vec![1], 1));
        let refused = looked_up(milli, days).unwrap_err().to_string();
        assert!(refused.contains("is datetime[ms], but column `code` of table `codes` is date; cast one"), "{refused}");
    }
}
