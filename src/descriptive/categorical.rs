//! Text, categories and booleans: their levels and how evenly the rows lie among them.

use polars::prelude::DataFrame;
use rayon::prelude::*;
use serde::Serialize;

use super::groups::Groups;
use super::level_table::Counted;
use super::numeric::UndefinedStatistics;
use super::params::{DESCRIBE, Describe};
use super::reading::DistinctError;
use super::tally::{Cell, Counter, tally, tally_all};
use super::text::{LevelExtents, TextSummary};
use super::weights::RowWeights;
use crate::error::Result;
use crate::frame::levels::Levels;
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
///
/// Of a stream that has more levels than are counted one by one, only the number of levels is known, and
/// that is an estimate.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CategoricalSummary {
    /// Filled cells.
    pub n: u64,
    /// Nulls.
    pub n_missing: u64,
    /// Distinct levels.
    pub n_levels: u64,
    /// How far that number can be off, where it is an estimate; `None` where it is exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distinct_error: Option<DistinctError>,
    /// The most frequent levels, as many as the settings ask for; `None` only of a stream that has
    /// too many.
    pub levels: Option<Vec<LevelShare>>,
    /// The others.
    pub rest: Option<RestOfLevels>,
    /// The rare ones among all of them.
    pub rare: Option<RareLevels>,
    /// The most frequent levels; `None` without filled cells, and where not all levels were kept.
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
    let labels = levels.labels();
    let described = |rows: Rows<'_>, cells: Vec<Cell>| {
        let text = extents.as_ref().map(|extents| extents.counts(&cells).summary());
        let weights = weights.map(|weights| weights.values.as_slice());
        let weighted = |cells: &[Cell]| weights.map_or_else(Vec::new, |w| rows.weighted_shares(&levels, w, cells));
        let counted = Counted { label: |code| labels.get(code) };
        (counted.summary(settings, rows.len(&levels), cells, weighted), text)
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

impl Rows<'_> {
    fn len(self, levels: &Levels) -> u64 {
        match self {
            Rows::All => levels.codes.len() as u64,
            Rows::Some(rows) => rows.len() as u64,
        }
    }

    /// The weight of each level as a share of that of all filled cells.
    fn weighted_shares(self, levels: &Levels, weights: &[f64], cells: &[Cell]) -> Vec<Result<f64, Undefined>> {
        let mut place_of: Vec<(u32, usize)> = cells.iter().zip(0..).map(|(cell, at)| (cell.code, at)).collect();
        place_of.sort_unstable();
        let mut sums = vec![ExactSum::default(); cells.len()];
        let mut total = ExactSum::default();
        self.each_filled(levels, |row, code| {
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
    fn each_filled(self, levels: &Levels, mut show: impl FnMut(usize, u32)) {
        let codes = &levels.codes;
        let mut see = |row: usize| {
            if (codes[row] as usize) < levels.counts.len() {
                show(row, codes[row]);
            }
        };
        match self {
            Rows::All => (0..codes.len()).for_each(see),
            Rows::Some(rows) => rows.iter().for_each(|&row| see(row as usize)),
        }
    }
}
