//! Several cutoffs, for validation in the order of time.

use std::fmt;

use chrono::{Days, NaiveDate};
use polars::prelude::*;
use serde::{Deserialize, Serialize, Serializer};

use super::NAME;
use super::input::SnapshotInput;
use super::params::{SnapshotParams, SnapshotPlan};
use super::plan::nobody_left;
use super::read;
use super::report::SnapshotReport;
use super::sources::Sources;
use super::table::table_of;
use super::windows::Windows;
use crate::error::{Error, Result};
use crate::frame::columns::CUTOFF;
use crate::frame::readable::{grouped, shown_number, write_table};
use crate::frame::{FeatureTable, ToDataFrame};

/// Snapshots at regular cutoffs, so that a model is judged as it will be used: it learns from
/// what was known by a day and is tried on what came after it.
///
/// The horizon is the same for all; where it is not set it is told by the lines up to the first
/// cutoff.
///
/// # Examples
///
/// ```
/// use customer_analytics::prediction::snapshot::SnapshotParams;
/// use customer_analytics::prelude::*;
///
/// let cutoff = NaiveDate::from_ymd_opt(2026, 1, 31).unwrap();
/// let rolling = SnapshotParams::new(cutoff).horizon_days(30).rolling(30, 4);
/// assert!(rolling.check().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct RollingCutoffs {
    first: SnapshotParams,
    step_days: u32,
    n_cutoffs: u32,
}

impl RollingCutoffs {
    pub(super) fn new(first: SnapshotParams, step_days: u32, n_cutoffs: u32) -> Self {
        Self { first, step_days, n_cutoffs }
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// Those of [`SnapshotParams::check`]; `Param` when there is no step, no cutoff, or one
    /// beyond the calendar.
    pub fn check(&self) -> Result<()> {
        self.settings().map(drop)
    }

    /// The settings of every cutoff.
    fn settings(&self) -> Result<Vec<SnapshotPlan>> {
        if !(1..=1_000).contains(&self.n_cutoffs) {
            return Err(Error::param(NAME, "n_cutoffs", "in 1..=1000", self.n_cutoffs));
        }
        if self.step_days == 0 {
            return Err(Error::param(NAME, "step_days", "at least 1", self.step_days));
        }
        let of_number = |number: u32| {
            let days = u64::from(self.step_days) * u64::from(number);
            let cutoff = self.first.cutoff.checked_add_days(Days::new(days));
            let cutoff =
                cutoff.ok_or_else(|| Error::param(NAME, "step_days", "within the calendar", self.step_days))?;
            SnapshotParams { cutoff, ..self.first.clone() }.check()
        };
        (0..self.n_cutoffs).map(of_number).collect()
    }

    /// Reads the log, and what is given beside it, once, and looks at it at every cutoff.
    ///
    /// Cutoffs at which every eligible customer is censored have a report and no rows.
    ///
    /// # Errors
    /// Those of [`SnapshotPlan::run_with`]; `Unusable` when no cutoff has a row.
    pub fn run(&self, input: impl Into<SnapshotInput>) -> Result<RollingSnapshots> {
        let input = input.into();
        let settings = self.settings()?;
        let history = read::read(&self.first, read::plan(&input.log))?;
        let sources = Sources::new(&self.first, &history, Some(&input))?;
        let mut windows: Vec<Windows> = settings.iter().map(|one| sources.windows(one.params())).collect();
        // All tables have the columns of the first.
        if windows.first().is_some_and(|first| first.season.is_none()) {
            windows.iter_mut().for_each(|one| one.season = None);
        }
        let kinds = sources.kinds(&windows.iter().collect::<Vec<&Windows>>())?;
        let mut stacked: Option<DataFrame> = None;
        let (mut reports, mut features) = (Vec::new(), Vec::new());
        for one in &windows {
            sources.check_names(one, &kinds)?;
            let found = sources.at(one, &kinds, true)?;
            features = found.features;
            reports.push(found.report);
            stacked = Some(match stacked {
                None => found.frame,
                Some(mut above) => {
                    above.vstack_mut(&found.frame).map_err(Error::query(NAME))?;
                    above
                }
            });
        }
        let Some(mut frame) = stacked.filter(|frame| frame.height() > 0) else {
            return Err(nobody_left(&reports));
        };
        frame.align_chunks_par();
        let table = table_of(&frame, &features, self.first.target.as_ref())?;
        Ok(RollingSnapshots { frame, table, reports })
    }
}

/// Snapshots at several cutoffs, under each other.
///
/// One row per cutoff and customer: cutoffs ascending, and customers by id in each. The column
/// `cutoff` says which; it is no feature.
#[derive(Clone)]
#[non_exhaustive]
pub struct RollingSnapshots {
    frame: DataFrame,
    table: FeatureTable,
    reports: Vec<SnapshotReport>,
}

/// One trial: a model learns from some cutoffs and is tried on a later one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RollingFold {
    /// Cutoffs to learn from; the label window of each has closed by the test cutoff.
    pub train: Vec<NaiveDate>,
    /// Cutoff to try the model on.
    pub test: NaiveDate,
}

impl RollingSnapshots {
    /// All cutoffs with their roles.
    #[must_use]
    pub fn table(&self) -> &FeatureTable {
        &self.table
    }

    /// What each snapshot was made of, cutoffs ascending.
    #[must_use]
    pub fn reports(&self) -> &[SnapshotReport] {
        &self.reports
    }

    /// The trials that the cutoffs allow.
    ///
    /// A cutoff is learned from only where its label window has closed by the test cutoff: on the
    /// day of the test nobody could have known more. So the labels of a trial never overlap.
    #[must_use]
    pub fn folds(&self) -> Vec<RollingFold> {
        let usable: Vec<&SnapshotReport> = self.reports.iter().filter(|report| report.n_rows > 0).collect();
        let fold = |test: &&SnapshotReport| {
            let closed = usable.iter().filter(|train| train.horizon.last_day <= test.cutoff);
            RollingFold { train: closed.map(|train| train.cutoff).collect(), test: test.cutoff }
        };
        usable.iter().map(fold).filter(|fold| !fold.train.is_empty()).collect()
    }

    /// The rows to learn from and the rows to try on, with the roles of all.
    #[must_use]
    pub fn tables(&self, fold: &RollingFold) -> (FeatureTable, FeatureTable) {
        (self.rows_of(&fold.train), self.rows_of(&[fold.test]))
    }

    /// The rows of some cutoffs.
    fn rows_of(&self, cutoffs: &[NaiveDate]) -> FeatureTable {
        let is = |cutoff: &NaiveDate| col(CUTOFF).eq(lit(cutoff.to_epoch_days()).cast(DataType::Date));
        let any = cutoffs.iter().map(is).reduce(Expr::or).unwrap_or_else(|| lit(false));
        self.table.with_frame(self.table.lazy().filter(any))
    }
}

impl ToDataFrame for RollingSnapshots {
    fn to_dataframe(&self) -> DataFrame {
        self.frame.clone()
    }
}

impl fmt::Debug for RollingSnapshots {
    /// The reports only: the rows are customers' data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RollingSnapshots").field("reports", &self.reports).finish_non_exhaustive()
    }
}

impl fmt::Display for RollingSnapshots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |report: &SnapshotReport| {
            let target = report.target.as_ref();
            let cells = vec![
                report.cutoff.to_string(),
                report.horizon.last_day.to_string(),
                grouped(report.n_rows),
                grouped(report.n_censored),
                shown_number(target.and_then(|target| target.mean)),
            ];
            (cells, target.map_or("-", |target| target.column.as_str()).to_owned())
        };
        let rows: Vec<(Vec<String>, String)> = self.reports.iter().map(row).collect();
        write_table(f, &["cutoff", "label until", "customers", "censored", "mean", "target"], &rows)
    }
}

impl Serialize for RollingSnapshots {
    /// The reports; the table is had as a frame.
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        self.reports.serialize(serializer)
    }
}
