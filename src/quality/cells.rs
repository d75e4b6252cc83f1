//! The cells of a batch, one after the other, and a key that tells values apart.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use polars::prelude::*;

use super::params::QUALITY;
use crate::error::{Error, Result};

/// What of a column is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Unsigned,
    Number,
    /// Decimal, with the digits behind the point.
    Decimal(usize),
    Text,
    Boolean,
    Date,
    Datetime(TimeUnit),
    Duration,
    /// Lists, structs, binary and the like: missing or not, and no more.
    Opaque,
}

impl Kind {
    pub(super) fn of(dtype: &DataType) -> Self {
        match dtype {
            DataType::UInt64 => Self::Unsigned,
            DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::UInt8
            | DataType::UInt16
            | DataType::UInt32 => Self::Integer,
            DataType::Float32 | DataType::Float64 => Self::Number,
            DataType::Decimal(_, scale) => Self::Decimal(*scale),
            DataType::String | DataType::Categorical(..) | DataType::Enum(..) => Self::Text,
            DataType::Boolean => Self::Boolean,
            DataType::Date => Self::Date,
            DataType::Datetime(unit, _) => Self::Datetime(*unit),
            DataType::Duration(_) => Self::Duration,
            _ => Self::Opaque,
        }
    }

    pub(super) fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Unsigned | Self::Number | Self::Decimal(_))
    }

    /// The type in which the cells are read.
    fn read_as(self) -> Option<DataType> {
        match self {
            Self::Integer | Self::Date | Self::Datetime(_) | Self::Duration => Some(DataType::Int64),
            Self::Number => Some(DataType::Float64),
            Self::Text => Some(DataType::String),
            _ => None,
        }
    }
}

/// One cell that is not null.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell<'a> {
    Integer(i64),
    Unsigned(u64),
    Number(f64),
    Decimal(i128),
    Text(&'a str),
    Boolean(bool),
    /// There, but not to be looked into.
    Opaque,
}

/// What tells two values of a column apart.
pub(super) type Key = [u64; 2];

const FIRST: FixedState = FixedState::with_seed(0x5eed_da7a);
const SECOND: FixedState = FixedState::with_seed(0x0bad_da7a);
/// The longest text that is its own key.
const SHORT: usize = 12;

impl Cell<'_> {
    /// The value, or a hash of a long text; none for what is missing or opaque.
    #[inline]
    pub(super) fn key(self) -> Option<Key> {
        Some(match self {
            Self::Integer(value) => [value as u64, 0],
            Self::Unsigned(value) => [value, 0],
            Self::Number(value) if value.is_nan() => return None,
            // Zeros of both signs are one value.
            Self::Number(value) => [if value == 0.0 { 0 } else { value.to_bits() }, 0],
            Self::Decimal(value) => [value as u64, (value >> 64) as u64],
            Self::Text(text) => text_key(text),
            Self::Boolean(value) => [u64::from(value), 0],
            Self::Opaque => return None,
        })
    }
}

/// Short text as its bytes and length; long text as a hash, marked so that it is none of them.
#[inline]
pub(super) fn text_key(text: &str) -> Key {
    let bytes = text.as_bytes();
    if bytes.len() <= SHORT {
        let mut packed = [0; 16];
        packed[..bytes.len()].copy_from_slice(bytes);
        packed[15] = bytes.len() as u8;
        let packed = u128::from_be_bytes(packed);
        return [(packed >> 64) as u64, packed as u64];
    }
    [FIRST.hash_one(bytes), SECOND.hash_one(bytes) | 0x80]
}

/// A place for a key in a table.
#[inline]
pub(super) fn spread(key: &Key) -> u64 {
    let product = u128::from(key[0] ^ 0x9e37_79b9_7f4a_7c15) * u128::from(key[1] ^ 0xd6e8_feb8_6659_fd93);
    ((product as u64) ^ (product >> 64) as u64).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// One key made of two, in this order.
#[inline]
pub(super) fn chained(so_far: Key, next: Key) -> Key {
    [FIRST.hash_one((so_far, next)), SECOND.hash_one((so_far, next))]
}

/// Shows every cell of a column in order; null is none.
pub(super) fn each_cell(series: &Series, kind: Kind, show: impl FnMut(Option<Cell<'_>>)) -> Result<()> {
    read(series, kind, show).map_err(Error::query(QUALITY))
}

fn read(series: &Series, kind: Kind, mut show: impl FnMut(Option<Cell<'_>>)) -> PolarsResult<()> {
    let series = match kind.read_as() {
        Some(dtype) if *series.dtype() != dtype => series.cast(&dtype)?,
        _ => series.clone(),
    };
    match kind {
        Kind::Integer | Kind::Date | Kind::Datetime(_) | Kind::Duration => {
            series.i64()?.iter().for_each(|cell| show(cell.map(Cell::Integer)));
        }
        Kind::Unsigned => series.u64()?.iter().for_each(|cell| show(cell.map(Cell::Unsigned))),
        Kind::Number => series.f64()?.iter().for_each(|cell| show(cell.map(Cell::Number))),
        Kind::Decimal(_) => series.decimal()?.physical().iter().for_each(|cell| show(cell.map(Cell::Decimal))),
        Kind::Text => series.str()?.iter().for_each(|cell| show(cell.map(Cell::Text))),
        Kind::Boolean => series.bool()?.iter().for_each(|cell| show(cell.map(Cell::Boolean))),
        Kind::Opaque => series.is_null().iter().for_each(|null| show((null != Some(true)).then_some(Cell::Opaque))),
    }
    Ok(())
}
