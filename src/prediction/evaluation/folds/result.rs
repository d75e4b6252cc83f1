//! Folds, and the splits they make.

use std::fmt;

use polars::prelude::*;
use serde::Serialize;

use super::rolling::Period;
use crate::frame::columns::{FOLD, N_TEST, N_TRAIN};
use crate::frame::readable::{grouped, write_table};
use crate::frame::{ToDataFrame, frame_of};

/// The fold of each row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Folds {
    /// Folds.
    pub n_folds: u32,
    /// The fold, from 0, in which each row tests; `None` for a row that never does: one without
    /// target or day, or from before the first period.
    pub of_row: Vec<Option<u32>>,
    /// Rows without target or day, which neither train nor test.
    pub n_without_fold: u64,
    #[serde(skip)]
    time: Option<Time>,
}

/// What trains is decided by the day.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Time {
    periods: Vec<Period>,
    days: Vec<Option<i64>>,
}

/// Rows that train a model and rows that test it, ascending, from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Split {
    /// The fold that is tested, from 0.
    pub fold: u32,
    /// Rows to train on.
    pub train: Vec<u32>,
    /// Rows to test on.
    pub test: Vec<u32>,
}

impl Folds {
    pub(super) fn by_chance(n_folds: u32, of_row: Vec<Option<u32>>) -> Self {
        let n_without_fold = of_row.iter().filter(|fold| fold.is_none()).count() as u64;
        Self { n_folds, of_row, n_without_fold, time: None }
    }

    pub(super) fn of_time(periods: Vec<Period>, days: Vec<Option<i64>>) -> Self {
        let fold_of = |day: i64| {
            let after = periods.partition_point(|period| period.start <= day);
            let fold = after.checked_sub(1).filter(|&fold| periods[fold].tests(day));
            fold.map(|fold| fold as u32)
        };
        let of_row = days.iter().map(|day| day.and_then(fold_of)).collect();
        let n_without_fold = days.iter().filter(|day| day.is_none()).count() as u64;
        let n_folds = periods.len() as u32;
        Self { n_folds, of_row, n_without_fold, time: Some(Time { periods, days }) }
    }

    /// Whether a row trains the model that a fold tests.
    fn trains(&self, row: usize, fold: u32) -> bool {
        match &self.time {
            None => self.of_row[row].is_some_and(|own| own != fold),
            Some(Time { periods, days }) => days[row].is_some_and(|day| periods[fold as usize].trains(day)),
        }
    }

    /// The split of one fold; `None` beyond the last.
    #[must_use]
    pub fn split(&self, fold: u32) -> Option<Split> {
        if fold >= self.n_folds {
            return None;
        }
        let rows = || 0..self.of_row.len();
        let train = rows().filter(|&row| self.trains(row, fold)).map(|row| row as u32).collect();
        let test = rows().filter(|&row| self.of_row[row] == Some(fold)).map(|row| row as u32).collect();
        Some(Split { fold, train, test })
    }

    /// All splits, by fold.
    #[must_use]
    pub fn splits(&self) -> Vec<Split> {
        (0..self.n_folds).filter_map(|fold| self.split(fold)).collect()
    }

    /// How many rows train and test in each fold.
    #[must_use]
    pub fn sizes(&self) -> Vec<(u64, u64)> {
        let mut n_test = vec![0; self.n_folds as usize];
        self.of_row.iter().flatten().for_each(|&fold| n_test[fold as usize] += 1);
        let n_all: u64 = n_test.iter().sum();
        let n_train = |fold: usize| match &self.time {
            None => n_all - n_test[fold],
            Some(Time { periods, days }) => {
                days.iter().flatten().filter(|&&day| periods[fold].trains(day)).count() as u64
            }
        };
        (0..n_test.len()).map(|fold| (n_train(fold), n_test[fold])).collect()
    }
}

impl ToDataFrame for Folds {
    /// One row per fold: its number from 0, rows that train and rows that test.
    fn to_dataframe(&self) -> DataFrame {
        let sizes = self.sizes();
        frame_of(vec![
            Series::new(FOLD.into(), (0..self.n_folds).collect::<Vec<u32>>()),
            Series::new(N_TRAIN.into(), sizes.iter().map(|size| size.0).collect::<Vec<u64>>()),
            Series::new(N_TEST.into(), sizes.iter().map(|size| size.1).collect::<Vec<u64>>()),
        ])
    }
}

impl fmt::Display for Folds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows in {} folds", grouped(self.of_row.len() as u64), grouped(self.n_folds.into()))?;
        if self.n_without_fold > 0 {
            write!(f, ", {} without target or day", grouped(self.n_without_fold))?;
        }
        let row = |(fold, (n_train, n_test)): (usize, (u64, u64))| (vec![grouped(n_train), grouped(n_test)], fold);
        let rows: Vec<_> = self.sizes().into_iter().enumerate().map(row).collect();
        write_table(f, &["train", "test", "fold"], &rows)
    }
}
