//! Churn: who will leave, how sure that is, why, and whom to call.
//!
//! ```text
//! FeatureTable ─ ChurnParams::fit ─▶ ChurnModel ─┬─ drivers          what goes along with leaving
//!                                                ├─ predict          a probability, rank and decile each
//!                                                ├─ evaluate         how well, on customers it has not seen
//!                                                ├─ retention_list   whom to contact, and why them
//!                                                ├─ score_expr       the same inside a lazy plan
//!                                                └─ card, to_json    for the files
//! ```
//!
//! Any table with a yes and no will do; [`snapshot`](super::snapshot) makes one of transactions,
//! without a row from after its cutoff among the features.

mod model;
mod params;

pub use model::ChurnModel;
pub use params::{Churn, ChurnParams};

/// The name in errors.
const CHURN: &str = "churn";
