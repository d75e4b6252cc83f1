//! Text: how long it is and what white space it has.

use serde::Serialize;

use super::numeric::{Reasons, UndefinedStatistics};
use super::tally::Cell;
use crate::frame::levels::Labels;
use crate::kernel::undefined::Undefined;
use crate::text::{Extent, extent};

/// What the texts of a column look like. Lengths are in characters; those of empty texts are 0.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TextSummary {
    /// Texts, empty ones among them.
    pub n: u64,
    /// Texts that are empty or of white space alone.
    pub n_blank: u64,
    /// Texts with white space before or behind what is not.
    pub n_padded: u64,
    /// Fewest characters.
    pub min_length: Option<u64>,
    /// Mean number of characters.
    pub mean_length: Option<f64>,
    /// Most characters.
    pub max_length: Option<u64>,
    /// Why what is `None` is so.
    pub undefined: Vec<UndefinedStatistics>,
}

/// The extents of the levels of a column, measured once for each.
#[derive(Clone, Debug)]
pub(super) struct LevelExtents(Vec<Extent>);

impl LevelExtents {
    pub(super) fn of(labels: Labels<'_>) -> Self {
        Self((0..labels.len() as u32).map(|code| extent(labels.get(code))).collect())
    }

    /// The summary of the rows that have these levels.
    pub(super) fn summary(&self, cells: &[Cell]) -> TextSummary {
        let mut reasons = Reasons::default();
        let cells = || cells.iter().map(|cell| (self.0[cell.code as usize], cell.n));
        let rows = |is_it: fn(Extent) -> bool| cells().filter(|(one, _)| is_it(*one)).map(|(_, n)| n).sum();
        let n: u64 = rows(|_| true);
        // A column of texts has fewer characters than 2^64.
        let n_chars: u64 = cells().map(|(one, n)| one.n_chars * n).sum();
        let lengths = || cells().map(|(one, _)| one.n_chars);
        let mut defined =
            |statistic, value: Option<u64>| reasons.note(statistic, value.ok_or(Undefined::TooFew { n: 0, needed: 1 }));
        TextSummary {
            n,
            n_blank: rows(|one| one.is_blank),
            n_padded: rows(|one| one.is_padded),
            min_length: defined("min_length", lengths().min()),
            mean_length: defined("mean_length", (n > 0).then_some(n_chars)).map(|sum| sum as f64 / n as f64),
            max_length: defined("max_length", lengths().max()),
            undefined: reasons.0,
        }
    }
}
