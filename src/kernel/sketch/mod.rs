//! Summaries of a bounded size of values that are too many to keep.
//!
//! ```text
//! values ─ ValueStream ─▶ Tallied                           few distinct values: exact
//!                     └─▶ QuantileSketch · HyperLogLog      many: to a stated error
//!                                └─ bounds ─▶ Windows       in a second pass: order statistics, exact
//!
//! levels ─ LevelStream ─▶ levels with counts                few distinct levels: exact
//!                     └─▶ HyperLogLog                       many: to a stated error
//! ```
//!
//! A state is made of counts and maxima alone, so that neither the order in which values come
//! nor the parts they come in change a bit of it, and merging states of parts is exact.

mod distinct;
pub(crate) mod hash;
mod levels;
mod quantiles;
mod values;
mod windows;

pub use distinct::HyperLogLog;
pub use levels::{KeptLevels, LevelStream};
pub use quantiles::QuantileSketch;
pub use values::{Kept, ValueStream};
pub use windows::Windows;
