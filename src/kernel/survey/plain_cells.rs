//! Cells of respondents who count once each: whole numbers throughout.

use super::composite::{CompositeSums, ONE, units};
use super::index_sums::{CompositeMean, IndexCell, ItemMean, led_to};
use super::index_tile::{IN_WORD, N_KINDS, Tile};
use super::item_rows::ItemScale;
use crate::kernel::undefined::Undefined;
use crate::kernel::wide::{Loop, wide};

/// Respondents after which running sums of bytes are put away, so that 32 bits hold them.
const MOST_PENDING: usize = 1 << 24;
/// A one in every byte of a word; seven bits higher is the mark of a missing answer.
const ONES: u64 = 0x0101_0101_0101_0101;

/// Sums of cells.
#[derive(Clone, Debug)]
pub(super) struct PlainCells {
    scales: Vec<ItemScale>,
    /// By cell and kind of respondent, of which there are [`N_KINDS`].
    composites: Vec<[CompositeSums; N_KINDS]>,
    /// By cell: for each word of eight items the answers that are missing, and the steps of others.
    lanes: Vec<u32>,
    n_pending: usize,
    /// Lanes that were put away; empty before that.
    put_away: Vec<u64>,
    /// By cell and item without steps: places in units.
    places: Vec<u128>,
    /// Items without steps.
    continuous: Vec<usize>,
}

impl PlainCells {
    pub(super) fn new(scales: &[ItemScale]) -> Self {
        let is_continuous = |item: &usize| scales[*item] == ItemScale::Continuous;
        Self {
            scales: scales.to_vec(),
            composites: vec![],
            lanes: vec![],
            n_pending: 0,
            put_away: vec![],
            places: vec![],
            continuous: (0..scales.len()).filter(is_continuous).collect(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.composites.len()
    }

    /// Lanes of a cell.
    fn stride(&self) -> usize {
        2 * IN_WORD * self.scales.len().div_ceil(IN_WORD)
    }

    /// Makes room for cells that are new.
    pub(super) fn grow(&mut self, n_cells: usize) {
        if n_cells > self.len() {
            self.composites.resize(n_cells, Default::default());
            self.lanes.resize(n_cells * self.stride(), 0);
            self.places.resize(n_cells * self.continuous.len(), 0);
        }
    }

    /// Adds the respondents of a tile, all of whose cells there are.
    pub(super) fn add(&mut self, tile: &mut Tile<'_>, start: usize, cells: &[u32]) {
        if self.n_pending + cells.len() > MOST_PENDING {
            self.put_away();
        }
        self.n_pending += cells.len();
        wide(Adding { sums: self, tile, start, cells });
        let n_continuous = self.continuous.len();
        for (at, &item) in self.continuous.iter().enumerate() {
            let Some(places) = tile.places(item, start, cells.len()) else { continue };
            for (&cell, &place) in cells.iter().zip(places).filter(|(_, place)| !place.is_nan()) {
                if let Some(sum) = self.places.get_mut(cell as usize * n_continuous + at) {
                    *sum += u128::from(units(place));
                }
            }
        }
    }

    fn put_away(&mut self) {
        self.put_away.resize(self.lanes.len(), 0);
        self.put_away.iter_mut().zip(&mut self.lanes).for_each(|(sum, lane)| *sum += u64::from(std::mem::take(lane)));
        self.n_pending = 0;
    }

    pub(super) fn merge(&mut self, mut other: Self, numbers: &[u32]) {
        let n_cells = led_to(numbers, other.len()).map(|(_, to)| to + 1).max().unwrap_or_default();
        self.grow(n_cells);
        other.put_away();
        self.put_away();
        let (stride, n_places) = (self.stride(), self.continuous.len());
        for (from, to) in led_to(numbers, other.len()) {
            let kinds = self.composites[to].iter_mut().zip(other.composites[from]);
            kinds.for_each(|(mine, theirs)| *mine = mine.merge(theirs));
            let theirs = &other.put_away[from * stride..][..stride];
            self.put_away[to * stride..].iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
            let theirs = &other.places[from * n_places..][..n_places];
            self.places[to * n_places..].iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
        }
    }

    /// Several cells as one.
    pub(super) fn over(&self, cells: impl IntoIterator<Item = usize>) -> IndexCell {
        let mut kinds = [CompositeSums::default(); N_KINDS];
        let mut items = vec![(0_u64, 0_u128); self.scales.len()];
        for cell in cells.into_iter().filter(|&cell| cell < self.len()) {
            kinds.iter_mut().zip(self.composites[cell]).for_each(|(sum, own)| *sum = sum.merge(own));
            for (item, (n, sum)) in items.iter_mut().enumerate() {
                let (own_n, own_sum) = self.item(cell, item);
                *n += own_n;
                *sum += own_sum;
            }
        }
        let [complete, partial, too_few] = kinds;
        let item_mean = |((n, sum), scale): ((u64, u128), &ItemScale)| {
            let one = if let ItemScale::Steps(n_steps) = scale { f64::from(*n_steps) } else { ONE };
            let mean = sum as f64 / (n as f64 * one);
            ItemMean { n, mean: if n == 0 { Err(Undefined::TooFew { n: 0, needed: 1 }) } else { Ok(mean) } }
        };
        IndexCell {
            n_rows: complete.n() + partial.n() + too_few.n(),
            n_too_few: too_few.n(),
            complete: CompositeMean::plain(complete),
            answered: CompositeMean::plain(complete.merge(partial)),
            items: items.into_iter().zip(&self.scales).map(item_mean).collect(),
        }
    }

    /// Answers to an item in a cell, and their sum in steps or units.
    fn item(&self, cell: usize, item: usize) -> (u64, u128) {
        let n_rows: u64 = self.composites[cell].iter().map(CompositeSums::n).sum();
        let lane = cell * self.stride() + 2 * IN_WORD * (item / IN_WORD) + item % IN_WORD;
        let sum = |lane: usize| u64::from(self.lanes[lane]) + self.put_away.get(lane).copied().unwrap_or_default();
        let places = self.continuous.iter().position(|&continuous| continuous == item);
        let total = match places {
            Some(at) => self.places[cell * self.continuous.len() + at],
            None => u128::from(sum(lane + IN_WORD)),
        };
        (n_rows - sum(lane), total)
    }
}

/// The pass over one tile.
struct Adding<'a, 'b> {
    sums: &'a mut PlainCells,
    tile: &'a mut Tile<'b>,
    start: usize,
    cells: &'a [u32],
}

impl Loop for Adding<'_, '_> {
    #[inline(always)]
    fn run(self) {
        let Self { sums, tile, start, cells } = self;
        tile.read(start, cells.len());
        let stride = sums.stride();
        for (row, &cell) in cells.iter().enumerate() {
            let cell = cell as usize;
            // What is in no cell has a number beyond them all.
            let Some(composites) = sums.composites.get_mut(cell) else { continue };
            composites[usize::from(tile.kinds[row]).min(N_KINDS - 1)].add(tile.composites[row]);
            let lanes = &mut sums.lanes[cell * stride..(cell + 1) * stride];
            for (lanes, words) in lanes.as_chunks_mut::<{ 2 * IN_WORD }>().0.iter_mut().zip(&tile.words) {
                let (n_missing, sum) = lanes.split_at_mut(IN_WORD);
                let (missing, steps) = (words[row] >> 7 & ONES, words[row] & !(ONES << 7));
                n_missing.iter_mut().zip(missing.to_le_bytes()).for_each(|(lane, byte)| *lane += u32::from(byte));
                sum.iter_mut().zip(steps.to_le_bytes()).for_each(|(lane, byte)| *lane += u32::from(byte));
            }
        }
    }
}
