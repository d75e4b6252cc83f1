//! Customer satisfaction indexes of a survey.

use polars::prelude::*;
use serde::Serialize;

use super::changes::CsiChanges;
use super::derived::DerivedWeights;
use super::group::{CsiGroup, ItemScore};
use super::items::{CsiItem, CsiReliability};
use super::params::CsiParams;
use super::rows::CsiRows;
use crate::error::Result;
use crate::frame::{ToDataFrame, columns, frame_of};
use crate::kernel::importance::Quadrant;
use crate::satisfaction::groups::{GroupKey, key_columns};

/// Customer satisfaction indexes of a survey, as a whole and by segment and period.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct CsiReport {
    /// The settings.
    pub params: CsiParams,
    /// What became of the rows.
    pub rows: CsiRows,
    /// Whether responses are weighted.
    pub is_weighted: bool,
    /// What the weights of the items were derived from, where they were.
    pub derived: Option<DerivedWeights>,
    /// The items over all responses, in the order of the survey.
    pub items: Vec<CsiItem>,
    /// How well the items measure one thing.
    pub reliability: CsiReliability,
    /// All responses.
    pub overall: CsiGroup,
    /// Each segment over all periods, ascending, a missing value last; none without segments.
    pub segments: Vec<CsiGroup>,
    /// Each period over all segments, in their order; none without periods.
    pub periods: Vec<CsiGroup>,
    /// Each segment in each period that has rows; none unless there are both.
    pub groups: Vec<CsiGroup>,
}

impl CsiReport {
    /// A segment over all periods, by the values of its columns.
    #[must_use]
    pub fn segment<S: AsRef<str>>(&self, values: &[S]) -> Option<&CsiGroup> {
        self.segments.iter().find(|group| group.key.is_segment(values))
    }

    /// A period over all segments, by its label.
    #[must_use]
    pub fn period(&self, label: &str) -> Option<&CsiGroup> {
        self.periods.iter().find(|group| group.key.is_period(label))
    }

    /// A segment in a period.
    #[must_use]
    pub fn group<S: AsRef<str>>(&self, values: &[S], label: &str) -> Option<&CsiGroup> {
        self.groups.iter().find(|group| group.key.is_segment(values) && group.key.is_period(label))
    }

    /// All groups: the whole, then segments, periods, and segments in periods.
    pub fn all(&self) -> impl Iterator<Item = &CsiGroup> {
        let parts = self.segments.iter().chain(&self.periods).chain(&self.groups);
        std::iter::once(&self.overall).chain(parts)
    }

    /// One item over all responses, by its column.
    #[must_use]
    pub fn item(&self, column: &str) -> Option<&CsiItem> {
        self.items.iter().find(|item| item.item == column)
    }

    /// The items that nobody in a group of the report answered, though the group has an index: it
    /// is made of the others, with their weights, and compares with no index that has them all.
    #[must_use]
    pub fn unanswered_items(&self, group: &CsiGroup) -> Vec<&CsiItem> {
        let items = self.items.iter().zip(&group.items);
        items.filter(|(_, score)| group.csi.is_some() && score.n == 0).map(|(item, _)| item).collect()
    }

    /// What each item did to the change from every period to the next, of all responses and of
    /// each segment; none without periods.
    #[must_use]
    pub fn changes(&self) -> CsiChanges {
        CsiChanges::between_periods(self)
    }

    /// What each item did to the change since an earlier report on the same items, whose weights
    /// may have been others.
    ///
    /// # Errors
    /// `Unusable` when the items differ, or one of them has no index in one of the reports.
    pub fn changes_since(&self, earlier: &Self) -> Result<CsiChanges> {
        CsiChanges::since(earlier, self)
    }

    /// The items over all responses, one row for each.
    #[must_use]
    pub fn items_frame(&self) -> DataFrame {
        let items = || self.items.iter();
        let counts =
            |of: fn(&CsiItem) -> u64, name: &str| Series::new(name.into(), items().map(of).collect::<Vec<_>>());
        let numbers =
            |of: fn(&CsiItem) -> Option<f64>, name: &str| Series::new(name.into(), items().map(of).collect::<Vec<_>>());
        let quadrants: Vec<Option<&str>> = items().map(|item| item.quadrant.map(Quadrant::name)).collect();
        frame_of(vec![
            Series::new(columns::ITEM.into(), items().map(|item| item.item.as_str()).collect::<Vec<_>>()),
            numbers(|item| Some(item.weight), columns::WEIGHT),
            numbers(|item| item.measure, columns::IMPORTANCE),
            counts(|item| item.answers.n_rows, columns::N_ROWS),
            counts(|item| item.answers.n_answered, columns::N),
            counts(|item| item.answers.n_null, columns::N_NULL),
            counts(|item| item.answers.n_not_applicable, columns::N_NOT_APPLICABLE),
            counts(|item| item.answers.n_out_of_scale, columns::N_OUT_OF_SCALE),
            counts(|item| item.answers.n_fractional, columns::N_FRACTIONAL),
            counts(|item| item.answers.n_unreadable, columns::N_UNREADABLE),
            numbers(|item| item.mean, columns::MEAN),
            numbers(|item| item.index, columns::INDEX),
            numbers(|item| item.item_total, columns::ITEM_TOTAL),
            numbers(|item| item.alpha_if_deleted, columns::ALPHA_IF_DELETED),
            Series::new(columns::QUADRANT.into(), quadrants),
        ])
    }

    /// Every item in every group, one row for each: keys as in
    /// [`to_dataframe`](ToDataFrame::to_dataframe), the item, its answers, mean and index.
    #[must_use]
    pub fn item_scores_frame(&self) -> DataFrame {
        let rows = || {
            self.all()
                .flat_map(|group| self.items.iter().zip(&group.items).map(move |(item, score)| (group, item, score)))
        };
        let numbers = |of: fn(&ItemScore) -> Option<f64>, name: &str| {
            Series::new(name.into(), rows().map(|(.., score)| of(score)).collect::<Vec<_>>())
        };
        let made = vec![
            Series::new(columns::ITEM.into(), rows().map(|(_, item, _)| item.item.as_str()).collect::<Vec<_>>()),
            Series::new(columns::N.into(), rows().map(|(.., score)| score.n).collect::<Vec<_>>()),
            numbers(|score| score.mean, columns::MEAN),
            numbers(|score| score.index, columns::INDEX),
        ];
        let keys: Vec<&GroupKey> = rows().map(|(group, ..)| &group.key).collect();
        let mut all = key_columns(&self.params.by, &keys, &made);
        all.extend(made);
        frame_of(all)
    }
}

impl ToDataFrame for CsiReport {
    /// One row for the whole, then one for each segment, period, and segment in a period, which
    /// `scope` tells apart; a segment column called like one of the others has `by_` before it.
    ///
    /// `csi` is the index by the chosen way of treating missing items; beside it stand those of
    /// complete answers and of the means of items.
    fn to_dataframe(&self) -> DataFrame {
        let counts =
            |of: fn(&CsiGroup) -> u64, name: &str| Series::new(name.into(), self.all().map(of).collect::<Vec<u64>>());
        let numbers = |of: fn(&CsiGroup) -> Option<f64>, name: &str| {
            Series::new(name.into(), self.all().map(of).collect::<Vec<Option<f64>>>())
        };
        let texts = |of: fn(&CsiGroup) -> Option<String>, name: &str| {
            Series::new(name.into(), self.all().map(of).collect::<Vec<Option<String>>>())
        };
        let made = vec![
            counts(|group| group.n_rows, columns::N_ROWS),
            counts(|group| group.n, columns::N),
            numbers(|group| group.csi, columns::CSI),
            numbers(|group| group.std_error, columns::STD_ERROR),
            numbers(|group| group.interval.map(|ends| ends.low), columns::CONF_LOW),
            numbers(|group| group.interval.map(|ends| ends.high), columns::CONF_HIGH),
            numbers(|group| group.n_eff, columns::N_EFFECTIVE),
            counts(|group| group.complete.n, columns::N_COMPLETE),
            numbers(|group| group.complete.csi, columns::CSI_COMPLETE),
            numbers(|group| group.complete.std_error, columns::CSI_COMPLETE_STD_ERROR),
            numbers(|group| group.of_item_means, columns::CSI_OF_ITEM_MEANS),
            texts(|group| group.reason.as_ref().map(ToString::to_string), columns::REASON),
            texts(|group| group.no_interval.as_ref().map(ToString::to_string), columns::NO_INTERVAL),
        ];
        let keys: Vec<&GroupKey> = self.all().map(|group| &group.key).collect();
        let mut all = key_columns(&self.params.by, &keys, &made);
        all.extend(made);
        frame_of(all)
    }
}
