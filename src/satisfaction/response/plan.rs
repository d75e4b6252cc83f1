//! Response rates as an analysis.

use std::collections::BTreeMap;

use polars::prelude::LazyFrame;

use super::params::Response;
use super::report::{AttributeResponse, ResponseReport};
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::SurveyResponses;
use crate::kernel::hypothesis::Outcomes;
use crate::kernel::multiplicity::Multiplicity;
use crate::kernel::survey::response_rate;
use crate::satisfaction::tally::{SurveyReading, TallySettings, read};

impl Analysis for Response {
    type Input = SurveyResponses;
    type Reduced = SurveyReading;
    type Output = ResponseReport;
    const NAME: &'static str = "response";

    /// Coded answers and the columns to compare by.
    fn plan(&self, survey: &SurveyResponses) -> Result<LazyFrame> {
        if survey.columns().weight.is_some() {
            let expected = "left out of the roles, as those who did not answer have no weight";
            return Err(Error::param(Self::NAME, "weight", expected, "a weight"));
        }
        TallySettings::plan(&self.0.cells(), survey)
    }

    /// Counts rows with and without an answer, in one pass.
    fn reduce(&self, mut plan: LazyFrame) -> Result<SurveyReading> {
        read(TallySettings::of(self.0.cells(), &mut plan, |_| 0)?, plan)
    }

    fn finish(&self, reading: SurveyReading) -> Result<ResponseReport> {
        self.0.cells().check_made(&reading.settings.cells, "columns")?;
        reading.check()?;
        let rows = reading.rows();
        let mut attributes = self.attributes(&reading)?;
        Multiplicity::Holm
            .adjust_all(&mut attributes, AttributeResponse::p_value, |attribute, p| attribute.p_adjusted = p);
        Ok(ResponseReport {
            params: self.0.clone(),
            rate: response_rate(rows.n_used, rows.n_rows, self.0.conf_level),
            rows,
            attributes,
        })
    }
}

impl Response {
    /// Each column by itself, whatever the values of the others.
    fn attributes(&self, reading: &SurveyReading) -> Result<Vec<AttributeResponse>> {
        let ordered = reading.in_order()?;
        let attribute = |(at, column): (usize, &String)| {
            let values = reading.values_in_order(at)?;
            let places: BTreeMap<&Option<String>, usize> =
                values.iter().enumerate().map(|(place, value)| (value, place)).collect();
            let mut outcomes = vec![Outcomes { successes: 0, failures: 0 }; values.len()];
            for cell in &ordered.cells {
                let value = ordered.segments.get(cell.segment).and_then(|segment| segment.get(at));
                let Some(&place) = value.and_then(|value| places.get(value)) else { continue };
                let tally = reading.tally(&[cell.cell]);
                let n_responses: u64 = tally.by_score.iter().sum();
                outcomes[place].successes += n_responses;
                outcomes[place].failures += tally.n_rows - n_responses;
            }
            Ok(AttributeResponse::of(column.clone(), values, &outcomes, self.0.conf_level))
        };
        self.0.by.iter().enumerate().map(attribute).collect()
    }
}
