//! Columns of one batch as contiguous slices, with their null masks.

use std::borrow::Cow;

use polars::prelude::*;

use crate::error::{Error, Result};

/// Arrow storage of a text column.
pub(crate) type TextArray = <StringType as PolarsDataType>::Array;

/// A null mask over the rows of one slice.
#[derive(Clone, Copy)]
pub(crate) struct Validity<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Validity<'a> {
    fn of((bytes, offset, _len): (&'a [u8], usize, usize)) -> Self {
        Self { bytes, offset }
    }

    #[inline]
    fn is_null(self, row: usize) -> bool {
        let bit = self.offset + row;
        self.bytes[bit / 8] & (1 << (bit % 8)) == 0
    }

    /// Calls with every row of `n` that is null; rows without nulls are passed over by the word.
    fn each_null(self, n: usize, mut call: impl FnMut(usize)) {
        let mut row = 0;
        while row < n {
            let bit = self.offset + row;
            let (byte, skipped) = (bit / 8, bit % 8);
            let (bits, width) = match self.bytes[byte..].first_chunk() {
                Some(word) => (u64::from_le_bytes(*word), 64),
                None => (u64::from(self.bytes[byte]), 8),
            };
            let here = (width - skipped).min(n - row);
            let mut nulls = !(bits >> skipped) & u64::MAX >> (64 - here);
            while nulls != 0 {
                call(row + nulls.trailing_zeros() as usize);
                nulls &= nulls - 1;
            }
            row += here;
        }
    }
}

/// The values of one numeric column; a null row holds an arbitrary value.
#[derive(Clone, Copy)]
pub(crate) struct Values<'a, T> {
    pub(crate) values: &'a [T],
    validity: Option<Validity<'a>>,
}

impl<T> Values<'_, T> {
    #[inline]
    pub(crate) fn is_null(&self, row: usize) -> bool {
        self.validity.is_some_and(|validity| validity.is_null(row))
    }

    /// Calls with every row that is null.
    pub(crate) fn each_null(&self, call: impl FnMut(usize)) {
        if let Some(validity) = self.validity {
            validity.each_null(self.values.len(), call);
        }
    }
}

/// The values of one text column.
#[derive(Clone, Copy)]
pub(crate) struct Texts<'a> {
    array: &'a TextArray,
    validity: Option<Validity<'a>>,
}

impl<'a> Texts<'a> {
    #[inline]
    pub(crate) fn is_null(&self, row: usize) -> bool {
        self.validity.is_some_and(|validity| validity.is_null(row))
    }

    #[inline]
    pub(crate) fn text(&self, row: usize) -> &'a str {
        self.array.value(row)
    }

    #[inline]
    pub(crate) fn get(&self, row: usize) -> &'a [u8] {
        self.text(row).as_bytes()
    }

    /// Whether any row is null.
    pub(crate) fn has_nulls(&self) -> bool {
        self.validity.is_some()
    }

    /// For each row from one on the sixteen bytes that lie in the column itself, and whether they
    /// are all of the text: of equal short texts they are equal, but for what may stand behind.
    #[inline(always)]
    pub(crate) fn inline_from(&self, row: usize) -> impl Iterator<Item = (u128, bool)> + use<'a> {
        let views: &'a [_] = self.array.views();
        views[row..].iter().map(|view| (view.as_u128(), view.length <= 12))
    }

    /// Reads some rows to no end but that they come near: one after the other they come many at a
    /// time, and each at its own time when something is done with it.
    #[inline]
    pub(crate) fn warm(&self, rows: std::ops::Range<usize>) {
        std::hint::black_box(self.array.views()[rows].iter().fold(0, |sum, view| sum ^ view.length));
    }

    /// A text of at most twelve bytes as the leading bytes of a number, zeros behind, and
    /// its length; such texts lie in the column itself, without a pointer to follow.
    #[inline]
    pub(crate) fn short(&self, row: usize) -> Option<(u128, u8)> {
        let view = self.array.views()[row];
        let len = u8::try_from(view.length).ok().filter(|&len| len <= 12)?;
        // In memory: four bytes of length, then the text.
        let text = u128::from_be_bytes(view.as_u128().to_ne_bytes()) << 32;
        Some((text & !(u128::MAX >> (8 * u32::from(len))), len))
    }
}

/// The column in one chunk; borrowed when it is in one already.
pub(crate) fn one_chunk<'a>(step: &'static str, batch: &'a DataFrame, name: &str) -> Result<Cow<'a, Series>> {
    let column = batch.column(name).map_err(Error::query(step))?.as_materialized_series();
    Ok(if column.n_chunks() == 1 { Cow::Borrowed(column) } else { Cow::Owned(column.rechunk()) })
}

macro_rules! numeric_values {
    ($name:ident, $physical:ty, $doc:literal) => {
        #[doc = $doc]
        pub(crate) fn $name(series: &Series) -> Option<Values<'_, <$physical as PolarsNumericType>::Native>> {
            let array = series.as_any().downcast_ref::<ChunkedArray<$physical>>()?.downcast_iter().next()?;
            Some(Values {
                values: array.values(),
                validity: array.validity().map(|bits| Validity::of(bits.as_slice())),
            })
        }
    };
}

numeric_values!(i8_values, Int8Type, "A one-chunk Int8 series as a slice.");
numeric_values!(u8_values, UInt8Type, "A one-chunk UInt8 series as a slice.");
numeric_values!(i64_values, Int64Type, "A one-chunk Int64 series as a slice.");
numeric_values!(f64_values, Float64Type, "A one-chunk Float64 series as a slice.");

/// Calendar days of a time column, counted from 1970-01-01.
#[derive(Clone, Copy)]
pub(crate) enum Days<'a> {
    Dates(Values<'a, i32>),
    Milliseconds(Values<'a, i64>),
    Microseconds(Values<'a, i64>),
    Nanoseconds(Values<'a, i64>),
}

impl Days<'_> {
    #[inline]
    pub(crate) fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Dates(values) => values.is_null(row),
            Self::Milliseconds(values) | Self::Microseconds(values) | Self::Nanoseconds(values) => values.is_null(row),
        }
    }

    /// What is stored in a row, a number of days or of units of time since 1970-01-01; arbitrary
    /// where it is null.
    #[inline]
    pub(crate) fn stored(&self, row: usize) -> i64 {
        match self {
            Self::Dates(values) => i64::from(values.values[row]),
            Self::Milliseconds(values) | Self::Microseconds(values) | Self::Nanoseconds(values) => values.values[row],
        }
    }

    /// The day of a row; arbitrary where it is null.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> i32 {
        const DAY: i64 = 86_400_000;
        match self {
            Self::Dates(values) => values.values[row],
            // The only unit that reaches further than a day number does.
            Self::Milliseconds(values) => {
                values.values[row].div_euclid(DAY).clamp(i32::MIN.into(), i32::MAX.into()) as i32
            }
            Self::Microseconds(values) => values.values[row].div_euclid(DAY * 1_000) as i32,
            Self::Nanoseconds(values) => values.values[row].div_euclid(DAY * 1_000_000) as i32,
        }
    }
}

/// A one-chunk Date series, or a Datetime one on the wall clock of its zone, as days.
pub(crate) fn days_of(series: &Series) -> Option<Days<'_>> {
    if let Ok(dates) = series.date() {
        let array = dates.physical().downcast_iter().next()?;
        let validity = array.validity().map(|bits| Validity::of(bits.as_slice()));
        return Some(Days::Dates(Values { values: array.values(), validity }));
    }
    let times = series.datetime().ok()?;
    let array = times.physical().downcast_iter().next()?;
    let validity = array.validity().map(|bits| Validity::of(bits.as_slice()));
    let values = Values { values: array.values(), validity };
    Some(match times.time_unit() {
        TimeUnit::Milliseconds => Days::Milliseconds(values),
        TimeUnit::Microseconds => Days::Microseconds(values),
        TimeUnit::Nanoseconds => Days::Nanoseconds(values),
    })
}

/// A one-chunk String series.
pub(crate) fn text_values(series: &Series) -> Option<Texts<'_>> {
    text_chunks(series).into_iter().next().map(|(_, texts)| texts)
}

/// The chunks of a String series, each with its first row.
pub(crate) fn text_chunks(series: &Series) -> Vec<(usize, Texts<'_>)> {
    let (mut chunks, mut first) = (Vec::new(), 0);
    let arrays = series.str().into_iter().flat_map(ChunkedArray::downcast_iter);
    for (array, chunk) in arrays.zip(series.chunks()) {
        let validity = chunk.validity().map(|bits| Validity::of(bits.as_slice()));
        chunks.push((first, Texts { array, validity }));
        first += chunk.len();
    }
    chunks
}
