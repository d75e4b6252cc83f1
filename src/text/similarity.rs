//! How alike two texts are.

use super::normal::{Case, Normalise};

/// Characters that are compared; the work grows with the square of the length.
const COMPARED: usize = 256;

/// The Jaro-Winkler similarity of two texts, 0 (nothing in common) to 1 (equal).
///
/// Both are compared in NFKC, lower case, trimmed and with single blanks. It suits names:
/// it forgives swapped letters and weighs the first four. A blank text is like no other,
/// nor like another blank one, as two missing names are no sign of one person. Of longer
/// texts the first 256 characters are compared. Symmetric.
///
/// Source: W. E. Winkler (1990), String comparator metrics and enhanced decision rules in the
/// Fellegi-Sunter model of record linkage.
///
/// # Examples
///
/// ```
/// use customer_analytics::text::jaro_winkler;
///
/// assert!((jaro_winkler("MARTHA", "marhta") - 0.961_111).abs() < 1e-6);
/// assert_eq!(jaro_winkler("王芳", " 王芳"), 1.0);
/// assert_eq!(jaro_winkler("", ""), 0.0);
/// ```
#[must_use]
pub fn jaro_winkler(a: &str, b: &str) -> f64 {
    let form = Normalise::new().case(Case::Lower);
    let (a, b) = (form.apply(a), form.apply(b));
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    if a == b {
        return 1.0;
    }
    let (a, b) = (beginning(&a), beginning(&b));
    // The letters that count as swapped can depend on which text is read first.
    strsim::jaro_winkler(a.min(b), a.max(b))
}

fn beginning(text: &str) -> &str {
    text.char_indices().nth(COMPARED).map_or(text, |(at, _)| &text[..at])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Values of Winkler's own table.
    #[test]
    fn published_values_come_out() {
        for (a, b, expected) in [("DWAYNE", "DUANE", 0.84), ("DIXON", "DICKSONX", 0.813_333), ("abc", "xyz", 0.0)] {
            assert!((jaro_winkler(a, b) - expected).abs() < 1e-6, "{a} {b}");
        }
    }

    #[test]
    fn a_megabyte_is_compared_at_once() {
        let long = "ab".repeat(500_000);
        assert_eq!(jaro_winkler(&long, &format!("{long}c")), 1.0);
        assert!(jaro_winkler(&long, "王") < 0.1);
    }

    proptest! {
        #[test]
        fn order_of_the_two_does_not_matter(a in any::<String>(), b in "[a-c王]{0,8}", c in "[a-c王]{0,8}") {
            for (x, y) in [(&a, &b), (&b, &c)] {
                let (there, back) = (jaro_winkler(x, y), jaro_winkler(y, x));
                prop_assert_eq!(there.to_bits(), back.to_bits());
                prop_assert!((0.0..=1.0).contains(&there));
            }
        }
    }
}
