//! How two columns go together: one file for each coefficient.
//!
//! | columns | coefficient |
//! |---|---|
//! | two numeric | Pearson's r, Spearman's rho, Kendall's tau-b |
//! | two of categories | chi-squared, Cramér's V, phi, odds ratio, uncertainty coefficients |
//! | categories and numbers | correlation ratio |
//! | two numeric, others held fixed | partial and semi-partial correlation |
//!
//! The point-biserial correlation is Pearson's with a variable of 0 and 1.

pub mod comoments;
pub mod contingency;
pub mod correlation_ratio;
pub mod cramer;
mod inversions;
pub mod kendall;
pub mod partial;
pub mod pearson;
mod rank_sums;
mod ranked;
pub mod spearman;
pub mod spearman_matrix;

use super::distribution::student_t;
use super::p_value::PValue;

/// Tests a coefficient `r` that leaves the share `1 - r^2` against 0: `t = r sqrt(df / (1 - r^2))`.
///
/// `None` for the statistic where it is infinite, and p is 0 there; `None` for both without
/// degrees of freedom.
fn t_test(r: f64, unexplained: f64, df: u64) -> (Option<f64>, Option<PValue>) {
    let t = r * (df as f64 / unexplained).sqrt();
    (Some(t).filter(|t| df > 0 && t.is_finite()), student_t::two_sided(t, df as f64).ok())
}
