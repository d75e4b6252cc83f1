//! Scores at the beginning of texts.

/// The number that a text begins with; `None` for a text that does not begin with one number
/// and go on in words. A second number may stand in brackets, as in `9 (out of 10)`, behind words in them.
pub(super) fn leading_score(text: &str) -> Option<f64> {
    let text: String = text.trim().chars().map(in_ascii).collect();
    let digits_from = usize::from(text.starts_with(['-', '+']));
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    let end = text[digits_from..].find(|c| !is_number(c)).map_or(text.len(), |end| digits_from + end);
    // A point behind the figures ends a sentence.
    let number = text[..end].trim_end_matches('.');
    let rest = &text[end..];
    // What follows must be set off, or in a script that needs no blank; and no second number.
    if rest.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '%' | '\'' | '_')) {
        return None;
    }
    let label = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
    if label.starts_with(char::is_numeric) || has_number(rest) || number.len() > 15 {
        return None;
    }
    number.parse().ok()
}

/// Whether there is a number outside brackets, or one that begins a remark in them.
fn has_number(text: &str) -> bool {
    let mut depth = 0_usize;
    let mut begins = false;
    for c in text.chars() {
        match c {
            '(' | '[' => (depth, begins) = (depth + 1, true),
            ')' | ']' => (depth, begins) = (depth.saturating_sub(1), false),
            _ if c.is_numeric() && (depth == 0 || begins) => return true,
            _ if c.is_alphanumeric() => begins = false,
            _ => {}
        }
    }
    // A bracket that is never closed sets nothing apart.
    depth > 0 && text.contains(char::is_numeric)
}

/// Full-width figures and signs as ordinary ones.
fn in_ascii(c: char) -> char {
    match c {
        '\u{2212}' => '-',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' | '\u{202f}' => ' ',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_begin_with_their_score() {
        let scores = [
            ("9", 9.0),
            (" 10 ", 10.0),
            ("10 - very likely", 10.0),
            ("10 – 非常满意", 10.0),
            ("10-very likely", 10.0),
            ("０：完全不可能", 0.0),
            ("１０分", 10.0),
            ("8分", 8.0),
            ("7.", 7.0),
            ("3) so so", 3.0),
            ("5 (très satisfait)", 5.0),
            ("7.5", 7.5),
            ("-1 no answer", -1.0),
            ("\u{2212}1", -1.0),
            ("+2", 2.0),
            ("10 = \"ja, sicher\"", 10.0),
            ("05", 5.0),
            ("4\u{a0}*", 4.0),
            ("9 (out of 10)", 9.0),
            ("9（满分10分）", 9.0),
            ("8 [of 10], good", 8.0),
        ];
        for (text, score) in scores {
            assert_eq!(leading_score(text), Some(score), "{text}");
        }
    }

    #[test]
    fn what_is_not_one_number_before_words_is_unreadable() {
        let texts = [
            "",
            " ",
            "very likely",
            "非常满意",
            "0-6",
            "9/10",
            "9 / 10",
            "7,5",
            "10th",
            "1e1",
            "0x10",
            "1_000",
            "10%",
            "-",
            "- 5",
            "+",
            ".",
            "1.2.3",
            "score 9",
            "7 8",
            "½",
            "٣",
            "九",
            "nan",
            "inf",
            "1000000000000000000000",
            "2021-05-01",
            "5 – 6",
            "5 or 6",
            "9 out of 10",
            "8, maybe 9",
            "3或4",
            "5 (6)",
            "5 good ([7] better)",
            "5 (of 10",
            "10) of 11",
        ];
        for text in texts {
            assert_eq!(leading_score(text), None, "{text}");
        }
    }
}
