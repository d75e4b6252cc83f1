//! Folds of time.

use std::collections::BTreeSet;

use polars::prelude::*;

use super::result::Folds;
use super::{Periods, STEP};
use crate::analysis::collect;
use crate::error::{Error, Result};
use crate::frame::extract::{days_of, one_chunk};
use crate::frame::schema::{is_time, on_wall_clock};

/// A period that is tested, and the days that train for it; days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Period {
    /// The first day that is tested.
    pub(super) start: i64,
    /// The day after the last.
    pub(super) end: i64,
    /// The first day that trains.
    pub(super) train_start: i64,
    /// The day after the last.
    pub(super) train_end: i64,
}

impl Period {
    pub(super) fn tests(&self, day: i64) -> bool {
        (self.start..self.end).contains(&day)
    }

    pub(super) fn trains(&self, day: i64) -> bool {
        (self.train_start..self.train_end).contains(&day)
    }
}

pub(super) fn assign(
    frame: &DataFrame,
    column: &str,
    periods: &Periods,
    embargo_days: u32,
    window_days: Option<u32>,
) -> Result<Folds> {
    let days = days(frame, column)?;
    let starts = starts(&days, column, periods)?;
    let ends = starts.iter().skip(1).copied().chain([i64::MAX]);
    let period = |(&start, end): (&i64, i64)| Period {
        start,
        end,
        train_start: window_days.map_or(i64::MIN, |window| start - i64::from(window)),
        // A row at the distance of the embargo trains.
        train_end: start - i64::from(embargo_days) + 1,
    };
    let periods: Vec<Period> = starts.iter().zip(ends).map(period).collect();
    let folds = Folds::of_time(periods, days);
    for (fold, (n_train, n_test)) in folds.sizes().into_iter().enumerate() {
        if n_train == 0 || n_test == 0 {
            let number = fold + 1;
            let reason = format!(
                "period {number} of {} has {n_train} row(s) to train and {n_test} to test; \
                 use fewer or later periods, a shorter embargo or a longer window",
                folds.n_folds
            );
            return Err(Error::Unusable { analysis: STEP, reason });
        }
    }
    Ok(folds)
}

/// The first day of each period.
fn starts(days: &[Option<i64>], column: &str, periods: &Periods) -> Result<Vec<i64>> {
    let n_folds = match periods {
        Periods::StartingOn(starts) => return Ok(starts.iter().map(|day| i64::from(day.to_epoch_days())).collect()),
        Periods::Last(n) => *n as usize,
    };
    let distinct: BTreeSet<i64> = days.iter().flatten().copied().collect();
    if n_folds >= distinct.len() {
        let most = distinct.len().saturating_sub(1);
        let expected =
            format!("at most {most}, as `{column}` has {} days and the first trains; use fewer folds", distinct.len());
        return Err(Error::param(STEP, "n_folds", expected, n_folds));
    }
    Ok(distinct.into_iter().rev().take(n_folds).rev().collect())
}

/// The day of each row.
fn days(frame: &DataFrame, column: &str) -> Result<Vec<Option<i64>>> {
    let dtype = frame.column(column).map_err(Error::query(STEP))?.dtype().clone();
    if !is_time(&dtype) {
        let reason = format!("column `{column}` is {dtype}; cast it to a date or datetime");
        return Err(Error::Unusable { analysis: STEP, reason });
    }
    let on_clock = frame.clone().lazy().select([on_wall_clock(col(column), Some(&dtype))]);
    let frame = collect(STEP, on_clock)?;
    let series = one_chunk(STEP, &frame, column)?;
    let Some(days) = days_of(&series) else { return Ok(vec![None; series.len()]) };
    Ok((0..series.len()).map(|row| (!days.is_null(row)).then(|| i64::from(days.get(row)))).collect())
}
