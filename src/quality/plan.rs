//! The one pass: every column as it is, the day of a row, and the answer to every expectation.

use polars::prelude::*;

use super::cells::Kind;
use super::params::{QUALITY, Quality};
use super::report::DataQuality;
use super::state::QualityState;
use crate::analysis::{self, Analysis};
use crate::error::{Error, Result};
use crate::frame::schema::{column_remedy, on_wall_clock};

impl Analysis for Quality {
    type Input = LazyFrame;
    type Reduced = QualityState;
    type Output = DataQuality;
    const NAME: &'static str = QUALITY;

    /// Selects every column and adds one for the time and each expectation.
    ///
    /// # Errors
    /// `Schema` with every problem at once: columns of the key, the time or a condition that
    /// are not there or cannot be used.
    fn plan(&self, frame: &LazyFrame) -> Result<LazyFrame> {
        let mut frame = frame.clone();
        let schema = frame.collect_schema().map_err(Error::query(QUALITY))?;
        let problems = self.problems(&schema);
        if !problems.is_empty() {
            return Err(Error::Schema { table: QUALITY, problems });
        }
        let mut exprs: Vec<Expr> =
            schema.iter().map(|(name, dtype)| on_wall_clock(col(name.clone()), Some(dtype))).collect();
        let mut added = Vec::new();
        if let Some(time) = self.time() {
            let dtype = schema.get(time.column.as_str());
            added.push(on_wall_clock(col(time.column.as_str()), dtype).dt().date());
        }
        added.extend(self.expectations().iter().map(|expectation| expectation.condition.to_expr(&schema)));
        let mut prefix = "added".to_owned();
        while schema.iter_names().any(|name| name.starts_with(&prefix)) {
            prefix.push('_');
        }
        exprs.extend(added.into_iter().enumerate().map(|(at, expr)| expr.alias(format!("{prefix}{at}"))));
        Ok(frame.select(exprs))
    }

    fn reduce(&self, mut plan: LazyFrame) -> Result<QualityState> {
        let schema = plan.collect_schema().map_err(Error::query(QUALITY))?;
        let state = QualityState::new(self, &schema);
        if schema.is_empty() {
            return Ok(state);
        }
        analysis::stream(QUALITY, plan, state, |state, batch| state.add(&batch))
    }

    fn finish(&self, state: QualityState) -> Result<DataQuality> {
        Ok(DataQuality::of(self, state))
    }
}

impl Quality {
    fn problems(&self, schema: &Schema) -> Vec<String> {
        let mut problems = Vec::new();
        for name in self.key() {
            match schema.get(name.as_str()).map(|dtype| (dtype, Kind::of(dtype))) {
                None => {
                    problems.push(format!("key column `{name}` is not there; {}", column_remedy(name, schema)));
                }
                Some((dtype, Kind::Opaque)) => problems.push(format!(
                    "key column `{name}` is {dtype}, whose values are not told apart; cast it to text or a number first"
                )),
                Some(_) => {}
            }
        }
        if let Some(time) = self.time() {
            match schema.get(time.column.as_str()) {
                None => {
                    let remedy = column_remedy(&time.column, schema);
                    problems.push(format!("time column `{}` is not there; {remedy}", time.column));
                }
                Some(DataType::Date | DataType::Datetime(..)) => {}
                Some(dtype) => problems
                    .push(format!("time column `{}` is {dtype}; parse it into a Date or Datetime first", time.column)),
            }
        }
        for expectation in self.expectations() {
            let of_it = expectation.condition.problems(schema).into_iter();
            problems.extend(of_it.map(|problem| format!("expectation `{}`: {problem}", expectation.name)));
        }
        problems
    }
}
