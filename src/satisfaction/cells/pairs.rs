//! Pairs of small numbers as one small number.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// Pairs that are looked up in a table.
const MOST_DENSE: usize = 1 << 20;
const UNKNOWN: u32 = u32::MAX;

/// Pairs numbered as they came; those of low numbers are found without a hash.
#[derive(Debug)]
pub(in crate::satisfaction) struct Pairs {
    /// The pairs by number.
    pub(in crate::satisfaction) known: Vec<(u32, u32)>,
    /// Numbers by the first, in rows of `width`.
    dense: Vec<u32>,
    width: usize,
    /// Numbers of the pairs beyond the table.
    sparse: HashMap<(u32, u32), u32, FixedState>,
}

impl Default for Pairs {
    fn default() -> Self {
        Self { known: Vec::new(), dense: Vec::new(), width: 8, sparse: HashMap::default() }
    }
}

impl Pairs {
    /// The number of a pair, a new one if it has none.
    #[inline]
    pub(in crate::satisfaction) fn number(&mut self, first: u32, second: u32) -> u32 {
        let place = first as usize * self.width + second as usize;
        match self.dense.get(place) {
            Some(&number) if number != UNKNOWN && (second as usize) < self.width => number,
            _ => self.find(first, second),
        }
    }

    #[cold]
    fn find(&mut self, first: u32, second: u32) -> u32 {
        if let Some(&number) = self.sparse.get(&(first, second)) {
            return number;
        }
        let number = self.known.len() as u32;
        self.known.push((first, second));
        if second as usize >= self.width && self.fits(first as usize, second as usize + 1) {
            self.widen(second as usize + 1);
        }
        self.place(first, second, number);
        number
    }

    /// Whether a table of so many rows and columns is small enough.
    fn fits(&self, first: usize, width: usize) -> bool {
        let n_rows = (first + 1).max(self.dense.len() / self.width);
        n_rows.saturating_mul(width.next_power_of_two()) <= MOST_DENSE
    }

    /// Makes the rows of the table longer, and puts all pairs in again.
    fn widen(&mut self, width: usize) {
        self.width = width.next_power_of_two();
        self.dense.clear();
        self.sparse.clear();
        for at in 0..self.known.len() {
            let (first, second) = self.known[at];
            self.place(first, second, at as u32);
        }
    }

    /// Puts a pair into the table, or beside it.
    fn place(&mut self, first: u32, second: u32, number: u32) {
        let (row, column) = (first as usize, second as usize);
        if column >= self.width || !self.fits(row, self.width) {
            self.sparse.insert((first, second), number);
            return;
        }
        let end = (row + 1) * self.width;
        if self.dense.len() < end {
            self.dense.resize(end, UNKNOWN);
        }
        self.dense[row * self.width + column] = number;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pairs_are_numbered_as_they_come() {
        let mut pairs = Pairs::default();
        let found = [(0, 0), (0, 1), (7, 3), (0, 0), (0, 9), (1, 1), (7, 3)].map(|(a, b)| pairs.number(a, b));
        assert_eq!(found, [0, 1, 2, 0, 3, 4, 2]);
        assert_eq!(pairs.known, [(0, 0), (0, 1), (7, 3), (0, 9), (1, 1)]);
    }

    proptest! {
        #[test]
        fn numbers_are_kept_however_large_the_pairs(new in prop::collection::vec(prop_oneof![
            (0..30_u32, 0..30_u32), (0..3_000_000_u32, 0..8_u32), (0..8_u32, 0..3_000_000_u32), (0..u32::MAX, 0..u32::MAX),
        ], 1..200)) {
            let mut pairs = Pairs::default();
            let numbers: Vec<u32> = new.iter().map(|&(a, b)| pairs.number(a, b)).collect();
            for (&(a, b), &number) in new.iter().zip(&numbers) {
                prop_assert_eq!(pairs.number(a, b), number);
                prop_assert_eq!(pairs.known[number as usize], (a, b));
            }
        }
    }
}
