//! What is to be done: options and job file brought together and checked before anything is read.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use customer_analytics::prelude::*;
use customer_analytics::segmentation::Rfm;
use serde_json::{Map, Value, json};

use crate::failure::{Failure, While};
use crate::job_file::JobFile;
use crate::options::{Options, TableOptions};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A job that can run.
pub struct Job {
    pub input: String,
    pub output: PathBuf,
    pub as_of: NaiveDate,
    pub columns: TransactionColumns,
    pub cleaning: CleaningParams,
    pub scoring: Scoring,
}

/// Where the thresholds come from.
pub enum Scoring {
    /// Fitted to the customers of this job.
    Fit(Rfm),
    /// Fitted before, and stored in this file.
    Stored(ValueModel, PathBuf),
}

impl Job {
    /// Reads the job file, if any, and checks every setting.
    pub fn of(options: Options) -> Result<Self, Failure> {
        let file = match (&options.job, &options.input) {
            (Some(path), _) if options.table.is_given() => {
                let job = path.display();
                return Err(Failure::new(format!("columns and settings come from `{job}`; change them there")));
            }
            (Some(path), _) => JobFile::read(path)?,
            (None, Some(_)) => of_options(&options.table)?,
            (None, None) if options.table.is_given() => {
                return Err(Failure::new("columns were named without a file to read; give INPUT"));
            }
            (None, None) => bundled()?,
        };
        let input = options
            .input
            .or(file.input)
            .ok_or_else(|| Failure::new("no input: give INPUT, or `input` in the job file"))?;
        let as_of = match (options.as_of, file.as_of) {
            (Some(date), _) => date,
            (None, Some(date)) => date.date()?,
            (None, None) => return Err(Failure::new("no date: give --as-of 2026-06-30, or `as_of` in the job file")),
        };
        let cleaning = file.cleaning;
        cleaning.clone().check().doing(|| "the cleaning rules cannot run".to_owned())?;
        let scoring = match options.model.or(file.model) {
            Some(path) => stored(path)?,
            None => Scoring::Fit(rfm(file.rfm.unwrap_or_default(), as_of)?),
        };
        let output = options.output.or(file.output).unwrap_or_else(|| PathBuf::from("customer_report"));
        Ok(Self { input, output, as_of, columns: file.columns, cleaning, scoring })
    }
}

/// The bundled job on the bundled data; its files go where cargo puts what it builds.
fn bundled() -> Result<JobFile, Failure> {
    let root = Path::new(ROOT);
    let mut job = JobFile::read(&root.join("examples").join("data").join("job.toml"))?;
    job.output = Some(root.join("target").join("customer_report"));
    Ok(job)
}

/// The job that the options describe, with the usual cleaning.
fn of_options(options: &TableOptions) -> Result<JobFile, Failure> {
    let (Some(customer), Some(time)) = (&options.customer, &options.time) else {
        let needed = "--customer, --time, and --amount or else --quantity with --unit-price";
        return Err(Failure::new(format!("a file of your own needs its columns named: {needed}; or give --job")));
    };
    let mut columns = TransactionColumns::new(customer, time);
    match (&options.amount, &options.quantity, &options.unit_price) {
        (Some(amount), ..) => columns = columns.amount(amount),
        (None, Some(quantity), Some(unit_price)) => columns = columns.quantity_and_price(quantity, unit_price),
        _ => return Err(Failure::new("give --amount, or else --quantity with --unit-price")),
    }
    let set = |columns: TransactionColumns,
               name: &Option<String>,
               set: fn(TransactionColumns, String) -> TransactionColumns| {
        match name {
            Some(name) => set(columns, name.clone()),
            None => columns,
        }
    };
    columns = set(columns, &options.time_format, TransactionColumns::time_format);
    columns = set(columns, &options.order, TransactionColumns::order);
    columns = set(columns, &options.product, TransactionColumns::product);
    columns = set(columns, &options.currency, TransactionColumns::currency);
    Ok(JobFile {
        input: None,
        output: None,
        as_of: None,
        model: None,
        columns,
        cleaning: usual_cleaning(options),
        rfm: Some(usual_rfm(options)),
    })
}

fn usual_cleaning(options: &TableOptions) -> CleaningParams {
    let skipped: Vec<String> = options.skip_rule.iter().map(|rule| rule.name()).collect();
    let usual = CleaningParams::retail();
    let kept = usual.rules().iter().filter(|rule| !skipped.iter().any(|name| name == rule.name()));
    kept.cloned().fold(CleaningParams::new(), CleaningParams::rule)
}

fn usual_rfm(options: &TableOptions) -> Map<String, Value> {
    let without_orders = if options.order.is_some() { PurchaseUnit::Order } else { PurchaseUnit::Day };
    let frequency = options.frequency.map_or(without_orders, PurchaseUnit::from);
    let incomplete = if options.exclude_incomplete { Incomplete::Exclude } else { Incomplete::Refuse };
    Map::from_iter([("frequency".to_owned(), json!(frequency)), ("incomplete".to_owned(), json!(incomplete))])
}

/// The settings of the score, with the date put in: it changes every month, the file does not.
fn rfm(mut settings: Map<String, Value>, as_of: NaiveDate) -> Result<Rfm, Failure> {
    if settings.insert("as_of".to_owned(), json!(as_of)).is_some() {
        return Err(Failure::new("`as_of` stands at the top of a job file, not under `[rfm]`"));
    }
    let params: RfmParams =
        serde_json::from_value(Value::Object(settings)).doing(|| "cannot use the settings under `[rfm]`".to_owned())?;
    params.check().doing(|| "the score cannot run".to_owned())
}

fn stored(path: PathBuf) -> Result<Scoring, Failure> {
    let what = || format!("cannot use the stored model `{}`", path.display());
    let text = fs::read_to_string(&path).doing(what)?;
    let model = ValueModel::from_json(&text).doing(what)?;
    Ok(Scoring::Stored(model, path))
}
