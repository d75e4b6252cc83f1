//! Statistics of survey answers: net promoter scores, shares of satisfied customers, and what may
//! be said of their differences.
//!
//! A net promoter score stands on the scale of -100 to 100, a share on 0 to 1. Everything is worked
//! out from counts of answers, or from sums of weights and of their squares, so that no statistic
//! takes a second pass over the answers.
//!
//! | question | answer |
//! |---|---|
//! | how high is the score, and how sure is that | [`NpsCounts::summary`], [`NpsWeights::summary`], then [`NpsEstimate`] |
//! | the same by drawing again from the answers | [`bootstrap_nps`] |

mod nps_bootstrap;
mod nps_counts;
mod nps_estimate;
mod nps_weights;

pub use nps_bootstrap::bootstrap_nps;
pub use nps_counts::{NpsClass, NpsCounts};
pub use nps_estimate::{AdjustedWald, NpsEstimate};
pub use nps_weights::{ClassWeight, NpsWeights};
