//! Responses by combination of levels.

use std::fmt;

use polars::prelude::*;

use super::params::Raking;
use crate::analysis::{Analysis, Merge, stream_shared};
use crate::error::{Error, Result};
use crate::frame::columns::WEIGHT;
use crate::frame::extract::{Values, f64_values, one_chunk};
use crate::kernel::binned_sum::BinnedSum;
use crate::kernel::survey::RakingUnit;
use crate::satisfaction::cells::{CellSettings, Cells};
use crate::satisfaction::tally::{WeightKind, kind_of, unusable_weights};

/// What one pass over the responses leaves: their number and weights by combination of levels.
///
/// Readings of disjoint files merge into the reading of all of them.
pub struct RakingReading {
    pub(super) settings: CellSettings,
    pub(super) cells: Cells,
    pub(super) is_weighted: bool,
    sums: Vec<UnitSums>,
    pub(super) n_rows: u64,
    pub(super) n_without_weight: u64,
    pub(super) n_zero_weight: u64,
    n_bad_weight: u64,
}

impl fmt::Debug for RakingReading {
    /// Counts only: the state holds values of the data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RakingReading").field("n_rows", &self.n_rows).finish_non_exhaustive()
    }
}

/// Responses of one combination, and their weights.
#[derive(Clone, Copy, Debug)]
struct UnitSums {
    n: u64,
    sum: BinnedSum,
    squares: BinnedSum,
    min: f64,
    max: f64,
}

impl Default for UnitSums {
    fn default() -> Self {
        let none = BinnedSum::default();
        Self { n: 0, sum: none, squares: none, min: f64::INFINITY, max: 0.0 }
    }
}

impl UnitSums {
    fn add(&mut self, weight: f64) {
        self.n += 1;
        self.sum.add(weight);
        self.squares.add(weight * weight);
        self.min = self.min.min(weight);
        self.max = self.max.max(weight);
    }

    fn merge(self, other: Self) -> Self {
        Self {
            n: self.n + other.n,
            sum: self.sum.merge(other.sum),
            squares: self.squares.merge(other.squares),
            min: self.min.min(other.min),
            max: self.max.max(other.max),
        }
    }
}

/// Reads the planned responses once.
///
/// # Errors
/// `Query` when polars fails.
pub(super) fn read(settings: CellSettings, is_weighted: bool, plan: LazyFrame) -> Result<RakingReading> {
    let empty = move || RakingReading {
        cells: Cells::new(settings.clone()),
        settings: settings.clone(),
        is_weighted,
        sums: Vec::new(),
        n_rows: 0,
        n_without_weight: 0,
        n_zero_weight: 0,
        n_bad_weight: 0,
    };
    stream_shared(Raking::NAME, plan, empty, RakingReading::add)
}

impl RakingReading {
    fn add(&mut self, batch: &DataFrame) -> Result<()> {
        let cells = self.cells.add(batch)?;
        self.n_rows += cells.len() as u64;
        self.sums.resize(self.cells.len(), UnitSums::default());
        if !self.is_weighted {
            cells.iter().for_each(|&cell| self.sums[cell as usize].n += 1);
            return Ok(());
        }
        let weights = one_chunk(Raking::NAME, batch, WEIGHT)?;
        // Without a chunk there is no row.
        if let Some(weights) = f64_values(&weights) {
            self.add_weighted(&cells, &weights);
        }
        Ok(())
    }

    fn add_weighted(&mut self, cells: &[u32], weights: &Values<'_, f64>) {
        for (row, &cell) in cells.iter().enumerate() {
            let weight = weights.values[row];
            match kind_of(weight) {
                _ if weights.is_null(row) => self.n_without_weight += 1,
                WeightKind::Zero => self.n_zero_weight += 1,
                WeightKind::Counts => self.sums[cell as usize].add(weight),
                WeightKind::Unusable => self.n_bad_weight += 1,
            }
        }
    }

    /// Adds the reading of other responses, made with the same settings on the same roles.
    ///
    /// # Errors
    /// `Unusable` when settings or roles differ, `Query` when columns have other types.
    pub fn merge(mut self, other: Self) -> Result<Self> {
        if self.settings != other.settings || self.is_weighted != other.is_weighted {
            let reason = "readings made with other margins or roles".to_owned();
            return Err(Error::Unusable { analysis: Raking::NAME, reason });
        }
        self.absorb(other)?;
        Ok(self)
    }

    /// Refuses weights that are none.
    ///
    /// # Errors
    /// `Unusable` with their number.
    pub(super) fn check(&self) -> Result<()> {
        if self.n_bad_weight == 0 {
            return Ok(());
        }
        Err(Error::Unusable { analysis: Raking::NAME, reason: unusable_weights(self.n_bad_weight) })
    }

    /// The responses of a cell; `None` where there are none with a weight, or their sum overflows.
    pub(super) fn unit(&self, cell: usize) -> Option<RakingUnit> {
        let sums = self.sums.get(cell).filter(|sums| sums.n > 0)?;
        if !self.is_weighted {
            return Some(RakingUnit::equal(sums.n, 1.0));
        }
        let (sum, squares) = (sums.sum.value()?, sums.squares.value()?);
        Some(RakingUnit { n: sums.n, sum, squares, min: sums.min, max: sums.max })
    }
}

impl Merge for RakingReading {
    fn size(&self) -> usize {
        self.cells.len()
    }

    fn absorb(&mut self, other: Self) -> Result<()> {
        let numbers = self.cells.merge(&other.cells)?;
        self.sums.resize(self.cells.len(), UnitSums::default());
        for (&number, theirs) in numbers.iter().zip(&other.sums) {
            let mine = &mut self.sums[number as usize];
            *mine = mine.merge(*theirs);
        }
        self.n_rows += other.n_rows;
        self.n_without_weight += other.n_without_weight;
        self.n_zero_weight += other.n_zero_weight;
        self.n_bad_weight += other.n_bad_weight;
        Ok(())
    }
}
