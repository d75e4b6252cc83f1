//! Cells of respondents with weights.

use super::index_sums::{CompositeMean, IndexCell, ItemMean, led_to};
use super::index_tile::{IN_WORD, NO_ANSWER, Tile};
use super::weighted_composite::{WeightedCompositeSums, split};
use crate::kernel::binned_sum::BinnedSum;
use crate::kernel::undefined::Undefined;

/// Sums of cells.
#[derive(Clone, Debug)]
pub(super) struct WeightedCells {
    n_items: usize,
    /// By cell: all items, and as many as it takes.
    composites: Vec<[WeightedCompositeSums; 2]>,
    /// By cell: respondents who answered too few items.
    n_too_few: Vec<u64>,
    /// By cell and item.
    items: Vec<WeightedItem>,
}

#[derive(Clone, Copy, Debug, Default)]
struct WeightedItem {
    n: u64,
    weight: BinnedSum,
    weighted: BinnedSum,
}

impl WeightedItem {
    fn add(&mut self, place: f64, weight: f64) {
        let (w, exponent) = split(weight);
        self.n += 1;
        self.weight.add(weight);
        self.weighted.add_scaled(w * place, exponent);
    }

    fn merge(self, other: Self) -> Self {
        Self {
            n: self.n + other.n,
            weight: self.weight.merge(other.weight),
            weighted: self.weighted.merge(other.weighted),
        }
    }

    fn mean(&self) -> ItemMean {
        let exponent = self.weight.exponent();
        let sums = self.weight.scaled(-exponent).zip(self.weighted.scaled(-exponent));
        let mean = match sums {
            _ if self.n == 0 => Err(Undefined::TooFew { n: 0, needed: 1 }),
            Some((weight, weighted)) => Ok((weighted / weight).clamp(0.0, 1.0)),
            None => Err(Undefined::Overflow),
        };
        ItemMean { n: self.n, mean }
    }
}

impl WeightedCells {
    pub(super) fn new(n_items: usize) -> Self {
        Self { n_items, composites: vec![], n_too_few: vec![], items: vec![] }
    }

    pub(super) fn len(&self) -> usize {
        self.composites.len()
    }

    /// Makes room for cells that are new.
    pub(super) fn grow(&mut self, n_cells: usize) {
        if n_cells > self.len() {
            self.composites.resize(n_cells, Default::default());
            self.n_too_few.resize(n_cells, 0);
            self.items.resize(n_cells * self.n_items, WeightedItem::default());
        }
    }

    /// Adds the respondents of a tile, all of whose cells there are.
    pub(super) fn add(&mut self, tile: &mut Tile<'_>, start: usize, cells: &[u32], weights: &[f64]) {
        tile.read(start, cells.len());
        for (row, (&cell, &weight)) in cells.iter().zip(weights).enumerate() {
            let cell = cell as usize;
            // What is in no cell has a number beyond them all.
            if cell >= self.len() || weight == 0.0 {
                continue;
            }
            match self.composites[cell].get_mut(usize::from(tile.kinds[row])) {
                Some(sums) => sums.add(tile.composites[row], weight),
                None => self.n_too_few[cell] += 1,
            }
            for (item, sums) in self.items[cell * self.n_items..][..self.n_items].iter_mut().enumerate() {
                let byte = tile.words[item / IN_WORD][row] >> (8 * (item % IN_WORD));
                if byte as u8 & NO_ANSWER == 0 {
                    sums.add(tile.place(item, start + row), weight);
                }
            }
        }
    }

    pub(super) fn merge(&mut self, other: Self, numbers: &[u32]) {
        let n_cells = led_to(numbers, other.len()).map(|(_, to)| to + 1).max().unwrap_or_default();
        self.grow(n_cells);
        for (from, to) in led_to(numbers, other.len()) {
            let kinds = self.composites[to].iter_mut().zip(other.composites[from]);
            kinds.for_each(|(mine, theirs)| *mine = mine.merge(theirs));
            self.n_too_few[to] += other.n_too_few[from];
            let theirs = &other.items[from * self.n_items..][..self.n_items];
            let mine = self.items[to * self.n_items..].iter_mut();
            mine.zip(theirs).for_each(|(mine, theirs)| *mine = mine.merge(*theirs));
        }
    }

    /// Several cells as one.
    pub(super) fn over(&self, cells: impl IntoIterator<Item = usize>) -> IndexCell {
        let (mut kinds, mut n_too_few) = ([WeightedCompositeSums::default(); 2], 0);
        let mut items = vec![WeightedItem::default(); self.n_items];
        for cell in cells.into_iter().filter(|&cell| cell < self.len()) {
            kinds.iter_mut().zip(self.composites[cell]).for_each(|(sum, own)| *sum = sum.merge(own));
            n_too_few += self.n_too_few[cell];
            let own = &self.items[cell * self.n_items..][..self.n_items];
            items.iter_mut().zip(own).for_each(|(sum, own)| *sum = sum.merge(*own));
        }
        let [complete, partial] = kinds;
        IndexCell {
            n_rows: complete.n() + partial.n() + n_too_few,
            n_too_few,
            complete: CompositeMean::weighted(complete),
            answered: CompositeMean::weighted(complete.merge(partial)),
            items: items.iter().map(WeightedItem::mean).collect(),
        }
    }
}
