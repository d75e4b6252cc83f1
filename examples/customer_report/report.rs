//! The report for programs: everything that is printed, and the settings behind it.

use chrono::NaiveDate;
use customer_analytics::activity::ActivityTable;
use customer_analytics::cleaning::{CleaningReport, Rule};
use customer_analytics::frame::TransactionColumns;
use customer_analytics::segmentation::{Concentration, ValueScores};
use serde::Serialize;

use crate::cleaned::CleanRows;
use crate::job::{Job, Scoring};
use crate::totals::Totals;

/// Holds no clock time, so that equal input gives equal bytes.
#[derive(Serialize)]
pub struct Report<'a> {
    as_of: NaiveDate,
    input: &'a str,
    columns: &'a TransactionColumns,
    rules: &'a [Rule],
    cleaning: &'a CleaningReport,
    /// Where the thresholds come from, when they were not fitted to these customers.
    stored_model: Option<String>,
    totals: Totals,
    currency: Option<&'a str>,
    /// Definition of the score, row counts, bins and segments.
    scores: &'a ValueScores,
    concentration: Option<&'a Concentration>,
}

impl<'a> Report<'a> {
    pub fn of(
        job: &'a Job,
        clean: &'a CleanRows,
        activity: &'a ActivityTable,
        scores: &'a ValueScores,
        concentration: Option<&'a Concentration>,
    ) -> Self {
        Self {
            as_of: job.as_of,
            input: &job.input,
            columns: &job.columns,
            rules: job.cleaning.rules(),
            cleaning: &clean.report,
            stored_model: match &job.scoring {
                Scoring::Fit(_) => None,
                Scoring::Stored(_, path) => Some(path.display().to_string()),
            },
            totals: Totals::of(activity),
            currency: activity.currency(),
            scores,
            concentration,
        }
    }
}
