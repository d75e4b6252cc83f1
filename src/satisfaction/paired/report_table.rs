//! Changes within people as a table to read.

use std::fmt;

use super::report::{PairedChange, PairedReport};
use crate::frame::readable::{grouped, shown_number, shown_p, shown_text, write_table};

/// Changes that are shown.
const MOST_CHANGES: usize = 50;

impl fmt::Display for PairedReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HEADS: [&str; 9] =
            ["n", "up", "same", "down", "change", "std error", "low", "high", "p adjusted, from - to"];
        write!(f, "changes of the net promoter score within people: {}", self.rows)?;
        if self.n_without_respondent > 0 {
            write!(f, ", {} without a respondent", grouped(self.n_without_respondent))?;
        }
        let conf_level = shown_number(Some(100.0 * self.params.conf_level));
        write!(
            f,
            "\n{} respondent(s); {conf_level}% intervals; p-values adjusted by Holm",
            grouped(self.n_respondents)
        )?;
        let shown = &self.changes[..self.changes.len().min(MOST_CHANGES)];
        let rows: Vec<(Vec<String>, String)> = shown.iter().map(|change| (cells(change), named(change))).collect();
        f.write_str("\n")?;
        write_table(f, &HEADS, &rows)?;
        let n_more = self.changes.len() - shown.len();
        if n_more > 0 {
            write!(f, "\nand {} more, which `to_dataframe` has", grouped(n_more as u64))?;
        }
        for change in shown {
            let once = [
                (change.n_first_only, "before only"),
                (change.n_second_only, "after only"),
                (change.n_repeated, "left out, as they answered repeatedly"),
            ];
            let once: Vec<String> =
                once.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", grouped(*n))).collect();
            let reason = change.reason().map(|reason| format!("no test ({reason})"));
            let notes: Vec<String> = reason.into_iter().chain(once).collect();
            if !notes.is_empty() {
                write!(f, "\n- {}: {}", between(change), notes.join(", "))?;
            }
        }
        Ok(())
    }
}

fn between(change: &PairedChange) -> String {
    format!("{} - {}", shown_text(&change.from.label), shown_text(&change.to.label))
}

fn named(change: &PairedChange) -> String {
    let p = change.p_adjusted.map_or_else(|| "-".to_owned(), shown_p);
    format!("{p}  {}", between(change))
}

fn cells(change: &PairedChange) -> Vec<String> {
    let points = |points: Option<f64>| points.map_or_else(|| "-".to_owned(), |points| format!("{points:.1}"));
    let found = change.change.as_ref().ok();
    let count = |n: Option<u64>| n.map_or_else(|| "-".to_owned(), grouped);
    let ends = found.and_then(|found| found.interval.as_ref().ok());
    let counts = [
        Some(change.n()),
        found.map(|found| found.n_up),
        found.map(|found| found.n_same),
        found.map(|found| found.n_down),
    ];
    let numbers = [
        found.map(|found| found.estimate),
        found.map(|found| found.std_error),
        ends.map(|ends| ends.low),
        ends.map(|ends| ends.high),
    ];
    counts.map(count).into_iter().chain(numbers.map(points)).collect()
}
