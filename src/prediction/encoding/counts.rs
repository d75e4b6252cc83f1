//! What became of the cells of a table as it was encoded.

use std::fmt;

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::frame::columns::{FEATURE, N_DROPPED, N_IMPUTED, N_MISSING, N_UNSEEN};
use crate::frame::readable::{grouped, shown_text, write_table};
use crate::frame::{ToDataFrame, frame_of};

/// Cells of one feature that are not simply as in training.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FeatureCounts {
    /// The feature.
    pub feature: String,
    /// Cells without a value.
    pub n_missing: u64,
    /// Cells that got the median or the most frequent level.
    pub n_imputed: u64,
    /// Cells with a level that training did not have.
    pub n_unseen: u64,
    /// Rows that were left out for this feature; one can be left out for several.
    pub n_dropped: u64,
}

/// What became of the cells of all features.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct EncodingCounts {
    /// Rows of the table.
    pub n_rows: u64,
    /// Rows that were left out, each counted once.
    pub n_dropped: u64,
    /// The features in their order.
    pub features: Vec<FeatureCounts>,
}

impl EncodingCounts {
    /// Adds the counts of other rows of the same features.
    pub(crate) fn add(&mut self, other: &Self) {
        self.n_rows += other.n_rows;
        self.n_dropped += other.n_dropped;
        if self.features.is_empty() {
            self.features.clone_from(&other.features);
            return;
        }
        for (own, other) in self.features.iter_mut().zip(&other.features) {
            own.n_missing += other.n_missing;
            own.n_imputed += other.n_imputed;
            own.n_unseen += other.n_unseen;
            own.n_dropped += other.n_dropped;
        }
    }
}

impl ToDataFrame for EncodingCounts {
    /// One row per feature.
    fn to_dataframe(&self) -> DataFrame {
        let column = |name: &str, of: fn(&FeatureCounts) -> u64| {
            Series::new(name.into(), self.features.iter().map(of).collect::<Vec<u64>>())
        };
        let names: Vec<&str> = self.features.iter().map(|one| one.feature.as_str()).collect();
        frame_of(vec![
            Series::new(FEATURE.into(), names),
            column(N_MISSING, |one| one.n_missing),
            column(N_IMPUTED, |one| one.n_imputed),
            column(N_UNSEEN, |one| one.n_unseen),
            column(N_DROPPED, |one| one.n_dropped),
        ])
    }
}

impl fmt::Display for EncodingCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "encoding of {} row(s), {} left out", grouped(self.n_rows), grouped(self.n_dropped))?;
        let cells =
            |one: &FeatureCounts| [one.n_missing, one.n_imputed, one.n_unseen, one.n_dropped].map(grouped).to_vec();
        let rows: Vec<(Vec<String>, String)> =
            self.features.iter().map(|one| (cells(one), shown_text(&one.feature))).collect();
        write_table(f, &["missing", "imputed", "unseen", "dropped", "feature"], &rows)
    }
}

/// One refusal of everything that stands against an encoding.
pub(super) fn refused(problems: &[String]) -> Error {
    Error::Unusable { analysis: super::ENCODING, reason: problems.join("; ") }
}
