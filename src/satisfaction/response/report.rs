//! Response rates of a survey.

use polars::prelude::*;
use serde::Serialize;

use super::params::ResponseParams;
use crate::frame::{ToDataFrame, columns, frame_of};
use crate::kernel::hypothesis::{ChiSquare, Outcomes};
use crate::kernel::p_value::PValue;
use crate::kernel::survey::{Share, non_response, response_rate};
use crate::kernel::undefined::Undefined;
use crate::satisfaction::tally::SurveyRows;

/// People of one level of a column.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LevelCounts {
    /// The level; `None` where it is missing.
    pub value: Option<String>,
    /// People who were asked.
    pub n_invited: u64,
    /// People who answered.
    pub n_responses: u64,
    /// The share of those who were asked that answered, with Wilson's interval.
    pub rate: Option<Share>,
    /// Their share of the respondents; `None` when all or none answered.
    pub respondent_share: Option<f64>,
    /// Their share of those who did not answer.
    pub other_share: Option<f64>,
    /// First share minus second in standard deviations, of which 0.1 is held to be small; `None` when all or
    /// none of both are of this level.
    pub standardized_difference: Option<f64>,
}

/// Respondents beside the others, over the levels of one column.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AttributeResponse {
    /// The column.
    pub column: String,
    /// Its levels, ascending, a missing one last.
    pub levels: Vec<LevelCounts>,
    /// Whether rates differ from level to level, or why there is no test.
    pub test: Result<ChiSquare, Undefined>,
    /// The p-value adjusted by Holm for the number of columns; `None` where there is no test.
    pub p_adjusted: Option<PValue>,
    /// The largest standardised difference by size.
    pub largest_difference: Option<f64>,
    /// R, from 1, when all levels answer alike, to 0; `None` when all or none answered.
    pub representativeness: Option<f64>,
}

impl AttributeResponse {
    pub(super) fn of(column: String, values: Vec<Option<String>>, levels: &[Outcomes], conf_level: f64) -> Self {
        let found = non_response(levels, conf_level);
        let level = |(at, value): (usize, Option<String>)| {
            let counts = levels[at];
            let n_invited = counts.successes + counts.failures;
            let compared = found.as_ref().ok().map(|found| &found.levels[at]);
            LevelCounts {
                value,
                n_invited,
                n_responses: counts.successes,
                rate: response_rate(counts.successes, n_invited, conf_level).ok(),
                respondent_share: compared.map(|level| level.respondent_share),
                other_share: compared.map(|level| level.other_share),
                standardized_difference: compared.and_then(|level| level.standardized_difference.clone().ok()),
            }
        };
        let levels = values.into_iter().enumerate().map(level).collect();
        let whole = found.as_ref().ok();
        Self {
            column,
            levels,
            largest_difference: whole.and_then(|found| found.largest_difference.clone().ok()),
            representativeness: whole.map(|found| found.representativeness),
            test: found.and_then(|found| found.test),
            p_adjusted: None,
        }
    }

    pub(super) fn p_value(&self) -> Option<PValue> {
        self.test.as_ref().ok().map(|found| found.test.p_value)
    }
}

/// Who answered a survey, and who did not.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ResponseReport {
    /// The settings.
    pub params: ResponseParams,
    /// What became of the rows, one for everybody who was asked. A row without a usable answer counts as
    /// not answered, whatever the reason.
    pub rows: SurveyRows,
    /// The response rate, with Wilson's interval, or why there is none.
    pub rate: Result<Share, Undefined>,
    /// The columns in the order of the settings.
    pub attributes: Vec<AttributeResponse>,
}

impl ResponseReport {
    /// A column by its name.
    #[must_use]
    pub fn attribute(&self, column: &str) -> Option<&AttributeResponse> {
        self.attributes.iter().find(|attribute| attribute.column == column)
    }

    /// All levels with their column.
    fn levels(&self) -> impl Iterator<Item = (&AttributeResponse, &LevelCounts)> {
        self.attributes.iter().flat_map(|attribute| attribute.levels.iter().map(move |level| (attribute, level)))
    }
}

impl ToDataFrame for ResponseReport {
    /// One row for everybody, whose column and level are null, and one for each level of each column.
    fn to_dataframe(&self) -> DataFrame {
        let whole = self.rate.as_ref().ok();
        let numbers = |of_whole: Option<f64>, of: fn(&LevelCounts) -> Option<f64>, name: &str| {
            let all = std::iter::once(of_whole).chain(self.levels().map(|(_, level)| of(level)));
            Series::new(name.into(), all.collect::<Vec<Option<f64>>>())
        };
        let counts = |of_whole: u64, of: fn(&LevelCounts) -> u64, name: &str| {
            let all = std::iter::once(of_whole).chain(self.levels().map(|(_, level)| of(level)));
            Series::new(name.into(), all.collect::<Vec<u64>>())
        };
        let tests = |of: fn(&AttributeResponse) -> Option<f64>, name: &str| {
            let all = std::iter::once(None).chain(self.levels().map(|(attribute, _)| of(attribute)));
            Series::new(name.into(), all.collect::<Vec<Option<f64>>>())
        };
        let names = std::iter::once(None).chain(self.levels().map(|(attribute, _)| Some(attribute.column.as_str())));
        let values = std::iter::once(None).chain(self.levels().map(|(_, level)| level.value.as_deref()));
        frame_of(vec![
            Series::new(columns::COLUMN.into(), names.collect::<Vec<Option<&str>>>()),
            Series::new(columns::LEVEL.into(), values.collect::<Vec<Option<&str>>>()),
            counts(self.rows.n_rows, |level| level.n_invited, columns::N_INVITED),
            counts(self.rows.n_used, |level| level.n_responses, columns::N_RESPONSES),
            numbers(whole.map(|rate| rate.estimate), |level| Some(level.rate?.estimate), columns::RESPONSE_RATE),
            numbers(whole.map(|rate| rate.interval.low), |level| Some(level.rate?.interval.low), columns::CONF_LOW),
            numbers(whole.map(|rate| rate.interval.high), |level| Some(level.rate?.interval.high), columns::CONF_HIGH),
            numbers(None, |level| level.respondent_share, columns::RESPONDENT_SHARE),
            numbers(None, |level| level.other_share, columns::NON_RESPONDENT_SHARE),
            numbers(None, |level| level.standardized_difference, columns::STANDARDIZED_DIFFERENCE),
            tests(|attribute| attribute.p_value().map(PValue::value), columns::P_VALUE),
            tests(|attribute| attribute.p_value().map(PValue::log10), columns::LOG10_P),
            tests(|attribute| attribute.p_adjusted.map(PValue::value), columns::P_ADJUSTED),
            tests(|attribute| attribute.p_adjusted.map(PValue::log10), columns::LOG10_P_ADJUSTED),
        ])
    }
}
