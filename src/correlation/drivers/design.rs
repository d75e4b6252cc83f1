//! The rows with all that is needed, as columns of numbers.

use polars::prelude::DataFrame;

use super::params::{KEY_DRIVERS, KeyDrivers, MissingRows};
use super::report::ExcludedRows;
use crate::error::{Error, Result};
use crate::frame::codes::{Codes, NO_CODE, few_codes_of};
use crate::frame::numbers::{CellCounts, Numbers};
use crate::frame::schema::is_written;

/// Levels of a driver of text at the most.
const MOST_LEVELS: u32 = 100;

/// What the one pass leaves: the design of the rows that can be used, and counts of the others.
#[derive(Clone, Debug)]
pub struct KeyDriversState {
    pub(super) n_rows: u64,
    pub(super) n_rows_without_weight: u64,
    pub(super) n_rows_of_zero_weight: u64,
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

/// A column as it was read: numbers, or the levels of a text.
enum Cells<'a> {
    Numbers(Numbers<'a>),
    Levels(Codes),
}

impl KeyDriversState {
    /// From the planned columns.
    pub(super) fn of(settings: &KeyDrivers, frame: &DataFrame) -> Result<Self> {
        let weights = settings.weights().map(|role| role.read(KEY_DRIVERS, frame)).transpose()?;
        let mut keeps = vec![true; frame.height()];
        let target = Numbers::of(KEY_DRIVERS, frame, settings.target())?;
        let mut excluded: Vec<ExcludedRows> =
            exclude_numbers(&target, settings.target(), &mut keeps).into_iter().collect();
        let mut cells = Vec::new();
        for (driver, columns) in settings.drivers() {
            for column in columns {
                let read = Cells::of(frame, column)?;
                excluded.extend(read.exclude(column, &mut keeps));
                cells.push((driver, column.as_str(), read));
            }
        }
        check_missing(settings, &keeps)?;
        if let Some(weights) = &weights {
            keeps.iter_mut().zip(&weights.values).for_each(|(keeps, weight)| *keeps &= *weight > 0.0);
        }
        let mut state = Self {
            n_rows: frame.height() as u64,
            n_rows_without_weight: weights.as_ref().map_or(0, |weights| weights.n_missing),
            n_rows_of_zero_weight: weights.as_ref().map_or(0, |weights| weights.n_zero),
            excluded,
            drivers: vec![],
            columns: vec![],
            target: kept_numbers(&target, &keeps),
            weights: weights.map(|weights| kept(&weights.values, &keeps).collect()),
        };
        state.check_event(settings)?;
        for (driver, column, cells) in &cells {
            state.add(settings, driver, column, cells, &keeps)?;
        }
        Ok(state)
    }

    /// Refuses an event that does not occur, which is misspelt more often than not.
    fn check_event(&self, settings: &KeyDrivers) -> Result<()> {
        let Some(event) = settings.event() else { return Ok(()) };
        if self.target.is_empty() || self.target.iter().any(|value| *value != 0.0) {
            return Ok(());
        }
        let (target, n) = (settings.target(), self.target.len());
        let reason = format!("target `{target}` is `{event}` in none of the {n} row(s) used; name a text that it has");
        Err(Error::Unusable { analysis: KEY_DRIVERS, reason })
    }

    /// Adds a column of a driver: as it is, or as a dummy for every level but the reference.
    fn add(
        &mut self,
        settings: &KeyDrivers,
        driver: &str,
        column: &str,
        cells: &Cells<'_>,
        keeps: &[bool],
    ) -> Result<()> {
        let is_new = self.drivers.last().is_none_or(|last| last.name != driver);
        let number = self.drivers.len() - usize::from(!is_new);
        match cells {
            Cells::Numbers(numbers) => {
                let values = kept_numbers(numbers, keeps);
                self.columns.push(DesignColumn { driver: number, term: column.to_owned(), values });
                if is_new {
                    self.drivers.push(Driver { name: driver.to_owned(), reference: None, is_number: driver == column });
                } else if let Some(last) = self.drivers.last_mut() {
                    last.is_number = false;
                }
            }
            Cells::Levels(codes) => {
                let rows: Vec<u32> = kept(&codes.codes, keeps).collect();
                let levels = levels(&rows, codes.labels.len());
                let reference = reference(settings, driver, codes, &levels)?;
                for level in levels.into_iter().filter(|level| Some(*level) != reference) {
                    let values = rows.iter().map(|code| f64::from(u8::from(*code == level))).collect();
                    let term = codes.labels[level as usize].clone();
                    self.columns.push(DesignColumn { driver: number, term, values });
                }
                let reference = reference.map(|level| codes.labels[level as usize].clone());
                self.drivers.push(Driver { name: driver.to_owned(), reference, is_number: false });
            }
        }
        Ok(())
    }
}

impl<'a> Cells<'a> {
    fn of(frame: &'a DataFrame, name: &str) -> Result<Self> {
        if !frame.column(name).is_ok_and(|column| is_written(column.dtype())) {
            return Ok(Self::Numbers(Numbers::of(KEY_DRIVERS, frame, name)?));
        }
        few_codes_of(KEY_DRIVERS, frame, name, MOST_LEVELS)?.map(Self::Levels).ok_or_else(|| {
            let reason = format!(
                "driver `{name}` has more than {MOST_LEVELS} levels; group the rare ones first, or read numbers in it \
                 with `cleaning::ReadNumbers`"
            );
            Error::Unusable { analysis: KEY_DRIVERS, reason }
        })
    }

    /// Takes rows out that lack the cell, and counts them.
    fn exclude(&self, name: &str, keeps: &mut [bool]) -> Option<ExcludedRows> {
        match self {
            Self::Numbers(numbers) => exclude_numbers(numbers, name, keeps),
            Self::Levels(codes) => {
                keeps.iter_mut().zip(&codes.codes).for_each(|(keeps, code)| *keeps &= *code != NO_CODE);
                excluded(name, CellCounts { n_null: codes.n_missing(), ..CellCounts::default() })
            }
        }
    }
}

fn exclude_numbers(numbers: &Numbers<'_>, name: &str, keeps: &mut [bool]) -> Option<ExcludedRows> {
    let aligned = numbers.aligned();
    let masked = aligned.masked();
    keeps.iter_mut().enumerate().for_each(|(row, keeps)| *keeps &= masked.is_valid(row));
    excluded(name, aligned.counts)
}

fn excluded(name: &str, counts: CellCounts) -> Option<ExcludedRows> {
    let (n_null, n_not_finite) = (counts.n_null, counts.n_nan + counts.n_infinite);
    (n_null + n_not_finite > 0).then(|| ExcludedRows { column: name.to_owned(), n_null, n_not_finite })
}

fn check_missing(settings: &KeyDrivers, keeps: &[bool]) -> Result<()> {
    let rows = keeps.iter().filter(|keeps| !**keeps).count() as u64;
    if settings.missing() == MissingRows::Listwise || rows == 0 {
        return Ok(());
    }
    let remedy = "clean them first, or leave them out with `MissingRows::Listwise`";
    Err(Error::Incomplete { analysis: KEY_DRIVERS, rows, needed: "the target or a driver", remedy })
}

/// The cells of the rows that are kept.
fn kept<'c, T: Copy>(cells: &'c [T], keeps: &'c [bool]) -> impl Iterator<Item = T> + 'c {
    cells.iter().zip(keeps).filter(|(_, keeps)| **keeps).map(|(cell, _)| *cell)
}

fn kept_numbers(numbers: &Numbers<'_>, keeps: &[bool]) -> Vec<f64> {
    let aligned = numbers.aligned();
    // Zeros of both signs are one value.
    kept(aligned.masked().values, keeps).map(|value| value + 0.0).collect()
}

/// The levels that occur, in the order of their texts.
fn levels(rows: &[u32], n_levels: usize) -> Vec<u32> {
    let mut occurs = vec![false; n_levels];
    rows.iter().for_each(|code| occurs[*code as usize] = true);
    (0..n_levels as u32).filter(|level| occurs[*level as usize]).collect()
}

/// The level without a dummy; none without rows.
fn reference(settings: &KeyDrivers, driver: &str, codes: &Codes, levels: &[u32]) -> Result<Option<u32>> {
    let Some(stated) = settings.reference(driver).filter(|_| !levels.is_empty()) else {
        return Ok(levels.first().copied());
    };
    let found = levels.iter().copied().find(|level| codes.labels[*level as usize] == stated);
    found.map(Some).ok_or_else(|| {
        let n = levels.len();
        let reason = format!("the reference of `{driver}` is none of its {n} level(s) in the rows used");
        Error::Unusable { analysis: KEY_DRIVERS, reason }
    })
}
