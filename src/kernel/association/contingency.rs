//! Tables of counts of two columns of categories.
//!
//! Notation: O the rows (or their weight) of a cell, R and C the sums of its row and column,
//! n the sum of all. Only cells that have rows are held, so that two columns of identifiers
//! take as much room as they have rows and not as much as a full table.

use rayon::prelude::*;

use super::super::exact_sum::ExactSum;
use super::super::undefined::Undefined;

/// The code of a row whose category is missing.
pub const NULL: u32 = u32::MAX;

/// Cells of a table that is counted in place; larger ones are sorted together.
const DENSE_CELLS: u64 = 1 << 22;
/// Cells of a table of which several are counted side by side, so that equal neighbours do not
/// wait for each other.
const NARROW_CELLS: usize = 1 << 12;
/// Tables side by side.
const LANES: usize = 4;
/// Sums from the reciprocal of this to it keep all products of cells within doubles.
const LARGEST_TOTAL: f64 = 1e120;

/// One cell with rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Its row of the table, from 0.
    pub row: u32,
    /// Its column of the table, from 0.
    pub column: u32,
    /// Its rows, or the sum of their weights.
    pub count: f64,
}

/// A table of counts without empty rows and columns.
#[derive(Clone, Debug, PartialEq)]
pub struct ContingencyTable {
    cells: Vec<Cell>,
    rows: Vec<f64>,
    columns: Vec<f64>,
    row_codes: Vec<u32>,
    column_codes: Vec<u32>,
    n: f64,
}

impl ContingencyTable {
    /// Counts the pairs of codes of two columns of the same length; of unequal ones the shorter
    /// length counts. Rows where a code is [`NULL`] are left out.
    ///
    /// Codes need not be dense: those that no row has make no row of the table. Takes O(n + rc)
    /// while the table of all codes has at most 4 million cells, else O(n log n).
    ///
    /// # Errors
    ///
    /// [`Undefined::TooFew`] when no row has both codes, [`Undefined::OneGroup`] when all rows
    /// are in one row or one column of the table.
    pub fn of(x: &[u32], y: &[u32]) -> Result<Self, Undefined> {
        let n = x.len().min(y.len());
        let (x, y) = (&x[..n], &y[..n]);
        let cells = match dense_size(x, y) {
            Some((n_columns, size)) => dense_cells(x, y, n_columns, size),
            None => {
                let mut keys: Vec<u64> = pairs(x, y).collect();
                keys.par_sort_unstable();
                keys.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as f64)).collect()
            }
        };
        Self::of_cells(&cells)
    }

    /// Sums frequency weights: a row stands for `weight` equal rows.
    ///
    /// Sums are exact for any weights; a row of weight 0 is left out. Chi-squared and what is
    /// tested by it take the weights as counts, so they are right for whole numbers only.
    ///
    /// # Errors
    ///
    /// As [`ContingencyTable::of`]; [`Undefined::NotFinite`] for NaN and infinite weights,
    /// [`Undefined::NotPositive`] for negative ones, [`Undefined::NoWeight`] when all are 0,
    /// [`Undefined::Overflow`] when their sum is beyond 1e120 or below 1e-120.
    pub fn weighted(x: &[u32], y: &[u32], weights: &[f64]) -> Result<Self, Undefined> {
        if !weights.iter().all(|weight| weight.is_finite()) {
            return Err(Undefined::NotFinite);
        }
        if weights.iter().any(|&weight| weight < 0.0) {
            return Err(Undefined::NotPositive);
        }
        let there = |(x, y): (&u32, &u32)| (*x != NULL && *y != NULL).then(|| packed(*x, *y));
        let keyed = x.iter().zip(y).map(there).zip(weights);
        let mut keyed: Vec<(u64, f64)> = keyed.filter_map(|(key, &weight)| Some((key?, weight))).collect();
        if !keyed.is_empty() && keyed.iter().all(|(_, weight)| *weight == 0.0) {
            return Err(Undefined::NoWeight);
        }
        keyed.retain(|(_, weight)| *weight > 0.0);
        keyed.par_sort_unstable_by_key(|(key, _)| *key);
        let sum = |run: &[(u64, f64)]| Some((run[0].0, exact_sum(run.iter().map(|(_, weight)| *weight))?));
        let cells: Option<Vec<_>> = keyed.chunk_by(|a, b| a.0 == b.0).map(sum).collect();
        let table = Self::of_cells(&cells.ok_or(Undefined::Overflow)?)?;
        if !(1.0 / LARGEST_TOTAL..=LARGEST_TOTAL).contains(&table.n) {
            return Err(Undefined::Overflow);
        }
        Ok(table)
    }

    /// A table of cells in ascending order of their packed codes.
    fn of_cells(cells: &[(u64, f64)]) -> Result<Self, Undefined> {
        if cells.is_empty() {
            return Err(Undefined::TooFew { n: 0, needed: 1 });
        }
        let (row_codes, row_of, rows) = margin(cells.iter().enumerate().map(|(at, &(key, _))| (key >> 32, at)), cells)?;
        let mut by_column: Vec<(u64, usize)> =
            cells.iter().enumerate().map(|(at, &(key, _))| (key & u64::from(u32::MAX), at)).collect();
        by_column.par_sort_unstable();
        let (column_codes, column_of, columns) = margin(by_column.into_iter(), cells)?;
        if rows.len() < 2 || columns.len() < 2 {
            return Err(Undefined::OneGroup);
        }
        let n = exact_sum(cells.iter().map(|&(_, count)| count)).ok_or(Undefined::Overflow)?;
        let places = row_of.into_iter().zip(column_of);
        let cells = places.zip(cells).map(|((row, column), &(_, count))| Cell { row, column, count }).collect();
        Ok(Self { cells, rows, columns, row_codes, column_codes, n })
    }

    /// The cells that have rows, by row and then by column.
    #[must_use]
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The sum of each row.
    #[must_use]
    pub fn rows(&self) -> &[f64] {
        &self.rows
    }

    /// The sum of each column.
    #[must_use]
    pub fn columns(&self) -> &[f64] {
        &self.columns
    }

    /// The code of each row of the table, ascending.
    #[must_use]
    pub fn row_codes(&self) -> &[u32] {
        &self.row_codes
    }

    /// The code of each column of the table, ascending.
    #[must_use]
    pub fn column_codes(&self) -> &[u32] {
        &self.column_codes
    }

    /// The sum of all cells.
    #[must_use]
    pub fn n(&self) -> f64 {
        self.n
    }

    /// The four counts of a table of two rows and two columns, by row; `None` for any other.
    #[must_use]
    pub fn two_by_two(&self) -> Option<[[f64; 2]; 2]> {
        if self.rows.len() != 2 || self.columns.len() != 2 {
            return None;
        }
        let mut counts = [[0.0; 2]; 2];
        self.cells.iter().for_each(|cell| counts[cell.row as usize][cell.column as usize] = cell.count);
        Some(counts)
    }
}

fn packed(x: u32, y: u32) -> u64 {
    u64::from(x) << 32 | u64::from(y)
}

/// The packed codes of the rows that have both.
fn pairs<'a>(x: &'a [u32], y: &'a [u32]) -> impl Iterator<Item = u64> + use<'a> {
    x.iter().zip(y).filter(|&(&x, &y)| x != NULL && y != NULL).map(|(&x, &y)| packed(x, y))
}

/// Columns of the table of all codes and of the missing one, and its cells; `None` if it is
/// too large, or much larger than the rows are many.
fn dense_size(x: &[u32], y: &[u32]) -> Option<(usize, usize)> {
    // The missing code becomes 0.
    let n_codes = |codes: &[u32]| u64::from(codes.iter().map(|code| code.wrapping_add(1)).max().unwrap_or(0)) + 1;
    let (n_rows, n_columns) = (n_codes(x), n_codes(y));
    let size = n_rows.checked_mul(n_columns)?;
    let most = DENSE_CELLS.min((NARROW_CELLS + 4 * x.len()) as u64);
    (size <= most).then_some((n_columns as usize, size as usize))
}

/// Counts into a table of all codes, whose first row and column are of the missing ones.
fn dense_cells(x: &[u32], y: &[u32], n_columns: usize, size: usize) -> Vec<(u64, f64)> {
    let lanes = if size <= NARROW_CELLS { LANES } else { 1 };
    let mut tables = vec![0_u32; size * lanes];
    let place = |x: u32, y: u32| x.wrapping_add(1) as usize * n_columns + y.wrapping_add(1) as usize;
    let (x_lanes, y_lanes) = (x.chunks_exact(lanes), y.chunks_exact(lanes));
    let rest = x_lanes.remainder().iter().zip(y_lanes.remainder());
    rest.for_each(|(&x, &y)| tables[place(x, y)] += 1);
    for (x, y) in x_lanes.zip(y_lanes) {
        for (lane, (&x, &y)) in x.iter().zip(y).enumerate() {
            tables[lane * size + place(x, y)] += 1;
        }
    }
    let count = |cell: usize| (0..lanes).map(|lane| u64::from(tables[lane * size + cell])).sum::<u64>() as f64;
    let code = |row: usize, column: usize| packed(row as u32 - 1, column as u32 - 1);
    let cells = (1..size / n_columns).flat_map(|row| (1..n_columns).map(move |column| (row, column)));
    let counted = cells.map(|(row, column)| (code(row, column), count(row * n_columns + column)));
    counted.filter(|(_, count)| *count > 0.0).collect()
}

/// Numbers the codes of cells that come in ascending order of them: the codes, the number of
/// each cell, and the sum of each number.
type Margin = (Vec<u32>, Vec<u32>, Vec<f64>);

fn margin(in_order: impl Iterator<Item = (u64, usize)>, cells: &[(u64, f64)]) -> Result<Margin, Undefined> {
    let (mut codes, mut of_cell, mut sums) = (Vec::<u32>::new(), vec![0; cells.len()], Vec::new());
    let mut sum = ExactSum::default();
    let mut end = |sum: &mut ExactSum| -> Result<(), Undefined> {
        sums.push(std::mem::take(sum).value().ok_or(Undefined::Overflow)?);
        Ok(())
    };
    for (code, at) in in_order {
        if codes.last().is_some_and(|&last| u64::from(last) != code) {
            end(&mut sum)?;
        }
        if codes.last().is_none_or(|&last| u64::from(last) != code) {
            codes.push(code as u32);
        }
        of_cell[at] = codes.len() as u32 - 1;
        sum.add(cells[at].1);
    }
    end(&mut sum)?;
    Ok((codes, of_cell, sums))
}

fn exact_sum(terms: impl Iterator<Item = f64>) -> Option<f64> {
    let mut sum = ExactSum::default();
    terms.for_each(|term| sum.add(term));
    sum.value()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_table_by_hand() {
        let x = [2, 0, 2, NULL, 2, 0, 9];
        let y = [1, 1, 5, 1, 1, NULL, 5];
        let table = ContingencyTable::of(&x, &y).unwrap();
        assert_eq!((table.row_codes(), table.column_codes()), (&[0, 2, 9][..], &[1, 5][..]));
        assert_eq!((table.rows(), table.columns(), table.n()), (&[1.0, 3.0, 1.0][..], &[3.0, 2.0][..], 5.0));
        let cell = |row, column, count| Cell { row, column, count };
        assert_eq!(table.cells(), [cell(0, 0, 1.0), cell(1, 0, 2.0), cell(1, 1, 1.0), cell(2, 1, 1.0)]);
        assert_eq!(table.two_by_two(), None);
        let square = ContingencyTable::of(&[0, 0, 7, 7, 7], &[1, 3, 3, 3, 3]).unwrap();
        assert_eq!(square.two_by_two(), Some([[1.0, 1.0], [0.0, 3.0]]));
    }

    #[test]
    fn what_makes_no_table_is_refused() {
        assert_eq!(ContingencyTable::of(&[], &[]), Err(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(ContingencyTable::of(&[NULL, 1], &[1, NULL]), Err(Undefined::TooFew { n: 0, needed: 1 }));
        assert_eq!(ContingencyTable::of(&[1, 1], &[0, 1]), Err(Undefined::OneGroup));
        assert_eq!(ContingencyTable::of(&[0, 1, 2], &[4, 4, NULL]), Err(Undefined::OneGroup));
        let weighted = |weights: &[f64]| ContingencyTable::weighted(&[0, 1, 1], &[0, 1, 0], weights);
        assert_eq!(weighted(&[1.0, f64::NAN, 1.0]), Err(Undefined::NotFinite));
        assert_eq!(weighted(&[1.0, -1.0, 1.0]), Err(Undefined::NotPositive));
        assert_eq!(weighted(&[0.0; 3]), Err(Undefined::NoWeight));
        assert_eq!(weighted(&[1.0, 0.0, 0.0]), Err(Undefined::OneGroup));
        assert_eq!(weighted(&[1e200; 3]), Err(Undefined::Overflow));
        assert_eq!(weighted(&[f64::MAX; 3]), Err(Undefined::Overflow));
        assert_eq!(weighted(&[5e-324; 3]), Err(Undefined::Overflow));
    }

    /// A hundred thousand identifiers against as many: a full table would have 1e10 cells.
    #[test]
    fn identifiers_take_room_for_their_rows_only() {
        let ids: Vec<u32> = (0..100_000_u32).map(|i| i.wrapping_mul(2_654_435_761) % 4_000_000_000).collect();
        let mut expected = ids.clone();
        expected.sort_unstable();
        let table = ContingencyTable::of(&ids, &ids).unwrap();
        assert_eq!(table.cells().len(), 100_000);
        assert_eq!(table.row_codes(), expected);
        assert_eq!(table.columns(), vec![1.0; 100_000]);
    }

    proptest! {
        #[test]
        fn sorting_and_counting_in_place_give_the_same_table(rows in prop::collection::vec((0_u32..6, 0_u32..9), 0..200)) {
            let codes = |(x, y): &(u32, u32), far: u32| {
                (if *x == 5 { NULL } else { *x + far * u32::from(*x == 4) }, if *y == 8 { NULL } else { *y })
            };
            let table = |far| {
                let (x, y): (Vec<_>, Vec<_>) = rows.iter().map(|row| codes(row, far)).unzip();
                (ContingencyTable::of(&x, &y), ContingencyTable::weighted(&x, &y, &vec![1.0; x.len()]))
            };
            let (near, weighted) = table(0);
            prop_assert_eq!(&near, &weighted);
            let (far, _) = table(4_000_000_000);
            match (near, far) {
                (Ok(near), Ok(far)) => prop_assert_eq!((near.cells(), near.rows(), near.columns()), (far.cells(), far.rows(), far.columns())),
                (near, far) => prop_assert_eq!(near, far),
            }
        }
    }
}
