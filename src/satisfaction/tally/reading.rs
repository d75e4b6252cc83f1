//! The mergeable state of one pass over scores.

use std::fmt;
use std::sync::Arc;

use polars::prelude::*;

use super::rows::SurveyRows;
use super::settings::TallySettings;
use super::weight_sums::{SharedGrids, WeightKind, WeightSums, kind_of, unusable_weights};
use crate::analysis::{Merge, stream_shared};
use crate::error::{Error, Result};
use crate::frame::columns::{SCORE, WEIGHT};
use crate::frame::extract::{Values, f64_values, one_chunk, u8_values};
use crate::satisfaction::cells::{Cells, NO_CELL, OrderedCells};

/// What one pass over the scores of a survey leaves: counts by segment and period.
///
/// Readings of disjoint files merge into the reading of all of them.
pub struct SurveyReading {
    pub(crate) settings: TallySettings,
    cells: Cells,
    /// For each cell the responses by score, and then those that were left out.
    counts: Vec<u64>,
    weights: Option<WeightSums>,
    /// Rows with a cell by the code of their answer.
    tally: [u64; 256],
    n_rows: u64,
    n_without_weight: u64,
    n_zero_weight: u64,
    n_bad_weight: u64,
}

/// What is known of some cells together.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CellTally {
    /// Rows, those without a usable answer or weight among them.
    pub(crate) n_rows: u64,
    /// Responses by score, in ascending order.
    pub(crate) by_score: Vec<u64>,
    /// With weights, their sum and that of their squares by class.
    pub(crate) weights: Option<Vec<[f64; 2]>>,
}

impl fmt::Debug for SurveyReading {
    /// Counts only: the state holds values of the data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SurveyReading").field("rows", &self.rows()).finish_non_exhaustive()
    }
}

/// Reads the planned responses once.
///
/// # Errors
/// `Query` when polars fails.
pub(crate) fn read(settings: TallySettings, plan: LazyFrame) -> Result<SurveyReading> {
    let step = settings.cells.analysis;
    let grids = SharedGrids::default();
    let empty = move || SurveyReading::new(settings.clone(), &grids);
    stream_shared(step, plan, empty, SurveyReading::add)
}

impl SurveyReading {
    fn new(settings: TallySettings, grids: &SharedGrids) -> Self {
        Self {
            cells: Cells::new(settings.cells.clone()),
            counts: Vec::new(),
            weights: settings.is_weighted.then(|| WeightSums::new(Arc::clone(grids))),
            tally: [0; 256],
            n_rows: 0,
            n_without_weight: 0,
            n_zero_weight: 0,
            n_bad_weight: 0,
            settings,
        }
    }

    /// Numbers kept of a cell.
    fn width(&self) -> usize {
        self.settings.coded.n_levels() + 1
    }

    fn add(&mut self, batch: &DataFrame) -> Result<()> {
        let step = self.settings.cells.analysis;
        let cells = self.cells.add(batch)?;
        let answers = batch.column(SCORE).map_err(Error::query(step))?.to_physical_repr().rechunk();
        let answers = u8_values(answers.as_materialized_series());
        let weights = match &self.weights {
            Some(_) => Some(one_chunk(step, batch, WEIGHT)?),
            None => None,
        };
        self.counts.resize(self.cells.len() * self.width(), 0);
        self.n_rows += cells.len() as u64;
        // Without a chunk there is no row.
        let Some(answers) = answers else { return Ok(()) };
        match weights.as_deref().and_then(f64_values) {
            Some(weights) => self.add_weighted(&cells, answers.values, &weights),
            None => self.add_counted(&cells, answers.values),
        }
        Ok(())
    }

    fn add_counted(&mut self, cells: &[u32], answers: &[u8]) {
        let (width, n_levels) = (self.width(), self.width() - 1);
        for (&cell, &answer) in cells.iter().zip(answers) {
            if cell == NO_CELL {
                continue;
            }
            let place = usize::from(answer).min(n_levels);
            self.counts[cell as usize * width + place] += 1;
            if place == n_levels {
                self.tally[usize::from(answer)] += 1;
            }
        }
    }

    fn add_weighted(&mut self, cells: &[u32], answers: &[u8], weights: &Values<'_, f64>) {
        let (width, n_levels) = (self.width(), self.width() - 1);
        let n_classes = self.settings.n_classes();
        // Every code has a class, so that none has to be looked for.
        let class_of: [u8; 256] = std::array::from_fn(|code| self.settings.class_of.get(code).copied().unwrap_or(0));
        let Self { weights: Some(sums), counts, tally, n_without_weight, n_zero_weight, n_bad_weight, .. } = self
        else {
            return;
        };
        sums.prepare(self.cells.len() * n_classes, weights.values);
        let rows = cells.iter().zip(answers).zip(weights.values).enumerate();
        sums.add_all(|adder| {
            for (row, ((&cell, &answer), &weight)) in rows {
                if cell == NO_CELL {
                    continue;
                }
                let (cell, code) = (cell as usize, usize::from(answer));
                let is_missing = weights.is_null(row);
                let kind = kind_of(weight);
                if code < n_levels && !is_missing && kind == WeightKind::Counts {
                    counts[cell * width + code] += 1;
                    adder.add(cell * n_classes + usize::from(class_of[code]), weight);
                    continue;
                }
                counts[cell * width + n_levels] += 1;
                match kind {
                    _ if code >= n_levels => tally[code] += 1,
                    _ if is_missing => *n_without_weight += 1,
                    WeightKind::Zero => *n_zero_weight += 1,
                    _ => *n_bad_weight += 1,
                }
            }
        });
    }

    /// Adds the reading of other rows, made with the same settings on the same roles.
    ///
    /// # Errors
    /// `Unusable` when settings or roles differ, `Query` when columns have other types.
    pub fn merge(mut self, other: Self) -> Result<Self> {
        if self.settings != other.settings {
            let reason = "readings made with other settings or roles".to_owned();
            return Err(Error::Unusable { analysis: self.settings.cells.analysis, reason });
        }
        self.take_in(&other)?;
        Ok(self)
    }

    fn take_in(&mut self, other: &Self) -> Result<()> {
        let cell_of = self.cells.merge(&other.cells)?;
        let (width, n_classes) = (self.width(), self.settings.n_classes());
        self.counts.resize(self.cells.len() * width, 0);
        for (counts, &cell) in other.counts.chunks_exact(width).zip(&cell_of) {
            let mine = &mut self.counts[cell as usize * width..][..width];
            mine.iter_mut().zip(counts).for_each(|(mine, theirs)| *mine += theirs);
        }
        if let (Some(mine), Some(theirs)) = (&mut self.weights, &other.weights) {
            let class_of = |class: usize| cell_of[class / n_classes] as usize * n_classes + class % n_classes;
            mine.merge(theirs, self.cells.len() * n_classes, class_of);
        }
        self.tally.iter_mut().zip(other.tally).for_each(|(mine, theirs)| *mine += theirs);
        self.n_rows += other.n_rows;
        self.n_without_weight += other.n_without_weight;
        self.n_zero_weight += other.n_zero_weight;
        self.n_bad_weight += other.n_bad_weight;
        Ok(())
    }

    /// What became of the rows.
    #[must_use]
    pub fn rows(&self) -> SurveyRows {
        let without = self.cells.without_cell();
        let levels = self.counts.chunks_exact(self.width()).flat_map(|of_cell| &of_cell[..of_cell.len() - 1]);
        let mut rows = SurveyRows {
            n_rows: self.n_rows,
            n_used: levels.sum(),
            n_without_period: without.n_without_period,
            n_unreadable_time: without.n_unreadable_time,
            n_later: without.n_later,
            n_without_weight: self.n_without_weight,
            n_zero_weight: self.n_zero_weight,
            ..SurveyRows::default()
        };
        rows.answers(&self.settings.coded.counts(&self.tally));
        rows
    }

    /// Refuses times, answers and weights that are none.
    ///
    /// # Errors
    /// `Unusable` with the counts.
    pub(crate) fn check(&self) -> Result<()> {
        let analysis = self.settings.cells.analysis;
        self.cells.check()?;
        self.settings.coded.check(analysis, &self.settings.coded.counts(&self.tally))?;
        if self.n_bad_weight > 0 {
            return Err(Error::Unusable { analysis, reason: unusable_weights(self.n_bad_weight) });
        }
        Ok(())
    }

    /// The cells in order.
    ///
    /// # Errors
    /// `Query` when values cannot be put in order.
    pub(crate) fn in_order(&self) -> Result<OrderedCells> {
        self.cells.in_order()
    }

    /// The values of a segment column in ascending order, a missing one last.
    ///
    /// # Errors
    /// `Query` when values cannot be put in order.
    pub(in crate::satisfaction) fn values_in_order(&self, at: usize) -> Result<Vec<Option<String>>> {
        self.cells.values_in_order(at)
    }

    /// What is known of some cells together.
    pub(crate) fn tally(&self, cells: &[usize]) -> CellTally {
        let (width, n_classes) = (self.width(), self.settings.n_classes());
        let mut sums = vec![0; width];
        for &cell in cells {
            // A cell without a row may have no counts yet.
            let of_cell = self.counts.get(cell * width..(cell + 1) * width).unwrap_or_default();
            sums.iter_mut().zip(of_cell).for_each(|(sum, count)| *sum += count);
        }
        let of_class = |weights: &WeightSums, class| weights.of(cells.iter().map(move |cell| cell * n_classes + class));
        let weights = self.weights.as_ref();
        CellTally {
            n_rows: sums.iter().sum(),
            by_score: sums[..width - 1].to_vec(),
            weights: weights.map(|weights| (0..n_classes).map(|class| of_class(weights, class)).collect()),
        }
    }
}

impl Merge for SurveyReading {
    fn size(&self) -> usize {
        self.cells.len()
    }

    fn absorb(&mut self, other: Self) -> Result<()> {
        self.take_in(&other)
    }
}
