//! The mergeable state of one pass over items.

use std::fmt;

use polars::prelude::*;

use super::derived::DerivedWeights;
use super::params::Csi;
use super::rows::RowCounts;
use super::settings::{ItemColumn, ItemSettings};
use crate::analysis::{Analysis, Merge, stream_shared};
use crate::error::{Error, Result};
use crate::frame::columns::WEIGHT;
use crate::frame::extract::{f64_values, one_chunk, u8_values};
use crate::kernel::survey::{Answers, IndexSums, ItemMoments, ItemRows, ItemScale, ItemWeights};
use crate::kernel::undefined::Undefined;
use crate::satisfaction::cells::Cells;

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
        let scales: Vec<ItemScale> = settings.questions().take(n).map(ItemColumn::scale).collect();
        Self {
            cells: Cells::new(settings.cells.clone()),
            moments: ItemMoments::new(&scales),
            index,
            counts: RowCounts::new(settings.questions().count()),
            scales,
            settings: settings.clone(),
        }
    }

    fn add(&mut self, batch: &DataFrame) -> Result<()> {
        let mut cells = self.cells.add(batch)?;
        self.counts.n_rows += cells.len() as u64;
        let weights = if self.settings.is_weighted {
            let column = one_chunk(Csi::NAME, batch, WEIGHT)?;
            // Without a chunk there is no row.
            Some(f64_values(&column).map(|weights| self.counts.weigh(&mut cells, &weights)).unwrap_or_default())
        } else {
            None
        };
        let columns = self.settings.questions().map(|item| ItemCodes::of(batch, item)).collect::<Result<Vec<_>>>()?;
        for (at, (column, item)) in columns.iter().zip(self.settings.questions()).enumerate() {
            self.counts.answers(at, column.codes(), item.coded.n_levels(), &cells);
        }
        let answers: Vec<Answers<'_>> = columns.iter().take(self.scales.len()).map(ItemCodes::answers).collect();
        let rows = ItemRows::new(&self.scales, &answers).map_err(broken)?;
        self.moments.add(&rows, &cells).map_err(broken)?;
        match (&mut self.index, weights) {
            (None, _) => Ok(()),
            (Some(index), None) => index.add(&rows, &cells, self.cells.len()),
            (Some(index), Some(weights)) => index.add_weighted(&rows, &cells, self.cells.len(), &weights),
        }
        .map_err(broken)
    }

    /// Refuses answers that are none and weights that are none.
    ///
    /// # Errors
    /// `Unusable` with the counts.
    pub(super) fn check(&self) -> Result<()> {
        for (item, counts) in self.settings.questions().zip(self.counts.by_question(&self.settings)) {
            item.coded.check(Csi::NAME, &counts)?;
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

/// The answers of a batch to one question.
struct ItemCodes {
    codes: Series,
    places: Option<Series>,
}

impl ItemCodes {
    fn of(batch: &DataFrame, item: &ItemColumn) -> Result<Self> {
        let column = |name: &str| batch.column(name).map_err(Error::query(Csi::NAME));
        let codes = column(&item.name)?.to_physical_repr().rechunk().take_materialized_series();
        let places = match item.scale() {
            ItemScale::Continuous => Some(column(&item.places_name())?.rechunk().take_materialized_series()),
            ItemScale::Steps(_) => None,
        };
        Ok(Self { codes, places })
    }

    fn codes(&self) -> &[u8] {
        u8_values(&self.codes).map_or(&[], |codes| codes.values)
    }

    fn answers(&self) -> Answers<'_> {
        match &self.places {
            Some(places) => Answers::Places(f64_values(places).map_or(&[], |places| places.values)),
            None => Answers::Steps(self.codes()),
        }
    }
}
