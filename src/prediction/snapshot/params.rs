//! Settings of a snapshot.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::NAME;
use super::input::SnapshotInput;
use super::rolling::RollingCutoffs;
use super::table::Snapshot;
use super::target::SnapshotTarget;
use crate::activity::{Incomplete, ZeroAmount};
use crate::error::{Error, Result};

/// Unchecked settings of a snapshot: customers as they were known at a cutoff, and what they
/// did after it.
///
/// ```text
///        first day of the window          cutoff c   c + g               c + g + H
/// ───────────┤ features: (c - W, c]           ├─ gap ──┤ label: (c + g, c + g + H] ├──────▶
///                       eligible: bought in (c - A, c]                             data end
/// ```
///
/// No feature can be made of a row after the cutoff: the rows of a customer are cut in two there
/// and the code for features is handed the first part alone. The gap is the time between the
/// data of a score and the day its letters go out.
///
/// # Examples
///
/// ```
/// use customer_analytics::prediction::snapshot::SnapshotParams;
/// use customer_analytics::prelude::*;
///
/// let sales = df!(
///     "who" => [1_i64, 1, 2, 2, 3],
///     "when" => ["2026-01-05", "2026-02-20", "2026-01-10", "2026-01-24", "2026-02-25"],
///     "paid" => [10.0, 30.0, 5.0, 7.5, 20.0],
/// )?;
/// let columns = TransactionColumns::new("who", "when").amount("paid").time_format("%Y-%m-%d");
/// let log = TransactionLog::new(sales.lazy(), &columns)?;
/// let cutoff = NaiveDate::from_ymd_opt(2026, 1, 31).unwrap();
/// let snapshot = SnapshotParams::new(cutoff).horizon_days(25).run(&log)?;
/// // Customer 3 is not known yet; 2 does not come back within 25 days, 1 does.
/// assert_eq!(snapshot.report().n_rows, 2);
/// assert_eq!(snapshot.table().target(), Some("churned"));
/// let churned = snapshot.to_dataframe().column("churned")?.bool()?.iter().flatten().collect::<Vec<_>>();
/// assert_eq!(churned, [false, true]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct SnapshotParams {
    pub(super) cutoff: NaiveDate,
    #[serde(default)]
    pub(super) window_days: Option<u32>,
    #[serde(default)]
    pub(super) gap_days: u32,
    #[serde(default)]
    pub(super) horizon_days: Option<u32>,
    #[serde(default)]
    pub(super) eligible_days: Option<u32>,
    #[serde(default = "churn")]
    pub(super) target: Option<SnapshotTarget>,
    #[serde(default)]
    pub(super) observed_until: Option<NaiveDate>,
    #[serde(default)]
    pub(super) incomplete: Incomplete,
    #[serde(default)]
    pub(super) zero_amount: ZeroAmount,
}

#[expect(clippy::unnecessary_wraps, reason = "the default of an optional setting")]
fn churn() -> Option<SnapshotTarget> {
    Some(SnapshotTarget::default())
}

impl SnapshotParams {
    /// Looks at customers as of the end of the day `cutoff`.
    ///
    /// By default a customer who has bought before is eligible, all rows up to the cutoff make
    /// features, there is no gap, and the target is whether nothing was bought over a horizon
    /// that the log itself suggests.
    pub fn new(cutoff: NaiveDate) -> Self {
        Self {
            cutoff,
            window_days: None,
            gap_days: 0,
            horizon_days: None,
            eligible_days: None,
            target: churn(),
            observed_until: None,
            incomplete: Incomplete::default(),
            zero_amount: ZeroAmount::default(),
        }
    }

    /// Makes features of the last `days` days alone, the cutoff included; of all by default.
    pub fn window_days(mut self, days: u32) -> Self {
        self.window_days = Some(days);
        self
    }

    /// Leaves out so many days between the cutoff and the label window; 0 by default.
    pub fn gap_days(mut self, days: u32) -> Self {
        self.gap_days = days;
        self
    }

    /// Sets the length of the label window. By default it is the shortest that covers nine tenths
    /// of the times between two purchases before the cutoff, and is reported with its reason.
    ///
    /// Set it to the reported number when customers are scored later, so that they have the
    /// features a model was trained on.
    pub fn horizon_days(mut self, days: u32) -> Self {
        self.horizon_days = Some(days);
        self
    }

    /// Takes customers who bought in the last `days` days, the cutoff included; by default those
    /// who bought in the window. A contract that runs makes a customer eligible by itself, and
    /// needs purchases only when this is set.
    pub fn eligible_days(mut self, days: u32) -> Self {
        self.eligible_days = Some(days);
        self
    }

    /// Chooses what is to be predicted; that nothing is bought by default.
    pub fn target(mut self, target: SnapshotTarget) -> Self {
        self.target = Some(target);
        self
    }

    /// Makes features alone, for customers to be scored whose future is not known yet.
    pub fn without_target(mut self) -> Self {
        self.target = None;
        self
    }

    /// Says up to which day, included, the data are complete; the last day of the log by default.
    ///
    /// A customer whose label window ends later is censored: left out and counted. Set it when
    /// the last days hold no rows because nobody bought, or when they are still coming in.
    pub fn observed_until(mut self, day: NaiveDate) -> Self {
        self.observed_until = Some(day);
        self
    }

    /// Chooses what happens to rows that lack a customer, a time or an amount; refused by default.
    pub fn incomplete(mut self, policy: Incomplete) -> Self {
        self.incomplete = policy;
        self
    }

    /// Chooses whether an amount of zero is a purchase; it is by default.
    pub fn zero_amount(mut self, policy: ZeroAmount) -> Self {
        self.zero_amount = policy;
        self
    }

    /// Looks again every `step_days` days, `n_cutoffs` times in all, from the cutoff of these
    /// settings on.
    pub fn rolling(self, step_days: u32, n_cutoffs: u32) -> RollingCutoffs {
        RollingCutoffs::new(self, step_days, n_cutoffs)
    }

    /// Checks every setting and returns the runnable snapshot.
    ///
    /// # Errors
    /// `Param` when a number of days is zero, leaves the calendar, or is longer for eligibility
    /// than for features; when the data are said to end before the cutoff.
    pub fn check(self) -> Result<SnapshotPlan> {
        let back = |days: u32| days >= 1 && self.cutoff.checked_sub_days(Days::new(u64::from(days))).is_some();
        for (param, days) in [("window_days", self.window_days), ("eligible_days", self.eligible_days)] {
            if let Some(days) = days.filter(|&days| !back(days)) {
                return Err(Error::param(NAME, param, "at least 1 and within the calendar", days));
            }
        }
        if let (Some(window), Some(eligible)) = (self.window_days, self.eligible_days)
            && eligible > window
        {
            return Err(Error::param(NAME, "eligible_days", format!("at most `window_days`, {window}"), eligible));
        }
        let ahead = u64::from(self.gap_days) + u64::from(self.horizon_days.unwrap_or(1));
        if self.horizon_days == Some(0) || self.cutoff.checked_add_days(Days::new(ahead)).is_none() {
            let got = format!("{} after a gap of {}", self.horizon_days.unwrap_or(1), self.gap_days);
            return Err(Error::param(NAME, "horizon_days", "at least 1 and within the calendar", got));
        }
        if let Some(day) = self.observed_until.filter(|&day| day < self.cutoff) {
            return Err(Error::param(
                NAME,
                "observed_until",
                format!("no earlier than the cutoff {}", self.cutoff),
                day,
            ));
        }
        Ok(SnapshotPlan(self))
    }

    /// Checks the settings and reads the log, once.
    ///
    /// `input` is a log, or a [`SnapshotInput`] that has a profile, events or aggregates beside it.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and of [`SnapshotPlan::run_with`].
    pub fn run(self, input: impl Into<SnapshotInput>) -> Result<Snapshot> {
        self.check()?.run_with(&input.into())
    }
}

/// Checked settings of a snapshot; the only type that can run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SnapshotParams", into = "SnapshotParams")]
pub struct SnapshotPlan(pub(super) SnapshotParams);

impl SnapshotPlan {
    /// The settings.
    pub fn params(&self) -> &SnapshotParams {
        &self.0
    }
}

impl TryFrom<SnapshotParams> for SnapshotPlan {
    type Error = Error;

    fn try_from(params: SnapshotParams) -> Result<Self> {
        params.check()
    }
}

impl From<SnapshotPlan> for SnapshotParams {
    fn from(checked: SnapshotPlan) -> Self {
        checked.0
    }
}
