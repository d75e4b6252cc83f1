//! The mergeable state of one pass over items.

use std::fmt;

use polars::prelude::*;

use super::derived::DerivedWeights;
use super::params::Csi;
use super::rows::RowCounts;
use super::settings::{ItemSettings, item_scale};
use crate::analysis::{Analysis, Merge, stream_shared};
use crate::error::{Error, Result};
use crate::frame;
use crate::frame::columns::WEIGHT;
use crate::frame::extract::{f64_values, one_chunk};
use crate::frame::survey::{CodedQuestion, read_answers_into};
use crate::kernel::survey::{Answers, IndexSums, ItemMoments, ItemRows, ItemScale, ItemWeights};
use crate::kernel::undefined::Undefined;
use crate::satisfaction::cells::{Cells, NO_CELL};

/// Rows of which ten items and their cells take less than half a MiB.
const IN_CACHE: usize = 1 << 15;

/// What the passes over the items of a survey leave: sums by segment and period.
///
/// Readings of disjoint files merge into the reading of all of them, where the items have the same
/// weights.
pub struct CsiReading {
    pub(super) pass: ItemPass,
    pub(super) sums: IndexSums,
    pub(super) weights: ItemWeights,
    pub(super) derived: Option<DerivedWeights>,
}

impl fmt::Debug for CsiReading {
    /// Counts only: the state holds values of the data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsiReading").field("n_rows", &self.pass.counts.n_rows).finish_non_exhaustive()
    }
}

impl CsiReading {
    /// Adds the reading of other rows, made with the same settings on the same roles.
    ///
    /// # Errors
    /// `Unusable` when settings, roles or weights of items differ; derived weights differ unless
    /// both are of the same rows. `Query` when columns have other types.
    pub fn merge(mut self, other: Self) -> Result<Self> {
        if self.pass.settings != other.pass.settings || self.weights != other.weights {
            let reason = "readings made with other settings, roles or weights of items".to_owned();
            return Err(Error::Unusable { analysis: Csi::NAME, reason });
        }
        self.pass.index = Some(self.sums);
        self.pass.absorb(ItemPass { index: Some(other.sums), ..other.pass })?;
        let sums = self.pass.index.take().ok_or_else(|| broken(Undefined::OutOfRange))?;
        Ok(Self { sums, ..self })
    }
}

/// What rows add to: how items vary together and, once they have weights, their index by cell.
#[derive(Debug)]
pub(super) struct ItemPass {
    pub(super) settings: ItemSettings,
    pub(super) cells: Cells,
    pub(super) moments: ItemMoments,
    pub(super) index: Option<IndexSums>,
    pub(super) counts: RowCounts,
    scales: Vec<ItemScale>,
    answers: Vec<BatchAnswers>,
}

/// Reads the planned responses once: of the items with an index, else of the items and the score.
///
/// # Errors
/// `Query` when polars fails.
pub(super) fn read(settings: &ItemSettings, index: Option<IndexSums>, plan: LazyFrame) -> Result<ItemPass> {
    let settings = settings.clone();
    let empty = move || ItemPass::new(&settings, index.clone());
    stream_shared(Csi::NAME, plan, empty, ItemPass::add)
}

/// What the checks beforehand rule out.
fn broken(reason: Undefined) -> Error {
    Error::Numeric { analysis: Csi::NAME, verdict: format!("sums of items: {reason}") }
}

impl ItemPass {
    fn new(settings: &ItemSettings, index: Option<IndexSums>) -> Self {
        let n = if index.is_some() { settings.items.len() } else { settings.questions().count() };
        let scales: Vec<ItemScale> = settings.questions().take(n).map(item_scale).collect();
        Self {
            cells: Cells::new(settings.cells.clone()),
            moments: ItemMoments::new(&scales),
            index,
            counts: RowCounts::new(settings.questions().count()),
            scales,
            answers: vec![BatchAnswers::default(); settings.questions().count()],
            settings: settings.clone(),
        }
    }

    /// Adds a batch, so many rows at a time as stay in the cache from the reading of their answers to
    /// the adding of their sums.
    fn add(&mut self, batch: &DataFrame) -> Result<()> {
        for start in (0..batch.height()).step_by(IN_CACHE) {
            self.add_part(&batch.slice(start as i64, IN_CACHE))?;
        }
        Ok(())
    }

    fn add_part(&mut self, batch: &DataFrame) -> Result<()> {
        let mut cells = self.cells.add(batch)?;
        self.counts.n_rows += cells.len() as u64;
        let weights = if self.settings.is_weighted {
            let column = one_chunk(Csi::NAME, batch, WEIGHT)?;
            // Without a chunk there is no row.
            Some(f64_values(&column).map(|weights| self.counts.weigh(&mut cells, &weights)).unwrap_or_default())
        } else {
            None
        };
        let kept =
            cells.contains(&NO_CELL).then(|| cells.iter().map(|&cell| u8::from(cell != NO_CELL)).collect::<Vec<u8>>());
        for (at, (name, coded)) in self.settings.names().zip(self.settings.questions()).enumerate() {
            let column = batch.column(&name).map_err(Error::query(Csi::NAME))?;
            self.answers[at].read(coded, column)?;
            self.counts.answers(at, &self.answers[at].answers.codes, coded.n_levels(), kept.as_deref());
        }
        let answers: Vec<Answers<'_>> =
            self.answers.iter().zip(&self.scales).map(|(answers, &scale)| answers.on(scale)).collect();
        let rows = ItemRows::new(&self.scales, &answers).map_err(broken)?;
        self.moments.add(&rows, &cells).map_err(broken)?;
        match (&mut self.index, weights) {
            (None, _) => Ok(()),
            (Some(index), None) => index.add(&rows, &cells, self.cells.len()),
            (Some(index), Some(weights)) => index.add_weighted(&rows, &cells, self.cells.len(), &weights),
        }
        .map_err(broken)
    }

    /// Refuses times, answers and weights that are none.
    ///
    /// # Errors
    /// `Unusable` with the counts.
    pub(super) fn check(&self) -> Result<()> {
        self.cells.check()?;
        for (item, counts) in self.settings.questions().zip(self.counts.by_question(&self.settings)) {
            item.check(Csi::NAME, &counts)?;
        }
        self.counts.check()
    }
}

impl Merge for ItemPass {
    fn size(&self) -> usize {
        self.cells.len()
    }

    fn absorb(&mut self, other: Self) -> Result<()> {
        let numbers = self.cells.merge(&other.cells)?;
        self.counts.add(&other.counts);
        self.moments.merge(&other.moments).map_err(broken)?;
        match (&mut self.index, other.index) {
            (Some(mine), Some(theirs)) => mine.merge(theirs, &numbers).map_err(broken),
            _ => Ok(()),
        }
    }
}

/// The answers of a batch to one question; their memory is used again for the next batch.
#[derive(Clone, Debug, Default)]
struct BatchAnswers {
    answers: frame::survey::Answers,
    places: Vec<f64>,
}

impl BatchAnswers {
    fn read(&mut self, coded: &CodedQuestion, column: &Column) -> Result<()> {
        read_answers_into(Csi::NAME, &coded.question, column, &mut self.answers)?;
        self.places.clear();
        if item_scale(coded) == ItemScale::Continuous {
            self.places.extend(self.answers.places(coded.question.scale()));
        }
        Ok(())
    }

    fn on(&self, scale: ItemScale) -> Answers<'_> {
        match scale {
            ItemScale::Steps(_) => Answers::Steps(&self.answers.codes),
            ItemScale::Continuous => Answers::Places(&self.places),
        }
    }
}
