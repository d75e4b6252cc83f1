//! What a model is told about its training.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::figures::CardEvaluation;
use crate::prediction::snapshot::SnapshotReport;

/// Facts of a training that no table holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::prediction) struct TrainingFacts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::prediction) training_date: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::prediction) snapshot: Option<TrainingSnapshot>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::prediction) evaluation: Option<CardEvaluation>,
}

/// The days and the customers of the snapshot that a model was trained on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TrainingSnapshot {
    /// Last day that features are made of.
    pub cutoff: NaiveDate,
    /// First day that features are made of.
    pub window_first_day: NaiveDate,
    /// Days between the cutoff and the label window.
    pub gap_days: u32,
    /// First day of the label window.
    pub label_first_day: NaiveDate,
    /// Last day of the label window.
    pub label_last_day: NaiveDate,
    /// Its length.
    pub horizon_days: u32,
    /// Why it is as long.
    pub horizon_choice: String,
    /// Last day up to which the data were complete.
    pub observed_until: NaiveDate,
    /// Customers who were looked at.
    pub n_customers: u64,
    /// Customers in the table.
    pub n_rows: u64,
    /// Why the others are not, in words, with their numbers.
    pub left_out: Vec<String>,
}

impl From<&SnapshotReport> for TrainingSnapshot {
    fn from(report: &SnapshotReport) -> Self {
        Self {
            cutoff: report.cutoff,
            window_first_day: report.window_first_day,
            gap_days: report.gap_days,
            label_first_day: report.horizon.first_day,
            label_last_day: report.horizon.last_day,
            horizon_days: report.horizon.days,
            horizon_choice: report.horizon.choice.to_string(),
            observed_until: report.observed_until,
            n_customers: report.n_customers,
            n_rows: report.n_rows,
            left_out: report.reasons(),
        }
    }
}
