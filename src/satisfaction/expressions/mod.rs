//! Scores as polars expressions, for a `group_by` of the caller's own.
//!
//! ```text
//! answers ── read by the rules of the roles ──▶ class or null ── counts of a group ──▶ score
//! ```
//!
//! The counts, and sums of weights, are made by polars; what becomes of them is worked out as in
//! [`nps`](super::nps) and [`csat`](super::csat). So unweighted scores have the same digits, and weighted
//! ones too but for the rounding of sums, which polars takes in an order of its own.

mod csat;
mod group_sums;
mod nps;

#[cfg(test)]
mod tests;

pub use csat::{csat_expr, csat_scores_expr};
pub use nps::{nps_code_expr, nps_expr, nps_scores_expr};
