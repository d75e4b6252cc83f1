//! The cells of a feature as numbers or as places of levels.

use std::borrow::Cow;
use std::ops::Range;

use chrono::{Datelike, NaiveDate};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use polars::prelude::*;

use super::ENCODING;
use super::coding::{LevelCoding, LevelReading, MISSING, NumberReading, UNSEEN, intervals, months, weekdays};
use super::flags::flags;
use super::pieces::Pieces;
use crate::error::{Error, Result};
use crate::frame::codes::{NO_CODE, codes_of};
use crate::frame::extract::{Days, Texts, days_of, one_chunk, text_chunks};
use crate::frame::numbers::{CellCounts, InPieces, Numbers};
use crate::frame::schema::is_written;
use crate::text::Flags;

/// A column of numbers; those of rows that are not valid are arbitrary.
pub(super) struct NumberCells<'a> {
    pub(super) values: Pieces<'a>,
    /// Bits of the rows that have a finite number; none where all have.
    pub(super) valid: Option<Vec<u64>>,
    pub(super) n_missing: u64,
    pub(super) n_infinite: u64,
}

impl<'a> NumberCells<'a> {
    pub(super) fn read(frame: &'a DataFrame, column: &str, reading: NumberReading) -> Result<Self> {
        match reading {
            NumberReading::Number => Self::numbers(frame, column),
            NumberReading::Days { origin } => Self::days(frame, column, origin),
        }
    }

    fn numbers(frame: &'a DataFrame, column: &str) -> Result<Self> {
        let series = frame.column(column).map_err(Error::query(ENCODING))?.as_materialized_series();
        // A column of doubles is looked at where it is.
        if let Some(InPieces { pieces, valid, counts }) = InPieces::of(series) {
            return Ok(Self::counted(Pieces::of(pieces.into_iter().map(Cow::Borrowed)), valid, counts));
        }
        let numbers = Numbers::of(ENCODING, frame, column)?;
        let aligned = numbers.aligned();
        let (valid, counts) = (aligned.masked().valid.map(<[u64]>::to_vec), aligned.counts);
        Ok(Self::counted(Pieces::of([Cow::Owned(aligned.into_values())]), valid, counts))
    }

    fn counted(values: Pieces<'a>, valid: Option<Vec<u64>>, counts: CellCounts) -> Self {
        Self { values, valid, n_missing: counts.n_null + counts.n_nan, n_infinite: counts.n_infinite }
    }

    fn days(frame: &DataFrame, column: &str, origin: NaiveDate) -> Result<Self> {
        let series = one_chunk(ENCODING, frame, column)?;
        let days = days_in(&series, column)?;
        let n = series.len();
        let (mut valid, mut n_missing) = (vec![0_u64; n.div_ceil(64)], 0);
        let first = f64::from(origin.to_epoch_days());
        let cell = |row: usize| {
            if days.is_null(row) {
                n_missing += 1;
                return 0.0;
            }
            valid[row / 64] |= 1 << (row % 64);
            f64::from(days.get(row)) - first
        };
        let values: Vec<f64> = (0..n).map(cell).collect();
        let values = Pieces::of([Cow::Owned(values)]);
        Ok(Self { values, valid: (n_missing > 0).then_some(valid), n_missing, n_infinite: 0 })
    }

    /// Whether a row has a number.
    #[inline]
    pub(super) fn is_valid(&self, row: usize) -> bool {
        self.valid.as_ref().is_none_or(|words| words[row / 64] >> (row % 64) & 1 == 1)
    }

    /// The numbers that are there.
    pub(super) fn present(&self) -> Cow<'_, [f64]> {
        if let (None, Some(whole)) = (&self.valid, self.values.whole()) {
            return Cow::Borrowed(whole);
        }
        let mut present = Vec::with_capacity(self.values.len());
        let mut first = 0;
        for values in self.values.parts(0..self.values.len()) {
            match &self.valid {
                None => present.extend_from_slice(values),
                Some(words) => push_present(words, first, values, &mut present),
            }
            first += values.len();
        }
        Cow::Owned(present)
    }

    /// Calls for each row of a range that has no number.
    pub(super) fn each_missing(&self, rows: Range<usize>, mut call: impl FnMut(usize)) {
        let Some(words) = &self.valid else { return };
        let mut row = rows.start;
        while row < rows.end {
            let word = words[row / 64] >> (row % 64);
            let end = rows.end.min((row / 64 + 1) * 64);
            if word != u64::MAX >> (row % 64) {
                (row..end).filter(|&at| word >> (at - row) & 1 == 0).for_each(&mut call);
            }
            row = end;
        }
    }
}

/// Adds the values whose bits are set, of which the first belongs to a row.
fn push_present(words: &[u64], first: usize, values: &[f64], present: &mut Vec<f64>) {
    let (mut row, mut rest) = (first, values);
    while !rest.is_empty() {
        let (values, behind) = rest.split_at(rest.len().min(64 - row % 64));
        let word = words[row / 64] >> (row % 64);
        // Each value is written, and the next one over it unless its bit is set: nothing branches.
        let (mut taken, mut n) = ([0.0; 65], 0);
        for (at, &value) in values.iter().enumerate() {
            taken[n] = value;
            n += (word >> at & 1) as usize;
        }
        present.extend_from_slice(&taken[..n]);
        row += values.len();
        rest = behind;
    }
}

fn days_in<'a>(series: &'a Series, column: &str) -> Result<Days<'a>> {
    let reason = || format!("`{column}` has no dates");
    days_of(series).ok_or_else(|| Error::Unusable { analysis: ENCODING, reason: reason() })
}

/// A column of levels, ready to be looked up.
pub(super) struct LevelCells<'a> {
    source: Source<'a>,
    pub(super) n_infinite: u64,
}

enum Source<'a> {
    Texts {
        series: Cow<'a, Series>,
        table: LabelTable,
    },
    /// A code for each row, and the place of each code.
    Codes {
        codes: Vec<u32>,
        places: Vec<u32>,
    },
    Numbers {
        cells: NumberCells<'a>,
        cuts: Vec<f64>,
        places: Vec<u32>,
    },
    Days {
        series: Cow<'a, Series>,
        column: String,
        places: Vec<u32>,
        is_month: bool,
    },
}

impl<'a> LevelCells<'a> {
    pub(super) fn read(frame: &'a DataFrame, column: &str, coding: &LevelCoding) -> Result<Self> {
        let source = match &coding.reading {
            LevelReading::Label | LevelReading::Flag => labels(frame, column, coding)?,
            LevelReading::Bins { cuts } => {
                let cells = NumberCells::numbers(frame, column)?;
                Source::Numbers { cells, cuts: cuts.clone(), places: coding.places_of(&intervals(cuts)) }
            }
            LevelReading::Month | LevelReading::Weekday => {
                let is_month = coding.reading == LevelReading::Month;
                let places = coding.places_of(&if is_month { months() } else { weekdays() });
                let series = one_chunk(ENCODING, frame, column)?;
                days_in(&series, column)?;
                Source::Days { series, column: column.to_owned(), places, is_month }
            }
        };
        let n_infinite = if let Source::Numbers { cells, .. } = &source { cells.n_infinite } else { 0 };
        Ok(Self { source, n_infinite })
    }

    /// The places of the levels of some rows, [`MISSING`] and [`UNSEEN`] among them.
    pub(super) fn places(&self, rows: Range<usize>, out: &mut [u32]) {
        match &self.source {
            Source::Texts { series, table } => {
                let chunks = text_chunks(series);
                let mut ends = chunks.iter().skip(1).map(|(first, _)| *first).chain([usize::MAX]);
                for (first, texts) in &chunks {
                    let end = ends.next().unwrap_or(usize::MAX);
                    let own = rows.start.max(*first)..rows.end.min(end);
                    if !own.is_empty() {
                        let out = &mut out[own.start - rows.start..own.end - rows.start];
                        table.look_up(texts, own.start - first..own.end - first, out);
                    }
                }
            }
            Source::Codes { codes, places } => {
                for (out, &code) in out.iter_mut().zip(&codes[rows]) {
                    *out = if code == NO_CODE { MISSING } else { places[code as usize] };
                }
            }
            Source::Numbers { cells, cuts, places } => {
                let values = cells.values.parts(rows.clone()).flatten();
                for ((out, value), row) in out.iter_mut().zip(values).zip(rows) {
                    let class = cuts.partition_point(|cut| cut <= value);
                    *out = if cells.is_valid(row) { places[class] } else { MISSING };
                }
            }
            Source::Days { series, column, places, is_month } => {
                let Ok(days) = days_in(series, column) else { return };
                for (out, row) in out.iter_mut().zip(rows) {
                    *out = if days.is_null(row) { MISSING } else { of_day(days.get(row), places, *is_month) };
                }
            }
        }
    }
}

/// The place of the month or the weekday of a day since 1970-01-01, a Thursday.
fn of_day(day: i32, places: &[u32], is_month: bool) -> u32 {
    if !is_month {
        return places[(i64::from(day) + 3).rem_euclid(7) as usize];
    }
    NaiveDate::from_epoch_days(day).map_or(UNSEEN, |date| places[date.month0() as usize])
}

/// Labels of any type.
fn labels<'a>(frame: &'a DataFrame, column: &str, coding: &LevelCoding) -> Result<Source<'a>> {
    let table = LabelTable::new(coding)?;
    let series = frame.column(column).map_err(Error::query(ENCODING))?.as_materialized_series();
    match series.dtype() {
        DataType::String => Ok(Source::Texts { series: Cow::Borrowed(series), table }),
        DataType::Boolean => {
            let code = |cell: Option<bool>| cell.map_or(NO_CODE, u32::from);
            let codes = series.bool().map_err(Error::query(ENCODING))?.iter().map(code).collect();
            Ok(Source::Codes { codes, places: ["false", "true"].map(|label| table.place(label)).to_vec() })
        }
        dtype if is_written(dtype) => {
            let texts = series.cast(&DataType::String).map_err(Error::query(ENCODING))?;
            Ok(Source::Texts { series: Cow::Owned(texts), table })
        }
        _ => {
            let codes = codes_of(ENCODING, frame, column)?;
            let places = codes.labels.iter().map(|label| table.place(label)).collect();
            Ok(Source::Codes { codes: codes.codes, places })
        }
    }
}

/// The places of labels.
pub(super) fn place_of_label(coding: &LevelCoding, labels: &[String]) -> Result<Vec<u32>> {
    let table = LabelTable::new(coding)?;
    Ok(labels.iter().map(|label| table.place(label)).collect())
}

/// The places of labels; those of at most twelve bytes are compared as numbers.
struct LabelTable {
    short: ShortLabels,
    long: HashMap<String, u32, FixedState>,
    /// Words for yes and no with the places of no and yes, for a flag.
    words: Option<(Flags, [u32; 2])>,
}

impl LabelTable {
    fn new(coding: &LevelCoding) -> Result<Self> {
        let (mut short, mut long) = (Vec::new(), HashMap::default());
        let pooled = coding.other.map(|other| coding.pooled.iter().map(move |label| (label.as_str(), other)));
        for (label, place) in coding.known().chain(pooled.into_iter().flatten()) {
            match short_key(label) {
                Some(key) => short.push((key, place)),
                None => {
                    long.insert(label.to_owned(), place);
                }
            }
        }
        let mut known = coding.known().map(|(_, place)| place);
        let words = match (&coding.reading, known.next(), known.next()) {
            (LevelReading::Flag, Some(no), Some(yes)) => Some((flags(ENCODING)?, [no, yes])),
            _ => None,
        };
        Ok(Self { short: ShortLabels::new(&short), long, words })
    }

    /// The place of a label that is as it is written in the table, or is a word for yes or no.
    fn place(&self, label: &str) -> u32 {
        let known = match short_key(label) {
            Some(key) => self.short.get(key),
            None => self.long.get(label).copied(),
        };
        known.unwrap_or_else(|| self.of_word(label))
    }

    #[cold]
    fn of_word(&self, label: &str) -> u32 {
        let Some((flags, places)) = &self.words else { return UNSEEN };
        flags.read(label).map_or(UNSEEN, |word| places[usize::from(word)])
    }

    fn look_up(&self, texts: &Texts<'_>, rows: Range<usize>, out: &mut [u32]) {
        for (out, row) in out.iter_mut().zip(rows) {
            if texts.is_null(row) {
                *out = MISSING;
                continue;
            }
            let known = match texts.short(row) {
                Some((text, len)) => self.short.get(text | u128::from(len)),
                None => self.long.get(texts.text(row)).copied(),
            };
            *out = match known {
                Some(place) => place,
                None => self.of_word(texts.text(row)),
            };
        }
    }
}

/// A label of at most twelve bytes as [`Texts::short`] gives it, with its length.
fn short_key(label: &str) -> Option<u128> {
    let len = u8::try_from(label.len()).ok().filter(|&len| len <= 12)?;
    let mut bytes = [0; 16];
    bytes[..label.len()].copy_from_slice(label.as_bytes());
    Some(u128::from_be_bytes(bytes) | u128::from(len))
}

/// A table of short labels that is mostly empty: a look or two find one.
struct ShortLabels {
    slots: Vec<(u128, u32)>,
    shift: u32,
}

impl ShortLabels {
    /// No label has this key, as its last bytes are its length.
    const EMPTY: u128 = u128::MAX;

    fn new(labels: &[(u128, u32)]) -> Self {
        let bits = (labels.len() * 4).next_power_of_two().trailing_zeros().max(1);
        let mut table = Self { slots: vec![(Self::EMPTY, UNSEEN); 1 << bits], shift: 64 - bits };
        for &(key, place) in labels {
            let slot = table.slot(key);
            table.slots[slot] = (key, place);
        }
        table
    }

    /// Where a key is, or the empty slot where it would be; three in four are empty.
    #[inline]
    fn slot(&self, key: u128) -> usize {
        /// The golden ratio in units of 2^-64.
        const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
        let folded = (key >> 64) as u64 ^ (key as u64).rotate_left(23);
        let mut slot = (folded.wrapping_mul(GOLDEN) >> self.shift) as usize;
        while self.slots[slot].0 != key && self.slots[slot].0 != Self::EMPTY {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        slot
    }

    #[inline]
    fn get(&self, key: u128) -> Option<u32> {
        let (known, place) = self.slots[self.slot(key)];
        (known == key).then_some(place)
    }
}
