//! What a key driver analysis holds.

use serde::Serialize;

use super::params::{ImportanceMethod, Threshold};
use crate::kernel::importance::Quadrant;
use crate::kernel::interval::Interval;

/// One measure of one driver.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Importance {
    /// The measure.
    pub method: ImportanceMethod,
    /// Its value: a part of the explained variance, or a slope.
    pub value: Option<f64>,
    /// The value as a share of the explained variance; none for measures that do not sum to it,
    /// or when nothing is explained.
    pub share: Option<f64>,
    /// Place among the drivers by the size of the value, from 1; equal values share the first.
    pub rank: Option<u32>,
    /// Standard error by the sampling of orders of entry, where they were sampled.
    pub std_error: Option<f64>,
    /// Percentile interval of the value over resamples of the rows.
    pub value_interval: Option<Interval>,
    /// Percentile interval of the share over resamples of the rows.
    pub share_interval: Option<Interval>,
    /// Why there is no value.
    pub reason: Option<String>,
}

/// The scale on which a driver is judged.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Scale {
    /// The end that counts as performance 0.
    pub worst: f64,
    /// The end that counts as performance 100.
    pub best: f64,
    /// Whether the ends are the least and the greatest value seen, not stated ones.
    pub is_observed: bool,
}

/// Where the fields of the map begin. What lies on a threshold counts as high.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Quadrants {
    /// The measure whose shares are the importance.
    pub method: ImportanceMethod,
    /// How the thresholds were found.
    pub threshold: Threshold,
    /// Share from which a driver is important.
    pub importance: f64,
    /// Performance from which a driver goes well, 0..=100.
    pub performance: f64,
}

/// One driver with all its measures.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DriverImportance {
    /// Name of the driver.
    pub driver: String,
    /// Its columns in the design: itself, the columns of a group, or its levels.
    pub columns: Vec<String>,
    /// The level without a column, for a driver of text.
    pub reference: Option<String>,
    /// Mean, for a driver of one column of numbers.
    pub mean: Option<f64>,
    /// The scale on which it is judged; none without a spread or for several columns.
    pub scale: Option<Scale>,
    /// The mean on that scale: 0 at the worst end, 100 at the best.
    pub performance: Option<f64>,
    /// Its field on the map of importance and performance.
    pub quadrant: Option<Quadrant>,
    /// The measures, in the order of the settings.
    pub importances: Vec<Importance>,
}

impl DriverImportance {
    /// One of its measures; none when the settings did not ask for it.
    #[must_use]
    pub fn importance(&self, method: ImportanceMethod) -> Option<&Importance> {
        self.importances.iter().find(|importance| importance.method == method)
    }
}

/// One column of the design.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Term {
    /// The driver that it belongs to.
    pub driver: String,
    /// Name of the column, or of the level.
    pub term: String,
    /// Correlation with the target.
    pub correlation: Option<f64>,
    /// Standardised slope.
    pub standardized_beta: Option<f64>,
    /// Variance inflation: one over the share of its variance that the other columns leave.
    pub variance_inflation: Option<f64>,
    /// Whether the columns before it determine it.
    pub is_aliased: bool,
}

/// Rows that were left out because of one column; a row can lack several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ExcludedRows {
    /// The column.
    pub column: String,
    /// Rows in which it is null.
    pub n_null: u64,
    /// Rows in which it is NaN or infinite.
    pub n_not_finite: u64,
}

/// The logistic regression behind logit relative weights.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LogitSummary {
    /// Squared correlation of the outcome with its fitted probability, to which the weights sum.
    pub r_squared: f64,
    /// McFadden's share of the log-likelihood.
    pub mcfadden_r_squared: f64,
    /// Newton steps taken.
    pub iterations: u32,
}

/// The resamples behind intervals.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Replicates {
    /// Resamples drawn.
    pub n: u32,
    /// Seed that they were drawn by.
    pub seed: u64,
    /// Confidence of the intervals.
    pub conf_level: f64,
    /// Resamples that could not be measured, as a column was constant in them, and are left
    /// out of the intervals.
    pub n_unusable: u32,
    /// Percentile interval of the explained share of variance.
    pub r_squared: Option<Interval>,
}

/// What explains a target, and how much each driver has of it.
///
/// Displays as a table to read; as a frame it has one row for each driver and measure.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct KeyDriverReport {
    /// The target.
    pub target: String,
    /// The text that counts as 1, where the target is one of text.
    pub event: Option<String>,
    /// Rows read.
    pub n_rows: u64,
    /// Rows with all that is needed.
    pub n_rows_used: u64,
    /// Rows left out because their weight is missing; a row can lack a column too.
    pub n_rows_without_weight: u64,
    /// Rows left out because their weight is 0.
    pub n_rows_of_zero_weight: u64,
    /// Why rows were left out, column by column; columns that lack nothing are not listed.
    pub excluded: Vec<ExcludedRows>,
    /// Rows that the numbers stand for: those used, or the sum of frequency weights.
    pub n: f64,
    /// Share of the target's variance that all drivers explain.
    pub r_squared: f64,
    /// The same, adjusted for the number of columns.
    pub adj_r_squared: Option<f64>,
    /// The drivers, in the order of the settings.
    pub drivers: Vec<DriverImportance>,
    /// The columns of the design.
    pub terms: Vec<Term>,
    /// The map of importance and performance; none without a decomposition or two drivers to
    /// compare on it.
    pub quadrants: Option<Quadrants>,
    /// The logistic regression, where one was asked for and could be fitted.
    pub logit: Option<LogitSummary>,
    /// Orders of entry that were followed, where not all of them were.
    pub n_sampled_orders: Option<u64>,
    /// The resamples, where intervals were asked for.
    pub replicates: Option<Replicates>,
}
