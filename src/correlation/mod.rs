//! How columns go together: what drives a target.
//!
//! [`KeyDrivers`] shares the explained variance of a target out among its drivers.
//! Importance is not causation: these are statements about what moves together.

mod drivers;

pub use drivers::{
    DriverImportance, ExcludedRows, Importance, ImportanceMethod, KeyDriverReport, KeyDrivers, KeyDriversParams,
    KeyDriversState, LogitSummary, MissingRows, Quadrant, Quadrants, Replicates, Scale, Term, Threshold,
};
