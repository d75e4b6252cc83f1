//! Days of a column that streams by.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use polars::prelude::{DataFrame, DataType};

use super::super::days::{DayCells, DayCount, ToInstant, day_cells, has_days, to_instant, wider};
use super::super::temporal::{DayFacts, TemporalSummary, summary, weekdays};
use super::segments::Parts;
use crate::error::Result;
use crate::kernel::undefined::Undefined;

/// Distinct days that are counted one by one: 136 years of them, which take 1.1 MB.
const MOST_DAYS: usize = 50_000;

/// The days of a column: of the whole, then of each segment by its number.
pub(super) struct DayPass {
    to_instant: ToInstant,
    parts: Vec<DayPart>,
}

/// The days of a column in some rows.
#[derive(Clone, Debug)]
struct DayPart {
    n: u64,
    n_null: u64,
    n_beyond: u64,
    ends: Option<(i64, i64)>,
    end_days: Option<(i32, i32)>,
    weekdays: [u64; 7],
    /// Rows of each day; `None` once there have been too many.
    by_day: Option<HashMap<i32, u64, FixedState>>,
}

impl DayPart {
    fn new() -> Self {
        Self {
            n: 0,
            n_null: 0,
            n_beyond: 0,
            ends: None,
            end_days: None,
            weekdays: [0; 7],
            by_day: Some(HashMap::default()),
        }
    }

    fn add(&mut self, cells: &DayCells) {
        self.n += cells.n();
        self.n_null += cells.n_null;
        self.n_beyond += cells.n_beyond;
        if let Some(ends) = cells.ends {
            self.ends = wider(self.ends, ends);
        }
        if let Some(ends) = cells.end_days() {
            self.end_days = wider(self.end_days, ends);
        }
        self.weekdays.iter_mut().zip(weekdays(&cells.by_day)).for_each(|(mine, theirs)| *mine += theirs);
        self.count(&cells.by_day);
    }

    fn count(&mut self, days: &[DayCount]) {
        let Some(by_day) = &mut self.by_day else { return };
        for &(day, n) in days {
            *by_day.entry(day).or_default() += n;
            if by_day.len() > MOST_DAYS {
                self.by_day = None;
                return;
            }
        }
    }

    fn facts(&self) -> DayFacts {
        let in_order = |by_day: &HashMap<i32, u64, FixedState>| {
            let mut days: Vec<DayCount> = by_day.iter().map(|(&day, &n)| (day, n)).collect();
            days.sort_unstable();
            days
        };
        DayFacts {
            n: self.n,
            n_null: self.n_null,
            n_beyond: self.n_beyond,
            ends: self.ends,
            end_days: self.end_days,
            weekdays: self.weekdays,
            by_day: self.by_day.as_ref().map(in_order).ok_or(Undefined::TooManyDistinct),
        }
    }
}

impl DayPass {
    /// A state before the first row; `None` for a type that has no days.
    pub(super) fn of(dtype: &DataType) -> Option<Self> {
        has_days(dtype).then(|| Self { to_instant: to_instant(dtype), parts: Vec::new() })
    }

    /// Makes room for segments that are new.
    pub(super) fn grow(&mut self, n_states: usize) {
        self.parts.resize_with(n_states.max(self.parts.len()), DayPart::new);
    }

    pub(super) fn add(&mut self, batch: &DataFrame, column: &str, parts: &Parts) -> Result<()> {
        let found = day_cells(batch, column, &parts.groups, |cells, _| cells)?;
        let places = [0].into_iter().chain(parts.numbers.iter().map(|number| number + 1));
        places.zip(&found).for_each(|(place, cells)| self.parts[place].add(cells));
        Ok(())
    }

    /// The days of the whole, at place 0, or of a segment.
    pub(super) fn summary(&self, place: usize) -> TemporalSummary {
        summary(self.parts[place].facts(), self.to_instant)
    }
}
