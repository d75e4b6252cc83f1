//! The most that a ranking of customers who may leave can earn.

use std::fmt;

use polars::prelude::*;
use serde::Serialize;

use super::amounts::refused;
use super::retention_offer::{Acceptance, RetentionOffer};
use crate::error::Result;
use crate::frame::columns::{CONTACTED_SHARE, METHOD, N_CONTACTED, PROFIT_PER_CUSTOMER, SCORE_CUTOFF};
use crate::frame::readable::{grouped, shown_number, shown_share};
use crate::frame::{ToDataFrame, frame_of};
use crate::kernel::decision::{ContactValue, RetentionTerms, expected_maximum_profit, profit_curve};

/// Maximum profit (MP) at the mean acceptance and expected maximum profit (EMP) over the
/// distribution of the acceptance, per customer of the whole table.
///
/// A better ranking has a larger EMP; the difference of two models times the number of customers
/// is what the choice of the model is worth.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MaximumProfit {
    /// The terms.
    pub offer: RetentionOffer,
    /// Customers.
    pub n_customers: u64,
    /// Those of them who left.
    pub n_left: u64,
    /// MP, money per customer, at the mean acceptance.
    pub maximum_profit: f64,
    /// Contacts at which it is reached, the fewest.
    pub n_contacted: u64,
    /// Scores of this and above are contacted there; `None` where nobody is.
    pub cutoff: Option<f64>,
    /// EMP, money per customer.
    pub expected_maximum_profit: f64,
    /// Share of the customers to contact, expected over the acceptance (eta): what to plan for
    /// before the acceptance is known.
    pub expected_contacted_share: f64,
}

impl MaximumProfit {
    pub(super) fn new(offer: &RetentionOffer, clv: f64, labels: &[bool], scores: &[f64]) -> Result<Self> {
        let params = offer.params();
        let terms = RetentionTerms { clv, incentive: params.incentive, contact_cost: params.contact_cost };
        let mean = params.acceptance.mean();
        let value = ContactValue::retention(clv, params.incentive, params.contact_cost, mean);
        let undefined = |reason| refused("the maximum profit", &reason);
        let value = value.map_err(undefined)?;
        let profits: Vec<f64> = labels.iter().map(|&left| value.realised_profit(left)).collect();
        let best = profit_curve(scores, &profits).map_err(undefined)?.maximum();
        let n_customers = labels.len() as u64;
        let mut found = Self {
            offer: offer.clone(),
            n_customers,
            n_left: labels.iter().filter(|&&left| left).count() as u64,
            maximum_profit: best.profit / n_customers as f64,
            n_contacted: best.n_contacted,
            cutoff: best.cutoff,
            expected_maximum_profit: best.profit / n_customers as f64,
            expected_contacted_share: best.n_contacted as f64 / n_customers as f64,
        };
        if let Acceptance::Beta { alpha, beta } = params.acceptance {
            let expected = expected_maximum_profit(labels, scores, terms, alpha, beta).map_err(undefined)?;
            found.expected_maximum_profit = expected.profit_per_customer;
            found.expected_contacted_share = expected.contacted_share;
        }
        Ok(found)
    }
}

impl ToDataFrame for MaximumProfit {
    /// Two rows, `maximum_profit` and `expected_maximum_profit`; the second has no cut-off.
    fn to_dataframe(&self) -> DataFrame {
        let share = self.n_contacted as f64 / self.n_customers as f64;
        frame_of(vec![
            Series::new(METHOD.into(), ["maximum_profit", "expected_maximum_profit"]),
            Series::new(PROFIT_PER_CUSTOMER.into(), [self.maximum_profit, self.expected_maximum_profit]),
            Series::new(CONTACTED_SHARE.into(), [share, self.expected_contacted_share]),
            Series::new(N_CONTACTED.into(), [Some(self.n_contacted), None]),
            Series::new(SCORE_CUTOFF.into(), [self.cutoff, None]),
        ])
    }
}

impl fmt::Display for MaximumProfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = grouped(self.n_customers);
        writeln!(
            f,
            "most that contacting by this ranking earns, of {n} customers, {} of whom left",
            grouped(self.n_left)
        )?;
        let mean = shown_number(Some(self.offer.params().acceptance.mean()));
        write!(f, "MP  {} per customer at an acceptance of {mean}, ", shown_number(Some(self.maximum_profit)))?;
        match self.cutoff {
            Some(cutoff) => {
                let (n_contacted, cutoff) = (grouped(self.n_contacted), shown_number(Some(cutoff)));
                writeln!(f, "contacting {n_contacted} with scores of {cutoff} and above")?;
            }
            None => writeln!(f, "contacting nobody: at these terms no cut-off pays")?,
        }
        let share = shown_share(Some(self.expected_contacted_share));
        let emp = shown_number(Some(self.expected_maximum_profit));
        match self.offer.params().acceptance {
            Acceptance::Beta { alpha, beta } => {
                write!(
                    f,
                    "EMP {emp} per customer over a beta ({alpha}, {beta}) acceptance, contacting a share of {share}"
                )
            }
            Acceptance::Known(_) => write!(f, "EMP {emp} per customer, the same, as the acceptance is known"),
        }
    }
}
