//! Statistics of survey answers: net promoter scores, shares of satisfied customers, indexes of
//! several items, and what may be said of their differences and of their course.
//!
//! A net promoter score stands on the scale of -100 to 100, a share on 0 to 1, an index on 0 to 100.
//! Everything is worked out from counts of answers, or from sums that no order of the answers
//! changes, so that no statistic takes a second pass over them.
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
//! | how high is an index of several items | [`IndexSums`], [`acsi`] |
//! | do the items measure one thing | [`ItemMoments`], [`Reliability`] |
//! | which item moved the index | [`change_by_item`] |
//! | does a series rise or fall, and how fast | [`mann_kendall`], [`sens_slope`] |
//! | is a change more than the usual coming and going | [`ControlChart`] |
//! | which weights give a sample the margins of its population | [`rake`] |

mod acsi;
mod composite;
mod contribution;
mod control_chart;
#[cfg(test)]
mod coverage;
mod gap_counts;
mod index_sums;
mod index_tile;
mod item_moments;
mod item_rows;
mod item_weights;
mod mann_kendall;
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
mod plain_cells;
mod raking;
mod reliability;
mod score_counts;
mod score_weights;
mod sens_slope;
mod share;
mod weight_sums;
mod weighted_cells;
mod weighted_composite;

pub use acsi::acsi;
pub use composite::CompositeSums;
pub use contribution::{ChangeByItem, change_by_item};
pub use control_chart::{ControlChart, ControlLimit, ControlLimits, ControlPoint, ControlSignal};
pub use gap_counts::GapCounts;
pub use index_sums::{CompositeMean, IndexCell, IndexSums, ItemMean, NO_CELL};
pub use item_moments::ItemMoments;
pub use item_rows::{Answers, ItemRows, ItemScale, MISSING, MOST_STEPS};
pub use item_weights::{ItemWeights, index_of_means, item_index};
pub use mann_kendall::{MannKendall, PMethod, mann_kendall};
pub use mix_rate::{MixRate, MixRatePart, SegmentChange, mix_rate};
pub use non_response::{LevelResponse, NonResponse, non_response};
pub use nps_bootstrap::bootstrap_nps;
pub use nps_counts::{NpsClass, NpsCounts};
pub(crate) use nps_difference::z_test;
pub use nps_difference::{NpsDifference, WaldForm, nps_difference};
pub use nps_estimate::{AdjustedWald, NpsEstimate};
pub use nps_exact::{MOST_EXACT, exact_nps};
pub use nps_groups::{NpsHomogeneity, NpsPair, nps_homogeneity, nps_pairwise};
pub use nps_paired::{NpsChange, NpsTransitions};
pub use nps_sample_size::{
    AssumedShares, detectable_difference, difference_size, gap_size, half_width_at, half_width_size,
};
pub use nps_weights::NpsWeights;
pub use raking::{Margin, Raked, RakingOptions, RakingUnit, rake};
pub use reliability::{ItemReliability, Reliability};
pub use score_counts::ScoreCounts;
pub use score_weights::ScoreWeights;
pub use sens_slope::{SensSlope, sens_slope};
pub use share::{MeanScore, Share, response_rate};
pub use weight_sums::WeightSums;
pub use weighted_composite::WeightedCompositeSums;
