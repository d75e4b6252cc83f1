//! The form of a value, so that a report can show what failed without showing it.

use std::sync::OnceLock;

use regex::Regex;
use unicode_normalization::char::is_combining_mark;

/// Characters of a shape; longer ones end in an ellipsis.
const SHOWN: usize = 12;

/// What a text looks like, without what it says.
///
/// Capitals become `A`, small letters `a`, letters without case (Chinese among them) `字`,
/// decimal digits of any script `9`, white space a blank. Punctuation and symbols of ASCII
/// stay, all else is `?`. Marks on a letter count with it. Twelve characters are shown and
/// then `…`, so that the length of a long text tells nothing. The empty text stays empty.
///
/// # Examples
///
/// ```
/// use customer_analytics::text::shape;
///
/// assert_eq!(shape("SW1A 2AA"), "AA9A 9AA");
/// assert_eq!(shape("王芳 13800138000"), "字字 999999999…");
/// assert_eq!(shape("o'neil@x.org"), "a'aaaa@a.aaa");
/// ```
#[must_use]
pub fn shape(text: &str) -> String {
    let mut shown = String::new();
    let visible = text.chars().enumerate().filter(|&(at, c)| at == 0 || !is_combining_mark(c));
    for (n, (_, c)) in visible.enumerate() {
        if n == SHOWN {
            shown.push('…');
            break;
        }
        shown.push(class(c));
    }
    shown
}

fn class(c: char) -> char {
    match c {
        'A'..='Z' => 'A',
        'a'..='z' => 'a',
        '0'..='9' => '9',
        _ if c.is_whitespace() => ' ',
        _ if c.is_ascii_graphic() => c,
        _ if c.is_uppercase() => 'A',
        _ if c.is_lowercase() => 'a',
        _ if c.is_alphabetic() => '字',
        _ if is_digit(c) => '9',
        _ => '?',
    }
}

fn is_digit(c: char) -> bool {
    static DIGIT: OnceLock<Option<Regex>> = OnceLock::new();
    let digit = DIGIT.get_or_init(|| Regex::new(r"^\p{Nd}$").ok());
    digit.as_ref().is_some_and(|digit| digit.is_match(c.encode_utf8(&mut [0; 4])))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn classes_of_characters_are_kept_apart() {
        assert_eq!(shape(""), "");
        assert_eq!(shape("Éa 王７٣-½"), "Aa 字99-?");
        assert_eq!(shape("12/03/2021"), "99/99/9999");
        assert_eq!(shape("N/A\t\u{0}"), "A/A ?");
        assert_eq!(shape("€5.00"), "?9.99");
    }

    #[test]
    fn marks_count_with_their_letter() {
        assert_eq!(shape("e\u{301}e"), "aa");
        assert_eq!(shape("\u{301}"), "?");
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(shape("abcdefghijkl"), "aaaaaaaaaaaa");
        assert_eq!(shape("abcdefghijklm"), "aaaaaaaaaaaa…");
    }

    proptest! {
        #[test]
        fn no_letter_or_digit_of_the_value_is_shown(text in any::<String>()) {
            let shown = shape(&text);
            prop_assert!(shown.chars().count() <= SHOWN + 1);
            prop_assert!(shown.chars().all(|c| matches!(c, 'A' | 'a' | '9' | '字' | ' ' | '…') || c.is_ascii_punctuation()));
        }
    }
}
