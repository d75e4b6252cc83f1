//! Settings of the activity summary.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::table::ActivityTable;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::{Period, TransactionLog};

/// What to do with rows that lack a customer, a readable time or an amount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Incomplete {
    /// The summary is refused, with the count.
    #[default]
    Refuse,
    /// The rows are left out and counted by reason.
    Exclude,
    /// As `Exclude`, but a row that only lacks its amount is kept with an amount of zero,
    /// which is counted; it is not a purchase.
    AmountIsZero,
}

/// Whether a line with an amount of exactly zero is a purchase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ZeroAmount {
    /// A free order is an order: it counts, and it is dated.
    #[default]
    IsPurchase,
    /// It leaves no trace but in the row counts.
    IsNothing,
}

/// Which lines set a customer's first and last date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DatedBy {
    /// Purchases: a refund does not make a customer recent.
    #[default]
    Purchases,
    /// Every line, refunds and zero amounts too.
    AnyLine,
}

/// Unchecked settings of the activity summary.
///
/// # Examples
///
/// ```
/// use customer_analytics::prelude::*;
///
/// let sales = df!(
///     "who" => [1_i64, 1, 2],
///     "when" => ["2026-01-05", "2026-01-20", "2026-01-31"],
///     "paid" => [10.10, 20.20, 5.0],
/// )?;
/// let columns = TransactionColumns::new("who", "when").amount("paid").time_format("%Y-%m-%d");
/// let log = TransactionLog::new(sales.lazy(), &columns)?;
/// let activity = ActivityParams::new(NaiveDate::from_ymd_opt(2026, 2, 1).unwrap()).run(&log)?;
/// assert_eq!(activity.n_customers(), 2);
/// assert_eq!(activity.net_value(), [30.3, 5.0]); // exact to the cent, in any row order
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct ActivityParams {
    pub(crate) as_of: NaiveDate,
    #[serde(default)]
    pub(crate) window_days: Option<u32>,
    #[serde(default)]
    pub(crate) incomplete: Incomplete,
    #[serde(default)]
    pub(crate) zero_amount: ZeroAmount,
    #[serde(default)]
    pub(crate) dated_by: DatedBy,
    #[serde(default)]
    pub(crate) count_orders: bool,
    #[serde(default)]
    pub(crate) count_periods: Option<Period>,
}

impl ActivityParams {
    /// Summarises all rows up to `as_of`, inclusive; later rows are ignored and counted.
    ///
    /// The date is asked for rather than read from the clock, so that a rerun of last
    /// month's job reports last month's numbers.
    pub fn new(as_of: NaiveDate) -> Self {
        Self {
            as_of,
            window_days: None,
            incomplete: Incomplete::default(),
            zero_amount: ZeroAmount::default(),
            dated_by: DatedBy::default(),
            count_orders: false,
            count_periods: None,
        }
    }

    /// Reads only the last `days` days, `as_of` included; at least 1. All time by default.
    pub fn window_days(mut self, days: u32) -> Self {
        self.window_days = Some(days);
        self
    }

    /// Chooses what happens to rows that lack something; refused by default.
    pub fn incomplete(mut self, policy: Incomplete) -> Self {
        self.incomplete = policy;
        self
    }

    /// Chooses whether an amount of zero is a purchase; it is by default.
    pub fn zero_amount(mut self, policy: ZeroAmount) -> Self {
        self.zero_amount = policy;
        self
    }

    /// Chooses which lines set the first and last date; purchases by default.
    pub fn dated_by(mut self, lines: DatedBy) -> Self {
        self.dated_by = lines;
        self
    }

    /// Counts distinct orders too; the log needs the role `order`. Costs about 40 bytes of
    /// memory per order.
    pub fn count_orders(mut self) -> Self {
        self.count_orders = true;
        self
    }

    /// Counts distinct purchase periods too, and keeps what was bought in each. Costs
    /// about 40 bytes of memory per customer and period.
    pub fn count_periods(mut self, period: Period) -> Self {
        self.count_periods = Some(period);
        self
    }

    /// The date up to which rows are read.
    #[must_use]
    pub fn as_of(&self) -> NaiveDate {
        self.as_of
    }

    /// Whether distinct orders are counted.
    #[must_use]
    pub fn counts_orders(&self) -> bool {
        self.count_orders
    }

    /// Checks every setting and returns the runnable analysis.
    ///
    /// # Errors
    /// `Param` when the window is shorter than one day or starts before the calendar.
    pub fn check(self) -> Result<Activity> {
        let in_range =
            |days: u32| days >= 1 && self.as_of.checked_sub_days(chrono::Days::new(u64::from(days))).is_some();
        if let Some(days) = self.window_days.filter(|&days| !in_range(days)) {
            return Err(Error::param(Activity::NAME, "window_days", "at least 1 and within the calendar", days));
        }
        Ok(Activity(self))
    }

    /// Checks and runs in one step.
    ///
    /// # Errors
    /// Those of [`check`](Self::check) and of [`Analysis::run`].
    pub fn run(self, log: &TransactionLog) -> Result<ActivityTable> {
        self.check()?.run(log)
    }
}

/// Checked settings of the activity summary; the only type that can run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ActivityParams", into = "ActivityParams")]
pub struct Activity(pub(crate) ActivityParams);

impl Activity {
    /// The settings.
    pub fn params(&self) -> &ActivityParams {
        &self.0
    }
}

impl TryFrom<ActivityParams> for Activity {
    type Error = Error;

    fn try_from(params: ActivityParams) -> Result<Self> {
        params.check()
    }
}

impl From<Activity> for ActivityParams {
    fn from(checked: Activity) -> Self {
        checked.0
    }
}
