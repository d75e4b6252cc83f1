//! Job files: the crate's own settings, with paths and a date.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use customer_analytics::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::failure::{Failure, While};
use crate::options::date;

/// A job file as written; unknown keys are refused at every level.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobFile {
    pub input: Option<String>,
    pub output: Option<PathBuf>,
    pub as_of: Option<AsOf>,
    pub model: Option<PathBuf>,
    pub columns: TransactionColumns,
    #[serde(default = "CleaningParams::new")]
    pub cleaning: CleaningParams,
    /// The settings of `RfmParams` but for its date, which is known later.
    pub rfm: Option<Map<String, Value>>,
}

/// A date as text, or as TOML writes it without quotes.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a date such as 2026-06-30")]
pub enum AsOf {
    Text(String),
    Toml(toml::value::Datetime),
}

impl AsOf {
    pub fn date(self) -> Result<NaiveDate, Failure> {
        let date = match self {
            Self::Text(text) => date(&text).ok(),
            Self::Toml(toml::value::Datetime { date: Some(date), time: None, .. }) => {
                NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())
            }
            Self::Toml(_) => None,
        };
        date.ok_or_else(|| Failure::new("`as_of` in the job file must be a date such as 2026-06-30, without a time"))
    }
}

impl JobFile {
    /// Reads a job file; its relative paths are those seen from the file's own directory.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let what = || format!("cannot use the job file `{}`", path.display());
        let text = fs::read_to_string(path).doing(what)?;
        let mut job: Self = match path.extension().and_then(|extension| extension.to_str()) {
            Some("toml") => toml::from_str(&text).doing(what)?,
            Some("json") => serde_json::from_str(&text).doing(what)?,
            _ => return Err("its name must end in .toml or .json").doing(what),
        };
        if job.model.is_some() && job.rfm.is_some() {
            return Err("`model` says how to score already; leave out `[rfm]`, or `model`").doing(what);
        }
        let directory = path.parent().unwrap_or(Path::new(""));
        let from_here = |path: PathBuf| directory.join(path);
        job.output = job.output.map(from_here);
        job.model = job.model.map(from_here);
        // A web address or the like is no path below the directory.
        job.input = job.input.map(|input| match input.contains("://") {
            true => input,
            false => directory.join(input).to_string_lossy().into_owned(),
        });
        Ok(job)
    }
}
