//! The features of a table, read and ready to be turned into columns, part by part.

use std::ops::Range;

use polars::prelude::DataFrame;
use rayon::prelude::*;

use super::ENCODING;
use super::cells::{LevelCells, NumberCells};
use super::coding::{Coding, Fitted, LevelCoding, MISSING, NumberCoding, Shape, UNSEEN};
use super::counts::FeatureCounts;
use super::feature_encoding::{Missing, UnseenLevel};
use crate::error::Result;
use crate::kernel::spline;
use crate::solver::design::REFERENCE;

/// One feature of a table.
pub(super) struct Prepared<'f, 'a> {
    pub(super) fitted: &'f Fitted,
    pub(super) cells: Cells<'f, 'a>,
}

pub(super) enum Cells<'f, 'a> {
    Number { coding: &'f NumberCoding, cells: NumberCells<'a>, n_outside: u64 },
    Levels { coding: &'f LevelCoding, cells: LevelCells<'a>, codes: LevelCodes },
}

/// What the places of levels are as columns.
pub(super) struct LevelCodes {
    of_levels: Vec<u32>,
    of_missing: u32,
    of_unseen: u32,
    is_missing_unseen: bool,
}

/// Cells of some rows of a feature that are not simply as in training.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PartCounts {
    pub(super) n_missing: u64,
    pub(super) n_unseen: u64,
    pub(super) n_not_finite: u64,
}

impl PartCounts {
    pub(super) fn add(&mut self, other: Self) {
        self.n_missing += other.n_missing;
        self.n_unseen += other.n_unseen;
        self.n_not_finite += other.n_not_finite;
    }
}

/// Reads all features, each by itself.
pub(super) fn prepare<'f, 'a>(features: &'f [Fitted], frame: &'a DataFrame) -> Result<Vec<Prepared<'f, 'a>>> {
    features.par_iter().map(|fitted| Prepared::new(fitted, frame)).collect()
}

impl<'f, 'a> Prepared<'f, 'a> {
    pub(super) fn new(fitted: &'f Fitted, frame: &'a DataFrame) -> Result<Self> {
        let cells = match &fitted.coding {
            Coding::Number(coding) => {
                let cells = NumberCells::read(frame, &fitted.column, coding.reading)?;
                let n_outside = if coding.shape == Shape::Log { n_without_log(&cells) } else { 0 };
                Cells::Number { coding, cells, n_outside }
            }
            Coding::Levels(coding) => Cells::Levels {
                coding,
                cells: LevelCells::read(frame, &fitted.column, coding)?,
                codes: LevelCodes::new(coding, fitted.missing),
            },
        };
        Ok(Self { fitted, cells })
    }

    /// What stands against encoding the feature, whatever its rows are worth.
    pub(super) fn problem(&self) -> Option<String> {
        let column = &self.fitted.column;
        let (n_infinite, n_outside) = match &self.cells {
            Cells::Number { cells, n_outside, .. } => (cells.n_infinite, *n_outside),
            Cells::Levels { cells, .. } => (cells.n_infinite, 0),
        };
        if n_infinite > 0 {
            return Some(infinite(column, n_infinite));
        }
        (n_outside > 0).then(|| without_log(column, n_outside))
    }

    /// What the policies refuse of what was counted.
    pub(super) fn refusal(&self, counts: PartCounts) -> Option<String> {
        let column = &self.fitted.column;
        let PartCounts { n_missing, n_unseen, n_not_finite } = counts;
        if self.fitted.missing == Missing::Error && n_missing > 0 {
            return Some(without_value(column, n_missing));
        }
        if n_not_finite > 0 {
            return Some(format!(
                "{n_not_finite} row(s) of `{column}` have columns beyond the largest double; scale it"
            ));
        }
        let Cells::Levels { coding, .. } = &self.cells else { return None };
        let unseen = || format!("{n_unseen} row(s) of `{column}` have a level that training did not have");
        match coding.unseen {
            _ if n_unseen == 0 => None,
            UnseenLevel::Error => Some(format!(
                "{}; list them by `encoder().unseen_levels(..)`, or fit again with `UnseenLevel::Reference` or \
                 `UnseenLevel::Other`",
                unseen()
            )),
            UnseenLevel::Other if coding.other.is_none() => Some(format!(
                "{}, nor rare levels put together that it could count as; fit again with `min_count`, or \
                 with `UnseenLevel::Reference`",
                unseen()
            )),
            UnseenLevel::Other | UnseenLevel::Reference => None,
        }
    }

    /// The counts of the feature by what became of the cells.
    pub(super) fn counts(&self, counts: PartCounts) -> FeatureCounts {
        let when = |is: bool| if is { counts.n_missing } else { 0 };
        FeatureCounts {
            feature: self.fitted.source(),
            n_missing: counts.n_missing,
            n_imputed: when(matches!(self.fitted.missing, Missing::Impute | Missing::ImputeWithIndicator)),
            n_unseen: counts.n_unseen,
            n_dropped: when(self.fitted.missing == Missing::Drop),
        }
    }
}

impl LevelCodes {
    fn new(coding: &LevelCoding, missing: Missing) -> Self {
        let of_levels: Vec<u32> = (0..coding.levels.len() as u32).map(|level| coding.column_of(level)).collect();
        let of_unseen = match coding.unseen {
            UnseenLevel::Other => coding.other.map_or(REFERENCE, |other| coding.column_of(other)),
            UnseenLevel::Error | UnseenLevel::Reference => REFERENCE,
        };
        let own = coding.own.map(|own| coding.column_of(own));
        let of_missing = match missing {
            Missing::OwnLevel => own.unwrap_or(of_unseen),
            _ => coding.column_of(coding.fill),
        };
        Self { of_levels, of_missing, of_unseen, is_missing_unseen: missing == Missing::OwnLevel && own.is_none() }
    }

    /// Turns places of levels into columns; calls for each row of the part that is missing.
    pub(super) fn resolve(&self, places: &mut [u32], mut missing: impl FnMut(usize)) -> PartCounts {
        let mut counts = PartCounts::default();
        for (at, place) in places.iter_mut().enumerate() {
            *place = match self.of_levels.get(*place as usize) {
                Some(&code) => code,
                None if *place == MISSING => {
                    counts.n_missing += 1;
                    missing(at);
                    self.of_missing
                }
                None => {
                    debug_assert_eq!(*place, UNSEEN);
                    counts.n_unseen += 1;
                    self.of_unseen
                }
            };
        }
        if self.is_missing_unseen {
            counts.n_unseen += counts.n_missing;
        }
        counts
    }
}

impl NumberCoding {
    /// The first column of some rows; for a spline the number itself.
    pub(super) fn fill_part(&self, cells: &NumberCells<'_>, rows: Range<usize>, out: &mut [f64]) {
        cells.values.copy(rows.clone(), out);
        let start = rows.start;
        cells.each_missing(rows, |row| out[row - start] = self.fill);
        if !self.is_plain() && !matches!(self.shape, Shape::Spline { .. }) {
            out.iter_mut().for_each(|x| *x = self.shaped(*x));
        }
    }

    /// The further columns of a spline.
    pub(super) fn bend(&self, column: usize, x: f64) -> f64 {
        match &self.shape {
            Shape::Spline { knots } => spline::restricted_cubic(knots, column, x),
            Shape::Linear | Shape::Log => x,
        }
    }
}

/// Values of which `ln(1 + x)` is no number.
pub(super) fn n_without_log(cells: &NumberCells<'_>) -> u64 {
    let is_outside = |&(row, x): &(usize, f64)| x <= -1.0 && cells.is_valid(row);
    cells.values.iter().enumerate().filter(is_outside).count() as u64
}

pub(super) fn infinite(column: &str, n: u64) -> String {
    format!("{n} row(s) of `{column}` are infinite; filter them out, or bound them by `cleaning::Outliers`")
}

pub(super) fn without_log(column: &str, n: u64) -> String {
    format!("{n} row(s) of `{column}` are -1 or below, where ln(1 + x) has no value; choose another encoding for it")
}

pub(super) fn without_value(column: &str, n: u64) -> String {
    format!(
        "{n} row(s) of `{column}` have no value; fill them by `cleaning::Fill`, or choose another `{ENCODING}::Missing`"
    )
}
