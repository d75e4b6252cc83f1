//! A table as the columns of a regression.

use std::borrow::Cow;

use rayon::prelude::*;

use super::cells::NumberCells;
use super::coding::{NumberCoding, Shape};
use super::counts::EncodingCounts;
use super::interaction::Main;
use super::prepared::{Cells, PartCounts, Prepared};
use crate::solver::design::{DesignBlock, REFERENCE};

/// Rows that one thread takes at a time.
const PART: usize = 1 << 15;

/// The blocks of a design in the order of the terms, borrowed from the table where no cell changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoded<'a> {
    pub(super) blocks: Vec<DesignBlock<'a>>,
    pub(super) kept: Option<Vec<u32>>,
    pub(super) n_rows: usize,
    pub(super) counts: EncodingCounts,
}

impl<'a> Encoded<'a> {
    /// The blocks, in the order of [`Encoder::terms`](super::Encoder::terms).
    #[must_use]
    pub fn blocks(&self) -> &[DesignBlock<'a>] {
        &self.blocks
    }

    /// The blocks as they are.
    #[must_use]
    pub fn into_blocks(self) -> Vec<DesignBlock<'a>> {
        self.blocks
    }

    /// The rows of the table that the blocks have, ascending; `None` when they have all.
    #[must_use]
    pub fn kept(&self) -> Option<&[u32]> {
        self.kept.as_deref()
    }

    /// Rows of the blocks.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The same without the table that it was made of, and with the rows of it that it has.
    pub(super) fn owned(self, is_kept: &[bool], counts: EncodingCounts) -> Encoded<'static> {
        let blocks = self.blocks.into_iter().map(|block| match block {
            DesignBlock::Numbers(values) => DesignBlock::Numbers(Cow::Owned(values.into_owned())),
            DesignBlock::NumberRows { values, n_columns } => {
                DesignBlock::NumberRows { values: Cow::Owned(values.into_owned()), n_columns }
            }
            DesignBlock::Codes { codes, n_columns } => {
                DesignBlock::Codes { codes: Cow::Owned(codes.into_owned()), n_columns }
            }
            DesignBlock::ScaledCodes { codes, n_columns, scale } => DesignBlock::ScaledCodes {
                codes: Cow::Owned(codes.into_owned()),
                n_columns,
                scale: Cow::Owned(scale.into_owned()),
            },
        });
        let kept = is_kept.iter().enumerate().filter(|(_, is)| **is).map(|(row, _)| row as u32).collect();
        Encoded { blocks: blocks.collect(), kept: Some(kept), n_rows: self.n_rows, counts }
    }

    /// Columns of all blocks.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.blocks.iter().map(DesignBlock::n_columns).sum()
    }

    /// What became of the cells.
    #[must_use]
    pub fn counts(&self) -> &EncodingCounts {
        &self.counts
    }

    /// The same with a column of its own for every term, row after row.
    #[must_use]
    pub fn to_dense(&self) -> DenseDesign {
        let n_columns = self.n_columns();
        let mut values = vec![0.0; self.n_rows * n_columns];
        let mut places = Vec::new();
        let mut next = 0;
        for block in &self.blocks {
            places.push(next);
            next += block.n_columns();
        }
        if n_columns > 0 {
            values.par_chunks_mut(n_columns).enumerate().for_each(|(row, cells)| {
                self.blocks.iter().zip(&places).for_each(|(block, &place)| write_row(block, row, &mut cells[place..]));
            });
        }
        DenseDesign { values, n_rows: self.n_rows, n_columns, kept: self.kept.clone(), counts: self.counts.clone() }
    }
}

fn write_row(block: &DesignBlock<'_>, row: usize, cells: &mut [f64]) {
    match block {
        DesignBlock::Numbers(values) => cells[0] = values[row],
        DesignBlock::NumberRows { values, n_columns } => {
            cells[..*n_columns].copy_from_slice(&values[row * n_columns..(row + 1) * n_columns]);
        }
        DesignBlock::Codes { codes, .. } if codes[row] != REFERENCE => cells[codes[row] as usize] = 1.0,
        DesignBlock::ScaledCodes { codes, scale, .. } if codes[row] != REFERENCE => {
            cells[codes[row] as usize] = scale[row];
        }
        DesignBlock::Codes { .. } | DesignBlock::ScaledCodes { .. } => {}
    }
}

/// A design with a column for every term, for estimators that take nothing else.
#[derive(Clone, Debug, PartialEq)]
pub struct DenseDesign {
    values: Vec<f64>,
    n_rows: usize,
    n_columns: usize,
    kept: Option<Vec<u32>>,
    counts: EncodingCounts,
}

impl DenseDesign {
    /// Rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Columns, one for each term.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// One row; nothing beyond the last.
    #[must_use]
    pub fn row(&self, row: usize) -> &[f64] {
        self.values.get(row * self.n_columns..(row + 1) * self.n_columns).unwrap_or_default()
    }

    /// All values, row after row.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// All values, row after row, as they are.
    #[must_use]
    pub fn into_values(self) -> Vec<f64> {
        self.values
    }

    /// The rows of the table that it has, ascending; `None` when it has all.
    #[must_use]
    pub fn kept(&self) -> Option<&[u32]> {
        self.kept.as_deref()
    }

    /// What became of the cells.
    #[must_use]
    pub fn counts(&self) -> &EncodingCounts {
        &self.counts
    }
}

/// The columns of one feature for all rows of a table.
pub(super) struct FeatureColumns<'a> {
    pub(super) main: Main<'a>,
    /// 0 where the cell is missing, if a column tells.
    pub(super) indicator: Option<Vec<u32>>,
    pub(super) counts: PartCounts,
}

/// The columns of a feature.
pub(super) fn columns_of<'a>(prepared: &mut Prepared<'_, 'a>, n_rows: usize) -> FeatureColumns<'a> {
    let mut missing: Vec<u32> = Vec::new();
    let (main, counts) = match &mut prepared.cells {
        Cells::Number { coding, cells, .. } => {
            cells.each_missing(0..n_rows, |row| missing.push(row as u32));
            let (columns, n_not_finite) = numbers(coding, cells);
            (Main::Numbers(columns), PartCounts { n_missing: cells.n_missing, n_not_finite, n_unseen: 0 })
        }
        Cells::Levels { coding, cells, codes } => {
            let mut places = vec![0; n_rows];
            let parts: Vec<(PartCounts, Vec<u32>)> = places
                .par_chunks_mut(PART)
                .enumerate()
                .map(|(part, out)| {
                    let start = part * PART;
                    cells.places(start..start + out.len(), out);
                    let mut missing = Vec::new();
                    (codes.resolve(out, |at| missing.push((start + at) as u32)), missing)
                })
                .collect();
            let mut counts = PartCounts::default();
            for (of_part, missing_in_part) in parts {
                counts.add(of_part);
                missing.extend(missing_in_part);
            }
            (Main::Codes { codes: Cow::Owned(places), n_columns: coding.n_columns() }, counts)
        }
    };
    FeatureColumns { main, indicator: indicator(prepared, &missing, n_rows), counts }
}

/// The codes of the column that tells which cells are missing, if there is one.
pub(super) fn indicator(prepared: &Prepared<'_, '_>, missing: &[u32], n_rows: usize) -> Option<Vec<u32>> {
    prepared.fitted.indicator.then(|| {
        let mut codes = vec![REFERENCE; n_rows];
        missing.iter().for_each(|&row| codes[row as usize] = 0);
        codes
    })
}

/// The columns of a feature of numbers, and how many of their rows are not finite.
fn numbers<'a>(coding: &NumberCoding, cells: &mut NumberCells<'a>) -> (Vec<Cow<'a, [f64]>>, u64) {
    let n_rows = cells.values.len();
    if coding.is_plain() && cells.valid.is_none() {
        return (vec![std::mem::take(&mut cells.values).into_whole()], 0);
    }
    let mut first = vec![0.0; n_rows];
    first.par_chunks_mut(PART).enumerate().for_each(|(part, out)| {
        coding.fill_part(cells, part * PART..part * PART + out.len(), out);
    });
    let mut columns = vec![first];
    if let Shape::Spline { .. } = coding.shape {
        for column in 1..coding.n_columns() {
            let bent = columns[0].par_iter().map(|&x| coding.bend(column, x)).collect();
            columns.push(bent);
        }
    }
    let is_finite = |row: &usize| columns.iter().all(|column: &Vec<f64>| column[*row].is_finite());
    let n_not_finite = (0..n_rows).into_par_iter().filter(|row| !is_finite(row)).count() as u64;
    (columns.into_iter().map(Cow::Owned).collect(), n_not_finite)
}
