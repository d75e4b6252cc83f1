//! What can be said of one text.

use std::borrow::Cow;
use std::sync::LazyLock;

use chrono::{NaiveDate, NaiveTime};

use crate::text::{FlagWords, Flags};

/// Words that often stand for a missing cell, as they are compared. They are reported, and
/// count as missing only where the settings name them.
pub(super) const SUSPECTS: [&str; 24] = [
    "-",
    "--",
    "---",
    ".",
    "?",
    "n/a",
    "na",
    "#n/a",
    "nan",
    "null",
    "nil",
    "none",
    "unknown",
    "undefined",
    "missing",
    "not available",
    "not applicable",
    "tbd",
    "xxx",
    "无",
    "空",
    "未知",
    "不详",
    "暂无",
];

/// The longest text that is looked at as a number or a date.
const READABLE: usize = 40;

/// What is true of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) is_blank: bool,
    pub(super) is_padded: bool,
    pub(super) is_placeholder: bool,
    pub(super) is_number: bool,
    pub(super) is_date: bool,
    pub(super) is_yes: bool,
    pub(super) is_no: bool,
    /// Whether it is digits with zeros in front.
    pub(super) is_code: bool,
    /// Place among the suspects.
    pub(super) suspect: Option<u8>,
    /// Number of the shape.
    pub(super) shape: u16,
}

/// A text without outer blanks and case, as Unicode has them.
pub(super) fn folded(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    let is_folded = text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_folded { Cow::Borrowed(text) } else { Cow::Owned(text.to_lowercase()) }
}

/// The place of a folded text among the suspects.
pub(super) fn suspect(folded: &str) -> Option<u8> {
    SUSPECTS.iter().position(|&suspect| suspect == folded).map(|place| place as u8)
}

/// Whether a text without outer blanks is a plain number: digits, one point at most, a sign,
/// an exponent. A code with zeros in front, such as `00042`, is none.
pub(super) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text).as_bytes();
    let is_code = matches!(digits, [b'0', b'0'..=b'9', ..]);
    let begins = matches!(digits, [b'0'..=b'9', ..] | [b'.', b'0'..=b'9', ..]);
    text.len() <= READABLE && begins && !is_code && text.parse::<f64>().is_ok()
}

/// Whether a text without outer blanks is digits with zeros in front, which a number would lose.
pub(super) fn is_code(text: &str) -> bool {
    text.len() > 1 && text.len() <= READABLE && text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What a text means by the standard words for yes and no.
pub(super) fn flag(text: &str) -> Option<bool> {
    /// No word has more bytes, in full width either.
    const LONGEST: usize = 24;
    static FLAGS: LazyLock<Option<Flags>> = LazyLock::new(|| FlagWords::standard().check().ok());
    FLAGS.as_ref().filter(|_| text.len() <= LONGEST)?.read(text)
}

/// Whether a text without outer blanks is a day in ISO form, with or without a time.
pub(super) fn is_iso_date(text: &str) -> bool {
    if text.len() > READABLE || !text.is_ascii() || text.as_bytes().get(4) != Some(&b'-') {
        return false;
    }
    let Some((day, rest)) = text.split_at_checked(10) else { return false };
    let time = rest.strip_prefix(['T', ' ']).map(|time| time.strip_suffix('Z').unwrap_or(time));
    let is_time = |time| ["%H:%M:%S%.f", "%H:%M"].iter().any(|form| NaiveTime::parse_from_str(time, form).is_ok());
    NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok() && (rest.is_empty() || time.is_some_and(is_time))
}

impl Facts {
    /// The facts in one word, to lie beside the value.
    pub(super) fn packed(self) -> u32 {
        let Self { is_blank, is_padded, is_placeholder, is_number, is_date, is_yes, is_no, is_code, .. } = self;
        let flags = [is_blank, is_padded, is_placeholder, is_number, is_date, is_yes, is_no, is_code];
        let flags = flags.iter().enumerate().fold(0, |bits, (place, &flag)| bits | (u32::from(flag) << place));
        let suspect = self.suspect.map_or(0, |place| u32::from(place) + 1);
        flags | (suspect << 8) | (u32::from(self.shape) << 16)
    }

    pub(super) fn unpacked(bits: u32) -> Self {
        let flag = |place: u32| bits & (1 << place) != 0;
        Self {
            is_blank: flag(0),
            is_padded: flag(1),
            is_placeholder: flag(2),
            is_number: flag(3),
            is_date: flag(4),
            is_yes: flag(5),
            is_no: flag(6),
            is_code: flag(7),
            suspect: ((bits >> 8) as u8).checked_sub(1),
            shape: (bits >> 16) as u16,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_codes_and_words() {
        for text in ["0", "-1", "+2.5", ".5", "1e3", "0.10", "29.85"] {
            assert!(is_number(text), "{text}");
        }
        for text in ["", "00042", "-01", "nan", "inf", "infinity", "1,234", "£5", "1 2", "０", "-", ".", "0x1"] {
            assert!(!is_number(text), "{text}");
        }
    }

    #[test]
    fn iso_dates_are_days_of_the_calendar() {
        for text in ["2026-01-31", "2026-01-31 17:30", "2026-01-31T17:30:00.5Z"] {
            assert!(is_iso_date(text), "{text}");
        }
        for text in
            ["2026-02-30", "31/01/2026", "2026-01-31x", "2026-1-3", "2026-01-31 25:00", "20260131", "2026-01月31"]
        {
            assert!(!is_iso_date(text), "{text}");
        }
    }

    #[test]
    fn codes_and_flags_are_told() {
        assert!(["01", "00042", "00"].into_iter().all(is_code));
        assert!(!["", "0", "10", "0.5", "0a", "-01", "０１"].into_iter().any(is_code));
        assert_eq!(
            (flag("yes"), flag("ＦＡＬＳＥ"), flag("否"), flag("")),
            (Some(true), Some(false), Some(false), None)
        );
        assert_eq!(flag("no internet service at all"), None);
    }

    #[test]
    fn facts_survive_packing() {
        let facts = Facts { is_code: true, ..Facts::default() };
        assert_eq!(Facts::unpacked(facts.packed()), facts);
        let facts =
            Facts { is_padded: true, is_date: true, is_yes: true, suspect: Some(23), shape: 9_999, ..Facts::default() };
        assert_eq!(Facts::unpacked(facts.packed()), facts);
        assert_eq!(Facts::unpacked(0), Facts::default());
    }

    #[test]
    fn suspects_are_written_as_they_are_compared() {
        for (place, word) in SUSPECTS.iter().enumerate() {
            assert_eq!(suspect(&folded(&format!(" {} ", word.to_uppercase()))), Some(place as u8), "{word}");
        }
    }
}
