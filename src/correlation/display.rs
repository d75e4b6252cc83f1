//! Correlations as a table to read: the lower triangle, and the strongest pairs in words.

use std::collections::BTreeSet;
use std::fmt;

use super::matrix::{CorrelationMatrix, Pair};
use super::method::{Coefficient, Control, Missing};
use crate::frame::readable::{grouped, shown_p};
use crate::kernel::multiplicity::Multiplicity;
use crate::kernel::undefined::Undefined;
use crate::kernel::weight::WeightKind;

/// Pairs that are told in words below a matrix.
const STRONGEST: usize = 10;
/// Characters that the numbers of one line take at the most; names come behind them.
const WIDTH: usize = 72;

/// Two digits, more where a number would read 1 and is not.
fn shown(r: f64) -> String {
    let digits = (2..=6).find(|&digits| r.abs() == 1.0 || format!("{:.digits$}", r.abs()).as_str() < "1");
    match digits {
        None => format!("{:.6}", r.clamp(-0.999_999, 0.999_999)),
        Some(digits) => {
            let text = format!("{r:.digits$}");
            if text.trim_start_matches(['-', '0', '.']).is_empty() {
                text.trim_start_matches('-').to_owned()
            } else {
                text
            }
        }
    }
}

/// A part of the whole, of which only all reads 100% and only nothing reads 0%.
fn shown_percent(share: f64) -> String {
    match format!("{:.1}%", 100.0 * share) {
        text if text == "0.0%" && share > 0.0 => "<0.1%".to_owned(),
        text if text == "100.0%" && share < 1.0 => ">99.9%".to_owned(),
        text => text,
    }
}

/// A name on one line.
fn one_line(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Why a pair is undefined, without its numbers.
fn reason(undefined: &Undefined) -> String {
    match undefined {
        Undefined::TooFew { .. } => "too few rows".to_owned(),
        Undefined::OneGroup => "only one category".to_owned(),
        other => other.to_string(),
    }
}

impl fmt::Display for Pair {
    /// Such as `tenure and churn: r = -0.35 [-0.37, -0.33], p = 8.0e-205, n = 7,043`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} and {}: ", one_line(&self.x), one_line(&self.y))?;
        match (self.estimate, &self.undefined) {
            (Some(estimate), _) => write!(f, "{} = {}", self.coefficient.symbol(), shown(estimate))?,
            (None, Some(undefined)) => write!(f, "undefined ({undefined})")?,
            (None, None) => f.write_str("undefined")?,
        }
        if let (Some(low), Some(high)) = (self.conf_low, self.conf_high) {
            write!(f, " [{}, {}]", shown(low), shown(high))?;
        }
        match (self.p_adjusted, self.p_value) {
            (Some(p), _) => write!(f, ", p = {} (adjusted)", shown_p(p))?,
            (None, Some(p)) => write!(f, ", p = {}", shown_p(p))?,
            (None, None) => {}
        }
        write!(f, ", n = {}", grouped(self.n))
    }
}

impl fmt::Display for CorrelationMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_head(f)?;
        let coefficients: BTreeSet<Coefficient> = self.pairs.iter().map(|pair| pair.coefficient).collect();
        let has_marks = coefficients.len() > 1;
        if self.target.is_some() {
            self.write_list(f)?;
        } else {
            self.write_triangle(f, has_marks)?;
            let strongest = self.strongest();
            if !strongest.is_empty() {
                f.write_str("\nstrongest:")?;
            }
            strongest.iter().take(STRONGEST).try_for_each(|pair| write!(f, "\n  {pair}"))?;
        }
        for column in &self.left_out {
            write!(f, "\nleft out: `{}`, {}", one_line(&column.column), column.reason)?;
        }
        Ok(())
    }
}

impl CorrelationMatrix {
    fn write_head(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n_columns = self.columns.len() - usize::from(self.target.is_some());
        write!(f, "correlation: {} row(s), {n_columns} column(s)", grouped(self.n_rows))?;
        if let Some(target) = &self.target {
            write!(f, " with `{}`", one_line(target))?;
        }
        f.write_str(match self.missing {
            Missing::Pairwise => "; each pair over the rows it has",
            Missing::Listwise => "; all over the rows that every column has",
        })?;
        match self.weights {
            Some(WeightKind::Frequency) => f.write_str("; rows count by their frequency")?,
            Some(WeightKind::Sampling) => f.write_str("; rows weighted as sampled")?,
            None => {}
        }
        if !self.given.is_empty() {
            let what =
                if self.control == Some(Control::SemiPartial) { "taken out of the column" } else { "held fixed" };
            write!(f, "; `{}` {what}", self.given.iter().map(|name| one_line(name)).collect::<Vec<_>>().join("`, `"))?;
        }
        let percent = self.conf_level * 100.0;
        write!(f, "\nintervals of {}%", (percent * 1e6).round() / 1e6)?;
        f.write_str(match self.multiplicity {
            Multiplicity::None => "; p of each pair by itself",
            Multiplicity::Bonferroni => "; p adjusted by Bonferroni",
            Multiplicity::Holm => "; p adjusted by Holm",
            Multiplicity::BenjaminiHochberg => "; p adjusted by Benjamini-Hochberg",
        })
    }

    /// The lower triangle, in parts where it is wide, with the reasons of what is undefined.
    fn write_triangle(&self, f: &mut fmt::Formatter<'_>, has_marks: bool) -> fmt::Result {
        let mut reasons = Vec::new();
        let cells = self.cells(has_marks, &mut reasons);
        let n = cells.len();
        let number_width = n.to_string().len();
        let width = cells.iter().flatten().map(String::len).chain([number_width]).max().unwrap_or_default() + 2;
        let n_across = (WIDTH / width).max(1);
        for start in (0..n).step_by(n_across) {
            let end = n.min(start + n_across);
            write!(f, "\n\n{:number_width$}", "")?;
            (start..end).try_for_each(|at| write!(f, "{:>width$}", at + 1))?;
            f.write_str("  column")?;
            for (row, cells) in cells.iter().enumerate().skip(start) {
                write!(f, "\n{:>number_width$}", row + 1)?;
                let cell = |at: usize| cells.get(at).map_or("", String::as_str);
                (start..end).try_for_each(|at| write!(f, "{:>width$}", cell(at)))?;
                write!(f, "  {}", one_line(&self.columns[row].column))?;
            }
        }
        f.write_str("\n")?;
        self.write_legend(f, has_marks)?;
        reasons.iter().enumerate().try_for_each(|(at, reason)| write!(f, "\n?{} undefined: {reason}", at + 1))
    }

    fn write_legend(&self, f: &mut fmt::Formatter<'_>, has_marks: bool) -> fmt::Result {
        let mut legends: Vec<(char, &str)> = self.pairs.iter().map(|pair| pair.coefficient.legend()).collect();
        legends.sort_unstable();
        legends.dedup();
        for (mark, words) in legends {
            if has_marks && mark != ' ' { write!(f, "\n{mark} {words}")? } else { write!(f, "\n{words}")? }
        }
        Ok(())
    }

    /// The cells of each row up to the diagonal; reasons are numbered as they are met.
    fn cells(&self, has_marks: bool, reasons: &mut Vec<String>) -> Vec<Vec<String>> {
        let mut marked = |reason: String| {
            let place = reasons.iter().position(|known| *known == reason).unwrap_or_else(|| {
                reasons.push(reason);
                reasons.len() - 1
            });
            format!("?{}", place + 1)
        };
        let gap = if has_marks { " " } else { "" };
        let blank = |text: &str| format!("{text}{gap}");
        let place = |name: &str| self.columns.iter().position(|column| column.column == name);
        let mut cells: Vec<Vec<String>> = (0..self.columns.len()).map(|row| vec![blank("."); row + 1]).collect();
        for (row, column) in self.columns.iter().enumerate() {
            cells[row][row] = blank(&if column.varies { "1".to_owned() } else { marked(reason(&Undefined::Constant)) });
        }
        for pair in &self.pairs {
            let (Some(x), Some(y)) = (place(&pair.x), place(&pair.y)) else { continue };
            cells[x.max(y)][x.min(y)] = match (pair.estimate, &pair.undefined) {
                (Some(r), _) if has_marks => format!("{}{}", shown(r), pair.coefficient.legend().0),
                (Some(r), _) => shown(r),
                (None, undefined) => blank(&marked(undefined.as_ref().map_or_else(String::new, reason))),
            };
        }
        cells
    }

    /// One line for each column with the target, the strongest first and what is undefined last.
    fn write_list(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let undefined = self.pairs.iter().filter(|pair| pair.estimate.is_none());
        let pairs: Vec<&Pair> = self.strongest().into_iter().chain(undefined).collect();
        let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), shown);
        let cells = |pair: &Pair| {
            let p = pair.p_adjusted.or(pair.p_value).map_or_else(|| "-".to_owned(), shown_p);
            let shared = pair.shared_variance().map_or_else(|| "-".to_owned(), shown_percent);
            let name = pair.coefficient.name().replace('_', " ");
            [number(pair.estimate), number(pair.conf_low), number(pair.conf_high), shared, p, grouped(pair.n), name]
        };
        let rows: Vec<[String; 7]> = pairs.iter().map(|pair| cells(pair)).collect();
        let heads = ["estimate", "low", "high", "shared", "p", "n", "coefficient"];
        let width = |at: usize| rows.iter().map(|row| row[at].len()).chain([heads[at].len()]).max().unwrap_or_default();
        let widths: Vec<usize> = (0..heads.len()).map(width).collect();
        f.write_str("\n\n")?;
        heads.iter().zip(&widths).try_for_each(|(head, width)| write!(f, "{head:>width$}  "))?;
        f.write_str("column")?;
        for (row, pair) in rows.iter().zip(pairs) {
            f.write_str("\n")?;
            row.iter().zip(&widths).try_for_each(|(cell, width)| write!(f, "{cell:>width$}  "))?;
            f.write_str(&one_line(&pair.x))?;
            if let Some(undefined) = &pair.undefined {
                write!(f, " (undefined: {undefined})")?;
            }
        }
        if self.pairs.iter().any(|pair| pair.shared_variance().is_some()) {
            f.write_str("\nshared: the part of the variance that the two have in common, the square of the estimate")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_reads_one_and_only_nothing_has_no_sign() {
        let cases = [
            (1.0, "1.00"),
            (-1.0, "-1.00"),
            (0.994, "0.99"),
            (0.996, "0.996"),
            (-0.9999, "-0.9999"),
            (0.999_999_9, "0.999999"),
            (-0.001, "0.00"),
            (0.565, "0.56"),
            (-0.35, "-0.35"),
        ];
        for (r, expected) in cases {
            assert_eq!(shown(r), expected, "{r}");
        }
    }
}
