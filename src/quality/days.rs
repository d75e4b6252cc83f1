//! The days on which a table has rows.

use std::collections::BTreeSet;

use crate::kernel::gap::widest_gap;

/// Days since 1970-01-01 with rows, and rows without a day.
#[derive(Clone, Debug, Default)]
pub(super) struct Days {
    days: BTreeSet<i32>,
    last: Option<i32>,
    pub(super) n_missing: u64,
    pub(super) n_future: u64,
    pub(super) n_dated: u64,
}

impl Days {
    /// Adds a row; days after `as_of` are counted and not remembered.
    #[inline]
    pub(super) fn see(&mut self, day: Option<i32>, as_of: i32) {
        match day {
            None => self.n_missing += 1,
            Some(day) if day > as_of => self.n_future += 1,
            Some(day) => {
                self.n_dated += 1;
                // Rows often come in the order of their days.
                if self.last != Some(day) {
                    self.days.insert(day);
                    self.last = Some(day);
                }
            }
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.days.extend(&other.days);
        self.n_missing += other.n_missing;
        self.n_future += other.n_future;
        self.n_dated += other.n_dated;
    }

    /// The first and the last day.
    pub(super) fn ends(&self) -> Option<(i32, i32)> {
        Some((*self.days.first()?, *self.days.last()?))
    }

    /// The most days in a row without a row between two days that have one.
    pub(super) fn longest_gap(&self) -> Option<u32> {
        self.days.first()?;
        Some(widest_gap(self.days.iter().copied()).map_or(0, |(day, next)| next.abs_diff(day) - 1))
    }
}
