//! Telephone numbers in the international form E.164.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use phonenumber::country::Id;
use phonenumber::metadata::DATABASE;

use super::normal::{nfkc, trimmed};

/// Characters of the longest number that is looked at; E.164 has 15 digits at the most.
const LONGEST: usize = 40;

/// The telephone number in the form E.164 (`+442079460018`), or `None` if it is none.
///
/// A number without `+` is read as dialled in `country`, an ISO 3166 code of two capitals
/// (`"GB"`); without a country, or with one that [`is_country`] does not know, it is refused.
/// Only numbers that the numbering plan of their country can give out are accepted.
///
/// Full-width digits and signs are ordinary ones; blanks, hyphens, dots, slashes and
/// brackets go. Any other character refuses the text: letters are no digits here, and an
/// extension (`ext. 12`) has no place in E.164, where it would make one customer of all
/// people behind one switchboard. `tel:` in front is allowed.
///
/// Source: ITU-T Recommendation E.164; the plans are those of Google's libphonenumber.
///
/// # Examples
///
/// ```
/// use customer_analytics::text::e164;
///
/// assert_eq!(e164("020 7946 0018", Some("GB")).as_deref(), Some("+442079460018"));
/// assert_eq!(e164("+86 138-0013-8000", None).as_deref(), Some("+8613800138000"));
/// assert_eq!(e164("020 7946 0018", None), None);
/// ```
#[must_use]
pub fn e164(text: &str, country: Option<&str>) -> Option<String> {
    let plain = nfkc(text);
    let plain = trimmed(&plain);
    let plain = plain.strip_prefix("tel:").unwrap_or(&plain);
    let dialled = dialled(plain)?;
    // What starts with a plus sign needs no country, and must not be held to one.
    let international = dialled.starts_with('+');
    let country = match country {
        Some(code) if !international => Some(known(code)?),
        None if !international => return None,
        _ => None,
    };
    let number = phonenumber::parse(country, &dialled).ok()?;
    // The formatter of the library would also look for the groups in which to show the digits.
    phonenumber::is_valid(&number).then(|| format!("+{}{}", number.country().code(), number.national()))
}

/// Telephone numbers of a column, where each way of writing one is read once: reading takes
/// many times as long as looking up.
#[derive(Debug)]
pub(crate) struct NumbersOnce<'a> {
    /// By text and country.
    known: HashMap<(&'a str, Option<&'a str>), Option<String>, FixedState>,
}

impl<'a> NumbersOnce<'a> {
    pub(crate) fn new() -> Self {
        // A hash only spreads; no order reaches a result.
        Self { known: HashMap::with_hasher(FixedState::with_seed(0xe164)) }
    }

    /// The number as [`e164`] reads it in the country that `code` makes of the text beside it.
    pub(crate) fn read(
        &mut self,
        text: &'a str,
        country: Option<&'a str>,
        code: impl FnOnce(&str) -> Option<String>,
    ) -> Option<String> {
        let number = self.known.entry((text, country)).or_insert_with(|| e164(text, country.and_then(code).as_deref()));
        number.clone()
    }
}

/// Digits and a leading plus sign, if the text has nothing else but what separates them.
fn dialled(text: &str) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    let mut dialled = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '0'..='9' => dialled.push(c),
            '+' if dialled.is_empty() => dialled.push(c),
            '-' | '.' | '/' | '(' | ')' | '[' | ']' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}' => {}
            c if c.is_whitespace() => {}
            _ => return None,
        }
    }
    // `+44 (0)20`: the zero in brackets is dialled inside the country only.
    if dialled.starts_with('+') && text.contains("(0)") {
        let without: String = text.replacen("(0)", "", 1);
        return self::dialled(&without);
    }
    Some(dialled)
}

/// Whether an ISO 3166 code of two capitals names a country whose numbering plan is known.
#[must_use]
pub fn is_country(code: &str) -> bool {
    known(code).is_some()
}

fn known(code: &str) -> Option<Id> {
    let country: Id = code.parse().ok()?;
    DATABASE.by_id(country.as_ref()).map(|_| country)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_form_for_one_number() {
        let london =
            ["020 7946 0018", "(020) 7946-0018", "+44 20 7946 0018", "+44 (0)20 7946 0018", "0044 20 79460018"];
        let wide =
            ["０２０ ７９４６ ００１８", "＋44.20.7946.0018", "tel:+44-20-7946-0018", "\u{202a}+442079460018\u{202c}"];
        for written in london.into_iter().chain(wide) {
            assert_eq!(e164(written, Some("GB")).as_deref(), Some("+442079460018"), "{written}");
        }
        assert_eq!(e164("13800138000", Some("CN")).as_deref(), Some("+8613800138000"));
        assert_eq!(e164("010-6552 9988", Some("CN")).as_deref(), Some("+861065529988"));
        assert_eq!(e164("01 42 68 53 00", Some("FR")).as_deref(), Some("+33142685300"));
        assert_eq!(e164("+44 20 7946 0018", Some("CN")).as_deref(), Some("+442079460018"));
    }

    #[test]
    fn numbers_read_once_are_those_read_each() {
        let mut once = NumbersOnce::new();
        for _ in 0..2 {
            for text in ["020 7946 0018", "+44 20 7946 0018", "13800138000", "none", ""] {
                for country in [None, Some("gb"), Some("cn"), Some("zz")] {
                    let code = country.map(str::to_uppercase);
                    let each = e164(text, code.as_deref());
                    assert_eq!(once.read(text, country, |code| Some(code.to_uppercase())), each, "{text} {country:?}");
                }
            }
        }
    }

    /// A zero at the start of an Italian number is part of it.
    #[test]
    fn zeros_that_belong_to_the_number_stay() {
        assert_eq!(e164("06 6982 0000", Some("IT")).as_deref(), Some("+390669820000"));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in
            ["", "+", "12", "020 7946", "+44 20 7946 0018 ext. 5", "call me", "1-800-FLOWERS", "+999 1234567", "++"]
        {
            assert_eq!(e164(text, Some("GB")), None, "{text}");
        }
        assert_eq!(e164("020 7946 0018", None), None);
        assert_eq!(e164("020 7946 0018", Some("XX")), None);
        assert_eq!(e164(&"0".repeat(1_000_000), Some("GB")), None);
    }

    #[test]
    fn countries_are_two_capitals() {
        for code in ["GB", "CN", "FR", "US", "TW", "HK"] {
            assert!(is_country(code), "{code}");
        }
        for code in ["", "gb", "UK", "XX", "GBR", "中国"] {
            assert!(!is_country(code), "{code}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>(), digits in "[+0-9０-９ ().-]{0,24}", ascii in "[ -~]{0,24}") {
            for country in [None, Some("GB"), Some("US"), Some("CN"), Some("IT"), Some("BR"), Some("AR"), Some("MX")] {
                for text in [&text, &digits, &ascii] {
                    if let Some(once) = e164(text, country) {
                        prop_assert!(once.starts_with('+') && once[1..].bytes().all(|b| b.is_ascii_digit()));
                        prop_assert_eq!(e164(&once, None), Some(once));
                    }
                }
            }
        }
    }
}
