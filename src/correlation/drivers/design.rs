//! The rows with all that is needed, as columns of numbers.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::params::{KEY_DRIVERS, KeyDrivers, MissingRows};
use super::report::ExcludedRows;
use crate::error::{Error, Result};
use crate::kernel::weight::WeightKind;

/// Levels of a driver of text at the most.
const MOST_LEVELS: usize = 100;

/// What the one pass leaves: the design of the rows that can be used, and counts of the others.
#[derive(Clone, Debug)]
pub struct KeyDriversState {
    pub(super) n_rows: u64,
    pub(super) n_rows_without_weight: u64,
    pub(super) excluded: Vec<ExcludedRows>,
    pub(super) drivers: Vec<Driver>,
    pub(super) columns: Vec<DesignColumn>,
    pub(super) target: Vec<f64>,
    pub(super) weights: Option<Vec<f64>>,
}

/// One driver.
#[derive(Clone, Debug)]
pub(super) struct Driver {
    pub(super) name: String,
    pub(super) reference: Option<String>,
    /// Whether it is one column of numbers, which has a mean and a performance.
    pub(super) is_number: bool,
}

/// One column of the design.
#[derive(Clone, Debug)]
pub(super) struct DesignColumn {
    pub(super) driver: usize,
    pub(super) term: String,
    pub(super) values: Vec<f64>,
}

/// A column as it was read: numbers or text.
enum Cells {
    Numbers(Vec<Option<f64>>),
    Texts(Vec<Option<PlSmallStr>>),
}

impl KeyDriversState {
    /// From the planned columns.
    pub(super) fn of(settings: &KeyDrivers, frame: &DataFrame) -> Result<Self> {
        let mut names: Vec<&str> = vec![settings.target()];
        names.extend(settings.weights().map(|weights| weights.column.as_str()));
        names.extend(settings.drivers().flat_map(|(_, columns)| columns).map(String::as_str));
        let mut cells: BTreeMap<&str, Cells> = BTreeMap::new();
        let (mut keeps, mut excluded) = (vec![true; frame.height()], Vec::new());
        for name in names {
            let read = Cells::of(frame, name)?;
            excluded.extend(read.exclude(name, &mut keeps));
            cells.insert(name, read);
        }
        let n_lacking = keeps.iter().filter(|keeps| !**keeps).count() as u64;
        if settings.missing() == MissingRows::Refuse && n_lacking > 0 {
            return Err(Error::Incomplete {
                analysis: KEY_DRIVERS,
                rows: n_lacking,
                needed: "the target, a driver or the weight",
                remedy: "clean them first, or leave them out with `MissingRows::Listwise`",
            });
        }
        let mut state = Self {
            n_rows: frame.height() as u64,
            n_rows_without_weight: 0,
            excluded,
            drivers: vec![],
            columns: vec![],
            target: vec![],
            weights: None,
        };
        if let Some((role, Cells::Numbers(weights))) =
            settings.weights().and_then(|role| Some((role, cells.get(role.column.as_str())?)))
        {
            let kept = state.weigh(&role.column, role.kind, weights, &mut keeps)?;
            state.weights = Some(kept);
        }
        if let Some(Cells::Numbers(target)) = cells.get(settings.target()) {
            state.target = kept(target, &keeps);
        }
        for (driver, columns) in settings.drivers() {
            for column in columns {
                if let Some(cells) = cells.get(column.as_str()) {
                    state.add(settings, driver, column, cells, &keeps)?;
                }
            }
        }
        Ok(state)
    }

    /// Checks weights, takes rows of weight 0 out and returns the others.
    fn weigh(
        &mut self,
        column: &str,
        kind: WeightKind,
        weights: &[Option<f64>],
        keeps: &mut [bool],
    ) -> Result<Vec<f64>> {
        let of_kept = kept(weights, keeps);
        let unusable = |what: &str, n: usize| {
            let reason = format!("{n} row(s) have a {what} weight in `{column}`; correct them or leave them out");
            Err(Error::Unusable { analysis: KEY_DRIVERS, reason })
        };
        let n_negative = of_kept.iter().filter(|weight| **weight < 0.0).count();
        if n_negative > 0 {
            return unusable("negative", n_negative);
        }
        let n_fractions = of_kept.iter().filter(|weight| weight.fract() != 0.0).count();
        if kind == WeightKind::Frequency && n_fractions > 0 {
            return unusable("frequency that is no whole number as", n_fractions);
        }
        self.n_rows_without_weight = of_kept.iter().filter(|weight| **weight == 0.0).count() as u64;
        keeps.iter_mut().zip(weights).for_each(|(keeps, weight)| *keeps &= *weight != Some(0.0));
        Ok(of_kept.into_iter().filter(|weight| *weight > 0.0).collect())
    }

    /// Adds a column of a driver: as it is, or as a dummy for every level but the reference.
    fn add(&mut self, settings: &KeyDrivers, driver: &str, column: &str, cells: &Cells, keeps: &[bool]) -> Result<()> {
        let is_new = self.drivers.last().is_none_or(|last| last.name != driver);
        let number = self.drivers.len() - usize::from(!is_new);
        match cells {
            Cells::Numbers(cells) => {
                let values = kept(cells, keeps);
                self.columns.push(DesignColumn { driver: number, term: column.to_owned(), values });
                if is_new {
                    self.drivers.push(Driver { name: driver.to_owned(), reference: None, is_number: driver == column });
                } else if let Some(last) = self.drivers.last_mut() {
                    last.is_number = false;
                }
            }
            Cells::Texts(cells) => {
                let levels = levels(column, cells, keeps)?;
                let reference = reference(settings, driver, &levels)?;
                for level in levels.iter().filter(|level| Some(*level) != reference.as_ref()) {
                    let rows = cells.iter().zip(keeps).filter(|(_, keeps)| **keeps);
                    let values = rows.map(|(cell, _)| f64::from(u8::from(cell.as_ref() == Some(level)))).collect();
                    self.columns.push(DesignColumn { driver: number, term: level.to_string(), values });
                }
                let reference = reference.map(|level| level.to_string());
                self.drivers.push(Driver { name: driver.to_owned(), reference, is_number: false });
            }
        }
        Ok(())
    }
}

impl Cells {
    fn of(frame: &DataFrame, name: &str) -> Result<Self> {
        let series = frame.column(name).map_err(Error::query(KEY_DRIVERS))?.as_materialized_series();
        Ok(match series.str() {
            Ok(texts) => Self::Texts(texts.iter().map(|text| text.map(PlSmallStr::from_str)).collect()),
            Err(_) => {
                let numbers = series.f64().map_err(Error::query(KEY_DRIVERS))?;
                // Zeros of both signs are one value.
                Self::Numbers(numbers.iter().map(|number| number.map(|number| number + 0.0)).collect())
            }
        })
    }

    /// Takes rows out that lack the cell, and counts them.
    fn exclude(&self, name: &str, keeps: &mut [bool]) -> Option<ExcludedRows> {
        let mut excluded = ExcludedRows { column: name.to_owned(), n_null: 0, n_not_finite: 0 };
        let mut see = |row: usize, is_null: bool, is_finite: bool| {
            excluded.n_null += u64::from(is_null);
            excluded.n_not_finite += u64::from(!is_null && !is_finite);
            keeps[row] &= !is_null && is_finite;
        };
        match self {
            Self::Numbers(cells) => cells
                .iter()
                .enumerate()
                .for_each(|(row, cell)| see(row, cell.is_none(), cell.is_some_and(f64::is_finite))),
            Self::Texts(cells) => cells.iter().enumerate().for_each(|(row, cell)| see(row, cell.is_none(), true)),
        }
        (excluded.n_null + excluded.n_not_finite > 0).then_some(excluded)
    }
}

/// The values of the rows that are kept, none of which lacks one.
fn kept(cells: &[Option<f64>], keeps: &[bool]) -> Vec<f64> {
    cells.iter().zip(keeps).filter(|(_, keeps)| **keeps).filter_map(|(cell, _)| *cell).collect()
}

/// The distinct texts of the rows that are kept, in order.
fn levels(column: &str, cells: &[Option<PlSmallStr>], keeps: &[bool]) -> Result<Vec<PlSmallStr>> {
    let mut levels: Vec<PlSmallStr> = Vec::new();
    for level in cells.iter().zip(keeps).filter(|(_, keeps)| **keeps).filter_map(|(cell, _)| cell.as_ref()) {
        if let Err(place) = levels.binary_search(level) {
            levels.insert(place, level.clone());
            if levels.len() > MOST_LEVELS {
                let reason = format!("driver `{column}` has more than {MOST_LEVELS} levels; group the rare ones first");
                return Err(Error::Unusable { analysis: KEY_DRIVERS, reason });
            }
        }
    }
    Ok(levels)
}

/// The level without a dummy; none without rows.
fn reference(settings: &KeyDrivers, driver: &str, levels: &[PlSmallStr]) -> Result<Option<PlSmallStr>> {
    match settings.reference(driver) {
        Some(stated) if !levels.iter().any(|level| level == stated) => {
            let reason =
                format!("the reference of `{driver}` is none of its {} level(s) in the rows used", levels.len());
            Err(Error::Unusable { analysis: KEY_DRIVERS, reason })
        }
        Some(stated) => Ok(Some(stated.into())),
        None => Ok(levels.first().cloned()),
    }
}
