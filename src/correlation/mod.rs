//! How columns go together, and what drives a target: correlations of numbers and categories,
//! each pair with its test, interval and number of rows, and key drivers.
//!
//! | two columns | `Method::Auto` | test | interval |
//! |---|---|---|---|
//! | numeric | Pearson's r | Student's t, n - 2 | Fisher's z |
//! | numeric and binary | point-biserial, that is r | Student's t, n - 2 | Fisher's z |
//! | binary | phi, that is r | Student's t, n - 2 | Fisher's z |
//! | numeric and categorical | correlation ratio eta | F | none |
//! | categorical (or binary) and categorical | Cramér's V, bias-corrected | chi-squared | none |
//! | numeric, by `Spearman` | rho | Student's t, n - 2 | Bonett and Wright |
//! | numeric, by `Kendall` | tau-b | normal, corrected for ties | Fieller, Hartley and Pearson |
//! | numeric, with `given` | partial r or rho | Student's t, n - 2 - k | as r or rho, k rows fewer |
//!
//! Binary are flags, and numbers of which all are 0 or 1. Text of two values, as Yes and No, is
//! categorical: which of them counts up is for `cleaning::ReadFlags` to say, and
//! then its coefficients have a sign.
//!
//! Eta and Cramér's V have no sign. A pair that has no coefficient says why. NaN and infinities
//! are left out like nulls and counted by themselves. Sums are exact: no order of rows, no chunks
//! and no number of threads changes a digit. Memory holds the columns that are correlated.
//!
//! [`KeyDrivers`] shares the explained variance of a target out among its drivers.
//! Importance is not causation: these are statements about what moves together.
//!
//! Correlation is no cause either, and a p-value says nothing of size: with a hundred thousand rows
//! a correlation of 0.01 is significant.
//!
//! # Examples
//!
//! ```
//! use customer_analytics::correlation::{Coefficient, CorrelationParams};
//! use customer_analytics::prelude::*;
//!
//! let people = df!(
//!     "age" => [Some(31.0), Some(45.0), None, Some(28.0), Some(60.0)],
//!     "spend" => [10.0, 24.0, 13.0, 9.0, 40.0],
//!     "member" => [false, true, false, false, true],
//! )?;
//! let found = CorrelationParams::new().run(&people.lazy())?;
//! let pair = found.pair("age", "spend").unwrap();
//! assert_eq!((pair.n, pair.n_missing), (4, 1));
//! assert!(pair.estimate.unwrap() > 0.9);
//! assert_eq!(found.pair("spend", "member").unwrap().coefficient, Coefficient::PointBiserial);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod categories;
mod columns;
mod display;
mod drivers;
mod finish;
mod matrix;
mod method;
mod numbers;
mod params;
mod partial;
mod plan;
mod rows;
mod state;
mod weighted_ratio;
mod weights;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

pub use drivers::{
    DriverImportance, ExcludedRows, Importance, ImportanceMethod, KeyDriverReport, KeyDrivers, KeyDriversParams,
    KeyDriversState, LogitSummary, MissingRows, Quadrant, Quadrants, Replicates, Scale, Term, Threshold,
};
pub use matrix::{CorrelatedColumn, CorrelationMatrix, LeftOutColumn, Pair};
pub use method::{Coefficient, ColumnKind, Control, IntervalMethod, LeftOut, Method, Missing, NoInterval};
pub use params::{Correlation, CorrelationParams};
pub use state::CorrelationState;
