//! Dates and times: the span, the gaps and the rhythm of the days that have rows.

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use polars::prelude::DataFrame;
use serde::Serialize;

use super::days::{DayCells, DayCount, ToInstant, day_cells};
use super::groups::Groups;
use super::numeric::{Reasons, UndefinedStatistics};
use crate::error::Result;
use crate::kernel::gap::widest_gap;
use crate::kernel::undefined::Undefined;

/// The longest span, in months, of which months without rows are listed too: a century.
const MOST_MONTHS: i64 = 1_200;

/// Two days with rows and none between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Gap {
    /// The day before the gap.
    pub from: NaiveDate,
    /// The day after it.
    pub to: NaiveDate,
    /// Days between the two, 0 where one follows the other.
    pub n_days: u64,
}

/// A month and its rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MonthCount {
    /// Year and month, as `2026-01`.
    pub month: String,
    /// Rows.
    pub n: u64,
}

/// What the days of a column say. A datetime with a zone is read on the wall clock of that zone.
///
/// Of a stream that has more distinct days than are counted the days between the ends are not known.
/// All counts are of rows, also under weights.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TemporalSummary {
    /// Days and times.
    pub n: u64,
    /// Nulls.
    pub n_null: u64,
    /// Cells beyond the years -262,143 to 262,142, which no calendar here reaches; they enter nothing else.
    pub n_beyond_calendar: u64,
    /// The first day or instant; a day is its midnight.
    pub first: Option<NaiveDateTime>,
    /// The last day or instant.
    pub last: Option<NaiveDateTime>,
    /// Days from the day of the first to that of the last.
    pub span_days: Option<u64>,
    /// Distinct days with rows; `None` only of a stream that has too many.
    pub n_days: Option<u64>,
    /// The longest stretch without rows, of equally long ones the first.
    pub longest_gap: Option<Gap>,
    /// The first day by which half of the rows have come.
    pub median_date: Option<NaiveDate>,
    /// Rows of each month from the first to the last, ascending. Months without rows are there
    /// with 0, unless the span is longer than a hundred years. `None` only of a stream that has too
    /// many distinct days.
    pub months: Option<Vec<MonthCount>>,
    /// Rows of each day of the week, Monday first.
    pub weekdays: [u64; 7],
    /// Why what is `None` is so.
    pub undefined: Vec<UndefinedStatistics>,
}

/// What a summary is made of.
#[derive(Clone, Debug)]
pub(super) struct DayFacts {
    pub(super) n: u64,
    pub(super) n_null: u64,
    pub(super) n_beyond: u64,
    /// The first and last cells as they are stored.
    pub(super) ends: Option<(i64, i64)>,
    /// The first and last days.
    pub(super) end_days: Option<(i32, i32)>,
    /// Rows of each day of the week, Monday first.
    pub(super) weekdays: [u64; 7],
    /// Days in ascending order.
    pub(super) by_day: Result<Vec<DayCount>, Undefined>,
}

impl From<DayCells> for DayFacts {
    fn from(cells: DayCells) -> Self {
        Self {
            n: cells.n(),
            n_null: cells.n_null,
            n_beyond: cells.n_beyond,
            ends: cells.ends,
            end_days: cells.end_days(),
            weekdays: weekdays(&cells.by_day),
            by_day: Ok(cells.by_day),
        }
    }
}

/// Describes a column of days or times: over all rows first, then over those of each segment.
pub(super) fn temporal_summaries(frame: &DataFrame, column: &str, groups: &Groups) -> Result<Vec<TemporalSummary>> {
    day_cells(frame, column, groups, |cells, to_instant| summary(cells.into(), to_instant))
}

pub(super) fn summary(facts: DayFacts, to_instant: ToInstant) -> TemporalSummary {
    let mut reasons = Reasons::default();
    let none = || Undefined::TooFew { n: 0, needed: 1 };
    let mut end =
        |statistic, stored: Option<i64>| reasons.note(statistic, stored.and_then(to_instant).ok_or_else(none));
    let (first, last) = (end("first", facts.ends.map(|ends| ends.0)), end("last", facts.ends.map(|ends| ends.1)));
    let span = facts.end_days.map(|(first, last)| u64::from(last.abs_diff(first)));
    let by_day = facts.by_day.as_deref().map_err(Clone::clone);
    TemporalSummary {
        n: facts.n,
        n_null: facts.n_null,
        n_beyond_calendar: facts.n_beyond,
        first,
        last,
        span_days: reasons.note("span_days", span.ok_or_else(none)),
        n_days: reasons.note("n_days", by_day.clone().map(|days| days.len() as u64)),
        longest_gap: reasons.note("longest_gap", by_day.clone().and_then(longest_gap)),
        median_date: reasons.note("median_date", by_day.clone().and_then(|days| median(days, facts.n))),
        months: reasons.note("months", by_day.map(months)),
        weekdays: facts.weekdays,
        undefined: reasons.0,
    }
}

fn longest_gap(by_day: &[DayCount]) -> Result<Gap, Undefined> {
    let widest = widest_gap(by_day.iter().map(|(day, _)| *day));
    let gap = widest.and_then(|(from, to)| {
        let n_days = u64::from(to.abs_diff(from)) - 1;
        Some(Gap { from: NaiveDate::from_epoch_days(from)?, to: NaiveDate::from_epoch_days(to)?, n_days })
    });
    gap.ok_or(Undefined::TooFew { n: by_day.len() as u64, needed: 2 })
}

fn median(by_day: &[DayCount], n: u64) -> Result<NaiveDate, Undefined> {
    let mut n_so_far = 0;
    let half = by_day.iter().find(|(_, n_rows)| {
        n_so_far += n_rows;
        n_so_far >= n.div_ceil(2)
    });
    let day = half.and_then(|(day, _)| NaiveDate::from_epoch_days(*day));
    day.ok_or(Undefined::TooFew { n: 0, needed: 1 })
}

fn months(by_day: &[DayCount]) -> Vec<MonthCount> {
    let number =
        |day| NaiveDate::from_epoch_days(day).map(|date| i64::from(date.year()) * 12 + i64::from(date.month0()));
    let mut counts: Vec<(i64, u64)> = Vec::new();
    for &(day, n) in by_day {
        let Some(month) = number(day) else { continue };
        match counts.last_mut() {
            Some((last, n_rows)) if *last == month => *n_rows += n,
            Some((last, _)) => {
                let next = *last + 1;
                if month - counts[0].0 < MOST_MONTHS {
                    counts.extend((next..month).map(|empty| (empty, 0)));
                }
                counts.push((month, n));
            }
            None => counts.push((month, n)),
        }
    }
    if counts.last().is_some_and(|(last, _)| last - counts[0].0 >= MOST_MONTHS) {
        counts.retain(|(_, n)| *n > 0);
    }
    let named = |(month, n): (i64, u64)| {
        let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
        MonthCount { month: format!("{year:04}-{month:02}"), n }
    };
    counts.into_iter().map(named).collect()
}

/// Rows of each day of the week, Monday first.
pub(super) fn weekdays(by_day: &[DayCount]) -> [u64; 7] {
    /// Days from a Monday to 1970-01-01.
    const THURSDAY: i64 = 3;
    let mut counts = [0; 7];
    by_day.iter().for_each(|(day, n)| counts[(i64::from(*day) + THURSDAY).rem_euclid(7) as usize] += n);
    counts
}
