//! Customer analytics native to polars: clean, integrate, describe and correlate tables, rank key drivers, read surveys, predict churn and purchases, score customers by value.
//!
//! Frames in, typed results out. What is read is a `LazyFrame` of your own, or a Parquet or
//! CSV file; what comes back is a result with fields, a frame and a readable table.
//!
//! ```text
//! LazyFrame ─ cleaning ─▶ LazyFrame ─ roles ─▶ TransactionLog
//!                │                                  │ plan    one query, nothing read yet
//!                ▼                                  ▼
//!       quarantine and report                   reduce       the one pass over the data
//!                                                   │ finish  pure
//!                                                   ▼
//!                                  result: fields · to_dataframe() · serde · Expr
//! ```
//!
//! # Where to start
//!
//! - A batch job imports [`prelude`] and begins with [`frame::TransactionLog`].
//! - [`cleaning`] mends cells and takes rows out by ordered rules, and says what each rule did.
//! - [`integration`] makes one customer profile of many channels, with an audit of every merge.
//! - [`quality`] measures a table: what is missing, repeated, invalid, late or at odds.
//! - [`descriptive`] describes the columns of a table, as a whole and by segment, and compares segments.
//! - [`activity`] makes one summary per customer: dates, counts, exact money.
//! - [`correlation`] says how columns of numbers and categories go together, and ranks the
//!   drivers of a target by what they explain of it.
//! - [`segmentation`] scores customers by value; [`segmentation::RfmParams`] is the preset.
//! - [`satisfaction`] makes scores of survey answers, with intervals, weights and tests;
//!   [`satisfaction::nps::NpsParams`] is where to begin.
//! - [`prediction`] learns who will leave or buy, says why and how sure that is, and whom to
//!   contact; [`prediction::churn::ChurnParams`] is where to begin.
//! - Every fallible call returns [`Error`], which names the setting, column or count at fault.
//!
//! # Promises
//!
//! - The date of a report is an argument and never the clock: a rerun gives the same digits.
//! - Row order, chunks and the number of threads change no digit of a result.
//! - What is undefined is `None`, and null in a frame; it is never NaN and never a silent zero.
//! - Rows that cannot be used are refused, or left out and counted, as the settings say.
//! - A message carries counts, names of columns and settings, and no customer's data.
//!
//! # Adding an analysis
//!
//! Settings are an unchecked `XParams` whose `check` gives `X`, the only type that runs.
//! `X` implements [`analysis::Analysis`]: `plan` names the columns, `reduce` makes the one
//! pass, `finish` turns the small state into the result. Column names come from
//! [`frame::columns`], numbers from [`kernel`]. `CONTRIBUTING.md` has the steps.
#![forbid(unsafe_code)]
#![deny(missing_docs, missing_debug_implementations, unreachable_pub)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout))]

pub mod activity;
pub mod analysis;
pub mod cleaning;
pub mod correlation;
pub mod descriptive;
pub mod error;
pub mod frame;
pub mod integration;
pub mod kernel;
pub mod prediction;
pub mod prelude;
pub mod quality;
pub mod satisfaction;
pub mod segmentation;
pub mod solver;
pub mod text;

pub use error::{Error, Result};
pub use polars;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
