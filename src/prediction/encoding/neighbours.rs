//! Features of numbers that stand beside each other, encoded row after row.
//!
//! A regression holds the numbers of a row together. Encoding them so goes through memory once,
//! where columns would be written, read and put together.

use std::ops::Range;

use rayon::prelude::*;

use super::encoded::{FeatureColumns, indicator};
use super::interaction::{Interaction, Main};
use super::prepared::{Cells, PartCounts, Prepared};
use crate::kernel::zeros::zeros;

/// Rows that are encoded at a time: their columns stay in the nearest cache.
const TILE: usize = 256;

/// Groups of two or more features that are encoded together: each has one column that has to be
/// written anyway and is part of no interaction.
pub(super) fn neighbours(prepared: &[Prepared<'_, '_>], interactions: &[Interaction]) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    for (place, feature) in prepared.iter().enumerate() {
        let is_used = interactions.iter().any(|one| one.first == place || one.second == place);
        if is_used || !is_written(&feature.cells) {
            continue;
        }
        match groups.last_mut() {
            // An indicator stands between the column of its feature and the next one.
            Some(group) if group.end == place && !prepared[place - 1].fitted.indicator => group.end = place + 1,
            _ => groups.push(place..place + 1),
        }
    }
    groups.retain(|group| group.len() > 1);
    groups
}

/// Whether cells are one column of numbers that is not in the table as it is.
fn is_written(cells: &Cells<'_, '_>) -> bool {
    match cells {
        Cells::Number { coding, cells, .. } => {
            let is_there = coding.is_plain() && cells.valid.is_none() && cells.values.whole().is_some();
            coding.n_columns() == 1 && !is_there
        }
        Cells::Levels { .. } => false,
    }
}

/// The columns of a group: all numbers with the first feature, row after row.
pub(super) fn put_together(features: &[Prepared<'_, '_>], n_rows: usize) -> Vec<FeatureColumns<'static>> {
    let width = features.len();
    let mut values = zeros::<f64>(n_rows * width);
    let of_tile = |columns: &mut Vec<f64>, (tile, rows): (usize, &mut [f64])| {
        let n = rows.len() / width;
        let mut n_not_finite = vec![0; width];
        for ((feature, column), n_not_finite) in features.iter().zip(columns.chunks_mut(TILE)).zip(&mut n_not_finite) {
            let column = &mut column[..n];
            fill(feature, tile * TILE..tile * TILE + n, column);
            *n_not_finite = column.iter().filter(|value| !value.is_finite()).count() as u64;
        }
        for (row, cells) in rows.chunks_exact_mut(width).enumerate() {
            cells.iter_mut().enumerate().for_each(|(at, cell)| *cell = columns[at * TILE + row]);
        }
        n_not_finite
    };
    let tiles = values.par_chunks_mut(TILE * width).enumerate();
    let n_not_finite = tiles.map_init(|| vec![0.0; TILE * width], of_tile).reduce(
        || vec![0; width],
        |mut all, of_tile| {
            all.iter_mut().zip(of_tile).for_each(|(all, n)| *all += n);
            all
        },
    );
    let mut values = Some(values);
    let columns_of = |(feature, n_not_finite): (&Prepared<'_, '_>, u64)| {
        let main = match values.take() {
            Some(values) => Main::Rows { values, n_columns: width },
            None => Main::Numbers(Vec::new()),
        };
        let mut missing = Vec::new();
        let n_missing = if let Cells::Number { cells, .. } = &feature.cells {
            if feature.fitted.indicator {
                cells.each_missing(0..n_rows, |row| missing.push(row as u32));
            }
            cells.n_missing
        } else {
            0
        };
        let counts = PartCounts { n_missing, n_not_finite, n_unseen: 0 };
        FeatureColumns { main, indicator: indicator(feature, &missing, n_rows), counts }
    };
    features.iter().zip(n_not_finite).map(columns_of).collect()
}

fn fill(feature: &Prepared<'_, '_>, rows: Range<usize>, column: &mut [f64]) {
    if let Cells::Number { coding, cells, .. } = &feature.cells {
        coding.fill_part(cells, rows, column);
    }
}
