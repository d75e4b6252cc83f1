//! Periods of a survey.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::frame::Period;

/// What makes the periods that answers are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SurveyPeriod {
    /// Calendar days of the time.
    Day,
    /// Weeks of the time, from Monday to Sunday (ISO 8601).
    Week,
    /// Calendar months of the time.
    Month,
    /// Calendar quarters of the time.
    Quarter,
    /// Calendar years of the time.
    Year,
    /// The waves of the survey, in the order of their column.
    Wave,
}

impl SurveyPeriod {
    /// The unit of the calendar, but for waves.
    pub(crate) fn unit(self) -> Option<Period> {
        match self {
            Self::Day => Some(Period::Day),
            Self::Week => Some(Period::Week),
            Self::Month => Some(Period::Month),
            Self::Quarter => Some(Period::Quarter),
            Self::Year => Some(Period::Year),
            Self::Wave => None,
        }
    }
}

/// One period of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PeriodLabel {
    /// `2026-01-31`, `2026-W05`, `2026-01`, `2026-Q1`, `2026`, or the wave as it is written.
    pub label: String,
    /// First day; `None` for a wave.
    pub start: Option<NaiveDate>,
    /// Last day; `None` for a wave.
    pub end: Option<NaiveDate>,
    /// Whether the responses cover the period: the first day with a response is not after its
    /// first day, and `as_of`, or else the last day with a response, is not before its last.
    /// `None` for a wave.
    pub is_complete: Option<bool>,
    /// The first day with a response in all of the report; `None` for a wave.
    pub covered_from: Option<NaiveDate>,
    /// `as_of`, or else the last day with a response in all of the report; `None` for a wave.
    pub covered_to: Option<NaiveDate>,
}

impl PeriodLabel {
    /// A wave by its name, for scores from elsewhere.
    #[must_use]
    pub fn wave(label: impl Into<String>) -> Self {
        Self { label: label.into(), start: None, end: None, is_complete: None, covered_from: None, covered_to: None }
    }
}
