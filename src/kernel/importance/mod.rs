//! What each driver adds to the variance that all of them explain.
//!
//! Everything is computed from the correlation matrix of the drivers and the target, whose row
//! is the last one: `R`, of unit diagonal. `R2(S)` is the share of the target's variance that
//! least squares on the drivers of a set `S` explains.
//!
//! | measure | what it is | sums to `R2` |
//! |---|---|---|
//! | [`lmg`] | mean gain in `R2` when the driver enters, over all orders of entry | yes |
//! | [`sampled_lmg`] | the same over a sample of orders, with standard errors | yes |
//! | [`relative_weights`] | Johnson's weights, through the orthogonal columns nearest to the drivers | yes |
//! | [`pratt`] | slope times correlation; can be negative | yes |
//! | [`first`] | `R2` of the driver alone | no |
//! | [`last`] | what `R2` loses when the driver leaves | no |
//!
//! The measures tell how the explained variance is shared out among correlated drivers. That
//! is importance and not causation: a driver that moves along with the cause has importance
//! too.
//!
//! A driver that the columns already in the set determine adds nothing to it. So these
//! measures, but for Pratt's, are defined for collinear drivers; see [`RANK_TOLERANCE`].

mod elimination;
mod lmg;
mod marginal;
mod players;
mod quadrant;
mod relative_weights;
mod sampled_lmg;

pub use lmg::lmg;
pub use marginal::{first, last, pratt};
pub use players::Players;
pub use quadrant::Quadrant;
pub use relative_weights::{SymmetricRoot, relative_weights};
pub use sampled_lmg::{SampledLmg, sampled_lmg};

/// Share of its variance that a column must have left, once those before it are taken out, to
/// count as a column of its own. Below that it is determined by them: a variance inflation of
/// 10^10, where no digit of a slope would mean anything much.
pub const RANK_TOLERANCE: f64 = 1e-10;

#[cfg(test)]
mod tests;
