//! Cleaning, batch by batch: the table is never held as a whole.

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
}

/// Cleans, and writes the rows taken.
///
/// The file is read once to count, once to write what was taken, and once more by the
/// scoring, which keeps a summary per customer; and, for the columns that a rule compares
/// rows by, once before. That costs time for memory, and lets a table of any size through.
pub fn clean(job: &Job, quarantine: &mut Staged, progress: &Progress) -> Result<CleanRows, Failure> {
    let what = || format!("cannot clean `{}`", job.input);
    let frame = scan(&job.input, &job.columns).doing(|| format!("cannot open `{}`", job.input))?;
    // What happens after the report must not change it, not even by cancelling a purchase.
    let rules = CleaningParams::new().roles(&job.columns).rule(LaterRows::after(job.as_of));
    let rules = job.cleaning.rules().iter().cloned().fold(rules, CleaningParams::rule);
    progress.step("comparing rows where rules ask for it");
    let plan = rules.check().and_then(|cleaning| cleaning.plan(frame)).doing(what)?;
    progress.step("counting what the cleaning rules take");
    let report = plan.report().doing(what)?;
    progress.step("writing the quarantine");
    // What cannot be read fails here too.
    quarantine.query(plan.quarantine()).doing(what)?;
    Ok(CleanRows { rows: plan.clean(), report })
}
