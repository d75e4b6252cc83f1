//! What every rule did, in counts.

use polars::prelude::*;
use serde::Serialize;

use super::flow::{Counted, Legend};
use super::rule::CLEANING;
use crate::error::{Error, Result};

/// Rows that a rule took for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReasonCount {
    /// The reason, as in the quarantine; it can name columns, never values.
    pub reason: String,
    /// Rows taken for it.
    pub n_rows: u64,
}

/// What one rule did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RuleReport {
    /// Place of the rule, from 1.
    pub number: u32,
    /// Name of the rule, as in job files.
    pub rule: &'static str,
    /// Rows that the earlier rules left.
    pub n_rows_in: u64,
    /// Rows that this rule took.
    pub n_rows_taken: u64,
    /// Rows that it recognised and left in, as it was told.
    pub n_rows_spared: u64,
    /// Rows left in because they lack what the rule judges by, such as a price.
    pub n_rows_unjudged: u64,
    /// Cells whose text it changed.
    pub n_cells_changed: u64,
    /// Rows that it left: rows in less rows taken.
    pub n_rows_out: u64,
    /// Rows taken, by reason; reasons that took none are listed too.
    pub reasons: Vec<ReasonCount>,
}

/// What a cleaning did: counts by rule, and never a customer's data.
///
/// Displays as a table for a log; [`to_dataframe`](crate::frame::ToDataFrame::to_dataframe) has one row
/// per rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CleaningReport {
    /// Rows read.
    pub n_rows_in: u64,
    /// Rows left.
    pub n_rows_out: u64,
    /// Rows taken: rows read less rows left.
    pub n_rows_quarantined: u64,
    /// One report per rule, in the order in which the rules worked.
    pub rules: Vec<RuleReport>,
}

impl CleaningReport {
    /// Counts a flagged frame.
    pub(crate) fn of(flagged: &DataFrame, state: &str, legend: &Legend) -> Result<Self> {
        let taken = taken_by_reason(flagged, state, legend.reasons.len())?;
        let mut report = Self::taken(flagged.height() as u64, &taken, legend);
        for tally in &legend.tallies {
            let flags =
                flagged.column(&tally.column).and_then(|column| column.bool()).map_err(Error::query(CLEANING))?;
            let n = flags.num_trues() as u64;
            let rule = &mut report.rules[tally.rule];
            match tally.counted {
                Counted::Spared => rule.n_rows_spared += n,
                Counted::Unjudged => rule.n_rows_unjudged += n,
                Counted::Cells => rule.n_cells_changed += n,
            }
        }
        Ok(report)
    }

    /// The report of no rows.
    pub(crate) fn none(legend: &Legend) -> Self {
        Self::taken(0, &vec![0; legend.reasons.len()], legend)
    }

    /// A report with the rows taken for each reason, and nothing else counted yet.
    fn taken(n_rows_in: u64, taken: &[u64], legend: &Legend) -> Self {
        let mut left = n_rows_in;
        let mut rules: Vec<RuleReport> = Vec::with_capacity(legend.rules.len());
        for (place, &rule) in legend.rules.iter().enumerate() {
            let of_rule = legend.reasons.iter().zip(taken).filter(|(reason, _)| reason.rule == place);
            let reasons: Vec<ReasonCount> =
                of_rule.map(|(reason, &n_rows)| ReasonCount { reason: reason.text.clone(), n_rows }).collect();
            let n_rows_taken = reasons.iter().map(|count| count.n_rows).sum();
            rules.push(RuleReport {
                number: place as u32 + 1,
                rule,
                n_rows_in: left,
                n_rows_taken,
                n_rows_spared: 0,
                n_rows_unjudged: 0,
                n_cells_changed: 0,
                n_rows_out: left - n_rows_taken,
                reasons,
            });
            left -= n_rows_taken;
        }
        Self { n_rows_in, n_rows_out: left, n_rows_quarantined: n_rows_in - left, rules }
    }

    /// Adds the report of other rows that went through the same rules, such as those of
    /// another file.
    ///
    /// # Errors
    /// `Unusable` when the rules or their reasons differ.
    pub fn merge(mut self, other: &Self) -> Result<Self> {
        let kind = |report: &Self| -> Vec<(&'static str, Vec<String>)> {
            report
                .rules
                .iter()
                .map(|r| (r.rule, r.reasons.iter().map(|count| count.reason.clone()).collect()))
                .collect()
        };
        if kind(&self) != kind(other) {
            let reason =
                format!("reports of {} and {} rule(s) are not of the same rules", self.rules.len(), other.rules.len());
            return Err(Error::Unusable { analysis: CLEANING, reason });
        }
        self.add(other);
        Ok(self)
    }

    /// Adds the report of other rows that went through the same rules.
    pub(crate) fn add(&mut self, other: &Self) {
        self.n_rows_in += other.n_rows_in;
        self.n_rows_out += other.n_rows_out;
        self.n_rows_quarantined += other.n_rows_quarantined;
        for (mine, theirs) in self.rules.iter_mut().zip(&other.rules) {
            mine.add(theirs);
        }
    }
}

impl RuleReport {
    fn add(&mut self, other: &Self) {
        self.n_rows_in += other.n_rows_in;
        self.n_rows_taken += other.n_rows_taken;
        self.n_rows_spared += other.n_rows_spared;
        self.n_rows_unjudged += other.n_rows_unjudged;
        self.n_cells_changed += other.n_cells_changed;
        self.n_rows_out += other.n_rows_out;
        for (mine, theirs) in self.reasons.iter_mut().zip(&other.reasons) {
            mine.n_rows += theirs.n_rows;
        }
    }

    /// The counts in the order of the table's columns.
    pub(crate) fn counts(&self) -> [u64; 6] {
        [
            self.n_rows_in,
            self.n_rows_taken,
            self.n_rows_spared,
            self.n_rows_unjudged,
            self.n_cells_changed,
            self.n_rows_out,
        ]
    }
}

/// How many rows carry each reason code.
fn taken_by_reason(flagged: &DataFrame, state: &str, n_reasons: usize) -> Result<Vec<u64>> {
    let codes = flagged.column(state).and_then(|column| column.u32()).map_err(Error::query(CLEANING))?;
    let mut taken = vec![0; n_reasons];
    for code in codes.iter().flatten() {
        taken[code as usize] += 1;
    }
    Ok(taken)
}
