//! Days and times as they are read: each distinct day with its rows.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use polars::prelude::*;
use rayon::prelude::*;

use super::groups::Groups;
use super::params::DESCRIBE;
use crate::error::{Error, Result};
use crate::frame::extract::{Days, days_of, one_chunk};

/// Whether a column of this type has days.
pub(super) fn has_days(dtype: &DataType) -> bool {
    matches!(dtype, DataType::Date | DataType::Datetime(..))
}

/// A day and its rows.
pub(super) type DayCount = (i32, u64);

/// What is stored in a cell as an instant, if the calendar reaches it.
pub(super) type ToInstant = fn(i64) -> Option<NaiveDateTime>;

/// The days of a column in some rows.
#[derive(Clone, Debug, Default)]
pub(super) struct DayCells {
    pub(super) n_null: u64,
    /// Cells that no calendar reaches.
    pub(super) n_beyond: u64,
    /// The first and last cells as they are stored.
    pub(super) ends: Option<(i64, i64)>,
    /// Days in ascending order.
    pub(super) by_day: Vec<DayCount>,
}

impl DayCells {
    /// Cells that have a day.
    pub(super) fn n(&self) -> u64 {
        self.by_day.iter().map(|(_, n)| n).sum()
    }

    /// The first and last days.
    pub(super) fn end_days(&self) -> Option<(i32, i32)> {
        Some((self.by_day.first()?.0, self.by_day.last()?.0))
    }

    fn of(days: Days<'_>, rows: impl ExactSizeIterator<Item = usize>, is_masked: impl Fn(usize) -> bool) -> Self {
        let calendar = NaiveDate::MIN.to_epoch_days()..=NaiveDate::MAX.to_epoch_days();
        let mut found = Vec::with_capacity(rows.len());
        let mut cells = Self::default();
        for row in rows {
            if days.is_null(row) {
                let is_beyond = is_masked(row);
                cells.n_beyond += u64::from(is_beyond);
                cells.n_null += u64::from(!is_beyond);
                continue;
            }
            let day = days.get(row);
            if !calendar.contains(&day) {
                cells.n_beyond += 1;
                continue;
            }
            let stored = days.stored(row);
            cells.ends = wider(cells.ends, (stored, stored));
            found.push(day);
        }
        cells.by_day = counted(found);
        cells
    }
}

/// The ends of what lies between either pair of ends.
#[inline]
pub(super) fn wider<T: Ord>(ends: Option<(T, T)>, others: (T, T)) -> Option<(T, T)> {
    Some(match ends {
        Some((first, last)) => (first.min(others.0), last.max(others.1)),
        None => others,
    })
}

/// Reads a column of days or times and makes something of the cells: of all rows first, then of
/// those of each segment.
pub(super) fn day_cells<T: Send>(
    frame: &DataFrame,
    column: &str,
    groups: &Groups,
    make: impl Fn(DayCells, ToInstant) -> T + Sync,
) -> Result<Vec<T>> {
    let chunk = one_chunk(DESCRIBE, frame, column)?;
    let series = on_wall_clock(&chunk).map_err(Error::query(DESCRIBE))?;
    let n_masked = (series.null_count() - frame.column(column).map_or(0, Column::null_count)) as u64;
    let Some(days) = days_of(&series) else {
        return Err(Error::Unusable { analysis: DESCRIBE, reason: format!("`{column}` has no days") });
    };
    let was_null = frame.column(column).map(Column::is_null).map_err(Error::query(DESCRIBE))?;
    let is_masked = |row: usize| n_masked > 0 && was_null.get(row) == Some(false);
    let to_instant = to_instant(series.dtype());
    let mut made = vec![make(DayCells::of(days, 0..frame.height(), is_masked), to_instant)];
    made.par_extend((0..groups.len()).into_par_iter().map(|at| {
        let rows = groups.rows(at).iter().map(|&row| row as usize);
        make(DayCells::of(days, rows, is_masked), to_instant)
    }));
    Ok(made)
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

/// How the cells of a type are read as instants.
pub(super) fn to_instant(dtype: &DataType) -> ToInstant {
    match dtype {
        DataType::Datetime(TimeUnit::Milliseconds, _) => {
            |stored| Some(DateTime::from_timestamp_millis(stored)?.naive_utc())
        }
        DataType::Datetime(TimeUnit::Microseconds, _) => {
            |stored| Some(DateTime::from_timestamp_micros(stored)?.naive_utc())
        }
        DataType::Datetime(TimeUnit::Nanoseconds, _) => {
            |stored| Some(DateTime::from_timestamp_nanos(stored).naive_utc())
        }
        _ => |stored| NaiveDate::from_epoch_days(i32::try_from(stored).ok()?)?.and_hms_opt(0, 0, 0),
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
