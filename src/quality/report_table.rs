//! The report as a table to read and as a frame.

use std::fmt;

use chrono::NaiveDate;
use polars::prelude::*;

use super::report::{ColumnQuality, DataQuality, ExpectationQuality, KeyQuality, Scores, ShapeCount, Timeliness};
use crate::frame::readable::{short_dtype, shown_share, write_table};
use crate::frame::{ToDataFrame, columns, dates, frame_of};

fn count(n: Option<u64>) -> String {
    n.map_or_else(|| "-".to_owned(), |n| n.to_string())
}

impl fmt::Display for DataQuality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "data quality: {} row(s), {} column(s)\n{}", self.n_rows, self.columns.len(), self.scores)?;
        let rows: Vec<(Vec<String>, &str)> =
            self.columns.iter().map(|column| (column.cells(), column.column.as_str())).collect();
        const HEADS: [&str; 8] = ["missing", "complete", "distinct", "top share", "zero", "negative", "type", "column"];
        write_table(f, &HEADS, &rows)?;
        if let Some(key) = &self.key {
            write!(f, "\n{key}")?;
        }
        if let Some(timeliness) = &self.timeliness {
            write!(f, "\n{timeliness}")?;
        }
        self.write_expectations(f)?;
        for column in self.columns.iter().filter(|column| column.has_notes()) {
            write!(f, "\n`{}`", column.column)?;
            column.hints.iter().try_for_each(|hint| write!(f, "\n  - {hint}"))?;
            column.unmeasured.iter().try_for_each(|reason| write!(f, "\n  - not measured: {reason}"))?;
        }
        Ok(())
    }
}

impl DataQuality {
    fn write_expectations(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.expectations.is_empty() {
            return Ok(());
        }
        let cells = |one: &ExpectationQuality| {
            vec![
                shown_share(one.pass_share),
                one.n_pass.to_string(),
                one.n_fail.to_string(),
                one.n_unjudged.to_string(),
            ]
        };
        let names: Vec<String> = self
            .expectations
            .iter()
            .map(|one| format!("{}: {}{}", one.name, one.condition, listed(&one.shapes)))
            .collect();
        let rows: Vec<(Vec<String>, &str)> =
            self.expectations.iter().zip(&names).map(|(one, name)| (cells(one), name.as_str())).collect();
        write_table(f, &["pass share", "pass", "fail", "unjudged", "expectation"], &rows)
    }
}

/// Shapes of failing cells behind their condition.
fn listed(shapes: &[ShapeCount]) -> String {
    let parts: Vec<String> = shapes.iter().map(|one| format!("{:?} {}", one.shape, one.n_rows)).collect();
    if parts.is_empty() { String::new() } else { format!(" (failing: {})", parts.join(", ")) }
}

impl ColumnQuality {
    fn cells(&self) -> Vec<String> {
        vec![
            self.n_missing.to_string(),
            shown_share(self.completeness),
            count(self.n_distinct),
            shown_share(self.top_share),
            count(self.n_zero),
            count(self.n_negative),
            short_dtype(&self.dtype).to_owned(),
        ]
    }

    fn has_notes(&self) -> bool {
        !self.hints.is_empty() || !self.unmeasured.is_empty()
    }
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scores = [
            ("completeness", self.completeness),
            ("uniqueness", self.uniqueness),
            ("validity", self.validity),
            ("consistency", self.consistency),
            ("timeliness", self.timeliness),
        ];
        let parts: Vec<String> = scores.iter().map(|(name, score)| format!("{name} {}", shown_share(*score))).collect();
        f.write_str(&parts.join(", "))
    }
}

impl fmt::Display for KeyQuality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (distinct, again, lacking) = (self.n_distinct, self.n_duplicates, self.n_incomplete);
        write!(
            f,
            "key: {distinct} distinct, {again} row(s) repeat one, {lacking} lack a part; `{}`",
            self.columns.join("`, `")
        )
    }
}

impl fmt::Display for Timeliness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |n: Option<u32>| n.map_or_else(|| "-".to_owned(), |n| n.to_string());
        let day = |date: Option<NaiveDate>| date.map_or_else(|| "-".to_owned(), |date| date.to_string());
        let late = if self.is_late == Some(true) { ", late" } else { "" };
        write!(
            f,
            "time: {} to {}, {} day(s) before {}{late}; longest gap {} day(s)\n      {} row(s) in the future, {} without; `{}`",
            day(self.oldest),
            day(self.newest),
            number(self.age_days),
            self.as_of,
            number(self.longest_gap_days),
            self.n_future,
            self.n_missing,
            self.column,
        )
    }
}

impl ToDataFrame for DataQuality {
    /// One row for each column of the table, in its order; shapes, hints and expectations
    /// are left out.
    fn to_dataframe(&self) -> DataFrame {
        let texts = |name: &str, of: fn(&ColumnQuality) -> &str| {
            Series::new(name.into(), self.columns.iter().map(of).collect::<Vec<_>>())
        };
        let counts = |name: &str, of: fn(&ColumnQuality) -> Option<u64>| {
            Series::new(name.into(), self.columns.iter().map(of).collect::<Vec<_>>())
        };
        let numbers = |name: &str, of: fn(&ColumnQuality) -> Option<f64>| {
            Series::new(name.into(), self.columns.iter().map(of).collect::<Vec<_>>())
        };
        frame_of(vec![
            texts(columns::COLUMN, |one| &one.column),
            texts(columns::DTYPE, |one| &one.dtype),
            counts(columns::N_ROWS, |one| Some(one.n_rows)),
            counts(columns::N_NULL, |one| Some(one.n_null)),
            counts(columns::N_NAN, |one| Some(one.n_nan)),
            counts(columns::N_INFINITE, |one| Some(one.n_infinite)),
            counts(columns::N_BLANK, |one| Some(one.n_blank)),
            counts(columns::N_PADDED, |one| Some(one.n_padded)),
            counts(columns::N_PLACEHOLDER, |one| Some(one.n_placeholder)),
            counts(columns::N_MISSING, |one| Some(one.n_missing)),
            numbers(columns::COMPLETENESS, |one| one.completeness),
            counts(columns::N_DISTINCT, |one| one.n_distinct),
            counts(columns::N_DISTINCT_FOLDED, |one| one.n_distinct_folded),
            numbers(columns::TOP_SHARE, |one| one.top_share),
            counts(columns::N_ZERO, |one| one.n_zero),
            counts(columns::N_NEGATIVE, |one| one.n_negative),
            numbers(columns::MIN, |one| one.min),
            numbers(columns::MAX, |one| one.max),
            dates(columns::MIN_DATE, self.columns.iter().map(|one| one.min_date).collect()),
            dates(columns::MAX_DATE, self.columns.iter().map(|one| one.max_date).collect()),
            counts(columns::MIN_LENGTH, |one| one.min_length),
            counts(columns::MAX_LENGTH, |one| one.max_length),
            counts(columns::N_TEXT_NUMBERS, |one| one.n_text_numbers),
            counts(columns::N_TEXT_DATES, |one| one.n_text_dates),
        ])
    }
}
