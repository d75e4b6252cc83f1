//! How the bins of a dimension came out.

use std::fmt;

use polars::prelude::{DataFrame, NamedFrom, Series};
use serde::Serialize;

use super::model::ValueModel;
use super::params::ValueScoreParams;
use super::thresholds::UNSCORED;
use crate::frame::{columns, frame_of};

/// The bins of one dimension: how many customers got each score, and where the cuts are.
///
/// Where many customers have the same value, bins collapse: with half of the customers
/// having bought once, no honest rule can make five equal bins of frequency.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BinReport {
    /// The dimension.
    pub dimension: String,
    /// Number of scores asked for.
    pub n_bins: u8,
    /// Customers with score 1, 2, ...
    pub sizes: Vec<usize>,
    /// Scores that nobody has.
    pub collapsed: Vec<u8>,
    /// The largest value of each stretch of equal scores but the last, ascending; only
    /// for independent scoring with thresholds.
    pub cuts: Option<Vec<f64>>,
}

/// The bins of every dimension.
pub(super) fn bin_reports(
    definition: &ValueScoreParams,
    scores: &[Vec<u8>],
    model: Option<&ValueModel>,
) -> Vec<BinReport> {
    let report = |(at, scores): (usize, &Vec<u8>)| {
        let dimension = &definition.dimensions[at];
        let n_bins = dimension.bins(definition.n_bins);
        let mut sizes = vec![0; usize::from(n_bins)];
        for &score in scores.iter().filter(|&&score| score != UNSCORED) {
            sizes[usize::from(score) - 1] += 1;
        }
        let collapsed = (1..=n_bins).filter(|&score| sizes[usize::from(score) - 1] == 0).collect();
        BinReport { dimension: dimension.name().to_owned(), n_bins, sizes, collapsed, cuts: cuts(model, at) }
    };
    scores.iter().enumerate().map(report).collect()
}

/// The cuts of a dimension that is not cut differently in every cell.
fn cuts(model: Option<&ValueModel>, at: usize) -> Option<Vec<f64>> {
    let (_, thresholds) = model?.thresholds().nth(at)?;
    let mut cells = thresholds.cells();
    let (_, steps) = cells.next()?;
    cells.next().is_none().then(|| steps.iter().filter_map(|step| step.up_to).collect())
}

impl super::ValueScores {
    /// The bins as a frame: dimension, score, customers.
    #[must_use]
    pub fn bins_to_dataframe(&self) -> DataFrame {
        let rows = || {
            self.bins.iter().flat_map(|bins| {
                (1_u8..).zip(&bins.sizes).map(|(score, &n)| (bins.dimension.as_str(), score, n as u64))
            })
        };
        frame_of(vec![
            Series::new(columns::DIMENSION.into(), rows().map(|row| row.0).collect::<Vec<_>>()),
            Series::new(columns::SCORE.into(), rows().map(|row| row.1).collect::<Vec<_>>()),
            Series::new(columns::N_CUSTOMERS.into(), rows().map(|row| row.2).collect::<Vec<_>>()),
        ])
    }
}

impl fmt::Display for BinReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes: Vec<String> = self.sizes.iter().enumerate().map(|(i, n)| format!("{}: {n}", i + 1)).collect();
        write!(f, "{:<12} {}", self.dimension, sizes.join("  "))?;
        if !self.collapsed.is_empty() {
            let scores: Vec<String> = self.collapsed.iter().map(u8::to_string).collect();
            write!(f, "  (nobody scores {}: too many equal values)", scores.join(", "))?;
        }
        Ok(())
    }
}
