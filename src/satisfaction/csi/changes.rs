//! What each item did to the change of an index.

use std::fmt;

use polars::prelude::*;
use serde::Serialize;

use super::group::CsiGroup;
use super::params::Csi;
use super::report::CsiReport;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::readable::{shown_digits, shown_text, write_table};
use crate::frame::{ToDataFrame, columns, frame_of};
use crate::kernel::survey::{ItemWeights, change_by_item};
use crate::satisfaction::groups::{GroupKey, key_columns};

/// Changes that are shown.
const MOST_CHANGES: usize = 20;

/// What one item did to a change, in points of the index.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ItemContribution {
    /// The item.
    pub item: String,
    /// Its index before.
    pub index_before: f64,
    /// Its index after.
    pub index_after: f64,
    /// By its answers: mean weight times change of its index.
    pub by_score: f64,
    /// By its importance: mean index times change of its weight; 0 where weights are the same.
    pub by_weight: f64,
}

/// The change of one index, shared out among the items.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CsiChange {
    /// Where it went from.
    pub from: GroupKey,
    /// Where it went to.
    pub to: GroupKey,
    /// The index of item means before.
    pub before: f64,
    /// The index of item means after.
    pub after: f64,
    /// What each item did; all of it sums to `after - before`.
    pub contributions: Vec<ItemContribution>,
}

/// Changes of indexes, shared out among the items.
///
/// They are those of the index of item means, which is the one that is a sum over items.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CsiChanges {
    by: Vec<String>,
    /// From every period to the next, of all responses and then of each segment; or the one since
    /// an earlier report.
    pub changes: Vec<CsiChange>,
    /// Pairs of periods of which one lacks an index.
    pub n_without_index: u64,
}

impl CsiChanges {
    pub(super) fn between_periods(report: &CsiReport) -> Self {
        let weights = weights_of(report);
        let same_segment = |pair: &&[&CsiGroup]| pair[0].key.segment == pair[1].key.segment;
        let all: Vec<&CsiGroup> = report.periods.iter().chain(&report.groups).collect();
        let pairs: Vec<&[&CsiGroup]> = all.windows(2).filter(same_segment).collect();
        let change = |pair: &[&CsiGroup]| {
            let weights = weights.as_ref()?;
            change_of(report, (pair[0], weights), (pair[1], weights))
        };
        let changes: Vec<CsiChange> = pairs.iter().filter_map(|pair| change(pair)).collect();
        let n_without_index = (pairs.len() - changes.len()) as u64;
        Self { by: report.params.by.clone(), changes, n_without_index }
    }

    pub(super) fn since(earlier: &CsiReport, later: &CsiReport) -> Result<Self> {
        let names = |report: &CsiReport| report.items.iter().map(|item| item.item.clone()).collect::<Vec<_>>();
        let unusable = |reason: &str| Error::Unusable { analysis: Csi::NAME, reason: reason.to_owned() };
        if names(earlier) != names(later) {
            return Err(unusable("reports on other items, or in another order, cannot be compared"));
        }
        let weights = weights_of(earlier).zip(weights_of(later));
        let change =
            weights.and_then(|(before, after)| change_of(later, (&earlier.overall, &before), (&later.overall, &after)));
        let change = change.ok_or_else(|| unusable("an item has no index in one of the two reports"))?;
        Ok(Self { by: Vec::new(), changes: vec![change], n_without_index: 0 })
    }
}

fn weights_of(report: &CsiReport) -> Option<ItemWeights> {
    ItemWeights::new(&report.items.iter().map(|item| item.weight).collect::<Vec<f64>>()).ok()
}

/// The change between two groups; `None` where one of them lacks an index.
fn change_of(
    report: &CsiReport,
    before: (&CsiGroup, &ItemWeights),
    after: (&CsiGroup, &ItemWeights),
) -> Option<CsiChange> {
    let indexes = |group: &CsiGroup| group.items.iter().map(|item| item.index).collect::<Option<Vec<f64>>>();
    let (s0, s1) = (indexes(before.0)?, indexes(after.0)?);
    let changes = change_by_item((&s0, before.1), (&s1, after.1)).ok()?;
    let contribution = |(at, change): (usize, &crate::kernel::survey::ChangeByItem)| ItemContribution {
        item: report.items[at].item.clone(),
        index_before: s0[at],
        index_after: s1[at],
        by_score: change.by_score,
        by_weight: change.by_weight,
    };
    Some(CsiChange {
        from: before.0.key.clone(),
        to: after.0.key.clone(),
        before: before.0.of_item_means?,
        after: after.0.of_item_means?,
        contributions: changes.iter().enumerate().map(contribution).collect(),
    })
}

impl ToDataFrame for CsiChanges {
    /// One row for each item of each change; `period_before` is the period that the change is
    /// counted from, `period` the one that it leads to.
    fn to_dataframe(&self) -> DataFrame {
        let rows = || self.changes.iter().flat_map(|change| change.contributions.iter().map(move |one| (change, one)));
        let numbers = |of: fn(&CsiChange, &ItemContribution) -> f64, name: &str| {
            Series::new(name.into(), rows().map(|(change, one)| of(change, one)).collect::<Vec<f64>>())
        };
        let before = rows().map(|(change, _)| change.from.period.as_ref().map(|period| period.label.as_str()));
        let made = vec![
            Series::new(columns::PERIOD_BEFORE.into(), before.collect::<Vec<_>>()),
            Series::new(columns::ITEM.into(), rows().map(|(_, one)| one.item.as_str()).collect::<Vec<_>>()),
            numbers(|_, one| one.index_before, columns::INDEX_BEFORE),
            numbers(|_, one| one.index_after, columns::INDEX_AFTER),
            numbers(|_, one| one.by_score, columns::BY_SCORE),
            numbers(|_, one| one.by_weight, columns::BY_WEIGHT),
            numbers(|change, _| change.after - change.before, columns::CHANGE),
        ];
        let keys: Vec<&GroupKey> = rows().map(|(change, _)| &change.to).collect();
        let mut all = key_columns(&self.by, &keys, &made);
        all.extend(made);
        frame_of(all)
    }
}

impl fmt::Display for CsiChanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} change(s) of the index of item means", self.changes.len())?;
        for change in self.changes.iter().take(MOST_CHANGES) {
            let points = |points: f64| shown_digits(Some(points), 4);
            let (before, after) = (points(change.before), points(change.after));
            let by = points(change.after - change.before);
            write!(f, "\n{} -> {}: {before} -> {after}, {by} point(s)", change.from, change.to)?;
            let row = |one: &ItemContribution| {
                let cells = [one.index_before, one.index_after, one.by_score, one.by_weight].map(points);
                (cells.to_vec(), shown_text(&one.item))
            };
            let rows: Vec<(Vec<String>, String)> = change.contributions.iter().map(row).collect();
            write_table(f, &["before", "after", "by score", "by weight", "item"], &rows)?;
        }
        if self.n_without_index > 0 {
            write!(f, "\n{} change(s) lack an index before or after", self.n_without_index)?;
        }
        match self.changes.len().saturating_sub(MOST_CHANGES) {
            0 => Ok(()),
            n_more => write!(f, "\nand {n_more} more, which `to_dataframe` has"),
        }
    }
}
