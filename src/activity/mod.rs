//! One summary per customer: dates, counts, money; shared by all that follows.
//!
//! The log is read once, in batches, into a state of 64 bytes per customer. Sums of money
//! are exact, so no order of rows, chunking or number of threads changes a digit, and the
//! readings of two files merge into the reading of both.
//!
//! What counts as a purchase is stated, not guessed: an amount above zero is one, below
//! zero is a refund, and [`ZeroAmount`] says what a free line is.

mod btyd;
mod customer;
mod ids;
mod params;
mod period;
mod plan;
mod read;
mod roster;
mod rows;
mod state;
mod table;

pub use btyd::BtydSummary;
pub use params::{Activity, ActivityParams, DatedBy, Incomplete, Period, ZeroAmount};
pub(crate) use read::read;
pub use read::{ActivityReading, RowCounts};
pub use table::ActivityTable;
