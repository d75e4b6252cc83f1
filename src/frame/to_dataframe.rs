//! Results as tidy frames.

use chrono::NaiveDate;
use polars::prelude::*;

/// A result that can be had as a frame, under the names of [`columns`](super::columns).
///
/// A statistic that is undefined is null; its column stays.
pub trait ToDataFrame {
    /// The result as a frame, one row per reported unit, in a fixed order.
    fn to_dataframe(&self) -> DataFrame;
}

/// A frame of columns that are known to be of one height and to have distinct names.
pub(crate) fn frame_of(columns: Vec<Series>) -> DataFrame {
    let height = columns.first().map_or(0, |first| first.len());
    let columns: Vec<Column> = columns.into_iter().map(Column::from).collect();
    debug_assert!(columns.iter().all(|column| column.len() == height), "columns of one height");
    DataFrame::new(height, columns).unwrap_or_default()
}

/// Dates as a column.
pub(crate) fn dates(name: &str, dates: Vec<Option<NaiveDate>>) -> Series {
    let days: Int32Chunked = dates.into_iter().map(|date| date.map(|date| date.to_epoch_days())).collect();
    days.with_name(name.into()).into_date().into_series()
}
