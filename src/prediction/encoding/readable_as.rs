//! Whether the columns of a table can be read as a feature is.

use polars::prelude::*;

use super::coding::{Coding, Fitted, LevelReading, NumberReading};
use super::encoder::Encoder;
use crate::error::{Error, Result};
use crate::frame::codes::has_categories;
use crate::frame::numbers::is_numeric;
use crate::frame::schema::{column_remedy, fitted_column_remedy, is_time};

const TABLE: &str = "features";

/// Refuses a table whose columns are not there or cannot be read as in training.
pub(super) fn check_frame(encoder: &Encoder, frame: &DataFrame) -> Result<()> {
    let schema = frame.schema();
    let mut problems: Vec<String> = encoder.features.iter().filter_map(|fitted| problem(fitted, schema)).collect();
    problems.dedup();
    if problems.is_empty() { Ok(()) } else { Err(Error::Schema { table: TABLE, problems }) }
}

fn problem(fitted: &Fitted, schema: &Schema) -> Option<String> {
    let column = &fitted.column;
    let Some(dtype) = schema.get(column.as_str()) else { return Some(missing_of_fit(column, schema)) };
    let (is_readable, needs) = match &fitted.coding {
        Coding::Number(number) => match number.reading {
            NumberReading::Number => (is_numeric(dtype), "numbers"),
            NumberReading::Days { .. } => (is_time(dtype), "dates"),
        },
        Coding::Levels(levels) => match levels.reading {
            LevelReading::Label | LevelReading::Flag => (has_categories(dtype), "text, numbers or booleans"),
            LevelReading::Bins { .. } => (is_numeric(dtype), "numbers"),
            LevelReading::Month | LevelReading::Weekday => (is_time(dtype), "dates"),
        },
    };
    (!is_readable).then(|| format!("feature `{column}` was learned from {needs}, but is {dtype}; cast it"))
}

pub(super) fn missing(column: &str, schema: &Schema) -> String {
    format!("feature `{column}` is not there; {}", column_remedy(column, schema))
}

fn missing_of_fit(column: &str, schema: &Schema) -> String {
    format!("feature `{column}` is not there; {}", fitted_column_remedy(column, schema))
}

pub(super) fn refused(problems: Vec<String>) -> Error {
    Error::Schema { table: TABLE, problems }
}
