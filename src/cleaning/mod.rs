//! Transaction cleaning: ordered rules that take rows out or mend their text, and say so.
//!
//! A rule never deletes. The rows it takes go into a quarantine frame, as they were read,
//! with the rule and the reason; the report counts what every rule took, spared, could
//! not judge, or changed. Rows in are always rows out plus rows in quarantine.
//!
//! Rules work in the order in which they are given, and each sees only what the earlier
//! ones left: text trimmed and folded first makes more duplicates, taken last makes none.
//! Column names stay as they are, so the roles that were given to the cleaning serve
//! [`TransactionLog::new`](crate::frame::TransactionLog::new) afterwards.
//!
//! | rule | what it does |
//! |---|---|
//! | [`Text`] | trims and case-folds cells |
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

mod bins;
mod check;
mod check_count;
mod checks;
mod classes;
mod cleaned;
mod column_names;
mod contact;
mod contradictions;
mod convert_currency;
mod customer;
mod dates;
mod duplicates;
mod exchange_rates;
mod fill;
mod fill_learn;
mod fitted;
mod flags;
mod flow;
mod foreign;
mod forward;
mod grouping;
mod groups;
mod input;
mod key_duplicates;
mod later;
mod learned;
mod legend;
mod mapping;
mod matching;
mod narrow;
mod near_duplicates;
mod netting;
mod numbers;
mod outlier_bounds;
mod outliers;
mod params;
mod plan;
mod prices;
mod products;
mod rare_levels;
mod refund_plan;
mod refunds;
mod repeated;
mod report;
mod report_table;
mod rule;
mod scale;
mod shapes;
mod split;
mod step;
mod tables;
mod text;
mod unreadable;
mod values;
mod verdicts;

#[cfg(test)]
mod checks_tests;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod number_laws;

pub use bins::Bins;
pub use check::{Check, OnFailure, Requirement};
pub use check_count::CheckCount;
pub use checks::Checks;
pub use classes::ClosedSide;
pub use cleaned::Cleaned;
pub use column_names::ColumnNames;
pub use contact::{Contact, InvalidContact};
pub use convert_currency::{ConvertCurrency, MissingRate};
pub use customer::MissingCustomer;
pub use dates::ReadDates;
pub use duplicates::ExactDuplicates;
pub use fill::{Fill, FillWith};
pub use fitted::FittedCleaning;
pub use flags::ReadFlags;
pub use input::CleaningInput;
pub use key_duplicates::{Keep, KeyDuplicates};
pub use later::LaterRows;
pub use learned::{Fact, Learned, LearnedColumn, LearnedGroup};
pub use mapping::{Mapping, Unmapped};
pub use near_duplicates::NearDuplicates;
pub use numbers::ReadNumbers;
pub use outlier_bounds::OutlierBounds;
pub use outliers::{OutlierAction, Outliers};
pub use params::{Cleaning, CleaningParams};
pub use plan::CleaningPlan;
pub use prices::Prices;
pub use products::NonProducts;
pub use rare_levels::RareLevels;
pub use refunds::{RefundMode, Refunds, Unmatched};
pub use report::{CellCount, CleaningReport, ReasonCount, RuleReport};
pub use rule::Rule;
pub use scale::{Scale, ScaleBy};
pub use text::Text;
pub use unreadable::Unreadable;

pub use crate::text::{Case, DecimalMark, ExcelDates, Grouping};
