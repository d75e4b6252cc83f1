//! Rows from the highest score down, those of equal scores together.

use crate::kernel::order::RowSorter;
use crate::kernel::undefined::Undefined;

/// Rows sorted by descending score.
#[derive(Debug, Default)]
pub(super) struct Descending {
    sorter: RowSorter,
    negated: Vec<f64>,
}

impl Descending {
    /// Shows the rows of each distinct score, from the highest down.
    ///
    /// # Errors
    /// `TooFew` for no rows, `NotFinite` with NaN.
    pub(super) fn for_each(&mut self, scores: &[f64], mut see: impl FnMut(&[u32])) -> Result<(), Undefined> {
        if scores.is_empty() {
            return Err(Undefined::TooFew { n: 0, needed: 1 });
        }
        self.negated.clear();
        self.negated.extend(scores.iter().map(|score| -score));
        let mut rows = Vec::new();
        for run in self.sorter.sort(&self.negated)?.runs() {
            rows.clear();
            rows.extend(run);
            see(&rows);
        }
        Ok(())
    }
}

/// Slices with one entry for each row.
pub(super) fn same_length(left: usize, right: usize) -> Result<(), Undefined> {
    if left == right {
        return Ok(());
    }
    Err(Undefined::TooFew { n: left.min(right) as u64, needed: left.max(right) as u64 })
}
