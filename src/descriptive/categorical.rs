//! Text, categories and booleans: their levels and how evenly the rows lie among them.

use std::cmp::Ordering;

use polars::prelude::DataFrame;
use rayon::prelude::*;
use serde::Serialize;

use super::groups::Groups;
use super::numeric::{Reasons, UndefinedStatistics};
use super::params::{DESCRIBE, Describe};
use super::tally::{Cell, Counter, tally, tally_all};
use super::text::{LevelExtents, TextSummary};
use super::weights::RowWeights;
use crate::error::Result;
use crate::frame::levels::{Labels, Levels};
use crate::kernel::entropy::diversity;
use crate::kernel::exact_sum::ExactSum;
use crate::kernel::undefined::Undefined;

/// A level and its part of the filled cells.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LevelShare {
    /// The level.
    pub level: String,
    /// Rows that have it.
    pub n: u64,
    /// Their share of the filled cells, 0..=1.
    pub share: f64,
    /// Share of the weight of the filled cells; `None` without weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weighted_share: Option<f64>,
}

/// The levels behind those that are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RestOfLevels {
    /// How many levels.
    pub n_levels: u64,
    /// Rows that have one of them.
    pub n: u64,
}

/// The levels whose share of the filled cells lies below the one that the definitions name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RareLevels {
    /// How many levels.
    pub n_levels: u64,
    /// Rows that have one of them.
    pub n: u64,
    /// The most frequent of them, as many as there are levels listed at the most.
    pub levels: Vec<String>,
}

/// The most frequent levels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LevelModes {
    /// The modes, ascending; not all of them where `n_modes` is larger.
    pub levels: Vec<String>,
    /// Rows of each of them.
    pub count: u64,
    /// How many there are; the number of levels where all are equally frequent.
    pub n_modes: u64,
}

/// What the levels of a column say. A cell is missing when it is null; an empty text is a level.
///
/// Levels come by their rows, most first, and equally frequent ones by their bytes. Under weights
/// the listed levels have their weighted share besides; all else is of rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CategoricalSummary {
    /// Filled cells.
    pub n: u64,
    /// Nulls.
    pub n_missing: u64,
    /// Distinct levels.
    pub n_levels: u64,
    /// The most frequent levels, as many as the settings ask for.
    pub levels: Vec<LevelShare>,
    /// The others.
    pub rest: RestOfLevels,
    /// The rare ones among all of them.
    pub rare: RareLevels,
    /// The most frequent levels; `None` without filled cells.
    pub modes: Option<LevelModes>,
    /// Shannon's entropy in bits: 0 for one level, `log2 k` for `k` equal ones.
    pub entropy_bits: Option<f64>,
    /// The entropy as a share of the largest that so many levels can have, 0..=1.
    pub evenness: Option<f64>,
    /// The probability that two rows drawn with replacement differ.
    pub gini_simpson: Option<f64>,
    /// Why what is `None` is so.
    pub undefined: Vec<UndefinedStatistics>,
}

/// Describes the levels of a column, and its texts where it is text: over all rows first, then
/// over those of each segment.
pub(super) fn level_summaries(
    settings: &Describe,
    frame: &DataFrame,
    column: &str,
    groups: &Groups,
    weights: Option<&RowWeights>,
) -> Result<Vec<(CategoricalSummary, Option<TextSummary>)>> {
    let levels = Levels::of(DESCRIBE, frame, column)?;
    let is_text = frame.column(column).is_ok_and(|column| column.dtype().is_string());
    let extents = is_text.then(|| LevelExtents::of(levels.labels()));
    let described = |rows: Rows<'_>, cells: Vec<Cell>| {
        let text = extents.as_ref().map(|extents| extents.summary(&cells));
        let weights = weights.map(|weights| weights.values.as_slice());
        (Part { levels: &levels, labels: levels.labels(), rows, weights }.summary(settings, cells), text)
    };
    let mut summaries = vec![described(Rows::All, tally_all(&levels))];
    summaries.par_extend((0..groups.len()).into_par_iter().map_init(Counter::default, |counter, at| {
        let rows = groups.rows(at);
        described(Rows::Some(rows), tally(&levels, rows, counter))
    }));
    Ok(summaries)
}

/// The rows that are described.
#[derive(Clone, Copy)]
enum Rows<'a> {
    All,
    Some(&'a [u32]),
}

/// The column over some rows.
struct Part<'a> {
    levels: &'a Levels,
    labels: Labels<'a>,
    rows: Rows<'a>,
    weights: Option<&'a [f64]>,
}

impl Part<'_> {
    fn summary(&self, settings: &Describe, mut cells: Vec<Cell>) -> CategoricalSummary {
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
            n_missing: self.n_rows() - n,
            n_levels,
            levels: self.listed(listed, n, &mut reasons),
            rest: RestOfLevels { n_levels: n_levels - listed.len() as u64, n: n - n_listed },
            rare,
            modes: reasons.note("modes", modes),
            entropy_bits: reasons.note("entropy_bits", found.clone().map(|found| found.bits)),
            evenness: reasons.note("evenness", evenness),
            gini_simpson: reasons.note("gini_simpson", found.map(|found| found.gini_simpson)),
            undefined: reasons.0,
        }
    }

    fn n_rows(&self) -> u64 {
        match self.rows {
            Rows::All => self.levels.codes.len() as u64,
            Rows::Some(rows) => rows.len() as u64,
        }
    }

    /// Most rows first, then by the label.
    fn compare(&self, a: &Cell, b: &Cell) -> Ordering {
        b.n.cmp(&a.n).then_with(|| self.labels.compare(a.code, b.code))
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
        let levels = self.first(&mut rare, most).iter().map(|cell| self.label(cell)).collect();
        RareLevels { n_levels, n, levels }
    }

    /// The modes out of the first levels.
    fn modes(&self, counts: &[u64], first: &[Cell]) -> Result<LevelModes, Undefined> {
        let count = first.first().ok_or(Undefined::TooFew { n: 0, needed: 1 })?.n;
        let levels = first.iter().take_while(|cell| cell.n == count).map(|cell| self.label(cell)).collect();
        Ok(LevelModes { levels, count, n_modes: counts.iter().filter(|n| **n == count).count() as u64 })
    }

    fn label(&self, cell: &Cell) -> String {
        self.labels.get(cell.code).to_owned()
    }

    fn listed(&self, cells: &[Cell], n: u64, reasons: &mut Reasons) -> Vec<LevelShare> {
        let mut weighted = self.weighted_shares(cells).into_iter();
        let level = |cell: &Cell| LevelShare {
            level: self.label(cell),
            n: cell.n,
            share: share(cell.n, n),
            weighted_share: weighted.next().and_then(|share| reasons.note("weighted_share", share)),
        };
        cells.iter().map(level).collect()
    }

    /// The weight of each level as a share of that of all filled cells; none without weights.
    fn weighted_shares(&self, cells: &[Cell]) -> Vec<Result<f64, Undefined>> {
        let Some(weights) = self.weights else { return Vec::new() };
        let mut place_of: Vec<(u32, usize)> = cells.iter().zip(0..).map(|(cell, at)| (cell.code, at)).collect();
        place_of.sort_unstable();
        let mut sums = vec![ExactSum::default(); cells.len()];
        let mut total = ExactSum::default();
        self.each_filled(|row, code| {
            total.add(weights[row]);
            if let Ok(found) = place_of.binary_search_by_key(&code, |(code, _)| *code) {
                sums[place_of[found].1].add(weights[row]);
            }
        });
        let total = total.value().ok_or(Undefined::Overflow);
        let share = |sum: ExactSum| Ok(sum.value().ok_or(Undefined::Overflow)? / total.clone()?);
        sums.into_iter().map(share).collect()
    }

    /// Shows every row that has a level.
    fn each_filled(&self, mut show: impl FnMut(usize, u32)) {
        let codes = &self.levels.codes;
        let mut see = |row: usize| {
            if (codes[row] as usize) < self.labels.len() {
                show(row, codes[row]);
            }
        };
        match self.rows {
            Rows::All => (0..codes.len()).for_each(see),
            Rows::Some(rows) => rows.iter().for_each(|&row| see(row as usize)),
        }
    }
}

/// A part of a whole that is not 0.
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
