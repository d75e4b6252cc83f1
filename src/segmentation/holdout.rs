//! Whether the score ranked what customers did next.

use std::fmt;

use chrono::{Days, NaiveDate};
use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::measures::summaries;
use super::params::ValueScoreParams;
use super::scores::ValueScores;
use crate::activity::{Activity, ActivityParams, ActivityTable, read};
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::align::positions_in;
use crate::frame::{ToDataFrame, TransactionLog, columns, frame_of};
use crate::kernel::association::spearman::spearman;
use crate::kernel::sum::CompensatedSum;

const NAME: &str = "holdout";

/// A check of a score against the spend of the days after its `as_of`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct HoldoutParams {
    score: ValueScoreParams,
    horizon_days: u32,
}

impl HoldoutParams {
    /// Scores as of the date in the settings, then looks at the `horizon_days` after it.
    ///
    /// An RFM score goes in as [`RfmParams::to_value_score`](super::RfmParams::to_value_score).
    pub fn new(score: ValueScoreParams, horizon_days: u32) -> Self {
        Self { score, horizon_days }
    }

    /// Checks the settings, reads the log once for both sides, and compares them.
    ///
    /// # Errors
    /// `Param` for a horizon below one day or an own dimension; those of
    /// [`Analysis::run`] on [`ValueScore`](super::ValueScore).
    pub fn run(self, log: &TransactionLog) -> Result<HoldoutReport> {
        let until = self.until()?;
        if let Some(own) = self.score.dimensions.iter().find(|dimension| dimension.measure.is_none()) {
            let got = format!("own dimension `{}`", own.name);
            return Err(Error::param(NAME, "score", "measured in the transactions alone", got));
        }
        let next = ActivityParams::new(until)
            .window_days(self.horizon_days)
            .incomplete(self.score.incomplete)
            .zero_amount(self.score.zero_amount)
            .check()?;
        let score = self.score.check()?;
        let before = summaries(score.params())?;
        let activities: Vec<&Activity> = before.iter().map(|summary| &summary.of).chain([&next]).collect();
        let mut readings = read(&activities, score.plan(log)?)?;
        let after = readings.pop().ok_or_else(nothing_read)?;
        HoldoutReport::new(&score.finish(readings)?, &next.finish(after)?, self.horizon_days)
    }

    /// The last day of the horizon.
    fn until(&self) -> Result<NaiveDate> {
        let until = self.score.as_of.checked_add_days(Days::new(u64::from(self.horizon_days)));
        until
            .filter(|_| self.horizon_days > 0)
            .ok_or_else(|| Error::param(NAME, "horizon_days", "at least 1 and within the calendar", self.horizon_days))
    }
}

fn nothing_read() -> Error {
    Error::Unusable { analysis: NAME, reason: "no summary was read".to_owned() }
}

/// What the customers of each score did after it was given, best score first.
///
/// A score that ranks well has buyers and spend fall from row to row, and its first rows
/// hold far more of the spend than of the customers.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct HoldoutReport {
    /// The date of the score.
    pub as_of: NaiveDate,
    /// Days looked at after it.
    pub horizon_days: u32,
    /// Last day with a purchase in the horizon; `None` without any.
    pub last_purchase: Option<NaiveDate>,
    /// Whether rows beyond the horizon exist, so that it was surely seen to its end.
    pub is_horizon_complete: bool,
    /// Scored customers.
    pub n_customers: usize,
    /// Customers who bought in the horizon but had no score, being new as a rule.
    pub n_unscored_buyers: usize,
    /// Spearman correlation of the overall score with the spend that followed; `None`
    /// when either is the same for all.
    pub rank_correlation: Option<f64>,
    /// Spend of all scored customers in the horizon.
    pub spend: f64,
    /// One row per value of the overall score, best first.
    pub gains: Vec<GainRow>,
}

/// Customers with one overall score.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GainRow {
    /// The overall score.
    pub score: f64,
    /// Customers with it.
    pub n_customers: usize,
    /// Those of them who bought in the horizon.
    pub n_buyers: usize,
    /// Their share.
    pub buyer_share: f64,
    /// What they spent, less refunds.
    pub spend: f64,
    /// Spend per customer.
    pub mean_spend: f64,
    /// Share of all scored customers with this score or a better one.
    pub cumulative_customer_share: f64,
    /// Their share of the spend; `None` when nothing was spent.
    pub cumulative_spend_share: Option<f64>,
}

impl HoldoutReport {
    fn new(scores: &ValueScores, next: &ActivityTable, horizon_days: u32) -> Result<Self> {
        let positions = positions_in(scores.customers(), next.customers()).ok_or_else(nothing_read)?;
        let mut scored: Vec<Scored> = Vec::with_capacity(scores.n_scored);
        let mut n_scored_buyers = 0;
        for (score, position) in scores.overall().zip(positions) {
            let Some(score) = score else { continue };
            let is_buyer = position.is_some_and(|at| next.n_purchases()[at] > 0);
            n_scored_buyers += usize::from(is_buyer);
            scored.push(Scored { score, is_buyer, spend: position.map_or(0.0, |at| next.net_value()[at]) });
        }
        let (overall, spends): (Vec<f64>, Vec<f64>) = scored.iter().map(|one| (one.score, one.spend)).unzip();
        let n_buyers = next.n_purchases().iter().filter(|&&n| n > 0).count();
        // Stable, so that customers of one score stay in the order of their ids.
        scored.sort_by(|a, b| b.score.total_cmp(&a.score));
        let spend = total(&scored);
        Ok(Self {
            as_of: scores.definition.as_of,
            horizon_days,
            last_purchase: next
                .recency_days()
                .flatten()
                .min()
                .and_then(|days| next.params().as_of().checked_sub_days(Days::new(days.unsigned_abs().into()))),
            is_horizon_complete: next.counts().n_after_as_of > 0,
            n_customers: scored.len(),
            n_unscored_buyers: n_buyers - n_scored_buyers,
            rank_correlation: spearman(&overall, &spends).ok().map(|found| found.rho),
            spend,
            gains: gains(&scored, spend),
        })
    }
}

/// A scored customer and what followed.
struct Scored {
    score: f64,
    is_buyer: bool,
    spend: f64,
}

fn total(customers: &[Scored]) -> f64 {
    let mut sum = CompensatedSum::default();
    customers.iter().for_each(|one| sum.add(one.spend));
    sum.value()
}

/// One row per score, best first.
fn gains(best_first: &[Scored], spend_of_all: f64) -> Vec<GainRow> {
    let mut rows = Vec::new();
    // Added in the order of the total, so that the last row has all of it.
    let (mut n_so_far, mut spend_so_far) = (0, CompensatedSum::default());
    for same in best_first.chunk_by(|a, b| a.score == b.score) {
        let spend = total(same);
        let n_buyers = same.iter().filter(|one| one.is_buyer).count();
        n_so_far += same.len();
        same.iter().for_each(|one| spend_so_far.add(one.spend));
        rows.push(GainRow {
            score: same[0].score,
            n_customers: same.len(),
            n_buyers,
            buyer_share: n_buyers as f64 / same.len() as f64,
            spend,
            mean_spend: spend / same.len() as f64,
            cumulative_customer_share: n_so_far as f64 / best_first.len() as f64,
            cumulative_spend_share: (spend_of_all > 0.0).then(|| spend_so_far.value() / spend_of_all),
        });
    }
    rows
}

impl ToDataFrame for HoldoutReport {
    fn to_dataframe(&self) -> DataFrame {
        let of = |get: fn(&GainRow) -> f64| self.gains.iter().map(get).collect::<Vec<f64>>();
        let count = |get: fn(&GainRow) -> usize| self.gains.iter().map(|row| get(row) as u64).collect::<Vec<u64>>();
        let shares: Vec<Option<f64>> = self.gains.iter().map(|row| row.cumulative_spend_share).collect();
        frame_of(vec![
            Series::new(columns::SCORE.into(), of(|row| row.score)),
            Series::new(columns::N_CUSTOMERS.into(), count(|row| row.n_customers)),
            Series::new(columns::N_BUYERS.into(), count(|row| row.n_buyers)),
            Series::new(columns::BUYER_SHARE.into(), of(|row| row.buyer_share)),
            Series::new(columns::SPEND.into(), of(|row| row.spend)),
            Series::new(columns::MEAN_SPEND.into(), of(|row| row.mean_spend)),
            Series::new(columns::CUMULATIVE_CUSTOMER_SHARE.into(), of(|row| row.cumulative_customer_share)),
            Series::new(columns::CUMULATIVE_SPEND_SHARE.into(), shares),
        ])
    }
}

impl fmt::Display for HoldoutReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "score  customers   bought  mean spend  cumulative: customers  spend")?;
        for row in &self.gains {
            write!(
                f,
                "{:>5.2}  {:>9}  {:>6.1}%  {:>10.2}",
                row.score,
                row.n_customers,
                100.0 * row.buyer_share,
                row.mean_spend
            )?;
            write!(f, "  {:>20.1}%", 100.0 * row.cumulative_customer_share)?;
            match row.cumulative_spend_share {
                Some(share) => writeln!(f, "  {:>4.1}%", 100.0 * share)?,
                None => writeln!(f, "      -")?,
            }
        }
        match self.rank_correlation {
            Some(r) => write!(f, "rank correlation of score and spend: {r:.3}")?,
            None => write!(f, "rank correlation: undefined, as score or spend is the same for all")?,
        }
        if self.n_unscored_buyers > 0 {
            write!(f, "\n{} customer(s) bought without having a score, being new as a rule", self.n_unscored_buyers)?;
        }
        match (self.is_horizon_complete, self.last_purchase) {
            (true, _) => Ok(()),
            (false, Some(day)) => {
                write!(f, "\nno row lies beyond the horizon: it may be cut short after {day}, the last purchase")
            }
            (false, None) => {
                write!(f, "\nno purchase lies after {}: there was nothing to check the score against", self.as_of)
            }
        }
    }
}
