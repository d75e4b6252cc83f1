//! Tables and numbers for a person to read.

use std::fmt;

use crate::kernel::p_value::PValue;

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
    shown_digits(number, 6)
}

/// The same with so many digits.
pub(crate) fn shown_digits(number: Option<f64>, n_digits: i32) -> String {
    let Some(number) = number else { return "-".to_owned() };
    let size = number.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    let behind_first = n_digits - 1;
    if !(1e-4..1e9).contains(&size) {
        let n_decimals = behind_first as usize;
        return format!("{number:.n_decimals$e}");
    }
    let n_decimals = (behind_first - size.log10().floor() as i32).clamp(0, 9) as usize;
    let shown = format!("{number:.n_decimals$}");
    if shown.contains('.') { shown.trim_end_matches('0').trim_end_matches('.').to_owned() } else { shown }
}

/// A probability that does not read 0 unless it is: of a very small one the power of ten counts.
pub(crate) fn shown_p(p: PValue) -> String {
    if p.value() >= 0.001 {
        return format!("{:.3}", p.value());
    }
    if !p.log10().is_finite() {
        return "0".to_owned();
    }
    let exponent = p.log10().floor();
    let mantissa = format!("{:.1}", 10.0_f64.powf(p.log10() - exponent));
    if mantissa == "10.0" { format!("1.0e{}", exponent + 1.0) } else { format!("{mantissa}e{exponent}") }
}

/// Thousands apart.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let comma = |(at, digit): (usize, char)| {
        let is_first_of_three = at > 0 && (digits.len() - at).is_multiple_of(3);
        [is_first_of_three.then_some(','), Some(digit)].into_iter().flatten()
    };
    digits.chars().enumerate().flat_map(comma).collect()
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

/// The first of many names, and how many more there are.
pub(crate) fn shown_names(names: &[String]) -> String {
    /// Names of a line.
    const MOST: usize = 5;
    let shown = names[..names.len().min(MOST)].join(", ");
    match names.len().saturating_sub(MOST) {
        0 => shown,
        more => format!("{shown} and {} more", grouped(more as u64)),
    }
}

/// The type without its parts, in ASCII: those of a struct can be long and in any script.
pub(crate) fn short_dtype(dtype: &str) -> &str {
    dtype.split_once(['[', '(', '{', '<', ',']).map_or(dtype, |(head, _)| head)
}

/// Rows of cells under heads: numbers to the right with their points under each other, and
/// names last on their line, as they can hold wide characters.
pub(crate) fn write_table<N: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    heads: &[&str],
    rows: &[(Vec<String>, N)],
) -> fmt::Result {
    let n_cells = heads.len() - 1;
    let behind = |place: usize| rows.iter().filter_map(|(cells, _)| behind_point(&cells[place])).max().unwrap_or(0);
    let behind: Vec<usize> = (0..n_cells).map(behind).collect();
    let padded = |(cell, behind): (&String, &usize)| {
        let blanks = behind_point(cell).map_or(0, |own| behind - own);
        format!("{cell}{:blanks$}", "")
    };
    let rows: Vec<(Vec<String>, &N)> =
        rows.iter().map(|(cells, name)| (cells.iter().zip(&behind).map(padded).collect(), name)).collect();
    let width = |place: usize| {
        let cells = rows.iter().map(|(cells, _)| cells[place].chars().count());
        cells.chain([heads[place].chars().count()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..n_cells).map(width).collect();
    f.write_str("\n")?;
    heads.iter().zip(&widths).try_for_each(|(head, width)| write!(f, "{head:>width$}  "))?;
    f.write_str(heads[n_cells])?;
    for (cells, name) in &rows {
        f.write_str("\n")?;
        cells.iter().zip(&widths).try_for_each(|(cell, width)| write!(f, "{cell:>width$}  "))?;
        write!(f, "{name}")?;
    }
    Ok(())
}

/// Characters of a number from its point on; nothing for what is no number.
fn behind_point(cell: &str) -> Option<usize> {
    cell.parse::<f64>().is_ok().then(|| cell.find('.').map_or(0, |point| cell.len() - point))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Shown(Vec<(Vec<String>, &'static str)>);

    impl fmt::Display for Shown {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write_table(f, &["n", "mean", "name"], &self.0)
        }
    }

    #[test]
    fn the_points_of_numbers_stand_under_each_other() {
        let row = |n: &str, mean: &str, name| (vec![n.to_owned(), mean.to_owned()], name);
        let rows = vec![row("1,024", "3.25", "a"), row("8", "-12", "b"), row("0", "-", "茶"), row("9", "1.5e-7", "d")];
        let expected =
            "\n    n      mean  name\n1,024    3.25    a\n    8  -12       b\n    0         -  茶\n    9    1.5e-7  d";
        assert_eq!(Shown(rows).to_string(), expected);
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([0, 999, 1_000, 126_800, 1_234_567].map(grouped), ["0", "999", "1,000", "126,800", "1,234,567"]);
    }

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
    fn fewer_digits_can_be_shown() {
        let shown = [74.441_332, 0.000_12, 0.999_96, 12_345.6, 1e-9].map(|number| shown_digits(Some(number), 4));
        assert_eq!(shown, ["74.44", "0.00012", "1", "12346", "1.000e-9"]);
    }

    /// By hand: -1e4 / ln 10 = -4342.9448, so p is 1.1e-4343.
    #[test]
    fn probabilities_are_nought_only_where_they_are() {
        let shown = [1.0, 0.1, 0.049_96, 0.001, 9.96e-4, 8.592e-73].map(|p: f64| shown_p(PValue::from_ln(p.ln())));
        assert_eq!(shown, ["1.000", "0.100", "0.050", "0.001", "1.0e-3", "8.6e-73"]);
        let of_log10 = |log10: f64| shown_p(PValue::from_ln(log10 * std::f64::consts::LN_10));
        assert_eq!([-3.000_1, -4.000_1, -1_751.284].map(of_log10), ["1.0e-3", "1.0e-4", "5.2e-1752"]);
        assert_eq!(shown_p(PValue::from_ln(-1e4)), "1.1e-4343");
        assert_eq!(shown_p(PValue::from_ln(f64::NEG_INFINITY)), "0");
    }

    #[test]
    fn shares_are_whole_only_where_they_are() {
        let shown = [0.0, 1e-9, 0.5, 0.999_99, 1.0].map(|share| shown_share(Some(share)));
        assert_eq!(shown, ["0.0000", "0.0001", "0.5000", "0.9999", "1.0000"]);
    }

    #[test]
    fn of_many_names_five_are_shown() {
        let names: Vec<String> = (1..=1_239).map(|n| format!("`{n}`")).collect();
        assert_eq!(shown_names(&names), "`1`, `2`, `3`, `4`, `5` and 1,234 more");
        assert_eq!((shown_names(&names[..5]), shown_names(&[])), ("`1`, `2`, `3`, `4`, `5`".to_owned(), String::new()));
    }

    #[test]
    fn texts_of_the_data_stay_on_their_line() {
        assert_eq!(shown_text("a\nb\u{1b}[31m"), "a\u{fffd}b\u{fffd}[31m");
        assert_eq!(shown_text("王芳"), "王芳");
        assert_eq!(shown_text(&"茶".repeat(41)), format!("{}…", "茶".repeat(40)));
    }
}
