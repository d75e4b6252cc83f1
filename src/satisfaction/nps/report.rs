//! Net promoter scores of a survey.

use polars::prelude::*;
use serde::Serialize;

use super::group::NpsGroup;
use super::params::NpsParams;
use crate::frame::{ToDataFrame, columns, frame_of};
use crate::satisfaction::groups::{GroupKey, key_columns};
use crate::satisfaction::tally::SurveyRows;

/// Net promoter scores of a survey, as a whole and by segment and period.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct NpsReport {
    /// The settings.
    pub params: NpsParams,
    /// What became of the rows.
    pub rows: SurveyRows,
    /// Whether answers are weighted.
    pub is_weighted: bool,
    /// All responses.
    pub overall: NpsGroup,
    /// Each segment over all periods, ascending, a missing value last; none without segments.
    pub segments: Vec<NpsGroup>,
    /// Each period over all segments, in their order; none without periods.
    pub periods: Vec<NpsGroup>,
    /// Each segment in each period that has rows; none unless there are both.
    pub groups: Vec<NpsGroup>,
}

impl NpsReport {
    /// A segment over all periods, by the values of its columns.
    #[must_use]
    pub fn segment<S: AsRef<str>>(&self, values: &[S]) -> Option<&NpsGroup> {
        self.segments.iter().find(|group| group.key.is_segment(values))
    }

    /// A period over all segments, by its label.
    #[must_use]
    pub fn period(&self, label: &str) -> Option<&NpsGroup> {
        self.periods.iter().find(|group| group.key.is_period(label))
    }

    /// A segment in a period.
    #[must_use]
    pub fn group<S: AsRef<str>>(&self, values: &[S], label: &str) -> Option<&NpsGroup> {
        self.groups.iter().find(|group| group.key.is_segment(values) && group.key.is_period(label))
    }

    /// All groups: the whole, then segments, periods, and segments in periods.
    pub fn all(&self) -> impl Iterator<Item = &NpsGroup> {
        let parts = self.segments.iter().chain(&self.periods).chain(&self.groups);
        std::iter::once(&self.overall).chain(parts)
    }
}

impl ToDataFrame for NpsReport {
    /// One row for the whole, then one for each segment, period, and segment in a period, which
    /// `scope` tells apart; a segment column called like one of the others has `by_` before it.
    fn to_dataframe(&self) -> DataFrame {
        let counts = |of: &dyn Fn(&NpsGroup) -> Option<u64>, name: &str| {
            Series::new(name.into(), self.all().map(of).collect::<Vec<Option<u64>>>())
        };
        let numbers = |of: &dyn Fn(&NpsGroup) -> Option<f64>, name: &str| {
            Series::new(name.into(), self.all().map(of).collect::<Vec<Option<f64>>>())
        };
        let texts = |of: &dyn Fn(&NpsGroup) -> Option<String>, name: &str| {
            Series::new(name.into(), self.all().map(of).collect::<Vec<Option<String>>>())
        };
        let made = vec![
            counts(&|group| Some(group.n_rows), columns::N_ROWS),
            counts(&|group| Some(group.n), columns::N),
            counts(&|group| group.counts.map(|counts| counts.promoters), columns::N_PROMOTERS),
            counts(&|group| group.counts.map(|counts| counts.passives), columns::N_PASSIVES),
            counts(&|group| group.counts.map(|counts| counts.detractors), columns::N_DETRACTORS),
            numbers(&|group| group.promoter_share, columns::PROMOTER_SHARE),
            numbers(&|group| group.passive_share, columns::PASSIVE_SHARE),
            numbers(&|group| group.detractor_share, columns::DETRACTOR_SHARE),
            numbers(&|group| group.nps, columns::NPS),
            numbers(&|group| group.std_error, columns::STD_ERROR),
            numbers(&|group| group.interval.map(|interval| interval.low), columns::CONF_LOW),
            numbers(&|group| group.interval.map(|interval| interval.high), columns::CONF_HIGH),
            numbers(&|group| group.n_eff, columns::N_EFFECTIVE),
            texts(&|group| group.reason.as_ref().map(ToString::to_string), columns::REASON),
            texts(&|group| group.no_interval.as_ref().map(ToString::to_string), columns::NO_INTERVAL),
        ];
        let keys: Vec<&GroupKey> = self.all().map(|group| &group.key).collect();
        let mut all = key_columns(&self.params.by, &keys, &made);
        all.extend(made);
        frame_of(all)
    }
}
