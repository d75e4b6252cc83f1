//! Serial numbers with which Excel counts days.

use serde::{Deserialize, Serialize};

const MILLIS_OF_DAY: f64 = 86_400_000.0;

/// Which day a workbook counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExcelDates {
    /// 1 is 1900-01-01, as usual. The day 60 is 29 February 1900, which never was: it is no
    /// date, and the days after it are one fewer from the start than their number.
    Since1900,
    /// 0 is 1904-01-01, as in workbooks from old Macintosh computers.
    Since1904,
}

/// Microseconds from 1970-01-01 00:00 to the day and time of a serial number.
///
/// The fraction is the time of day, rounded to the nearest millisecond, which is finer than
/// Excel shows. `None` if the number is no day of Excel: before its first day, after the year
/// 9999, the 29 February 1900, NaN.
///
/// # Examples
///
/// ```
/// use customer_analytics::text::{ExcelDates, excel_micros};
///
/// assert_eq!(excel_micros(44_259.25, ExcelDates::Since1900), Some(1_614_837_600_000_000)); // 2021-03-04 06:00
/// assert_eq!(excel_micros(60.0, ExcelDates::Since1900), None);
/// ```
#[must_use]
pub fn excel_micros(serial: f64, dates: ExcelDates) -> Option<i64> {
    // The days from the first serial number to the last of the year 9999, and to 1970.
    let (first, last, to_1970) = match dates {
        ExcelDates::Since1900 if serial < 60.0 => (1.0, 60.0, 25_568),
        ExcelDates::Since1900 => (61.0, 2_958_466.0, 25_569),
        ExcelDates::Since1904 => (0.0, 2_957_004.0, 24_107),
    };
    if !(serial >= first) {
        return None;
    }
    let millis = (serial * MILLIS_OF_DAY).round();
    (millis < last * MILLIS_OF_DAY).then(|| (millis as i64 - to_1970 * MILLIS_OF_DAY as i64) * 1_000)
}

/// The time of a serial number written as digits with a decimal point at the most.
pub(super) fn serial_text(text: &str, dates: ExcelDates) -> Option<i64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    excel_micros(text.parse().ok().filter(|_| digits)?, dates)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDateTime;

    use super::*;

    fn micros(text: &str) -> Option<i64> {
        Some(text.parse::<NaiveDateTime>().unwrap().and_utc().timestamp_micros())
    }

    #[test]
    fn days_around_the_phantom_are_right() {
        let days = [
            (1.0, "1900-01-01T00:00:00"),
            (59.0, "1900-02-28T00:00:00"),
            (61.0, "1900-03-01T00:00:00"),
            (25_569.0, "1970-01-01T00:00:00"),
            (44_197.75, "2021-01-01T18:00:00"),
            (2_958_465.0, "9999-12-31T00:00:00"),
            (44_197.123_456_789, "2021-01-01T02:57:46.667"),
            (59.5, "1900-02-28T12:00:00"),
            (44_197.999_999_999_9, "2021-01-02T00:00:00"),
        ];
        for (serial, day) in days {
            assert_eq!(excel_micros(serial, ExcelDates::Since1900), micros(day), "{serial}");
        }
        for serial in [0.0, 0.5, 60.0, 60.9, -1.0, 2_958_466.0, f64::NAN, f64::INFINITY, 59.999_999_999_99] {
            assert_eq!(excel_micros(serial, ExcelDates::Since1900), None, "{serial}");
        }
    }

    #[test]
    fn workbooks_of_1904_count_from_there() {
        let days =
            [(0.0, "1904-01-01T00:00:00"), (42_735.0, "2021-01-01T00:00:00"), (2_957_003.0, "9999-12-31T00:00:00")];
        for (serial, day) in days {
            assert_eq!(excel_micros(serial, ExcelDates::Since1904), micros(day), "{serial}");
        }
        assert_eq!(excel_micros(-0.1, ExcelDates::Since1904), None);
        assert_eq!(excel_micros(2_957_004.0, ExcelDates::Since1904), None);
    }

    #[test]
    fn only_digits_are_serial_numbers() {
        assert_eq!(serial_text("25569.5", ExcelDates::Since1900), Some(43_200_000_000));
        for text in ["", ".", "1e5", "-1", "+44197", "nan", "44,197", "20210304"] {
            assert_eq!(serial_text(text, ExcelDates::Since1900), None, "{text}");
        }
    }
}
