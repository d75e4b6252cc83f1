//! Memory that a pass over rows works in.

use super::layout::Layout;

/// Rows of one tile.
pub(super) const TILE: usize = 256;
/// Running sums of one product, so that the processor need not wait for each addition.
pub(super) const LANES: usize = 4;

/// Memory of one tile, made once for a segment.
pub(super) struct Buffers {
    /// Numbers of a row, filled up to whole lanes.
    pub(super) stride: usize,
    pub(super) centres: Vec<f64>,
    pub(super) reciprocals: Vec<f64>,
    pub(super) slope: Vec<f64>,
    /// Row after row: the 1, the numbers, zeros up to the stride.
    pub(super) rows: Vec<f64>,
    pub(super) weighted: Vec<f64>,
    pub(super) predictors: Vec<f64>,
    pub(super) weights: Vec<f64>,
    pub(super) scores: Vec<f64>,
    /// The sum of weighted rows that have the same codes.
    pub(super) run: Vec<f64>,
}

impl Buffers {
    pub(super) fn new(layout: &Layout) -> Self {
        let n_numbers = layout.numbers.len() + 1;
        let stride = n_numbers.next_multiple_of(LANES);
        Self {
            stride,
            centres: layout.numbers.iter().map(|number| number.centre).collect(),
            reciprocals: layout.numbers.iter().map(|number| 1.0 / number.scale).collect(),
            slope: vec![0.0; stride],
            rows: vec![0.0; TILE * stride],
            weighted: vec![0.0; TILE * (n_numbers + 1)],
            predictors: vec![0.0; TILE],
            weights: vec![0.0; TILE],
            scores: vec![0.0; TILE],
            run: vec![0.0; n_numbers + 1],
        }
    }
}
