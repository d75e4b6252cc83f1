//! Key drivers: which of many ratings or attributes explain a target, and how much each.
//!
//! The drivers of customer satisfaction go together, so slopes mislead: a driver can get a
//! small or negative one because its neighbour stands in for it. Measures of relative
//! importance share the explained variance out instead; see [`kernel::importance`].
//!
//! Importance and performance make the map of Martilla and James: what matters and goes badly
//! is where to concentrate.
//!
//! A driver of text is one driver with a dummy for every level but one, which is the reference.
//!
//! Importance is not causation. The measures say what moves along with the target in these
//! rows; what would happen if a driver were improved is for an experiment to say.
//!
//! [`kernel::importance`]: crate::kernel::importance
//!
//! # References
//!
//! Grömping, U. (2015), Variable importance in regression models, WIREs Computational
//! Statistics 7(2), 137-152. Martilla, J. A. and James, J. C. (1977), Importance-performance
//! analysis, Journal of Marketing 41(1), 77-79.
//!
//! # Examples
//!
//! ```
//! use customer_analytics::correlation::{ImportanceMethod, KeyDriversParams};
//! use customer_analytics::prelude::*;
//!
//! // Price and service do not correlate; the target is 3 service + price.
//! let answers = df!(
//!     "price" => [1, 1, 2, 2], "service" => [1, 2, 1, 2], "satisfied" => [4, 7, 5, 8],
//! )?;
//! let report = KeyDriversParams::new("satisfied", ["price", "service"]).run(&answers.lazy())?;
//! let lmg = report.drivers[1].importance(ImportanceMethod::Lmg).unwrap();
//! assert!((lmg.share.unwrap() - 0.9).abs() < 1e-12);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bootstrap;
mod correlations;
mod design;
mod finish;
mod logit;
mod measures;
mod params;
mod plan;
mod quadrants;
mod report;
mod report_table;
mod rows;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod map_tests;
#[cfg(test)]
mod tests;

pub use crate::kernel::importance::Quadrant;
pub use design::KeyDriversState;
pub use params::{ImportanceMethod, KeyDrivers, KeyDriversParams, MissingRows, Threshold};
pub use report::{
    DriverImportance, ExcludedRows, Importance, KeyDriverReport, LogitSummary, Quadrants, Replicates, Scale, Term,
};
