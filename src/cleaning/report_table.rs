//! The report as a table to read and as a frame.

use std::collections::BTreeMap;
use std::fmt;

use polars::prelude::*;

use crate::cleaning::report::{CellCount, CleaningReport, ReasonCount, RuleReport};
use crate::cleaning::validity::check::OnFailure;
use crate::cleaning::validity::check_count::CheckCount;
use crate::frame::{ToDataFrame, columns, frame_of};

impl fmt::Display for CleaningReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HEADS: [&str; 6] = ["rows in", "taken", "spared", "unjudged", "cells changed", "rows out"];
        let widest = |head: &str, place: usize| {
            let numbers = self.rules.iter().map(|rule| rule.counts()[place].to_string().len());
            numbers.chain([head.len()]).max().unwrap_or_default()
        };
        let widths: Vec<usize> = HEADS.iter().enumerate().map(|(place, head)| widest(head, place)).collect();
        let name = self.rules.iter().map(|rule| rule.rule.len()).max().unwrap_or_default().max("rule".len());
        let (rows_in, rows_out) = (self.n_rows_in, self.n_rows_out);
        write!(f, "cleaning: {rows_in} row(s) in, {rows_out} out, {} quarantined", self.n_rows_quarantined)?;
        write!(f, "\n  #  {:name$}", "rule")?;
        HEADS.iter().zip(&widths).try_for_each(|(head, width)| write!(f, "  {head:>width$}"))?;
        for rule in &self.rules {
            write!(f, "\n{:>3}  {:name$}", rule.number, rule.rule)?;
            rule.counts().iter().zip(&widths).try_for_each(|(count, width)| write!(f, "  {count:>width$}"))?;
            // Reasons come last on their line: they can hold wide characters.
            let indent = 3 + 2 + name + 2 + widths[0] + 2 + widths[1];
            // Where there are checks, they say the same and more.
            let reasons = if rule.checks.is_empty() { rule.reasons.as_slice() } else { &[] };
            for ReasonCount { reason, n_rows, shapes } in reasons.iter().filter(|count| count.n_rows > 0) {
                write!(f, "\n{n_rows:>indent$}  {reason}{}", shown(shapes))?;
            }
            for CellCount { column, what, n_cells, shapes, .. } in rule.cells.iter().filter(|cell| cell.n_cells > 0) {
                let cells = if *n_cells == 1 { "cell" } else { "cells" };
                write!(f, "\n{n_cells:>indent$}  {cells} of `{column}` {what}{}", shown(shapes))?;
            }
            // Checks that nobody failed are told too: they were made.
            for check in &rule.checks {
                write!(f, "\n{:>indent$}  {}", check.n_failed, about(check))?;
            }
            if rule.checks.len() > 1 {
                write!(f, "\n{:indent$}  (a row can fail several)", "")?;
            }
        }
        if !self.renamed.is_empty() {
            write!(f, "\n     {} columns renamed", self.renamed.len())?;
        }
        let any = |count: fn(&RuleReport) -> u64| self.rules.iter().any(|rule| count(rule) > 0);
        if any(|rule| rule.n_rows_spared) {
            write!(f, "\n     spared: recognised, and left in as the rule was told")?;
        }
        if any(|rule| rule.n_rows_unjudged) {
            write!(f, "\n     unjudged: left in for want of what the rule judges by")?;
        }
        let has_shapes = |rule: &RuleReport| {
            let of_reasons = rule.reasons.iter().map(|reason| &reason.shapes);
            let of_cells = of_reasons.chain(rule.cells.iter().map(|cell| &cell.shapes));
            of_cells.chain(rule.checks.iter().map(|check| &check.shapes)).any(|shapes| !shapes.is_empty())
        };
        if self.rules.iter().any(has_shapes) {
            write!(f, "\n     forms: A and a stand for letters, 9 for a digit, 字 for a letter without case")?;
        }
        Ok(())
    }
}

/// What a check found, after the number of rows that failed it.
fn about(check: &CheckCount) -> String {
    let left_in = if check.on_failure == OnFailure::Report { ", left in" } else { "" };
    let unjudged = match check.n_unjudged {
        0 => String::new(),
        n => format!(", {n} not judged"),
    };
    format!("failed `{}`{left_in}{unjudged}{}", check.check, shown(&check.shapes))
}

/// The most frequent forms of cells, those that are equally frequent by their text.
fn shown(shapes: &BTreeMap<String, u64>) -> String {
    const SHOWN: usize = 3;
    if shapes.is_empty() {
        return String::new();
    }
    let mut by_count: Vec<(&String, u64)> = shapes.iter().map(|(shape, &n)| (shape, n)).collect();
    by_count.sort_by_key(|&(_, n)| std::cmp::Reverse(n));
    let most: Vec<String> = by_count.iter().take(SHOWN).map(|(shape, n)| format!("\"{shape}\" ({n})")).collect();
    let more = by_count.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(", of the form {}{more}", most.join(", "))
}

impl ToDataFrame for CleaningReport {
    /// One row per rule, in order; reasons are left out.
    fn to_dataframe(&self) -> DataFrame {
        const NAMES: [&str; 6] = [
            columns::N_ROWS_IN,
            columns::N_ROWS_TAKEN,
            columns::N_ROWS_SPARED,
            columns::N_ROWS_UNJUDGED,
            columns::N_CELLS_CHANGED,
            columns::N_ROWS_OUT,
        ];
        let numbers: Vec<u32> = self.rules.iter().map(|rule| rule.number).collect();
        let names: Vec<&str> = self.rules.iter().map(|rule| rule.rule).collect();
        let mut series =
            vec![Series::new(columns::RULE_NUMBER.into(), numbers), Series::new(columns::RULE.into(), names)];
        series.extend(NAMES.iter().enumerate().map(|(place, &name)| {
            let counts: Vec<u64> = self.rules.iter().map(|rule| rule.counts()[place]).collect();
            Series::new(name.into(), counts)
        }));
        frame_of(series)
    }
}
