//! An offer to customers who may buy.

use serde::{Deserialize, Serialize};

use super::amounts::{check_cost, check_worth};
use crate::error::{Error, Result};

/// Unchecked terms of an offer to customers who may buy.
///
/// A contact is expected to earn `p margin - contact_cost`, `p` being the calibrated probability
/// that a contacted customer buys *because* of it. Where `p` is that of buying at all, sales that
/// would have come anyway are counted too: then it is an upper bound.
///
/// # Examples
///
/// ```
/// use customer_analytics::prediction::decision::PurchaseOfferParams;
///
/// let offer = PurchaseOfferParams::new(2.0).margin(25.0).check()?;
/// assert_eq!(offer.threshold()?, 0.08);
/// # Ok::<(), customer_analytics::error::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct PurchaseOfferParams {
    pub(super) contact_cost: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) margin: Option<f64>,
}

impl PurchaseOfferParams {
    /// The cost of contacting one customer.
    pub fn new(contact_cost: f64) -> Self {
        Self { contact_cost, margin: None }
    }

    /// What a purchase brings. Without it the prospects have a worth each, such as the expected
    /// spend times the margin.
    pub fn margin(mut self, margin: f64) -> Self {
        self.margin = Some(margin);
        self
    }

    /// Checks all terms.
    ///
    /// # Errors
    /// `Param` for a cost outside 0..=1e15 or a margin that is not above 0.
    pub fn check(self) -> Result<PurchaseOffer> {
        check_cost("contact_cost", self.contact_cost)?;
        if let Some(margin) = self.margin {
            check_worth("margin", margin, 0.0, "nothing")?;
        }
        Ok(PurchaseOffer(self))
    }
}

/// Checked terms of an offer to customers who may buy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "PurchaseOfferParams", into = "PurchaseOfferParams")]
#[must_use]
pub struct PurchaseOffer(PurchaseOfferParams);

impl PurchaseOffer {
    /// The terms.
    pub fn params(&self) -> &PurchaseOfferParams {
        &self.0
    }

    /// The probability of a purchase above which a contact pays; 1 or more where none does.
    ///
    /// # Errors
    /// `Param` without a margin.
    pub fn threshold(&self) -> Result<f64> {
        let margin = self.0.margin.ok_or_else(|| {
            Error::param(super::amounts::DECISION, "margin", "given as one number for all customers", "none")
        })?;
        Ok(self.0.contact_cost / margin)
    }
}

impl TryFrom<PurchaseOfferParams> for PurchaseOffer {
    type Error = Error;

    fn try_from(params: PurchaseOfferParams) -> Result<Self> {
        params.check()
    }
}

impl From<PurchaseOffer> for PurchaseOfferParams {
    fn from(offer: PurchaseOffer) -> Self {
        offer.0
    }
}
