//! The snapshot as an analysis.

use polars::prelude::LazyFrame;

use super::NAME;
use super::input::SnapshotInput;
use super::lines::PurchaseHistory;
use super::params::SnapshotPlan;
use super::read;
use super::report::SnapshotReport;
use super::sources::Sources;
use super::table::Snapshot;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::TransactionLog;
use crate::frame::readable::grouped;

impl Analysis for SnapshotPlan {
    type Input = TransactionLog;
    type Reduced = PurchaseHistory;
    type Output = Snapshot;
    const NAME: &'static str = NAME;

    /// Customer, time and amount, and of order, product, channel and currency those there are.
    fn plan(&self, log: &TransactionLog) -> Result<LazyFrame> {
        Ok(read::plan(log))
    }

    fn reduce(&self, plan: LazyFrame) -> Result<PurchaseHistory> {
        read::read(&self.0, plan)
    }

    fn finish(&self, history: PurchaseHistory) -> Result<Snapshot> {
        self.snapshot(&history, None)
    }
}

impl SnapshotPlan {
    /// Reads the log, and what is given beside it, once.
    ///
    /// # Errors
    /// `Incomplete` when rows of the log lack something; `Unusable` when no customer is left,
    /// nothing suggests a horizon or customers have several profiles; `Schema` when columns are
    /// missing or would share a name; `Param` when contracts end but there is no profile; `Numeric`
    /// when a total leaves its range; `Query` when polars fails.
    pub fn run_with(&self, input: &SnapshotInput) -> Result<Snapshot> {
        let history = self.reduce(self.plan(&input.log)?)?;
        self.snapshot(&history, Some(input))
    }

    fn snapshot(&self, history: &PurchaseHistory, input: Option<&SnapshotInput>) -> Result<Snapshot> {
        let sources = Sources::new(&self.0, history, input)?;
        let windows = sources.windows(&self.0);
        let kinds = sources.kinds(&[&windows])?;
        sources.check_names(&windows, &kinds)?;
        let found = sources.at(&windows, &kinds, false)?;
        if found.report.n_rows == 0 {
            return Err(nobody_left(&[found.report]));
        }
        Snapshot::new(found.frame, &found.features, self.0.target.clone(), found.report)
    }
}

/// The error for tables without a row.
pub(super) fn nobody_left(reports: &[SnapshotReport]) -> Error {
    let sum = |get: fn(&SnapshotReport) -> u64| reports.iter().map(get).sum::<u64>();
    let n_censored = sum(|report| report.n_censored);
    let last = reports.iter().map(|report| report.horizon.last_day).min();
    let reason = match (reports.first(), last) {
        (Some(report), Some(last_day)) if n_censored > 0 => format!(
            "all {} eligible customer(s) are censored, as the label window ends on {last_day} and the data on {}; \
             take an earlier cutoff or a shorter `horizon_days`, or say how far the data go with `observed_until`",
            grouped(n_censored),
            report.observed_until
        ),
        _ => format!(
            "no customer is eligible at the cutoff: {} have not begun, {} are no longer active or have ended, {} lack a \
             profile; take another cutoff or more `eligible_days`",
            grouped(sum(|report| report.n_not_started)),
            grouped(sum(|report| report.n_not_active + report.n_ended_before + report.n_ended_in_gap)),
            grouped(sum(|report| report.n_without_profile))
        ),
    };
    Error::Unusable { analysis: NAME, reason }
}
