//! Days and times whose parts all have a fixed width, read digit by digit.

use chrono::NaiveDate;
use chrono::format::{Item, Numeric, Pad};

use super::date::YEARS;

/// The places of the parts in a text of one width.
#[derive(Clone, Debug)]
pub(super) struct Fixed {
    /// Every byte that is no digit, with its place.
    literals: Vec<(usize, u8)>,
    width: usize,
    year: usize,
    month: usize,
    day: usize,
    hour: Option<usize>,
    minute: Option<usize>,
    second: Option<usize>,
}

impl Fixed {
    /// The form of a format of year, month, day, hour, minute, second and signs alone.
    pub(super) fn of(items: &[Item<'_>]) -> Option<Self> {
        let (mut width, mut literals, mut places) = (0, vec![], [None; 6]);
        for item in items {
            let text = match item {
                Item::Literal(text) | Item::Space(text) => *text,
                Item::OwnedLiteral(text) | Item::OwnedSpace(text) => text,
                Item::Numeric(part, Pad::Zero) => {
                    let at =
                        [Numeric::Year, Numeric::Month, Numeric::Day, Numeric::Hour, Numeric::Minute, Numeric::Second];
                    let place = &mut places[at.iter().position(|known| known == part)?];
                    if place.replace(width).is_some() {
                        return None;
                    }
                    width += if *part == Numeric::Year { 4 } else { 2 };
                    continue;
                }
                _ => return None,
            };
            literals.extend(text.bytes().enumerate().map(|(at, byte)| (width + at, byte)));
            width += text.len();
        }
        let [year, month, day, hour, minute, second] = places;
        let (year, month, day) = (year?, month?, day?);
        Some(Self { literals, width, year, month, day, hour, minute, second })
    }

    /// Microseconds since 1970 if the text has this very form and its day exists.
    ///
    /// What is in another form, as `3/4/2021` and leap seconds, is left to chrono.
    pub(super) fn read(&self, text: &[u8]) -> Option<i64> {
        if text.len() != self.width || self.literals.iter().any(|&(at, byte)| text[at] != byte) {
            return None;
        }
        let year = 100 * two(text, self.year)? + two(text, self.year + 2)?;
        let day = NaiveDate::from_ymd_opt(year as i32, two(text, self.month)?, two(text, self.day)?)?;
        let part = |place: Option<usize>, below: u32| match place {
            Some(at) => two(text, at).filter(|value| *value < below),
            None => Some(0),
        };
        let (hour, minute, second) = (part(self.hour, 24)?, part(self.minute, 60)?, part(self.second, 60)?);
        let seconds = i64::from(day.to_epoch_days()) * 86_400 + i64::from(hour * 3_600 + minute * 60 + second);
        YEARS.contains(&(year as i32)).then_some(seconds * 1_000_000)
    }
}

/// A number of two digits.
fn two(text: &[u8], at: usize) -> Option<u32> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
    Some(10 * digit(text[at])? + digit(text[at + 1])?)
}
