//! Levels and texts of a column that streams by.

use polars::prelude::{DataFrame, DataType};

use super::super::categorical::CategoricalSummary;
use super::super::level_table::{Counted, estimated};
use super::super::params::{DESCRIBE, Describe};
use super::super::tally::{Cell, Counter, tally, tally_all};
use super::super::text::{LevelExtents, TextCounts, TextSummary};
use super::first_pass::most_distinct;
use super::segments::Parts;
use crate::error::Result;
use crate::frame::levels::{Labels, Levels, has_levels};
use crate::kernel::sketch::{KeptLevels, LevelStream};

/// The levels of a column: of the whole, then of each segment by its number.
pub(super) struct LevelPass {
    is_text: bool,
    max_distinct: usize,
    parts: Vec<LevelPart>,
    /// Kept from batch to batch, all of it 0 in between.
    counter: Counter,
}

/// The levels of a column in some rows.
#[derive(Clone, Debug)]
struct LevelPart {
    n: u64,
    levels: LevelStream,
    text: TextCounts,
}

impl LevelPart {
    fn add(&mut self, labels: Labels<'_>, extents: Option<&LevelExtents>, cells: &[Cell]) {
        for cell in cells {
            self.n += cell.n;
            self.levels.add(labels.get(cell.code), cell.n);
        }
        if let Some(extents) = extents {
            self.text.merge(&extents.counts(cells));
        }
    }
}

impl LevelPass {
    /// A state before the first row; `None` for a type that has no levels.
    pub(super) fn of(dtype: &DataType, max_distinct: usize) -> Option<Self> {
        let empty =
            || Self { is_text: dtype.is_string(), max_distinct, parts: Vec::new(), counter: Counter::default() };
        has_levels(dtype).then(empty)
    }

    /// Makes room for segments that are new.
    pub(super) fn grow(&mut self, n_states: usize) {
        while self.parts.len() < n_states {
            let levels = LevelStream::new(most_distinct(self.max_distinct, self.parts.len()));
            self.parts.push(LevelPart { n: 0, levels, text: TextCounts::default() });
        }
    }

    pub(super) fn add(&mut self, batch: &DataFrame, column: &str, parts: &Parts) -> Result<()> {
        let levels = Levels::of(DESCRIBE, batch, column)?;
        let labels = levels.labels();
        let extents = self.is_text.then(|| LevelExtents::of(labels));
        self.parts[0].add(labels, extents.as_ref(), &tally_all(&levels));
        for (at, number) in parts.numbers.iter().enumerate() {
            let cells = tally(&levels, parts.groups.rows(at), &mut self.counter);
            self.parts[number + 1].add(labels, extents.as_ref(), &cells);
        }
        Ok(())
    }

    /// The levels and texts of the whole, at place 0, or of a segment.
    pub(super) fn summary(
        &self,
        settings: &Describe,
        n_rows: u64,
        place: usize,
    ) -> (CategoricalSummary, Option<TextSummary>) {
        let part = &self.parts[place];
        let levels = match part.levels.kept() {
            KeptLevels::All(counts) => {
                let cells = (0..).zip(&counts).map(|(code, &(_, n))| Cell { code, n }).collect();
                let counted = Counted { label: |code: u32| counts[code as usize].0 };
                counted.summary(settings, n_rows, cells, |_| Vec::new())
            }
            KeptLevels::Sketch(distinct) => estimated(part.n, n_rows - part.n, distinct),
        };
        (levels, self.is_text.then(|| part.text.summary()))
    }
}
