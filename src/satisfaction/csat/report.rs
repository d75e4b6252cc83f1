//! Satisfaction scores of a survey.

use polars::prelude::*;
use serde::Serialize;

use super::group::CsatGroup;
use super::params::CsatParams;
use crate::frame::{Scale, ToDataFrame, columns, frame_of};
use crate::kernel::survey::Share;
use crate::satisfaction::groups::{GroupKey, key_columns};
use crate::satisfaction::tally::SurveyRows;

/// Satisfaction scores of a survey, as a whole and by segment and period.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct CsatReport {
    /// The settings.
    pub params: CsatParams,
    /// The scale of the answers.
    pub scale: Scale,
    /// What became of the rows.
    pub rows: SurveyRows,
    /// Whether answers are weighted.
    pub is_weighted: bool,
    /// All responses.
    pub overall: CsatGroup,
    /// Each segment over all periods, ascending, a missing value last; none without segments.
    pub segments: Vec<CsatGroup>,
    /// Each period over all segments, in their order; none without periods.
    pub periods: Vec<CsatGroup>,
    /// Each segment in each period that has rows; none unless there are both.
    pub groups: Vec<CsatGroup>,
}

impl CsatReport {
    /// A segment over all periods, by the values of its columns.
    #[must_use]
    pub fn segment<S: AsRef<str>>(&self, values: &[S]) -> Option<&CsatGroup> {
        self.segments.iter().find(|group| group.key.is_segment(values))
    }

    /// A period over all segments, by its label.
    #[must_use]
    pub fn period(&self, label: &str) -> Option<&CsatGroup> {
        self.periods.iter().find(|group| group.key.is_period(label))
    }

    /// A segment in a period.
    #[must_use]
    pub fn group<S: AsRef<str>>(&self, values: &[S], label: &str) -> Option<&CsatGroup> {
        self.groups.iter().find(|group| group.key.is_segment(values) && group.key.is_period(label))
    }

    /// All groups: the whole, then segments, periods, and segments in periods.
    pub fn all(&self) -> impl Iterator<Item = &CsatGroup> {
        let parts = self.segments.iter().chain(&self.periods).chain(&self.groups);
        std::iter::once(&self.overall).chain(parts)
    }
}

impl ToDataFrame for CsatReport {
    /// One row for the whole, then one for each segment, period, and segment in a period, which
    /// `scope` tells apart; a segment column called like one of the others has `by_` before it.
    fn to_dataframe(&self) -> DataFrame {
        let counts = |of: &dyn Fn(&CsatGroup) -> u64, name: &str| {
            Series::new(name.into(), self.all().map(of).collect::<Vec<u64>>())
        };
        let numbers = |of: &dyn Fn(&CsatGroup) -> Option<f64>, name: &str| {
            Series::new(name.into(), self.all().map(of).collect::<Vec<Option<f64>>>())
        };
        let texts = |of: &dyn Fn(&CsatGroup) -> Option<String>, name: &str| {
            Series::new(name.into(), self.all().map(of).collect::<Vec<Option<String>>>())
        };
        let mut made = vec![
            counts(&|group| group.n_rows, columns::N_ROWS),
            counts(&|group| group.n, columns::N),
            numbers(&|group| group.mean, columns::MEAN),
            numbers(&|group| group.sd, columns::SD),
            numbers(&|group| group.std_error, columns::STD_ERROR),
            numbers(&|group| group.interval.map(|ends| ends.low), columns::CONF_LOW),
            numbers(&|group| group.interval.map(|ends| ends.high), columns::CONF_HIGH),
        ];
        type ShareOf = fn(&CsatGroup) -> Option<Share>;
        let top: ShareOf = |group| group.top_box;
        let bottom: ShareOf = |group| group.bottom_box;
        let boxes: [(ShareOf, [&str; 3]); 2] = [
            (top, [columns::TOP_BOX, columns::TOP_BOX_CONF_LOW, columns::TOP_BOX_CONF_HIGH]),
            (bottom, [columns::BOTTOM_BOX, columns::BOTTOM_BOX_CONF_LOW, columns::BOTTOM_BOX_CONF_HIGH]),
        ];
        for (share, [estimate, low, high]) in boxes {
            made.push(numbers(&|group| share(group).map(|share| share.estimate), estimate));
            made.push(numbers(&|group| share(group).map(|share| share.interval.low), low));
            made.push(numbers(&|group| share(group).map(|share| share.interval.high), high));
        }
        made.push(numbers(&|group| group.n_eff, columns::N_EFFECTIVE));
        made.push(texts(&|group| group.reason.as_ref().map(ToString::to_string), columns::REASON));
        made.push(texts(&|group| group.no_interval.as_ref().map(ToString::to_string), columns::NO_INTERVAL));
        let keys: Vec<&GroupKey> = self.all().map(|group| &group.key).collect();
        let mut all = key_columns(&self.params.by, &keys, &made);
        all.extend(made);
        frame_of(all)
    }
}
