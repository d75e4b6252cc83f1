//! What the rows of a report speak of: the whole, segments, periods, and segments in periods.

use std::collections::BTreeSet;
use std::fmt;

use polars::prelude::*;
use serde::Serialize;

use super::cells::{CellSettings, OrderedCell, OrderedCells};
use super::period::PeriodLabel;
use crate::frame::columns::{IS_COMPLETE, PERIOD, PERIOD_END, PERIOD_START, SCOPE};
use crate::frame::dates;
use crate::frame::readable::shown_text;

/// The responses that a number is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct GroupKey {
    /// The values of the columns that make segments, `None` where missing; `None` for all
    /// segments together.
    pub segment: Option<Vec<Option<String>>>,
    /// The period; `None` for all periods together.
    pub period: Option<PeriodLabel>,
}

impl GroupKey {
    /// What kind of group it is: `whole`, `segment`, `period` or `segment and period`.
    #[must_use]
    pub fn scope(&self) -> &'static str {
        match (&self.segment, &self.period) {
            (None, None) => "whole",
            (Some(_), None) => "segment",
            (None, Some(_)) => "period",
            (Some(_), Some(_)) => "segment and period",
        }
    }

    /// Whether two groups have no response in common, as tests of two samples need it.
    #[must_use]
    pub fn is_apart_from(&self, other: &Self) -> bool {
        let differ = |one: bool, other: bool, equal: bool| one && other && !equal;
        let label = |key: &Self| key.period.as_ref().map(|period| period.label.clone());
        differ(self.segment.is_some(), other.segment.is_some(), self.segment == other.segment)
            || differ(self.period.is_some(), other.period.is_some(), label(self) == label(other))
    }

    /// Whether the group is of this segment.
    pub(crate) fn is_segment<S: AsRef<str>>(&self, segment: &[S]) -> bool {
        let own = self.segment.as_deref().unwrap_or_default();
        let is_alike = |(own, asked): (&Option<String>, &S)| own.as_deref() == Some(asked.as_ref());
        self.segment.is_some() && own.len() == segment.len() && own.iter().zip(segment).all(is_alike)
    }

    /// Whether the group is of this period.
    pub(crate) fn is_period(&self, label: &str) -> bool {
        self.period.as_ref().is_some_and(|period| period.label == label)
    }
}

impl fmt::Display for GroupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = |value: &Option<String>| value.as_deref().map_or_else(|| "(missing)".to_owned(), shown_text);
        let segment = self.segment.as_ref().map(|segment| segment.iter().map(value).collect::<Vec<_>>().join(" / "));
        let period = self.period.as_ref().map(|period| {
            let note = if period.is_complete == Some(false) { " (incomplete)" } else { "" };
            format!("{}{note}", shown_text(&period.label))
        });
        let parts: Vec<String> = segment.into_iter().chain(period).collect();
        if parts.is_empty() { f.write_str("all") } else { f.write_str(&parts.join(", ")) }
    }
}

/// A group and the cells it is made of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GroupCells {
    pub(crate) key: GroupKey,
    pub(crate) cells: Vec<usize>,
}

/// The groups of a report, each kind in ascending order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Grouped {
    pub(crate) whole: GroupCells,
    /// Segments over all periods; none where no columns make segments.
    pub(crate) segments: Vec<GroupCells>,
    /// Periods over all segments; none without periods.
    pub(crate) periods: Vec<GroupCells>,
    /// Segments in periods; none unless there are both.
    pub(crate) both: Vec<GroupCells>,
}

impl Grouped {
    /// Puts cells together.
    pub(crate) fn of(ordered: &OrderedCells, settings: &CellSettings) -> Self {
        let (has_segments, has_periods) = (!settings.by.is_empty(), settings.period.is_some());
        let segment = |at: usize| Some(ordered.segments[at].clone()).filter(|_| has_segments);
        let period = |at: usize| ordered.periods[at].clone();
        let collected = |n: usize, of: fn(&OrderedCell) -> usize, key: &dyn Fn(usize) -> GroupKey| {
            let mut groups: Vec<GroupCells> = (0..n).map(|at| GroupCells { key: key(at), cells: Vec::new() }).collect();
            ordered.cells.iter().for_each(|cell| groups[of(cell)].cells.push(cell.cell));
            groups
        };
        let of_segment = |at| GroupKey { segment: segment(at), period: None };
        let of_period = |at| GroupKey { segment: None, period: period(at) };
        let of_both = |cell: &OrderedCell| GroupCells {
            key: GroupKey { segment: segment(cell.segment), period: period(cell.period) },
            cells: vec![cell.cell],
        };
        let only = |is_asked: bool, groups: Vec<GroupCells>| if is_asked { groups } else { Vec::new() };
        Self {
            whole: GroupCells { key: GroupKey::default(), cells: ordered.cells.iter().map(|cell| cell.cell).collect() },
            segments: only(has_segments, collected(ordered.segments.len(), |cell| cell.segment, &of_segment)),
            periods: only(has_periods, collected(ordered.periods.len(), |cell| cell.period, &of_period)),
            both: only(has_segments && has_periods, ordered.cells.iter().map(of_both).collect()),
        }
    }
}

/// The columns that say what the rows of a report speak of, so named that none has the name of
/// one of the `others`: a segment column with such a name has `by_` before it.
pub(crate) fn key_columns(by: &[String], keys: &[&GroupKey], others: &[Series]) -> Vec<Series> {
    let own = [SCOPE, PERIOD, PERIOD_START, PERIOD_END, IS_COMPLETE].map(str::to_owned);
    let mut taken: BTreeSet<String> = others.iter().map(|column| column.name().to_string()).chain(own).collect();
    let scopes: Vec<&str> = keys.iter().map(|key| key.scope()).collect();
    let mut all = vec![Series::new(SCOPE.into(), scopes)];
    for (at, column) in by.iter().enumerate() {
        let mut name = column.clone();
        while taken.contains(&name) || (name != *column && by.contains(&name)) {
            name.insert_str(0, "by_");
        }
        taken.insert(name.clone());
        let values = keys.iter().map(|key| key.segment.as_ref().and_then(|segment| segment.get(at)?.as_deref()));
        all.push(Series::new(name.into(), values.collect::<Vec<Option<&str>>>()));
    }
    let periods = || keys.iter().map(|key| key.period.as_ref());
    all.push(Series::new(PERIOD.into(), periods().map(|one| one.map(|one| one.label.as_str())).collect::<Vec<_>>()));
    all.push(dates(PERIOD_START, periods().map(|one| one.and_then(|one| one.start)).collect()));
    all.push(dates(PERIOD_END, periods().map(|one| one.and_then(|one| one.end)).collect()));
    let complete: Vec<Option<bool>> = periods().map(|one| one.and_then(|one| one.is_complete)).collect();
    all.push(Series::new(IS_COMPLETE.into(), complete));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(segment: Option<&[Option<&str>]>, period: Option<&str>) -> GroupKey {
        let label = |label: &str| PeriodLabel { is_complete: Some(false), ..PeriodLabel::wave(label) };
        let texts = |segment: &[Option<&str>]| segment.iter().map(|value| value.map(str::to_owned)).collect();
        GroupKey { segment: segment.map(texts), period: period.map(label) }
    }

    #[test]
    fn groups_are_apart_where_a_segment_or_a_period_differs() {
        let (uk, us) = (key(Some(&[Some("UK")]), None), key(Some(&[Some("US")]), None));
        let (may, june) = (key(None, Some("2026-05")), key(None, Some("2026-06")));
        let uk_may = key(Some(&[Some("UK")]), Some("2026-05"));
        assert!(uk.is_apart_from(&us) && may.is_apart_from(&june) && uk_may.is_apart_from(&june));
        for (one, other) in [(&uk, &may), (&uk, &uk), (&uk, &GroupKey::default()), (&uk_may, &uk), (&uk_may, &may)] {
            assert!(!one.is_apart_from(other) && !other.is_apart_from(one), "{one} {other}");
        }
    }

    #[test]
    fn groups_have_a_scope_and_a_name() {
        let named = [
            (GroupKey::default(), "whole", "all"),
            (key(Some(&[Some("上海"), None]), None), "segment", "上海 / (missing)"),
            (key(None, Some("3")), "period", "3 (incomplete)"),
            (key(Some(&[Some("UK")]), Some("3")), "segment and period", "UK, 3 (incomplete)"),
        ];
        for (key, scope, name) in named {
            assert_eq!((key.scope(), key.to_string().as_str()), (scope, name));
        }
    }

    #[test]
    fn a_segment_column_named_like_another_stands_apart() {
        let keys = [GroupKey::default(), key(Some(&[Some("a"), Some("b")]), None)];
        let others = [Series::new("n".into(), [1, 2])];
        let columns = key_columns(&["n".to_owned(), "period".to_owned()], &keys.each_ref(), &others);
        let names: Vec<&str> = columns.iter().map(|column| column.name().as_str()).collect();
        assert_eq!(names, ["scope", "by_n", "by_period", "period", "period_start", "period_end", "is_complete"]);
    }
}
