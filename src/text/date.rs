//! Days and times from text, by stated formats.

use std::fmt;

use chrono::format::{Item, Parsed, StrftimeItems};
use chrono::{Datelike, NaiveDate, NaiveDateTime};

use super::excel_date::{ExcelDates, serial_text};
use super::fixed_date::Fixed;
use super::normal::trimmed;
use super::time_format::TimeFormat;
use super::width::half_width;

/// Years that a date can have; a year of fewer figures does not fit `%Y`.
pub(super) const YEARS: std::ops::RangeInclusive<i32> = 1000..=9999;

/// Formats of days and times, tried in their order.
///
/// A text is trimmed, full-width digits are ordinary ones. The first format that takes the
/// whole text wins, so where `03/04/2021` fits two formats their order says which is the
/// day; [`reads_both_ways`] finds such texts. The clock is that of whoever wrote the text:
/// formats with a zone or an offset are refused, as a day cannot be told from an instant
/// without the zone of the shop.
///
/// A year has four figures under `%Y`; `%y` means 1969 to 2068. A format without a time
/// gives midnight. Fractions of a second are cut to microseconds.
///
/// # Examples
///
/// ```
/// use customer_analytics::text::{DateText, ExcelDates};
///
/// let dates = DateText::new(["%Y-%m-%d %H:%M", "%d/%m/%Y"])?.excel(ExcelDates::Since1900);
/// assert_eq!(dates.micros("1970-01-01 00:01"), Some(60_000_000));
/// assert_eq!(dates.micros("2/1/1970"), Some(86_400_000_000));
/// assert_eq!(dates.micros("25569.5"), Some(43_200_000_000));
/// assert_eq!(dates.micros("30/02/1970"), None);
/// # Ok::<(), customer_analytics::text::DateFormatProblem>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct DateText {
    formats: Vec<Format>,
    excel: Option<ExcelDates>,
}

/// One format, taken apart once.
#[derive(Clone, Debug)]
struct Format {
    /// Set if every part has a fixed width, which is read without chrono.
    fixed: Option<Fixed>,
    items: Vec<Item<'static>>,
    has_time: bool,
    /// Whether a day in this format can be one that [`reads_both_ways`].
    has_two_ways: bool,
}

/// Why a format cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DateFormatProblem {
    /// It has codes that strftime does not know.
    Broken {
        /// The format.
        format: String,
    },
    /// It has a zone, an offset or a count of seconds.
    Zoned {
        /// The format.
        format: String,
    },
    /// It does not determine a day, or an hour without minutes or half of the day.
    Undetermined {
        /// The format.
        format: String,
    },
}

impl fmt::Display for DateFormatProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken { format } => write!(f, "format `{format}` is not one of strftime codes"),
            Self::Zoned { format } => {
                write!(f, "format `{format}` has a zone or offset, which tells no day of the shop")
            }
            Self::Undetermined { format } => write!(f, "format `{format}` determines no day, or no time of it"),
        }
    }
}

impl std::error::Error for DateFormatProblem {}

impl DateText {
    /// Takes strftime formats apart; none is allowed where Excel's serial numbers follow.
    ///
    /// # Errors
    /// A format that is none, that has a zone or offset, or that determines no day.
    pub fn new<S: AsRef<str>>(formats: impl IntoIterator<Item = S>) -> Result<Self, DateFormatProblem> {
        let formats = formats.into_iter().map(|format| Format::new(format.as_ref())).collect::<Result<_, _>>()?;
        Ok(Self { formats, excel: None })
    }

    /// Also reads serial numbers of Excel, after the formats.
    pub fn excel(mut self, dates: ExcelDates) -> Self {
        self.excel = Some(dates);
        self
    }

    /// Whether any format has a time of day; without one every result is a midnight.
    #[must_use]
    pub fn has_time(&self) -> bool {
        self.excel.is_some() || self.formats.iter().any(|format| format.has_time)
    }

    /// Whether a text that some format takes can be one that [`reads_both_ways`].
    #[must_use]
    pub fn can_read_both_ways(&self) -> bool {
        self.formats.iter().any(|format| format.has_two_ways)
    }

    /// Microseconds from 1970-01-01 00:00 to the time that the text says, on its own clock;
    /// `None` if no format takes it.
    #[must_use]
    pub fn micros(&self, text: &str) -> Option<i64> {
        // Trimming and width are looked at only once a text did not fit as it is.
        self.exact(text).or_else(|| {
            let plain = half_width(text);
            let plain = trimmed(&plain);
            (*plain != *text).then(|| self.exact(&plain)).flatten()
        })
    }

    fn exact(&self, text: &str) -> Option<i64> {
        let by_format = self.formats.iter().find_map(|format| format.read(text));
        by_format.or_else(|| serial_text(text, self.excel?))
    }
}

impl Format {
    fn new(format: &str) -> Result<Self, DateFormatProblem> {
        let kind = TimeFormat::of(format);
        let named = || format.to_owned();
        match kind {
            TimeFormat::Broken => return Err(DateFormatProblem::Broken { format: named() }),
            TimeFormat::Zoned => return Err(DateFormatProblem::Zoned { format: named() }),
            TimeFormat::Day | TimeFormat::Clock => {}
        }
        let broken = |_| DateFormatProblem::Broken { format: named() };
        let items = StrftimeItems::new(format).parse_to_owned().map_err(broken)?;
        let mut read =
            Self { fixed: Fixed::of(&items), items, has_time: kind == TimeFormat::Clock, has_two_ways: false };
        // Three small numbers that differ, so that no place can only be the year's.
        read.has_two_ways = read.written(2003, 4, 5).is_some_and(|day| reads_both_ways(&day));
        if read.determines() { Ok(read) } else { Err(DateFormatProblem::Undetermined { format: named() }) }
    }

    /// Whether a day that is written in the format comes back from it.
    fn determines(&self) -> bool {
        let Some(sample) = afternoon(2021, 11, 23) else { return false };
        let read = self.written(2021, 11, 23).and_then(|written| self.parsed(&written));
        // Formats may leave out minutes' seconds, but neither the day nor the hour.
        read.is_some_and(|read| read.date() == sample.date() && (!self.has_time || hour(read) == hour(sample)))
    }

    /// The afternoon of a day in the format.
    fn written(&self, year: i32, month: u32, day: u32) -> Option<String> {
        use fmt::Write;
        let mut written = String::new();
        write!(written, "{}", afternoon(year, month, day)?.format_with_items(self.items.iter())).ok()?;
        Some(written)
    }

    fn read(&self, text: &str) -> Option<i64> {
        if let Some(time) = self.fixed.as_ref().and_then(|fixed| fixed.read(text.as_bytes())) {
            return Some(time);
        }
        let time = self.parsed(text)?;
        YEARS.contains(&time.year()).then(|| time.and_utc().timestamp_micros())
    }

    fn parsed(&self, text: &str) -> Option<NaiveDateTime> {
        let mut parsed = Parsed::new();
        chrono::format::parse(&mut parsed, text, self.items.iter()).ok()?;
        if self.has_time {
            return parsed.to_naive_datetime_with_offset(0).ok();
        }
        parsed.to_naive_date().ok()?.and_hms_opt(0, 0, 0)
    }
}

fn afternoon(year: i32, month: u32, day: u32) -> Option<NaiveDateTime> {
    NaiveDate::from_ymd_opt(year, month, day)?.and_hms_opt(15, 47, 58)
}

fn hour(time: NaiveDateTime) -> u32 {
    chrono::Timelike::hour(&time)
}

/// Whether a day of three numbers reads both day-first and month-first, as two days.
///
/// So `03/04/2021` does, with `/`, `-` or `.` and with or without a time behind it;
/// `13/04/2021` and `04/04/2021` do not, nor does a day that begins with its year. Counted
/// over a column, it says how much hangs on the order that was stated.
///
/// # Examples
///
/// ```
/// use customer_analytics::text::reads_both_ways;
///
/// assert!(reads_both_ways("03/04/2021"));
/// assert!(!reads_both_ways("2021-03-04"));
/// ```
#[must_use]
pub fn reads_both_ways(text: &str) -> bool {
    let plain = half_width(text);
    let plain = trimmed(&plain);
    let day = plain.split(|c: char| c.is_whitespace() || c == 'T').next().unwrap_or_default();
    let Some(separator) = day.chars().find(|c| matches!(c, '/' | '-' | '.')) else { return false };
    let mut parts = day.split(separator);
    let (Some(first), Some(second), Some(year), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let number =
        |part: &str| part.parse::<u8>().ok().filter(|n| is_digits(part) && part.len() <= 2 && (1..=12).contains(n));
    let has_year = matches!(year.len(), 2 | 4) && is_digits(year);
    matches!((number(first), number(second)), (Some(a), Some(b)) if has_year && a != b)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DAY: i64 = 86_400_000_000;

    fn read(format: &str, text: &str) -> Option<i64> {
        DateText::new([format]).unwrap().micros(text)
    }

    fn at(text: &str) -> Option<i64> {
        Some(text.parse::<NaiveDateTime>().unwrap().and_utc().timestamp_micros())
    }

    #[test]
    fn days_and_times_are_read_by_their_format() {
        let read_as = [
            ("%Y-%m-%d", "2021-03-04", "2021-03-04T00:00:00"),
            ("%d/%m/%Y", "03/04/2021", "2021-04-03T00:00:00"),
            ("%m/%d/%Y", "03/04/2021", "2021-03-04T00:00:00"),
            ("%d/%m/%Y", "3/4/2021", "2021-04-03T00:00:00"),
            ("%Y-%m-%d %H:%M:%S", "2021-03-04 05:06:07", "2021-03-04T05:06:07"),
            ("%FT%T", "2021-03-04T05:06:07", "2021-03-04T05:06:07"),
            ("%F %H:%M", "2021-03-04 23:59", "2021-03-04T23:59:00"),
            ("%F %T%.f", "2021-03-04 05:06:07.1234567", "2021-03-04T05:06:07.123456"),
            ("%d.%m.%y", "04.03.21", "2021-03-04T00:00:00"),
            ("%B %d, %Y", "March 4, 2021", "2021-03-04T00:00:00"),
            ("%Y年%m月%d日", "2021年3月4日", "2021-03-04T00:00:00"),
            ("%d-%b-%Y", "04-Mar-2021", "2021-03-04T00:00:00"),
            ("%Y%m%d", "20210304", "2021-03-04T00:00:00"),
            ("%m/%d/%Y %I:%M %p", "03/04/2021 01:05 PM", "2021-03-04T13:05:00"),
            ("%Y-%m-%d", " ２０２１-03-04\u{a0}", "2021-03-04T00:00:00"),
            ("%Y-%m-%d", "2024-02-29", "2024-02-29T00:00:00"),
        ];
        for (format, text, expected) in read_as {
            assert_eq!(read(format, text), at(expected), "{format} {text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_none() {
        for text in [
            "",
            "2021-02-30",
            "2021-13-01",
            "2021-3",
            "21-03-04",
            "0021-03-04",
            "2021-03-04 05:06",
            "x",
            "12021-03-04",
            "2023-02-29",
        ] {
            assert_eq!(read("%Y-%m-%d", text), None, "{text}");
        }
        for text in ["2021-03-04 24:00:00", "2021-03-04 05:60:00", "2021-03-04 05:06:61"] {
            assert_eq!(read("%F %T", text), None, "{text}");
        }
    }

    #[test]
    fn the_first_format_that_fits_wins() {
        let day_first = DateText::new(["%d/%m/%Y", "%m/%d/%Y"]).unwrap();
        assert_eq!(day_first.micros("03/04/2021"), at("2021-04-03T00:00:00"));
        assert_eq!(day_first.micros("03/14/2021"), at("2021-03-14T00:00:00"));
        assert!(!day_first.has_time() && DateText::new(["%F %T"]).unwrap().has_time());
    }

    #[test]
    fn formats_that_tell_no_day_are_refused() {
        use DateFormatProblem::{Broken, Undetermined, Zoned};
        let problem = |format: &str| DateText::new([format]).unwrap_err();
        for format in ["%FT%T%z", "%s", "%+"] {
            assert!(matches!(problem(format), Zoned { .. }), "{format}");
        }
        for format in ["", "%Y", "%Y-%m", "%d/%m", "%H:%M", "%F %H", "%F %I:%M", "%F %M"] {
            assert!(matches!(problem(format), Undetermined { .. }), "{format}");
        }
        assert!(matches!(problem("%Q"), Broken { .. }));
        assert_eq!(problem("%Q").to_string(), "format `%Q` is not one of strftime codes");
    }

    #[test]
    fn days_that_read_both_ways_are_found() {
        for text in ["03/04/2021", "3-4-21", " 01.12.2021 10:00", "０３/04/2021", "1/2/2021T05:00"] {
            assert!(reads_both_ways(text), "{text}");
        }
        for text in [
            "",
            "13/04/2021",
            "04/13/2021",
            "04/04/2021",
            "2021-03-04",
            "03/04",
            "03/04/202",
            "0/4/2021",
            "3/4-2021",
            "+3/4/2021",
            "a/b/c",
        ] {
            assert!(!reads_both_ways(text), "{text}");
        }
    }

    #[test]
    fn formats_with_two_readings_are_known() {
        let has = |format: &str| DateText::new([format]).unwrap().can_read_both_ways();
        for format in ["%d/%m/%Y", "%m-%d-%y", "%-d.%-m.%Y %H:%M", "%y/%m/%d", "%D", "%d/%m/%YT%T"] {
            assert!(has(format), "{format}");
        }
        for format in ["%F", "%Y/%d/%m", "%d %b %Y", "%Y%m%d", "%F %T", "%d/%m %Y"] {
            assert!(!has(format), "{format}");
        }
    }

    proptest! {
        /// The fast path and chrono read the same.
        #[test]
        fn fixed_widths_read_as_chrono_reads(
            y in 0_u32..10_500, m in 0_u32..14, d in 0_u32..33, h in 0_u32..26, min in 0_u32..62, s in 0_u32..63,
        ) {
            let text = format!("{y:04}-{m:02}-{d:02} {h:02}:{min:02}:{s:02}");
            let format = Format::new("%Y-%m-%d %H:%M:%S").unwrap();
            let slow = Format { fixed: None, ..format.clone() };
            prop_assert!(format.fixed.is_some());
            prop_assert_eq!(format.read(&text), slow.read(&text));
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>(), near in "[0-9/:. T-]{0,20}") {
            let dates = DateText::new(["%F %T", "%d/%m/%Y", "%B %d %y"]).unwrap().excel(ExcelDates::Since1904);
            for text in [text, near] {
                let _ = reads_both_ways(&text);
                prop_assert!(dates.micros(&text).is_none_or(|time| time.abs() < 8_000 * 366 * DAY));
            }
        }
    }
}
