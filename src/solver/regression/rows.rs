//! The rows of a regression, held side by side in an order that their contents decide.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::layout::Layout;
use crate::kernel::undefined::Undefined;
use crate::solver::design::{DesignBlock, REFERENCE};

/// What a regression is told of each row beside its columns.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcomes<'a> {
    /// What is predicted.
    pub response: &'a [f64],
    /// What each row counts for; 1 where there are none.
    pub weights: Option<&'a [f64]>,
    /// Added to the linear predictor; 0 where there are none.
    pub offset: Option<&'a [f64]>,
    /// The group that each row belongs to, for errors that hold within groups.
    pub groups: Option<&'a [u32]>,
}

impl Outcomes<'_> {
    fn check(&self, n_rows: usize) -> Result<(), Undefined> {
        let numbers = [Some(self.response), self.weights, self.offset];
        let lengths = numbers.iter().flatten().map(|values| values.len()).chain(self.groups.map(<[u32]>::len));
        check_lengths(lengths, n_rows)?;
        let is_finite = |values: &&[f64]| values.iter().all(|value| value.is_finite());
        if !numbers.iter().flatten().all(is_finite) {
            return Err(Undefined::NotFinite);
        }
        match self.weights {
            Some(weights) if weights.iter().any(|&weight| weight < 0.0) => Err(Undefined::NotPositive),
            _ => Ok(()),
        }
    }
}

fn check_lengths(lengths: impl Iterator<Item = usize>, needed: usize) -> Result<(), Undefined> {
    let mut lengths = lengths;
    match lengths.find(|&n| n != needed) {
        Some(n) => Err(Undefined::TooFew { n: n.min(needed) as u64, needed: n.max(needed) as u64 }),
        None => Ok(()),
    }
}

/// Rows with all that belongs to one side by side.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    pub(super) n_rows: usize,
    /// Numbers, multipliers and codes, row after row.
    pub(super) numbers: Vec<f64>,
    pub(super) multipliers: Vec<f64>,
    pub(super) codes: Vec<u32>,
    pub(super) response: Vec<f64>,
    pub(super) weights: Option<Vec<f64>>,
    pub(super) offset: Option<Vec<f64>>,
    pub(super) groups: Option<Vec<u32>>,
}

impl Rows {
    /// The rows of a design; those of no weight are left out.
    ///
    /// In an order of their own, `ordered`, sums over them have the same digits however the
    /// table was sorted; else they stay as they come.
    pub(super) fn of(
        blocks: &[DesignBlock<'_>],
        outcomes: &Outcomes<'_>,
        layout: &Layout,
        ordered: bool,
    ) -> Result<Self, Undefined> {
        let n_rows = outcomes.response.len();
        check_lengths(blocks.iter().map(DesignBlock::n_rows), n_rows)?;
        outcomes.check(n_rows)?;
        let parts = Parts::of(blocks)?;
        let order = parts.order(outcomes, ordered);
        let pick = |values: &[f64]| -> Vec<f64> { order.par_iter().map(|&row| values[row as usize]).collect() };
        Ok(Self {
            n_rows: order.len(),
            numbers: beside(&parts.numbers, &order, layout.numbers.len()),
            multipliers: beside(&parts.multipliers, &order, layout.n_multipliers),
            codes: beside(&parts.codes, &order, layout.factors.len()),
            response: pick(outcomes.response),
            weights: outcomes.weights.map(pick),
            offset: outcomes.offset.map(pick),
            groups: outcomes.groups.map(|groups| order.iter().map(|&row| groups[row as usize]).collect()),
        })
    }
}

/// Columns that stand one after the other, put side by side in an order of the rows.
///
/// A few columns at a time, first in the order that they come in, then row by row: going through
/// a column in another order waits for memory at every cell, a row only once for its cells. Few,
/// so that little memory is used twice rather than much of it once.
fn beside<T: Copy + Default + Send + Sync>(columns: &[&[T]], order: &[u32], width: usize) -> Vec<T> {
    const TILE: usize = 256;
    const FEW: usize = 4;
    let n_rows = columns.first().map_or(0, |column| column.len());
    if width == 0 || n_rows == 0 {
        return Vec::new();
    }
    let mut side_by_side = vec![T::default(); order.len() * width];
    let mut as_they_come = vec![T::default(); n_rows * width.min(FEW)];
    for (group, columns) in columns.chunks(FEW).enumerate() {
        let (first, n) = (group * FEW, columns.len());
        let of_group = &mut as_they_come[..n_rows * n];
        of_group.par_chunks_mut(TILE * n).enumerate().for_each(|(tile, cells)| {
            let start = tile * TILE;
            for (at, column) in columns.iter().enumerate() {
                let of_tile = &column[start..start + cells.len() / n];
                cells[at..].iter_mut().step_by(n).zip(of_tile).for_each(|(cell, value)| *cell = *value);
            }
        });
        let of_group = &*of_group;
        side_by_side.par_chunks_mut(TILE * width).zip(order.par_chunks(TILE)).for_each(|(tile, order)| {
            for (row, &from) in tile.chunks_exact_mut(width).zip(order) {
                let from = from as usize * n;
                row[first..first + n].copy_from_slice(&of_group[from..from + n]);
            }
        });
    }
    side_by_side
}

/// The slices of a design, by sort.
struct Parts<'a> {
    numbers: Vec<&'a [f64]>,
    multipliers: Vec<&'a [f64]>,
    codes: Vec<&'a [u32]>,
}

impl<'a> Parts<'a> {
    fn of(blocks: &'a [DesignBlock<'_>]) -> Result<Self, Undefined> {
        let mut parts = Self { numbers: Vec::new(), multipliers: Vec::new(), codes: Vec::new() };
        let mut limits = Vec::new();
        for block in blocks {
            match block {
                DesignBlock::Numbers(values) => parts.numbers.push(values),
                DesignBlock::Codes { codes, n_columns } => {
                    parts.codes.push(codes);
                    limits.push(*n_columns);
                }
                DesignBlock::ScaledCodes { codes, n_columns, scale } => {
                    check_lengths([scale.len()].into_iter(), codes.len())?;
                    parts.codes.push(codes);
                    limits.push(*n_columns);
                    parts.multipliers.push(scale);
                }
            }
        }
        let numbers = parts.numbers.par_iter().chain(&parts.multipliers);
        if !numbers.all(|values| values.iter().all(|value| value.is_finite())) {
            return Err(Undefined::NotFinite);
        }
        let is_known = |code: &u32, limit: usize| *code == REFERENCE || (*code as usize) < limit;
        let are_known = |(codes, limit): (&&[u32], &usize)| codes.iter().all(|code| is_known(code, *limit));
        if !parts.codes.par_iter().zip(&limits).all(are_known) {
            return Err(Undefined::OutOfRange);
        }
        Ok(parts)
    }

    /// Rows with a weight, by a mixture of what is in them; rows that are equal in all are one
    /// as good as the other.
    fn order(&self, outcomes: &Outcomes<'_>, ordered: bool) -> Vec<u32> {
        let has_weight = |row: u32| outcomes.weights.is_none_or(|weights| weights[row as usize] > 0.0);
        let rows = (0..outcomes.response.len() as u32).into_par_iter().filter(|&row| has_weight(row));
        if !ordered {
            return rows.collect();
        }
        let mut keyed: Vec<(u64, u32)> = Vec::new();
        let keys = self.keys(outcomes);
        // A group stands together, so that its sums are done when the next one begins.
        let key = |row: u32| match outcomes.groups {
            Some(groups) => u64::from(groups[row as usize]) << 32 | keys[row as usize] >> 32,
            None => keys[row as usize],
        };
        keyed.par_extend(rows.map(|row| (key(row), row)));
        keyed.par_sort_unstable();
        for same_key in keyed.chunk_by_mut(|a, b| a.0 == b.0) {
            if same_key.len() > 1 {
                // Almost always equal rows; two that only share their key are told apart here.
                same_key.sort_by(|a, b| self.compare(outcomes, a.1 as usize, b.1 as usize));
            }
        }
        keyed.into_iter().map(|(_, row)| row).collect()
    }

    fn keys(&self, outcomes: &Outcomes<'_>) -> Vec<u64> {
        const CHUNK: usize = 8_192;
        let mut keys = vec![0; outcomes.response.len()];
        let numbers: Vec<&[f64]> = self.all_numbers(outcomes).collect();
        let codes: Vec<&[u32]> = self.codes.iter().copied().chain(outcomes.groups).collect();
        keys.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, keys)| {
            let start = chunk * CHUNK;
            for values in &numbers {
                let cells = &values[start..start + keys.len()];
                keys.iter_mut().zip(cells).for_each(|(key, cell)| *key = mixed(*key, (cell + 0.0).to_bits()));
            }
            for codes in &codes {
                let cells = &codes[start..start + keys.len()];
                keys.iter_mut().zip(cells).for_each(|(key, cell)| *key = mixed(*key, u64::from(*cell)));
            }
            keys.iter_mut().for_each(|key| *key = finished(*key));
        });
        keys
    }

    fn all_numbers<'b>(&'b self, outcomes: &'b Outcomes<'_>) -> impl Iterator<Item = &'b [f64]> {
        let of_outcomes = [Some(outcomes.response), outcomes.weights, outcomes.offset];
        self.numbers.iter().chain(&self.multipliers).copied().chain(of_outcomes.into_iter().flatten())
    }

    fn compare(&self, outcomes: &Outcomes<'_>, a: usize, b: usize) -> Ordering {
        let mut numbers = self.all_numbers(outcomes).map(|values| (values[a] + 0.0).total_cmp(&(values[b] + 0.0)));
        let mut codes = self.codes.iter().copied().chain(outcomes.groups).map(|codes| codes[a].cmp(&codes[b]));
        let first = numbers.find(|order| order.is_ne());
        first.or_else(|| codes.find(|order| order.is_ne())).unwrap_or(Ordering::Equal)
    }
}

/// One more value in a mixture. The multiplier is one of G. L. Steele & S. Vigna (2022), Software:
/// Practice and Experience 52(2), 443-458. Two rows that mix to the same key are compared cell by
/// cell.
#[inline(always)]
fn mixed(key: u64, value: u64) -> u64 {
    (key.rotate_left(26) ^ value).wrapping_mul(0xf135_7aea_2e62_a9c5)
}

/// The key of a mixture, whose high bits all of its bits decide.
#[inline(always)]
fn finished(key: u64) -> u64 {
    (key ^ (key >> 32)).wrapping_mul(0xf135_7aea_2e62_a9c5)
}
