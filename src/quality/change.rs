//! What a cleaning did to the quality of a table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use polars::prelude::*;
use serde::Serialize;

use super::report::{ColumnQuality, DataQuality, Scores};
use crate::frame::readable::{short_dtype, shown_share, write_table};
use crate::frame::{ToDataFrame, columns, frame_of};

/// A column before and after; one side is `None` where the column is not there.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ColumnChange {
    /// Name of the column.
    pub column: String,
    /// Missing cells before.
    pub n_missing_before: Option<u64>,
    /// Missing cells after.
    pub n_missing_after: Option<u64>,
    /// Share of filled cells before.
    pub completeness_before: Option<f64>,
    /// Share of filled cells after.
    pub completeness_after: Option<f64>,
    /// Distinct values before.
    pub n_distinct_before: Option<u64>,
    /// Distinct values after.
    pub n_distinct_after: Option<u64>,
    /// Cells with outer blanks before.
    pub n_padded_before: Option<u64>,
    /// Cells with outer blanks after.
    pub n_padded_after: Option<u64>,
    /// Type before.
    pub dtype_before: Option<String>,
    /// Type after.
    pub dtype_after: Option<String>,
}

/// Two reports side by side; displays as a table, as a frame it has one row for each column.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct QualityChange {
    /// Rows before.
    pub n_rows_before: u64,
    /// Rows after.
    pub n_rows_after: u64,
    /// Scores before.
    pub scores_before: Scores,
    /// Scores after.
    pub scores_after: Scores,
    /// The columns of both tables: those of the one before in their order, then new ones.
    pub columns: Vec<ColumnChange>,
}

/// Puts the report of a table beside that of the same table after a cleaning.
///
/// Columns are told by their names. Rows may have gone and types may have changed.
///
/// # Examples
///
/// ```
/// use customer_analytics::prelude::*;
/// use customer_analytics::quality::{QualityParams, compare};
///
/// let report = |frame: DataFrame| QualityParams::new().run(&frame.lazy());
/// let before = report(df!("paid" => ["1", " "])?)?;
/// let after = report(df!("paid" => [Some(1.0), None])?)?;
/// let change = compare(&before, &after);
/// assert_eq!((change.columns[0].n_missing_before, change.columns[0].n_missing_after), (Some(1), Some(1)));
/// assert_eq!(change.columns[0].dtype_after.as_deref(), Some("f64"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn compare(before: &DataQuality, after: &DataQuality) -> QualityChange {
    let later: BTreeMap<&str, &ColumnQuality> = after.columns.iter().map(|one| (one.column.as_str(), one)).collect();
    let known: BTreeSet<&str> = before.columns.iter().map(|one| one.column.as_str()).collect();
    let kept = before.columns.iter().map(|one| changed(Some(one), later.get(one.column.as_str()).copied()));
    let new =
        after.columns.iter().filter(|one| !known.contains(one.column.as_str())).map(|one| changed(None, Some(one)));
    QualityChange {
        n_rows_before: before.n_rows,
        n_rows_after: after.n_rows,
        scores_before: before.scores.clone(),
        scores_after: after.scores.clone(),
        columns: kept.chain(new).flatten().collect(),
    }
}

fn changed(before: Option<&ColumnQuality>, after: Option<&ColumnQuality>) -> Option<ColumnChange> {
    Some(ColumnChange {
        column: before.or(after)?.column.clone(),
        n_missing_before: before.map(|one| one.n_missing),
        n_missing_after: after.map(|one| one.n_missing),
        completeness_before: before.and_then(|one| one.completeness),
        completeness_after: after.and_then(|one| one.completeness),
        n_distinct_before: before.and_then(|one| one.n_distinct),
        n_distinct_after: after.and_then(|one| one.n_distinct),
        n_padded_before: before.map(|one| one.n_padded),
        n_padded_after: after.map(|one| one.n_padded),
        dtype_before: before.map(|one| one.dtype.clone()),
        dtype_after: after.map(|one| one.dtype.clone()),
    })
}

impl fmt::Display for QualityChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "data quality: {} row(s) before, {} after", self.n_rows_before, self.n_rows_after)?;
        write!(f, "\nbefore: {}\nafter:  {}", self.scores_before, self.scores_after)?;
        let pair =
            |before: String, after: String| if before == after { before } else { format!("{before} -> {after}") };
        let count = |n: Option<u64>| n.map_or_else(|| "-".to_owned(), |n| n.to_string());
        let dtype = |dtype: &Option<String>| dtype.as_deref().map_or("-", short_dtype).to_owned();
        let cells = |one: &ColumnChange| {
            vec![
                pair(count(one.n_missing_before), count(one.n_missing_after)),
                pair(shown_share(one.completeness_before), shown_share(one.completeness_after)),
                pair(count(one.n_distinct_before), count(one.n_distinct_after)),
                pair(count(one.n_padded_before), count(one.n_padded_after)),
                pair(dtype(&one.dtype_before), dtype(&one.dtype_after)),
            ]
        };
        let rows: Vec<(Vec<String>, &str)> = self.columns.iter().map(|one| (cells(one), one.column.as_str())).collect();
        write_table(f, &["missing", "complete", "distinct", "padded", "type", "column"], &rows)
    }
}

impl ToDataFrame for QualityChange {
    /// One row for each column of either table.
    fn to_dataframe(&self) -> DataFrame {
        let counts = |name: &str, of: fn(&ColumnChange) -> Option<u64>| {
            Series::new(name.into(), self.columns.iter().map(of).collect::<Vec<_>>())
        };
        let shares = |name: &str, of: fn(&ColumnChange) -> Option<f64>| {
            Series::new(name.into(), self.columns.iter().map(of).collect::<Vec<_>>())
        };
        let dtypes = |name: &str, of: fn(&ColumnChange) -> Option<&str>| {
            Series::new(name.into(), self.columns.iter().map(of).collect::<Vec<_>>())
        };
        let names: Vec<&str> = self.columns.iter().map(|one| one.column.as_str()).collect();
        frame_of(vec![
            Series::new(columns::COLUMN.into(), names),
            counts(columns::N_MISSING_BEFORE, |one| one.n_missing_before),
            counts(columns::N_MISSING_AFTER, |one| one.n_missing_after),
            shares(columns::COMPLETENESS_BEFORE, |one| one.completeness_before),
            shares(columns::COMPLETENESS_AFTER, |one| one.completeness_after),
            counts(columns::N_DISTINCT_BEFORE, |one| one.n_distinct_before),
            counts(columns::N_DISTINCT_AFTER, |one| one.n_distinct_after),
            counts(columns::N_PADDED_BEFORE, |one| one.n_padded_before),
            counts(columns::N_PADDED_AFTER, |one| one.n_padded_after),
            dtypes(columns::DTYPE_BEFORE, |one| one.dtype_before.as_deref()),
            dtypes(columns::DTYPE_AFTER, |one| one.dtype_after.as_deref()),
        ])
    }
}
