//! Columns put side by side in an order of the rows.

use rayon::prelude::*;

use crate::kernel::zeros::zeros;

/// Numbers of a design as they come.
#[derive(Clone, Copy)]
pub(super) enum Held<'a, T> {
    /// One column.
    Column(&'a [T]),
    /// So many columns, row after row.
    Rows(&'a [T], usize),
}

impl<'a, T: Copy> Held<'a, T> {
    pub(super) fn width(self) -> usize {
        match self {
            Self::Column(_) => 1,
            Self::Rows(_, width) => width,
        }
    }

    pub(super) fn values(self) -> &'a [T] {
        match self {
            Self::Column(values) | Self::Rows(values, _) => values,
        }
    }

    /// What a row has.
    pub(super) fn row(self, row: usize) -> &'a [T] {
        let width = self.width();
        &self.values()[row * width..(row + 1) * width]
    }
}

/// Columns put side by side in an order of the rows.
///
/// Those that come one after the other are first put together, a few at a time, as they come:
/// going through a column in another order waits for memory at every cell, a row only once for
/// its cells. Few, so that little memory is used twice rather than much of it once.
pub(super) fn beside<T: Copy + Default + Send + Sync>(held: &[Held<'_, T>], order: &[u32]) -> Vec<T> {
    let width = held.iter().map(|held| held.width()).sum();
    if width == 0 {
        return Vec::new();
    }
    let mut all = SideBySide { cells: zeros(order.len() * width), width, order };
    let (mut first, mut waiting) = (0, Vec::new());
    let mut buffer = Vec::new();
    for held in held {
        match *held {
            Held::Rows(values, width) => {
                all.put_columns(first, &mut waiting, &mut buffer);
                all.put_rows(first, values, width);
                first += width;
            }
            Held::Column(column) => {
                waiting.push(column);
                first += 1;
            }
        }
        if waiting.len() == 4 {
            all.put_columns(first, &mut waiting, &mut buffer);
        }
    }
    all.put_columns(first, &mut waiting, &mut buffer);
    all.cells
}

/// Rows in an order of their own, filled a few columns at a time.
struct SideBySide<'a, T> {
    cells: Vec<T>,
    width: usize,
    order: &'a [u32],
}

/// Rows that one thread takes at a time.
const PART: usize = 1_024;

impl<T: Copy + Default + Send + Sync> SideBySide<'_, T> {
    /// Puts columns in front of the column `end`.
    fn put_columns(&mut self, end: usize, columns: &mut Vec<&[T]>, buffer: &mut Vec<[T; 4]>) {
        let first = end - columns.len();
        if let Ok(columns) = <[&[T]; 4]>::try_from(columns.as_slice()) {
            if buffer.len() != columns[0].len() {
                *buffer = zeros(columns[0].len());
            }
            buffer.par_chunks_mut(PART).enumerate().for_each(|(part, rows)| {
                let of_part = columns.map(|column| &column[part * PART..part * PART + rows.len()]);
                rows.iter_mut().enumerate().for_each(|(at, row)| *row = of_part.map(|column| column[at]));
            });
            self.each_row(|row, from| row[first..first + 4].copy_from_slice(&buffer[from]));
        } else {
            for (at, column) in columns.iter().enumerate() {
                self.each_row(|row, from| row[first + at] = column[from]);
            }
        }
        columns.clear();
    }

    /// Puts rows from the column `first` on.
    fn put_rows(&mut self, first: usize, values: &[T], width: usize) {
        self.each_row(|row, from| {
            row[first..first + width].copy_from_slice(&values[from * width..(from + 1) * width]);
        });
    }

    /// Calls with each row and where it comes from.
    fn each_row(&mut self, fill: impl Fn(&mut [T], usize) + Sync) {
        let parts = self.cells.par_chunks_mut(PART * self.width).zip(self.order.par_chunks(PART));
        parts.for_each(|(rows, order)| {
            rows.chunks_exact_mut(self.width).zip(order).for_each(|(row, &from)| fill(row, from as usize));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: by hand, for each number of columns that go together.
    #[test]
    fn rows_hold_the_cells_of_all_columns() {
        let columns: Vec<Vec<u32>> = (0..7).map(|column| (0..3).map(|row| 10 * row + column).collect()).collect();
        let rows: Vec<u32> = (0..3).flat_map(|row| [10 * row + 7, 10 * row + 8]).collect();
        for n_before in 0..=7 {
            let held = |columns: &'static [Vec<u32>]| columns.iter().map(|column| Held::Column(column.as_slice()));
            let columns: &'static [Vec<u32>] = columns.clone().leak();
            let mut all: Vec<Held<'_, u32>> = held(&columns[..n_before]).collect();
            all.push(Held::Rows(&rows, 2));
            all.extend(held(&columns[n_before..]));
            let expected = |row: u32| {
                let own = |columns: std::ops::Range<u32>| columns.map(move |column| 10 * row + column);
                own(0..n_before as u32).chain(own(7..9)).chain(own(n_before as u32..7)).collect::<Vec<_>>()
            };
            assert_eq!(beside(&all, &[2, 0]), [expected(2), expected(0)].concat());
        }
        assert!(beside::<f64>(&[], &[0, 1]).is_empty());
    }
}
