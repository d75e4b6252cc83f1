//! What contacting the customers of the highest scores earns, for every share of them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::amounts::{DECISION, check_probs, refused};
use super::offer::Offer;
use super::profit_report::{ProfitBasis, ProfitReport, RankedBy};
use crate::error::{Error, Result};
use crate::kernel::bootstrap::Bootstrap;
use crate::kernel::decision::{best_share_bootstrap, maximum_profit_bootstrap, profit_curve};
use crate::kernel::money::LARGEST_AMOUNT;

/// Unchecked settings of a profit curve.
///
/// # Examples
///
/// ```
/// use customer_analytics::prediction::decision::{ProfitAnalysisParams, PurchaseOfferParams};
///
/// let offer = PurchaseOfferParams::new(2.0).margin(10.0).check()?;
/// let report = ProfitAnalysisParams::new(offer).check()?.realised(&[true, false, true, false], &[0.9, 0.7, 0.4, 0.1], None)?;
/// // Three contacts at 2 and two sales at 10.
/// assert_eq!((report.maximum.n_contacted, report.maximum.profit), (3, 14.0));
/// # Ok::<(), customer_analytics::error::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct ProfitAnalysisParams {
    offer: Offer,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bootstrap: Option<Bootstrap>,
}

impl ProfitAnalysisParams {
    /// The profit curve of an offer, without intervals.
    pub fn new(offer: impl Into<Offer>) -> Self {
        Self { offer: offer.into(), bootstrap: None }
    }

    /// Intervals of the largest profit and of the share at which it is reached, from samples of
    /// the customers; the best cut-off is looked for anew in each. The interval of the share is
    /// of quantiles, whatever the method.
    pub fn bootstrap(mut self, bootstrap: Bootstrap) -> Self {
        self.bootstrap = Some(bootstrap);
        self
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// `Param` for fewer than 2 replicates or a confidence that is not between 0 and 1.
    pub fn check(self) -> Result<ProfitAnalysis> {
        if let Some(Bootstrap { n_replicates, conf_level, .. }) = self.bootstrap {
            if n_replicates < 2 {
                return Err(Error::param(DECISION, "n_replicates", "2 or more", n_replicates));
            }
            if !(conf_level > 0.0 && conf_level < 1.0) {
                return Err(Error::param(DECISION, "conf_level", "between 0 and 1, without them", conf_level));
            }
        }
        Ok(ProfitAnalysis(self))
    }
}

/// Checked settings of a profit curve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ProfitAnalysisParams", into = "ProfitAnalysisParams")]
#[must_use]
pub struct ProfitAnalysis(ProfitAnalysisParams);

/// Customers in the order in which they are contacted.
struct Ranked<'a> {
    scores: Cow<'a, [f64]>,
    by: RankedBy,
    worths: Worths<'a>,
}

/// What customers are worth: all the same, or each something else.
#[derive(Clone, Copy)]
enum Worths<'a> {
    One(f64),
    Each(&'a [f64]),
}

impl Worths<'_> {
    fn of(self, row: usize) -> f64 {
        match self {
            Self::One(worth) => worth,
            Self::Each(worths) => worths[row],
        }
    }
}

impl ProfitAnalysis {
    /// The profit that calibrated probabilities promise.
    ///
    /// `worths` holds what each customer is worth (the customer value, or the margin); without it
    /// the one of the terms counts. With one worth customers are contacted by falling probability,
    /// otherwise by falling expected profit; equal ones together.
    ///
    /// # Errors
    /// `Param` when neither the terms nor `worths` say what customers are worth; `Unusable` for no
    /// rows, slices of two lengths, a probability outside 0..=1 or a worth that is not finite.
    pub fn expected(&self, probs: &[f64], worths: Option<&[f64]>) -> Result<ProfitReport> {
        check_probs(probs)?;
        let worths = self.worths(probs.len(), worths)?;
        let profits = self.expected_profits(probs, worths);
        let ranked = Self::ranked(probs, worths, &profits);
        self.report(ProfitBasis::Expected, &ranked, &profits)
    }

    /// The profit that contacts would have earned, now that it is known to whom the event came.
    ///
    /// With one worth for all, scores of any scale rank the customers.
    ///
    /// # Errors
    /// Those of [`expected`](Self::expected); with one worth, a score that is NaN in place of a
    /// probability outside 0..=1.
    pub fn realised(&self, labels: &[bool], probs: &[f64], worths: Option<&[f64]>) -> Result<ProfitReport> {
        let worths = self.worths(probs.len(), worths)?;
        let ranked = match worths {
            Worths::One(_) => Self::ranked(probs, worths, &[]),
            Worths::Each(_) => {
                check_probs(probs)?;
                Self::ranked(probs, worths, &self.expected_profits(probs, worths))
            }
        };
        if labels.len() != probs.len() {
            let reason = format!(
                "{} labels for {} probabilities; give one of each for every customer",
                labels.len(),
                probs.len()
            );
            return Err(Error::Unusable { analysis: DECISION, reason });
        }
        let of_row = |(row, &event): (usize, &bool)| self.0.offer.value(worths.of(row)).realised_profit(event);
        let profits: Vec<f64> = labels.iter().enumerate().map(of_row).collect();
        self.report(ProfitBasis::Realised, &ranked, &profits)
    }

    fn expected_profits(&self, probs: &[f64], worths: Worths<'_>) -> Vec<f64> {
        let of_row = |(row, &prob): (usize, &f64)| self.0.offer.value(worths.of(row)).expected_profit(prob);
        probs.iter().enumerate().map(of_row).collect()
    }

    fn ranked<'a>(probs: &'a [f64], worths: Worths<'a>, expected: &[f64]) -> Ranked<'a> {
        match worths {
            Worths::One(_) => Ranked { scores: Cow::Borrowed(probs), by: RankedBy::Probability, worths },
            Worths::Each(_) => Ranked { scores: Cow::Owned(expected.to_vec()), by: RankedBy::ExpectedProfit, worths },
        }
    }

    fn worths<'a>(&self, n: usize, worths: Option<&'a [f64]>) -> Result<Worths<'a>> {
        let Some(worths) = worths else {
            let name = self.0.offer.worth_name();
            let expected = "given in the terms, or `worths` for each customer";
            let one = self.0.offer.worth().ok_or_else(|| Error::param(DECISION, name, expected, "neither"))?;
            return Ok(Worths::One(one));
        };
        let unusable = |reason: String| Err(Error::Unusable { analysis: DECISION, reason });
        if worths.len() != n {
            return unusable(format!(
                "{} worths for {n} probabilities; give one of each for every customer",
                worths.len()
            ));
        }
        let n_beyond = worths.iter().filter(|worth| !(worth.abs() <= LARGEST_AMOUNT)).count();
        if n_beyond > 0 {
            return unusable(format!(
                "{n_beyond} of {n} worths are NaN, infinite or beyond 1e15; leave those customers out"
            ));
        }
        Ok(Worths::Each(worths))
    }

    fn report(&self, basis: ProfitBasis, ranked: &Ranked<'_>, profits: &[f64]) -> Result<ProfitReport> {
        let undefined = |reason| refused("the profit curve", &reason);
        let curve = profit_curve(&ranked.scores, profits).map_err(undefined)?;
        let one_worth = match ranked.worths {
            Worths::One(worth) => Some(worth),
            Worths::Each(_) => None,
        };
        let mut report = ProfitReport::new(self.0.offer.clone(), basis, ranked.by, one_worth, curve);
        if let Some(settings) = &self.0.bootstrap {
            let profit = maximum_profit_bootstrap(&ranked.scores, profits, settings).map_err(undefined)?;
            let share = best_share_bootstrap(&ranked.scores, profits, settings).map_err(undefined)?;
            (report.maximum_bootstrap, report.best_share_bootstrap) = (Some(profit), Some(share));
        }
        Ok(report)
    }
}

impl TryFrom<ProfitAnalysisParams> for ProfitAnalysis {
    type Error = Error;

    fn try_from(params: ProfitAnalysisParams) -> Result<Self> {
        params.check()
    }
}

impl From<ProfitAnalysis> for ProfitAnalysisParams {
    fn from(analysis: ProfitAnalysis) -> Self {
        analysis.0
    }
}
