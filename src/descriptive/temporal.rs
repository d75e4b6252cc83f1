//! Dates and times: the span, the gaps and the rhythm of the days that have rows.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime};
use polars::prelude::*;
use rayon::prelude::*;
use serde::Serialize;

use super::groups::Groups;
use super::numeric::{Reasons, UndefinedStatistics};
use super::params::DESCRIBE;
use crate::error::{Error, Result};
use crate::frame::extract::{Days, days_of, one_chunk};
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
    /// Distinct days with rows.
    pub n_days: u64,
    /// The longest stretch without rows, of equally long ones the first.
    pub longest_gap: Option<Gap>,
    /// The first day by which half of the rows have come.
    pub median_date: Option<NaiveDate>,
    /// Rows of each month from the first to the last, ascending. Months without rows are there
    /// with 0, unless the span is longer than a hundred years.
    pub months: Vec<MonthCount>,
    /// Rows of each day of the week, Monday first.
    pub weekdays: [u64; 7],
    /// Why what is `None` is so.
    pub undefined: Vec<UndefinedStatistics>,
}

/// Whether a column of this type has days.
pub(super) fn has_days(dtype: &DataType) -> bool {
    matches!(dtype, DataType::Date | DataType::Datetime(..))
}

/// Describes a column of days or times: over all rows first, then over those of each segment.
pub(super) fn temporal_summaries(frame: &DataFrame, column: &str, groups: &Groups) -> Result<Vec<TemporalSummary>> {
    let chunk = one_chunk(DESCRIBE, frame, column)?;
    let series = on_wall_clock(&chunk).map_err(Error::query(DESCRIBE))?;
    let n_masked = (series.null_count() - frame.column(column).map_or(0, Column::null_count)) as u64;
    let Some(days) = days_of(&series) else {
        return Err(Error::Unusable { analysis: DESCRIBE, reason: format!("`{column}` has no days") });
    };
    let was_null = frame.column(column).map(Column::is_null).map_err(Error::query(DESCRIBE))?;
    let is_masked = |row: usize| n_masked > 0 && was_null.get(row) == Some(false);
    let mut summaries = vec![summary(days, 0..frame.height(), is_masked)];
    summaries.par_extend(
        (0..groups.len())
            .into_par_iter()
            .map(|at| summary(days, groups.rows(at).iter().map(|&row| row as usize), is_masked)),
    );
    Ok(summaries)
}

/// A datetime with a zone as its wall clock shows it, all else as it is.
///
/// Instants that no calendar reaches, and those a few days from there, become null.
fn on_wall_clock(series: &Series) -> PolarsResult<Series> {
    let DataType::Datetime(unit, Some(_)) = series.dtype() else { return Ok(series.rechunk()) };
    /// Days that a zone is surely less apart from another.
    const MARGIN: i64 = 3;
    let per_day = 86_400
        * match unit {
            TimeUnit::Milliseconds => 1_000,
            TimeUnit::Microseconds => 1_000_000,
            TimeUnit::Nanoseconds => 1_000_000_000,
        };
    let reach = |day: NaiveDate, inwards: i64| (i64::from(day.to_epoch_days()) + inwards).saturating_mul(per_day);
    let range = reach(NaiveDate::MIN, MARGIN)..=reach(NaiveDate::MAX, -MARGIN);
    let times = series.datetime()?;
    let stored: Int64Chunked = times.physical().iter().map(|time| time.filter(|time| range.contains(time))).collect();
    let times = stored.with_name(series.name().clone()).into_datetime(*unit, times.time_zone().clone());
    let ambiguous = StringChunked::from_slice("".into(), &["raise"]);
    Ok(replace_time_zone(&times, None, &ambiguous, NonExistent::Raise)?.into_series())
}

/// The instant that is stored, if the calendar reaches it.
fn instant(days: Days<'_>, stored: i64) -> Option<NaiveDateTime> {
    match days {
        Days::Dates(_) => NaiveDate::from_epoch_days(i32::try_from(stored).ok()?)?.and_hms_opt(0, 0, 0),
        Days::Milliseconds(_) => DateTime::from_timestamp_millis(stored).map(|time| time.naive_utc()),
        Days::Microseconds(_) => DateTime::from_timestamp_micros(stored).map(|time| time.naive_utc()),
        Days::Nanoseconds(_) => Some(DateTime::from_timestamp_nanos(stored).naive_utc()),
    }
}

/// A day and its rows.
type DayCount = (i32, u64);

fn summary(
    days: Days<'_>,
    rows: impl ExactSizeIterator<Item = usize>,
    is_masked: impl Fn(usize) -> bool,
) -> TemporalSummary {
    let calendar = NaiveDate::MIN.to_epoch_days()..=NaiveDate::MAX.to_epoch_days();
    let mut found = Vec::with_capacity(rows.len());
    let (mut n_null, mut n_beyond) = (0, 0);
    let mut ends: Option<(i64, i64)> = None;
    for row in rows {
        if days.is_null(row) {
            let is_beyond = is_masked(row);
            n_beyond += u64::from(is_beyond);
            n_null += u64::from(!is_beyond);
            continue;
        }
        let day = days.get(row);
        if !calendar.contains(&day) {
            n_beyond += 1;
            continue;
        }
        let stored = days.stored(row);
        ends = Some(ends.map_or((stored, stored), |(first, last)| (first.min(stored), last.max(stored))));
        found.push(day);
    }
    let n = found.len() as u64;
    let by_day = counted(found);
    let mut reasons = Reasons::default();
    let mut end = |statistic, stored: Option<i64>| {
        let time = stored.and_then(|stored| instant(days, stored));
        reasons.note(statistic, time.ok_or(Undefined::TooFew { n: 0, needed: 1 }))
    };
    TemporalSummary {
        n,
        n_null,
        n_beyond_calendar: n_beyond,
        first: end("first", ends.map(|(first, _)| first)),
        last: end("last", ends.map(|(_, last)| last)),
        span_days: reasons.note("span_days", span(&by_day)),
        n_days: by_day.len() as u64,
        longest_gap: reasons.note("longest_gap", longest_gap(&by_day)),
        median_date: reasons.note("median_date", median(&by_day, n)),
        months: months(&by_day),
        weekdays: weekdays(&by_day),
        undefined: reasons.0,
    }
}

/// Days in ascending order, each with its rows.
fn counted(mut days: Vec<i32>) -> Vec<DayCount> {
    /// Up to so many days for each row, a counter for every day takes less time than sorting.
    const DENSE: u64 = 2;
    let (Some(&first), Some(&last)) = (days.iter().min(), days.iter().max()) else { return Vec::new() };
    if u64::from(last.abs_diff(first)) >= DENSE * days.len() as u64 {
        days.sort_unstable();
        return days.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as u64)).collect();
    }
    let mut counts = vec![0_u64; last.abs_diff(first) as usize + 1];
    days.iter().for_each(|day| counts[day.abs_diff(first) as usize] += 1);
    (first..).zip(counts).filter(|(_, n)| *n > 0).collect()
}

fn span(by_day: &[DayCount]) -> Result<u64, Undefined> {
    let ends = by_day.first().zip(by_day.last());
    ends.map(|(first, last)| u64::from(last.0.abs_diff(first.0))).ok_or(Undefined::TooFew { n: 0, needed: 1 })
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

fn weekdays(by_day: &[DayCount]) -> [u64; 7] {
    /// Days from a Monday to 1970-01-01.
    const THURSDAY: i64 = 3;
    let mut counts = [0; 7];
    by_day.iter().for_each(|(day, n)| counts[(i64::from(*day) + THURSDAY).rem_euclid(7) as usize] += n);
    counts
}
