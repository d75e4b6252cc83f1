//! The one pass: target, weight and drivers as numbers or text.

use polars::prelude::*;

use super::design::KeyDriversState;
use super::params::{KEY_DRIVERS, KeyDrivers};
use super::report::KeyDriverReport;
use crate::analysis::{self, Analysis};
use crate::error::{Error, Result};
use crate::frame::schema::{column_remedy, is_written};

impl Analysis for KeyDrivers {
    type Input = LazyFrame;
    type Reduced = KeyDriversState;
    type Output = KeyDriverReport;
    const NAME: &'static str = KEY_DRIVERS;

    /// Selects the columns that the settings name, numbers as Float64.
    ///
    /// # Errors
    /// `Schema` with every problem at once: columns that are not there or cannot be used.
    fn plan(&self, frame: &LazyFrame) -> Result<LazyFrame> {
        let mut frame = frame.clone();
        let schema = frame.collect_schema().map_err(Error::query(KEY_DRIVERS))?;
        let problems = self.problems(&schema);
        if !problems.is_empty() {
            return Err(Error::Schema { table: KEY_DRIVERS, problems });
        }
        let target = match self.event() {
            Some(event) => col(self.target()).cast(DataType::String).eq(lit(event)),
            None => col(self.target()),
        };
        let mut exprs = vec![target.cast(DataType::Float64).alias(self.target())];
        exprs.extend(self.weights().map(|weights| col(weights.column.as_str()).cast(DataType::Float64)));
        for column in self.drivers().flat_map(|(_, columns)| columns) {
            let is_text = schema.get(column.as_str()).is_some_and(is_written);
            let read_as = if is_text { DataType::String } else { DataType::Float64 };
            exprs.push(col(column.as_str()).cast(read_as));
        }
        Ok(frame.select(exprs))
    }

    fn reduce(&self, plan: LazyFrame) -> Result<KeyDriversState> {
        KeyDriversState::of(self, &analysis::collect_streamed(KEY_DRIVERS, plan)?)
    }

    fn finish(&self, state: KeyDriversState) -> Result<KeyDriverReport> {
        KeyDriverReport::of(self, &state)
    }
}

/// Columns that can be read as doubles.
fn is_countable(dtype: &DataType) -> bool {
    dtype.is_primitive_numeric() || dtype.is_decimal() || matches!(dtype, DataType::Boolean)
}

impl KeyDrivers {
    fn problems(&self, schema: &Schema) -> Vec<String> {
        let mut problems = Vec::new();
        let mut judge = |role: &str, column: &str, accepts: &dyn Fn(&DataType) -> bool, needs: &str| match schema
            .get(column)
        {
            None => problems.push(format!("{role} column `{column}` is not there; {}", column_remedy(column, schema))),
            Some(dtype) if !accepts(dtype) => {
                problems.push(format!("{role} column `{column}` is {dtype}, but must be {needs}"));
            }
            Some(_) => {}
        };
        if self.event().is_some() {
            judge("target", self.target(), &is_written, "text or categories, as an `event` is named");
        } else {
            judge("target", self.target(), &is_countable, "a number or a flag; name an `event` of a target of text");
        }
        if let Some(weights) = self.weights() {
            judge("weight", &weights.column, &is_countable, "a number");
        }
        let is_either = |dtype: &DataType| is_countable(dtype) || is_written(dtype);
        for (driver, columns) in self.drivers() {
            let is_group = columns.len() != 1 || columns[0] != driver;
            for column in columns {
                if is_group {
                    judge("grouped", column, &is_countable, "a number or a flag; text is a group of its own");
                } else {
                    judge("driver", column, &is_either, "a number, a flag, text or categories");
                }
            }
        }
        problems
    }
}
