//! What raking found.

use std::fmt;

use polars::prelude::*;
use serde::Serialize;

use super::params::RakingParams;
use crate::frame::readable::grouped;
use crate::frame::{ToDataFrame, columns, frame_of};

/// What became of the rows; `n_used` and the others add up to `n_rows`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RakingRows {
    /// Rows read.
    pub n_rows: u64,
    /// Responses that get a weight.
    pub n_used: u64,
    /// Responses without a level of some margin, which get none.
    pub n_without_level: u64,
    /// Responses without a weight to begin with, which get none.
    pub n_without_weight: u64,
    /// Responses of weight 0, which keep it.
    pub n_zero_weight: u64,
}

impl fmt::Display for RakingRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} row(s) used", grouped(self.n_used), grouped(self.n_rows))?;
        let reasons = [
            ("without a level", self.n_without_level),
            ("without a weight", self.n_without_weight),
            ("of weight 0", self.n_zero_weight),
        ];
        let left_out: Vec<String> =
            reasons.iter().filter(|(_, n)| *n > 0).map(|(reason, n)| format!("{} {reason}", grouped(*n))).collect();
        if left_out.is_empty() { Ok(()) } else { write!(f, "; left out: {}", left_out.join(", ")) }
    }
}

/// One level of a margin.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RakedLevel {
    /// The level.
    pub level: String,
    /// Responses.
    pub n: u64,
    /// Its share of the population.
    pub target: f64,
    /// Its share of the responses, with the weights they began with.
    pub share_before: f64,
    /// Its share with the weights found.
    pub share_after: f64,
}

/// One margin.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RakedMargin {
    /// The column.
    pub column: String,
    /// Its levels, in the order of their texts.
    pub levels: Vec<RakedLevel>,
}

/// Responses with the same levels of all margins.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RakingCell {
    /// The level of each margin.
    pub levels: Vec<String>,
    /// Responses.
    pub n: u64,
    /// What their weights are multiplied by, once their mean is 1; without weights to begin with
    /// it is the weight.
    pub factor: f64,
}

/// Weights that give the responses the make-up of their population.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RakingReport {
    /// The settings.
    pub params: RakingParams,
    /// What became of the rows.
    pub rows: RakingRows,
    /// Whether responses had weights to begin with.
    pub is_weighted: bool,
    /// Turns through all margins.
    pub n_iter: u32,
    /// Largest distance of a share from its target that is left.
    pub max_deviation: f64,
    /// How much larger variances are by unequal weights: `n sum w^2 / (sum w)^2`, 1 or above.
    pub design_effect: f64,
    /// How many responses of equal weight would say as much (Kish).
    pub n_eff: f64,
    /// Mean of the weights that responses began with; 1 without weights.
    pub mean_weight: f64,
    /// Least weight, where the mean is 1.
    pub min_weight: f64,
    /// Greatest weight, where the mean is 1.
    pub max_weight: f64,
    /// Responses whose factor lies on a bound.
    pub n_trimmed: u64,
    /// The margins, before and after.
    pub margins: Vec<RakedMargin>,
    /// The combinations of levels that responses have, in ascending order.
    pub cells: Vec<RakingCell>,
}

impl RakingReport {
    /// The factors, one row for each combination of levels that responses have.
    #[must_use]
    pub fn cells_frame(&self) -> DataFrame {
        let level = |at: usize| self.cells.iter().map(|cell| cell.levels[at].as_str()).collect::<Vec<_>>();
        let is_own = |name: &str| [columns::N, columns::FACTOR].contains(&name);
        let mut all: Vec<Series> = Vec::new();
        for (at, margin) in self.margins.iter().enumerate() {
            let mut name = margin.column.clone();
            let is_taken = |name: &String| is_own(name) || all.iter().any(|column| column.name().as_str() == name);
            while is_taken(&name) || name != margin.column && self.margins.iter().any(|other| other.column == name) {
                name.insert_str(0, "by_");
            }
            all.push(Series::new(name.into(), level(at)));
        }
        all.push(Series::new(columns::N.into(), self.cells.iter().map(|cell| cell.n).collect::<Vec<_>>()));
        all.push(Series::new(columns::FACTOR.into(), self.cells.iter().map(|cell| cell.factor).collect::<Vec<_>>()));
        frame_of(all)
    }
}

impl ToDataFrame for RakingReport {
    /// One row for each level of each margin: its responses, its target and its share before and
    /// after.
    fn to_dataframe(&self) -> DataFrame {
        let rows = || self.margins.iter().flat_map(|margin| margin.levels.iter().map(move |level| (margin, level)));
        let numbers = |of: fn(&RakedLevel) -> f64, name: &str| {
            Series::new(name.into(), rows().map(|(_, level)| of(level)).collect::<Vec<f64>>())
        };
        frame_of(vec![
            Series::new(columns::MARGIN.into(), rows().map(|(margin, _)| margin.column.as_str()).collect::<Vec<_>>()),
            Series::new(columns::LEVEL.into(), rows().map(|(_, level)| level.level.as_str()).collect::<Vec<_>>()),
            Series::new(columns::N.into(), rows().map(|(_, level)| level.n).collect::<Vec<_>>()),
            numbers(|level| level.target, columns::TARGET_SHARE),
            numbers(|level| level.share_before, columns::SHARE_BEFORE),
            numbers(|level| level.share_after, columns::SHARE_AFTER),
        ])
    }
}
