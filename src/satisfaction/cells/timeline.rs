//! Days of responses as numbers of their periods.

use chrono::NaiveDate;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::frame::calendar::{PeriodOf, day_number};
use crate::frame::codes::NO_CODE;
use crate::frame::extract::Days;
use crate::satisfaction::period::PeriodLabel;

/// Days whose period is found without a calculation; a power of two.
const N_RECENT: usize = 1 << 10;
const UNKNOWN: u32 = u32::MAX;

/// Periods numbered as they came, and the days that were seen.
#[derive(Debug)]
pub(super) struct Timeline {
    unit: Option<PeriodOf>,
    as_of: Option<i32>,
    numbers: HashMap<i32, u32, FixedState>,
    /// Periods by number.
    known: Vec<i32>,
    recent: Vec<(i32, u32)>,
    /// Rows without a time that lies in the calendar.
    pub(super) n_undated: u64,
    /// Rows after `as_of`.
    pub(super) n_later: u64,
    first_day: i32,
    last_day: i32,
}

impl Timeline {
    pub(super) fn new(unit: Option<PeriodOf>, as_of: Option<NaiveDate>) -> Self {
        Self {
            unit,
            as_of: as_of.map(day_number),
            numbers: HashMap::default(),
            known: Vec::new(),
            recent: vec![(0, UNKNOWN); N_RECENT],
            n_undated: 0,
            n_later: 0,
            first_day: i32::MAX,
            last_day: i32::MIN,
        }
    }

    /// Number of periods; one where there are none but days.
    pub(super) fn len(&self) -> usize {
        if self.unit.is_some() { self.known.len() } else { 1 }
    }

    /// The number of each row's period; 0 for all rows where there are no periods.
    pub(super) fn codes(&mut self, days: Days<'_>, n: usize) -> Vec<u32> {
        let mut code = |row: usize| {
            if days.is_null(row) {
                self.n_undated += 1;
                return NO_CODE;
            }
            self.code(days.get(row))
        };
        (0..n).map(&mut code).collect()
    }

    fn code(&mut self, day: i32) -> u32 {
        if self.as_of.is_some_and(|as_of| day > as_of) {
            self.n_later += 1;
            return NO_CODE;
        }
        // Neighbours lie in neighbouring slots.
        let slot = day as usize % N_RECENT;
        if self.recent[slot].1 == UNKNOWN || self.recent[slot].0 != day {
            let Some(number) = self.number(day) else {
                self.n_undated += 1;
                return NO_CODE;
            };
            self.recent[slot] = (day, number);
            self.first_day = self.first_day.min(day);
            self.last_day = self.last_day.max(day);
        }
        self.recent[slot].1
    }

    /// The number of the period of a day; `None` beyond the calendar.
    fn number(&mut self, day: i32) -> Option<u32> {
        NaiveDate::from_epoch_days(day)?;
        let Some(unit) = self.unit else { return Some(0) };
        let period = unit.of_day(day);
        unit.end(period)?;
        Some(self.adopt(period))
    }

    fn adopt(&mut self, period: i32) -> u32 {
        let next = self.known.len() as u32;
        let number = *self.numbers.entry(period).or_insert(next);
        if number == next {
            self.known.push(period);
        }
        number
    }

    /// The numbers here of the periods of another timeline, by their numbers there.
    pub(super) fn merge(&mut self, other: &Self) -> Vec<u32> {
        self.n_undated += other.n_undated;
        self.n_later += other.n_later;
        self.first_day = self.first_day.min(other.first_day);
        self.last_day = self.last_day.max(other.last_day);
        if self.unit.is_none() {
            return vec![0];
        }
        other.known.iter().map(|&period| self.adopt(period)).collect()
    }

    /// For each period its number in the calendar and its label, by its number here.
    pub(super) fn labels(&self) -> Vec<(i32, Option<PeriodLabel>)> {
        let seen_to = self.as_of.unwrap_or(self.last_day);
        let label = |period: i32| {
            let unit = self.unit?;
            let (start, end) = (unit.start(period)?, unit.end(period)?);
            let is_complete = self.first_day <= day_number(start) && day_number(end) <= seen_to;
            Some(PeriodLabel {
                label: unit.label(period)?,
                start: Some(start),
                end: Some(end),
                is_complete: Some(is_complete),
                covered_from: NaiveDate::from_epoch_days(self.first_day),
                covered_to: NaiveDate::from_epoch_days(seen_to),
            })
        };
        self.known.iter().map(|&period| (period, label(period))).collect()
    }
}
