//! The table of features with its report.

use std::fmt;

use polars::prelude::*;
use serde::{Serialize, Serializer};

use super::report::SnapshotReport;
use super::target::SnapshotTarget;
use crate::error::Result;
use crate::frame::columns::{
    BASELINE, CUSTOMER, CUTOFF, LAST_PERIOD_NET_VALUE, LAST_PERIOD_PURCHASE_DAYS, LAST_PERIOD_PURCHASED,
    LAST_PERIOD_SPEND,
};
use crate::frame::{FeatureColumns, FeatureTable, ToDataFrame};

/// Customers as they were known at a cutoff, what they did after it, and who was left out.
///
/// One row per customer, ascending by id. Beside the features and the target the frame has what
/// the customer did in the period just before the cutoff that is as long as the horizon: a
/// forecast to beat. These columns are no features.
#[derive(Clone)]
#[non_exhaustive]
pub struct Snapshot {
    frame: DataFrame,
    table: FeatureTable,
    target: Option<SnapshotTarget>,
    report: SnapshotReport,
}

/// The roles of the columns of one snapshot or of several.
pub(super) fn table_of(
    frame: &DataFrame,
    features: &[String],
    target: Option<&SnapshotTarget>,
) -> Result<FeatureTable> {
    let others =
        [CUTOFF, LAST_PERIOD_PURCHASED, LAST_PERIOD_PURCHASE_DAYS, LAST_PERIOD_SPEND, LAST_PERIOD_NET_VALUE, BASELINE];
    let others = others.into_iter().filter(|name| frame.schema().contains(name));
    let mut columns = FeatureColumns::new().customer_id(CUSTOMER).features(features).ignore(others);
    if let Some(target) = target {
        columns = columns.target(target.column());
    }
    FeatureTable::new(frame.clone(), &columns)
}

impl Snapshot {
    pub(super) fn new(
        frame: DataFrame,
        features: &[String],
        target: Option<SnapshotTarget>,
        report: SnapshotReport,
    ) -> Result<Self> {
        let table = table_of(&frame, features, target.as_ref())?;
        Ok(Self { frame, table, target, report })
    }

    /// The features with their roles, for a model to learn from or to score.
    #[must_use]
    pub fn table(&self) -> &FeatureTable {
        &self.table
    }

    /// What the snapshot was made of.
    #[must_use]
    pub fn report(&self) -> &SnapshotReport {
        &self.report
    }

    /// What is to be predicted; `None` when customers are only to be scored.
    #[must_use]
    pub fn target(&self) -> Option<&SnapshotTarget> {
        self.target.as_ref()
    }

    /// Column with the forecast "the same as last period" of the target, as a number: what the
    /// customer did in the days up to the cutoff that are as many as the horizon; 0 or 1 for an
    /// event. `None` where nothing is predicted, or a contract's end, which nobody has behind them.
    #[must_use]
    pub fn baseline(&self) -> Option<&'static str> {
        self.frame.schema().contains(BASELINE).then_some(BASELINE)
    }
}

impl ToDataFrame for Snapshot {
    fn to_dataframe(&self) -> DataFrame {
        self.frame.clone()
    }
}

impl fmt::Debug for Snapshot {
    /// The report only: the rows are customers' data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("report", &self.report).field("table", &self.table).finish_non_exhaustive()
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nfeatures   {}", self.report, self.table.features().join(", "))
    }
}

impl Serialize for Snapshot {
    /// The report; the table is had as a frame.
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        self.report.serialize(serializer)
    }
}
