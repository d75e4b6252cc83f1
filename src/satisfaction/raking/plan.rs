//! Raking as an analysis.

use polars::prelude::*;

use super::params::Raking;
use super::reading::{RakingReading, read};
use super::report::RakingReport;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::SurveyResponses;
use crate::frame::columns::WEIGHT;

impl Analysis for Raking {
    type Input = SurveyResponses;
    type Reduced = RakingReading;
    type Output = RakingReport;
    const NAME: &'static str = "raking";

    /// The columns of the margins, and the weights that responses begin with.
    fn plan(&self, survey: &SurveyResponses) -> Result<LazyFrame> {
        let columns = survey.columns();
        let has_role = |name: &String| columns.segments.contains(name) || columns.touchpoint.as_ref() == Some(name);
        if let Some(margin) = self.0.margins.iter().find(|margin| !has_role(&margin.column)) {
            let expected = "of columns with the role `segments` or `touchpoint`";
            return Err(Error::param(Self::NAME, "margins", expected, format!("`{}`", margin.column)));
        }
        let mut exprs = self.0.cells().plan(survey)?;
        if let Some(weight) = &columns.weight {
            exprs.push(col(weight.as_str()).cast(DataType::Float64).alias(WEIGHT));
        }
        Ok(survey.lazy().select(exprs))
    }

    /// Counts the responses of every combination of levels, in one pass.
    fn reduce(&self, mut plan: LazyFrame) -> Result<RakingReading> {
        let schema = plan.collect_schema().map_err(Error::query(Self::NAME))?;
        read(self.0.cells(), schema.contains(WEIGHT), plan)
    }

    fn finish(&self, reading: RakingReading) -> Result<RakingReport> {
        self.rake(&reading)
    }
}
