//! Numbers of surveys: indexes of several items, how well the items go together, why an index
//! moved, whether a series moves at all, and weights that make a sample look like its population.
//!
//! Answers are slices with one entry for each respondent. Nothing here depends on the order of
//! respondents: sums are of whole numbers or free of order.

mod acsi;
mod composite;
mod contribution;
mod control_chart;
mod index_sums;
mod index_tile;
mod item_moments;
mod item_rows;
mod item_weights;
mod mann_kendall;
mod plain_cells;
mod raking;
mod reliability;
mod sens_slope;
mod weighted_cells;
mod weighted_composite;

pub use acsi::acsi;
pub use composite::CompositeSums;
pub use contribution::{ChangeByItem, change_by_item};
pub use control_chart::{ControlChart, ControlLimit, ControlLimits, ControlPoint, ControlSignal};
pub use index_sums::{CompositeMean, IndexCell, IndexSums, ItemMean, NO_CELL};
pub use item_moments::ItemMoments;
pub use item_rows::{Answers, FIRST_MISSING, ItemRows, ItemScale, MISSING};
pub use item_weights::{ItemWeights, index_of_means, item_index};
pub use mann_kendall::{MannKendall, PMethod, mann_kendall};
pub use raking::{Margin, Raked, RakingOptions, RakingUnit, rake};
pub use reliability::{ItemReliability, Reliability};
pub use sens_slope::{SensSlope, sens_slope};
pub use weighted_composite::WeightedCompositeSums;
