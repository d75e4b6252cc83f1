//! How large the segments are and what their customers are like.

use polars::prelude::*;
use rayon::prelude::*;
use serde::Serialize;

use super::measures::CustomerMeasures;
use super::params::ValueScoreParams;
use crate::frame::{columns, frame_of};
use crate::kernel::sum::CompensatedSum;

/// One segment: its size, and the mean of each measure over its customers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SegmentSummary {
    /// Name of the segment.
    pub segment: String,
    /// Customers in it.
    pub n_customers: usize,
    /// Their share of the scored customers, 0..=1; `None` when nobody is scored.
    pub customer_share: Option<f64>,
    /// Mean of each measure; `None` in an empty segment.
    pub means: Vec<Option<f64>>,
    /// Share of the total of each measure; `None` where the total is not above zero.
    pub value_shares: Vec<Option<f64>>,
}

/// All segments of the map, in its order, empty ones too.
pub(super) fn segment_summaries(
    definition: &ValueScoreParams,
    measures: &CustomerMeasures,
    segment_of: &[Option<u8>],
    n_scored: usize,
) -> Vec<SegmentSummary> {
    let Some(map) = &definition.segments else { return Vec::new() };
    let names = map.segments();
    let mut sizes = vec![0; names.len()];
    for segment in segment_of.iter().flatten() {
        sizes[usize::from(*segment)] += 1;
    }
    let columns: Vec<&[f64]> =
        definition.dimensions.iter().filter_map(|dimension| measures.get(&dimension.value_column())).collect();
    let sums: Vec<Vec<f64>> =
        columns.into_par_iter().map(|values| sums_by_segment(values, segment_of, names.len())).collect();
    let summary = |(at, name): (usize, &str)| {
        let n_customers = sizes[at];
        SegmentSummary {
            segment: name.to_owned(),
            n_customers,
            customer_share: (n_scored > 0).then(|| n_customers as f64 / n_scored as f64),
            means: sums.iter().map(|sums| (n_customers > 0).then(|| sums[at] / n_customers as f64)).collect(),
            value_shares: sums
                .iter()
                .map(|sums| Some(sums.iter().sum::<f64>()).filter(|total| *total > 0.0).map(|total| sums[at] / total))
                .collect(),
        }
    };
    names.into_iter().enumerate().map(summary).collect()
}

/// Sums in the order of the customers' ids, so that they are the same in every run.
fn sums_by_segment(values: &[f64], segment_of: &[Option<u8>], n_segments: usize) -> Vec<f64> {
    let mut sums = vec![CompensatedSum::default(); n_segments];
    for (&value, segment) in values.iter().zip(segment_of) {
        if let Some(segment) = segment {
            sums[usize::from(*segment)].add(value);
        }
    }
    sums.into_iter().map(CompensatedSum::value).collect()
}

impl super::ValueScores {
    /// The segments as a frame: size, share, and mean of each measure.
    #[must_use]
    pub fn segments_to_dataframe(&self) -> DataFrame {
        let names: Vec<&str> = self.segments.iter().map(|segment| segment.segment.as_str()).collect();
        let sizes: Vec<u64> = self.segments.iter().map(|segment| segment.n_customers as u64).collect();
        let shares: Vec<Option<f64>> = self.segments.iter().map(|segment| segment.customer_share).collect();
        let mut series = vec![
            Series::new(columns::SEGMENT.into(), names),
            Series::new(columns::N_CUSTOMERS.into(), sizes),
            Series::new(columns::CUSTOMER_SHARE.into(), shares),
        ];
        for (at, dimension) in self.definition.dimensions.iter().enumerate() {
            let of = |values: fn(&SegmentSummary) -> &Vec<Option<f64>>| {
                self.segments.iter().map(|segment| values(segment)[at]).collect::<Vec<_>>()
            };
            series.push(Series::new(dimension.mean_column().into(), of(|segment| &segment.means)));
            series.push(Series::new(dimension.share_column().into(), of(|segment| &segment.value_shares)));
        }
        frame_of(series)
    }
}
