//! Scores of every customer, with how they were defined and how the bins came out.

use polars::prelude::*;
use serde::Serialize;

use super::bins::{BinReport, bin_reports};
use super::dimension::Dimension;
use super::measures::CustomerMeasures;
use super::model::ValueModel;
use super::params::ValueScoreParams;
use super::segments::{SegmentSummary, segment_summaries};
use super::thresholds::UNSCORED;
use crate::activity::RowCounts;
use crate::frame::columns::{CODE, SCORE, SEGMENT};
use crate::frame::{ToDataFrame, frame_of};
use crate::kernel::money::Money;

/// Scores of every customer, ascending by id.
///
/// A customer who lacks a dimension (one with only refunds has no recency) is listed
/// without score and counted in `unscored`.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ValueScores {
    /// How the scores are defined.
    pub definition: ValueScoreParams,
    /// What became of the transactions read, when there were any.
    pub rows: Option<RowCounts>,
    /// Number of customers.
    pub n_customers: usize,
    /// Number of customers with a score.
    pub n_scored: usize,
    /// Customers without score, by the first dimension they lack. A nested model also has no
    /// score for a cell in which there was nobody when it was fitted.
    pub unscored: Vec<Unscored>,
    /// How the bins of each dimension came out.
    pub bins: Vec<BinReport>,
    /// How large each segment is and what its customers are like; empty without a map.
    pub segments: Vec<SegmentSummary>,
    #[serde(skip)]
    measures: CustomerMeasures,
    #[serde(skip)]
    scores: Vec<Vec<u8>>,
    #[serde(skip)]
    segment_of: Vec<Option<u8>>,
    #[serde(skip)]
    model: Option<ValueModel>,
}

/// Customers who could not be scored, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Unscored {
    /// The first dimension they lack.
    pub dimension: String,
    /// How many they are.
    pub n_customers: usize,
}

impl ValueScores {
    pub(super) fn new(
        definition: ValueScoreParams,
        measures: CustomerMeasures,
        scores: Vec<Vec<u8>>,
        model: Option<ValueModel>,
    ) -> Self {
        let n_customers = measures.n_customers();
        let unscored = count_unscored(&definition.dimensions, &measures, &scores);
        let n_scored = n_customers - unscored.iter().map(|reason| reason.n_customers).sum::<usize>();
        let bins = bin_reports(&definition, &scores, model.as_ref());
        let segment_of = match &definition.segments {
            Some(map) => map.positions(&definition.dimensions, definition.n_bins, &scores),
            None => Vec::new(),
        };
        let segments = segment_summaries(&definition, &measures, &segment_of, n_scored);
        let rows = measures.counts().copied();
        Self { definition, rows, n_customers, n_scored, unscored, bins, segments, measures, scores, segment_of, model }
    }

    /// Customer ids, ascending.
    pub fn customers(&self) -> &Series {
        self.measures.customers()
    }

    /// The measures behind the scores.
    #[must_use]
    pub fn measures(&self) -> &CustomerMeasures {
        &self.measures
    }

    /// Scores of one dimension, one per customer; `None` for an unknown dimension.
    #[must_use]
    pub fn scores(&self, dimension: &str) -> Option<Vec<Option<u8>>> {
        let of_dimension = &self.scores[self.position(dimension)?];
        Some(of_dimension.iter().map(|&score| (score != UNSCORED).then_some(score)).collect())
    }

    /// The weighted mean of each customer's scores.
    pub fn overall(&self) -> impl Iterator<Item = Option<f64>> + '_ {
        let weights =
            self.definition.dimensions.iter().map(|dimension| Money::of(dimension.weight).unwrap_or_default());
        // Whole numbers in the proportions of the weights: equal means are equal to the bit.
        let weights = Money::proportions(&weights.collect::<Vec<_>>());
        let total = weights.iter().sum::<i128>() as f64;
        (0..self.n_customers).map(move |customer| {
            let scores = self.scores.iter().map(|of_dimension| of_dimension[customer]);
            let sum = scores
                .zip(&weights)
                .try_fold(0, |sum, (score, weight)| (score != UNSCORED).then(|| sum + i128::from(score) * weight))?;
            Some(sum as f64 / total)
        })
    }

    /// Each customer's scores side by side: 545 for scores 5, 4 and 5; two digits per
    /// dimension (100403) when any dimension has ten bins.
    pub fn codes(&self) -> impl Iterator<Item = Option<u64>> + '_ {
        let of_all = self.definition.n_bins;
        let has_ten = self.definition.dimensions.iter().any(|dimension| dimension.bins(of_all) == 10);
        let base = if has_ten { 100 } else { 10 };
        (0..self.n_customers).map(move |customer| {
            self.scores.iter().try_fold(0, |code, of_dimension| {
                let score = of_dimension[customer];
                (score != UNSCORED).then(|| code * base + u64::from(score))
            })
        })
    }

    /// Each customer's segment; `None` without a score or without a map.
    pub fn segment_names(&self) -> impl Iterator<Item = Option<&str>> + '_ {
        self.segment_positions().map(|segment| Some(self.segments[segment?].segment.as_str()))
    }

    /// Each customer's segment as a position in `segments`.
    pub(super) fn segment_positions(&self) -> impl Iterator<Item = Option<usize>> + '_ {
        (0..self.n_customers).map(|customer| self.segment_of.get(customer).copied().flatten().map(usize::from))
    }

    /// The fitted thresholds; `None` when ties were broken by id, which no threshold can do.
    #[must_use]
    pub fn model(&self) -> Option<&ValueModel> {
        self.model.as_ref()
    }

    /// Scores of all dimensions, 0 for none, in the order of the definition.
    pub(super) fn raw_scores(&self) -> &[Vec<u8>] {
        &self.scores
    }

    fn position(&self, dimension: &str) -> Option<usize> {
        self.definition.dimensions.iter().position(|known| known.name() == dimension)
    }

    fn score_series(&self, dimension: &Dimension, scores: &[u8]) -> Series {
        let column: UInt8Chunked = scores.iter().map(|&score| (score != UNSCORED).then_some(score)).collect();
        column.into_series().with_name(dimension.score_column().into())
    }
}

impl ToDataFrame for ValueScores {
    /// One row per customer: id, measures, scores, code, overall score, segment.
    fn to_dataframe(&self) -> DataFrame {
        let dimensions = &self.definition.dimensions;
        let mut series = vec![self.customers().clone()];
        series.extend(dimensions.iter().filter_map(|dimension| self.measures.series(&dimension.value_column())));
        series.extend(
            dimensions.iter().zip(&self.scores).map(|(dimension, scores)| self.score_series(dimension, scores)),
        );
        let codes: UInt64Chunked = self.codes().collect();
        series.push(codes.into_series().with_name(CODE.into()));
        let overall: Float64Chunked = self.overall().collect();
        series.push(overall.into_series().with_name(SCORE.into()));
        if self.definition.segments.is_some() {
            let names: StringChunked = self.segment_names().collect();
            series.push(names.into_series().with_name(SEGMENT.into()));
        }
        frame_of(series)
    }
}

/// Customers without score, by the first dimension that they lack or that has no
/// thresholds for their cell.
fn count_unscored(dimensions: &[Dimension], measures: &CustomerMeasures, scores: &[Vec<u8>]) -> Vec<Unscored> {
    let values: Vec<&[f64]> =
        dimensions.iter().filter_map(|dimension| measures.get(&dimension.value_column())).collect();
    if !scores.iter().any(|of_dimension| of_dimension.contains(&UNSCORED)) {
        return Vec::new();
    }
    let mut counts = vec![0; dimensions.len()];
    for customer in 0..measures.n_customers() {
        let lacking = values.iter().position(|of_dimension| of_dimension[customer].is_nan());
        let unknown = || scores.iter().position(|of_dimension| of_dimension[customer] == UNSCORED);
        if let Some(at) = lacking.or_else(unknown) {
            counts[at] += 1;
        }
    }
    let counted = dimensions.iter().zip(counts).filter(|(_, n)| *n > 0);
    counted.map(|(dimension, n_customers)| Unscored { dimension: dimension.name().to_owned(), n_customers }).collect()
}
