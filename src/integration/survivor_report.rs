//! What survivorship counted.

use std::fmt;

use polars::prelude::*;
use serde::Serialize;

use crate::frame::{ToDataFrame, columns, frame_of};

/// What survivorship counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SurvivorReport {
    /// Records that came in.
    pub n_records: u64,
    /// Identities, one row each.
    pub n_identities: u64,
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
        write!(f, "\n{:>12}  {:>12}  {:>12}  {:<15}  field", "known", "missing", "disagreeing", "rule")?;
        for field in &self.fields {
            let FieldReport { field, rule, n_known, n_missing, n_disagreeing } = field;
            write!(f, "\n{n_known:>12}  {n_missing:>12}  {n_disagreeing:>12}  {rule:<15}  {field}")?;
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
