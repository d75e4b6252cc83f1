//! Tables and numbers for a person to read.

use std::fmt;

/// A share with four digits, of which only the whole reads 1 and only nothing reads 0.
pub(crate) fn shown_share(share: Option<f64>) -> String {
    match share {
        None => "-".to_owned(),
        Some(share) if share > 0.0 && share < 1.0 => format!("{:.4}", share.clamp(0.0001, 0.9999)),
        Some(share) => format!("{share:.4}"),
    }
}

/// A number with six digits, or more where it is whole up to there; very large and very small
/// ones by a power of ten.
pub(crate) fn shown_number(number: Option<f64>) -> String {
    let Some(number) = number else { return "-".to_owned() };
    let size = number.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if !(1e-4..1e9).contains(&size) {
        return format!("{number:.5e}");
    }
    let n_decimals = (5 - size.log10().floor() as i32).clamp(0, 9) as usize;
    let shown = format!("{number:.n_decimals$}");
    if shown.contains('.') { shown.trim_end_matches('0').trim_end_matches('.').to_owned() } else { shown }
}

/// A text of the data within a line: without line breaks and other invisible signs, and cut
/// where it is long.
pub(crate) fn shown_text(text: &str) -> String {
    /// Characters of a text.
    const MOST: usize = 40;
    let is_long = text.chars().nth(MOST).is_some();
    let mut shown: String = text.chars().take(MOST).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if is_long {
        shown.push('…');
    }
    shown
}

/// The type without its parts, in ASCII: those of a struct can be long and in any script.
pub(crate) fn short_dtype(dtype: &str) -> &str {
    dtype.split_once(['[', '(', '{', '<', ',']).map_or(dtype, |(head, _)| head)
}

/// Rows of cells under heads: numbers to the right, and names last on their line, as they
/// can hold wide characters.
pub(crate) fn write_table<N: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    heads: &[&str],
    rows: &[(Vec<String>, N)],
) -> fmt::Result {
    let n_cells = heads.len() - 1;
    let width = |place: usize| {
        let cells = rows.iter().map(|(cells, _)| cells[place].chars().count());
        cells.chain([heads[place].chars().count()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..n_cells).map(width).collect();
    f.write_str("\n")?;
    heads.iter().zip(&widths).try_for_each(|(head, width)| write!(f, "{head:>width$}  "))?;
    f.write_str(heads[n_cells])?;
    for (cells, name) in rows {
        f.write_str("\n")?;
        cells.iter().zip(&widths).try_for_each(|(cell, width)| write!(f, "{cell:>width$}  "))?;
        write!(f, "{name}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_with_six_digits() {
        let shown = [
            (0.0, "0"),
            (-0.0, "0"),
            (64.761_692_460_599_18, "64.7617"),
            (-2_283.300_440_841_865_6, "-2283.3"),
            (16_056_168.7, "16056169"),
            (100.0, "100"),
            (0.004_392_281_443, "0.00439228"),
            (1.0e-5, "1.00000e-5"),
            (-1.797_693_134e308, "-1.79769e308"),
            (2.5e9, "2.50000e9"),
            (999_999.96, "1000000"),
        ];
        for (number, expected) in shown {
            assert_eq!(shown_number(Some(number)), expected);
        }
        assert_eq!(shown_number(None), "-");
    }

    #[test]
    fn shares_are_whole_only_where_they_are() {
        let shown = [0.0, 1e-9, 0.5, 0.999_99, 1.0].map(|share| shown_share(Some(share)));
        assert_eq!(shown, ["0.0000", "0.0001", "0.5000", "0.9999", "1.0000"]);
    }

    #[test]
    fn texts_of_the_data_stay_on_their_line() {
        assert_eq!(shown_text("a\nb\u{1b}[31m"), "a\u{fffd}b\u{fffd}[31m");
        assert_eq!(shown_text("王芳"), "王芳");
        assert_eq!(shown_text(&"茶".repeat(41)), format!("{}…", "茶".repeat(40)));
    }
}
