//! Rows of a survey by segment and period: one small number for each cell that has rows.
//!
//! ```text
//! segment columns ── Dictionary each ──▶ values ── Pairs ──▶ segments ┐
//! time ── Timeline, or wave ── Dictionary ──▶ periods ────────────────┴─ Pairs ──▶ cells
//! ```
//!
//! Numbers count up as values turn up; [`Cells::in_order`] brings them into the order of their
//! values, so that nothing depends on the order of rows.

mod dictionary;
mod pairs;
mod timeline;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use polars::prelude::*;
use rayon::prelude::*;

pub(in crate::satisfaction) use self::dictionary::Dictionary;
pub(in crate::satisfaction) use self::pairs::Pairs;
use self::timeline::Timeline;
use super::period::{PeriodLabel, SurveyPeriod};
use crate::error::{Error, Result};
use crate::frame::SurveyResponses;
use crate::frame::calendar::PeriodOf;
use crate::frame::codes::NO_CODE;
use crate::frame::columns::{SEGMENT, TIME, WAVE};
use crate::frame::extract::{days_of, one_chunk};
use crate::frame::survey::{TimeReading, UNREAD_TIME};

/// The cell of a row that has none: its period is missing, or later than the report.
pub(crate) const NO_CELL: u32 = NO_CODE;

/// What makes the cells.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CellSettings {
    pub(crate) analysis: &'static str,
    /// The columns that make segments.
    pub(crate) by: Vec<String>,
    pub(crate) period: Option<SurveyPeriod>,
    /// Later responses have no cell.
    pub(crate) as_of: Option<NaiveDate>,
}

impl CellSettings {
    /// Checks what the settings of every analysis say of its cells.
    ///
    /// # Errors
    /// `Param` when a column is named twice.
    pub(crate) fn check(&self) -> Result<()> {
        match (1..self.by.len()).find(|&at| self.by[..at].contains(&self.by[at])) {
            None => Ok(()),
            Some(twice) => {
                Err(Error::param(self.analysis, "by", "columns named once", format!("`{}` twice", self.by[twice])))
            }
        }
    }

    /// Refuses a reading of other cells; `what` can differ.
    ///
    /// # Errors
    /// `Unusable` when it is one.
    pub(crate) fn check_made(&self, made: &Self, what: &str) -> Result<()> {
        if self == made {
            return Ok(());
        }
        let reason = format!("a reading made with other settings ({what})");
        Err(Error::Unusable { analysis: self.analysis, reason })
    }

    /// The columns that cells are made of, under names of their own.
    ///
    /// # Errors
    /// `Param` when a segment, the time or the wave is not among the roles.
    pub(crate) fn plan(&self, survey: &SurveyResponses) -> Result<Vec<Expr>> {
        let columns = survey.columns();
        let mut exprs = Vec::new();
        for (at, name) in self.by.iter().enumerate() {
            if !columns.segments.contains(name) && columns.touchpoint.as_ref() != Some(name) {
                let expected = "columns with the role `segments` or `touchpoint`";
                return Err(Error::param(self.analysis, "by", expected, format!("`{name}`")));
            }
            exprs.push(col(name.as_str()).alias(segment_column(at)));
        }
        if self.has_days() {
            let param = if self.period.is_some() { "period" } else { "as_of" };
            let time = survey.time_expr().ok_or_else(|| {
                Error::param(self.analysis, param, "used on a survey with the role `time`", "a survey without it")
            })?;
            exprs.push(time.alias(TIME));
            exprs.extend(survey.unread_time_expr().map_err(Error::query(self.analysis))?);
        }
        if self.period == Some(SurveyPeriod::Wave) {
            let wave = columns.wave.as_ref().ok_or_else(|| {
                Error::param(self.analysis, "period", "used on a survey with the role `wave`", "a survey without it")
            })?;
            exprs.push(col(wave.as_str()).alias(WAVE));
        }
        Ok(exprs)
    }

    /// Whether the days of responses are looked at.
    fn has_days(&self) -> bool {
        self.as_of.is_some() || self.period.is_some_and(|period| period.unit().is_some())
    }
}

/// The name of a column that makes segments, by its place among them.
pub(crate) fn segment_column(at: usize) -> String {
    format!("{SEGMENT}_{at}")
}

/// The cells of the rows so far.
#[derive(Debug)]
pub(crate) struct Cells {
    settings: CellSettings,
    segments: Vec<Dictionary>,
    /// Pairs of the segments so far with the next column.
    joined: Vec<Pairs>,
    timeline: Option<Timeline>,
    waves: Option<Dictionary>,
    /// Whether waves have rows up to `as_of`, by their number.
    has_rows: Vec<bool>,
    n_without_wave: u64,
    /// Rows with a text that is no time in the stated format, and that format.
    n_unreadable_time: u64,
    times: Option<TimeReading>,
    with_period: Pairs,
    n_cells: usize,
}

/// Rows that have no cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct WithoutCell {
    /// Rows without a period: their time or wave is missing.
    pub(crate) n_without_period: u64,
    /// Rows with a time that does not fit its format.
    pub(crate) n_unreadable_time: u64,
    /// Rows after `as_of`.
    pub(crate) n_later: u64,
}

/// Cells in the order of their segments and then of their periods.
#[derive(Clone, Debug)]
pub(crate) struct OrderedCells {
    /// The values of the segment columns, `None` where missing; one without values where no columns
    /// make segments.
    pub(crate) segments: Vec<Vec<Option<String>>>,
    /// The periods; one that is `None` where there are none.
    pub(crate) periods: Vec<Option<PeriodLabel>>,
    pub(crate) cells: Vec<OrderedCell>,
}

/// A cell by its number in [`Cells`], and by the places of its segment and period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OrderedCell {
    pub(crate) segment: usize,
    pub(crate) period: usize,
    pub(crate) cell: usize,
}

/// The places of things by their numbers, and the things by place.
type InOrder<T> = (Vec<usize>, Vec<T>);

impl Cells {
    pub(crate) fn new(settings: CellSettings) -> Self {
        let n = settings.by.len();
        let unit = settings.period.and_then(SurveyPeriod::unit).map(PeriodOf::new);
        Self {
            segments: (0..n).map(|_| Dictionary::new()).collect(),
            joined: (1..n).map(|_| Pairs::default()).collect(),
            timeline: settings.has_days().then(|| Timeline::new(unit, settings.as_of)),
            waves: (settings.period == Some(SurveyPeriod::Wave)).then(Dictionary::new),
            has_rows: Vec::new(),
            n_without_wave: 0,
            n_unreadable_time: 0,
            times: None,
            with_period: Pairs::default(),
            n_cells: 0,
            settings,
        }
    }

    /// Number of cells so far; they are numbered from 0.
    pub(crate) fn len(&self) -> usize {
        self.n_cells
    }

    /// Rows so far that have no cell.
    pub(crate) fn without_cell(&self) -> WithoutCell {
        let timeline = self.timeline.as_ref();
        // A text that is no time has left no day.
        let n_undated = timeline.map_or(0, |timeline| timeline.n_undated).saturating_sub(self.n_unreadable_time);
        WithoutCell {
            n_without_period: self.n_without_wave + n_undated,
            n_unreadable_time: self.n_unreadable_time,
            n_later: timeline.map_or(0, |timeline| timeline.n_later),
        }
    }

    /// Refuses times that do not fit their format, unless they are to be set aside.
    ///
    /// # Errors
    /// `Unusable` with the column, the format and the count.
    pub(crate) fn check(&self) -> Result<()> {
        let check = |times: &TimeReading| times.check(self.settings.analysis, self.n_unreadable_time);
        self.times.as_ref().map_or(Ok(()), check)
    }

    /// The cell of each row of a batch, or [`NO_CELL`].
    ///
    /// # Errors
    /// `Query` when a column is not there or its type has no categories.
    pub(crate) fn add(&mut self, batch: &DataFrame) -> Result<Vec<u32>> {
        let step = self.settings.analysis;
        let mut cells: Option<Vec<u32>> = None;
        for at in 0..self.segments.len() {
            let column = batch.column(&segment_column(at)).map_err(Error::query(step))?;
            let codes = self.segments[at].codes(step, column.as_materialized_series())?;
            cells = Some(match cells {
                None => codes,
                Some(before) => joined(&mut self.joined[at - 1], before, &codes),
            });
        }
        if let Some(periods) = self.periods(batch)? {
            cells = Some(match cells {
                None => periods,
                Some(segments) => joined(&mut self.with_period, segments, &periods),
            });
        }
        self.n_cells = self.counted();
        Ok(cells.unwrap_or_else(|| vec![0; batch.height()]))
    }

    /// The period of each row, or [`NO_CELL`]; `None` where neither periods nor days matter.
    fn periods(&mut self, batch: &DataFrame) -> Result<Option<Vec<u32>>> {
        let step = self.settings.analysis;
        let mut codes = None;
        if let Some(timeline) = &mut self.timeline {
            let times = one_chunk(step, batch, TIME)?;
            let days = days_of(&times).ok_or_else(|| Error::Unusable {
                analysis: step,
                reason: "a batch lost the type of its times".to_owned(),
            })?;
            codes = Some(timeline.codes(days, times.len()));
            if let Ok(unread) = batch.column(UNREAD_TIME) {
                self.n_unreadable_time += (unread.len() - unread.null_count()) as u64;
                self.times = self.times.take().or_else(|| TimeReading::of(unread.dtype()));
            }
        }
        if let Some(dictionary) = &mut self.waves {
            let column = batch.column(WAVE).map_err(Error::query(step))?;
            let mut waves = dictionary.codes(step, column.as_materialized_series())?;
            let missing = dictionary.missing();
            for (row, wave) in waves.iter_mut().enumerate() {
                // A row that is too late is counted as such already.
                let is_out = codes.as_ref().is_some_and(|codes| codes[row] == NO_CODE);
                if is_out || Some(*wave) == missing {
                    self.n_without_wave += u64::from(!is_out);
                    *wave = NO_CODE;
                }
            }
            self.has_rows.resize(dictionary.len(), false);
            for &wave in waves.iter().filter(|&&wave| wave != NO_CODE) {
                self.has_rows[wave as usize] = true;
            }
            codes = Some(waves);
        }
        Ok(codes)
    }

    /// Number of cells by the tables.
    fn counted(&self) -> usize {
        let segments = match (self.joined.last(), self.segments.last()) {
            (Some(pairs), _) => pairs.known.len(),
            (None, Some(dictionary)) => dictionary.len(),
            (None, None) => 1,
        };
        match (self.settings.period, self.segments.is_empty()) {
            _ if self.timeline.is_none() && self.waves.is_none() => segments,
            (_, false) => self.with_period.known.len(),
            (_, true) => self.n_periods(),
        }
    }

    /// Periods, which are one where only later days are left out.
    fn n_periods(&self) -> usize {
        let of_waves = self.waves.as_ref().map(Dictionary::len);
        let of_days = || self.timeline.as_ref().map(Timeline::len);
        of_waves.or_else(of_days).unwrap_or(1)
    }

    /// Adds all cells of another one, made with the same settings; returns the numbers here of its
    /// cells, by their numbers there.
    ///
    /// # Errors
    /// `Query` when the columns of the two have other types.
    pub(crate) fn merge(&mut self, other: &Self) -> Result<Vec<u32>> {
        let step = self.settings.analysis;
        let mut segments: Option<Vec<u32>> = None;
        for (at, (mine, theirs)) in self.segments.iter_mut().zip(&other.segments).enumerate() {
            let values = mine.merge(step, theirs)?;
            segments = Some(match segments {
                None => values,
                Some(before) => renumbered(&mut self.joined[at - 1], &other.joined[at - 1], &before, &values),
            });
        }
        let mut periods = None;
        if let (Some(mine), Some(theirs)) = (&mut self.timeline, &other.timeline) {
            periods = Some(mine.merge(theirs));
            self.n_unreadable_time += other.n_unreadable_time;
            self.times = self.times.take().or_else(|| other.times.clone());
        }
        if let (Some(mine), Some(theirs)) = (&mut self.waves, &other.waves) {
            self.n_without_wave += other.n_without_wave;
            let numbers = mine.merge(step, theirs)?;
            self.has_rows.resize(mine.len(), false);
            for (&number, _) in numbers.iter().zip(&other.has_rows).filter(|(_, has_rows)| **has_rows) {
                self.has_rows[number as usize] = true;
            }
            periods = Some(numbers);
        }
        let numbers = match (segments, periods) {
            (None, None) => vec![0],
            (None, Some(numbers)) | (Some(numbers), None) => numbers,
            (Some(segments), Some(periods)) => {
                renumbered(&mut self.with_period, &other.with_period, &segments, &periods)
            }
        };
        self.n_cells = self.counted();
        Ok(numbers)
    }

    /// The cells in order, with what they stand for: segments and periods whose rows were all left out are none.
    ///
    /// # Errors
    /// `Query` when values cannot be put in order.
    pub(crate) fn in_order(&self) -> Result<OrderedCells> {
        let (segment_places, segments) = self.segments_in_order()?;
        let (period_places, periods) = self.periods_in_order()?;
        let has_both = !self.segments.is_empty() && (self.timeline.is_some() || self.waves.is_some());
        let of_cell = |cell: usize| {
            let (segment, period) = match () {
                () if has_both => self.with_period.known[cell],
                () if self.segments.is_empty() => (0, cell as u32),
                () => (cell as u32, 0),
            };
            let place = |places: &[usize], number: u32| places.get(number as usize).copied().unwrap_or_default();
            OrderedCell { segment: place(&segment_places, segment), period: place(&period_places, period), cell }
        };
        let mut cells: Vec<OrderedCell> = (0..self.n_cells).map(of_cell).collect();
        // The number of waves counts the missing one and later ones, which have no rows in a cell.
        if self.segments.is_empty() && self.waves.is_some() {
            cells.retain(|cell| self.has_rows.get(cell.cell).copied().unwrap_or_default());
        }
        cells.par_sort_unstable();
        let segments = with_cells(segments, &mut cells, |cell| &mut cell.segment);
        let periods = with_cells(periods, &mut cells, |cell| &mut cell.period);
        Ok(OrderedCells { segments, periods, cells })
    }

    /// The values of a segment column in ascending order, a missing one last.
    ///
    /// # Errors
    /// `Query` when values cannot be put in order.
    pub(crate) fn values_in_order(&self, at: usize) -> Result<Vec<Option<String>>> {
        let Some(dictionary) = self.segments.get(at) else { return Ok(Vec::new()) };
        let by_rank: BTreeMap<u32, Option<String>> = dictionary.ranked(self.settings.analysis)?.into_iter().collect();
        Ok(by_rank.into_values().collect())
    }

    /// The segments in ascending order.
    fn segments_in_order(&self) -> Result<InOrder<Vec<Option<String>>>> {
        let step = self.settings.analysis;
        let ranked = self.segments.iter().map(|dictionary| dictionary.ranked(step)).collect::<Result<Vec<_>>>()?;
        let Some(n) = self.joined.last().map(|pairs| pairs.known.len()).or(ranked.last().map(Vec::len)) else {
            return Ok((vec![0], vec![Vec::new()]));
        };
        let values = |segment: usize| {
            let mut values = vec![0; ranked.len()];
            let mut before = segment as u32;
            for at in (1..ranked.len()).rev() {
                (before, values[at]) = self.joined[at - 1].known[before as usize];
            }
            values[0] = before;
            values
        };
        let ranks = |values: &[u32]| -> Vec<u32> {
            ranked.iter().zip(values).map(|(of_column, &value)| of_column[value as usize].0).collect()
        };
        let mut order: Vec<(Vec<u32>, usize)> =
            (0..n).into_par_iter().map(|number| (ranks(&values(number)), number)).collect();
        order.par_sort_unstable();
        let mut places = vec![0; n];
        let label = |(of_column, value): (&Vec<(u32, Option<String>)>, u32)| of_column[value as usize].1.clone();
        let mut segments = Vec::with_capacity(n);
        for (place, (_, number)) in order.into_iter().enumerate() {
            places[number] = place;
            segments.push(ranked.iter().zip(values(number)).map(label).collect());
        }
        Ok((places, segments))
    }

    /// The periods in the order of time, or of the waves.
    fn periods_in_order(&self) -> Result<InOrder<Option<PeriodLabel>>> {
        let wave = |label: String| PeriodLabel::wave(label);
        let labels: Vec<(i64, Option<PeriodLabel>)> = match (&self.waves, &self.timeline) {
            (Some(dictionary), _) => {
                let ranked = dictionary.ranked_by_number(self.settings.analysis)?;
                ranked.into_iter().map(|(rank, label)| (rank.into(), label.map(wave))).collect()
            }
            (None, Some(timeline)) if self.settings.period.is_some() => {
                timeline.labels().into_iter().map(|(period, label)| (period.into(), label)).collect()
            }
            _ => return Ok((vec![0], vec![None])),
        };
        let order: BTreeMap<i64, usize> =
            labels.iter().enumerate().map(|(number, (rank, _))| (*rank, number)).collect();
        let mut places = vec![0; labels.len()];
        let mut periods = Vec::with_capacity(labels.len());
        for number in order.into_values() {
            places[number] = periods.len();
            // What is missing comes last and has no rows.
            if let (_, Some(label)) = &labels[number] {
                periods.push(Some(label.clone()));
            }
        }
        Ok((places, periods))
    }
}

/// The segments or the periods that have a cell; cells are given their new places.
fn with_cells<T>(all: Vec<T>, cells: &mut [OrderedCell], place: impl Fn(&mut OrderedCell) -> &mut usize) -> Vec<T> {
    let mut has_cell = vec![false; all.len()];
    cells.iter_mut().for_each(|cell| has_cell[*place(cell)] = true);
    if has_cell.iter().all(|&has_cell| has_cell) {
        return all;
    }
    let place_after = |n_before: &mut usize, &has_cell: &bool| {
        let own = *n_before;
        *n_before += usize::from(has_cell);
        Some(own)
    };
    let places: Vec<usize> = has_cell.iter().scan(0, place_after).collect();
    cells.iter_mut().for_each(|cell| *place(cell) = places[*place(cell)]);
    all.into_iter().zip(has_cell).filter_map(|(one, has_cell)| has_cell.then_some(one)).collect()
}

/// The pairs of two columns of numbers; a row without the second has none.
fn joined(pairs: &mut Pairs, mut first: Vec<u32>, second: &[u32]) -> Vec<u32> {
    for (number, &second) in first.iter_mut().zip(second) {
        *number = if second == NO_CODE { NO_CELL } else { pairs.number(*number, second) };
    }
    first
}

/// The numbers here of the pairs of another table.
fn renumbered(pairs: &mut Pairs, other: &Pairs, first: &[u32], second: &[u32]) -> Vec<u32> {
    other.known.iter().map(|&(a, b)| pairs.number(first[a as usize], second[b as usize])).collect()
}
