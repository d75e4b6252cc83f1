//! The list of customers to contact.

use polars::prelude::*;
use serde::Serialize;

use super::amounts::{DECISION, refused};
use super::offer::Offer;
use super::prospects::Prospects;
use super::win_back::{Paying, WinBackParams};
use crate::error::{Error, Result};
use crate::frame::columns::{self, COST, CUSTOMER, EXPECTED_PROFIT, PROB, RANK, WORTH};
use crate::frame::{ToDataFrame, frame_of};
use crate::kernel::decision::Selection;
use crate::kernel::exact_sum::ExactSum;
use crate::kernel::undefined::Undefined;

/// Why a customer is not on the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LeftOut {
    /// The row has no id.
    MissingCustomer,
    /// There is no finite probability.
    MissingProbability,
    /// There is no finite worth.
    MissingWorth,
    /// Worth no more than the incentive costs, or a margin that is not above 0: a contact pays at
    /// no probability.
    WorthTooLittle,
    /// The contact is not expected to earn anything.
    BelowThreshold,
    /// The contact would pay, but others earn more within the budget or the number.
    BeyondBudget,
}

impl LeftOut {
    /// All of them, in the order in which they are looked for.
    pub(super) const ALL: [Self; 6] = [
        Self::MissingCustomer,
        Self::MissingProbability,
        Self::MissingWorth,
        Self::WorthTooLittle,
        Self::BelowThreshold,
        Self::BeyondBudget,
    ];
}

/// How many customers are not on the list for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LeftOutCount {
    /// The reason, the first that applies.
    pub reason: LeftOut,
    /// How many customers.
    pub n_customers: u64,
}

/// A feature that raises a customer's probability.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reason {
    /// The feature.
    pub feature: String,
    /// What the customer has of it, as it was read; `None` where that is missing or was not given.
    pub value: Option<String>,
    /// What it adds to the customer's score, in log-odds where the model is a logistic one.
    pub contribution: f64,
}

/// A customer on the list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct WinBackCustomer {
    /// Place on the list, from 1.
    pub rank: u64,
    /// The id as text.
    pub customer: String,
    /// Probability of the event.
    pub prob: f64,
    /// What the customer is worth: the customer value, or the margin.
    pub worth: f64,
    /// What the contact is expected to earn.
    pub expected_profit: f64,
    /// What the contact takes of the budget.
    pub cost: f64,
    /// The features that raise the probability most, the largest first, equal ones in the order
    /// of the features. Fewer than asked for where fewer raise it.
    pub reasons: Vec<Reason>,
}

/// Customers to contact, the largest expected profit first, and what becomes of the others.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct WinBackList {
    /// The settings.
    pub settings: WinBackParams,
    /// Rows that were judged.
    pub n_customers: u64,
    /// The list.
    pub customers: Vec<WinBackCustomer>,
    /// Those who are not on it, by reason; reasons that apply to nobody are not listed.
    pub left_out: Vec<LeftOutCount>,
    /// The probability above which a contact pays, where all customers are worth the same; 1 or
    /// more where none pays.
    pub threshold: Option<f64>,
    /// What the list is expected to earn over contacting nobody.
    pub expected_profit: f64,
    /// What no other choice within the budget and the number can exceed; equal to
    /// `expected_profit` where the list is known to be the best.
    pub expected_profit_bound: f64,
    /// What contacting everybody with a probability and a worth is expected to earn.
    pub expected_profit_of_everybody: f64,
    /// What the list takes of the budget.
    pub cost: f64,
    /// What the list is expected to cost, whatever counts for the budget: the contacts, and the
    /// incentives as often as they are expected to be taken.
    pub expected_cost: f64,
    #[serde(skip)]
    ids: Series,
}

impl WinBackList {
    pub(super) fn new(
        settings: &WinBackParams,
        prospects: &Prospects<'_>,
        paying: &Paying,
        chosen: &Selection,
    ) -> Result<Self> {
        let rows: Vec<u32> = chosen.rows.iter().map(|&place| paying.rows[place as usize]).collect();
        let ids = prospects.customers.take(&IdxCa::from_vec("".into(), rows)).map_err(Error::query(DECISION))?;
        let texts = ids.cast(&DataType::String).map_err(Error::query(DECISION))?;
        let texts = texts.str().map_err(Error::query(DECISION))?;
        let one_worth = if prospects.worths.is_some() { None } else { settings.offer.worth() };
        let customers = chosen.rows.iter().zip(texts.iter()).zip(1..).map(|((&place, id), rank)| {
            let (place, row) = (place as usize, paying.rows[place as usize] as usize);
            WinBackCustomer {
                rank,
                customer: id.unwrap_or_default().to_owned(),
                prob: prospects.probs[row],
                worth: prospects.worths.as_ref().map(|worths| worths[row]).or(one_worth).unwrap_or_default(),
                expected_profit: paying.profits[place],
                cost: paying.costs[place].to_f64(),
                reasons: reasons(prospects, row, settings.n_reasons as usize),
            }
        });
        let customers: Vec<WinBackCustomer> = customers.collect();
        let counts = LeftOut::ALL.into_iter().zip(paying.n_left_out);
        Ok(Self {
            settings: settings.clone(),
            n_customers: prospects.probs.len() as u64,
            left_out: counts
                .filter(|(_, n)| *n > 0)
                .map(|(reason, n_customers)| LeftOutCount { reason, n_customers })
                .collect(),
            threshold: one_worth.and_then(|worth| settings.offer.value(worth).threshold().ok()),
            expected_profit: chosen.profit,
            expected_profit_bound: chosen.profit_bound,
            expected_profit_of_everybody: paying.everybody,
            cost: chosen.cost.to_f64(),
            expected_cost: expected_cost(&settings.offer, &customers)?,
            customers,
            ids,
        })
    }

    /// How many customers are not on the list for a reason.
    #[must_use]
    pub fn n_left_out(&self, reason: LeftOut) -> u64 {
        self.left_out.iter().filter(|count| count.reason == reason).map(|count| count.n_customers).sum()
    }
}

fn expected_cost(offer: &Offer, customers: &[WinBackCustomer]) -> Result<f64> {
    let costs: Vec<f64> = customers.iter().map(|one| offer.expected_cost(one.prob)).collect();
    ExactSum::of(&costs).value().ok_or_else(|| refused("the cost", &Undefined::Overflow))
}

/// The features that add most to a customer's score.
fn reasons(prospects: &Prospects<'_>, row: usize, n: usize) -> Vec<Reason> {
    let of_row = prospects.contributions.iter().map(|(_, values)| values[row]).enumerate();
    let mut raising: Vec<(usize, f64)> = of_row.filter(|(_, part)| *part > 0.0 && part.is_finite()).collect();
    raising.sort_by(|a, b| b.1.total_cmp(&a.1));
    raising.truncate(n);
    let reason = |(place, contribution): (usize, f64)| Reason {
        feature: prospects.contributions[place].0.clone(),
        value: prospects.value(place, row),
        contribution,
    };
    raising.into_iter().map(reason).collect()
}

impl ToDataFrame for WinBackList {
    /// One row per customer on the list: rank, id in the type it came in, probability, worth,
    /// expected profit, cost, then `reason_1`, `reason_value_1`, `contribution_1` and so on, null
    /// where there are fewer reasons.
    fn to_dataframe(&self) -> DataFrame {
        let numbers = |name: &str, of: fn(&WinBackCustomer) -> f64| {
            Series::new(name.into(), self.customers.iter().map(of).collect::<Vec<f64>>())
        };
        let mut series = vec![
            Series::new(RANK.into(), self.customers.iter().map(|one| one.rank).collect::<Vec<_>>()),
            self.ids.clone().with_name(CUSTOMER.into()),
            numbers(PROB, |one| one.prob),
            numbers(WORTH, |one| one.worth),
            numbers(EXPECTED_PROFIT, |one| one.expected_profit),
            numbers(COST, |one| one.cost),
        ];
        for place in 0..self.settings.n_reasons as usize {
            let reason = |one: &WinBackCustomer| one.reasons.get(place).cloned();
            let found: Vec<Option<Reason>> = self.customers.iter().map(reason).collect();
            let features: StringChunked =
                found.iter().map(|reason| reason.as_ref().map(|one| one.feature.as_str())).collect();
            let values: StringChunked =
                found.iter().map(|reason| reason.as_ref().and_then(|one| one.value.as_deref())).collect();
            let parts: Float64Chunked =
                found.iter().map(|reason| reason.as_ref().map(|one| one.contribution)).collect();
            series.push(features.into_series().with_name(columns::reason(place + 1).into()));
            series.push(values.into_series().with_name(columns::reason_value(place + 1).into()));
            series.push(parts.into_series().with_name(columns::contribution(place + 1).into()));
        }
        frame_of(series)
    }
}
