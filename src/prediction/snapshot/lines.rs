//! The lines of every customer in the order of their days, and where a cutoff parts them.

use polars::prelude::Series;

use crate::activity::RowCounts;

/// Stands for a product or channel that is not known.
pub(super) const UNKNOWN: u64 = u64::MAX;

/// One purchase or refund.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Line {
    pub(super) amount: f64,
    pub(super) order: u64,
    pub(super) product: u64,
    pub(super) channel: u64,
    pub(super) customer: u32,
    /// Days since 1970-01-01.
    pub(super) day: i32,
}

impl Line {
    /// All lines that are kept are purchases but those below zero, which are refunds.
    pub(super) fn is_purchase(&self) -> bool {
        self.amount >= 0.0
    }
}

/// Which optional roles the log has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Roles {
    pub(super) order: bool,
    pub(super) product: bool,
    pub(super) channel: bool,
}

/// What one pass over the log leaves: all purchases and refunds, by customer and day.
///
/// Snapshots at any number of cutoffs are made of it without reading the log again.
pub struct PurchaseHistory {
    /// Ids, ascending: numbers by value, texts by their bytes.
    pub(super) ids: Series,
    /// Where the lines of each customer start; last, where those of the last one end.
    pub(super) starts: Vec<usize>,
    pub(super) lines: Vec<Line>,
    pub(super) counts: RowCounts,
    pub(super) roles: Roles,
    pub(super) first_day: Option<i32>,
    pub(super) last_day: Option<i32>,
}

impl std::fmt::Debug for PurchaseHistory {
    /// Counts only: the lines are customers' data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PurchaseHistory").field("counts", &self.counts).finish_non_exhaustive()
    }
}

impl PurchaseHistory {
    pub(super) fn n_customers(&self) -> usize {
        self.ids.len()
    }

    /// The lines of one customer, parted at the end of a day.
    pub(super) fn parted(&self, customer: usize, cutoff: i32) -> (Past<'_>, Later<'_>) {
        let lines = &self.lines[self.starts[customer]..self.starts[customer + 1]];
        let (past, later) = lines.split_at(lines.partition_point(|line| line.day <= cutoff));
        (Past(past), Later(later))
    }
}

/// Lines up to a cutoff, by day. Features are made of this type alone: nothing that comes after
/// the cutoff can be reached from it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Past<'a>(&'a [Line]);

impl<'a> Past<'a> {
    /// The lines from a day on.
    pub(super) fn since(self, day: i32) -> &'a [Line] {
        &self.0[self.0.partition_point(|line| line.day < day)..]
    }

    /// All lines up to the cutoff.
    pub(super) fn all(self) -> &'a [Line] {
        self.0
    }
}

/// Lines after a cutoff, by day; labels are made of them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Later<'a>(&'a [Line]);

impl<'a> Later<'a> {
    /// The lines of the days from one to another, both included.
    pub(super) fn within(self, days: &std::ops::RangeInclusive<i32>) -> &'a [Line] {
        let from = self.0.partition_point(|line| line.day < *days.start());
        let to = self.0.partition_point(|line| line.day <= *days.end());
        &self.0[from..to.max(from)]
    }

    /// How many lines there are.
    pub(super) fn len(self) -> usize {
        self.0.len()
    }
}
