//! Composites and items of many cells, one cell for each segment and period, in one pass.
//!
//! Notation: `s_j` the place of a respondent on item `j`, 0 worst and 1 best; `A` the items that
//! were answered.
//!
//! ```text
//! composite = sum over A of w_j s_j / sum over A of w_j
//! ```
//! The composites of those who answered all items and of those who answered some are kept apart,
//! so that both ways of treating what is missing come out of one pass.

use super::composite::CompositeSums;
use super::index_tile::{TILE, Tile};
use super::item_rows::{ItemRows, ItemScale};
use super::item_weights::ItemWeights;
use super::plain_cells::PlainCells;
use super::weighted_cells::WeightedCells;
use super::weighted_composite::WeightedCompositeSums;
use crate::kernel::undefined::Undefined;

/// The cell of a respondent who belongs to none.
pub const NO_CELL: u32 = u32::MAX;

/// Sums over respondents by cell: composites, and the answers to each item.
///
/// Whatever the order of the respondents, and however they are shared out among states that are
/// merged, the sums are the same. Memory is some 230 bytes and 8 for each item for a cell, ten
/// times that with weights.
///
/// # Examples
///
/// ```
/// use customer_analytics::kernel::survey::{Answers, IndexSums, ItemRows, ItemScale, ItemWeights, MISSING};
///
/// // Answers from 1 to 5, as steps above 1; the third respondent answered one item of two.
/// let scales = [ItemScale::Steps(4); 2];
/// let answers = [Answers::Steps(&[4, 2, 4]), Answers::Steps(&[2, 2, MISSING])];
/// let mut sums = IndexSums::new(&scales, &ItemWeights::equal(2)?, 1)?;
/// sums.add(&ItemRows::new(&scales, &answers)?, &[0, 0, 0], 1)?;
/// let cell = sums.cell(0)?;
/// assert_eq!(cell.complete.mean, Ok(0.625)); // 0.75 and 0.5
/// assert_eq!(cell.answered.mean, Ok(0.75)); // and 1
/// # Ok::<(), customer_analytics::kernel::undefined::Undefined>(())
/// ```
#[derive(Clone, Debug)]
pub struct IndexSums {
    scales: Vec<ItemScale>,
    weights: ItemWeights,
    min_answered: usize,
    cells: Cells,
}

/// The cells that numbers lead to, with the place of each.
pub(super) fn led_to(numbers: &[u32], n: usize) -> impl Iterator<Item = (usize, usize)> {
    let is_there = |(_, number): &(usize, &u32)| **number != NO_CELL;
    numbers.iter().take(n).enumerate().filter(is_there).map(|(from, &to)| (from, to as usize))
}

#[derive(Clone, Debug)]
enum Cells {
    Plain(PlainCells),
    Weighted(WeightedCells),
}

/// A mean composite, 0..=1, with its error.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CompositeMean {
    /// Respondents.
    pub n: u64,
    /// How many respondents of equal weight would say as much.
    pub n_effective: Option<f64>,
    /// The mean, 0..=1.
    pub mean: Result<f64, Undefined>,
    /// Its standard error.
    pub std_error: Result<f64, Undefined>,
}

/// The answers to one item.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ItemMean {
    /// Respondents who answered it.
    pub n: u64,
    /// Their mean place, 0..=1.
    pub mean: Result<f64, Undefined>,
}

/// What the respondents of a cell, or of all cells, answered.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct IndexCell {
    /// Respondents.
    pub n_rows: u64,
    /// Respondents who answered fewer items than it takes.
    pub n_too_few: u64,
    /// Over those who answered all items.
    pub complete: CompositeMean,
    /// Over those who answered as many items as it takes, with the weights of these.
    pub answered: CompositeMean,
    /// Every item over those who answered it.
    pub items: Vec<ItemMean>,
}

impl CompositeMean {
    pub(super) fn plain(sums: CompositeSums) -> Self {
        let n_effective = (sums.n() > 0).then_some(sums.n() as f64);
        Self { n: sums.n(), n_effective, mean: sums.mean(), std_error: sums.std_error() }
    }

    pub(super) fn weighted(sums: WeightedCompositeSums) -> Self {
        Self { n: sums.n(), n_effective: sums.n_effective().ok(), mean: sums.mean(), std_error: sums.std_error() }
    }
}

impl IndexSums {
    /// No respondents, each counting once. `min_answered` items are needed for a composite.
    ///
    /// # Errors
    /// `OutOfRange` when there are not as many weights as items, or `min_answered` is not in 1
    /// to their number.
    pub fn new(scales: &[ItemScale], weights: &ItemWeights, min_answered: usize) -> Result<Self, Undefined> {
        let cells = Cells::Plain(PlainCells::new(scales));
        Self::with(scales, weights, min_answered, cells)
    }

    /// No respondents, each with a weight of its own.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn weighted(scales: &[ItemScale], weights: &ItemWeights, min_answered: usize) -> Result<Self, Undefined> {
        let cells = Cells::Weighted(WeightedCells::new(scales.len()));
        Self::with(scales, weights, min_answered, cells)
    }

    fn with(scales: &[ItemScale], weights: &ItemWeights, min_answered: usize, cells: Cells) -> Result<Self, Undefined> {
        if weights.shares().len() != scales.len() || !(1..=scales.len()).contains(&min_answered) {
            return Err(Undefined::OutOfRange);
        }
        Ok(Self { scales: scales.to_vec(), weights: weights.clone(), min_answered, cells })
    }

    /// Adds respondents to the cells that they belong to, numbered from 0; [`NO_CELL`] is none.
    ///
    /// # Errors
    /// `OutOfRange` when the items have other scales, there are not as many cells as
    /// respondents, one is not below `n_cells`, or respondents have weights.
    pub fn add(&mut self, rows: &ItemRows<'_>, cells: &[u32], n_cells: usize) -> Result<(), Undefined> {
        self.check(rows, cells, n_cells)?;
        let Cells::Plain(plain) = &mut self.cells else { return Err(Undefined::OutOfRange) };
        plain.grow(n_cells);
        let mut tile = Tile::new(rows, &self.weights, self.min_answered);
        for start in (0..rows.n_rows()).step_by(TILE) {
            let end = rows.n_rows().min(start + TILE);
            plain.add(&mut tile, start, &cells[start..end]);
        }
        Ok(())
    }

    /// Adds respondents with their weights; one of weight 0 counts for nothing.
    ///
    /// # Errors
    /// As [`add`](Self::add); `OutOfRange` for a negative weight or when there are not as many
    /// as respondents, `NotFinite` for one that is NaN or infinite.
    pub fn add_weighted(
        &mut self,
        rows: &ItemRows<'_>,
        cells: &[u32],
        n_cells: usize,
        weights: &[f64],
    ) -> Result<(), Undefined> {
        self.check(rows, cells, n_cells)?;
        let Cells::Weighted(weighted) = &mut self.cells else { return Err(Undefined::OutOfRange) };
        if !weights.iter().all(|weight| weight.is_finite()) {
            return Err(Undefined::NotFinite);
        }
        if weights.len() != rows.n_rows() || weights.iter().any(|&weight| weight < 0.0) {
            return Err(Undefined::OutOfRange);
        }
        weighted.grow(n_cells);
        let mut tile = Tile::new(rows, &self.weights, self.min_answered);
        for start in (0..rows.n_rows()).step_by(TILE) {
            let end = rows.n_rows().min(start + TILE);
            weighted.add(&mut tile, start, &cells[start..end], &weights[start..end]);
        }
        Ok(())
    }

    fn check(&self, rows: &ItemRows<'_>, cells: &[u32], n_cells: usize) -> Result<(), Undefined> {
        let is_off = |cell: u32| cell != NO_CELL && cell as usize >= n_cells;
        let are_off = cells.iter().fold(false, |off, &cell| off | is_off(cell));
        if rows.scales() != self.scales || cells.len() != rows.n_rows() || are_off {
            return Err(Undefined::OutOfRange);
        }
        Ok(())
    }

    /// Adds the sums of other respondents, whose cells have these numbers here; [`NO_CELL`] is none.
    ///
    /// # Errors
    /// `OutOfRange` when items, weights or what it takes differ, or a cell has no number.
    pub fn merge(&mut self, other: Self, numbers: &[u32]) -> Result<(), Undefined> {
        if numbers.len() < other.n_cells() {
            return Err(Undefined::OutOfRange);
        }
        let are_alike =
            self.scales == other.scales && self.weights == other.weights && self.min_answered == other.min_answered;
        match (&mut self.cells, other.cells) {
            (Cells::Plain(mine), Cells::Plain(theirs)) if are_alike => mine.merge(theirs, numbers),
            (Cells::Weighted(mine), Cells::Weighted(theirs)) if are_alike => mine.merge(theirs, numbers),
            _ => return Err(Undefined::OutOfRange),
        }
        Ok(())
    }

    /// Cells so far.
    #[must_use]
    pub fn n_cells(&self) -> usize {
        match &self.cells {
            Cells::Plain(cells) => cells.len(),
            Cells::Weighted(cells) => cells.len(),
        }
    }

    /// One cell.
    ///
    /// # Errors
    /// `OutOfRange` when there is none of that number.
    pub fn cell(&self, at: usize) -> Result<IndexCell, Undefined> {
        if at >= self.n_cells() {
            return Err(Undefined::OutOfRange);
        }
        Ok(self.over([at]))
    }

    /// Several cells as one; a cell that is not there has no respondents.
    #[must_use]
    pub fn over(&self, cells: impl IntoIterator<Item = usize>) -> IndexCell {
        match &self.cells {
            Cells::Plain(plain) => plain.over(cells),
            Cells::Weighted(weighted) => weighted.over(cells),
        }
    }
}

#[cfg(test)]
mod tests;
