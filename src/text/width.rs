//! Full-width forms of ASCII, as keyboards of East Asia write them.

use std::borrow::Cow;

/// Full-width digits, letters and signs as ordinary ones; nothing else changes.
///
/// Narrower than NFKC, which makes `10²` into `102`: in a number that must not happen.
pub(super) fn half_width(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.contains(is_wide) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(narrowed).collect())
}

fn is_wide(c: char) -> bool {
    narrowed(c) != c
}

fn narrowed(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        '\u{ffe0}' => '¢',
        '\u{ffe1}' => '£',
        '\u{ffe5}' => '¥',
        '\u{ffe6}' => '₩',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_forms_become_narrow_and_nothing_else_does() {
        assert_eq!(half_width("￥１２．５　Ａ～"), "¥12.5 A~");
        assert!(matches!(half_width("10² 王"), Cow::Borrowed("10² 王")));
    }
}
