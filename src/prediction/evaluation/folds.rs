//! Which rows train and which test, for cross-validation that no order of the rows changes.
//!
//! Customers are ranked by a hash of their id and the seed, so that a shuffled table gives each of
//! them the fold they had; the hash is the same on every machine and in every version. Without ids
//! the contents of the whole row are hashed, and rows that are equal in everything stand in for
//! each other.

mod assign;
mod order;
mod result;
mod rolling;
#[cfg(test)]
mod tests;

use chrono::NaiveDate;
use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};

pub use self::result::{Folds, Split};
use crate::error::{Error, Result};
use crate::frame::FeatureColumns;

/// The name that errors give.
pub(super) const STEP: &str = "cross-validation";

/// What decides on the fold of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum FoldRule {
    /// Chance: folds differ by at most one row.
    KFold {
        /// Folds.
        n_folds: u32,
        /// Equal seeds give equal folds.
        seed: u64,
    },
    /// Chance within each class of the target: a class differs by at most one row from fold to
    /// fold, and so does the whole.
    Stratified {
        /// Folds.
        n_folds: u32,
        /// Equal seeds give equal folds.
        seed: u64,
    },
    /// Rows of a group stay together, as the rows of one customer have to. The largest group goes
    /// first, each into the fold that has the fewest rows.
    Grouped {
        /// The column of the groups.
        column: String,
        /// Folds.
        n_folds: u32,
        /// Equal seeds give equal folds.
        seed: u64,
    },
    /// Time: each fold tests a period on a model of the time before.
    TimeRolling {
        /// The column of days or instants, such as the cut-off of a snapshot.
        column: String,
        /// Which periods are tested.
        periods: Periods,
    },
}

/// Periods that are tested one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Periods {
    /// So many of the last days that occur, each a period: for a table of snapshots at a few
    /// cut-offs.
    Last(u32),
    /// Periods that start on these days, each up to the next; the last one is open.
    StartingOn(Vec<NaiveDate>),
}

/// Unchecked settings of a cross-validation.
///
/// # Examples
///
/// ```
/// use customer_analytics::frame::FeatureColumns;
/// use customer_analytics::polars::prelude::*;
/// use customer_analytics::prediction::evaluation::CrossValidationParams;
///
/// let frame = df!("id" => [1, 2, 3, 4, 5, 6], "left" => [true, false, false, true, false, false])?;
/// let columns = FeatureColumns::new().customer_id("id").target("left");
/// let folds = CrossValidationParams::stratified(2, 7).check()?.assign(&frame, &columns)?;
/// // Each fold has one of the two who left and two of the four who stayed.
/// assert_eq!(folds.splits().iter().map(|split| split.test.len()).collect::<Vec<_>>(), [3, 3]);
/// let left: Vec<_> = [0, 3].map(|row| folds.of_row[row]).into();
/// assert_ne!(left[0], left[1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct CrossValidationParams {
    rule: FoldRule,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    embargo_days: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    window_days: Option<u32>,
}

impl CrossValidationParams {
    fn of(rule: FoldRule) -> Self {
        Self { rule, embargo_days: None, window_days: None }
    }

    /// So many folds by chance.
    pub fn k_fold(n_folds: u32, seed: u64) -> Self {
        Self::of(FoldRule::KFold { n_folds, seed })
    }

    /// So many folds by chance, each with its part of every class of the target.
    pub fn stratified(n_folds: u32, seed: u64) -> Self {
        Self::of(FoldRule::Stratified { n_folds, seed })
    }

    /// So many folds of whole groups, such as customers with several rows or households.
    pub fn grouped(column: impl Into<String>, n_folds: u32, seed: u64) -> Self {
        Self::of(FoldRule::Grouped { column: column.into(), n_folds, seed })
    }

    /// Tests on each of the last `n_folds` days that occur in a column, and trains on the days
    /// before; at least one day has to be left to train the first.
    pub fn time_rolling(column: impl Into<String>, n_folds: u32) -> Self {
        Self::of(FoldRule::TimeRolling { column: column.into(), periods: Periods::Last(n_folds) })
    }

    /// Tests on periods that start on these days, each up to the next and the last one open, and
    /// trains on the time before.
    pub fn time_rolling_from(column: impl Into<String>, starts: impl Into<Vec<NaiveDate>>) -> Self {
        Self::of(FoldRule::TimeRolling { column: column.into(), periods: Periods::StartingOn(starts.into()) })
    }

    /// Trains on rows at least so many days before the period that is tested. With labels that
    /// look ahead, give their gap and horizon: a label that was not known yet when the period
    /// began is a leak.
    pub fn embargo_days(mut self, days: u32) -> Self {
        self.embargo_days = Some(days);
        self
    }

    /// Trains on the last so many days before the period that is tested, in place of all.
    pub fn window_days(mut self, days: u32) -> Self {
        self.window_days = Some(days);
        self
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// `Param` for fewer than 2 folds (1 of time), periods that do not ascend, or `embargo_days` or
    /// `window_days` without time or with no day left between them.
    pub fn check(self) -> Result<CrossValidation> {
        let refused = |param, expected: &str, got: String| Err(Error::param(STEP, param, expected, got));
        let (n_folds, least) = match &self.rule {
            FoldRule::KFold { n_folds, .. }
            | FoldRule::Stratified { n_folds, .. }
            | FoldRule::Grouped { n_folds, .. } => (*n_folds as usize, 2),
            FoldRule::TimeRolling { periods: Periods::Last(n), .. } => (*n as usize, 1),
            FoldRule::TimeRolling { periods: Periods::StartingOn(starts), .. } => {
                if !starts.is_sorted_by(|a, b| a < b) {
                    return refused("starts", "days in ascending order, each once", format!("{} days", starts.len()));
                }
                (starts.len(), 1)
            }
        };
        if !(least..=MOST_FOLDS).contains(&n_folds) {
            return refused("n_folds", &format!("in {least}..={MOST_FOLDS}"), n_folds.to_string());
        }
        let is_of_time = matches!(self.rule, FoldRule::TimeRolling { .. });
        for (param, days) in [("embargo_days", self.embargo_days), ("window_days", self.window_days)] {
            if let (Some(days), false) = (days, is_of_time) {
                return refused(param, "left out unless folds are of time (`time_rolling`)", days.to_string());
            }
        }
        if let Some(window) = self.window_days
            && window < self.embargo_days.unwrap_or(0).max(1)
        {
            return refused("window_days", "1 or more and not below `embargo_days`", window.to_string());
        }
        Ok(CrossValidation(self))
    }
}

/// Folds beyond these are leaving out single rows, for which there are shorter ways.
const MOST_FOLDS: usize = 10_000;

/// Checked settings of a cross-validation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "CrossValidationParams", into = "CrossValidationParams")]
#[must_use]
pub struct CrossValidation(CrossValidationParams);

impl CrossValidation {
    /// The settings.
    pub fn params(&self) -> &CrossValidationParams {
        &self.0
    }

    /// Assigns every row of a table.
    ///
    /// `columns` names the customer's id, by which rows are ranked, and the target, whose classes
    /// are dealt out when folds are stratified. Rows without target when folds are stratified, or
    /// without a day when they are of time, have no fold and are counted.
    ///
    /// # Errors
    /// `Param` for more folds than rows, groups, days or rows of the smallest class; `Incomplete`
    /// for rows without the customer's id or the group; `Unusable` when customers have several rows
    /// that chance would part, or a period has nothing to train or to test on; `Query` for a
    /// column that is not there.
    pub fn assign(&self, frame: &DataFrame, columns: &FeatureColumns) -> Result<Folds> {
        match &self.0.rule {
            FoldRule::KFold { n_folds, seed } => assign::k_fold(frame, columns, *n_folds, *seed),
            FoldRule::Stratified { n_folds, seed } => assign::stratified(frame, columns, *n_folds, *seed),
            FoldRule::Grouped { column, n_folds, seed } => assign::grouped(frame, column, *n_folds, *seed),
            FoldRule::TimeRolling { column, periods } => {
                let embargo = self.0.embargo_days.unwrap_or(0).max(1);
                rolling::assign(frame, column, periods, embargo, self.0.window_days)
            }
        }
    }
}

impl TryFrom<CrossValidationParams> for CrossValidation {
    type Error = Error;

    fn try_from(params: CrossValidationParams) -> Result<Self> {
        params.check()
    }
}

impl From<CrossValidation> for CrossValidationParams {
    fn from(checked: CrossValidation) -> Self {
        checked.0
    }
}
