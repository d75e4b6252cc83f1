//! The tables a snapshot is made of.

use std::fmt;

use polars::prelude::{Expr, LazyFrame};
use serde::{Deserialize, Serialize};

use crate::frame::TransactionLog;

/// Which columns of a profile, one row per customer or one per customer and change, mean what.
///
/// Every other column becomes a feature. A date that lies after the cutoff was not known then:
/// such cells are emptied and counted, whatever the column.
///
/// # Examples
///
/// ```
/// use customer_analytics::prediction::snapshot::ProfileColumns;
///
/// let columns = ProfileColumns::new("customerID")
///     .known_since("plan", "plan_changed_on") // emptied where the change came after the cutoff
///     .ignore(["email"]);
/// let read: ProfileColumns = serde_json::from_str(&serde_json::to_string(&columns)?)?;
/// assert_eq!(read, columns);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct ProfileColumns {
    pub(super) customer: String,
    #[serde(default)]
    pub(super) valid_from: Option<String>,
    #[serde(default)]
    pub(super) observed_until: Option<String>,
    #[serde(default)]
    pub(super) known_since: Vec<(String, String)>,
    #[serde(default)]
    pub(super) ignored: Vec<String>,
}

impl ProfileColumns {
    /// Names the column with the customer's id, of the same type as in the log.
    pub fn new(customer: impl Into<String>) -> Self {
        Self {
            customer: customer.into(),
            valid_from: None,
            observed_until: None,
            known_since: Vec::new(),
            ignored: Vec::new(),
        }
    }

    /// Names the date from which a row holds: of each customer the latest row up to the cutoff is
    /// taken, and rows after it are left out and counted. Without it a customer has one row, and
    /// the columns are taken to have been known at the cutoff.
    pub fn valid_from(mut self, date: impl Into<String>) -> Self {
        self.valid_from = Some(date.into());
        self
    }

    /// Names the date up to which a customer was watched: who was watched for less than the label
    /// window is censored. Null is as long as the data go.
    pub fn observed_until(mut self, date: impl Into<String>) -> Self {
        self.observed_until = Some(date.into());
        self
    }

    /// Empties the cells of a column where the date since which they are known is after the cutoff,
    /// or is missing.
    pub fn known_since(mut self, column: impl Into<String>, date: impl Into<String>) -> Self {
        self.known_since.push((column.into(), date.into()));
        self
    }

    /// Names columns that are no features.
    pub fn ignore<I: IntoIterator<Item = S>, S: Into<String>>(mut self, columns: I) -> Self {
        self.ignored.extend(columns.into_iter().map(Into::into));
        self
    }
}

/// Which columns of a table of events (visits, complaints, mails opened) mean what.
///
/// Events are counted per customer over the window of the features, each kind by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct EventColumns {
    pub(super) customer: String,
    pub(super) time: String,
    #[serde(default)]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) kinds: Option<Vec<String>>,
}

impl EventColumns {
    /// Names the columns with the customer's id and the date or time.
    pub fn new(customer: impl Into<String>, time: impl Into<String>) -> Self {
        Self { customer: customer.into(), time: time.into(), kind: None, kinds: None }
    }

    /// Names the column with the kind of event; all are of one kind otherwise.
    pub fn kind(mut self, column: impl Into<String>) -> Self {
        self.kind = Some(column.into());
        self
    }

    /// Counts these kinds alone, each in a column that is there even if none happened. By default
    /// every kind of the window is counted; name them where customers are scored later, so that
    /// they have the features a model was trained on.
    pub fn kinds<I: IntoIterator<Item = S>, S: Into<String>>(mut self, kinds: I) -> Self {
        self.kinds = Some(kinds.into_iter().map(Into::into).collect());
        self
    }
}

/// A log with what is known beside it: a profile, events, and aggregates of one's own.
///
/// # Examples
///
/// ```
/// use customer_analytics::polars::prelude::{col, lit};
/// use customer_analytics::prediction::snapshot::{ProfileColumns, SnapshotInput, SnapshotParams};
/// use customer_analytics::prelude::*;
///
/// let sales = df!("who" => [1_i64, 1, 2], "day" => ["2026-01-05", "2026-02-20", "2026-01-10"], "paid" => [9.0, 3.0, 5.0])?;
/// let columns = TransactionColumns::new("who", "day").amount("paid").time_format("%Y-%m-%d");
/// let log = TransactionLog::new(sales.lazy(), &columns)?;
/// let profile = df!("who" => [1_i64, 2], "城市" => ["上海", "成都"])?;
/// let input = SnapshotInput::new(&log)
///     .profile(profile.lazy(), ProfileColumns::new("who"))
///     .aggregate("largest", col("amount").max());
/// let cutoff = NaiveDate::from_ymd_opt(2026, 1, 31).unwrap();
/// let snapshot = SnapshotParams::new(cutoff).horizon_days(20).run(&input)?;
/// assert!(snapshot.table().features().iter().any(|name| name == "城市"));
/// let largest = snapshot.to_dataframe().column("largest")?.f64()?.get(0);
/// assert_eq!(largest, Some(9.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct SnapshotInput {
    pub(super) log: TransactionLog,
    pub(super) profile: Option<(LazyFrame, ProfileColumns)>,
    pub(super) events: Option<(LazyFrame, EventColumns)>,
    pub(super) aggregates: Vec<(String, Expr)>,
}

impl SnapshotInput {
    /// The log alone.
    pub fn new(log: &TransactionLog) -> Self {
        Self { log: log.clone(), profile: None, events: None, aggregates: Vec::new() }
    }

    /// Adds a table of what is known of the customers.
    pub fn profile(mut self, frame: LazyFrame, columns: ProfileColumns) -> Self {
        self.profile = Some((frame, columns));
        self
    }

    /// Adds a table of events to be counted.
    pub fn events(mut self, frame: LazyFrame, columns: EventColumns) -> Self {
        self.events = Some((frame, columns));
        self
    }

    /// Adds a feature of one's own: an aggregate of a customer's lines, written in the names of
    /// [`columns`](crate::frame::columns), such as `col("amount").max()`.
    ///
    /// It is worked out by a query that is given the lines of the window alone, so it cannot see
    /// what came after the cutoff. Aggregates that hang on the order of the lines, such as
    /// `first()`, give what polars gives; all others are the same for any order. A customer
    /// without lines has null.
    pub fn aggregate(mut self, name: impl Into<String>, expr: Expr) -> Self {
        self.aggregates.push((name.into(), expr));
        self
    }
}

impl From<&TransactionLog> for SnapshotInput {
    fn from(log: &TransactionLog) -> Self {
        Self::new(log)
    }
}

impl From<&Self> for SnapshotInput {
    fn from(input: &Self) -> Self {
        input.clone()
    }
}

impl fmt::Debug for SnapshotInput {
    /// The roles only: a plan over a frame can show customers' data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let aggregates: Vec<&str> = self.aggregates.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("SnapshotInput")
            .field("log", &self.log)
            .field("profile", &self.profile.as_ref().map(|(_, columns)| columns))
            .field("events", &self.events.as_ref().map(|(_, columns)| columns))
            .field("aggregates", &aggregates)
            .finish()
    }
}
