//! Text: how long it is and what white space it has.

use serde::Serialize;

use super::days::wider;
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

    /// What the rows that have these levels come to.
    pub(super) fn counts(&self, cells: &[Cell]) -> TextCounts {
        let mut counts = TextCounts::default();
        cells.iter().for_each(|cell| counts.add(self.0[cell.code as usize], cell.n));
        counts
    }
}

/// Counts of texts and their characters.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TextCounts {
    n: u64,
    n_blank: u64,
    n_padded: u64,
    /// A column of texts has fewer characters than 2^64.
    n_chars: u64,
    lengths: Option<(u64, u64)>,
}

impl TextCounts {
    fn add(&mut self, extent: Extent, n: u64) {
        self.n += n;
        self.n_blank += if extent.is_blank { n } else { 0 };
        self.n_padded += if extent.is_padded { n } else { 0 };
        self.n_chars += extent.n_chars * n;
        self.lengths = wider(self.lengths, (extent.n_chars, extent.n_chars));
    }

    /// Adds the texts of other rows.
    pub(super) fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.n_blank += other.n_blank;
        self.n_padded += other.n_padded;
        self.n_chars += other.n_chars;
        if let Some(lengths) = other.lengths {
            self.lengths = wider(self.lengths, lengths);
        }
    }

    pub(super) fn summary(&self) -> TextSummary {
        let mut reasons = Reasons::default();
        let mut defined =
            |statistic, value: Option<u64>| reasons.note(statistic, value.ok_or(Undefined::TooFew { n: 0, needed: 1 }));
        TextSummary {
            n: self.n,
            n_blank: self.n_blank,
            n_padded: self.n_padded,
            min_length: defined("min_length", self.lengths.map(|(least, _)| least)),
            mean_length: defined("mean_length", (self.n > 0).then_some(self.n_chars))
                .map(|sum| sum as f64 / self.n as f64),
            max_length: defined("max_length", self.lengths.map(|(_, most)| most)),
            undefined: reasons.0,
        }
    }
}
