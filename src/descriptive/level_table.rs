//! Levels with their rows, and what is said of them.

use std::cmp::Ordering;

use super::categorical::{CategoricalSummary, LevelModes, LevelShare, RareLevels, RestOfLevels};
use super::numeric::Reasons;
use super::params::Describe;
use super::reading::DistinctError;
use super::tally::Cell;
use crate::kernel::entropy::diversity;
use crate::kernel::sketch::HyperLogLog;
use crate::kernel::undefined::Undefined;

/// Levels that are known with their rows, by the labels of their codes.
pub(super) struct Counted<F> {
    pub(super) label: F,
}

impl<'a, F: Fn(u32) -> &'a str> Counted<F> {
    /// The summary of the cells among so many rows; `weighted` gives each of some cells its share
    /// of the weight, or nothing without weights.
    pub(super) fn summary(
        &self,
        settings: &Describe,
        n_rows: u64,
        mut cells: Vec<Cell>,
        weighted: impl FnOnce(&[Cell]) -> Vec<Result<f64, Undefined>>,
    ) -> CategoricalSummary {
        let mut reasons = Reasons::default();
        let most = settings.n_levels();
        let n = cells.iter().map(|cell| cell.n).sum();
        let n_levels = cells.len() as u64;
        let counts: Vec<u64> = cells.iter().map(|cell| cell.n).collect();
        let found = diversity(&counts);
        let evenness = found.clone().and_then(|found| found.evenness.ok_or(Undefined::Constant));
        let rare = self.rare(&cells, |cell| share(cell.n, n) < settings.rare_share(), most);
        // One more than nothing, for the mode.
        let first = self.first(&mut cells, most.max(1)).to_vec();
        let modes = self.modes(&counts, &first);
        let listed = &first[..most.min(first.len())];
        let n_listed: u64 = listed.iter().map(|cell| cell.n).sum();
        CategoricalSummary {
            n,
            n_missing: n_rows - n,
            n_levels,
            distinct_error: None,
            levels: Some(self.listed(listed, n, weighted(listed), &mut reasons)),
            rest: Some(RestOfLevels { n_levels: n_levels - listed.len() as u64, n: n - n_listed }),
            rare: Some(rare),
            modes: reasons.note("modes", modes),
            entropy_bits: reasons.note("entropy_bits", found.clone().map(|found| found.bits)),
            evenness: reasons.note("evenness", evenness),
            gini_simpson: reasons.note("gini_simpson", found.map(|found| found.gini_simpson)),
            undefined: reasons.0,
        }
    }

    /// Most rows first, then by the label.
    fn compare(&self, a: &Cell, b: &Cell) -> Ordering {
        b.n.cmp(&a.n).then_with(|| (self.label)(a.code).cmp((self.label)(b.code)))
    }

    /// The first levels in their order, found without sorting them all.
    fn first<'c>(&self, cells: &'c mut [Cell], most: usize) -> &'c [Cell] {
        if most == 0 {
            return &[];
        }
        if most < cells.len() {
            cells.select_nth_unstable_by(most - 1, |a, b| self.compare(a, b));
        }
        let most = most.min(cells.len());
        let first = &mut cells[..most];
        first.sort_unstable_by(|a, b| self.compare(a, b));
        first
    }

    fn rare(&self, cells: &[Cell], is_rare: impl Fn(&Cell) -> bool, most: usize) -> RareLevels {
        let mut rare: Vec<Cell> = cells.iter().filter(|cell| is_rare(cell)).copied().collect();
        let n = rare.iter().map(|cell| cell.n).sum();
        let n_levels = rare.len() as u64;
        let levels = self.first(&mut rare, most).iter().map(|cell| self.owned(cell)).collect();
        RareLevels { n_levels, n, levels }
    }

    /// The modes out of the first levels.
    fn modes(&self, counts: &[u64], first: &[Cell]) -> Result<LevelModes, Undefined> {
        let count = first.first().ok_or(Undefined::TooFew { n: 0, needed: 1 })?.n;
        let levels = first.iter().take_while(|cell| cell.n == count).map(|cell| self.owned(cell)).collect();
        Ok(LevelModes { levels, count, n_modes: counts.iter().filter(|n| **n == count).count() as u64 })
    }

    fn owned(&self, cell: &Cell) -> String {
        (self.label)(cell.code).to_owned()
    }

    fn listed(
        &self,
        cells: &[Cell],
        n: u64,
        weighted: Vec<Result<f64, Undefined>>,
        reasons: &mut Reasons,
    ) -> Vec<LevelShare> {
        let mut weighted = weighted.into_iter();
        let level = |cell: &Cell| LevelShare {
            level: self.owned(cell),
            n: cell.n,
            share: share(cell.n, n),
            weighted_share: weighted.next().and_then(|share| reasons.note("weighted_share", share)),
        };
        cells.iter().map(level).collect()
    }
}

/// The summary of levels of which nothing but an estimate of their number is left.
pub(super) fn estimated(n: u64, n_missing: u64, distinct: &HyperLogLog) -> CategoricalSummary {
    let mut reasons = Reasons::default();
    CategoricalSummary {
        n,
        n_missing,
        n_levels: (distinct.estimate().round() as u64).min(n),
        distinct_error: Some(DistinctError::of_sketch()),
        levels: unknown(&mut reasons, "levels"),
        rest: unknown(&mut reasons, "rest"),
        rare: unknown(&mut reasons, "rare"),
        modes: unknown(&mut reasons, "modes"),
        entropy_bits: unknown(&mut reasons, "entropy_bits"),
        evenness: unknown(&mut reasons, "evenness"),
        gini_simpson: unknown(&mut reasons, "gini_simpson"),
        undefined: reasons.0,
    }
}

fn unknown<T>(reasons: &mut Reasons, statistic: &'static str) -> Option<T> {
    reasons.note(statistic, Err(Undefined::TooManyDistinct))
}

/// A part of a whole that is not 0.
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
