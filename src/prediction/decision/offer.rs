//! Either offer, as far as its money goes.

use serde::{Deserialize, Serialize};

use super::purchase_offer::PurchaseOffer;
use super::retention_offer::RetentionOffer;
use crate::kernel::decision::ContactValue;

/// An offer to customers who may leave, or to customers who may buy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Offer {
    /// Keeps those who may leave; the event is leaving, the worth the customer value.
    Retention(RetentionOffer),
    /// Sells to those who may buy; the event is buying, the worth the margin.
    Purchase(PurchaseOffer),
}

impl From<RetentionOffer> for Offer {
    fn from(offer: RetentionOffer) -> Self {
        Self::Retention(offer)
    }
}

impl From<PurchaseOffer> for Offer {
    fn from(offer: PurchaseOffer) -> Self {
        Self::Purchase(offer)
    }
}

impl Offer {
    /// What every customer is worth, where the terms say it.
    #[must_use]
    pub fn worth(&self) -> Option<f64> {
        match self {
            Self::Retention(offer) => offer.params().clv,
            Self::Purchase(offer) => offer.params().margin,
        }
    }

    /// The name of that setting.
    pub(super) fn worth_name(&self) -> &'static str {
        match self {
            Self::Retention(_) => "clv",
            Self::Purchase(_) => "margin",
        }
    }

    /// What contacting a customer of this worth earns, also where they are worth less than that takes.
    pub(super) fn value(&self, worth: f64) -> ContactValue {
        match self {
            Self::Retention(offer) => {
                let terms = offer.params();
                let with_event = terms.acceptance.mean().mul_add(worth - terms.incentive, -terms.contact_cost);
                ContactValue { with_event, without_event: -(terms.incentive + terms.contact_cost) }
            }
            Self::Purchase(offer) => {
                let cost = offer.params().contact_cost;
                ContactValue { with_event: worth - cost, without_event: -cost }
            }
        }
    }

    /// Whether a customer of this worth can be worth a contact at any probability.
    pub(super) fn is_worthwhile(&self, worth: f64) -> bool {
        let least = match self {
            Self::Retention(offer) => offer.params().incentive,
            Self::Purchase(_) => 0.0,
        };
        worth > least
    }

    /// The most that one contact can cost.
    pub(super) fn committed_cost(&self) -> f64 {
        match self {
            Self::Retention(offer) => offer.params().contact_cost + offer.params().incentive,
            Self::Purchase(offer) => offer.params().contact_cost,
        }
    }

    /// What a contact is expected to cost: the incentive counts as often as it is taken.
    pub(super) fn expected_cost(&self, prob: f64) -> f64 {
        match self {
            Self::Retention(offer) => {
                let terms = offer.params();
                let taken = prob.mul_add(terms.acceptance.mean(), 1.0 - prob);
                taken.mul_add(terms.incentive, terms.contact_cost)
            }
            Self::Purchase(offer) => offer.params().contact_cost,
        }
    }

    /// What a contact costs whatever comes of it.
    pub(super) fn contact_cost(&self) -> f64 {
        match self {
            Self::Retention(offer) => offer.params().contact_cost,
            Self::Purchase(offer) => offer.params().contact_cost,
        }
    }
}
