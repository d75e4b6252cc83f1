//! Cleaning of any table: ordered rules that take rows out or mend cells, and say so.
//!
//! ```text
//! CleaningParams ─ plan(frame) ─▶ CleaningPlan ─┬─ collect() ─▶ Cleaned: rows left, rows taken, report
//!      │              reads only what rules     ├─ write()   ─▶ files, batch by batch
//!      │              compare or learn          └─ clean()   ─▶ LazyFrame
//!      └─ fit(frame) ─▶ FittedCleaning ─ plan(another frame) ─▶ the same, by what was learned
//! ```
//!
//! A rule never deletes. The rows it takes go into a quarantine frame, as they were read,
//! with the rule and the reason; the report counts what every rule took, spared, could
//! not judge, or changed. Rows in are always rows out plus rows in quarantine.
//!
//! Rules work in the order in which they are given, and each sees only what the earlier
//! ones left: text trimmed and folded first makes more duplicates, taken last makes none.
//! Columns are called by their raw names throughout. Unless [`ColumnNames`] changes them, the
//! names stay, so the roles that were given to a cleaning of transactions serve
//! [`TransactionLog::new`](crate::frame::TransactionLog::new) afterwards.
//!
//! Some rules learn: a median, bounds, the levels that are frequent. What they learn on one
//! frame is kept in a [`FittedCleaning`], to be saved and applied to others.
//!
//! | rule | what it does |
//! |---|---|
//! | [`Text`] | trims and folds text |
//! | [`ReadDates`] | reads days and times by stated formats |
//! | [`ReadNumbers`] | reads numbers by a stated decimal mark |
//! | [`ReadFlags`] | reads yes and no |
//! | [`Contact`] | brings e-mail addresses and telephone numbers into one form |
//! | [`ColumnNames`] | gives columns other names |
//! | [`ExactDuplicates`] | takes rows that repeat an earlier one |
//! | [`KeyDuplicates`] | takes rows that share a key, but for the one to keep |
//! | [`NearDuplicates`] | counts rows that differ in the writing of their text only |
//! | [`Fill`] | fills missing values, learned or given, and says which |
//! | [`Checks`] | judges rows by named checks: ranges, sets, patterns, keys, other tables |
//! | [`MissingCustomer`] | takes rows without a customer |
//! | [`NonProducts`] | takes postage, fees and the like, by code or pattern |
//! | [`LaterRows`] | takes rows dated after the report |
//! | [`Prices`] | takes prices that are zero, negative or missing |
//! | [`Refunds`] | keeps, drops, nets or matches refunds and cancellations |
//! | [`Outliers`] | clips, removes, takes or flags values beyond bounds, learned or stated |
//! | [`Scale`] | brings numbers to one scale |
//! | [`Bins`] | puts numbers into named classes |
//! | [`Mapping`] | replaces values by what a mapping says |
//! | [`RareLevels`] | puts rare levels together |
//! | [`ConvertCurrency`] | converts amounts to one currency by rates as of a day |
//!
//! # Examples
//!
//! ```
//! use customer_analytics::cleaning::{CleaningParams, ExactDuplicates, MissingCustomer, Refunds};
//! use customer_analytics::prelude::*;
//!
//! let sales = df!(
//!     "客户" => [Some("王"), Some("王"), None, Some("李"), Some("李")],
//!     "日期" => ["2026-01-05", "2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08"],
//!     "订单" => ["1", "1", "2", "3", "C4"],
//!     "金额" => [10.0, 10.0, 5.0, 8.0, -8.0],
//! )?;
//! let columns = TransactionColumns::new("客户", "日期").amount("金额").order("订单").time_format("%Y-%m-%d");
//! let cleaned = CleaningParams::new()
//!     .rule(ExactDuplicates::new())
//!     .rule(MissingCustomer::new())
//!     .rule(Refunds::drop().order_prefix("C"))
//!     .roles(&columns).run(sales.lazy())?;
//! assert_eq!(cleaned.report().n_rows_out, 2);
//! assert_eq!(cleaned.quarantine().height(), 3);
//! let log = TransactionLog::new(cleaned.frame(), &columns)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod classes;
mod cleaned;
mod duplicates;
mod engine;
mod fitted;
mod input;
mod learned;
mod missing;
mod numeric;
mod params;
mod plan;
mod reading;
mod report;
mod report_table;
mod rule;
mod transactions;
mod validity;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod number_laws;

pub use classes::{Bins, ClosedSide, Mapping, RareLevels, Unmapped};
pub use cleaned::Cleaned;
pub use duplicates::{ExactDuplicates, Keep, KeyDuplicates, NearDuplicates};
pub use fitted::FittedCleaning;
pub use input::CleaningInput;
pub use learned::{Fact, Learned, LearnedColumn, LearnedGroup};
pub use missing::{Fill, FillWith};
pub use numeric::{ConvertCurrency, MissingRate, OutlierAction, OutlierBounds, Outliers, Scale, ScaleBy};
pub use params::{Cleaning, CleaningParams};
pub use plan::CleaningPlan;
pub use reading::{ColumnNames, Contact, InvalidContact, ReadDates, ReadFlags, ReadNumbers, Text, Unreadable};
pub use report::{CellCount, CleaningReport, ReasonCount, RuleReport};
pub use rule::Rule;
pub use transactions::{LaterRows, MissingCustomer, NonProducts, Prices, RefundMode, Refunds, Unmatched};
pub use validity::{Check, CheckCount, Checks, OnFailure, Requirement};

pub use crate::text::{Case, DecimalMark, ExcelDates, Grouping};
