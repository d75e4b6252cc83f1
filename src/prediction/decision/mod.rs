//! Decision: whom to contact, and what it earns.
//!
//! A probability becomes a decision through money: what a contact costs and what it brings.
//!
//! | question | answer |
//! |---|---|
//! | from which probability on does a contact pay? | [`RetentionOffer::threshold`], [`PurchaseOffer::threshold`], [`cost_threshold`] |
//! | what does contacting the first 10, 20, .. percent earn? | [`ProfitAnalysisParams`], expected or realised |
//! | which of two models earns more, the acceptance being uncertain? | [`RetentionOffer::expected_maximum_profit`] |
//! | whom to call with this budget, and why them? | [`WinBackParams`], which makes a [`WinBackList`] |
//!
//! All of it takes *calibrated* probabilities but the expected maximum profit, to which only the
//! order of the scores matters. Probabilities of a model that was trained with class weights are
//! not calibrated: mend them by [`calibration`](super::calibration) before.

mod amounts;
mod list;
mod list_display;
mod maximum_profit;
mod offer;
mod profit_analysis;
mod profit_report;
mod prospects;
mod purchase_offer;
mod retention_offer;
#[cfg(test)]
mod tests;
mod win_back;

pub use amounts::cost_threshold;
pub use list::{LeftOut, LeftOutCount, Reason, WinBackCustomer, WinBackList};
pub use maximum_profit::MaximumProfit;
pub use offer::Offer;
pub use profit_analysis::{ProfitAnalysis, ProfitAnalysisParams};
pub use profit_report::{ProfitBasis, ProfitReport, RankedBy};
pub use prospects::Prospects;
pub use purchase_offer::{PurchaseOffer, PurchaseOfferParams};
pub use retention_offer::{Acceptance, RetentionOffer, RetentionOfferParams};
pub use win_back::{BudgetCost, WinBack, WinBackParams};
