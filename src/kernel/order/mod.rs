//! Values in ascending order, and what an ordered sample says by linear passes.
//!
//! ```text
//! values ─ Sorter ─▶ Sorted ─▶ quantiles · fences · MAD · trimmed means     order statistics
//!                          └─▶ runs ─▶ distinct values · modes · entropy    how often each occurs
//! values ─ RowSorter ─▶ OrderedRows ─▶ ranks · rank correlations
//! ```
//!
//! Zero is one value: -0.0 becomes 0.0. Infinite values have a place in the order, and leave only
//! those statistics undefined that calculate with them.

mod counting;
mod levels;
mod parallel;
mod places;
mod radix;
mod rows;
mod runs;
mod sorted;
mod sorter;
mod spread;
mod sum;
mod tallied;

pub(in crate::kernel) use levels::FewLevels;
pub use rows::{OrderedRows, RowSorter, argsort};
pub use runs::{Frequencies, Modes};
pub use sorted::{Fences, Sorted};
pub(in crate::kernel) use sorter::into_ascending;
pub use sorter::{Sorter, ascending};
pub use spread::MAD_TO_SD;
pub use tallied::Tallied;
