//! The job from the first row to the last file.

use std::path::{Path, PathBuf};
use std::{fs, io};

use customer_analytics::activity::ActivityTable;
use customer_analytics::polars::prelude::{Column, PolarsResult};
use customer_analytics::prelude::*;
use customer_analytics::segmentation::{Concentration, ValueScores};

use crate::cleaned::{CleanRows, clean};
use crate::failure::{Failure, While};
use crate::job::{Job, Scoring};
use crate::output::Staged;
use crate::progress::Progress;
use crate::report::Report;

/// What the job found out, for the summary.
pub struct Outcome {
    pub clean: CleanRows,
    pub activity: ActivityTable,
    pub scores: ValueScores,
    /// `None` when no customer is worth more than nothing.
    pub concentration: Option<Concentration>,
    pub files: Vec<PathBuf>,
}

/// Runs the job. Files get their names when all of them are complete; a run that fails
/// leaves those of the last one as they were.
pub fn run(job: &Job, progress: &Progress) -> Result<Outcome, Failure> {
    let directory = job.output.as_path();
    fs::create_dir_all(directory).doing(|| format!("cannot make the output directory `{}`", directory.display()))?;
    let mut scores_file = Staged::new(directory, "scores.parquet")?;
    let mut quarantine_file = Staged::new(directory, "quarantine.parquet")?;
    let mut report_file = Staged::new(directory, "report.json")?;

    let clean = clean(job, &mut quarantine_file, progress)?;
    progress.step("scoring the customers");
    let (scores, activity) = score(job, &clean)?;
    let concentration = Concentration::of_net_value(&activity).ok();

    progress.step("writing the scores and the report");
    scores_file.frame(customers(&scores, &activity).doing(|| "cannot put the scores together".to_owned())?)?;
    let mut staged = vec![scores_file, quarantine_file];
    match scores.model() {
        Some(model) => {
            let mut model_file = Staged::new(directory, "model.json")?;
            model_file.text(&model.to_json())?;
            staged.push(model_file);
        }
        // Ties broken by id have no thresholds; those of an earlier run would belie these scores.
        None => remove_old(&directory.join("model.json"))?,
    }
    report_file.json(&Report::of(job, &clean, &activity, &scores, concentration.as_ref()))?;
    staged.push(report_file);
    let files = staged.into_iter().map(Staged::publish).collect::<Result<_, _>>()?;
    Ok(Outcome { clean, activity, scores, concentration, files })
}

/// Removes a file of an earlier run, if there is one.
fn remove_old(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).doing(|| format!("cannot remove the old `{}`", path.display()))
        }
        _ => Ok(()),
    }
}

/// Reads the clean rows once; the summary per customer is that of the score.
fn score(job: &Job, clean: &CleanRows) -> Result<(ValueScores, ActivityTable), Failure> {
    let scored = TransactionLog::new(clean.rows.clone(), &job.columns).and_then(|log| match &job.scoring {
        Scoring::Fit(rfm) => {
            let (measures, activity) = rfm.general().measure_with_activity(&log)?;
            Ok((rfm.general().score(&measures)?, activity))
        }
        Scoring::Stored(model, _) => model.run_with_activity(&log, job.as_of),
    });
    let is_incomplete = matches!(&scored, Err(Error::Incomplete { .. }));
    scored.doing(|| format!("cannot score the customers of `{}`", job.input)).map_err(|failure| match is_incomplete {
        true => failure
            .hint("`incomplete = \"exclude\"` under `[rfm]`, or --exclude-incomplete, leaves them out and counts them"),
        false => failure,
    })
}

/// One row per customer: the summary, then measures, scores and segment.
fn customers(scores: &ValueScores, activity: &ActivityTable) -> PolarsResult<DataFrame> {
    let (mut customers, scored) = (activity.to_dataframe(), scores.to_dataframe());
    // Both are in the order of the same customers; what both have is taken from the score.
    let added: Vec<Column> = scored.columns()[1..].to_vec();
    for column in &added {
        customers = customers.drop(column.name()).unwrap_or(customers);
    }
    customers.hstack(&added)
}
