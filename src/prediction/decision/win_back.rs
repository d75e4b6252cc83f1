//! Which customers go on the list.

use serde::{Deserialize, Serialize};

use super::amounts::{DECISION, check_cost, refused};
use super::list::{LeftOut, WinBackList};
use super::offer::Offer;
use super::prospects::Prospects;
use crate::error::{Error, Result};
use crate::kernel::decision::{Selection, select_within};
use crate::kernel::exact_sum::ExactSum;
use crate::kernel::money::Money;
use crate::kernel::undefined::Undefined;

/// What a contact takes of the budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BudgetCost {
    /// The contact and the incentive: the budget holds even if everybody takes the incentive. All
    /// contacts cost the same, so the best ones within the budget are found exactly. The default.
    #[default]
    Committed,
    /// The contact, and the incentive as often as it is expected to be taken.
    Expected,
    /// The contact alone, where incentives are paid from elsewhere or limited by the callers' time.
    Contact,
}

/// Unchecked settings of a list of customers to contact.
///
/// Customers are on it whose contact is expected to earn something, the largest expected profit
/// first; with a budget or a number, those that earn the most within it. Equal ones are taken in
/// the order of their ids.
///
/// # Examples
///
/// ```
/// use customer_analytics::prediction::decision::{RetentionOfferParams, WinBackParams};
///
/// let offer = RetentionOfferParams::of_the_literature().check()?;
/// let params = WinBackParams::new(offer).budget(5_000.0).max_customers(400).n_reasons(2);
/// assert!(params.check().is_ok());
/// # Ok::<(), customer_analytics::error::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct WinBackParams {
    pub(in crate::prediction) offer: Offer,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) budget: Option<f64>,
    #[serde(default)]
    pub(super) budget_cost: BudgetCost,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) max_customers: Option<u64>,
    #[serde(default = "three")]
    pub(super) n_reasons: u32,
}

fn three() -> u32 {
    3
}

impl WinBackParams {
    /// All customers whose contact pays, with up to three reasons each.
    pub fn new(offer: impl Into<Offer>) -> Self {
        Self {
            offer: offer.into(),
            budget: None,
            budget_cost: BudgetCost::default(),
            max_customers: None,
            n_reasons: three(),
        }
    }

    /// The most that contacts may cost together.
    pub fn budget(mut self, budget: f64) -> Self {
        self.budget = Some(budget);
        self
    }

    /// What a contact takes of the budget; the contact and the incentive by default.
    pub fn budget_cost(mut self, cost: BudgetCost) -> Self {
        self.budget_cost = cost;
        self
    }

    /// The most customers to contact.
    pub fn max_customers(mut self, n: u64) -> Self {
        self.max_customers = Some(n);
        self
    }

    /// The most reasons for each customer, at most 100; 3 by default.
    pub fn n_reasons(mut self, n: u32) -> Self {
        self.n_reasons = n;
        self
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// `Param` for a budget outside 0..=1e15 or more than 100 reasons.
    pub fn check(self) -> Result<WinBack> {
        if let Some(budget) = self.budget {
            check_cost("budget", budget)?;
        }
        if self.n_reasons > 100 {
            return Err(Error::param(DECISION, "n_reasons", "in 0..=100", self.n_reasons));
        }
        Ok(WinBack(self))
    }
}

/// Checked settings of a list of customers to contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "WinBackParams", into = "WinBackParams")]
#[must_use]
pub struct WinBack(WinBackParams);

/// Customers whose contact pays, in the order of their ids.
#[derive(Debug, Default)]
pub(super) struct Paying {
    pub(super) rows: Vec<u32>,
    pub(super) profits: Vec<f64>,
    pub(super) costs: Vec<Money>,
    /// Customers who are not among them, by reason.
    pub(super) n_left_out: [u64; LeftOut::ALL.len()],
    /// The expected profit of contacting everybody with a probability and a worth.
    pub(super) everybody: f64,
}

impl WinBack {
    /// The settings.
    pub fn params(&self) -> &WinBackParams {
        &self.0
    }

    /// Makes the list.
    ///
    /// # Errors
    /// `Param` when neither the terms nor the prospects say what customers are worth; `Unusable`
    /// when amounts are too large to be added up.
    pub fn select(&self, prospects: &Prospects<'_>) -> Result<WinBackList> {
        let undefined = |reason: Undefined| refused("the list", &reason);
        let mut paying = self.paying(prospects)?;
        let budget = self.0.budget.and_then(Money::of);
        let chosen: Selection =
            select_within(&paying.profits, &paying.costs, budget, self.0.max_customers).map_err(undefined)?;
        paying.n_left_out[LeftOut::BeyondBudget as usize] = (paying.rows.len() - chosen.rows.len()) as u64;
        WinBackList::new(&self.0, prospects, &paying, &chosen)
    }

    /// Judges every customer.
    fn paying(&self, prospects: &Prospects<'_>) -> Result<Paying> {
        let offer = &self.0.offer;
        let one_worth = offer.worth();
        if prospects.worths.is_none() && one_worth.is_none() {
            let expected = "given in the terms, or `worths` in the prospects";
            return Err(Error::param(DECISION, offer.worth_name(), expected, "neither"));
        }
        let (mut paying, mut everybody) = (Paying::default(), ExactSum::default());
        let by_id = prospects.by_id();
        paying.n_left_out[LeftOut::MissingCustomer as usize] = (prospects.probs.len() - by_id.len()) as u64;
        for row in by_id {
            let prob = prospects.probs[row as usize];
            let worth = prospects.worths.as_ref().map(|worths| worths[row as usize]).or(one_worth).unwrap_or(f64::NAN);
            let left_out = if prob.is_nan() {
                LeftOut::MissingProbability
            } else if worth.is_nan() {
                LeftOut::MissingWorth
            } else {
                let value = offer.value(worth);
                let profit = value.expected_profit(prob);
                everybody.add(profit);
                if !offer.is_worthwhile(worth) {
                    LeftOut::WorthTooLittle
                } else if profit > 0.0 && value.threshold().is_ok_and(|threshold| prob > threshold) {
                    paying.rows.push(row);
                    paying.profits.push(profit);
                    paying.costs.push(self.cost(prob)?);
                    continue;
                } else {
                    LeftOut::BelowThreshold
                }
            };
            paying.n_left_out[left_out as usize] += 1;
        }
        paying.everybody = everybody.value().ok_or_else(|| refused("the profit", &Undefined::Overflow))?;
        Ok(paying)
    }

    fn cost(&self, prob: f64) -> Result<Money> {
        let offer = &self.0.offer;
        let cost = match self.0.budget_cost {
            BudgetCost::Committed => offer.committed_cost(),
            BudgetCost::Expected => offer.expected_cost(prob),
            BudgetCost::Contact => offer.contact_cost(),
        };
        Money::of(cost).ok_or_else(|| refused("the cost", &Undefined::Overflow))
    }
}

impl TryFrom<WinBackParams> for WinBack {
    type Error = Error;

    fn try_from(params: WinBackParams) -> Result<Self> {
        params.check()
    }
}

impl From<WinBack> for WinBackParams {
    fn from(checked: WinBack) -> Self {
        checked.0
    }
}
