//! The one pass: target, weight and drivers as numbers or text.

use polars::prelude::*;

use super::design::KeyDriversState;
use super::params::{KEY_DRIVERS, KeyDrivers};
use super::report::KeyDriverReport;
use crate::analysis::{self, Analysis};
use crate::error::{Error, Result};
use crate::frame::numbers::is_numeric;
use crate::frame::schema::{column_remedy, is_written};

impl Analysis for KeyDrivers {
    type Input = LazyFrame;
    type Reduced = KeyDriversState;
    type Output = KeyDriverReport;
    const NAME: &'static str = KEY_DRIVERS;

    /// Selects the columns that the settings name; of a target with an `event`, whether it is that.
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
        let mut exprs = vec![target.alias(self.target())];
        exprs.extend(self.weights().map(|weights| col(weights.column.as_str())));
        exprs.extend(self.drivers().flat_map(|(_, columns)| columns).map(|column| col(column.as_str())));
        Ok(frame.select(exprs))
    }

    fn reduce(&self, plan: LazyFrame) -> Result<KeyDriversState> {
        KeyDriversState::of(self, &analysis::collect_streamed(KEY_DRIVERS, plan)?)
    }

    fn finish(&self, state: KeyDriversState) -> Result<KeyDriverReport> {
        KeyDriverReport::of(self, &state)
    }
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
            judge("target", self.target(), &is_numeric, "a number or a flag; name an `event` of a target of text");
        }
        let is_either = |dtype: &DataType| is_numeric(dtype) || is_written(dtype);
        for (driver, columns) in self.drivers() {
            let is_group = columns.len() != 1 || columns[0] != driver;
            for column in columns {
                if is_group {
                    judge("grouped", column, &is_numeric, "a number or a flag; text is a group of its own");
                } else {
                    judge("driver", column, &is_either, "a number, a flag, text or categories");
                }
            }
        }
        problems.extend(self.weights().and_then(|weights| weights.problem(schema)));
        problems.extend(self.ill_fitting(schema));
        problems
    }

    /// References of what has no levels, and scales of what is no number.
    fn ill_fitting(&self, schema: &Schema) -> Vec<String> {
        let mut problems = Vec::new();
        for (driver, _) in self.drivers() {
            let Some(dtype) = schema.get(driver) else { continue };
            if self.reference(driver).is_some() && is_numeric(dtype) {
                problems
                    .push(format!("`{driver}` is {dtype} and has no reference; cast it to text, or leave that out"));
            }
            if self.has_own_scale(driver) && is_written(dtype) {
                problems.push(format!("`{driver}` is {dtype} and has no scale; give numbers, or leave that out"));
            }
        }
        problems
    }
}
