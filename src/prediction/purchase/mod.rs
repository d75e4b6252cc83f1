//! Purchases: who will buy, how often, and for how much.
//!
//! | question | settings | model |
//! |---|---|---|
//! | will they buy? | [`PurchaseParams::event`] | logistic regression |
//! | how often? | [`PurchaseParams::count`] | Poisson regression, with the time each was observed |
//! | how much, nothing included? | [`PurchaseParams::spend`] | Tweedie regression |
//! | how much, if they buy? | [`PurchaseParams::spend_of_buyers`] | Gamma regression over buyers |
//! | how much, refunds taken off? | [`PurchaseParams::net_spend`] | least squares |
//!
//! The probability of a purchase times what a buyer spends is the expected spend; a Tweedie model
//! gives it in one. [`snapshot`](super::snapshot) makes a table for each of them of transactions.

mod kind;
mod model;
mod params;
mod report;

pub use kind::PurchaseKind;
pub use model::PurchaseModel;
pub use params::{Purchase, PurchaseParams};
pub use report::PurchaseReport;

/// The name in errors.
const PURCHASE: &str = "purchase";
