//! What a description holds.

use serde::Serialize;

use super::categorical::CategoricalSummary;
use super::numeric::NumericSummary;
use super::temporal::TemporalSummary;
use super::text::TextSummary;
use crate::kernel::moments::MomentType;
use crate::kernel::quantile::QuantileType;
use crate::kernel::weight::WeightKind;

/// A description of a table: as a whole, and of each of its segments.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Description {
    /// Rows that were described.
    pub n_rows: u64,
    /// Rows that were left out because their weight is missing.
    pub n_rows_without_weight: u64,
    /// Rows that were left out because their weight is 0.
    pub n_rows_of_zero_weight: u64,
    /// Every column over all rows.
    pub columns: Vec<ColumnDescription>,
    /// The columns that make the segments.
    pub by: Vec<String>,
    /// The segments that have rows, in ascending order of their keys, missing ones last.
    pub segments: Vec<SegmentDescription>,
    /// The definitions that the numbers keep to.
    pub definitions: Definitions,
}

/// The definitions that the numbers of a description keep to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Definitions {
    /// The shares of the quantiles.
    pub quantiles: Vec<f64>,
    /// How quantiles lie between two values.
    pub quantile_type: QuantileType,
    /// Which skewness and kurtosis.
    pub moment_type: MomentType,
    /// Confidence of the intervals for the mean.
    pub conf_level: f64,
    /// Interquartile ranges from the quartiles to the fences.
    pub fence_multiplier: f64,
    /// Below which share a level is rare.
    pub rare_share: f64,
    /// What the weights stand for; `None` without weights.
    pub weights: Option<WeightKind>,
}

/// The rows of one combination of keys.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SegmentDescription {
    /// The values of the columns that make the segments; `None` where missing.
    pub key: Vec<Option<String>>,
    /// Rows of the segment.
    pub n_rows: u64,
    /// Every column over those rows.
    pub columns: Vec<ColumnDescription>,
}

/// One column, by all the ways its type can be described.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ColumnDescription {
    /// The column.
    pub column: String,
    /// Its type.
    pub dtype: String,
    /// Rows.
    pub n_rows: u64,
    /// Rows in which it is null.
    pub n_null: u64,
    /// Numbers, booleans (as 0 and 1) and durations (in seconds).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numeric: Option<NumericSummary>,
    /// Text, categories and booleans.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub categorical: Option<CategoricalSummary>,
    /// Dates and times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temporal: Option<TemporalSummary>,
    /// Text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<TextSummary>,
}

impl Description {
    /// The description of a column over all rows.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&ColumnDescription> {
        self.columns.iter().find(|column| column.column == name)
    }

    /// The segment with this key, one text for each column of `by`.
    #[must_use]
    pub fn segment(&self, key: &[&str]) -> Option<&SegmentDescription> {
        let is_same = |own: &[Option<String>]| own.iter().map(Option::as_deref).eq(key.iter().map(|part| Some(*part)));
        self.segments.iter().find(|segment| is_same(&segment.key))
    }
}

impl SegmentDescription {
    /// The description of a column over the rows of the segment.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&ColumnDescription> {
        self.columns.iter().find(|column| column.column == name)
    }
}
