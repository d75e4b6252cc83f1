//! The one pass: the columns that are correlated, and nothing of the others but their types.

use polars::prelude::*;

use super::finish;
use super::matrix::CorrelationMatrix;
use super::params::{CORRELATION, Correlation};
use super::state::CorrelationState;
use crate::analysis::{self, Analysis};
use crate::error::{Error, Result};
use crate::frame::numbers::is_numeric;
use crate::frame::schema::column_remedy;

impl Analysis for Correlation {
    type Input = LazyFrame;
    type Reduced = CorrelationState;
    type Output = CorrelationMatrix;
    const NAME: &'static str = CORRELATION;

    /// Selects the columns to correlate, and those of weights and held fixed. Of a column that
    /// is left out for its type only the type stays; its cells are not read.
    ///
    /// # Errors
    /// `Schema` with every problem at once: named columns that are not there or cannot be
    /// correlated by the method, or fewer than two that can.
    fn plan(&self, frame: &LazyFrame) -> Result<LazyFrame> {
        let mut frame = frame.clone();
        let schema = frame.collect_schema().map_err(Error::query(CORRELATION))?;
        let problems = self.problems(&schema);
        if !problems.is_empty() {
            return Err(Error::Schema { table: CORRELATION, problems });
        }
        let mut names = self.columns_of(&schema);
        names.extend(self.given().iter().cloned());
        names.extend(self.weights().map(|role| role.column.clone()));
        let select = |name: &String| {
            let dtype = schema.get(name.as_str()).cloned().unwrap_or(DataType::Null);
            let is_read = self.reading(name, &dtype).is_ok() || self.has_part(name);
            if is_read { col(name.as_str()) } else { lit(NULL).cast(dtype).alias(name.as_str()) }
        };
        Ok(frame.select(names.iter().map(select).collect::<Vec<_>>()))
    }

    fn reduce(&self, plan: LazyFrame) -> Result<CorrelationState> {
        CorrelationState::of(self, &analysis::collect(CORRELATION, plan)?)
    }

    fn finish(&self, state: CorrelationState) -> Result<CorrelationMatrix> {
        Ok(finish::finish(self, state))
    }
}

impl Correlation {
    /// Whether a column is weights or held fixed.
    fn has_part(&self, name: &str) -> bool {
        self.given().iter().any(|given| given == name) || self.weights().is_some_and(|role| role.column == name)
    }

    fn problems(&self, schema: &Schema) -> Vec<String> {
        let mut problems = Vec::new();
        let absent = |part: &str, name: &str| format!("{part} `{name}` is not there; {}", column_remedy(name, schema));
        let columns = self.named().iter().map(|name| ("column", name.as_str()));
        let target = self.target().filter(|target| !self.named().iter().any(|name| name == target));
        for (part, name) in columns.chain(target.map(|name| ("target", name))) {
            match schema.get(name).map(|dtype| self.reading(name, dtype)) {
                None => problems.push(absent(part, name)),
                Some(Err(reason)) => problems.push(format!("{part} `{name}` cannot be correlated: {reason}")),
                Some(Ok(_)) => {}
            }
        }
        for name in self.categorical().iter().filter(|name| schema.get(name.as_str()).is_none()) {
            problems.push(absent("categorical column", name));
        }
        for name in self.given() {
            match schema.get(name) {
                None => problems.push(absent("given column", name)),
                Some(dtype) if !is_numeric(dtype) => {
                    problems.push(format!("given column `{name}` is {dtype}; give one of numbers"));
                }
                Some(_) => {}
            }
        }
        problems.extend(self.weights().and_then(|role| role.problem(schema)));
        if problems.is_empty() {
            problems.extend(self.too_few(schema));
        }
        problems
    }

    fn too_few(&self, schema: &Schema) -> Option<String> {
        let names = self.columns_of(schema);
        let can_be = |name: &&String| schema.get(name.as_str()).is_some_and(|dtype| self.reading(name, dtype).is_ok());
        let n = names.iter().filter(can_be).count();
        let method = self.method().name();
        (n < 2).then(|| {
            format!("{n} of {} column(s) can be correlated by `method` {method}, which takes two", names.len())
        })
    }
}
