//! Days collapsed into periods of the calendar.

use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// A unit of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Period {
    /// Calendar days.
    Day,
    /// Weeks from Monday to Sunday.
    Week,
    /// Calendar months.
    Month,
    /// Quarters of the calendar year, from January, April, July and October.
    Quarter,
    /// Calendar years.
    Year,
}

/// Numbers the periods of one unit; consecutive periods have consecutive numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PeriodOf(Period);

/// Days from 1970-01-01, a Thursday, back to the Monday of its week.
const SINCE_MONDAY: i32 = 3;

impl PeriodOf {
    pub(crate) fn new(unit: Period) -> Self {
        Self(unit)
    }

    /// The period of a day counted from 1970-01-01; the same for all days beyond the calendar.
    #[inline]
    pub(crate) fn of_day(self, day: i32) -> i32 {
        let of_date = |number: fn(NaiveDate) -> i32| NaiveDate::from_epoch_days(day).map_or(i32::MIN, number);
        match self.0 {
            Period::Day => day,
            // A day at the end of its numbers stays in the last week there is.
            Period::Week => day.saturating_add(SINCE_MONDAY).div_euclid(7),
            Period::Month => of_date(|date| date.year() * 12 + date.month0() as i32),
            Period::Quarter => of_date(|date| date.year() * 4 + date.month0() as i32 / 3),
            Period::Year => of_date(|date| date.year()),
        }
    }

    /// The first day of a period; `None` beyond the calendar.
    pub(crate) fn start(self, period: i32) -> Option<NaiveDate> {
        let month = |number: i32| NaiveDate::from_ymd_opt(number.div_euclid(12), number.rem_euclid(12) as u32 + 1, 1);
        match self.0 {
            Period::Day => NaiveDate::from_epoch_days(period),
            Period::Week => NaiveDate::from_epoch_days(period.checked_mul(7)?.checked_sub(SINCE_MONDAY)?),
            Period::Month => month(period),
            Period::Quarter => month(period.checked_mul(3)?),
            Period::Year => month(period.checked_mul(12)?),
        }
    }

    /// The last day of a period; `None` beyond the calendar.
    pub(crate) fn end(self, period: i32) -> Option<NaiveDate> {
        self.start(period.checked_add(1)?)?.checked_sub_days(Days::new(1))
    }

    /// A period in words that sort as they follow each other: `2026-01-31`, `2026-W05` (ISO 8601),
    /// `2026-01`, `2026-Q1`, `2026`; `None` beyond the calendar.
    pub(crate) fn label(self, period: i32) -> Option<String> {
        let start = self.start(period)?;
        let year = start.year();
        Some(match self.0 {
            Period::Day => start.to_string(),
            Period::Week => format!("{}-W{:02}", start.iso_week().year(), start.iso_week().week()),
            Period::Month => format!("{year}-{:02}", start.month()),
            Period::Quarter => format!("{year}-Q{}", start.month0() / 3 + 1),
            Period::Year => year.to_string(),
        })
    }
}

/// Days since 1970-01-01.
pub(crate) fn day_number(date: NaiveDate) -> i32 {
    date.to_epoch_days()
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNITS: [Period; 5] = [Period::Day, Period::Week, Period::Month, Period::Quarter, Period::Year];

    fn date(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    fn day(y: i32, m: u32, d: u32) -> i32 {
        day_number(date(y, m, d))
    }

    #[test]
    fn weeks_run_from_monday_to_sunday() {
        let week = |d| PeriodOf::new(Period::Week).of_day(day(2026, 11, d));
        assert_eq!(week(16), week(22));
        assert_eq!(week(22) + 1, week(23));
        assert_eq!(PeriodOf::new(Period::Week).of_day(day(1969, 12, 29)), 0);
    }

    #[test]
    fn months_quarters_and_years_are_numbered_through() {
        let of = |unit, y, m, d| PeriodOf::new(unit).of_day(day(y, m, d));
        for unit in [Period::Month, Period::Quarter, Period::Year] {
            assert_eq!(of(unit, 2025, 12, 31) + 1, of(unit, 2026, 1, 1), "{unit:?}");
            assert_eq!(of(unit, 2026, 1, 1), of(unit, 2026, 1, 31), "{unit:?}");
        }
        assert_eq!(of(Period::Quarter, 2026, 4, 1), of(Period::Quarter, 2026, 6, 30));
        assert_eq!(of(Period::Quarter, 2026, 6, 30) + 1, of(Period::Quarter, 2026, 7, 1));
    }

    /// Oracle: the calendar; 2026-01-01 is a Thursday, so week 1 of 2026 starts in 2025.
    #[test]
    fn periods_know_their_ends_and_names() {
        let of = |unit, day| {
            let unit = PeriodOf::new(unit);
            let period = unit.of_day(day);
            (unit.label(period).unwrap(), unit.start(period).unwrap(), unit.end(period).unwrap())
        };
        let new_year = day(2026, 1, 1);
        assert_eq!(of(Period::Day, new_year), ("2026-01-01".into(), date(2026, 1, 1), date(2026, 1, 1)));
        assert_eq!(of(Period::Week, new_year), ("2026-W01".into(), date(2025, 12, 29), date(2026, 1, 4)));
        assert_eq!(of(Period::Month, new_year), ("2026-01".into(), date(2026, 1, 1), date(2026, 1, 31)));
        assert_eq!(of(Period::Quarter, day(2024, 2, 29)), ("2024-Q1".into(), date(2024, 1, 1), date(2024, 3, 31)));
        assert_eq!(of(Period::Year, new_year), ("2026".into(), date(2026, 1, 1), date(2026, 12, 31)));
    }

    #[test]
    fn every_day_lies_between_the_ends_of_its_period() {
        for unit in UNITS.map(PeriodOf::new) {
            for day in (-800_000..800_000).step_by(997) {
                let date = NaiveDate::from_epoch_days(day).unwrap();
                let period = unit.of_day(day);
                assert!(unit.start(period).unwrap() <= date && date <= unit.end(period).unwrap(), "{unit:?} {date}");
            }
        }
    }

    #[test]
    fn what_lies_beyond_the_calendar_has_no_name() {
        for unit in UNITS.map(PeriodOf::new) {
            for day in [i32::MIN, i32::MAX] {
                assert_eq!(unit.label(unit.of_day(day)), None, "{unit:?}");
            }
        }
    }
}
