//! One summary per customer: dates, counts, money; shared by all that follows.
//!
//! The log is read once, in batches, into a state of about 60 bytes per customer. Sums of
//! money are exact, so no order of rows, chunking or number of threads changes a digit, and
//! the readings of two files merge into the reading of both.
//!
//! What counts as a purchase is stated, not guessed: an amount above zero is one, below
//! zero is a refund, and [`ZeroAmount`] says what a free line is.

mod batch;
mod btyd;
mod column;
mod counts;
mod currency;
mod customer;
mod ids;
mod params;
mod plan;
mod read;
mod reading;
mod roster;
mod rows;
mod rules;
mod sorted;
mod state;
mod table;
mod text_ids;

#[cfg(test)]
mod tests;

pub use btyd::BtydSummary;
pub use counts::RowCounts;
pub(crate) use currency::Currency;
pub use params::{Activity, ActivityParams, DatedBy, Incomplete, ZeroAmount};
pub(crate) use read::read;
pub use reading::ActivityReading;
pub use table::ActivityTable;

#[doc(inline)]
pub use crate::frame::Period;
