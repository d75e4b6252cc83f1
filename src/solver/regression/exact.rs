//! Passes in doubled arithmetic over the rows as they are held, for small tables and for what
//! other columns leave of a column.

use rayon::prelude::*;

use super::pass::Pass;
use crate::kernel::double_double::DoubleDouble;
use crate::solver::design::REFERENCE;

/// Rows of a chunk.
const CHUNK: usize = 1_024;

impl Pass<'_> {
    /// Calls back with the columns in which a row has something, and what.
    #[inline]
    fn each_cell(&self, row: usize, mut act: impl FnMut(usize, f64)) {
        let (layout, rows) = (self.layout, self.rows);
        if layout.has_intercept {
            act(0, 1.0);
        }
        let q = layout.numbers.len();
        let numbers = rows.numbers[row * q..(row + 1) * q].iter();
        numbers.zip(&layout.numbers).for_each(|(cell, number)| act(number.column, *cell));
        let width = layout.factors.len();
        for (code, factor) in rows.codes[row * width..(row + 1) * width].iter().zip(&layout.factors) {
            if *code != REFERENCE {
                let number =
                    factor.multiplier.map_or(1.0, |(slot, _)| rows.multipliers[row * layout.n_multipliers + slot]);
                act(factor.first + *code as usize, number);
            }
        }
    }

    /// One column of the design, as it is held.
    pub(super) fn cells_of(&self, column: usize) -> Vec<f64> {
        let mut cells = vec![0.0; self.rows.n_rows];
        if let Some(at) = self.layout.numbers.iter().position(|number| number.column == column) {
            let held = self.rows.numbers[at..].iter().step_by(self.layout.numbers.len());
            cells.iter_mut().zip(held).for_each(|(cell, held)| *cell = *held);
            return cells;
        }
        for (row, own) in cells.iter_mut().enumerate() {
            self.each_cell(row, |of, cell| {
                if of == column {
                    *own = cell;
                }
            });
        }
        cells
    }

    /// What the columns times slopes leave of a value of each row.
    pub(super) fn left(
        &self,
        slopes: &[DoubleDouble],
        value: impl Fn(usize) -> DoubleDouble + Sync,
    ) -> Vec<DoubleDouble> {
        (0..self.rows.n_rows)
            .into_par_iter()
            .with_min_len(CHUNK)
            .map(|row| {
                let mut left = value(row);
                self.each_cell(row, |column, cell| left += -slopes[column].times(cell));
                left
            })
            .collect()
    }

    /// Products of the columns with a score of each row.
    pub(super) fn exact_products(&self, score: impl Fn(usize) -> DoubleDouble + Sync) -> Vec<DoubleDouble> {
        let n = self.layout.n_columns;
        let chunks: Vec<Vec<DoubleDouble>> = (0..self.rows.n_rows.div_ceil(CHUNK))
            .into_par_iter()
            .map(|chunk| {
                let mut sums = vec![DoubleDouble::default(); n];
                for row in chunk * CHUNK..self.rows.n_rows.min((chunk + 1) * CHUNK) {
                    let score = score(row);
                    self.each_cell(row, |column, cell| sums[column] += score.times(cell));
                }
                sums
            })
            .collect();
        chunks.into_iter().fold(vec![DoubleDouble::default(); n], |mut all, chunk| {
            all.iter_mut().zip(chunk).for_each(|(all, sum)| *all += sum);
            all
        })
    }
}
