//! Customers scored by value: RFM, and any other dimensions.
//!
//! ```text
//! TransactionLog ── one pass ──▶ measures ──▶ scores 1..=k ──▶ segments
//!        own table ── join ──────▶ │              │
//!                                   └ thresholds: ValueModel, reused next month
//! ```
//!
//! Start with [`RfmParams`]; it is a preset of [`ValueScoreParams`], which takes any
//! dimensions. [`ValueModel`] keeps the thresholds, [`MigrationMatrix`] compares two dates,
//! [`Concentration`] tells how much the best customers hold, and [`HoldoutParams`] whether
//! the score ranked what customers spent next.

mod bins;
mod concentration;
mod dimension;

mod groups;
mod holdout;
mod measures;
mod migration;
mod model;
mod params;
mod plan;
mod rfm;
mod scores;
mod segment_map;
mod segments;
mod thresholds;

#[cfg(test)]
mod tests;

pub use bins::BinReport;
pub use concentration::{Concentration, TopShare};
pub use dimension::{Dimension, Measure, PurchaseUnit};
pub use groups::{HighBy, ValueGroups};
pub use holdout::{GainRow, HoldoutParams, HoldoutReport};
pub use measures::CustomerMeasures;
pub use migration::MigrationMatrix;
pub use model::ValueModel;
pub use params::{Scheme, TieRule, ValueScore, ValueScoreParams};
pub use rfm::{Monetary, PerDimension, Rfm, RfmModel, RfmParams, RfmScores, Segments};
pub use scores::{Unscored, ValueScores};
pub use segment_map::{Overlaps, SegmentMap, SegmentRule};
pub use segments::SegmentSummary;
pub use thresholds::Thresholds;

#[doc(inline)]
pub use crate::kernel::binning::Direction;
