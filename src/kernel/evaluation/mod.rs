//! How well predictions tell what came: slices of labels and predictions to numbers.
//!
//! ```text
//! labels, scores ─ RankedScores ─▶ roc_auc · roc_curve · delong · average_precision · separation
//!                                  lift_of                          only the order of scores counts
//! labels, probabilities ─────────▶ brier · log_loss · calibration_table · hosmer_lemeshow
//! labels, scores, a threshold ───▶ confusion ─▶ precision · recall · F1 · Matthews' correlation
//! amounts, predicted amounts ────▶ regression_errors · mean_deviance
//! ```
//!
//! A label is `true` where the event happened; a case is predicted positive where its score is the
//! threshold or above it. No order of the rows changes a digit: ranks and counts are whole
//! numbers, sums are exact or run along the sorted scores. What is undefined says why.

mod calibration;
mod confusion;
mod delong;
mod deviance;
mod groups;
mod hosmer_lemeshow;
#[cfg(test)]
mod laws;
mod lift;
mod paired;
mod precision_recall;
mod probability;
mod ranked;
mod regression;
mod regression_bins;
mod roc;
mod separation;
mod sums;

pub use calibration::{Binning, CalibrationBin, CalibrationTable, calibration_table};
pub use confusion::{Confusion, confusion};
pub use delong::{DelongAuc, DelongComparison, IntervalScale, delong, delong_test};
pub use deviance::{Deviance, mean_deviance};
pub use groups::Ties;
pub use hosmer_lemeshow::{HosmerLemeshow, hosmer_lemeshow};
pub use lift::{LiftBin, lift_of, lift_table};
pub use paired::{LossDifference, ProbabilityLoss, paired_loss_difference};
pub use precision_recall::{PrecisionRecallPoint, average_precision, pr_auc_trapezoid, precision_recall_curve};
pub use probability::{brier, brier_skill, log_loss};
pub use ranked::{RankedScores, ScoreRun, ScoreRuns, WeightedScores};
pub use regression::{RegressionErrors, ScaledError, regression_errors};
pub use regression_bins::{RegressionBin, regression_bins};
pub use roc::{RocPoint, gini, roc_auc, roc_curve};
pub use separation::{Separation, separation};
