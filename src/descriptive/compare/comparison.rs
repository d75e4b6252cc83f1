//! What a comparison holds.

use serde::Serialize;

use super::findings::Findings;
use super::test_name::TestName;
use crate::descriptive::categorical::LevelShare;
use crate::descriptive::numeric::UndefinedStatistics;
use crate::kernel::interval::Interval;
use crate::kernel::multiplicity::Multiplicity;
use crate::kernel::undefined::Undefined;

/// Segments of a table compared, column by column.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// Rows of the table.
    pub n_rows: u64,
    /// Rows that were left out because a column that makes the segments is missing.
    pub n_rows_without_segment: u64,
    /// The columns that make the segments.
    pub by: Vec<String>,
    /// The segments that have rows, in ascending order of their keys.
    pub segments: Vec<ComparedSegment>,
    /// With two segments: which of them is compared with which, in every column.
    pub contrast: Option<Contrast>,
    /// The columns that were compared.
    pub columns: Vec<ColumnComparison>,
    /// The columns of the table that have no numbers and no levels, by name.
    pub not_compared: Vec<String>,
    /// What the numbers keep to.
    pub definitions: ComparisonDefinitions,
}

/// One of the segments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ComparedSegment {
    /// The values of the columns that make it.
    pub key: Vec<String>,
    /// Its rows.
    pub n_rows: u64,
}

impl ComparedSegment {
    /// The values of its key in one text, ` / ` between them.
    #[must_use]
    pub fn name(&self) -> String {
        self.key.join(" / ")
    }
}

/// A segment and the one it is compared with, as places among the segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Contrast {
    /// The segment.
    pub segment: usize,
    /// The one that is taken from it, or that it is divided by.
    pub reference: usize,
}

/// The definitions that the numbers of a comparison keep to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ComparisonDefinitions {
    /// Confidence of the intervals.
    pub conf_level: f64,
    /// How p-values are adjusted.
    pub multiplicity: Multiplicity,
    /// Primary tests that have an answer: the family that is adjusted together.
    pub n_primary_tests: u64,
    /// Values of a column that a segment needs to be tested.
    pub min_rows: u64,
}

/// What a column is compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ColumnKind {
    /// Its numbers.
    Numeric,
    /// How often one of its levels occurs.
    Binary,
    /// The shares of its levels.
    Categorical,
}

impl ColumnKind {
    /// The name as in files and frames.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Numeric => "numeric",
            Self::Binary => "binary",
            Self::Categorical => "categorical",
        }
    }
}

/// One column, compared between the segments.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ColumnComparison {
    /// The column.
    pub column: String,
    /// Its type.
    pub dtype: String,
    /// What it is compared by.
    pub kind: ColumnKind,
    /// The level whose shares are compared, for binary columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Levels that occur in the segments; `None` for numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n_levels: Option<u64>,
    /// Whole numbers beyond 2^53 that were rounded to the nearest double, in all rows; `None`
    /// for columns of levels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n_rounded: Option<u64>,
    /// What there is of it in each segment, in the order of the segments.
    pub segments: Vec<SegmentSummary>,
    /// The test that is adjusted together with those of the other columns; `None` when none of
    /// the tests fits.
    pub primary: Option<TestName>,
    /// The tests of all segments.
    #[serde(flatten)]
    pub findings: Findings,
    /// Tests that were asked for and do not fit the column or the number of segments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_applicable: Vec<TestName>,
    /// The tests of two segments at a time, where there are more than two.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pairs: Vec<PairComparison>,
}

/// One column of two segments.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct PairComparison {
    /// Which segments.
    #[serde(flatten)]
    pub contrast: Contrast,
    /// Their tests.
    #[serde(flatten)]
    pub findings: Findings,
}

/// What there is of a column in a segment.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SegmentSummary {
    /// Values that are compared.
    pub n: u64,
    /// Nulls; for columns with an event NaN as well.
    pub n_null: u64,
    /// NaN.
    pub n_nan: u64,
    /// Infinite values of either sign.
    pub n_infinite: u64,
    /// Of numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numbers: Option<MeanOfSegment>,
    /// Of binary columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<ShareOfSegment>,
    /// Of other levels: those most frequent in all segments together, most frequent first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<LevelShare>,
    /// Why the segment stays out of the tests; `None` where it does not.
    pub left_out: Option<Undefined>,
}

/// The numbers of a segment.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MeanOfSegment {
    /// The mean.
    pub mean: Option<f64>,
    /// Interval for the mean by Student's t.
    pub mean_interval: Option<Interval>,
    /// Standard deviation, with `n - 1` below.
    pub sd: Option<f64>,
    /// Median.
    pub median: Option<f64>,
    /// Why what is `None` is so.
    pub undefined: Vec<UndefinedStatistics>,
}

/// How often the event occurs in a segment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ShareOfSegment {
    /// Rows with the event.
    pub n: u64,
    /// Their share of the filled cells; `None` where there are none.
    pub share: Option<f64>,
    /// Wilson's interval for it.
    pub share_interval: Option<Interval>,
}

impl Comparison {
    /// The comparison of a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&ColumnComparison> {
        self.columns.iter().find(|column| column.column == name)
    }

    /// The place of the segment with this key, one text for each column of `by`.
    #[must_use]
    pub fn segment(&self, key: &[&str]) -> Option<usize> {
        self.segments.iter().position(|segment| segment.key == key)
    }
}

impl ColumnComparison {
    /// The comparison of two segments, given by their places.
    #[must_use]
    pub fn pair(&self, segment: usize, reference: usize) -> Option<&PairComparison> {
        self.pairs.iter().find(|pair| pair.contrast == Contrast { segment, reference })
    }
}
