//! Two ways of cleaning: batch by batch, or with the whole table in memory.

use customer_analytics::cleaning::{CleaningReport, LaterRows};
use customer_analytics::frame::scan;
use customer_analytics::prelude::*;

use crate::failure::{Failure, While};
use crate::job::Job;
use crate::output::Staged;
use crate::progress::Progress;

/// The rows left, as a plan, and what was done to get them.
pub struct CleanRows {
    pub rows: LazyFrame,
    pub report: CleaningReport,
    /// Whether the table was read in batches and never held whole.
    pub is_streamed: bool,
}

/// Cleans, and writes the rows taken.
///
/// Rules that judge each row by itself need no more than the row. So without a rule that
/// compares rows (duplicates, netting, matching) the file is read in batches: once to
/// count, once to write what was taken, and once more by the scoring, which keeps a
/// summary per customer. That costs time for memory, and lets a table of any size
/// through. With such a rule all columns are needed at once anyway, so they are read once.
pub fn clean(job: &Job, quarantine: &mut Staged, progress: &Progress) -> Result<CleanRows, Failure> {
    let what = || format!("cannot clean `{}`", job.input);
    let frame = scan(&job.input, &job.columns).doing(|| format!("cannot open `{}`", job.input))?;
    // What happens after the report must not change it, not even by cancelling a purchase.
    let rules = CleaningParams::new().roles(&job.columns).rule(LaterRows::after(job.as_of));
    let rules = job.cleaning.rules().iter().cloned().fold(rules, CleaningParams::rule);
    let plan = rules.check().and_then(|cleaning| cleaning.plan(frame)).doing(what)?;
    if job.cleaning.rules().iter().any(Rule::compares_rows) {
        progress.step("reading and cleaning");
        let cleaned = plan.collect().doing(what)?;
        progress.step("writing the quarantine");
        let (rows, taken, report) = cleaned.into_parts();
        quarantine.frame(taken)?;
        return Ok(CleanRows { rows: rows.lazy(), report, is_streamed: false });
    }
    progress.step("counting what the cleaning rules take");
    let report = plan.report().doing(what)?;
    progress.step("writing the quarantine");
    // What cannot be read fails here too.
    quarantine.query(plan.quarantine()).doing(what)?;
    Ok(CleanRows { rows: plan.clean(), report, is_streamed: true })
}
