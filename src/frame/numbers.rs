//! Any numeric column as doubles, with what is missing, not finite or rounded counted.

use std::borrow::Cow;

use polars::prelude::*;
use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::kernel::masked::Masked;

/// Whether a column of this type can be read as numbers.
pub(crate) fn is_numeric(dtype: &DataType) -> bool {
    dtype.is_primitive_numeric() || dtype.is_decimal() || matches!(dtype, DataType::Boolean | DataType::Duration(_))
}

/// Cells of a numeric column that hold no finite number, each sort by itself, and those that
/// hold a rounded one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CellCounts {
    pub(crate) n_null: u64,
    pub(crate) n_nan: u64,
    pub(crate) n_infinite: u64,
    /// Whole numbers beyond 2^53 that are no double and were rounded to the nearest one.
    pub(crate) n_rounded: u64,
}

impl CellCounts {
    /// Counts a cell that holds no finite number: null, or one that is not finite.
    pub(crate) fn count(&mut self, cell: Option<f64>) {
        match cell {
            None => self.n_null += 1,
            Some(value) => self.count_unusable(value),
        }
    }

    /// Adds the counts of other rows.
    pub(crate) fn add(&mut self, other: Self) {
        self.n_null += other.n_null;
        self.n_nan += other.n_nan;
        self.n_infinite += other.n_infinite;
        self.n_rounded += other.n_rounded;
    }

    fn count_unusable(&mut self, value: f64) {
        if value.is_nan() {
            self.n_nan += 1;
        } else {
            self.n_infinite += 1;
        }
    }
}

/// A numeric column as doubles: booleans are 0 and 1, durations seconds.
#[derive(Clone, Debug)]
pub(crate) struct Numbers<'a> {
    series: Cow<'a, Series>,
    n_rounded: u64,
}

/// One value for each row, and which of them are finite numbers.
#[derive(Clone, Debug)]
pub(crate) struct Aligned<'a> {
    values: Cow<'a, [f64]>,
    valid: Option<Vec<u64>>,
    /// Bits of the rows that are not null, where those that are valid are fewer.
    not_null: Option<Vec<u64>>,
    pub(crate) counts: CellCounts,
}

impl Aligned<'_> {
    /// A cell that may not be finite; `None` where it is null.
    pub(crate) fn cell(&self, row: usize) -> Option<f64> {
        Masked { values: &self.values, valid: self.present() }.is_valid(row).then(|| self.values[row])
    }

    /// The rows whose cell is not null, though it may be NaN or infinite; no bits are all rows.
    pub(crate) fn present(&self) -> Option<&[u64]> {
        self.not_null.as_deref().or(self.valid.as_deref())
    }

    /// The values alone, those of missing rows among them.
    pub(crate) fn into_values(self) -> Vec<f64> {
        self.values.into_owned()
    }

    /// The column as kernels take it; what is not finite is missing.
    pub(crate) fn masked(&self) -> Masked<'_> {
        Masked { values: &self.values, valid: self.valid.as_deref() }
    }
}

/// A column of doubles where it is held, piece by piece, and which rows have finite numbers.
pub(crate) struct InPieces<'a> {
    pub(crate) pieces: Vec<&'a [f64]>,
    /// No bits are all rows.
    pub(crate) valid: Option<Vec<u64>>,
    pub(crate) counts: CellCounts,
}

impl<'a> InPieces<'a> {
    /// The pieces of a column; `None` when it holds no doubles.
    pub(crate) fn of(series: &'a Series) -> Option<Self> {
        let mut counts = CellCounts::default();
        let mut chunks = Vec::new();
        for array in series.f64().ok()?.downcast_iter() {
            let values = array.values().as_slice();
            let not_null = array.validity().map(|bits| words(bits.as_slice()));
            let mut of_chunk = CellCounts::default();
            let (valid, _) = only_finite(values, not_null, &mut of_chunk);
            counts.add(of_chunk);
            chunks.push((values, valid));
        }
        let valid = chunks.iter().any(|(_, valid)| valid.is_some()).then(|| joined(&chunks));
        Some(Self { pieces: chunks.into_iter().map(|(values, _)| values).collect(), valid, counts })
    }
}

impl<'a> Numbers<'a> {
    /// A column of a frame.
    ///
    /// # Errors
    /// `Query` when the column is not there or its type is none of [`is_numeric`].
    pub(crate) fn of(step: &'static str, frame: &'a DataFrame, column: &str) -> Result<Self> {
        let series = frame.column(column).map_err(Error::query(step))?.as_materialized_series();
        if *series.dtype() == DataType::Float64 {
            return Ok(Self { series: Cow::Borrowed(series), n_rounded: 0 });
        }
        let doubles = as_doubles(series).map_err(Error::query(step))?;
        Ok(Self { n_rounded: n_rounded(series), series: Cow::Owned(doubles) })
    }

    /// Whole numbers beyond 2^53 that were rounded.
    pub(crate) fn n_rounded(&self) -> u64 {
        self.n_rounded
    }

    /// Every chunk with its values and, where some are null, the bits of those that are not.
    fn chunks(&self) -> impl Iterator<Item = (&[f64], Option<Vec<u64>>)> {
        let chunks = self.series.f64().ok().map(ChunkedArray::downcast_iter);
        chunks.into_iter().flatten().map(|array| {
            let validity = array.validity().map(|bits| words(bits.as_slice()));
            (array.values().as_slice(), validity)
        })
    }

    /// Puts the finite values, in the order of the rows, behind those of a vector.
    pub(crate) fn push_finite(&self, out: &mut Vec<f64>) -> CellCounts {
        let mut counts = CellCounts { n_rounded: self.n_rounded, ..CellCounts::default() };
        for (values, valid) in self.chunks() {
            push_part(values, valid.as_deref(), out, &mut counts);
        }
        counts
    }

    /// Shows the finite values to states, several of them at a time, each with a share of the rows;
    /// `None` as soon as one has seen enough, which it says by `false`.
    pub(crate) fn shared_out<S: Send>(
        &self,
        state: impl Fn() -> S + Sync,
        show: impl Fn(&mut S, &[f64]) -> bool + Sync,
    ) -> Option<(CellCounts, Vec<S>)> {
        let chunks: Vec<_> = self.chunks().collect();
        let parts: Vec<(&[f64], Option<&[u64]>)> =
            chunks.iter().flat_map(|(values, valid)| parts(values, valid.as_deref())).collect();
        let share = parts.len().div_ceil(rayon::current_num_threads()).max(1);
        let of_each = parts.par_chunks(share).map(|parts| {
            let (mut counts, mut state, mut finite) = (CellCounts::default(), state(), Vec::new());
            parts
                .iter()
                .all(|&(values, valid)| {
                    finite.clear();
                    push_part(values, valid, &mut finite, &mut counts);
                    show(&mut state, &finite)
                })
                .then_some((counts, state))
        });
        let of_each: Vec<(CellCounts, S)> = of_each.collect::<Option<_>>()?;
        let mut counts = CellCounts { n_rounded: self.n_rounded, ..CellCounts::default() };
        of_each.iter().for_each(|(of_one, _)| counts.add(*of_one));
        Some((counts, of_each.into_iter().map(|(_, state)| state).collect()))
    }

    /// One value for each row.
    pub(crate) fn aligned(&self) -> Aligned<'_> {
        let mut counts = CellCounts { n_rounded: self.n_rounded, ..CellCounts::default() };
        let mut chunks: Vec<(&[f64], Option<Vec<u64>>)> = self.chunks().collect();
        if let [(values, valid)] = chunks.as_mut_slice() {
            let (valid, not_null) = only_finite(values, valid.take(), &mut counts);
            return Aligned { values: Cow::Borrowed(*values), valid, not_null, counts };
        }
        let is_any_null = chunks.iter().any(|(_, valid)| valid.is_some());
        let values: Vec<f64> = chunks.iter().flat_map(|(values, _)| values.iter().copied()).collect();
        let valid = is_any_null.then(|| joined(&chunks));
        let (valid, not_null) = only_finite(&values, valid, &mut counts);
        Aligned { values: Cow::Owned(values), valid, not_null, counts }
    }
}

/// A chunk in parts that are worked on by themselves.
fn parts<'a>(values: &'a [f64], valid: Option<&'a [u64]>) -> impl Iterator<Item = (&'a [f64], Option<&'a [u64]>)> {
    /// Rows of a part, a multiple of those of a word.
    const PART: usize = 1 << 14;
    let of_part = move |at: usize| valid.map(|words| &words[at * PART / 64..(words.len()).min((at + 1) * PART / 64)]);
    values.chunks(PART).enumerate().map(move |(at, values)| (values, of_part(at)))
}

/// Puts the finite values of a part behind those of a vector and counts the others.
fn push_part(values: &[f64], valid: Option<&[u64]>, out: &mut Vec<f64>, counts: &mut CellCounts) {
    out.reserve(values.len());
    let mut push = |value: f64| {
        if value.is_finite() {
            out.push(value);
        } else {
            counts.count_unusable(value);
        }
    };
    let Some(words) = valid else { return values.iter().copied().for_each(push) };
    let mut n_valid = 0;
    for (&word, values) in words.iter().zip(values.chunks(64)) {
        n_valid += u64::from(word.count_ones());
        if word == u64::MAX {
            values.iter().copied().for_each(&mut push);
        } else {
            let is_set = |at: &usize| word >> at & 1 == 1;
            (0..values.len()).filter(is_set).for_each(|at| push(values[at]));
        }
    }
    counts.n_null += values.len() as u64 - n_valid;
}

/// Bits of the rows that are finite and, where there are more of them, of those that are not null;
/// the others are counted.
fn only_finite(
    values: &[f64],
    valid: Option<Vec<u64>>,
    counts: &mut CellCounts,
) -> (Option<Vec<u64>>, Option<Vec<u64>>) {
    let n = values.len() as u64;
    let n_valid = valid.as_ref().map_or(n, |words| words.iter().map(|word| u64::from(word.count_ones())).sum());
    counts.n_null = n - n_valid;
    if are_finite(values) {
        return (valid, None);
    }
    let not_null = valid.unwrap_or_else(|| all_valid(values.len()));
    let mut words = not_null.clone();
    for (word, values) in words.iter_mut().zip(values.chunks(64)) {
        for (at, value) in values.iter().enumerate() {
            if !value.is_finite() && *word >> at & 1 == 1 {
                counts.count_unusable(*value);
                *word &= !(1 << at);
            }
        }
    }
    (Some(words), Some(not_null))
}

/// Whether all values are finite, looked at many at a time.
fn are_finite(values: &[f64]) -> bool {
    let all_of = |values: &[f64]| values.iter().fold(true, |all, value| all & value.is_finite());
    values.chunks(1_024).all(all_of)
}

/// A bit for each of so many rows.
fn all_valid(n: usize) -> Vec<u64> {
    let mut words = vec![u64::MAX; n.div_ceil(64)];
    if let (Some(last), 1..) = (words.last_mut(), n % 64) {
        *last = (1 << (n % 64)) - 1;
    }
    words
}

/// The bits of all chunks, one after the other.
fn joined(chunks: &[(&[f64], Option<Vec<u64>>)]) -> Vec<u64> {
    let n = chunks.iter().map(|(values, _)| values.len()).sum::<usize>();
    let mut words = vec![0; n.div_ceil(64) + 1];
    let mut start = 0;
    for (values, valid) in chunks {
        let (at, shift) = (start / 64, start % 64);
        let all;
        let valid = match valid {
            Some(valid) => valid,
            None => {
                all = all_valid(values.len());
                &all
            }
        };
        for (place, word) in valid.iter().enumerate() {
            words[at + place] |= word << shift;
            if shift > 0 {
                words[at + place + 1] |= word >> (64 - shift);
            }
        }
        start += values.len();
    }
    words.truncate(n.div_ceil(64));
    words
}

/// Packed bits from an offset on, as words; bits behind the last are 0.
fn words((bytes, offset, len): (&[u8], usize, usize)) -> Vec<u64> {
    let word_at = |start: usize| {
        let mut part = [0; 8];
        let rest = bytes.get(start..).unwrap_or_default();
        let n = rest.len().min(8);
        part[..n].copy_from_slice(&rest[..n]);
        u64::from_le_bytes(part)
    };
    let (first, shift) = (offset / 8, offset % 8);
    let mut words: Vec<u64> = (0..len.div_ceil(64))
        .map(|at| {
            let start = first + at * 8;
            let next = bytes.get(start + 8).copied().unwrap_or_default();
            if shift == 0 { word_at(start) } else { word_at(start) >> shift | u64::from(next) << (64 - shift) }
        })
        .collect();
    if let (Some(last), 1..) = (words.last_mut(), len % 64) {
        *last &= (1 << (len % 64)) - 1;
    }
    words
}

/// Doubles out of any numeric type.
fn as_doubles(series: &Series) -> PolarsResult<Series> {
    let DataType::Duration(unit) = series.dtype() else { return series.cast(&DataType::Float64) };
    let in_a_second = match unit {
        TimeUnit::Milliseconds => 1e3,
        TimeUnit::Microseconds => 1e6,
        TimeUnit::Nanoseconds => 1e9,
    };
    let ticks = series.cast(&DataType::Int64)?.cast(&DataType::Float64)?;
    Ok(ticks.f64()?.apply_values(|ticks| ticks / in_a_second).into_series())
}

/// Whole numbers that no double is equal to.
fn n_rounded(series: &Series) -> u64 {
    let count = |column: &Int64Chunked| {
        column.iter().flatten().filter(|&whole| i128::from(whole) != whole as f64 as i128).count() as u64
    };
    match series.dtype() {
        DataType::Int64 => series.i64().map(count).unwrap_or_default(),
        DataType::Duration(_) => series.cast(&DataType::Int64).map_or(0, |ticks| ticks.i64().map_or(0, count)),
        DataType::UInt64 => series.u64().map_or(0, |column| {
            column.iter().flatten().filter(|&whole| u128::from(whole) != whole as f64 as u128).count() as u64
        }),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(series: Series) -> (Vec<f64>, CellCounts, Vec<Option<f64>>, CellCounts) {
        let frame = DataFrame::new(series.len(), vec![series.with_name("x".into()).into()]).unwrap();
        let numbers = Numbers::of("test", &frame, "x").unwrap();
        let mut finite = Vec::new();
        let counts = numbers.push_finite(&mut finite);
        let aligned = numbers.aligned();
        let masked = aligned.masked();
        let rows = (0..masked.values.len()).map(|row| masked.is_valid(row).then(|| masked.values[row])).collect();
        (finite, counts, rows, aligned.counts)
    }

    #[test]
    fn nulls_nan_and_infinities_are_told_apart() {
        let cells = [Some(1.0), None, Some(f64::NAN), Some(f64::INFINITY), Some(-2.0), Some(f64::NEG_INFINITY)];
        let (finite, counts, rows, same) = read(Series::new("x".into(), cells));
        assert_eq!(finite, [1.0, -2.0]);
        assert_eq!((counts.n_null, counts.n_nan, counts.n_infinite, counts.n_rounded), (1, 1, 2, 0));
        assert_eq!(counts, same);
        assert_eq!(rows, [Some(1.0), None, None, None, Some(-2.0), None]);
    }

    #[test]
    fn what_is_not_null_is_known_apart_from_what_is_finite() {
        let present = |cells: &[Option<f64>]| {
            let frame = DataFrame::new(cells.len(), vec![Series::new("x".into(), cells).into()]).unwrap();
            Numbers::of("test", &frame, "x").unwrap().aligned().present().map(<[u64]>::to_vec)
        };
        assert_eq!(present(&[Some(1.0), None, Some(f64::NAN)]), Some(vec![0b101]));
        assert_eq!(present(&[Some(1.0), None, Some(2.0)]), Some(vec![0b101]));
        assert_eq!(present(&[Some(1.0), Some(f64::INFINITY)]), Some(vec![0b11]));
        assert_eq!(present(&[Some(1.0), Some(2.0)]), None);
    }

    /// Cuts at no multiple of eight, so that every offset of the bits is met.
    #[test]
    fn chunks_and_slices_change_nothing() {
        let cells: Vec<Option<f64>> = (0..1_000).map(|k| (k % 7 != 3).then_some(f64::from(k))).collect();
        let whole = Series::new("x".into(), &cells);
        let expected = read(whole.clone());
        for cut in [1, 63, 64, 65, 333] {
            let mut parts = whole.slice(0, cut);
            parts.append(&whole.slice(cut as i64, 500)).unwrap();
            parts.append(&whole.slice(cut as i64 + 500, 1_000)).unwrap();
            assert_eq!(read(parts), expected, "{cut}");
        }
        let (finite, counts, rows, _) = read(whole.slice(13, 700));
        assert_eq!(rows, cells[13..713]);
        assert_eq!((finite.len() as u64, counts.n_null), (600, 100));
    }

    #[test]
    fn every_numeric_type_is_read() {
        let doubles = |series: Series| read(series).0;
        assert_eq!(doubles(Series::new("x".into(), [true, false])), [1.0, 0.0]);
        assert_eq!(doubles(Series::new("x".into(), [-7_i8, 8])), [-7.0, 8.0]);
        assert_eq!(doubles(Series::new("x".into(), [0.5_f32])), [0.5]);
        let milliseconds =
            Series::new("x".into(), [1_500_i64]).cast(&DataType::Duration(TimeUnit::Milliseconds)).unwrap();
        assert_eq!(doubles(milliseconds), [1.5]);
        let decimal = Series::new("x".into(), [12.25]).cast(&DataType::Decimal(10, 2)).unwrap();
        assert_eq!(doubles(decimal), [12.25]);
        let (values, counts, ..) = read(Series::new("x".into(), [(1_i64 << 53) + 1, 1 << 60, i64::MAX]));
        assert_eq!((values[0], counts.n_rounded), (9_007_199_254_740_992.0, 2));
        assert_eq!(read(Series::new("x".into(), [u64::MAX, 5])).1.n_rounded, 1);
    }
}
