//! An offer to customers who may leave.

use serde::{Deserialize, Serialize};

use super::amounts::{DECISION, check_cost, check_worth, refused};
use super::maximum_profit::MaximumProfit;
use crate::error::{Error, Result};
use crate::kernel::decision::ContactValue;

/// How likely a customer who is about to leave accepts the offer and stays.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Acceptance {
    /// As likely as this, 0..=1, known from campaigns before.
    Known(f64),
    /// Uncertain, distributed as beta with these parameters, the mean being `alpha / (alpha +
    /// beta)`. (6, 14), a mean of 0.3, is what the literature takes where nothing is known.
    Beta {
        /// First parameter.
        alpha: f64,
        /// Second parameter.
        beta: f64,
    },
}

impl Default for Acceptance {
    fn default() -> Self {
        Self::Beta { alpha: 6.0, beta: 14.0 }
    }
}

impl Acceptance {
    /// Its mean. Profit is linear in the acceptance, so that whom to contact depends on nothing else.
    #[must_use]
    pub fn mean(self) -> f64 {
        match self {
            Self::Known(acceptance) => acceptance,
            Self::Beta { alpha, beta } => 1.0 / (1.0 + beta / alpha),
        }
    }

    fn check(self) -> Result<()> {
        /// Beyond it the acceptance is known to more digits than there are.
        const LARGEST: f64 = 1e12;
        let is_parameter = |x: f64| x > 0.0 && x <= LARGEST;
        match self {
            Self::Known(acceptance) if !(0.0..=1.0).contains(&acceptance) => {
                Err(Error::param(DECISION, "acceptance", "in 0..=1", acceptance))
            }
            Self::Beta { alpha, beta } if !(is_parameter(alpha) && is_parameter(beta)) => {
                let expected = "a beta distribution with both parameters above 0 and at most 1e12";
                Err(Error::param(DECISION, "acceptance", expected, format!("({alpha}, {beta})")))
            }
            _ => Ok(()),
        }
    }
}

/// Unchecked terms of an offer to customers who may leave.
///
/// Everybody contacted costs `contact_cost`. Who would have stayed takes the incentive and stays;
/// who is about to leave accepts with the probability `acceptance`, takes the incentive, and is
/// worth `clv` from then on. So a contact is expected to earn
///
/// ```text
/// p (gamma (CLV - d) - f) - (1 - p) (d + f)
/// ```
/// `p` the calibrated probability of leaving, `d` the incentive, `f` the cost of the contact, `gamma`
/// the (mean) acceptance. That is above 0 just where `p > (d + f) / (gamma (CLV - d) + d)`.
///
/// # Examples
///
/// ```
/// use customer_analytics::prediction::decision::RetentionOfferParams;
///
/// let offer = RetentionOfferParams::new(10.0, 1.0).clv(200.0).acceptance(0.3).check()?;
/// assert_eq!(offer.threshold()?, 11.0 / 67.0);
/// let from_a_job_file: RetentionOfferParams = toml::from_str(
///     r#"incentive = 10.0
///        contact_cost = 1.0
///        clv = 200.0
///        acceptance = { known = 0.3 }"#,
/// )?;
/// assert_eq!(&from_a_job_file, offer.params());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct RetentionOfferParams {
    pub(super) incentive: f64,
    pub(super) contact_cost: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) clv: Option<f64>,
    #[serde(default)]
    pub(super) acceptance: Acceptance,
}

impl RetentionOfferParams {
    /// An incentive and the cost of contacting one customer, both in the currency of the customer
    /// value.
    pub fn new(incentive: f64, contact_cost: f64) -> Self {
        Self { incentive, contact_cost, clv: None, acceptance: Acceptance::default() }
    }

    /// The terms that the literature compares models by: a customer value of 200, an incentive of
    /// 10, a contact of 1, an acceptance distributed as beta (6, 14).
    ///
    /// # References
    /// T. Verbraken, W. Verbeke & B. Baesens (2013), IEEE Transactions on Knowledge and Data
    /// Engineering 25(5), 961-973.
    pub fn of_the_literature() -> Self {
        Self::new(10.0, 1.0).clv(200.0)
    }

    /// What every customer is worth. Without it the prospects have a worth each.
    pub fn clv(mut self, clv: f64) -> Self {
        self.clv = Some(clv);
        self
    }

    /// The known share of contacted leavers who accept.
    pub fn acceptance(mut self, acceptance: f64) -> Self {
        self.acceptance = Acceptance::Known(acceptance);
        self
    }

    /// An uncertain share, distributed as beta; (6, 14) by default.
    pub fn acceptance_beta(mut self, alpha: f64, beta: f64) -> Self {
        self.acceptance = Acceptance::Beta { alpha, beta };
        self
    }

    /// Checks all terms.
    ///
    /// # Errors
    /// `Param` for a cost outside 0..=1e15, a customer value that is not above the incentive, or an
    /// acceptance outside its range.
    pub fn check(self) -> Result<RetentionOffer> {
        check_cost("incentive", self.incentive)?;
        check_cost("contact_cost", self.contact_cost)?;
        if let Some(clv) = self.clv {
            check_worth("clv", clv, self.incentive, "the incentive")?;
        }
        self.acceptance.check()?;
        Ok(RetentionOffer(self))
    }
}

/// Checked terms of an offer to customers who may leave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RetentionOfferParams", into = "RetentionOfferParams")]
#[must_use]
pub struct RetentionOffer(RetentionOfferParams);

impl RetentionOffer {
    /// The terms.
    pub fn params(&self) -> &RetentionOfferParams {
        &self.0
    }

    /// The probability of leaving above which a contact pays, for the one customer value of the
    /// terms; 1 or more where none pays.
    ///
    /// # Errors
    /// `Param` without a customer value.
    pub fn threshold(&self) -> Result<f64> {
        self.threshold_of(self.one_clv()?)
    }

    /// The same for a customer of this value.
    ///
    /// # Errors
    /// `Param` unless the value is above the incentive.
    pub fn threshold_of(&self, clv: f64) -> Result<f64> {
        check_worth("clv", clv, self.0.incentive, "the incentive")?;
        let RetentionOfferParams { incentive, contact_cost, .. } = self.0;
        let value = ContactValue::retention(clv, incentive, contact_cost, self.0.acceptance.mean());
        value.and_then(|value| value.threshold()).map_err(|undefined| refused("the threshold", &undefined))
    }

    /// What a ranking by these scores earns at the mean acceptance, and expected over all
    /// acceptances (MP and EMP): the measure by which models for one campaign are compared.
    ///
    /// `labels` are true for those who left. Scores can be of any scale; equal ones are taken
    /// together. A known acceptance has one number for both.
    ///
    /// # Errors
    /// `Param` without a customer value; `Unusable` for no rows, slices of two lengths or a score
    /// that is NaN.
    ///
    /// # Examples
    ///
    /// ```
    /// use customer_analytics::prediction::decision::RetentionOfferParams;
    ///
    /// let offer = RetentionOfferParams::of_the_literature().check()?;
    /// let found = offer.expected_maximum_profit(&[true, false], &[0.9, 0.1])?;
    /// // One contact, of a leaver: 0.3 * 190 - 1 over two customers.
    /// assert_eq!((found.maximum_profit, found.n_contacted), (28.0, 1));
    /// # Ok::<(), customer_analytics::error::Error>(())
    /// ```
    pub fn expected_maximum_profit(&self, labels: &[bool], scores: &[f64]) -> Result<MaximumProfit> {
        MaximumProfit::new(self, self.one_clv()?, labels, scores)
    }

    fn one_clv(&self) -> Result<f64> {
        self.0.clv.ok_or_else(|| Error::param(DECISION, "clv", "given as one number for all customers", "none"))
    }
}

impl TryFrom<RetentionOfferParams> for RetentionOffer {
    type Error = Error;

    fn try_from(params: RetentionOfferParams) -> Result<Self> {
        params.check()
    }
}

impl From<RetentionOffer> for RetentionOfferParams {
    fn from(offer: RetentionOffer) -> Self {
        offer.0
    }
}
