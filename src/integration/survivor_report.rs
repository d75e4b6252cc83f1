//! What survivorship counted.

use std::fmt;

use polars::prelude::*;
use serde::Serialize;

use super::count_table::write_counts;
use crate::frame::{ToDataFrame, columns, frame_of};

/// What survivorship counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SurvivorReport {
    /// Records that came in.
    pub n_records: u64,
    /// Identities, one row each.
    pub n_identities: u64,
    /// Sources in the list that no record is of; a misspelt name shows here.
    pub unseen_sources: Vec<String>,
    /// Sources of records that a list of sources does not hold; 0 where there is no list.
    pub n_unlisted_sources: u64,
    /// The fields, in order.
    pub fields: Vec<FieldReport>,
}

/// What became of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FieldReport {
    /// The field.
    pub field: String,
    /// The rule it was kept by.
    pub rule: &'static str,
    /// Identities with a value.
    pub n_known: u64,
    /// Identities without.
    pub n_missing: u64,
    /// Identities whose records have different values; of text without white space at the ends.
    pub n_disagreeing: u64,
}

impl fmt::Display for SurvivorReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "survivorship: {} identity(ies) of {} record(s)", self.n_identities, self.n_records)?;
        let row = |field: &FieldReport| {
            let counts = vec![field.n_known, field.n_missing, field.n_disagreeing];
            (counts, format!("{} ({})", field.field, field.rule))
        };
        let rows: Vec<_> = self.fields.iter().map(row).collect();
        write_counts(f, &["known", "missing", "disagreeing"], "field", &rows)?;
        if !self.unseen_sources.is_empty() {
            write!(f, "\n  no record is of `{}`", self.unseen_sources.join("`, `"))?;
        }
        if self.n_unlisted_sources > 0 {
            write!(f, "\n  {} source(s) are not in the list and come last", self.n_unlisted_sources)?;
        }
        Ok(())
    }
}

impl ToDataFrame for SurvivorReport {
    /// One row per field, in order.
    fn to_dataframe(&self) -> DataFrame {
        let text = |name: &str, pick: fn(&FieldReport) -> &str| {
            Series::new(name.into(), self.fields.iter().map(pick).collect::<Vec<_>>())
        };
        let count = |name: &str, pick: fn(&FieldReport) -> u64| {
            Series::new(name.into(), self.fields.iter().map(pick).collect::<Vec<_>>())
        };
        frame_of(vec![
            text(columns::FIELD, |field| &field.field),
            text(columns::RULE, |field| field.rule),
            count(columns::N_KNOWN, |field| field.n_known),
            count(columns::N_MISSING, |field| field.n_missing),
            count(columns::N_DISAGREEING, |field| field.n_disagreeing),
        ])
    }
}
