//! The columns of one batch as slices.

use std::borrow::Cow;
use std::ops::Range;

use polars::prelude::{DataFrame, Series};

use super::ids::{Ids, order_fingerprint_of_text};
use super::params::Activity;
use crate::analysis::Analysis;
use crate::error::{Error, Result};
use crate::frame::columns::{AMOUNT, CUSTOMER, ORDER, TIME};
use crate::frame::extract::{Days, Texts, Values, days_of, f64_values, i64_values, one_chunk, text_values};

/// The columns of one batch as slices.
pub(crate) struct Batch<'a, I: Ids> {
    pub(crate) n_rows: usize,
    pub(crate) customers: I::Column<'a>,
    pub(crate) days: Days<'a>,
    pub(crate) amounts: Values<'a, f64>,
    pub(crate) orders: Option<Orders<'a>>,
}

#[derive(Clone, Copy)]
pub(crate) enum Orders<'a> {
    Integers(Values<'a, i64>),
    Texts(Texts<'a>),
}

impl Orders<'_> {
    pub(crate) fn is_null(self, row: usize) -> bool {
        match self {
            Self::Integers(ids) => ids.is_null(row),
            Self::Texts(ids) => ids.is_null(row),
        }
    }

    pub(crate) fn fingerprint(self, row: usize) -> u128 {
        match self {
            Self::Integers(ids) => u128::from(ids.values[row] as u64),
            Self::Texts(ids) => order_fingerprint_of_text(ids.get(row)),
        }
    }
}

/// The columns of one batch, each in one chunk.
pub(crate) struct OneChunk<'a> {
    customers: Cow<'a, Series>,
    times: Cow<'a, Series>,
    amounts: Cow<'a, Series>,
    orders: Option<Cow<'a, Series>>,
}

impl<'a> OneChunk<'a> {
    pub(crate) fn of(frame: &'a DataFrame) -> Result<Self> {
        let chunk = |name| one_chunk(Activity::NAME, frame, name);
        let orders = if frame.column(ORDER).is_ok() { Some(chunk(ORDER)?) } else { None };
        Ok(Self { customers: chunk(CUSTOMER)?, times: chunk(TIME)?, amounts: chunk(AMOUNT)?, orders })
    }
}

impl<'a, I: Ids> Batch<'a, I> {
    pub(crate) fn of(frame: &'a OneChunk<'_>) -> Result<Self> {
        let columns = (I::column(&frame.customers), days_of(&frame.times), f64_values(&frame.amounts));
        let (Some(customers), Some(days), Some(amounts)) = columns else {
            return Err(Error::Unusable {
                analysis: Activity::NAME,
                reason: "a batch lost the types of its roles".to_owned(),
            });
        };
        let orders = frame.orders.as_deref().and_then(|orders| {
            i64_values(orders).map(Orders::Integers).or_else(|| text_values(orders).map(Orders::Texts))
        });
        Ok(Self { n_rows: frame.amounts.len(), customers, days, amounts, orders })
    }
}

/// Rows that one thread packs at a time; their 24 bytes each stay in its cache.
const PART: usize = 1 << 15;

impl<I: Ids> Batch<'_, I> {
    /// The rows in parts that one thread packs at a time.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = (&Self, Range<usize>)> {
        (0..self.n_rows).step_by(PART).map(move |start| (self, start..(start + PART).min(self.n_rows)))
    }
}
