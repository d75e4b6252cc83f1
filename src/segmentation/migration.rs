//! Who moved between segments from one date to another.

use std::fmt;

use polars::prelude::*;
use serde::Serialize;

use super::scores::ValueScores;
use crate::error::{Error, Result};
use crate::frame::align::positions_in;
use crate::frame::{ToDataFrame, columns, frame_of};

/// Name of those who were not customers, or not scored, at one of the dates.
pub(super) const ABSENT: &str = "(none)";

/// Customers by their segment at two dates.
///
/// Rows are the segments before, columns those after. The last row counts customers who
/// are new or had no score before, the last column those who are gone or have none after,
/// so that every customer of either date is counted once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MigrationMatrix {
    /// Segments before, then `(none)`.
    pub before: Vec<String>,
    /// Segments after, then `(none)`.
    pub after: Vec<String>,
    /// `counts[i][j]` customers went from `before[i]` to `after[j]`.
    pub counts: Vec<Vec<usize>>,
}

impl MigrationMatrix {
    /// Compares the segments of two dates, customer by customer.
    ///
    /// Scores of both dates by one stored [`ValueModel`](super::ValueModel) tell how customers
    /// changed; scores fitted anew at each date tell how they changed against each other.
    ///
    /// # Errors
    /// `Unusable` when one of them has no segments, or ids are numbers in one and text in
    /// the other.
    pub fn between(before: &ValueScores, after: &ValueScores) -> Result<Self> {
        let unusable = |reason: &str| Error::Unusable { analysis: "migration", reason: reason.to_owned() };
        if before.segments.is_empty() || after.segments.is_empty() {
            return Err(unusable("scores without a segment map have no segments to move between"));
        }
        let positions = positions_in(before.customers(), after.customers())
            .ok_or_else(|| unusable("customer ids are numbers at one date and text at the other"))?;
        let (rows, columns) = (names(before), names(after));
        let (no_row, no_column) = (rows.len() - 1, columns.len() - 1);
        let segments_before: Vec<usize> = segment_positions(before, no_row);
        let segments_after: Vec<usize> = segment_positions(after, no_column);
        let mut counts = vec![vec![0; columns.len()]; rows.len()];
        let mut is_old = vec![false; segments_after.len()];
        for (&from, position) in segments_before.iter().zip(positions) {
            let to = position.map_or(no_column, |at| segments_after[at]);
            counts[from][to] += 1;
            if let Some(at) = position {
                is_old[at] = true;
            }
        }
        for (&to, _) in segments_after.iter().zip(is_old).filter(|(_, is_old)| !is_old) {
            counts[no_row][to] += 1;
        }
        Ok(Self { before: rows, after: columns, counts })
    }

    /// Share of the customers of each segment before who are in each segment after; `None`
    /// for a segment that was empty.
    #[must_use]
    pub fn shares(&self) -> Vec<Option<Vec<f64>>> {
        let share = |row: &Vec<usize>| {
            let total: usize = row.iter().sum();
            (total > 0).then(|| row.iter().map(|&n| n as f64 / total as f64).collect())
        };
        self.counts.iter().map(share).collect()
    }
}

fn names(scores: &ValueScores) -> Vec<String> {
    scores.segments.iter().map(|segment| segment.segment.clone()).chain([ABSENT.to_owned()]).collect()
}

fn segment_positions(scores: &ValueScores, absent: usize) -> Vec<usize> {
    scores.segment_positions().map(|segment| segment.unwrap_or(absent)).collect()
}

impl ToDataFrame for MigrationMatrix {
    /// One row per pair of segments: before, after, customers.
    fn to_dataframe(&self) -> DataFrame {
        let pairs = || {
            self.before.iter().enumerate().flat_map(|(i, from)| {
                self.after.iter().enumerate().map(move |(j, to)| (from.as_str(), to.as_str(), self.counts[i][j] as u64))
            })
        };
        frame_of(vec![
            Series::new(columns::SEGMENT_BEFORE.into(), pairs().map(|pair| pair.0).collect::<Vec<_>>()),
            Series::new(columns::SEGMENT_AFTER.into(), pairs().map(|pair| pair.1).collect::<Vec<_>>()),
            Series::new(columns::N_CUSTOMERS.into(), pairs().map(|pair| pair.2).collect::<Vec<_>>()),
        ])
    }
}

impl fmt::Display for MigrationMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.before.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        write!(f, "{:width$}", "from \\ to")?;
        for (j, _) in self.after.iter().enumerate() {
            write!(f, " {:>7}", format!("[{}]", j + 1))?;
        }
        for (i, row) in self.counts.iter().enumerate() {
            write!(f, "\n{:width$}", self.before[i])?;
            for n in row {
                write!(f, " {n:>7}")?;
            }
        }
        let legend: Vec<String> =
            self.after.iter().enumerate().map(|(j, name)| format!("[{}] {name}", j + 1)).collect();
        write!(f, "\nto: {}", legend.join(", "))
    }
}
