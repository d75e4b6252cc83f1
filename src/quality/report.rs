//! What a data quality report holds.

use chrono::NaiveDate;
use serde::Serialize;

/// Cells whose text has one shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShapeCount {
    /// The shape, as [`shape`](crate::text::shape) gives it.
    pub shape: String,
    /// Cells of that shape.
    pub n_rows: u64,
}

/// Cells that hold a word which often stands for a missing one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PlaceholderCount {
    /// The word, out of a list of the crate.
    pub placeholder: &'static str,
    /// Cells with that word.
    pub n_rows: u64,
}

/// What is in one column.
///
/// A number that does not apply to the type of the column, or has nothing to be made of, is
/// `None`; what could not be measured although it applies is told in `unmeasured`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ColumnQuality {
    /// Name of the column.
    pub column: String,
    /// Type of the column; a datetime with a zone shows as one on the clock of that zone.
    pub dtype: String,
    /// Rows read.
    pub n_rows: u64,
    /// Cells that are null.
    pub n_null: u64,
    /// Cells that are NaN.
    pub n_nan: u64,
    /// Cells that are infinite; they are there, so they are not missing.
    pub n_infinite: u64,
    /// Cells of text that are empty or white space alone.
    pub n_blank: u64,
    /// Cells of text with white space at an end; blank ones are not counted again.
    pub n_padded: u64,
    /// Cells of text that are one of the placeholders of the settings.
    pub n_placeholder: u64,
    /// Null, NaN and placeholders, and blank cells unless the settings say otherwise.
    pub n_missing: u64,
    /// Share of the cells that are not missing; none without rows.
    pub completeness: Option<f64>,
    /// Distinct values among the cells that are neither null nor NaN; blanks are values here.
    pub n_distinct: Option<u64>,
    /// Distinct values of text once outer blanks and case are gone.
    pub n_distinct_folded: Option<u64>,
    /// Whether no value occurs twice.
    pub is_unique: Option<bool>,
    /// Whether all values are the same.
    pub is_constant: Option<bool>,
    /// Share of the most frequent value among the cells that are neither null nor NaN.
    pub top_share: Option<f64>,
    /// Numbers and durations that are zero.
    pub n_zero: Option<u64>,
    /// Numbers and durations below zero, minus infinity too.
    pub n_negative: Option<u64>,
    /// Least finite number, as the nearest Float64: a value of the data.
    pub min: Option<f64>,
    /// Greatest finite number, as the nearest Float64: a value of the data.
    pub max: Option<f64>,
    /// Earliest day: a value of the data.
    pub min_date: Option<NaiveDate>,
    /// Latest day: a value of the data.
    pub max_date: Option<NaiveDate>,
    /// Fewest characters of a text as it was read.
    pub min_length: Option<u64>,
    /// Most characters of a text as it was read.
    pub max_length: Option<u64>,
    /// Texts that are plain numbers between their blanks; codes with zeros in front are not.
    pub n_text_numbers: Option<u64>,
    /// Texts that are days in ISO form between their blanks, with or without a time.
    pub n_text_dates: Option<u64>,
    /// Texts that mean yes by [the standard words](crate::text::FlagWords::standard).
    pub n_text_yes: Option<u64>,
    /// Texts that mean no by the same words.
    pub n_text_no: Option<u64>,
    /// Texts of digits with zeros in front, which as numbers would lose them.
    pub n_text_codes: Option<u64>,
    /// The most frequent shapes of text that is not blank, five at the most.
    pub shapes: Vec<ShapeCount>,
    /// Words that often stand for a missing cell and are not among the placeholders.
    pub suspects: Vec<PlaceholderCount>,
    /// What could not be measured, and why.
    pub unmeasured: Vec<String>,
    /// What to clean, with the cleaning to use.
    pub hints: Vec<String>,
}

/// Whether the key tells the rows apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct KeyQuality {
    /// Columns of the key.
    pub columns: Vec<String>,
    /// Rows that lack a part of the key: null or NaN.
    pub n_incomplete: u64,
    /// Distinct keys.
    pub n_distinct: u64,
    /// Rows whose key an earlier row has: rows with a whole key less distinct keys.
    pub n_duplicates: u64,
}

/// How many rows meet an expectation.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ExpectationQuality {
    /// Name given by the settings.
    pub name: String,
    /// The condition in words.
    pub condition: String,
    /// Columns that it reads.
    pub columns: Vec<String>,
    /// Rows that meet it.
    pub n_pass: u64,
    /// Rows that do not.
    pub n_fail: u64,
    /// Rows that cannot be judged, as an operand is missing.
    pub n_unjudged: u64,
    /// Rows that meet it, among those that were judged; none when no row was.
    pub pass_share: Option<f64>,
    /// The most frequent shapes of the failing cells, five at the most, when the condition
    /// reads one column of text.
    pub shapes: Vec<ShapeCount>,
}

/// How recent the rows are. Days after `as_of` are counted and otherwise left aside.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Timeliness {
    /// The column with the days.
    pub column: String,
    /// The day up to which the rows should go.
    pub as_of: NaiveDate,
    /// Rows without a day.
    pub n_missing: u64,
    /// Rows without a day, as a share of all; none without rows.
    pub missing_share: Option<f64>,
    /// Rows of days after `as_of`.
    pub n_future: u64,
    /// Rows of days after `as_of`, as a share of all; none without rows.
    pub future_share: Option<f64>,
    /// First day with a row.
    pub oldest: Option<NaiveDate>,
    /// Last day with a row, up to `as_of`.
    pub newest: Option<NaiveDate>,
    /// Days from the newest to `as_of`.
    pub age_days: Option<u32>,
    /// Most days in a row without a row, between the oldest and the newest.
    pub longest_gap_days: Option<u32>,
    /// Whether the newest lies further back than the settings allow; none without a limit or
    /// without a day.
    pub is_late: Option<bool>,
}

/// One number for each dimension, 0..=1; none where there is nothing to measure.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Scores {
    /// Mean completeness of the columns.
    pub completeness: Option<f64>,
    /// Distinct keys, as a share of the rows with a whole key.
    pub uniqueness: Option<f64>,
    /// Mean share of judged rows that pass, over the expectations of one column.
    pub validity: Option<f64>,
    /// Mean share of judged rows that pass, over the expectations of several columns.
    pub consistency: Option<f64>,
    /// Share of the rows with a day up to `as_of`; 0 when the newest is late.
    pub timeliness: Option<f64>,
    /// Why a score is none.
    pub unscored: Vec<String>,
}

/// The quality of a table: counts, shapes and extremes, and no text of the data.
///
/// Displays as a table to read; as a frame it has one row for each column.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DataQuality {
    /// Rows read; 0 for a table without columns.
    pub n_rows: u64,
    /// One number for each dimension.
    pub scores: Scores,
    /// What is in each column, in the order of the table.
    pub columns: Vec<ColumnQuality>,
    /// Whether the key tells the rows apart, when the settings name one.
    pub key: Option<KeyQuality>,
    /// How many rows meet each expectation, in the order of the settings.
    pub expectations: Vec<ExpectationQuality>,
    /// How recent the rows are, when the settings name a time.
    pub timeliness: Option<Timeliness>,
}
