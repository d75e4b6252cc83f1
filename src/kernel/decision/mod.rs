//! Whom to contact: probabilities and money to thresholds, profit curves and selections.
//!
//! ```text
//! money of one contact ─ ContactValue ─▶ threshold · expected profit
//! scores, profits ─────▶ profit_curve ─▶ the best share to contact, with bootstrap intervals
//! labels, scores ──────▶ maximum_profit · expected_maximum_profit
//! profits, costs ──────▶ select_within a budget
//! ```
//!
//! Scores are taken from the highest down, equal ones together: no cut-off can part them, and no
//! order of the rows shows. Of equal profits the smaller number of contacts counts. Sums are exact
//! or run along the sorted scores.

mod contact;
mod emp;
mod profit_curve;
mod selection;
mod steps;

pub use contact::{ContactValue, cost_matrix_threshold};
pub use emp::{ExpectedMaximumProfit, RetentionTerms, expected_maximum_profit};
pub use profit_curve::{ProfitCurve, ProfitPoint, best_share_bootstrap, maximum_profit_bootstrap, profit_curve};
pub use selection::{Selection, select_within};
