//! What a cleaning leaves behind.

use std::fmt;

use polars::prelude::*;

use crate::cleaning::fitted::FittedCleaning;
use crate::cleaning::report::CleaningReport;

/// Rows left, rows taken and the report of one cleaning.
///
/// Every row that was read is in exactly one of the two frames.
#[derive(Clone)]
pub struct Cleaned {
    clean: DataFrame,
    quarantine: DataFrame,
    report: CleaningReport,
    fitted: FittedCleaning,
}

impl Cleaned {
    pub(crate) fn new(clean: DataFrame, quarantine: DataFrame, report: CleaningReport, fitted: FittedCleaning) -> Self {
        Self { clean, quarantine, report, fitted }
    }

    /// The rows left, as mended, in source order, under the raw names unless
    /// [`ColumnNames`](crate::cleaning::ColumnNames) gave others; under the raw names ready for
    /// [`TransactionLog::new`](crate::frame::TransactionLog::new). Costs no copy.
    pub fn frame(&self) -> LazyFrame {
        self.clean.clone().lazy()
    }

    /// The rows taken, as read and in source order, after `source_row` (from 0),
    /// `rule_number` (from 1), `rule`, `rule_reason` and `partner_row`: the `source_row`
    /// of the row that a matched one cancels or is cancelled by, else null.
    #[must_use]
    pub fn quarantine(&self) -> &DataFrame {
        &self.quarantine
    }

    /// What every rule did.
    #[must_use]
    pub fn report(&self) -> &CleaningReport {
        &self.report
    }

    /// The rules with what they learned, to be saved or applied to another frame.
    pub fn fitted(&self) -> &FittedCleaning {
        &self.fitted
    }

    /// Gives up the rows left, the rows taken and the report.
    #[must_use]
    pub fn into_parts(self) -> (DataFrame, DataFrame, CleaningReport) {
        (self.clean, self.quarantine, self.report)
    }
}

impl fmt::Debug for Cleaned {
    /// Counts only: frames hold customers' data, which does not belong in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cleaned").field("report", &self.report).finish_non_exhaustive()
    }
}
