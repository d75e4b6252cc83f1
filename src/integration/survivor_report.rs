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
    /// Records of such sources.
    pub n_unlisted_records: u64,
    /// Such sources, those of most records first and then by name, ten at the most.
    pub unlisted_sources: Vec<UnlistedSource>,
    /// The fields, in order.
    pub fields: Vec<FieldReport>,
}

/// A source of records that the list of sources does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UnlistedSource {
    /// Its name.
    pub source: String,
    /// Records that are of it.
    pub n_records: u64,
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
            let names = self.unseen_sources.join("`, `");
            write!(f, "\n  {} source(s) of the list are of no record: `{names}`", self.unseen_sources.len())?;
        }
        if self.n_unlisted_sources > 0 {
            let (n_sources, n_records) = (self.n_unlisted_sources, self.n_unlisted_records);
            write!(f, "\n  {n_sources} source(s) of {n_records} record(s) are not in the list and come last:")?;
            let shown = |one: &UnlistedSource| format!(" `{}` {}", one.source, one.n_records);
            f.write_str(&self.unlisted_sources.iter().map(shown).collect::<Vec<_>>().join(","))?;
            let n_more = n_sources.saturating_sub(self.unlisted_sources.len() as u64);
            if n_more > 0 {
                write!(f, " and {n_more} more")?;
            }
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
