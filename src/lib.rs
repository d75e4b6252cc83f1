//! Customer analytics native to polars.
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout))]

pub mod activity;
pub mod analysis;
pub mod cleaning;
pub mod error;
pub mod frame;
pub mod kernel;
pub mod prelude;
pub mod segmentation;

pub use error::{Error, Result};
pub use polars;
