//! What models of churn and of purchases share: settings of a fit, calibration, scores, drivers.
//!
//! [`CalibrationParams`] are settings of both, [`CustomerScores`] what both predict, and
//! [`Drivers`] what both say about why.

mod calibration;
mod drivers;
mod fit_settings;
mod holdout;
mod model;
mod scores;
mod trained;

pub use calibration::{CalibrationMethod, CalibrationParams, CalibrationSource};
pub use drivers::{Driver, Drivers};
pub use scores::CustomerScores;

pub(in crate::prediction) use fit_settings::{FitSettings, RowWeights, fit_settings};
pub(in crate::prediction) use model::{CustomerModel, Definition, model_methods};
pub(in crate::prediction) use trained::Trained;
