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
//! | the same with a guarantee, for few answers | [`exact_nps`] |
//! | do two scores differ, do several | [`nps_difference`], [`nps_homogeneity`], [`nps_pairwise`] |
//! | did the same people change their minds | [`NpsTransitions::change`] |
//! | how many answers does it take | [`half_width_size`], [`difference_size`] |
//! | how many answered, and who did not | [`response_rate`], [`non_response`] |
//! | is a change one of opinions or of who was asked | [`mix_rate`] |
//! | how many are satisfied, and how much on average | [`ScoreCounts`], [`ScoreWeights`] |

#[cfg(test)]
mod coverage;
mod mix_rate;
mod non_response;
mod nps_bootstrap;
mod nps_counts;
mod nps_difference;
mod nps_estimate;
mod nps_exact;
mod nps_groups;
mod nps_paired;
mod nps_sample_size;
mod nps_weights;
mod score_counts;
mod score_weights;
mod share;
mod weight_sums;

pub use mix_rate::{MixRate, MixRatePart, SegmentChange, mix_rate};
pub use non_response::{LevelResponse, NonResponse, non_response};
pub use nps_bootstrap::bootstrap_nps;
pub use nps_counts::{NpsClass, NpsCounts};
pub use nps_difference::{NpsDifference, WaldForm, nps_difference};
pub use nps_estimate::{AdjustedWald, NpsEstimate};
pub use nps_exact::{MOST_EXACT, exact_nps};
pub use nps_groups::{NpsHomogeneity, NpsPair, nps_homogeneity, nps_pairwise};
pub use nps_paired::{NpsChange, NpsTransitions};
pub use nps_sample_size::{AssumedShares, detectable_difference, difference_size, half_width_at, half_width_size};
pub use nps_weights::NpsWeights;
pub use score_counts::ScoreCounts;
pub use score_weights::ScoreWeights;
pub use share::{MeanScore, Share, response_rate};
pub use weight_sums::WeightSums;
