//! Days collapsed into purchase periods.

use chrono::{Datelike, NaiveDate};

use super::params::Period;

/// Numbers the periods of one unit; consecutive periods have consecutive numbers.
#[derive(Clone, Copy)]
pub(crate) struct PeriodOf(Period);

impl PeriodOf {
    pub(crate) fn new(unit: Period) -> Self {
        Self(unit)
    }

    /// The period of a day counted from 1970-01-01, a Thursday.
    #[inline]
    pub(crate) fn of_day(self, day: i32) -> i32 {
        match self.0 {
            Period::Day => day,
            Period::Week => (day + 3).div_euclid(7),
            Period::Month => {
                NaiveDate::from_epoch_days(day).map_or(i32::MIN, |date| date.year() * 12 + date.month0() as i32)
            }
        }
    }
}

/// Days since 1970-01-01.
pub(crate) fn day_number(date: NaiveDate) -> i32 {
    date.to_epoch_days()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(y: i32, m: u32, d: u32) -> i32 {
        NaiveDate::from_ymd_opt(y, m, d).unwrap().to_epoch_days()
    }

    #[test]
    fn weeks_run_from_monday_to_sunday() {
        let week = |d| PeriodOf::new(Period::Week).of_day(day(2026, 11, d));
        assert_eq!(week(16), week(22));
        assert_eq!(week(22) + 1, week(23));
        assert_eq!(PeriodOf::new(Period::Week).of_day(day(1969, 12, 29)), 0);
    }

    #[test]
    fn months_are_numbered_through_the_years() {
        let month = |y, m, d| PeriodOf::new(Period::Month).of_day(day(y, m, d));
        assert_eq!(month(2025, 12, 31) + 1, month(2026, 1, 1));
        assert_eq!(month(2026, 1, 1), month(2026, 1, 31));
    }
}
