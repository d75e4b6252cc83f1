//! How long a text is, and what white space stands about it.

/// Length and blanks of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Characters, not bytes.
    pub(crate) n_chars: u64,
    /// Empty, or of white space alone.
    pub(crate) is_blank: bool,
    /// White space before or behind what is not.
    pub(crate) is_padded: bool,
}

/// Measures a text.
pub(crate) fn extent(text: &str) -> Extent {
    let n_bytes = text.trim().len();
    let is_blank = n_bytes == 0;
    Extent { n_chars: text.chars().count() as u64, is_blank, is_padded: !is_blank && n_bytes < text.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_characters_and_blanks_are_any_white_space() {
        let of = |text| {
            let Extent { n_chars, is_blank, is_padded } = extent(text);
            (n_chars, is_blank, is_padded)
        };
        assert_eq!(of(""), (0, true, false));
        assert_eq!(of("\u{3000}\t"), (2, true, false));
        assert_eq!(of("王芳 "), (3, false, true));
        assert_eq!(of("café au"), (7, false, false));
    }
}
