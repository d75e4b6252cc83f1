//! The first pass: what needs no mean.

use polars::prelude::*;
use rayon::prelude::*;

use super::super::description::ColumnDescription;
use super::super::numeric::push_rows;
use super::super::params::{DESCRIBE, Describe};
use super::super::plan::null_counts;
use super::days::DayPass;
use super::levels::LevelPass;
use super::second_pass;
use super::segments::{Parts, Segments};
use super::summary::summary;
use crate::error::{Error, Result};
use crate::frame::numbers::{CellCounts, Numbers, is_numeric};
use crate::kernel::moments::Extent;
use crate::kernel::sketch::ValueStream;

/// A segment counts this part of the distinct values that the whole does.
const PART_OF_SEGMENT: usize = 16;
/// The second pass keeps so many times as many distinct values near the quantiles of the whole as
/// the first counts, and near those of a segment.
const TIMES_NEAR: [usize; 2] = [16, 4];
/// Columns times segments of which something is kept.
const MOST_STATES: usize = 1 << 16;
/// Values from which on two threads are quicker than one.
pub(super) const MANY: usize = 1 << 13;

/// What the first pass leaves behind: of the whole, then of each segment by its number.
pub(super) struct FirstPass {
    pub(super) segments: Segments,
    pub(super) n_rows: Vec<u64>,
    pub(super) columns: Vec<ColumnPass>,
}

/// One column, of the whole and of each segment.
pub(super) struct ColumnPass {
    pub(super) name: String,
    dtype: String,
    max_distinct: usize,
    n_null: Vec<u64>,
    /// Empty for a column that has no numbers.
    pub(super) numbers: Vec<NumberPass>,
    is_numeric: bool,
    levels: Option<LevelPass>,
    days: Option<DayPass>,
    /// The values of a batch.
    values: Vec<f64>,
}

/// Distinct values that the whole, at place 0, or a segment counts one by one.
pub(super) fn most_distinct(max_distinct: usize, place: usize) -> usize {
    if place == 0 { max_distinct } else { max_distinct.div_ceil(PART_OF_SEGMENT) }
}

/// The numbers of a column in some rows.
#[derive(Clone, Debug)]
pub(super) struct NumberPass {
    pub(super) counts: CellCounts,
    pub(super) extent: Extent,
    pub(super) values: ValueStream,
    /// Distinct values near the quantiles that are kept at the most.
    pub(super) most_near: usize,
}

impl NumberPass {
    fn add(&mut self, counts: CellCounts, values: &[f64]) {
        self.counts.add(counts);
        if values.len() < MANY {
            self.extent.add(values);
            self.values.add(values);
        } else {
            rayon::join(|| self.extent.add(values), || self.values.add(values));
        }
    }
}

impl FirstPass {
    /// A state before the first row.
    pub(super) fn new(settings: &Describe, schema: &Schema, max_distinct: usize) -> Result<Self> {
        let column = |name: String| {
            let dtype = schema.try_get(&name).map_err(Error::query(DESCRIBE))?;
            let mut column = ColumnPass {
                name,
                dtype: dtype.to_string(),
                max_distinct,
                n_null: Vec::new(),
                numbers: Vec::new(),
                is_numeric: is_numeric(dtype),
                levels: LevelPass::of(dtype, max_distinct),
                days: DayPass::of(dtype),
                values: Vec::new(),
            };
            column.grow(1);
            Ok(column)
        };
        let columns = settings.described(schema).into_iter().map(column).collect::<Result<_>>()?;
        Ok(Self { segments: Segments::new(settings.by()), n_rows: vec![0], columns })
    }

    /// Adds the rows of a batch, several columns at a time.
    pub(super) fn add(&mut self, batch: &DataFrame) -> Result<()> {
        let parts = self.segments.parts(batch)?;
        let n_states = self.segments.len() + 1;
        if n_states.saturating_mul(self.columns.len().max(1)) > MOST_STATES {
            let reason = format!(
                "more than {MOST_STATES} segments times columns cannot stream; describe fewer columns, \
                 or segment by columns of fewer values"
            );
            return Err(Error::Unusable { analysis: DESCRIBE, reason });
        }
        self.n_rows.resize(n_states, 0);
        self.n_rows[0] += batch.height() as u64;
        for (at, number) in parts.numbers.iter().enumerate() {
            self.n_rows[number + 1] += parts.groups.rows(at).len() as u64;
        }
        self.columns.par_iter_mut().try_for_each(|column| {
            column.grow(n_states);
            column.add(batch, &parts)
        })
    }
}

impl ColumnPass {
    /// Makes room for segments that are new.
    fn grow(&mut self, n_states: usize) {
        self.n_null.resize(n_states, 0);
        while self.is_numeric && self.numbers.len() < n_states {
            let place = self.numbers.len();
            let most = most_distinct(self.max_distinct, place);
            self.numbers.push(NumberPass {
                counts: CellCounts::default(),
                extent: Extent::default(),
                values: ValueStream::new(most),
                most_near: most * TIMES_NEAR[place.min(1)],
            });
        }
        self.levels.iter_mut().for_each(|levels| levels.grow(n_states));
        self.days.iter_mut().for_each(|days| days.grow(n_states));
    }

    fn add(&mut self, batch: &DataFrame, parts: &Parts) -> Result<()> {
        let column = batch.column(&self.name).map_err(Error::query(DESCRIBE))?;
        let places = [0].into_iter().chain(parts.numbers.iter().map(|number| number + 1));
        places.zip(null_counts(column, &parts.groups)).for_each(|(place, n)| self.n_null[place] += n);
        if let Some(levels) = &mut self.levels {
            levels.add(batch, &self.name, parts)?;
        }
        if let Some(days) = &mut self.days {
            days.add(batch, &self.name, parts)?;
        }
        self.add_numbers(batch, parts)
    }

    fn add_numbers(&mut self, batch: &DataFrame, parts: &Parts) -> Result<()> {
        if !self.is_numeric {
            return Ok(());
        }
        let numbers = Numbers::of(DESCRIBE, batch, &self.name)?;
        self.values.clear();
        let counts = numbers.push_finite(&mut self.values);
        self.numbers[0].add(counts, &self.values);
        if parts.numbers.is_empty() {
            return Ok(());
        }
        let aligned = numbers.aligned();
        for (at, number) in parts.numbers.iter().enumerate() {
            self.values.clear();
            let counts = push_rows(&aligned, parts.groups.rows(at), &mut self.values);
            self.numbers[number + 1].add(counts, &self.values);
        }
        Ok(())
    }

    /// What both passes say of the whole, at place 0, or of a segment.
    pub(super) fn described(
        &self,
        settings: &Describe,
        n_rows: u64,
        second: &second_pass::ColumnPass,
        place: usize,
    ) -> Result<ColumnDescription> {
        let numeric = match self.numbers.get(place) {
            Some(numbers) => {
                let mut summary = summary(settings, numbers, second.distances(place))?;
                summary.n_rounded = (place == 0).then_some(numbers.counts.n_rounded);
                Some(summary)
            }
            None => None,
        };
        let (column, dtype) = (self.name.clone(), self.dtype.clone());
        let levels = self.levels.as_ref().map(|levels| levels.summary(settings, n_rows, place));
        let (categorical, text) = levels.map_or((None, None), |(levels, text)| (Some(levels), text));
        Ok(ColumnDescription {
            column,
            dtype,
            n_rows,
            n_null: self.n_null[place],
            numeric,
            categorical,
            temporal: self.days.as_ref().map(|days| days.summary(place)),
            text,
        })
    }
}
