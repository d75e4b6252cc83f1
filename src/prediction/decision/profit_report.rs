//! A profit curve with what it says.

use std::fmt;

use polars::prelude::*;
use serde::Serialize;

use super::amounts::shown_money;
use super::offer::Offer;
use crate::frame::columns::{CONTACTED_SHARE, N_CONTACTED, PROFIT, SCORE_CUTOFF};
use crate::frame::readable::{grouped, shown_number, shown_share, write_table};
use crate::frame::{ToDataFrame, frame_of};
use crate::kernel::bootstrap::BootstrapEstimate;
use crate::kernel::decision::{ProfitCurve, ProfitPoint};

/// Where the profits of a curve come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProfitBasis {
    /// From calibrated probabilities.
    Expected,
    /// From what came.
    Realised,
}

/// What customers are contacted by, the highest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RankedBy {
    /// Their probabilities or scores; the cut-off is one.
    Probability,
    /// Their expected profits, as their worths differ; the cut-off is an amount.
    ExpectedProfit,
}

/// Profit over contacting nobody, at every share of the customers contacted.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ProfitReport {
    /// The terms.
    pub offer: Offer,
    /// Where the profits come from.
    pub basis: ProfitBasis,
    /// What customers are ranked by.
    pub ranked_by: RankedBy,
    /// What every customer is worth; `None` where each has a worth of their own.
    pub worth: Option<f64>,
    /// Customers.
    pub n_customers: u64,
    /// The cut-off at which the profit is largest; of equal ones that with the fewest contacts.
    pub maximum: ProfitPoint,
    /// The share of the customers contacted there.
    pub best_share: f64,
    /// The profit of contacting everybody.
    pub everybody: ProfitPoint,
    /// How far the largest profit would vary from sample to sample, when asked for.
    pub maximum_bootstrap: Option<BootstrapEstimate>,
    /// The same of the share at which it is reached.
    pub best_share_bootstrap: Option<BootstrapEstimate>,
    /// All cut-offs, from contacting nobody to contacting everybody.
    pub curve: ProfitCurve,
}

impl ProfitReport {
    pub(super) fn new(
        offer: Offer,
        basis: ProfitBasis,
        ranked_by: RankedBy,
        worth: Option<f64>,
        curve: ProfitCurve,
    ) -> Self {
        let (maximum, everybody) = (curve.maximum(), curve.everybody());
        let n_customers = everybody.n_contacted;
        let best_share = maximum.n_contacted as f64 / n_customers as f64;
        let (maximum_bootstrap, best_share_bootstrap) = (None, None);
        Self {
            offer,
            basis,
            ranked_by,
            worth,
            n_customers,
            maximum,
            best_share,
            everybody,
            maximum_bootstrap,
            best_share_bootstrap,
            curve,
        }
    }

    /// The profit at the last cut-off that contacts at most this share of the customers.
    #[must_use]
    pub fn at_share(&self, share: f64) -> ProfitPoint {
        // A product such as 0.29 * 100 = 28.999... means 29.
        let n = (share * self.n_customers as f64 * (1.0 + 4.0 * f64::EPSILON)).floor();
        self.curve.at_most(n as u64)
    }

    fn share_of(&self, point: &ProfitPoint) -> f64 {
        point.n_contacted as f64 / self.n_customers as f64
    }
}

impl ToDataFrame for ProfitReport {
    /// One row per cut-off, by falling score; the first contacts nobody and has none.
    fn to_dataframe(&self) -> DataFrame {
        let points = &self.curve.points;
        let column = |of: fn(&ProfitPoint) -> f64| points.iter().map(of).collect::<Vec<f64>>();
        frame_of(vec![
            Series::new(SCORE_CUTOFF.into(), points.iter().map(|point| point.cutoff).collect::<Vec<_>>()),
            Series::new(N_CONTACTED.into(), points.iter().map(|point| point.n_contacted).collect::<Vec<_>>()),
            Series::new(CONTACTED_SHARE.into(), points.iter().map(|point| self.share_of(point)).collect::<Vec<_>>()),
            Series::new(PROFIT.into(), column(|point| point.profit)),
        ])
    }
}

impl fmt::Display for ProfitReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_best(f)?;
        if let Some(bootstrap) = &self.maximum_bootstrap {
            write_interval(f, "profit", bootstrap, shown_money)?;
        }
        if let Some(bootstrap) = &self.best_share_bootstrap {
            write_interval(f, "share", bootstrap, |share| shown_share(Some(share)))?;
        }
        let row = |tenth: u32| {
            let point = self.at_share(f64::from(tenth) / 10.0);
            let cells = vec![
                shown_share(Some(self.share_of(&point))),
                grouped(point.n_contacted),
                format!("{:.2}", point.profit),
            ];
            (cells, point.cutoff.map_or_else(|| "nobody".to_owned(), |cutoff| shown_number(Some(cutoff))))
        };
        let rows: Vec<_> = (0..=10).map(row).collect();
        let cutoff = match self.ranked_by {
            RankedBy::Probability => "score from",
            RankedBy::ExpectedProfit => "expected profit from",
        };
        write_table(f, &["share", "contacts", "profit", cutoff], &rows)
    }
}

impl ProfitReport {
    fn write_best(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let basis = match self.basis {
            ProfitBasis::Expected => "expected",
            ProfitBasis::Realised => "realised",
        };
        let (n, n_best) = (grouped(self.n_customers), grouped(self.maximum.n_contacted));
        match self.maximum.cutoff {
            None => write!(f, "contact nobody of {n} customers: at no cut-off is more {basis} than is spent")?,
            Some(cutoff) => {
                let by = match self.ranked_by {
                    RankedBy::Probability => "scores",
                    RankedBy::ExpectedProfit => "expected profits",
                };
                let (share, cutoff) = (shown_share(Some(self.best_share)), shown_number(Some(cutoff)));
                write!(
                    f,
                    "contact {n_best} of {n} customers (share {share}), those with {by} of {cutoff} and above: "
                )?;
                write!(f, "{} {basis}", shown_money(self.maximum.profit))?;
            }
        }
        let everybody = self.everybody.profit;
        let verb = if everybody < 0.0 { "lose" } else { "earn" };
        write!(f, "\ncontacting everybody would {verb} {}, nobody 0", shown_money(everybody.abs()))
    }
}

fn write_interval(
    f: &mut fmt::Formatter<'_>,
    what: &str,
    bootstrap: &BootstrapEstimate,
    shown: impl Fn(f64) -> String,
) -> fmt::Result {
    match &bootstrap.interval {
        Ok(ends) => write!(f, "\nbootstrap interval of the {what}: {} to {}", shown(ends.low), shown(ends.high)),
        Err(undefined) => write!(f, "\nno bootstrap interval of the {what}: {undefined}"),
    }
}
