//! What a snapshot was made of, and who is not in it.

use std::fmt;

use chrono::NaiveDate;
use serde::Serialize;

use super::events::EventCounts;
use super::horizon::Horizon;
use super::profile::ProfileCounts;
use crate::activity::RowCounts;
use crate::frame::readable::{grouped, shown_number};

/// What a snapshot was made of: days, rows, customers, and how the target came out.
///
/// Every customer is counted once: `n_customers` are those in the table and those left out, each
/// for the first reason that applies.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SnapshotReport {
    /// Last day that features are made of.
    pub cutoff: NaiveDate,
    /// First day that features are made of.
    pub window_first_day: NaiveDate,
    /// First day on which a purchase makes a customer eligible; `None` where a running contract
    /// does.
    pub eligible_first_day: Option<NaiveDate>,
    /// Days between the cutoff and the label window.
    pub gap_days: u32,
    /// The label window and why it is as long.
    pub horizon: Horizon,
    /// Last day up to which the data are complete.
    pub observed_until: NaiveDate,
    /// What became of the rows of the log.
    pub rows: RowCounts,
    /// Purchases and refunds after the cutoff, of which no feature is made.
    pub n_lines_after_cutoff: u64,
    /// Purchases and refunds before the window of the features.
    pub n_lines_before_window: u64,
    /// Customers of the log; of the profile where contracts end.
    pub n_customers: u64,
    /// Customers without a purchase up to the cutoff, or whose contract had not begun.
    pub n_not_started: u64,
    /// Customers who had bought, but not lately enough to be eligible.
    pub n_not_active: u64,
    /// Customers whose contract had ended by the cutoff.
    pub n_ended_before: u64,
    /// Customers whose contract ended in the gap: no longer to be kept, and not churned later.
    pub n_ended_in_gap: u64,
    /// Customers without a row of the profile as of the cutoff, where contracts end.
    pub n_without_profile: u64,
    /// Eligible customers whose label window is not seen to its end.
    pub n_censored: u64,
    /// Customers in the table.
    pub n_rows: u64,
    /// How the target came out; `None` where there is none.
    pub target: Option<TargetSummary>,
    /// Features that the log or the window does not allow, with the reason.
    pub left_out: Vec<(String, String)>,
    /// What became of the profile.
    pub profile: Option<ProfileCounts>,
    /// What became of the events.
    pub events: Option<EventCounts>,
}

/// How the target of the customers in the table came out.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TargetSummary {
    /// Its column.
    pub column: String,
    /// Customers with the event, or with a number above zero.
    pub n_positive: u64,
    /// Their share, 0..=1; `None` for an empty table.
    pub positive_share: Option<f64>,
    /// Mean of the numbers, the share again for an event; `None` for an empty table.
    pub mean: Option<f64>,
}

impl SnapshotReport {
    /// Customers who were eligible at the cutoff, censored or not.
    #[must_use]
    pub fn n_eligible(&self) -> u64 {
        self.n_rows + self.n_censored
    }

    /// Why customers are not in the table, in words, with their numbers; empty when all are.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        let reasons = [
            (self.n_not_started, "not a customer yet at the cutoff"),
            (self.n_not_active, "without a purchase since the first eligible day"),
            (self.n_ended_before, "whose contract had ended"),
            (self.n_ended_in_gap, "whose contract ended in the gap"),
            (self.n_without_profile, "without a profile at the cutoff"),
            (self.n_censored, "censored: not observed to the end of the horizon"),
        ];
        reasons.into_iter().filter(|&(n, _)| n > 0).map(|(n, why)| format!("{} {why}", grouped(n))).collect()
    }
}

impl fmt::Display for SnapshotReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cutoff, window_first_day, horizon, observed_until, .. } = self;
        writeln!(f, "features   {window_first_day} to {cutoff}")?;
        write!(f, "label      {} to {}: {} day(s)", horizon.first_day, horizon.last_day, horizon.days)?;
        if self.gap_days > 0 {
            write!(f, " after a gap of {}", self.gap_days)?;
        }
        writeln!(f, ", {}", horizon.choice)?;
        writeln!(f, "observed   until {observed_until}")?;
        let lines = self.rows.reasons().join(", ");
        write!(f, "rows       {}", grouped(self.rows.n_rows))?;
        if !lines.is_empty() {
            write!(f, ", of which left out: {lines}")?;
        }
        writeln!(f, "; {} line(s) after the cutoff make no feature", grouped(self.n_lines_after_cutoff))?;
        write!(f, "customers  {} of {}", grouped(self.n_rows), grouped(self.n_customers))?;
        self.reasons().iter().try_for_each(|reason| write!(f, "\n           {reason}"))?;
        if let Some(target) = &self.target {
            let share = target.positive_share.map(|share| 100.0 * share);
            write!(f, "\ntarget     `{}`: {} positive", target.column, grouped(target.n_positive))?;
            write!(f, " ({}%), mean {}", shown_number(share), shown_number(target.mean))?;
        }
        self.left_out.iter().try_for_each(|(name, reason)| write!(f, "\nleft out   `{name}`: {reason}"))?;
        if let Some(profile) = &self.profile {
            let emptied = profile.n_emptied.iter();
            emptied.into_iter().try_for_each(|(name, n)| {
                write!(f, "\nemptied    `{name}`: {} cell(s) not known at the cutoff", grouped(*n))
            })?;
        }
        Ok(())
    }
}
