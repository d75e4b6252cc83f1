//! The door between polars and slices: roles, schema checks, names, extraction.

pub(crate) mod align;
pub(crate) mod calendar;
pub(crate) mod codes;
pub mod columns;
mod condition;
mod csv;
mod csv_check;
mod csv_options;
pub(crate) mod exact_number;
pub(crate) mod extract;
mod features;
pub(crate) mod levels;
pub(crate) mod numbers;
pub(crate) mod optional_text;
pub(crate) mod readable;
pub(crate) mod saved;
mod scan;
pub(crate) mod schema;
pub(crate) mod survey;
mod times;
mod to_dataframe;
mod transactions;
pub(crate) mod weights;

pub use calendar::Period;
pub use condition::{Closed, Comparison, Condition, Operand, column};
pub use csv::{CsvReport, read_csv};
pub use csv_options::CsvOptions;
pub use features::{FeatureColumns, FeatureTable};
pub use scan::scan;
pub use survey::{AnswerCode, AnswerCounts, OutOfScale, Question, Scale, SurveyColumns, SurveyResponses};
pub use to_dataframe::ToDataFrame;
pub(crate) use to_dataframe::{dates, frame_of};
pub use transactions::{TransactionColumns, TransactionLog};
