//! One spelling for texts that mean the same: Unicode form, ends, inner blanks, case.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Which case text is brought into; by Unicode's rules, without those of a language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Case {
    /// Left as it is.
    #[default]
    Keep,
    /// `85123a` becomes `85123A`; `ß` becomes `SS`.
    Upper,
    /// `85123A` becomes `85123a`; `Σ` at the end of a word becomes `ς`.
    Lower,
}

/// Settings that bring texts which mean the same into one spelling.
///
/// The steps work in this order: NFKC, trimming, inner blanks, case. They are repeated
/// until nothing changes, as one step can make work for another: NFKC turns an acute
/// accent of its own into a blank and a mark, capitals of some Greek letters are no longer
/// in NFKC. So [`apply`](Self::apply) on what it returned changes nothing more.
///
/// # Examples
///
/// ```
/// use customer_analytics::text::{Case, Normalise};
///
/// let key = Normalise::new().case(Case::Lower);
/// assert_eq!(key.apply(" Ａcme\u{a0}  Ltd\u{200b}"), "acme ltd");
/// assert_eq!(key.apply("北京　市"), "北京 市");
/// assert!(matches!(key.apply("acme"), std::borrow::Cow::Borrowed(_)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct Normalise {
    nfkc: bool,
    trim: bool,
    inner_blanks: bool,
    case: Case,
}

impl Default for Normalise {
    fn default() -> Self {
        Self { nfkc: true, trim: true, inner_blanks: true, case: Case::Keep }
    }
}

impl Normalise {
    /// NFKC, trimmed, inner blanks collapsed; the case is kept.
    pub fn new() -> Self {
        Self::default()
    }

    /// Does nothing until a step is switched on.
    pub fn nothing() -> Self {
        Self { nfkc: false, trim: false, inner_blanks: false, case: Case::Keep }
    }

    /// Whether text is brought into NFKC, as by [`nfkc`]; it is by default.
    pub fn nfkc(mut self, nfkc: bool) -> Self {
        self.nfkc = nfkc;
        self
    }

    /// Whether both ends are trimmed, as by [`trimmed`]; they are by default.
    pub fn trim(mut self, trim: bool) -> Self {
        self.trim = trim;
        self
    }

    /// Whether inner blanks are collapsed, as by [`inner_blanks_collapsed`]; they are by default.
    pub fn inner_blanks(mut self, inner_blanks: bool) -> Self {
        self.inner_blanks = inner_blanks;
        self
    }

    /// Chooses the case; kept by default.
    pub fn case(mut self, case: Case) -> Self {
        self.case = case;
        self
    }

    /// Whether every text is left as it is.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::nothing()
    }

    /// The text in its one spelling; borrowed if nothing changed.
    #[must_use]
    pub fn apply<'a>(&self, text: &'a str) -> Cow<'a, str> {
        // Text in ASCII comes to rest in one round; two or three are the most that was seen.
        const ROUNDS: usize = 8;
        let mut current = self.round(Cow::Borrowed(text));
        if text.is_ascii() {
            return current;
        }
        for _ in 0..ROUNDS {
            let next = self.round(Cow::Borrowed(&*current)).into_owned();
            if next == *current {
                break;
            }
            current = Cow::Owned(next);
        }
        current
    }

    /// The same, in a buffer that is used over and over: for columns of text.
    ///
    /// ASCII, which most codes and names of a table are, takes one pass over its bytes.
    #[must_use]
    pub fn write<'a>(&self, text: &'a str, room: &'a mut String) -> &'a str {
        if !text.is_ascii() || self.inner_blanks {
            return match self.apply(text) {
                Cow::Borrowed(same) => same,
                Cow::Owned(changed) => {
                    *room = changed;
                    room
                }
            };
        }
        let text = if self.trim { text.trim_matches(is_ascii_blank) } else { text };
        let other_case = match self.case {
            Case::Keep => false,
            Case::Lower => text.bytes().any(|byte| byte.is_ascii_uppercase()),
            Case::Upper => text.bytes().any(|byte| byte.is_ascii_lowercase()),
        };
        if !other_case {
            return text;
        }
        room.clear();
        room.push_str(text);
        if self.case == Case::Lower {
            room.make_ascii_lowercase();
        } else {
            room.make_ascii_uppercase();
        }
        room
    }

    /// Every step once.
    fn round<'a>(&self, mut text: Cow<'a, str>) -> Cow<'a, str> {
        if self.nfkc {
            text = then(text, nfkc);
        }
        if self.trim {
            text = then(text, trimmed);
        }
        if self.inner_blanks {
            text = then(text, inner_blanks_collapsed);
        }
        then(text, |text| in_case(text, self.case))
    }
}

/// Applies a step to text that may be borrowed, and keeps it borrowed if it can.
fn then<'a>(text: Cow<'a, str>, step: impl for<'b> Fn(&'b str) -> Cow<'b, str>) -> Cow<'a, str> {
    match text {
        Cow::Borrowed(text) => step(text),
        Cow::Owned(text) => {
            let changed = match step(&text) {
                Cow::Borrowed(same) if same.len() == text.len() => None,
                changed => Some(changed.into_owned()),
            };
            Cow::Owned(changed.unwrap_or(text))
        }
    }
}

/// Without the white space (Unicode's property) and the characters of no width at both ends.
///
/// Always borrowed. Of no width are the byte order mark, zero-width blanks and joiners and
/// the marks of writing direction, which come along when text is copied from a page.
#[must_use]
pub fn trimmed(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text.trim_matches(|c: char| c.is_whitespace() || has_no_width(c)))
}

/// White space among ASCII, by Unicode's property.
fn is_ascii_blank(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ')
}

fn has_no_width(c: char) -> bool {
    matches!(c, '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Every run of white space, tabs and line ends among it, as one ordinary blank.
#[must_use]
pub fn inner_blanks_collapsed(text: &str) -> Cow<'_, str> {
    let mut after_blank = false;
    let first = text.char_indices().find(|&(_, c)| {
        let blank = c.is_whitespace();
        let collapses = blank && (after_blank || c != ' ');
        after_blank = blank;
        collapses
    });
    let Some((at, _)) = first else { return Cow::Borrowed(text) };
    let mut collapsed = String::with_capacity(text.len());
    collapsed.push_str(&text[..at]);
    for c in text[at..].chars() {
        if !c.is_whitespace() {
            collapsed.push(c);
        } else if !collapsed.ends_with(' ') {
            collapsed.push(' ');
        }
    }
    Cow::Owned(collapsed)
}

/// The text in Unicode's form NFKC: full-width letters and digits become ordinary ones,
/// ligatures are taken apart, letters and their marks are joined.
///
/// Source: Unicode Standard Annex 15, Unicode Normalization Forms.
#[must_use]
pub fn nfkc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        return Cow::Borrowed(text);
    }
    changed(text, text.nfkc().collect())
}

/// The text in a case.
#[must_use]
pub fn in_case(text: &str, case: Case) -> Cow<'_, str> {
    match case {
        Case::Keep => Cow::Borrowed(text),
        Case::Lower if text.is_ascii() && !text.bytes().any(|byte| byte.is_ascii_uppercase()) => Cow::Borrowed(text),
        Case::Upper if text.is_ascii() && !text.bytes().any(|byte| byte.is_ascii_lowercase()) => Cow::Borrowed(text),
        Case::Lower => changed(text, text.to_lowercase()),
        Case::Upper => changed(text, text.to_uppercase()),
    }
}

/// Owned only if it differs.
fn changed(text: &str, new: String) -> Cow<'_, str> {
    if new == text { Cow::Borrowed(text) } else { Cow::Owned(new) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn every_setting() -> Vec<Normalise> {
        let cases = [Case::Keep, Case::Upper, Case::Lower];
        let flags = (0..8).map(|bits| (bits & 1 > 0, bits & 2 > 0, bits & 4 > 0));
        flags
            .flat_map(|(nfkc, trim, inner_blanks)| cases.map(|case| Normalise { nfkc, trim, inner_blanks, case }))
            .collect()
    }

    #[test]
    fn ends_of_every_kind_are_trimmed() {
        assert_eq!(trimmed("\u{feff}\u{3000} a b\u{a0}\u{200b}\t\n"), "a b");
        assert_eq!(trimmed("\u{200e}+44 20\u{202c}"), "+44 20");
        assert_eq!(trimmed(" \u{200b} "), "");
        assert_eq!(trimmed("王\u{200b}芳"), "王\u{200b}芳");
    }

    #[test]
    fn inner_blanks_become_one() {
        assert_eq!(inner_blanks_collapsed("a  b\t\u{3000}c"), "a b c");
        assert_eq!(inner_blanks_collapsed("  a\n"), " a ");
        assert_eq!(inner_blanks_collapsed("a \tb"), "a b");
        assert!(matches!(inner_blanks_collapsed("a b c "), Cow::Borrowed("a b c ")));
    }

    #[test]
    fn full_width_becomes_half_width() {
        assert_eq!(nfkc("ＡＢＣ１２３（株）"), "ABC123(株)");
        assert_eq!(nfkc("e\u{301}"), "é");
        assert!(matches!(nfkc("né 王"), Cow::Borrowed(_)));
    }

    #[test]
    fn unchanged_text_is_borrowed() {
        for settings in every_setting() {
            for text in ["", "王 芳", "42"] {
                assert!(matches!(settings.apply(text), Cow::Borrowed(_)), "{settings:?} {text}");
            }
        }
        assert!(matches!(Normalise::new().case(Case::Lower).apply("a b é ss"), Cow::Borrowed(_)));
        assert!(matches!(Normalise::nothing().apply(" A  "), Cow::Borrowed(" A  ")));
        assert!(matches!(Normalise::new().apply("  né "), Cow::Borrowed("né")));
    }

    #[test]
    fn settings_survive_a_job_file_and_name_what_they_do_not_know() {
        let settings = Normalise::new().case(Case::Upper).inner_blanks(false);
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<Normalise>(&text).unwrap(), settings);
        assert_eq!(serde_json::from_str::<Normalise>("{}").unwrap(), Normalise::new());
        assert!(serde_json::from_str::<Normalise>(r#"{"cases": "upper"}"#).is_err());
    }

    #[test]
    fn every_character_comes_to_rest() {
        // Ideographs and syllables of one kind behave like their neighbours.
        let alike = |c: &char| matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{ad00}'..='\u{d000}' | '\u{30000}'..);
        for settings in every_setting().into_iter().filter(|settings| settings.nfkc) {
            for c in (char::MIN..=char::MAX).filter(|c| !alike(c)) {
                let text = String::from(c);
                let once = settings.apply(&text).into_owned();
                assert_eq!(settings.apply(&once), once, "{settings:?} {c:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn writing_gives_what_applying_gives(text in "[ \t\u{b}a-zA-Z0-9éＡ\u{3000}]{0,12}") {
            let mut room = String::from("left over");
            for setting in every_setting() {
                prop_assert_eq!(setting.write(&text, &mut room), &*setting.apply(&text), "{:?}", setting);
            }
        }

        #[test]
        fn applying_twice_is_applying_once(
            text in "[ \ta-zA-ZéΣσςİıǰΐŉßſﬁ½²´¨\u{37a}\u{345}\u{301}\u{307}\u{308}\u{338}\u{a0}\u{3000}\u{200b}\u{feff}\u{130}Ａａ㏂㍿ｶﾞ한각ᄀ\u{1161}\u{11a8}]{0,12}",
        ) {
            for settings in every_setting() {
                let once = settings.apply(&text).into_owned();
                prop_assert_eq!(&*settings.apply(&once), &*once);
            }
        }

        #[test]
        fn any_text_comes_to_rest(text in any::<String>()) {
            for settings in every_setting() {
                let once = settings.apply(&text).into_owned();
                prop_assert_eq!(&*settings.apply(&once), &*once);
            }
        }
    }
}
