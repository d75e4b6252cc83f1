//! The door between polars and slices: roles, schema checks, names, extraction.

pub(crate) mod align;
pub mod columns;
pub(crate) mod exact_number;
mod csv;
mod csv_check;
mod csv_options;
pub(crate) mod extract;
mod scan;
pub(crate) mod schema;
mod to_dataframe;
mod transactions;

pub use csv::{CsvReport, read_csv};
pub use csv_options::CsvOptions;
pub use scan::scan;
pub use to_dataframe::ToDataFrame;
pub(crate) use to_dataframe::frame_of;
pub use transactions::{TransactionColumns, TransactionLog};
